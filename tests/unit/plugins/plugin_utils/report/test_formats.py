# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter account_report: the content of each format, and the escaping of texts of the account."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.edgeops.cloudflare.plugins.filter.account_report import FORMATS, account_report
from tests.unit.plugins.plugin_utils.report.conftest import GRAPH, HOSTILE, NOW, compared_with, entry, key

NOW_TEXT = NOW.isoformat()
VOID = {"meta", "br"}


def render(account, compared=None, form="html", **options):
    return account_report(account, compared, form, now=NOW_TEXT, **options)


class Page(HTMLParser):
    """The tags, the text and the attributes of a page. Its tags must be balanced."""

    def __init__(self, text):
        super().__init__()
        self.open, self.tags, self.attributes, self.text = [], [], [], ""
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


@pytest.fixture
def compared():
    diff = {"before_header": "gateway shop", "before": {"cache_ttl": 0}, "after": {"cache_ttl": 60}}
    entries = [entry("gateway", None, "shop", "updated", ["cache_ttl"]), entry("gateway", None, "new", "created")]
    return compared_with(*entries, diff=[diff], account={"gateways": {}})


@pytest.fixture
def hostile():
    """Return an account and a comparison that have the hostile text in all text fields."""
    names = {"name": HOSTILE, "hostname": HOSTILE, "status": HOSTILE, "actor": HOSTILE, "condition": HOSTILE, "action": {HOSTILE: HOSTILE}}
    graph = [{"id": HOSTILE, "type": HOSTILE, "properties": {HOSTILE: HOSTILE}, "outputs": {HOSTILE: {"elementId": HOSTILE + "x"}}}]
    gateway = {
        "id": HOSTILE,
        "account_id": HOSTILE,
        "provider_configs": [key(HOSTILE, HOSTILE, HOSTILE)],
        "dynamic_routes": [{**names, "elements": graph}],
        "policies": [names],
        "custom_domains": [names],
    }
    account = {"custom_providers": [{"slug": HOSTILE, "base_url": HOSTILE}], "gateways": [gateway]}
    diff = {"before_header": f"gateway {HOSTILE}", "before": {HOSTILE: HOSTILE}, "after": {HOSTILE: [HOSTILE] * 9}}
    entries = [
        {**entry("gateway", None, HOSTILE, "updated", [HOSTILE]), "deleted_children": [{"kind": HOSTILE, "name": HOSTILE}]},
        entry(HOSTILE, HOSTILE, HOSTILE, HOSTILE, [HOSTILE]),
        entry("policy", HOSTILE, HOSTILE, "failed", error={"msg": HOSTILE}),
    ]
    return account, compared_with(*entries, diff=[diff], account={"gateways": {}})


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_has_the_findings(account, compared, form):
    text = render(account, compared, form)
    for part in ("shop", "open", "new", "cache_ttl", "ai.example.com" if form != "junit" else "shop", "329 days"):
        assert part in text


@pytest.mark.parametrize("form", FORMATS)
def test_the_same_arguments_give_the_same_text(account, compared, form):
    assert render(account, compared, form) == render(account, compared, form)


@pytest.mark.parametrize("form", FORMATS)
def test_reports_contain_no_templates(hostile, form):
    text = render(*hostile, form, title=HOSTILE, account_id=HOSTILE)
    assert re.findall(r"\{[{%#]", text) == []
    assert "\x1b" not in text
    assert "\u202e" not in text


def test_hostile_text_adds_nothing_to_a_page(account, compared, hostile):
    tags = set(Page(render(account, compared)).tags)
    page = Page(render(*hostile, title=HOSTILE, account_id=HOSTILE))
    assert set(page.tags) <= tags | {"p", "b"}
    assert "<script>alert(1)</script>" in page.text
    assert [name for name, _value in page.attributes if name.startswith("on") or name in ("src", "style")] == []
    assert all(value.startswith("#") for name, value in page.attributes if name == "href")


def test_a_page_allows_its_own_style_only(account):
    text = render(account)
    page = Page(text)
    policy = next(value for name, value in page.attributes if name == "content" and "default-src" in value)
    style = re.search(r"<style>(.*)</style>", text, re.DOTALL)[1]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert policy == f"default-src 'none'; base-uri 'none'; form-action 'none'; style-src 'sha256-{digest}'"
    assert re.findall(r"url\(|@import|https?:", style) == []


def test_links_within_a_page_have_targets(account, compared):
    page = Page(render(account, compared))
    ids = [value for name, value in page.attributes if name == "id"]
    assert len(ids) == len(set(ids))
    assert {value[1:] for name, value in page.attributes if name == "href"} == set(ids)


def test_a_drawing_has_a_description_and_its_text(account):
    page = Page(render(account))
    assert page.tags.count("svg") == page.tags.count("details") == 1
    assert any(name == "aria-label" and value.startswith("route shop/support: ") for name, value in page.attributes)
    assert "model spare\n" not in page.text
    assert "model spare  provider: workers-ai" in page.text


