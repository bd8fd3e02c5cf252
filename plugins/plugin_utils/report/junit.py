# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A report as JUnit XML for CI systems: a test case for each object, which fails if there are findings about it."""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree import ElementTree

from ansible_collections.edgeops.cloudflare.plugins.module_utils.text import MAX_MESSAGE, printable
from ansible_collections.edgeops.cloudflare.plugins.plugin_utils.report.data import CHECKS, KINDS, Finding, Report, Subject
from ansible_collections.edgeops.cloudflare.plugins.plugin_utils.report.wording import label

ACCOUNT = "account"


def junit(report: Report) -> str:
    """Return the report as JUnit XML."""
    whole = ElementTree.Element("testsuites", name=_text(report.title))
    findings: dict[Subject, list[Finding]] = {}
    for finding in report.findings:
        findings.setdefault(finding.subject, []).append(finding)
    if report.comparison_error:
        suite = ElementTree.SubElement(whole, "testsuite", name="comparison", timestamp=report.time)
        _problem(_case(suite, ACCOUNT, "comparison"), "error", "failed", [report.comparison_error])
    for kind in dict.fromkeys([*KINDS, *(subject.kind for subject in report.subjects)]):
        subjects = [subject for subject in report.subjects if subject.kind == kind]
        if subjects:
            suite = ElementTree.SubElement(
                whole, "testsuite", name=_text(KINDS[kind].several if kind in KINDS else kind), timestamp=report.time
            )
            for subject in subjects:
                _add_findings(_case(suite, subject.parent or ACCOUNT, label(subject)), findings.get(subject, []))
    for suite in whole:
        _count(suite)
    ElementTree.indent(whole)
    text = ElementTree.tostring(whole, encoding="unicode").replace("{", "&#123;")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'


def _case(suite: ElementTree.Element, group: str, name: str) -> ElementTree.Element:
    return ElementTree.SubElement(suite, "testcase", classname=_text(group), name=_text(name))


def _add_findings(case: ElementTree.Element, findings: Sequence[Finding]) -> None:
    """Add all findings to a test case as one failure, because many readers accept only one per test case."""
    if findings:
        kind = "error" if any(finding.check == "failed" for finding in findings) else "failure"
        _problem(case, kind, findings[0].check, [f"{CHECKS[finding.check].title}: {finding.message}" for finding in findings])


def _problem(case: ElementTree.Element, kind: str, check: str, messages: Sequence[str]) -> None:
    problem = ElementTree.SubElement(case, kind, type=check, message=_text(messages[0]))
    problem.text = "\n".join(map(_text, messages))


def _count(suite: ElementTree.Element) -> None:
    suite.set("tests", str(len(suite)))
    for name, kind in (("failures", "failure"), ("errors", "error")):
        suite.set(name, str(sum(1 for _problem in suite.iter(kind))))


def _text(text: str) -> str:
    """Return text without characters that XML does not allow."""
    return printable(text, MAX_MESSAGE)
