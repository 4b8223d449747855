"""A national office reconciles cities' series, on both databases; what the cities published stays as it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from small_exchange import LOCAL, NATIONAL

from dataexchange.cli import main
from dataexchange.errors import Conflict, Forbidden, InvalidRequest, NotFound
from dataexchange.messages.shipped import shipped_structures
from dataexchange.model.access import Caller, Scope
from dataexchange.model.dataset import CODE, Dataset
from dataexchange.model.period import parse_period
from dataexchange.model.query import DataQuery
from dataexchange.model.reconciliation import Method, Outcome, Wish
from dataexchange.model.structure import Codelist, Item
from dataexchange.store import audit, releases, series, structures
from dataexchange.store.database import Engine, migrate, open_database, reading, writing
from dataexchange.workflow.areas import load_areas
from dataexchange.workflow.permission import operator
from dataexchange.workflow.reconcile import reconcile, withdraw_reconciled
from dataexchange.workflow.reconciled import derived_of, reconciled_beside
from dataexchange.workflow.structures import add_code

OFFICE = Caller("UK_ONS", frozenset({Scope.BASELINE}), "key 1")
AREAS = next(a for a in shipped_structures() if isinstance(a, Codelist) and a.id == "CL_AREA")
WARDS = tuple(sorted(item.id for item in AREAS.items if item.parent == "GB_BRS"))
UNITS = {"SL_TLF_UEM": "PT", "VC_DSR_MTMP": "PER_100000_POP"}

#: (series, area, period) -> value; the frequency is the period's.
Figures = Mapping[tuple[str, str, str], float]


def put(engine: Engine, flow, provider: str, figures: Figures, **attributes: str) -> None:
    """Everything that the provider has of these, in place of what it had."""
    names = {"Q": "Q", "M": "M"}
    with writing(engine) as conn:
        schema = structures.schema(conn, flow)
        keys = list(figures)
        columns = {d: pa.array(["_T"] * len(keys)).cast(CODE) for d in schema.structure.dimension_ids}
        said = {
            "FREQ": [names.get(period[5:6], "A") for _, _, period in keys],
            "REPORTING_TYPE": ["N"] * len(keys),
            "SERIES": [code.partition("/")[0] for code, _, _ in keys],
            "SEX": [code.partition("/")[2] or "_T" for code, _, _ in keys],
            "REF_AREA": [area for _, area, _ in keys],
            "UNIT_MEASURE": [UNITS.get(code, "NUMBER") for code, _, _ in keys],
        }
        said |= {
            name: [text] * len(keys) for name, text in ({"OBS_STATUS": "A", "UNIT_MULT": "0"} | attributes).items()
        }
        columns |= {name: pa.array(texts).cast(CODE) for name, texts in said.items()}
        columns["TIME_PERIOD"] = pa.array([parse_period(period) for _, _, period in keys], pa.int32())
        columns["OBS_VALUE"] = pa.array(list(figures.values()), pa.float64())
        data = Dataset(schema.structure.ref, pa.table(columns), flow, provider)
        name = f"{provider}/{flow.id}/{keys[0][0]}"
        series.publish(conn, data, schema, dataflow=flow, provider=provider, dataset_id=name)


def run(engine: Engine, code: str, caller: Caller = OFFICE, *, dry_run: bool = False, **words: object) -> Outcome:
    with writing(engine) as conn:
        return reconcile(conn, Wish(series=code, dataflow=LOCAL, **words), caller=caller, dry_run=dry_run)


def held(engine: Engine, flow, code: str) -> list[dict[str, object]]:
    with reading(engine) as conn:
        schema = structures.schema(conn, flow)
        rows = series.dataset_of(conn, DataQuery(), schema, flow).table.to_pylist()
    return [row for row in rows if row["SERIES"] == code]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path_factory.mktemp('reconcile')}/exchange.db"
    else:
        url = request.getfixturevalue("file_postgresql_url")
    engine = open_database(url)
    migrate(engine)
    with writing(engine) as conn:
        structures.put(conn, shipped_structures())
    yield engine
    engine.dispose()


def test_wards_meet_the_nations_value_for_their_city(engine: Engine) -> None:
    """34 wards of 10, 11, … make 901; the office has 1000 (in thousands: 1) for the city."""
    code = "VC_DSR_MORT"
    own = {(code, ward, year): 10.0 + i for i, ward in enumerate(WARDS) for year in ("2019", "2020")}
    put(engine, LOCAL, "BRISTOL", own)
    put(engine, NATIONAL, "UK_ONS", {(code, "GB_BRS", "2019"): 1.0, (code, "GB_BRS", "2020"): 0.901}, UNIT_MULT="3")
    before = held(engine, LOCAL, code)

    tried = run(engine, code, dry_run=True)
    assert (tried.method, tried.release, tried.changed, tried.left) == (Method.PRO_RATA, None, 68, ())
    with reading(engine) as conn:
        assert derived_of(conn, LOCAL) == tried.dataflow
    assert held(engine, tried.dataflow, code) == []
    done = run(engine, code)
    assert done.release is not None
    assert (done.release.provider, done.release.series_added) == ("UK_ONS", 34)
    found = held(engine, done.dataflow, code)
    assert sum(row["OBS_VALUE"] for row in found) == pytest.approx(1901, rel=1e-12)
    assert found[0]["OBS_VALUE"] == pytest.approx(10 * 1000 / 901)
    assert {(row["NATURE"], row["OBS_STATUS"]) for row in found} == {("CA", "E")}
    assert "34 parts meet 1000 of GB_BRS in 2019. Own value 10, factor 1.10988" in found[0]["COMMENT_OBS"]
    assert "not the city's own figure" in found[0]["COMMENT_TS"]
    nation = next(one.total.vintage for one in done.adjusted)
    assert f"(release {nation})" in found[0]["SOURCE_DETAIL"]
    assert held(engine, LOCAL, code) == before
    with reading(engine) as conn:
        assert reconciled_beside(conn, LOCAL, done.adjusted[0].key) == done.dataflow
        assert reconciled_beside(conn, LOCAL, "A.N.X") is None
        entry = audit.entries(conn, subject=str(done.dataflow), limit=1)[0]
    assert (entry.actor, entry.action, entry.detail["release"]) == (
        OFFICE.actor,
        "reconciliation.publish",
        done.release.number,
    )

    again = run(engine, code)
    assert (again.changed, again.release) == (0, None), "nothing new, no release"
    put(engine, LOCAL, "BRISTOL", {k: v for k, v in own.items() if k[1:] != (WARDS[3], "2020")})
    less = run(engine, code)
    assert less.release is not None
    assert [(left.periods, str(left.reason)) for left in less.left] == [
        (("2020",), f"1 part lacks a value ({WARDS[3]}), and GB_BRS_REST has none")
    ]
    assert {row["TIME_PERIOD"] for row in held(engine, done.dataflow, code)} == {parse_period("2019")}
    put(
        engine,
        NATIONAL,
        "UK_ONS",
        {(code, "GB_BRS", "2019"): 1.0, (code, "GB_BRS_REST", "2020"): 0.005} | {(code, "GB_BRS", "2020"): 0.9},
        UNIT_MULT="3",
    )
    rest = run(engine, code, area="GB_BRS")
    assert rest.left == (), "the rest is a part of its own"
    assert sum(one.value for one in rest.adjusted if one.period == "2020") == pytest.approx(900)
    assert "GB_BRS_REST" in {one.area for one in rest.adjusted}

    with writing(engine) as conn:
        (gone,) = withdraw_reconciled(conn, LOCAL, code, office=None, caller=OFFICE, reason="the census is out")
    assert gone.series_closed == 35
    assert held(engine, done.dataflow, code) == []
    with writing(engine) as conn, pytest.raises(NotFound, match="has reconciled no"):
        withdraw_reconciled(conn, LOCAL, code, office=None, caller=OFFICE, reason="again")


def test_percentages_are_shifted_with_the_labour_force(engine: Engine) -> None:
    code, weight = "SL_TLF_UEM", "_L_LABOUR_FORCE"
    put(engine, LOCAL, "BRISTOL", {(code, ward, "2019"): 3.0 + i / 4 for i, ward in enumerate(WARDS)})
    put(engine, NATIONAL, "UK_ONS", {(code, "GB_BRS", "2019"): 6.5})
    with pytest.raises(Conflict, match="its weight, the labour force, has no value for GB_BRS_E"):
        run(engine, code)
    force = {(weight, ward, "2019"): 1000.0 + 100 * i for i, ward in enumerate(WARDS)}
    put(engine, LOCAL, "BRISTOL", force)
    done = run(engine, code)
    assert done.method is Method.LOGIT
    weights = [force[(weight, one.area, "2019")] for one in done.adjusted]
    assert np.average([one.value for one in done.adjusted], weights=weights) == pytest.approx(6.5, rel=1e-12)
    put(engine, NATIONAL, "UK_ONS", {(weight, "GB_BRS", "2019"): 100_000.0})
    with pytest.raises(Conflict, match=r"the weights of the parts make .* reconcile _L_LABOUR_FORCE first"):
        run(engine, code)


def test_quarters_meet_years(engine: Engine) -> None:
    code = "VC_DSR_GDPLS"
    quarters = {(code, "GB_BRS", f"{year}-Q{q}"): 10.0 * q for year in (2018, 2019) for q in (1, 2, 3, 4)}
    put(engine, LOCAL, "BRISTOL", quarters | {(code, "GB_BRS", "2020-Q1"): 12.0})
    put(engine, NATIONAL, "UK_ONS", {(code, "GB_BRS", "2018"): 110.0, (code, "GB_BRS", "2019"): 130.0})
    done = run(engine, code, method=Method.DENTON, area="GB_BRS")
    values = {one.period: one.value for one in done.adjusted}
    assert sum(v for p, v in values.items() if p.startswith("2018")) == pytest.approx(110, rel=1e-9)
    assert sum(v for p, v in values.items() if p.startswith("2019")) == pytest.approx(130, rel=1e-9)
    assert values["2020-Q1"] / 12 == pytest.approx(values["2019-Q4"] / 40)
    last = next(row for row in held(engine, done.dataflow, code) if row["TIME_PERIOD"] == parse_period("2020-Q1"))
    carried = "Denton's proportional first differences: no national total of its own year; carried on from the nearest year with one"
    assert f"{carried}, where 4 periods meet 130 of GB_BRS in 2019" in last["COMMENT_OBS"]
    inside = next(row for row in held(engine, done.dataflow, code) if row["TIME_PERIOD"] == parse_period("2019-Q4"))
    assert "differences: 4 periods meet 130 of GB_BRS in 2019. Own value 40" in inside["COMMENT_OBS"]
    assert run(engine, code, method=Method.DENTON, area="GB_BRS").release is None


def test_what_is_refused(engine: Engine) -> None:
    code = "VC_DSR_MMHN"
    put(engine, LOCAL, "BRISTOL", {(code, "GB_BRS", "2019"): 4.0})
    put(engine, NATIONAL, "UK_ONS", {(code, "GB_E12000009", "2019"): 9.0, ("EN_ATM_PM25", "GB", "2019"): 9.0})
    with pytest.raises(Conflict, match=r"areas below GB_E12000009 are not declared .* GB_E12000009_REST has no value"):
        run(engine, code)
    with pytest.raises(Conflict, match="EN_ATM_PM25 is not reconciled: it is a mean or composite"):
        run(engine, "EN_ATM_PM25")
    for who, words in ((Caller("BRISTOL", frozenset({Scope.SUBMIT}), "key 2"), "needs the scope baseline"),):
        with pytest.raises(Forbidden, match=words):
            run(engine, code, who)
    with pytest.raises(NotFound, match="no national total to meet, as KG_NSC has no values of"):
        run(engine, code, Caller("KG_NSC", frozenset({Scope.BASELINE}), "key 3"))
    with pytest.raises(Forbidden, match="This is for UK_ONS to do"):
        run(engine, code, Caller("KG_NSC", frozenset({Scope.BASELINE}), "key 3"), office="UK_ONS")
    with pytest.raises(NotFound, match="SERIES has no code NONE"):
        run(engine, "NONE")
    with pytest.raises(InvalidRequest, match="name the dimension"):
        run(engine, code, method=Method.IPF)
    with pytest.raises(InvalidRequest, match="name a dimension"):
        run(engine, code, across="REF_AREA")
    for method in (Method.PRO_RATA, Method.DENTON, Method.LOGIT):
        with pytest.raises(InvalidRequest, match="by ipf or least-squares"):
            run(engine, code, method=method, across="SEX")
    with writing(engine) as conn, pytest.raises(Conflict, match="No dataflow is there for reconciled series"):
        reconcile(conn, Wish(series=code, dataflow=NATIONAL), caller=operator("tests"))


def test_values_of_another_definition_or_not_for_everybody_are_not_used(engine: Engine) -> None:
    code = "VC_IHR_PSRCN"
    own = {(code, ward, "2019"): 5.0 for ward in WARDS}
    put(engine, NATIONAL, "UK_ONS", {(code, "GB_BRS", "2019"): 200.0})
    put(engine, LOCAL, "BRISTOL", own, OBS_STATUS="D")
    with pytest.raises(Conflict, match=r"34 parts lack a value .* its definition differs \(OBS_STATUS D\)"):
        run(engine, code)
    put(engine, LOCAL, "BRISTOL", own, CONF_STATUS="A")
    with pytest.raises(Conflict, match="confidential"):
        run(engine, code)


#: B was divided into C and D at the end of 2018; halves have A, too.
PARTITIONS = """area,parent,level,partition,valid_from,valid_to,boundary
GB_BRS_A,GB_BRS,,boroughs,,,
GB_BRS_B,GB_BRS,,boroughs,,2018,
GB_BRS_C,GB_BRS,,boroughs,2019,,
GB_BRS_D,GB_BRS,,boroughs,2019,,
GB_BRS_A,GB_BRS,,halves,,,
GB_BRS_X,GB_BRS,,halves,,,
"""


def test_every_partition_whose_parts_have_values_meets_the_nation(engine: Engine, tmp_path: Path) -> None:
    """The wards of the code list have nothing in 2018: the boroughs are reconciled as the usual partition would be."""
    code, path = "SH_STA_TRAFN", tmp_path / "areas.csv"
    path.write_text(PARTITIONS, encoding="utf-8")
    with writing(engine) as conn:
        for letter in "ABCDX":
            add_code(conn, AREAS.ref, Item(id=f"GB_BRS_{letter}", names={"en": letter}), actor="tests")
        assert not load_areas(conn, path, AREAS.ref, agency="DX", actor="tests").faults
    boroughs = {"A": (3.0, 4.0), "B": (7.0, 9.0), "C": (2.0, 2.0), "D": (5.0, 4.0)}
    own = {
        (code, f"GB_BRS_{a}", year): v for a, b in boroughs.items() for year, v in zip(("2018", "2019"), b, strict=True)
    }
    put(engine, LOCAL, "BRISTOL", own)
    put(engine, NATIONAL, "UK_ONS", {(code, "GB_BRS", "2018"): 20.0, (code, "GB_BRS", "2019"): 20.0})
    done = run(engine, code)
    # Back-cast figures of C and D in 2018, and what B has in 2019, are of no part.
    made = {(one.area[-1], one.period): one.value for one in done.adjusted}
    assert made == {("A", "2018"): 6, ("B", "2018"): 14, ("A", "2019"): 8, ("C", "2019"): 4, ("D", "2019"): 8}
    assert [str(left.reason)[:36] for left in done.left] == ["1 part lacks a value (GB_BRS_X), and"]

    wards = {(code, ward, "2019"): 1.0 for ward in WARDS}
    put(engine, LOCAL, "BRISTOL", own | wards)
    both = run(engine, code)
    assert len(both.adjusted) == 5 + len(WARDS)
    for ward in WARDS:
        assert {one.value for one in both.adjusted if one.area == ward} == {20 / len(WARDS)}
    listed = run(engine, code, area="GB_BRS", partition="codelist", dry_run=True)
    assert {one.area for one in listed.adjusted} == set(WARDS)
    assert listed.changed == 0, "the boroughs stay as they stand"

    put(engine, LOCAL, "BRISTOL", own | {(code, "GB_BRS_X", "2019"): 12.0})
    with pytest.raises(
        InvalidRequest, match="GB_BRS_A is a part of GB_BRS in its partitions boroughs and halves"
    ) as asked:
        run(engine, code)
    assert asked.value.parameter == "partition"
    halves = run(engine, code, partition="halves")
    assert {(one.area[-1], one.period): one.value for one in halves.adjusted} == {("A", "2019"): 5, ("X", "2019"): 15}
    with pytest.raises(
        InvalidRequest, match="write the name of an exhaustive partition of an area: boroughs, codelist, halves"
    ):
        run(engine, code, area="GB_BRS", partition="thirds")
    with pytest.raises(InvalidRequest, match="leave it out with denton"):
        run(engine, code, partition="halves", method=Method.DENTON)


def test_the_command_shows_before_and_after(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATAEXCHANGE_HOME", str(tmp_path))
    engine = open_database(f"sqlite:///{tmp_path}/exchange.db")
    migrate(engine)
    with writing(engine) as conn:
        structures.put(conn, shipped_structures())
    code = "VC_DSR_MORT"
    put(engine, LOCAL, "BRISTOL", {(code, ward, "2019"): 2.0 for ward in WARDS})
    put(engine, NATIONAL, "UK_ONS", {(code, "GB_BRS", "2019"): 85.0})

    def say(*words: str) -> str:
        with pytest.raises(SystemExit) as stopped:
            main(["reconcile", "--series", code, *words])
        out = capsys.readouterr()
        return f"{stopped.value.code} {out.out}{out.err}"

    tried = say("--area", "GB_BRS", "--dry-run")
    assert f"A.N.{code}.{WARDS[0]}" in tried
    assert " 2.5         1.250000  85              GB_BRS" in tried
    assert "Nothing was stored; 34 observations of DX:DF_SDG_RECONCILED(1.0.0) would change." in tried
    assert "34 series added" in say()
    assert "Nothing new" in say()
    assert "Nothing new" in say("--partition", "codelist")
    assert "write the name of an exhaustive partition of an area: codelist" in say("--partition", "halves")
    assert "write one of pro-rata" in say("--method", "magic")
    assert "say whose" in say("--withdraw", "wrong")
    assert "34 series closed" in say("--withdraw", "wrong", "--office", "UK_ONS")
    with reading(engine) as conn:
        assert releases.latest(conn)[0].note == "wrong"
    engine.dispose()
