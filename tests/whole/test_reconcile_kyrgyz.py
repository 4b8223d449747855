"""Homicides of Kyrgyzstan over HTTP: the nation and its nine areas, on the office's structure, with Bishkek's count a tenth too high."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import httpx
import pyarrow as pa
import pyarrow.compute as pc
import pytest
import sdmx
from pysdmx.io import get_datasets
from small_exchange import CLIENT, Server, serve

from dataexchange.messages.read_data import read_data
from dataexchange.messages.read_structures import read_structures
from dataexchange.messages.shipped import shipped_structures
from dataexchange.model.access import Scope
from dataexchange.model.dataset import Dataset
from dataexchange.model.structure import Annotation, Codelist, Dataflow, Item, Kind, Ref
from dataexchange.settings import Settings
from dataexchange.store import series, structures
from dataexchange.store.database import migrate, open_database, writing
from dataexchange.workflow.agreements import add_organisation
from dataexchange.workflow.keys import create_key
from dataexchange.workflow.permission import operator

NATION = Ref(Kind.DATAFLOW, "KG_NSC", "DF_SDG_KG", "1.8")
CITIES = Ref(Kind.DATAFLOW, "KG_NSC", "DF_CITIES", "1.8")
DERIVED = Ref(Kind.DATAFLOW, "KG_NSC", "DF_RECONCILED", "1.8")
HOMICIDES = "VC_IHR_PSRCN"
WISH = {"series": HOMICIDES, "dataflow": CITIES.short}
PATH = "/api/v1/reconciliations"


@dataclass(frozen=True)
class Kyrgyzstan:
    server: Server
    key: str

    def post(self, path: str = PATH, key: str | None = None, **body: object) -> httpx.Response:
        headers = {"Authorization": f"Bearer {key or self.key}"}
        return CLIENT.post(self.server.url + path, json=WISH | body, headers=headers)

    def data(self, flow: Ref, kind: str = "csv;version=2.0.0") -> bytes:
        path = f"/sdmx/v2/data/dataflow/{flow.agency}/{flow.id}/{flow.version}/*"
        answer = self.server.get(path, Accept=f"application/vnd.sdmx.data+{kind}")
        assert answer.status_code == 200, answer.text
        return answer.content

    def sums(self, flow: Ref, areas: str) -> dict[tuple[str, str], float]:
        """(sex, year) -> the sum over areas whose code begins so, of no further breakdown."""
        found: dict[tuple[str, str], float] = defaultdict(float)
        for row in csv.DictReader(io.StringIO(self.data(flow).decode())):
            further = {row["AGE"], row["URBANISATION"], row["COMPOSITE_BREAKDOWN"], row["CUST_BREAKDOWN"]}
            homicides = row["SERIES"] == HOMICIDES and further == {"_T"} and row["OBS_VALUE"]
            if homicides and row["REF_AREA"].startswith(areas):
                found[row["SEX"], row["TIME_PERIOD"]] += float(row["OBS_VALUE"])
        return found


def _below_the_nation(item: Item) -> Item:
    """The office's list is flat; this one says that the nine areas are all of the country."""
    if item.id == "KG":
        return replace(item, annotations=(*item.annotations, Annotation(type="PARTITION", title="exhaustive")))
    return replace(item, parent="KG") if item.id.startswith("KG") else item


@pytest.fixture(scope="module")
def kyrgyzstan(tmp_path_factory: pytest.TempPathFactory, shared_data: Path) -> Iterator[Kyrgyzstan]:
    settings = Settings(home=tmp_path_factory.mktemp("kyrgyzstan"))
    folder = shared_data / "kyrgyzstan"
    engine = open_database(settings.database_url)
    migrate(engine)
    held = read_structures(folder / "structures-KG_NSC-SDG-1.8.xml").artefacts
    (nation,) = (a for a in held if a.ref == NATION)
    assert isinstance(nation, Dataflow)
    flows = [
        replace(nation, id=flow.id, annotations=(Annotation(type=type_, title=to.short),))
        for flow, type_, to in ((CITIES, "BASELINE", NATION), (DERIVED, "RECONCILES", CITIES))
    ]
    areas = [
        replace(a, items=tuple(map(_below_the_nation, a.items)))
        if isinstance(a, Codelist) and (a.agency, a.id) == ("KG_NSC", "CL_AREA")
        else a
        for a in held
    ]
    caller = operator("tests")
    with writing(engine) as conn:
        structures.put(conn, [*shipped_structures(), *areas, *flows])
        schema = structures.schema(conn, CITIES)
        data = read_data(folder / "16.1.1.xml", lambda _: schema).datasets[0]
        there = data.table["REF_AREA"].cast(pa.string())
        bishkek = pc.if_else(
            pc.equal(there, "KG11"), pc.multiply(data.table["OBS_VALUE"], 1.1), data.table["OBS_VALUE"]
        )
        table = data.table.set_column(data.table.column_names.index("OBS_VALUE"), "OBS_VALUE", bishkek)
        for flow, mask, provider in (
            (NATION, pc.equal(there, "KG"), "KG_NSC"),
            (CITIES, pc.not_equal(there, "KG"), "CITIES"),
        ):
            part = Dataset(data.structure, table.filter(mask))
            known = structures.schema(conn, flow)
            series.publish(conn, part, known, dataflow=flow, provider=provider, dataset_id=f"{provider}/homicides")
        add_organisation(conn, Item(id="CITIES", names={"en": "Cities"}), caller=caller)
        _, key = create_key(conn, "KG_NSC", [Scope.BASELINE], caller=caller)
    engine.dispose()
    for server in serve(settings):
        yield Kyrgyzstan(server, key)


