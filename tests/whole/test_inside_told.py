"""A whole and its parts: what is found of them is part of the one verdict of the whole, wherever that is told."""

from __future__ import annotations

from pathlib import Path

from test_recheck import BRISTOL, LOCAL, OPERATOR, Exchange, exchange, furnished
from test_unmapped import checked, message, put, sent

from dataexchange.model.areas import Areas
from dataexchange.model.finding import Comparison, Verdict
from dataexchange.model.justification import Statement
from dataexchange.model.overview import Line, Wanted
from dataexchange.model.structure import Kind, parse_short
from dataexchange.model.submission import Submission
from dataexchange.store import series, structures
from dataexchange.store.database import reading, writing
from dataexchange.workflow import justify, publish, review
from dataexchange.workflow.areas import load_areas
from dataexchange.workflow.compare import compare_area, compare_key, portrait
from dataexchange.workflow.overview import overview
from dataexchange.workflow.vintage import lay_together

__all__ = ["exchange", "furnished"]

HOMICIDES = {"SERIES": "VC_IHR_PSRCN", "UNIT_MEASURE": "NUMBER"}
WHOLE = "A.N.VC_IHR_PSRCN.GB_BRS" + "._T" * 11


def with_wards(exchange: Exchange, whole: float) -> bytes:
    """One in each ward, and so many in the city."""
    with reading(exchange.engine) as conn:
        (parts,) = [p.parts for p in Areas.of(structures.schema(conn, LOCAL)).partitions("GB_BRS") if p.exhaustive]
    lines = message((2019, whole), **HOMICIDES).splitlines()
    wards = (message((2019, 1.0), area=ward, **HOMICIDES).splitlines()[1] for ward in sorted(parts))
    return b"\n".join([*lines, *wards, b""])


def released(exchange: Exchange, whole: float) -> Submission:
    """What does not add up is let pass by the operator."""
    received = sent(
        exchange.engine, exchange.home, put(exchange.home / "wards.csv", with_wards(exchange, whole)), BRISTOL
    )
    report = checked(exchange.engine, exchange.home, received)
    with writing(exchange.engine) as conn:
        if report.errors:
            justify.give_waivers(conn, received.id, [Statement("COH-SUM", "Visitors.")], caller=OPERATOR)
        review.ask_for_publication(conn, received.id, caller=BRISTOL)
        assert publish.publish(conn, exchange.home, received.id, actor="test") is not None
    return received


def stands(exchange: Exchange) -> tuple[Comparison, Line]:
    """The same everywhere, and one for each series."""
    with reading(exchange.engine) as conn:
        one = compare_key(conn, LOCAL, WHOLE).comparison
        (beside,) = compare_area(conn, LOCAL, area="GB_BRS", indicator="VC_IHR_PSRCN")
        page, every = portrait(conn, LOCAL, WHOLE).comparison, overview(conn, Wanted())
    assert page == one == beside.comparison
    (line,) = every.lines
    assert sum(line.verdicts.values()) == line.n_series == 35
    return one, line


def test_a_waived_sum_is_part_of_the_verdict_of_its_whole(exchange: Exchange) -> None:
    exchange.national((2019, 50.0), **HOMICIDES)
    released(exchange, 50.0)
    one, line = stands(exchange)
    assert one.verdict is Verdict.EXPLAINED
    assert "its 34 parts sum to 34, 16 (32 %) apart" in one.reason
    assert one.reason.endswith("– waived by DX: Visitors.")
    assert one.baseline_key is not None
    assert line.verdicts[Verdict.EXPLAINED] == 1
    assert (line.errors, line.warnings) == (0, 0)


def test_a_sum_that_is_well_makes_nothing_comparable(exchange: Exchange) -> None:
    released(exchange, 34.0)
    one, line = stands(exchange)
    assert one.verdict is Verdict.NO_BASELINE
    assert line.verdicts == {Verdict.NO_BASELINE: 35}
    # The same with a whole that came without a check: nobody has answered for it.
    path = put(exchange.home / "wards.csv", with_wards(exchange, 60.0))
    with reading(exchange.engine) as conn:
        dataset, schema = lay_together(conn, [path], dataflow=LOCAL).dataset, structures.schema(conn, LOCAL)
    with writing(exchange.engine) as conn:
        series.publish(conn, dataset, schema, dataflow=LOCAL, provider="BRISTOL", dataset_id="bristol/wards")
    one, line = stands(exchange)
    assert one.verdict is Verdict.INCONSISTENT
    assert "34 parts sum to 34, 26 (43 %) apart" in one.reason
    assert line.verdicts == {Verdict.NO_BASELINE: 34, Verdict.INCONSISTENT: 1}
    assert line.errors == 1


def test_areas_parted_otherwise_are_another_look(exchange: Exchange, tmp_path: Path) -> None:
    exchange.national((2019, 50.0), **HOMICIDES)
    released(exchange, 50.0)

    def load(*rows: str) -> int:
        """How many datasets it concerns."""
        path = tmp_path / "areas.csv"
        path.write_text("\n".join(["area,parent,level,partition,valid_from,valid_to,boundary", *rows, ""]))
        with writing(exchange.engine) as conn:
            found = load_areas(conn, path, parse_short("DX:CL_AREA(1.0.0)", Kind.CODELIST), agency="DX", actor="test")
        assert found.faults == ()
        return found.concerned

    with reading(exchange.engine) as conn:
        wards = sorted(next(iter(Areas.of(structures.schema(conn, LOCAL)).partitions("GB_BRS"))).parts)
    # Parted so from a year on: for all time the list would be believed in place of the code list.
    first, second = (f"{ward},GB_BRS,ward,halves,2019,," for ward in wards[:2])
    assert load(first, second) == 1
    assert load(first, second) == 0, "the same again"
    assert exchange.run() == 1
    assert exchange.found()[0].turns == {("explained", "inconsistent"): 1}
    one, line = stands(exchange)
    assert one.verdict is Verdict.INCONSISTENT
    assert "its 2 parts sum to 2" in one.reason
    assert "sum to 34, 16 (32 %) apart (in the one period) – waived by DX: Visitors." in one.reason
    assert line.errors == 1, "what was waived of the other parts stays waived"