@pytest.mark.parametrize(("is_open", "days", "worst"), [(True, 400, "error"), (False, 30, "warning"), (False, 400, "good")])
def test_a_page_has_the_color_of_the_worst_finding(account, is_open, days, worst):
    account["gateways"][1]["authentication"] = not is_open
    assert f'<p class="verdict {worst}">' in render(account, max_key_age_days=days)


def test_a_comparison_that_failed_is_an_error(account):
    text = render(account, {"failed": True, "msg": "HTTP 401"}, max_key_age_days=400)
    assert '<p class="verdict error">' in text
    assert "HTTP 401" in text


def test_junit_has_a_case_for_each_object(account, compared):
    whole = ElementTree.fromstring(render(account, compared, "junit"))  # noqa: S314 (it was created here)
    cases = {case.get("name"): [problem.tag for problem in case] for case in whole.iter("testcase")}
    assert cases["gateway shop"] == cases["gateway new"] == cases["key shop/custom-house/default"] == ["failure"]
    assert cases["custom domain shop/ai.example.com"] == cases["key shop/openai/default"] == []
    assert {suite.get("name"): (suite.get("tests"), suite.get("failures")) for suite in whole}["gateways"] == ("3", "3")


def test_junit_of_hostile_text_is_xml(hostile):
    whole = ElementTree.fromstring(render(*hostile, "junit"))  # noqa: S314 (it was created here)
    assert [problem.get("type") for problem in whole.iter("error")] == ["failed"]


def test_json_of_hostile_text_can_be_read_back(hostile):
    found = json.loads(render(*hostile, "json"))
    assert "{{ 7*7 }}" in found["gateways"][0]["id"]


def test_lines_summarize_the_findings(account, compared):
    del account["gateways"][0]["provider_configs"][0]
    assert json.loads(render(account, compared, "json"))["lines"] == [
        "authentication is off: gateway open",
        "missing: gateway new",
        "drifted: gateway shop (cache_ttl)",
        "route warning: route shop/support (It sends requests to openai without a key in the gateway: "
        "they fail, unless Unified Billing pays for them)",
        "old key: key shop/custom-house/default (329 days)",
        "not declared: gateway open",
    ]
    assert json.loads(render({}, None, "json"))["lines"] == ["no findings"]
    assert json.loads(render({}, {"msg": "HTTP 401"}, "json"))["lines"] == ["not compared: HTTP 401"]


def test_markdown_of_hostile_text_is_inert(hostile):
    text = render(*hostile, "markdown", title=HOSTILE)
    prose = re.sub(r"^(`{3,})(?:mermaid|diff)$.*?^\1$", "", text, flags=re.DOTALL | re.MULTILINE)
    prose = re.sub(r"`[^`\n]*`", "", prose)
    assert "<" not in prose
    assert "](" not in prose
    assert {line.count("|") for line in prose.splitlines() if line.startswith("| ---")} == {3, 4, 5, 7}


@pytest.mark.parametrize("max_bytes", [0, 300, 1500, 100_000])
def test_markdown_is_at_most_max_bytes_long(account, compared, max_bytes):
    whole, text = render(account, compared, "markdown"), render(account, compared, "markdown", max_bytes=max_bytes)
    assert (text == whole) is (len(whole.encode()) <= max_bytes)
    assert len(text.encode()) <= max(max_bytes, 200)
    assert text == whole or "Left out" in text


@pytest.mark.parametrize("form", FORMATS)
def test_a_large_account_is_reported_completely(form):
    routes = [{"name": f"r{index}", "elements": GRAPH} for index in range(5)]
    account = {
        "custom_providers": [],
        "gateways": [
            {"id": f"g{index}", "provider_configs": [key("openai", "2026-01-01T00:00:00Z")] * 5, "dynamic_routes": routes}
            for index in range(300)
        ],
    }
    text = render(account, None, form)
    assert "g0" in text
    assert "g299" in text


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"account": 5}, "account must be a dict"),
        ({"compared": []}, "compared must be the result of a task"),
        ({"format": "pdf"}, "format must be one of markdown, html, junit, json"),
        ({"now": "yesterday"}, "now must be a time in ISO 8601"),
        ({"max_key_age_days": -1}, "max_key_age_days must be an integer, and at least 0"),
        ({"max_key_age_days": True}, "max_key_age_days must be an integer, and at least 0"),
        ({"max_bytes": 10, "format": "html"}, "max_bytes must be an integer, and is only possible with format=markdown"),
    ],
)
def test_wrong_options_are_refused(options, problem):
    with pytest.raises(AnsibleFilterError, match=re.escape(problem)):
        account_report(**{"account": {}, **options})


def test_all_wrong_options_are_reported_together():
    with pytest.raises(AnsibleFilterError) as caught:
        account_report(5, 5, "pdf", now="x")
    assert all(word in str(caught.value) for word in ("account must", "compared must", "format must", "now must"))


@pytest.mark.parametrize("now", ["2026-11-26T12:00:00Z", "2026-11-26T13:00:00+01:00", "2026-11-26T12:00:00"])
def test_the_time_is_shown_in_utc(now):
    assert "2026-11-26 12:00 UTC" in account_report({}, now=now)
