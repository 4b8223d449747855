"""The demonstration: Bristol's own tables and the national series of the United Kingdom, end to end."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from dataexchange.cli.session import Session
from dataexchange.errors import Conflict, NotFound
from dataexchange.messages.report import verdict_lines
from dataexchange.messages.statements_csv import read_statements
from dataexchange.model.access import Caller, Scope
from dataexchange.model.areas import Areas
from dataexchange.model.finding import Report
from dataexchange.model.inequality import DISTRICTS
from dataexchange.model.justification import Statement
from dataexchange.model.sentence import says
from dataexchange.model.structure import Ref
from dataexchange.model.submission import Release
from dataexchange.pipeline.inequality_words import number
from dataexchange.pipeline.mapping_file import load_mapping
from dataexchange.store import releases, structures, submissions
from dataexchange.store.database import Connection, reading, writing
from dataexchange.workflow import baseline, justify, publish, review, submit
from dataexchange.workflow.assess import assess
from dataexchange.workflow.inequality import inequality_of
from dataexchange.workflow.justified import told_report

#: Bristol's survey on safety after dark, without a breakdown.
_SAFETY = "A.N._L_VC_SNS_WALN_DARK.GB_BRS" + "._T" * 11


#: Tables with faults put in -> what they are called.
_BROKEN = {
    "safety-after-dark": "Safety after dark with faults put in, for show",
    "internet-use": "Internet users as shares where percentages belong, for show",
}


@dataclass(frozen=True, slots=True)
class Chapter:
    """One table of the demonstration: what was found, and the release if it was published."""

    title: str
    report: Report
    release: Release | None
    #: Why the city's warnings may stand, in its words.
    reasons: Sequence[Statement] = ()
    #: What the city's averages hide: a sentence for each series of the city that has districts.
    inside: Sequence[str] = ()


def examples_folder() -> Path:
    """The checkout's root: here, or above this file when the package is installed from a checkout."""
    for root in (Path.cwd(), Path(__file__).resolve().parents[3]):
        if (root / "examples" / "uk" / "national.xml").is_file():
            return root
    raise NotFound("The example files are not here: run the demonstration from a checkout of the project.")


def load(here: Session, root: Path, step: Callable[[str], None]) -> list[Chapter]:
    """National series first, then each table that has a mapping: submit, check, say why, publish. A transaction each."""
    with writing(here.engine) as conn:
        _refuse_foreign_home(conn)
        national = baseline.load_baseline(conn, [root / "examples/uk/national.xml"], actor=here.actor, progress=step)
    chapters = [Chapter("National series of the United Kingdom", national.report, national.release)]
    for path in sorted((root / "mappings/bristol").glob("*.yaml")):
        mapping, _, _ = load_mapping(path)
        table = next(f for f in sorted((root / "examples/bristol").iterdir()) if f.stem == path.stem)
        parcel = submit.keep_parcel(here.home, table, path)
        with reading(here.engine) as conn:
            announced = submit.read_parcel(conn, here.home, parcel, caller=here.caller)
        with writing(here.engine) as conn:
            received = submit.accept_parcel(conn, announced, caller=here.caller)
        with reading(here.engine) as conn:
            assessment = submit.examine(conn, here.home, received, progress=step)
        with writing(here.engine) as conn:
            submit.conclude(conn, received.id, assessment, actor=here.actor)
        report = assessment.report
        release, reasons = None, _reasons(root, path.stem)
        inside: tuple[str, ...] = ()
        if report.publishable:
            with writing(here.engine) as conn:
                if reasons:
                    city = Caller(received.provider, frozenset({Scope.SUBMIT}), here.actor)
                    justify.give_reasons(conn, received.id, reasons, caller=city)
                review.ask_for_publication(conn, received.id, caller=here.caller)
                release = publish.publish(conn, here.home, received.id, actor=here.actor, assessment=assessment)
            with reading(here.engine) as conn:
                told = told_report(conn, submissions.get(conn, received.id))
                report = replace(told, counts=report.counts)
                inside = _inside(conn, mapping.dataflow_ref, report)
        chapters.append(Chapter(mapping.title, report, release, reasons, inside))
    chapters += (_broken(here, root, table, what, step) for table, what in _BROKEN.items())
    return chapters


def _reasons(root: Path, table: str) -> Sequence[Statement]:
    """What the city says of the warnings of a table."""
    path = root / "examples/bristol/reasons" / f"{table}.csv"
    return read_statements(path.read_bytes(), path.name) if path.is_file() else ()


