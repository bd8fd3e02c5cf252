# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reports of accounts in all formats, through the filter."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.edgeops.cloudflare.plugins.filter.account_report import FORMATS, account_report

NOW = "2026-11-26T12:00:00Z"
HOSTILE = "a|b `c` <script>alert(1)</script> & \"q\" 'x' {{ 7*7 }} {% x %} \u202e\x1b[31m\n# h\n```\n]]>--></style>"
GRAPH = [
    {"id": "in", "type": "start", "outputs": {"next": {"elementId": "main"}}},
    {
        "id": "main",
        "type": "model",
        "properties": {"provider": "openai", "model": "m", "timeout": 1000, "retries": 1},
        "outputs": {"success": {"elementId": "out"}, "fallback": {"elementId": "out"}},
    },
    {"id": "out", "type": "end", "outputs": {}},
]


def account_of(gateway_id="shop", **gateway):
    below = {"provider_configs": [], "dynamic_routes": [], "policies": [], "custom_domains": []}
    return {"custom_providers": [], "gateways": [{"id": gateway_id, "authentication": True, **below, **gateway}]}


def key(modified_at):
    return {"provider_slug": "openai", "alias": "default", "modified_at": modified_at}


def report(account, format="html", compared=None, **options):
    return account_report(account, compared, format, now=NOW, **options)


class Page(HTMLParser):
    """What a browser would find in a page: its elements, and the attributes that load or run something."""

    def __init__(self, text):
        super().__init__()
        self.open, self.elements, self.loads, self.text = [], [], [], []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.elements.append(tag)
        if tag != "meta":
            self.open.append(tag)
        places = {name: value for name, value in attributes if name in ("src", "href", "srcset", "action") or name.startswith("on")}
        self.loads += [name for name, value in places.items() if not value.startswith("#")]

    def handle_startendtag(self, tag, attributes):
        self.elements.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)


def test_a_page_is_well_formed_and_loads_and_runs_nothing():
    page = Page(report(account_of(dynamic_routes=[{"name": "chat", "elements": GRAPH}], provider_configs=[key("2026-11-01T00:00:00Z")])))
    assert page.open == []
    assert page.loads == []
    assert {"svg", "table", "details"} <= set(page.elements)
    assert not {"script", "link", "img", "iframe"} & set(page.elements)


@pytest.mark.parametrize("format", FORMATS)
def test_hostile_text_is_only_text(format):
    account = account_of(
        HOSTILE, dynamic_routes=[{"name": HOSTILE, "elements": [dict(GRAPH[0], id=HOSTILE), *GRAPH[1:]]}], custom_domains=[]
    )
    entry = {"kind": "gateway", "parent": None, "id": HOSTILE, "operation": "updated", "changed_settings": [HOSTILE], "error": None}
    text = report(account, format, {"results": [entry], "diff": []})
    assert "<script>" not in text or format == "json"
    assert "{{" not in text or format == "json"
    assert "\x1b" not in text
    if format == "html":
        page = Page(text)
        assert page.open == []
        assert "script" not in page.elements
    elif format == "junit":
        ElementTree.fromstring(text)  # noqa: S314  # made here
    elif format == "json":
        json.loads(text)


def test_findings_are_in_all_formats():
    account = account_of(authentication=False, provider_configs=[key("2026-01-01T00:00:00Z")])
    texts = [report(account, kind) for kind in FORMATS]
    assert all("329 days" in text for text in texts)
    assert "Anybody who knows its URL can use it" in texts[0]
    suites = ElementTree.fromstring(texts[2])  # noqa: S314  # made here
    assert sorted(suite.get("name") for suite in suites if suite.get("failures") == "1") == ["gateways", "keys"]


def test_drift_shows_both_values_and_no_secret():
    entry = {
        "kind": "gateway",
        "parent": None,
        "id": "shop",
        "operation": "updated",
        "changed_settings": ["cache_ttl", "otel"],
        "error": None,
    }
    sides = [{"cache_ttl": 0, "otel": None}, {"cache_ttl": 300, "otel": [{"url": "https://o.example", "authorization": "invented-secret"}]}]
    diff = {"before_header": "gateway shop", "after_header": "gateway shop", "before": sides[0], "after": sides[1]}
    text = report(account_of(), "html", {"results": [entry], "diff": [diff]})
    assert "300" in Page(text).text
    assert "invented-secret" not in text


def test_what_the_document_does_not_mention_is_reported_only_for_lists_that_it_has():
    account = {**account_of(custom_domains=[{"hostname": "a.example.com"}]), "custom_providers": [{"slug": "house", "costs": []}]}
    account["gateways"].append({"id": "stranger", "authentication": True})
    entry = {"kind": "gateway", "parent": None, "id": "shop", "operation": "unchanged", "changed_settings": [], "error": None}
    compared = {"results": [entry], "diff": [], "account": {"gateways": {"shop": {}}}}
    found = json.loads(report(account, "json", compared))["undeclared"]
    assert found == [{"kind": "gateway", "parent": None, "id": "stranger"}]
    assert json.loads(report(account, "json", compared))["found"]["undeclared"] == ["gateway stranger"]
    assert json.loads(report(account, "json", compared, undeclared=False))["undeclared"] == []


def test_a_report_is_the_same_each_time():
    account = account_of(dynamic_routes=[{"name": "chat", "elements": GRAPH}])
    assert all(report(account, kind) == report(account, kind) for kind in FORMATS)


def test_a_huge_account_has_only_some_drawings():
    gateways = [
        account_of(f"g{number}", dynamic_routes=[{"name": f"r{route}", "elements": GRAPH} for route in range(5)])["gateways"][0]
        for number in range(300)
    ]
    text = report({"gateways": gateways}, "html")
    assert text.count("<svg") == 50
    assert "And 1,450 more routes" in text


def test_markdown_can_be_limited():
    account = account_of(dynamic_routes=[{"name": f"r{number}", "elements": GRAPH} for number in range(40)])
    text = report(account, "markdown", max_bytes=2000)
    assert len(text.encode()) <= 2000
    assert "Left out, because the report would be too long: " in text


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"format": "pdf"}, "format must be one of markdown, html, junit, json"),
        ({"now": "today"}, "now must be a time in ISO 8601"),
        ({"max_key_age_days": -1}, "max_key_age_days must be an integer, and at least 0"),
        ({"format": "html", "max_bytes": 5}, "max_bytes must be an integer, and is only possible with format=markdown"),
    ],
)
def test_wrong_arguments_are_explained(options, problem):
    with pytest.raises(AnsibleFilterError, match=problem):
        account_report({"gateways": []}, None, **options)


@pytest.mark.parametrize("account", [[], "text", {"gateways": 5}])
def test_what_is_no_account_is_refused(account):
    with pytest.raises(AnsibleFilterError, match="account_report: "):
        account_report(account)
