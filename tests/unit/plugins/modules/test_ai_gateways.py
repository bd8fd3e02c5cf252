# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Many gateways, through the real main() of the module, against an ordered script of HTTP exchanges."""

from __future__ import annotations

import pytest

from ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile import group as groups

GATEWAYS = "/ai-gateway/gateways"
MASK = "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"
SECRET = "invented-authorization"


def operations(result):
    return [(entry["id"], entry["operation"]) for entry in result["results"]]


def test_the_account_is_read_once_and_only_changes_are_sent(api, gateway, apply, stored_body, create_defaults):
    api.expect_page([gateway(id="same", cache_ttl=5), gateway(id="other", cache_ttl=6, later={"x": 1}), gateway(id="gone")])
    api.expect("DELETE", GATEWAYS + "/gone", answer=gateway(id="gone"))
    api.expect("POST", GATEWAYS, body=dict(create_defaults, id="new", cache_ttl=5), answer=gateway(id="new", cache_ttl=5))
    body = dict(stored_body(gateway(later={"x": 1})), cache_ttl=5)
    api.expect("GET", GATEWAYS + "/other", answer=gateway(id="other", cache_ttl=6, later={"x": 1}))
    api.expect("PUT", GATEWAYS + "/other", body=body, answer=gateway(id="other", cache_ttl=5, later={"x": 1}))
    result = apply({"id": "new"}, {"id": "same"}, {"id": "other"}, {"id": "gone", "state": "absent"}, defaults={"cache_ttl": 5})
    assert operations(result) == [("new", "created"), ("same", "unchanged"), ("other", "updated"), ("gone", "deleted")]
    assert result["summary"] == {"created": 1, "updated": 1, "deleted": 1, "unchanged": 1, "failed": 0}
    assert result["changed"] is True
    assert [entry["changed_settings"] for entry in result["results"]] == [sorted(create_defaults), [], ["cache_ttl"], []]
    assert [entry["error"] for entry in result["results"]] == [None] * 4
    assert list(result["gateways"]) == ["new", "same", "other"]
    assert result["gateways"]["other"]["later"] == {"x": 1}
    assert result["ansible_facts"] == {"cloudflare_ai_gateways": result["gateways"]}
    assert "diff" not in result


def test_a_second_run_takes_one_request(api, gateway, apply):
    api.expect_page([gateway(id="a", cache_ttl=5), gateway(id="b", cache_ttl=5)])
    result = apply({"id": "b"}, {"name": "a"}, defaults={"cache_ttl": "5"})
    assert (result["changed"], operations(result)) == (False, [("b", "unchanged"), ("a", "unchanged")])


def test_check_mode_predicts_and_sends_nothing(api, gateway, apply):
    api.expect_page([gateway(id="old", cache_ttl=1), gateway(id="gone"), gateway(id="left")])
    api.expect("GET", GATEWAYS + "/old", answer=gateway(id="old", cache_ttl=1))
    options = {"purge": True, "check_mode": True, "diff": True}
    result = apply({"id": "old", "cache_ttl": 2}, {"id": "new"}, {"id": "gone", "state": "absent"}, **options)
    assert operations(result) == [("old", "updated"), ("new", "created"), ("gone", "deleted"), ("left", "deleted")]
    assert result["gateways"]["old"]["cache_ttl"] == 2
    sides = {diff["after_header"]: (diff["before"], diff["after"]) for diff in result["diff"]}
    assert set(sides) == {"old", "new", "gone", "left"}
    assert [side["cache_ttl"] for side in sides["old"]] == [1, 2]
    assert sides["new"][0] == sides["gone"][1] == sides["left"][1] == {}


def test_the_diff_shows_changed_gateways_only(api, gateway, apply):
    api.expect_page([gateway(id="a")])
    assert apply({"id": "a"}, diff=True)["diff"] == []