def _inside(conn: Connection, flow: Ref, report: Report) -> tuple[str, ...]:
    """`_L_VC_SNS_WALN_DARK inside Bristol, 2020: from 27.5 … to 88.9 … Difference 61.4 percentage points, ratio 3.23.`"""
    schema = structures.schema(conn, flow)
    place = schema.structure.dimension_ids.index("REF_AREA")
    areas, told = Areas.of(schema), []
    for key in dict.fromkeys(comparison.key for comparison in report.comparisons):
        area = key.split(".")[place]
        found = inequality_of(conn, flow, key).found if areas.partitions(area) else None
        if found is None or found.partition.id != DISTRICTS or not found.measures:
            continue
        measured = {measure.id: f"{number(measure.value)} {measure.unit}".strip() for measure in found.measures}
        named = (f"{word} {measured[id]}" for id, word in (("D", "Difference"), ("R", "ratio")) if id in measured)
        code = key.split(".")[schema.structure.dimension_ids.index("SERIES")]
        where = f"{code} inside {schema.code_name('REF_AREA', area)}, {found.whole.period}"
        told.append(f"{where}: {str(found.summary)[:1].lower()}{str(found.summary)[1:]} {', '.join(named)}.")
    return tuple(told)


def _refuse_foreign_home(conn: Connection) -> None:
    """Demonstration figures have no business among the real ones."""
    for release in releases.latest(conn, limit=1000):
        if not release.dataset.startswith(("bristol/", "UK_ONS/")):
            raise Conflict(
                f"This exchange holds data of its own ({release.dataset}): unset DATAEXCHANGE_HOME and DATAEXCHANGE_DATABASE_URL for "
                "the demonstration, or name an empty folder."
            )


def _broken(here: Session, root: Path, table: str, what: str, step: Callable[[str], None]) -> Chapter:
    """A table with faults, checked and not stored: what a city sees when something is wrong."""
    mapping, _, _ = load_mapping(root / f"mappings/bristol/{table}.yaml")
    path = root / f"examples/bristol/broken/{table}.csv"
    with reading(here.engine) as conn:
        report = assess(conn, path, mapping, name=path.name, progress=step).report
    return Chapter(what, report, None)


def summary(chapters: list[Chapter], *, port: int, home: Path) -> str:
    """What a visitor reads: table by table, all in one table, then three addresses."""
    lines = []
    for chapter in chapters:
        lines += ["", chapter.title, "-" * len(chapter.title)]
        for line in verdict_lines(chapter.report):
            lines += textwrap.wrap(line, 100, initial_indent="  ", subsequent_indent="    ", break_long_words=False)
        for told in chapter.inside:
            lines += textwrap.wrap(told, 100, initial_indent="  ", subsequent_indent="    ", break_long_words=False)
        if chapter.release:
            answered = "; its warnings have their reasons" if chapter.reasons else ""
            lines.append(f"  Published as release {chapter.release.number}{answered}.")
        else:
            lines.append(f"  Not published: {says('{n} error', '{n} errors', chapter.report.errors)} to correct first.")
    lines += ["", "In short", "--------", *(f"  {_outline(chapter)}" for chapter in chapters)]
    base = f"http://127.0.0.1:{port}"
    lines += [
        "",
        "Open a page for people, the safety survey with its wards, Bristol's series, or the national series of PM2.5:",
        f"  {base}/",
        f"  {base}/series/DX/DF_SDG_LOCAL/1.0.0/{_SAFETY}",
        f"  {base}/sdmx/v2/data/dataflow/DX/DF_SDG_LOCAL/1.0.0/*?c[REF_AREA]=GB_BRS&format=csv",
        f"  {base}/sdmx/v2/data/dataflow/DX/DF_SDG_NATIONAL/1.0.0/*?c[SERIES]=EN_ATM_PM25&format=csv",
        "",
        *(line for chapter in chapters if chapter.reasons and chapter.release for line in _passport(base, chapter)),
        "The whole report of one table, and of the broken one; every measure of what the city's average hides:",
        f"  export DATAEXCHANGE_HOME={home}",
        "  .venv/bin/dataexchange check examples/bristol/pm25.csv -m mappings/bristol/pm25.yaml",
        "  .venv/bin/dataexchange check examples/bristol/broken/safety-after-dark.csv -m mappings/bristol/safety-after-dark.yaml",
        f"  .venv/bin/dataexchange inequality {_SAFETY}",
        "",
    ]
    return "\n".join(lines)


def _passport(base: str, chapter: Chapter) -> Sequence[str]:
    assert chapter.release is not None
    return (
        f"What the checks found of {chapter.title}, and why it stands all the same:",
        f"  {base}/api/v1/releases/{chapter.release.number}/passport",
        "",
    )


def _outline(chapter: Chapter) -> str:
    """One line: what it is, how many observations, how it stands to the nation."""
    verdicts = Counter(c.verdict.replace("_", " ") for c in chapter.report.comparisons)
    told = ", ".join(f"{n} {verdict}" for verdict, n in verdicts.most_common())
    found = (
        f"published, {chapter.report.counts.get('observations', 0):,} observations" if chapter.release else "returned"
    )
    title = textwrap.shorten(chapter.title, 66, placeholder=" …")
    return f"{title:<68}{found}{f'; {told}' if told else ''}"
