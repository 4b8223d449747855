"""Areas as they are kept: hierarchies loaded, replaced, served and read back; national series found under any name of an area."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from store_words import dataset
from structure_judges import written

from dataexchange.messages.shipped import shipped_structures
from dataexchange.model.areas import Areas
from dataexchange.model.dataset import Dataset
from dataexchange.model.finding import Verdict
from dataexchange.model.schema import Schema
from dataexchange.model.structure import Annotation, Codelist, Dataflow, Item, Kind, Ref, parse_short
from dataexchange.pipeline.coherence import compare
from dataexchange.store import series, structures
from dataexchange.store.database import Connection, Engine, migrate, open_database, writing
from dataexchange.workflow.areas import areas_of, check_areas, load_areas, load_codes
from dataexchange.workflow.national import BASELINE, national_beside
from dataexchange.workflow.structures import load_structures, register_shipped

KG = parse_short("KG_NSC:DF_SDG_KG(1.8)", Kind.DATAFLOW)
KG_AREAS = parse_short("KG_NSC:CL_AREA(1.5)", Kind.CODELIST)
DX_AREAS = parse_short("DX:CL_AREA(1.0.0)", Kind.CODELIST)
LOCAL = Dataflow(
    agency="DX",
    id="DF_OF_KG",
    version="1.0",
    structure=parse_short("DX:SDG_LOCAL(1.0.0)", Kind.DATA_STRUCTURE),
    annotations=(Annotation(type=BASELINE, title=KG.short),),
)
REGIONS = ("KG02", "KG03", "KG04", "KG05", "KG06", "KG07", "KG08", "KG11", "KG21")
HEADER = "area,parent,level,partition,valid_from,valid_to,boundary\n"
LIST = HEADER + "KG,,country,,,,\n" + "".join(f"{area},KG,region,regions,,,administrative\n" for area in REGIONS)


@pytest.fixture(scope="module")
def kyrgyz(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """With the structures of the Kyrgyz office, whose list of areas is flat, and a local dataflow that has it as its baseline."""
    engine = open_database(f"sqlite:///{tmp_path_factory.mktemp('areas')}/exchange.db")
    migrate(engine)
    with writing(engine) as conn:
        register_shipped(conn)
        load_structures(conn, [shared_data / "kyrgyzstan" / "structures-KG_NSC-SDG-1.8.xml"], actor="test")
        structures.put(conn, [LOCAL])
    yield engine
    engine.dispose()


@pytest.fixture
def conn(kyrgyz: Engine) -> Iterator[Connection]:
    """What a test writes is undone after it."""
    with kyrgyz.connect() as conn, conn.begin() as transaction:
        yield conn
        transaction.rollback()


def listed(folder: Path, text: str) -> Path:
    path = folder / "areas.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_flat_national_list_gets_its_partition(conn: Connection, tmp_path: Path) -> None:
    assert Areas.of(structures.schema(conn, KG)).partition("KG") == frozenset()
    found = load_areas(conn, listed(tmp_path, LIST), KG_AREAS, agency="DX", actor="test")
    assert found.faults == ()
    assert [(p.whole, p.name, len(p.parts)) for p in found.partitions] == [("KG", "regions", 9)]
    areas = Areas.of(structures.schema(conn, KG))
    assert areas.partition("KG") == areas.partition("417") == areas.partition("KGZ") == set(REGIONS)
    assert areas.above("KG11") == ("KG",)
    assert areas.level("KG02") == "region"
    assert areas_of(conn, KG_AREAS).partition("KG") == set(REGIONS)


def test_a_list_is_replaced_by_the_next_one(conn: Connection, tmp_path: Path) -> None:
    load_areas(conn, listed(tmp_path, LIST), KG_AREAS, agency="DX", actor="test")
    smaller = listed(tmp_path, HEADER + "KG11,KG,city,cities,,,\nKG21,KG,city,cities,,,\n")
    load_areas(conn, smaller, KG_AREAS, agency="DX", actor="test")
    areas = Areas.of(structures.schema(conn, KG))
    assert [(p.name, set(p.parts)) for p in areas.partitions("KG")] == [("cities", {"KG11", "KG21"})]
    assert areas.above("KG02") == ()
    again = load_areas(conn, smaller, KG_AREAS, agency="DX", actor="test")
    assert again.hierarchy == structures.get(conn, Ref(Kind.HIERARCHY, "DX", "H_KG_NSC_CL_AREA", "1.5"))


def test_two_hierarchies_do_not_contradict_each_other(conn: Connection, tmp_path: Path) -> None:
    load_areas(conn, listed(tmp_path, LIST), KG_AREAS, agency="DX", actor="test")
    other = listed(tmp_path, HEADER + "KG11,KG,,regions,,,\nKG21,KG,,regions,,,\n")
    found = check_areas(conn, other, KG_AREAS, agency="KG_NSC")
    assert [(f.row, f.column) for f in found.faults] == [(2, "partition")]
    assert "another hierarchy has the exhaustive partition 'regions' of KG" in found.faults[0].text
    beside = listed(tmp_path, HEADER + "KG11,KG,,cities,,,\nKG21,KG,,cities,,,\n")
    assert load_areas(conn, beside, KG_AREAS, agency="KG_NSC", actor="test").faults == ()
    names = [p.name for p in Areas.of(structures.schema(conn, KG)).partitions("KG")]
    assert names == ["regions", "cities"]


def test_a_list_with_faults_changes_nothing(conn: Connection, tmp_path: Path) -> None:
    found = load_areas(conn, listed(tmp_path, LIST + "KG99,KG,,,,,\n"), KG_AREAS, agency="DX", actor="test")
    assert [(f.row, f.column) for f in found.faults] == [(12, "area")]
    assert structures.schema(conn, KG).hierarchies == ()


@pytest.mark.parametrize("format", ["3.0", "2.1", "json"])
def test_a_hierarchy_message_gives_the_same_tree(conn: Connection, tmp_path: Path, format: str) -> None:
    dated = LIST.replace("KG21,KG,region,regions,,,administrative", "KG21,KG,region,regions,2000-01,2018-12-31,")
    loaded = load_areas(conn, listed(tmp_path, dated), KG_AREAS, agency="DX", actor="test")
    assert loaded.hierarchy is not None
    wanted = Areas.of(structures.schema(conn, KG))
    message = tmp_path / "hierarchy"
    message.write_bytes(written([loaded.hierarchy], format))
    structures.remove(conn, Ref(Kind.HIERARCHY_ASSOCIATION, "DX", "AH_KG_NSC_CL_AREA", "1.5"))
    structures.remove(conn, loaded.hierarchy.ref)
    assert Areas.of(structures.schema(conn, KG)).divided == {}
    load_structures(conn, [message], actor="test")
    found = Areas.of(structures.schema(conn, KG))
    assert (found.wholes, found.divided, found.levels) == (wanted.wholes, wanted.divided, wanted.levels)
    assert found.declared == wanted.declared


def test_the_same_on_both_databases(engine: Engine, tmp_path: Path) -> None:
    with engine.connect() as conn, conn.begin() as transaction:
        structures.put(conn, structures.lacking(conn, shipped_structures()))
        text = HEADER + "KE_NBO,KE,city,cities,,2018,\nKE_MBA,KE,city,cities,,,\n"
        assert load_areas(conn, listed(tmp_path, text), DX_AREAS, agency="DX", actor="test").faults == ()
        flow = parse_short("DX:DF_SDG_LOCAL(1.0.0)", Kind.DATAFLOW)
        areas = Areas.of(structures.schema(conn, flow))
        assert areas.partition("404") == {"KE_MBA"}
        path = listed(tmp_path, "area,scheme,code\nKE_MBA,LOCODE,KEMBA\n")
        assert load_codes(conn, path, DX_AREAS, agency="DX", actor="test")[1] == []
        assert Areas.of(structures.schema(conn, flow)).canonical("KEMBA") == "KE_MBA"
        transaction.rollback()


TOTALS = (
    *("SEX", "AGE", "URBANISATION", "INCOME_WEALTH_QUANTILE", "EDUCATION_LEV", "OCCUPATION", "CUST_BREAKDOWN"),
    *("COMPOSITE_BREAKDOWN", "DISABILITY_STATUS", "ACTIVITY", "PRODUCT"),
)


def deaths(schema: Schema, area: str, value: float) -> Dataset:
    """The number of road deaths of one area in 2020."""
    said = {"FREQ": "A", "REPORTING_TYPE": "N", "SERIES": "SH_STA_TRAFN", "REF_AREA": area, "TIME_PERIOD": "2020"}
    row = {**said, "OBS_VALUE": value, "OBS_STATUS": "A", "UNIT_MULT": "0", "UNIT_MEASURE": "NUMBER"}
    return dataset(schema.structure, [{**row, **dict.fromkeys(TOTALS, "_T")}])


@pytest.mark.parametrize("nation", ["417", "KG"])
@pytest.mark.parametrize(("value", "verdict"), [(100.0, Verdict.CONSISTENT), (900.0, Verdict.INCONSISTENT)])
def test_a_nation_is_found_under_any_of_its_codes(
    conn: Connection, tmp_path: Path, nation: str, value: float, verdict: Verdict
) -> None:
    """The city's list has KG alone, the office publishes as 417 (M49) or as KG: it is the whole of Bishkek either way."""
    theirs, ours = structures.schema(conn, KG), structures.schema(conn, LOCAL.ref)
    national = deaths(theirs, nation, 700.0)
    series.publish(conn, national, theirs, dataflow=KG, provider="KG_NSC", dataset_id="deaths")
    local = deaths(ours, "KG11", value)
    beside = national_beside(conn, [local.table], ours)
    assert beside is not None
    assert [batch.n_series for batch in beside.batches] == [1]
    ((comparison,), _) = compare(local, beside.batches, ours)
    assert comparison.verdict is verdict
    assert comparison.baseline_key == f"A.N.SH_STA_TRAFN.{nation}" + "._T" * 11, "the key under which it is published"


