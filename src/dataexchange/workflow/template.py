"""A template for a provision agreement: what stands in one dataset of its provider, ready for the next period.

    template_for(conn, home, "PA_BRISTOL_SDG_LOCAL", Wish(table="bristol/pm25"))

Every series of the dataset is a row with its key, its attributes and its last value; the next period is empty. A dataset that is
not published yet has the columns and the drop-downs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from dataexchange.errors import InvalidRequest, NotFound
from dataexchange.model.mapping import Source
from dataexchange.model.period import parse_period
from dataexchange.model.provision import areas_of, reviewer_of
from dataexchange.model.schema import Schema
from dataexchange.model.sentence import Value, listed, say
from dataexchange.model.structure import Languages, ProvisionAgreement
from dataexchange.model.template import TOLD, Form, Template
from dataexchange.pipeline.mapping_values import is_numeric
from dataexchange.pipeline.template_fields import choices_of, definitions_of, fields_of, one_line
from dataexchange.pipeline.template_rows import laid_together, published_rows, rows_to_fill
from dataexchange.store import releases
from dataexchange.store.database import Connection
from dataexchange.store.held import Extent, datasets_of, of_dataset
from dataexchange.store.validity import validity
from dataexchange.workflow.agreements import agreements
from dataexchange.workflow.keys import organisations
from dataexchange.workflow.provenance import source_of
from dataexchange.workflow.submit import require_name, require_own

#: A sheet for people to fill; whoever has more sends SDMX or a table with a mapping.
MOST_ROWS = 20_000
MOST_PERIODS = 100


@dataclass(frozen=True, slots=True)
class Wish:
    """`table`: which dataset, where the provider has several. `periods`: those to fill, in place of the one that follows the last of
    each series. `filled`: with the published observations, to be corrected."""

    table: str | None = None
    periods: Sequence[str] = ()
    filled: bool = False
    languages: Languages = "en"


def template_for(conn: Connection, home: Path, agreement_id: str, wish: Wish) -> Template:
    agreement = agreement_named(conn, agreement_id)
    holds = validity(conn, agreement.ref)[1]
    schema, provider = holds.schema, agreement.provider.id
    _require_fit(schema, agreement_id, wish)
    there = datasets_of(conn, schema, agreement.dataflow, provider)
    table = _table(conn, provider, there, wish.table)
    _require_few(there.get(table, Extent(0, 0)), wish, table)
    held = (conn, schema, agreement.dataflow, provider, table)
    rows = rows_to_fill(of_dataset(*held, last=True), schema, wish.periods)
    if wish.filled:
        rows = laid_together(published_rows(of_dataset(*held), schema), rows, schema.structure)
    fields = fields_of(schema, rows, wish.languages)
    names = organisations(conn)
    form = Form(
        title=one_line(f"{table}, {names.get(provider, provider)}"),
        dataflow=agreement.dataflow.short,
        provider=provider,
        dataset=table,
        source=_source(conn, home, agreement, table) or Source(name=names.get(provider, provider)),
        fields=fields,
    )
    return Template(
        form=form,
        measure=schema.structure.measure.id,
        rows=rows.select([*(field.component for field in fields), *TOLD]),
        choices=choices_of(holds, fields, areas_of(agreement), wish.languages),
        notes=_NOTES,
        facts=tuple(_facts(agreement, schema, names, form, wish.languages)),
        definitions=tuple(definitions_of(schema, rows, wish.languages)),
    )


_NOTES: tuple[Value, ...] = (
    say(
        "Fill the yellow cells in sheet Data. A row whose value stays empty is not sent, unless its observation status says why there "
        "is no value (for example Q, suppressed, or O, missing)."
    ),
    say(
        "Choose codes from the drop-downs: the code stands before the mark, its name after it. The code alone will do, the name "
        "alone will not."
    ),
    say(
        "For a series that is not there yet, write its codes into an empty row below. Hidden columns hold what is the same for all "
        "rows; an empty cell in them means the total or the usual code. Unhide them to say something else."
    ),
    say("The grey columns show what is published now. They are not read."),
    say(
        "Rows may be deleted: what is published under them stays as it is. Columns may be moved; their headers and the hidden sheet "
        "must stay."
    ),
    say("Save the workbook as XLSX and send it as it is: it needs no mapping."),
)


def _facts(
    agreement: ProvisionAgreement, schema: Schema, names: dict[str, str], form: Form, languages: Languages
) -> Iterator[tuple[Value, Value]]:
    provider, reviewer = agreement.provider.id, reviewer_of(agreement)
    yield say("Table"), form.dataset
    yield say("Sent by"), one_line(f"{names.get(provider, provider)} ({provider})")
    flow = schema.dataflow
    yield say("Published in"), one_line(f"{flow.name(languages)}, {flow.ref.short}" if flow else form.dataflow)
    yield say("Agreement"), f"{agreement.id} {agreement.version}"
    areas = [one_line(schema.code_name("REF_AREA", area, languages)) for area in areas_of(agreement)]
    yield say("Areas"), listed(areas) if areas else say("any")
    yield (
        say("Whom to ask"),
        one_line(f"{names.get(reviewer, reviewer)} ({reviewer})") if reviewer else say("the operator of the exchange"),
    )
    yield say("Source"), one_line(", ".join(part for part in (form.source.name, form.source.licence) if part))


def agreement_named(conn: Connection, wanted: str) -> ProvisionAgreement:
    found = agreements(conn)
    for agreement in found:
        if wanted in (agreement.id, agreement.ref.short, agreement.ref.urn):
            return agreement
    there = ", ".join(sorted(agreement.id for agreement in found)) or "none yet"
    raise NotFound(f"There is no provision agreement {wanted[:100]!r}; there are {there}.")


def _table(conn: Connection, provider: str, there: dict[str, Extent], wanted: str | None) -> str:
    """The dataset that is meant; a name that is not published yet begins a new one."""
    if wanted is not None:
        return require_own(conn, provider, require_name(wanted, parameter="table"), parameter="table")
    if len(there) > 1:
        raise InvalidRequest(
            f"{provider} publishes several tables under this agreement, and a template is of one: name {' or '.join(there)}, or a "
            "new name for a new table",
            parameter="table",
        )
    return next(iter(there), f"{provider.lower()}/template")


def _require_fit(schema: Schema, agreement_id: str, wish: Wish) -> None:
    structure = schema.structure
    if structure.time_dimension is None or len(structure.measures) != 1 or not is_numeric(structure.measure):
        raise InvalidRequest(
            "templates are for structures with time and one measure, a number; send SDMX-CSV",
            parameter="agreement",
            value=agreement_id,
        )
    if len(wish.periods) > MOST_PERIODS:
        raise InvalidRequest(f"name at most {MOST_PERIODS} periods", parameter="period")
    for text in wish.periods:
        parse_period(text)


def _require_few(extent: Extent, wish: Wish, table: str) -> None:
    n = extent.series * max(1, len(wish.periods)) + (extent.observations if wish.filled else 0)
    if n > MOST_ROWS:
        raise InvalidRequest(
            f"there would be {n:,} rows, more than {MOST_ROWS:,}, which nobody fills by hand; send SDMX-CSV or a table with a mapping",
            parameter="table",
            value=table,
        )


def _source(conn: Connection, home: Path, agreement: ProvisionAgreement, table: str) -> Source | None:
    """What the release before said of where the figures come from."""
    release = releases.newest_of(conn, agreement.dataflow, agreement.provider.id, table)
    return source_of(home, release.mapping_hash) if release is not None and release.mapping_hash else None