@pytest.mark.parametrize(
    ("defaults", "own", "settings"),
    [
        ({"cache_ttl": 5}, {}, {"cache_ttl": 5}),
        ({"cache_ttl": 5}, {"cache_ttl": 6}, {"cache_ttl": 6}),
        ({"cache_ttl": 5}, {"cache_ttl": None}, {"cache_ttl": 5}),
        ({"retry_delay": 5}, {"unset": ["retry_delay"]}, {"retry_delay": None}),
        ({"unset": ["retry_delay"]}, {"retry_delay": 5}, {"retry_delay": 5}),
        ({"unset": ["retry_delay"]}, {}, {"retry_delay": None}),
        ({"retry_delay": 5}, {"extra_settings": {"retry_delay": 60000}}, {"retry_delay": 60000}),
        ({"extra_settings": {"x": 1, "y": 1}}, {"extra_settings": {"y": 2}}, {"x": 1, "y": 2}),
        (
            {"guardrails": {"prompt": {"P1": "BLOCK"}, "response": {"S1": "FLAG"}}},
            {"guardrails": {"prompt": {"S2": "FLAG"}}},
            {"guardrails": {"prompt": {"S2": "FLAG"}, "response": {}}},
        ),
    ],
)
def test_a_setting_of_a_gateway_overrides_the_defaults(api, gateway, apply, defaults, own, settings, create_defaults):
    api.expect_page([])
    answer = {"id": "a", **create_defaults, **settings}
    api.expect("POST", GATEWAYS, body=answer, answer=dict(gateway(), **answer))
    assert operations(apply({"id": "a", **own}, defaults=defaults)) == [("a", "created")]


def test_gateways_do_not_share_state(api, gateway, apply):
    guardrails = {"prompt": {}, "response": {}}
    api.expect_page([gateway(id="a", guardrails=guardrails), gateway(id="b", guardrails=guardrails)])
    result = apply({"id": "a", "guardrails": {}}, {"id": "b", "guardrails": {}}, defaults={"guardrails": {}})
    assert operations(result) == [("a", "unchanged"), ("b", "unchanged")]


def test_defaults_do_not_apply_to_absent_gateways(api, apply):
    api.expect_page([])
    assert operations(apply({"id": "a", "state": "absent"}, defaults={"cache_ttl": 5})) == [("a", "unchanged")]


def test_undeclared_gateways_are_left_alone(api, gateway, apply):
    api.expect_page([gateway(id="other")])
    assert apply()["results"] == []


def test_a_gateway_that_fails_does_not_stop_the_others(api, gateway, apply):
    api.expect_page([gateway(id="a"), gateway(id="b"), gateway(id="c", cache_ttl=5)])
    refusal = [{"code": 7001, "message": "no", "path": ["body", "cache_ttl"]}]
    api.expect("GET", GATEWAYS + "/a", answer=gateway(id="a"))
    api.expect("PUT", GATEWAYS + "/a", status=400, errors=refusal, headers={"cf-ray": "ray"})
    api.expect("GET", GATEWAYS + "/b", answer=gateway(id="b"))
    api.expect("PUT", GATEWAYS + "/b", answer=gateway(id="b", cache_ttl=5))
    result = apply({"id": "a"}, {"id": "b"}, {"id": "c"}, defaults={"cache_ttl": 5}, diff=True)
    assert result["failed"]
    assert result["changed"] is True
    assert operations(result) == [("a", "failed"), ("b", "updated"), ("c", "unchanged")]
    assert result["summary"] == {"created": 0, "updated": 1, "deleted": 0, "unchanged": 1, "failed": 1}
    error = result["results"][0]["error"]
    assert (error["status"], error["errors"], error["ray_id"]) == (400, refusal, "ray")
    assert error["request"]["method"] == "PUT"
    assert "1 of 3 AI Gateways failed" in result["msg"]
    assert f"a: {error['msg']}" in result["msg"]
    assert list(result["gateways"]) == ["b", "c"]
    assert [diff["after_header"] for diff in result["diff"]] == ["b"]
    assert "ansible_facts" not in result
    assert "status" not in result


def test_many_failures_are_counted_in_the_message(api, gateway, apply):
    api.expect_page([])
    for _number in range(12):
        api.expect("POST", GATEWAYS, status=403, errors=[{"code": 10000, "message": "no"}])
    message = apply(*({"id": f"g{number}"} for number in range(12)))["msg"]
    assert "12 of 12 AI Gateways failed" in message
    assert "g9: " in message
    assert "g10: " not in message
    assert "(and 2 more, see results)" in message


def test_a_failing_listing_fails_the_task_with_its_details(api, apply):
    api.expect_page(None, status=403, errors=[{"code": 10000, "message": "no"}])
    result = apply({"id": "a"})
    assert (result["failed"], result["status"]) == (True, 403)
    assert "results" not in result