def test_a_city_is_found_under_the_code_that_its_nation_uses(conn: Connection, tmp_path: Path) -> None:
    """The city's list says KG_FRU (UN/LOCODE) and the office KG11; a table of other codes makes them one."""
    theirs = structures.schema(conn, KG)
    held = structures.get(conn, DX_AREAS)
    assert isinstance(held, Codelist)
    structures.put(conn, [replace(held, items=(*held.items, Item(id="KG_FRU", parent="KG")))])
    national = deaths(theirs, "KG11", 80.0)
    series.publish(conn, national, theirs, dataflow=KG, provider="KG_NSC", dataset_id="deaths")
    local = deaths(structures.schema(conn, LOCAL.ref), "KG_FRU", 95.0)
    assert not found_beside(conn, local)

    codes = listed(tmp_path, "area,scheme,code\nKG_FRU,ISO 3166-2,KG11\n")
    made, faults = load_codes(conn, codes, DX_AREAS, agency="DX", actor="test")
    assert (len(made), faults) == (1, [])
    ((comparison,), _) = found_beside(conn, local)
    assert comparison.rule == "COH-MIRROR"
    assert comparison.verdict is Verdict.INCONSISTENT


def found_beside(conn: Connection, local: Dataset):
    ours = structures.schema(conn, LOCAL.ref)
    beside = national_beside(conn, [local.table], ours)
    assert beside is not None
    return compare(local, beside.batches, ours) if beside.batches else ()
