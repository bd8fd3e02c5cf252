# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Make a report of a whole account: for people, for wikis and for pipelines."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime, timezone
from typing import Any

from ansible.errors import AnsibleFilterError

from ansible_collections.edgeops.cloudflare.plugins.plugin_utils.plain import plain
from ansible_collections.edgeops.cloudflare.plugins.plugin_utils.report.data import CHECKS, Report, as_json
from ansible_collections.edgeops.cloudflare.plugins.plugin_utils.report.facts import MAX_KEY_AGE_DAYS, TITLE, report_of
from ansible_collections.edgeops.cloudflare.plugins.plugin_utils.report.junit import junit
from ansible_collections.edgeops.cloudflare.plugins.plugin_utils.report.markdown import markdown
from ansible_collections.edgeops.cloudflare.plugins.plugin_utils.report.page import page
from ansible_collections.edgeops.cloudflare.plugins.plugin_utils.report.wording import label

DOCUMENTATION = r"""
name: account_report
short_description: Make a report of a whole account
version_added: 0.2.0
author:
  - edgeops.cloudflare contributors (@edgeops)
description:
  - Takes an account as M(edgeops.cloudflare.ai_gateway_account_info) returns it, and makes a report of it. The report shows gateways
    that anybody can use, keys that were not changed for a long time, and warnings about routes. It lists all gateways with their keys,
    routes, policies and custom domains, and contains a drawing of each route.
  - With O(compared), the report also shows what differs from the declared document, and what the document does not mention.
  - Text of the account is escaped in every format. Secrets are not in the report, because the modules mask them.
  - The playbook C(edgeops.cloudflare.ai_gateway_audit) writes such reports to files.
positional: _input, compared
options:
  _input:
    description: An account.
    type: dict
    required: true
  compared:
    description:
      - The result of M(edgeops.cloudflare.ai_gateway_account) in check mode with C(diff), or of M(edgeops.cloudflare.ai_gateways).
        Without it, the account is not compared.
    type: dict
  format:
    description:
      - V(markdown) is text for GitHub, GitLab and wikis, with drawings in Mermaid.
      - V(html) is one file that opens in a browser without a network and contains no scripts.
      - V(junit) is XML for pipelines. It has a test case for each object, which fails if there is a finding about the object.
      - V(json) contains all facts of the report. C(by_check) has the objects with findings by the name of the check.
    type: str
    choices: [markdown, html, junit, json]
    default: markdown
  max_key_age_days:
    description: The number of days after which a key that was not changed is a finding.
    type: int
    default: 90
  account_id:
    description: The id of the account, for the heading.
    type: str
  title:
    description: The heading of the report.
    type: str
    default: AI Gateways
  undeclared:
    description: Whether objects that the document does not mention are findings.
    type: bool
    default: true
  now:
    description:
      - The time of the report, in ISO 8601 with a time zone. The current time if it is not given.
    type: str
  max_bytes:
    description:
      - The maximum size of a report in V(markdown). Less important parts are left out.
    type: int
seealso:
  - module: edgeops.cloudflare.ai_gateway_account_info
  - module: edgeops.cloudflare.ai_gateway_account
"""

EXAMPLES = r"""
- name: Read the account
  edgeops.cloudflare.ai_gateway_account_info:
  register: found

- name: Write a report that opens in a browser
  ansible.builtin.copy:
    content: "{{ found.account | edgeops.cloudflare.account_report(format='html') }}"
    dest: report.html
    mode: "0600"
"""

RETURN = r"""
_value:
  description: The text of the report.
  type: str
"""


def _json(report: Report) -> str:
    by_check = {check: [label(one.subject) for one in report.findings if one.check == check] for check in CHECKS}
    found = {check: objects for check, objects in by_check.items() if objects}
    return json.dumps({**as_json(report), "by_check": found}, indent=2, ensure_ascii=False) + "\n"


FORMATS: Mapping[str, Callable[[Report], str]] = {"markdown": markdown, "html": page, "junit": junit, "json": _json}


def account_report(account: Any, compared: Any = None, format: str = "markdown", **options: Any) -> str:  # the option's name
    """See above."""
    known = {"max_key_age_days": MAX_KEY_AGE_DAYS, "account_id": None, "title": TITLE, "undeclared": True, "now": None, "max_bytes": None}
    unknown = sorted(set(options) - set(known))
    if unknown:
        raise AnsibleFilterError(f"account_report has no option {unknown[0]}")
    if format not in FORMATS:
        raise AnsibleFilterError(f"account_report: format is {format}, and must be one of: {', '.join(FORMATS)}")
    stored = plain(account)
    if not isinstance(stored, dict) or not {"gateways", "custom_providers"} & set(stored):
        raise AnsibleFilterError("account_report takes an account as edgeops.cloudflare.ai_gateway_account_info returns it")
    given = {**known, **plain(options)}
    report = report_of(
        stored,
        plain(compared) or None,
        now=_time(given["now"]),
        max_key_age_days=int(given["max_key_age_days"]),
        account_id=given["account_id"] or None,
        title=str(given["title"]),
        undeclared=bool(given["undeclared"]),
    )
    if format == "markdown" and given["max_bytes"] is not None:
        return markdown(report, int(given["max_bytes"]))
    return FORMATS[format](report)


def _time(text: Any) -> datetime:
    """Return the time of the report.

    :raises AnsibleFilterError: if ``text`` is no time with a time zone.
    """
    if not text:
        return datetime.now(timezone.utc)
    try:
        found = datetime.fromisoformat(str(text).replace("Z", "+00:00"))
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise AnsibleFilterError(f"account_report: now is {text}, and must be a time with a time zone, such as 2026-01-31T12:00:00Z")
    return found


class FilterModule:
    """Read by Ansible."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Return the filters of this file, by name."""
        return {"account_report": account_report}