def test_a_defect_in_one_is_reported_and_does_not_stop_the_others(api, gateway, apply, monkeypatch):
    def predict(self, current, predict=groups.Reconciler.predict):
        if self.declaration.id == "a":
            raise ZeroDivisionError("oops")
        return predict(self, current)

    monkeypatch.setattr(groups.Reconciler, "predict", predict)
    api.expect_page([gateway(id="a"), gateway(id="b")])
    # A gateway that cannot be planned from the listing is read separately.
    api.expect("GET", GATEWAYS + "/a", answer=gateway(id="a"))
    result = apply({"id": "a"}, {"id": "b"}, check_mode=True)
    assert operations(result) == [("a", "failed"), ("b", "unchanged")]
    assert "This is a defect of edgeops.cloudflare, please report it: ZeroDivisionError: oops" in result["msg"]


def test_a_defect_in_the_listing_is_reported(apply, monkeypatch):
    def fail(self):
        raise ZeroDivisionError("oops")

    monkeypatch.setattr("ansible_collections.edgeops.cloudflare.plugins.module_utils.reconcile.resource_client.ResourceClient.all", fail)
    assert "ZeroDivisionError: oops" in apply({"id": "a"})["msg"]


def test_a_create_of_unknown_outcome_is_verified_by_a_read(api, gateway, apply):
    api.expect_page([])
    api.expect("POST", GATEWAYS, status=504)
    api.expect("GET", GATEWAYS + "/a", answer=gateway())
    assert operations(apply({"id": "a"})) == [("a", "created")]


def test_a_gateway_that_somebody_else_has_created_in_the_meantime_is_updated(api, gateway, apply, stored_body):
    api.expect_page([])
    api.expect("POST", GATEWAYS, status=400, errors=[{"code": 7001, "message": "already exists"}])
    api.expect("GET", GATEWAYS + "/a", answer=gateway(later=1))
    api.expect("PUT", GATEWAYS + "/a", body=dict(stored_body(gateway(later=1)), cache_ttl=5), answer=gateway(cache_ttl=5, later=1))
    assert operations(apply({"id": "a", "cache_ttl": 5})) == [("a", "updated")]


def test_a_hidden_secret_fails_its_own_gateway_only(api, gateway, apply):
    hidden = {"authorization": "********", "usage_events": []}
    api.expect_page([gateway(id="a", stripe=hidden), gateway(id="b")])
    api.expect("GET", GATEWAYS + "/a", answer=gateway(id="a", stripe=hidden))
    api.expect("GET", GATEWAYS + "/b", answer=gateway(id="b"))
    api.expect("PUT", GATEWAYS + "/b", answer=gateway(id="b", cache_ttl=5))
    result = apply({"id": "a"}, {"id": "b"}, defaults={"cache_ttl": 5})
    assert operations(result) == [("a", "failed"), ("b", "updated")]
    assert "Declare stripe in this task too" in result["results"][0]["error"]["msg"]


def test_updates_after_a_long_wait_are_based_on_another_read(api, gateway, apply, waits, stored_body):
    """The rate limit makes the task wait, and somebody changes other settings in the meantime."""
    api.expect_page([gateway(id="a"), gateway(id="b")])
    api.expect("GET", GATEWAYS + "/a", answer=gateway(id="a"))
    api.expect("PUT", GATEWAYS + "/a", status=429, errors=[], headers={"Retry-After": "60"})
    for name in "ab":
        api.expect("GET", f"{GATEWAYS}/{name}", answer=gateway(id=name, zdr=True))
        body = dict(stored_body(gateway()), cache_ttl=5, zdr=True)
        api.expect("PUT", f"{GATEWAYS}/{name}", body=body, answer=gateway(id=name, cache_ttl=5, zdr=True))
    api.expect_page([gateway(id=name, cache_ttl=5, zdr=True) for name in "ab"])
    result = apply({"id": "a"}, {"id": "b"}, defaults={"cache_ttl": 5})
    assert operations(result) == [("a", "updated"), ("b", "updated")]
    assert waits == [60]


