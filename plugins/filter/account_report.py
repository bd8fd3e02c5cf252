# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filter that converts an account, and the result of a check-mode run, to a report for users or for other programs."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from datetime import datetime, timezone
from typing import Any

from ansible.errors import AnsibleFilterError

from ansible_collections.edgeops.cloudflare.plugins.plugin_utils.plain import plain
from ansible_collections.edgeops.cloudflare.plugins.plugin_utils.report.data import Report, as_json
from ansible_collections.edgeops.cloudflare.plugins.plugin_utils.report.facts import MAX_KEY_AGE_DAYS, TITLE, report_of
from ansible_collections.edgeops.cloudflare.plugins.plugin_utils.report.html_page import html_page
from ansible_collections.edgeops.cloudflare.plugins.plugin_utils.report.junit import junit
from ansible_collections.edgeops.cloudflare.plugins.plugin_utils.report.markdown import markdown
from ansible_collections.edgeops.cloudflare.plugins.plugin_utils.report.parsing import shape_problems

DOCUMENTATION = r"""
name: account_report
short_description: Turn an account into a report
version_added: 0.2.0
author:
  - edgeops.cloudflare contributors (@edgeops)
description:
  - Takes an account (as M(edgeops.cloudflare.ai_gateway_account_info) returns it) and the result of
    M(edgeops.cloudflare.ai_gateway_account) in check mode, and returns the text of a report. The playbook
    C(edgeops.cloudflare.ai_gateway_audit) writes such reports to files.
  - A report contains findings (objects that are missing, drifted or not declared, gateways without authentication, old keys, routes that
    lead nowhere), the changes that applying the document would make, tables of all objects, and a drawing of each route.
  - Secrets are not shown. Strings from the account are escaped in each format, so that nothing in them is evaluated.
positional: _input, compared, format
options:
  _input:
    description: An account. Lists that the account does not contain are not reported.
    type: dict
    required: true
  compared:
    description:
      - The result of M(edgeops.cloudflare.ai_gateway_account) or M(edgeops.cloudflare.ai_gateways) in check mode. With C(diff), the report
        shows both values of each setting.
      - Without this option, or with the result of a skipped task, the report says that the account was not compared.
    type: dict
  format:
    description:
      - V(markdown) contains drawings in Mermaid, which GitHub and GitLab render.
      - V(html) is a single file without scripts that needs no other files and no network.
      - V(junit) contains a test case for each object. The test case fails if there is a finding about the object.
      - V(json) contains all facts of the report.
    type: str
    choices: [markdown, html, junit, json]
    default: markdown
  now:
    description: The time of the report in ISO 8601, such as C(2026-11-26T12:00:00Z). By default, the current time.
    type: str
  max_key_age_days:
    description: A key that was last changed more than this number of days ago is a finding.
    type: int
    default: 90
  account_id:
    description: The id of the account. By default, the id that an object of the account contains, if any.
    type: str
  title:
    description: The title of the report.
    type: str
    default: AI Gateways
  undeclared:
    description: Whether objects that the document does not declare are findings. This only applies to lists that the document contains.
    type: bool
    default: true
  max_bytes:
    description: The maximum size of the text with O(format=markdown). Content that does not fit is left out, with a note.
    type: int
seealso:
  - name: The report of an account
    description: Drift, undeclared objects, old keys, and drawings of routes.
    link: https://github.com/edgeops/ansible-collection-cloudflare/blob/main/docs/report.md
  - plugin: edgeops.cloudflare.account_files
    plugin_type: filter
    description: Returns the same account as files of variables.
"""

EXAMPLES = r"""
- name: Read the whole account
  edgeops.cloudflare.ai_gateway_account_info:
  register: found

- name: Compare the account with a document
  edgeops.cloudflare.ai_gateway_account:
    gateways: "{{ cloudflare_account.gateways }}"
  check_mode: true
  diff: true
  register: compared

- name: Write the report
  ansible.builtin.copy:
    content: "{{ found.account | edgeops.cloudflare.account_report(compared, 'html') }}"
    dest: report.html
    mode: "0600"

- name: Show which keys are older than a month
  ansible.builtin.debug:
    msg: "{{ report.findings | selectattr('check', 'eq', 'old_keys') | map(attribute='id') | list }}"
  vars:
    report: "{{ found.account | edgeops.cloudflare.account_report(format='json', max_key_age_days=30) | from_json }}"
"""

RETURN = r"""
_value:
  description:
    - The text of the report. With O(now), the same arguments always give the same text.
    - With O(format=json), C(findings) is a list of dicts with C(check), C(kind), C(parent), C(id), C(message) and C(detail). C(check) is
      one of C(failed), C(without_authentication), C(missing), C(drifted), C(route_warnings), C(old_keys) and C(undeclared). C(lines)
      contains the same findings as short strings, and C(found) the names of the objects by check.
  type: str
"""

# Templates would evaluate these. In indented JSON, they occur only within strings.
_TEMPLATE = re.compile(r"\{(?=[{%#])")


def _json_text(report: Report) -> str:
    text = json.dumps(as_json(report), indent=2)
    return _TEMPLATE.sub(r"\\u007b", text) + "\n"


FORMATS: dict[str, Callable[[Report], str]] = {"markdown": markdown, "html": html_page, "junit": junit, "json": _json_text}


def account_report(  # noqa: PLR0913, PLR0917  # these are the options
    account: Any,
    compared: Any = None,
    format: str = "markdown",
    now: str | None = None,
    max_key_age_days: int = MAX_KEY_AGE_DAYS,
    account_id: str | None = None,
    title: str = TITLE,
    undeclared: bool = True,
    max_bytes: int | None = None,
) -> str:
    """Implement the filter. The documentation is above."""
    account, compared, time = plain(account), plain(compared), _time(now)
    problems = [*shape_problems(account), *_option_problems(compared, format, max_key_age_days, max_bytes)]
    if time is None:
        problems.append("now must be a time in ISO 8601, such as 2026-11-26T12:00:00Z")
    if time is None or problems:
        raise AnsibleFilterError(f"account_report: {'; '.join(problems)}")
    report = report_of(
        account,
        compared,
        now=time,
        max_key_age_days=max_key_age_days,
        account_id=account_id,
        title=str(title),
        undeclared=undeclared,
    )
    return FORMATS[format](report) if max_bytes is None else markdown(report, max_bytes)


def _time(now: str | None) -> datetime | None:
    if now is None:
        return datetime.now(timezone.utc)
    try:
        time = datetime.fromisoformat(str(now).replace("Z", "+00:00"))
    except ValueError:
        return None
    return time if time.tzinfo else time.replace(tzinfo=timezone.utc)


def _option_problems(compared: Any, chosen: Any, max_key_age_days: Any, max_bytes: Any) -> Iterator[str]:
    if compared is not None and not isinstance(compared, dict):
        yield "compared must be the result of a task"
    if chosen not in FORMATS:
        yield f"format must be one of {', '.join(FORMATS)}"
    if not _is_count(max_key_age_days):
        yield "max_key_age_days must be an integer, and at least 0"
    if max_bytes is not None and not (_is_count(max_bytes) and chosen == "markdown"):
        yield "max_bytes must be an integer, and is only possible with format=markdown"


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


class FilterModule:
    """The class that Ansible loads."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Return the filters of this file, by name."""
        return {"account_report": account_report}