def test_nine_areas_make_the_nation_and_stay_as_they_were(kyrgyzstan: Kyrgyzstan) -> None:
    before = {flow: kyrgyzstan.data(flow) for flow in (CITIES, NATION)}
    answer = kyrgyzstan.post()
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert (told["office"], told["method"], told["observations"]) == ("KG_NSC", "pro-rata", 216)
    assert told["adjusted"][0]["reconciled"] == told["adjusted"][0]["own"] * told["adjusted"][0]["factor"]
    assert {tuple(left["periods"]) for left in told["left"]} == {("2014",), ("2015", "2020"), ("2019",)}
    assert {flow: kyrgyzstan.data(flow) for flow in (CITIES, NATION)} == before, "byte for byte"

    nation, cities = kyrgyzstan.sums(NATION, "KG"), kyrgyzstan.sums(CITIES, "KG")
    derived = kyrgyzstan.sums(DERIVED, "KG")
    assert len(derived) == 24
    assert {key: pytest.approx(nation[key], rel=1e-12) for key in derived} == derived
    assert all(cities[key] > nation[key] * 1.005 for key in derived)
    again = kyrgyzstan.post()
    assert (again.json()["release"], again.json()["changed"]) == (None, 0)


def test_clients_read_the_derived_dataflow(kyrgyzstan: Kyrgyzstan) -> None:
    assert kyrgyzstan.post().status_code == 200
    text = kyrgyzstan.data(DERIVED).decode()
    (found,) = get_datasets(text)
    assert len(found.data) == 216
    assert set(found.data["NATURE"]) == {"CA"}
    path = f"/sdmx/v1/data/{DERIVED.agency},{DERIVED.id},{DERIVED.version}"
    structure = sdmx.read_sdmx(
        io.BytesIO(kyrgyzstan.server.get("/sdmx/v1/datastructure/KG_NSC/SDG/1.8?references=children").content)
    ).structure["SDG"]
    accept = "application/vnd.sdmx.structurespecificdata+xml;version=2.1"
    message = sdmx.read_sdmx(io.BytesIO(kyrgyzstan.server.get(path, Accept=accept).content), structure=structure)
    values = sdmx.to_pandas(message.data[0])
    assert len(values) == 216
    total = values.xs("_T", level="SEX").xs("2023", level="TIME_PERIOD").sum()
    assert total == pytest.approx(kyrgyzstan.sums(NATION, "KG")["_T", "2023"])


@pytest.mark.parametrize("method", ["ipf", "least-squares"])
def test_women_and_men_make_the_total_in_every_area(kyrgyzstan: Kyrgyzstan, method: str) -> None:
    told = kyrgyzstan.post(method=method, across="SEX", dry_run=True).json()
    assert (told["method"], told["observations"], told["release"]) == (method, 135, None)
    by_area: dict[tuple[str, str], dict[str, float]] = defaultdict(dict)
    for one in told["adjusted"]:
        codes = one["key"].split(".")
        by_area[codes[3], one["period"]][codes[4]] = one["reconciled"]
    assert len(by_area) == 45
    for sexes in by_area.values():
        assert sexes["F"] + sexes["M"] == pytest.approx(sexes["_T"], abs=1e-7)
    nation = kyrgyzstan.sums(NATION, "KG")
    for period in {period for _, period in by_area}:
        for sex in ("F", "M", "_T"):
            made = sum(sexes[sex] for (_, one), sexes in by_area.items() if one == period)
            assert made == pytest.approx(nation[sex, period], abs=1e-7)


def test_the_office_withdraws_what_it_derived(kyrgyzstan: Kyrgyzstan) -> None:
    assert kyrgyzstan.post().status_code == 200
    gone = kyrgyzstan.post(f"{PATH}/withdrawal", reason="the registers are being revised")
    assert gone.status_code == 200, gone.text
    assert len(gone.json()["releases"]) == 1
    assert kyrgyzstan.post(f"{PATH}/withdrawal", reason="again").status_code == 404
    assert kyrgyzstan.post(key="dx_none").status_code == 401
    assert kyrgyzstan.post(series="SI_POV_NONE").status_code == 404
    assert kyrgyzstan.post(cv=-1).status_code == 400
