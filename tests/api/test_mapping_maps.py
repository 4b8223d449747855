"""Mappings of published datasets, given away as structure maps."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from small_exchange import FIGURES, LOCAL, Server, dataset, new_exchange, serve

from dataexchange.messages.read_structures import read_structures
from dataexchange.model.structure import Kind, Ref
from dataexchange.model.structure_map import FixedValue, RepresentationMap, StructureMap
from dataexchange.store import files, series, structures
from dataexchange.store.database import open_database, writing

MAPPINGS = Path(__file__).resolve().parents[2] / "mappings" / "bristol"
V2 = "/sdmx/v2/structure"
JSON = "application/vnd.sdmx.structure+json;version=2.0.0"
ML_2_1 = "application/vnd.sdmx.structure+xml;version=2.1"
ML_3_0 = "application/vnd.sdmx.structure+xml;version=3.0.0"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("maps")
    settings = new_exchange(folder)
    engine = open_database(settings.database_url)
    for number, (name, key) in enumerate(zip(("food-insecurity", "pm25"), list(FIGURES)[1:3], strict=True)):
        digest = files.keep(MAPPINGS / f"{name}.yaml", folder)
        with writing(engine) as conn:
            schema = structures.schema(conn, LOCAL)
            data = dataset(schema, {("GB_BRS", f"SH_DYN_MORT{'N' * number}", "_T"): FIGURES[key]}, "BRISTOL")
            series.publish(
                conn,
                data,
                schema,
                dataflow=LOCAL,
                provider="BRISTOL",
                dataset_id=f"bristol/{name}",
                mapping_hash=digest,
            )
    engine.dispose()
    yield from serve(settings)


def read(server: Server, tmp_path: Path, path: str, media: str = JSON) -> dict[Ref, object]:
    answer = server.get(path, Accept=media)
    assert answer.status_code == 200, answer.text
    file = tmp_path / "message"
    file.write_bytes(answer.content)
    return {artefact.ref: artefact for artefact in read_structures(file).artefacts}


@pytest.mark.parametrize("media", [JSON, ML_3_0])
def test_a_mapping_is_a_structure_map(server: Server, tmp_path: Path, media: str) -> None:
    found = read(server, tmp_path, f"{V2}/structuremap/BRISTOL/BRISTOL_FOOD_INSECURITY/~?references=children", media)
    (map_,) = [a for a in found.values() if isinstance(a, StructureMap)]
    assert map_.target == LOCAL
    assert map_.source in found
    assert FixedValue(component="SEX", values=("_T",)) in map_.fixed
    by_target = {c.targets[0]: c for c in map_.components}
    area = found[by_target["REF_AREA"].representation]
    assert isinstance(area, RepresentationMap)
    assert {m.sources[0].value: m.targets for m in area.mappings} == {"": ("GB_BRS",), "(.+)": ("GB_BRS_\\1",)}
    assert area.targets == (Ref(Kind.CODELIST, "DX", "CL_AREA", "1.0.0"),)
    series_ = found[by_target["SERIES"].representation]
    assert {m.sources[0].value: m.targets[0] for m in series_.mappings} == {
        "Moderate to severe": "_L_AG_PRD_FIESMS_HH",
        "Severe": "_L_AG_PRD_FIESS_HH",
    }
    assert by_target["OBS_VALUE"].sources == ("OBS_VALUE",)
    assert by_target["TIME_DETAIL"].representation is None
    assert "UNPIVOT" in [note.type for note in map_.annotations]


def test_the_table_is_a_structure_with_its_headers(server: Server, tmp_path: Path) -> None:
    path = f"{V2}/datastructure/BRISTOL/BRISTOL_FOOD_INSECURITY/1.0?references=children"
    found = read(server, tmp_path, path)
    table = found[Ref(Kind.DATA_STRUCTURE, "BRISTOL", "BRISTOL_FOOD_INSECURITY", "1.0")]
    concepts = found[Ref(Kind.CONCEPT_SCHEME, "BRISTOL", "BRISTOL_FOOD_INSECURITY", "1.0")]
    assert table.dimension_ids == ("MEASURE", "WARD_CODE", "SURVEY_YEAR")
    assert [m.id for m in table.measures] == ["OBS_VALUE"]
    assert {i.id: i.name() for i in concepts.items}["WARD_CODE"] == "Ward code"
    assert [a.id for a in table.attributes] == ["WARD"]


def test_v1_has_it_as_a_structure_set(server: Server, tmp_path: Path) -> None:
    found = read(server, tmp_path, "/sdmx/v1/structureset/BRISTOL/BRISTOL_FOOD_INSECURITY", ML_2_1)
    (map_,) = [a for a in found.values() if isinstance(a, StructureMap)]
    used = {c.targets[0]: c.representation for c in map_.components}
    values = {m.sources[0].value: m.targets[0] for m in found[used["SERIES"]].mappings}
    assert values["Severe"] == "_L_AG_PRD_FIESS_HH"
    assert used["TIME_DETAIL"] is None


def test_maps_are_parents_of_what_they_lead_to_but_do_not_come_with_all(server: Server, tmp_path: Path) -> None:
    """clients.md 21: sdmx1 asks `references=all` for every dataflow, and cannot read structure maps."""
    flow = f"{V2}/dataflow/DX/DF_SDG_LOCAL/1.0.0"
    maps = {r for r in read(server, tmp_path, f"{flow}?references=parents") if r.kind is Kind.STRUCTURE_MAP}
    assert {r.id for r in maps} == {"BRISTOL_FOOD_INSECURITY", "BRISTOL_PM25"}
    assert {
        r for r in read(server, tmp_path, f"{flow}?references=structuremap") if r.kind is Kind.STRUCTURE_MAP
    } == maps
    assert Kind.STRUCTURE_MAP not in {r.kind for r in read(server, tmp_path, f"{flow}?references=all")}


@pytest.mark.conformance("v2 artefacts", ["structuremap", "representationmap"], "The mappings of cities, exported")
@pytest.mark.conformance("v2 structure", "asOf", "404 before an artefact was there; afterwards as it stood then")
def test_maps_are_as_old_as_their_release(server: Server) -> None:
    path = f"{V2}/structuremap/BRISTOL/BRISTOL_PM25/1.0"
    assert server.get(f"{path}?asOf=2020").status_code == 404
    later = (datetime.now(UTC) + timedelta(days=1)).isoformat().replace("+00:00", "Z")
    assert server.get(f"{path}?asOf={later}").status_code == 200


def test_pysdmx_maps_with_it(server: Server) -> None:
    from pysdmx.io import read_sdmx

    path = f"{V2}/structuremap/BRISTOL/BRISTOL_FOOD_INSECURITY/1.0?references=children"
    message = read_sdmx(io.BytesIO(server.get(path, Accept=JSON).content), validate=False)
    (map_,) = message.get_structure_maps()
    assert {m.target: m.value for m in map_.fixed_value_maps}["SEX"] == "_T"
    (series_,) = [m for m in map_.component_maps if m.target == "SERIES"]
    assert {v.source: v.target for v in series_.values.maps}["Severe"] == "_L_AG_PRD_FIESS_HH"


def test_a_map_that_is_gone_is_of_the_past(server: Server) -> None:
    path = f"{V2}/structuremap/BRISTOL/BRISTOL_PM25"
    before = server.get(path)
    assert before.status_code == 200
    moment = datetime.now(UTC).isoformat().replace("+00:00", "Z")
    with writing(server.engine) as conn:
        series.withdraw(conn, dataflow=LOCAL, provider="BRISTOL", dataset_id="bristol/pm25")
    assert server.get(path, If_None_Match=before.headers["etag"]).status_code == 404
    assert server.get(f"{path}?asOf={moment}").status_code == 200
