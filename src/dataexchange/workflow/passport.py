"""The validation passport of a release: which rules ran on it, what they found, and by whose word it stands all the same.

Made when the release is, of the report that the release points to and of what was said of it by then; kept with the release and never
changed. Verdicts series by series are not repeated in it: they are those of the report, whose hash it names, read with the reasons
that it holds (`verdicts`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dataexchange.model.finding import Comparison, Report
from dataexchange.model.justification import Group, Justification, Justified, Origin, Side, Statement
from dataexchange.model.rules import RULES
from dataexchange.model.structure import ProvisionAgreement
from dataexchange.model.submission import Release, Submission
from dataexchange.store import audit, passports
from dataexchange.store.audit import Entry
from dataexchange.store.database import Connection
from dataexchange.store.passports import Kept
from dataexchange.workflow.agreements import agreement_of
from dataexchange.workflow.justified import Standing, explained, standing_of
from dataexchange.workflow.kept_report import kept_report

#: Of the document, not of what it is about.
VERSION = "1.0"


def keep_passport(conn: Connection, release: Release, submission: Submission) -> str:
    """The hash of the passport, in the transaction that makes the release."""
    found = standing_of(conn, submission)
    entries = audit.entries(conn, subject=submission.id, limit=1000)
    agreement = agreement_of(conn, release.provider, release.dataflow)
    return passports.keep(conn, release.number, _document(release, found, agreement, entries))


def verdicts(conn: Connection, kept: Kept, *, limit: int, offset: int) -> tuple[int, Sequence[Comparison]]:
    """How many comparisons there are, and some of them, in the order of the report."""
    report = kept_report(conn, kept.document["hashes"]["report"])
    told = explained(report.page(limit, offset), _said(kept.document))
    return report.verdicts.total(), told.comparisons


def _document(
    release: Release, found: Standing, agreement: ProvisionAgreement | None, entries: Sequence[Entry]
) -> dict[str, Any]:
    report, said, submission = found.report, found.said, found.submission
    return {
        "version": VERSION,
        "release": release.number,
        "published_at": release.published_at,
        "dataflow": release.dataflow.short,
        "provider": release.provider,
        "dataset": release.dataset,
        "agreement": agreement.ref.short if agreement else None,
        "submission": submission.id,
        "received_at": submission.received_at,
        "hashes": {"file": release.file_hash, "mapping": release.mapping_hash, "report": release.report_hash},
        "rulebook": report.rulebook,
        "rules_run": list(report.rules_run),
        "rules_skipped": {rule: str(why) for rule, why in report.rules_skipped.items()},
        "errors": report.errors,
        "warnings": report.warnings,
        "findings": _findings(report, said),
        "reasons": [_statement(one) for one in found.given(Side.REASON)],
        "waivers": [_statement(one) for one in found.given(Side.WAIVER)],
        "verdicts": {verdict.value: n for verdict, n in found.verdicts.items() if n},
        "review": _review(submission, entries),
    }


def _findings(report: Report, said: Justified) -> list[dict[str, Any]]:
    """By severity and rule: how many, and how many of them a reason or a waiver answers. No cell of the city's file."""
    severities = dict.fromkeys(finding.severity for finding in report.findings)
    return [
        _group(group) for severity in sorted(severities, key=_gravest_first) for group in said.groups(report, severity)
    ]


def _gravest_first(severity: str) -> int:
    return ("error", "warning", "information").index(severity)


def _group(group: Group) -> dict[str, Any]:
    rule = RULES.get(group.rule)
    return {
        "rule": group.rule,
        "title": rule.title if rule else group.rule,
        "level": rule.level if rule else None,
        "severity": group.severity.value,
        "count": group.count,
        "answered": group.answered,
    }


def _statement(one: Justification) -> dict[str, Any]:
    said = one.statement
    return {
        "rule": said.rule,
        "key": said.key,
        "period": said.period,
        "text": said.text,
        "by": one.organisation,
        "at": one.given_at,
        "origin": one.origin.value,
        "taken_from": one.taken_from,
    }


def _review(submission: Submission, entries: Sequence[Entry]) -> dict[str, Any] | None:
    """Who accepted it, and when; None where the agreement names no office."""
    accepted = next((entry for entry in entries if entry.action == "review.accept"), None)
    if accepted is None:
        return None
    return {"office": submission.reviewer, "decision": "accepted", "at": accepted.at}


def _said(document: Mapping[str, Any]) -> Justified:
    """The statements of a kept passport, as they were."""
    sides = ((Side.REASON, document["reasons"]), (Side.WAIVER, document["waivers"]))
    return Justified(
        tuple(
            Justification(
                side,
                Statement(one["rule"], one["text"], one["key"], one["period"]),
                one["by"],
                one["at"],
                Origin(one["origin"]),
                one["taken_from"],
            )
            for side, listed in sides
            for one in listed
        )
    )
