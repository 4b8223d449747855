"""Validation passports as reports of reference metadata, for harvesters that speak SDMX.

    BRISTOL:VALIDATION_7(1.0.0)   about the dataflow and the provision agreement that release 7 came under

Under `DX:MDF_VALIDATION(1.0.0)`, one a release. They are made from the kept passports, which never change, so those that were made are
remembered; their addresses are told as the caller knows the exchange (`addressed`). In which language a city gave a reason is not
known, so reasons are plain values and say none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from dataexchange.model.metadata import MetadataSet, Reported
from dataexchange.model.structure import Kind, Ref, parse_short
from dataexchange.store import passports, releases
from dataexchange.store.catalogue import keep
from dataexchange.store.database import Connection
from dataexchange.store.passports import Kept
from dataexchange.store.structure_state import structure_word
from dataexchange.workflow.agreements import agreement_of

#: The metadataflow that ships with the exchange.
FLOW = Ref(Kind.METADATAFLOW, "DX", "MDF_VALIDATION", "1.0.0")
VERSION = "1.0.0"

#: Reasons, and waivers, that one report tells; the passport has all, and the report says so where there are more.
_MOST = 200

_DATABASES = 8
_known: dict[str, PassportReports] = {}


@dataclass(frozen=True, slots=True)
class PassportReports:
    """All up to release `last`, with the time of the newest."""

    last: int = 0
    reports: tuple[MetadataSet, ...] = ()
    since: datetime | None = None

    @property
    def word(self) -> str:
        """Changes with every report that comes."""
        return self.reports[-1].id if self.reports else ""


def passport_reports(conn: Connection) -> PassportReports:
    """Of every release that has a passport."""
    word = structure_word(conn)
    known = _known.get(word, PassportReports())
    newest = releases.last_release(conn)
    if newest is None or newest.number <= known.last:
        return known
    made, since = list(known.reports), known.since
    for kept in passports.after(conn, known.last):
        made.append(_report(conn, kept))
        since = datetime.fromisoformat(kept.document["published_at"])
    known = PassportReports(newest.number, tuple(made), since)
    keep(_known, word, known, _DATABASES)
    return known


def addressed(report: MetadataSet, root: str) -> MetadataSet:
    """With the whole address of its passport, where the exchange is at `root` ("https://data.example.org")."""
    path = next((str(one.value) for one in report.attributes if one.id == "PASSPORT"), "")
    if report.metadataflow != FLOW or not path.startswith("/"):
        return report
    address = f"{root}{path}"
    return replace(
        report,
        descriptions={language: text.replace(path, address) for language, text in report.descriptions.items()},
        attributes=tuple(replace(one, value=address) if one.id == "PASSPORT" else one for one in report.attributes),
    )


def _report(conn: Connection, kept: Kept) -> MetadataSet:
    said = kept.document
    flow = parse_short(said["dataflow"], Kind.DATAFLOW)
    agreement = _agreement(conn, said, flow)
    return MetadataSet(
        agency=said["provider"],
        id=f"VALIDATION_{kept.release}",
        version=VERSION,
        names={"en": f"Validation of release {kept.release}: {said['dataset']}"},
        descriptions=_cut(said),
        metadataflow=FLOW,
        targets=(flow.urn, *((agreement.urn,) if agreement else ())),
        attributes=tuple(_attributes(kept)),
    )


def _cut(said: Mapping[str, Any]) -> Mapping[str, str]:
    """Where the report does not tell all reasons and waivers: how many it tells, and where all are."""
    reasons, waivers = len(said["reasons"]), len(said["waivers"])
    if max(reasons, waivers) <= _MOST:
        return {}
    told = f"{min(reasons, _MOST):,} of {reasons:,} reasons and {min(waivers, _MOST):,} of {waivers:,} waivers"
    return {"en": f"This report tells {told}; all of them are in the passport, {_path(said)}."}


def _path(said: Mapping[str, Any]) -> str:
    return f"/api/v1/releases/{said['release']}/passport"


def _agreement(conn: Connection, said: Mapping[str, Any], flow: Ref) -> Ref | None:
    """That of the time of the release; passports that do not name it have the one in force."""
    if named := said.get("agreement"):
        return parse_short(named, Kind.PROVISION_AGREEMENT)
    agreement = agreement_of(conn, said["provider"], flow)
    return agreement.ref if agreement else None


def _attributes(kept: Kept) -> Iterator[Reported]:
    said = kept.document
    hashes = said["hashes"]
    plain = {
        "RELEASE": said["release"],
        "DATASET": said["dataset"],
        "PUBLISHED_AT": said["published_at"],
        "PASSPORT": _path(said),
        "PASSPORT_HASH": kept.hash,
        "FILE_HASH": hashes["file"],
        "MAPPING_HASH": hashes["mapping"],
        "REPORT_HASH": hashes["report"],
        "RULEBOOK": said["rulebook"] or None,
        "N_ERRORS": said["errors"],
        "N_WARNINGS": said["warnings"],
    }
    yield from _values(plain)
    for group in said["findings"]:
        names = {"FINDING_RULE": "rule", "SEVERITY": "severity", "N_FOUND": "count", "N_ANSWERED": "answered"}
        yield Reported(id="FINDINGS", attributes=tuple(_values({id_: group[name] for id_, name in names.items()})))
    yield from _statements("REASON", said["reasons"])
    yield from _statements("WAIVER", said["waivers"])
    for verdict, n in sorted(said["verdicts"].items()):
        yield Reported(id="VERDICTS", attributes=tuple(_values({"VERDICT": verdict, "N_SERIES": n})))
    if review := said["review"]:
        yield from _values({"REVIEWED_BY": review["office"], "REVIEWED_AT": review["at"]})


def _statements(id_: str, listed: Sequence[Mapping[str, Any]]) -> Iterator[Reported]:
    for one in listed[:_MOST]:
        about = {f"{id_}_RULE": one["rule"], f"{id_}_KEY": one["key"], f"{id_}_PERIOD": one["period"]}
        yield Reported(
            id=id_,
            attributes=(
                *_values(about),
                *_values({f"{id_}_TEXT": one["text"], f"{id_}_BY": one["by"], f"{id_}_AT": one["at"]}),
            ),
        )


def _values(named: Mapping[str, Any]) -> Iterator[Reported]:
    return (Reported(id=id_, value=value) for id_, value in named.items() if value is not None)