def test_a_wait_that_is_too_long_fails_all_remaining_gateways_without_a_request(api, gateway, apply):
    api.expect_page([])
    api.expect("POST", GATEWAYS, status=429, errors=[], headers={"Retry-After": "900"})
    result = apply({"id": "a"}, {"id": "b"}, {"id": "c"})
    assert operations(result) == [("a", "failed"), ("b", "failed"), ("c", "failed")]
    assert "requested a wait of 900 s" in result["results"][0]["error"]["msg"]
    assert "was not sent: the rate limit is used up for another 900 s" in result["results"][2]["error"]["msg"]


def test_a_short_quota_is_waited_for(api, gateway, apply, waits):
    api.expect_page([], headers={"Ratelimit": '"default";r=1;t=30', "Ratelimit-Policy": '"default";q=120;w=30'})
    api.expect("POST", GATEWAYS, answer=gateway(id="a"), headers={"Ratelimit": '"default";r=0;t=30'})
    api.expect("POST", GATEWAYS, answer=gateway(id="b"))
    assert operations(apply({"id": "a"}, {"id": "b"})) == [("a", "created"), ("b", "created")]
    assert waits == [30]


def test_no_secret_is_shown_from_any_source(api, gateway, apply):
    declared, stored = "invented-declared", "invented-stored"
    before = gateway(id="a", otel=[{"url": "https://x.example", "headers": {"k": stored}}], echo=f"it is {stored}")
    api.expect_page([before])
    api.expect("GET", GATEWAYS + "/a", answer=before)
    stripe = {"authorization": declared, "usage_events": []}
    api.expect("PUT", GATEWAYS + "/a", answer=dict(before, stripe=stripe, message=f"it is {declared}"))
    api.expect("POST", GATEWAYS, status=400, errors=[{"code": 7001, "message": f"what is {declared}?"}])
    api.expect("GET", GATEWAYS + "/b", status=404, errors=[{"code": 7002, "message": "Not found"}])
    result = apply({"id": "a"}, {"id": "b"}, defaults={"stripe": stripe}, diff=True)
    assert operations(result) == [("a", "updated"), ("b", "failed")]
    assert result["gateways"]["a"]["stripe"]["authorization"] == MASK
    assert declared not in str(result)
    assert stored not in str(result)


@pytest.mark.parametrize("option", ["stripe", "extra_settings"])
def test_the_log_of_the_system_has_no_secret(api, apply, monkeypatch, option):
    """Ansible logs the options of a module, but has no argument spec for the contents of these."""
    logged = []
    monkeypatch.setattr("ansible.module_utils.basic.AnsibleModule.log", lambda self, msg, log_args=None: logged.append((msg, log_args)))
    stripe = {"authorization": SECRET, "usage_events": []}
    api.expect_page([])
    apply(
        {"id": "a", **({"stripe": stripe} if option == "stripe" else {option: {"stripe": stripe}})},
        defaults={"stripe": stripe},
        check_mode=True,
    )
    assert "Invoked with" in logged[0][0]
    assert "'id': 'a'" in logged[0][0]
    assert SECRET not in str(logged)


def test_one_warning_lists_all_secrets_that_cannot_be_verified(api, gateway, apply, monkeypatch):
    warnings = []
    monkeypatch.setattr("ansible.module_utils.basic.AnsibleModule.warn", lambda self, text: warnings.append(text))
    hidden = {"authorization": "********", "usage_events": []}
    api.expect_page([gateway(id=f"g{number}", stripe=hidden) for number in range(12)])
    stripe = {"authorization": SECRET, "usage_events": []}
    assert not apply(*({"id": f"g{number}"} for number in range(12)), defaults={"stripe": stripe})["changed"]
    (warning,) = warnings
    assert "The server hides stripe.authorization of g0, stripe.authorization of g1, " in warning
    assert ", and 2 more, so" in warning


def test_creates_that_are_refused_in_a_full_account_are_explained_without_another_request(api, gateway, apply):
    api.expect_page([gateway(id=f"g{number}") for number in range(9)])
    api.expect("POST", GATEWAYS, answer=gateway(id="new1"))
    api.expect("POST", GATEWAYS, status=403, errors=[{"code": 1, "message": "no more"}])
    result = apply({"id": "new1"}, {"id": "new2"}, concurrency=1)
    assert "The account has 10 AI Gateways" in result["results"][1]["error"]["msg"]
