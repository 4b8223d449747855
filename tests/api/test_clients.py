"""Clients in use read data and structures unaided."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path

import pytest
import sdmx
from pysdmx.api.dc.pd import PandasConnector
from pysdmx.api.dc.rest import SdmxConnector
from pysdmx.api.fmr import RegistryClient
from pysdmx.api.qb import (
    ApiVersion,
    AvailabilityQuery,
    DataContext,
    DataFormat,
    DataQuery,
    RestService,
    StructureFormat,
    StructureQuery,
    StructureReference,
    StructureType,
)
from pysdmx.io import read_sdmx
from pysdmx.io.format import StructureFormat as RegistryFormat
from small_exchange import Server


def sdmx1(server: Server) -> sdmx.Client:
    """sdmx1 takes the id of a source for the agency of everything that names none."""
    sdmx.add_source({"id": "DX", "name": "exchange", "url": f"{server.url}/sdmx/v1"}, override=True)
    return sdmx.Client("DX")


@pytest.mark.conformance("clients", "21", "sdmx1 asks references=all for a dataflow and reads the whole message")
@pytest.mark.conformance("clients", "4", "sdmx1 reads the defaults of v1")
def test_sdmx1_reads_v1(server: Server) -> None:
    client = sdmx1(server)
    assert "DF_SDG_LOCAL" in client.dataflow().dataflow
    structure = client.dataflow("DF_SDG_LOCAL").structure["SDG_LOCAL"]
    assert len(structure.dimensions) == 16
    message = client.data("DF_SDG_LOCAL", key={"SERIES": "SL_TLF_UEM", "SEX": ["F", "M"]}, dsd=structure)
    figures = sdmx.to_pandas(message)
    assert sorted(figures.tolist()) == [4.5, 5.0, 5.25, 5.5, 6.0]


def test_sdmx1_reads_v1_with_a_period(server: Server) -> None:
    client = sdmx1(server)
    message = client.data("DF_SDG_LOCAL", params={"startPeriod": "2017"})
    assert len(sdmx.to_pandas(message)) == 4


@pytest.mark.conformance("clients", "10", "sdmx1 says 404")
def test_sdmx1_says_404(server: Server) -> None:
    with pytest.raises(Exception, match="404"):
        sdmx1(server).data("DF_NOT_THERE")


@pytest.mark.conformance("clients", "38", "sdmx1 reads structures and data of 3.0")
def test_sdmx1_reads_v2(server: Server) -> None:
    """In a process of its own: after data in SDMX-ML 2.1, sdmx1 2.28 reads no message of 3.0."""
    script = f"""
import sdmx
accept = lambda kind: {{"Accept": f"application/vnd.sdmx.{{kind}}+xml;version=3.0.0"}}
headers = {{"data": accept("data"), "dataflow": accept("structure")}}
source = {{"id": "DX", "name": "x", "url": "{server.url}/sdmx/v2", "versions": ["3.0.0"], "headers": headers}}
sdmx.add_source(source)
client = sdmx.Client("DX")
structure = client.dataflow("DF_SDG_LOCAL", params={{"references": "descendants"}}).structure["SDG_LOCAL"]
print(len(sdmx.to_pandas(client.data("DF_SDG_LOCAL", key="*", dsd=structure))))
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "12"


@pytest.mark.conformance("clients", "5", "pysdmx reads the formats of 2.1 from /v2")
@pytest.mark.parametrize(
    "form",
    [
        DataFormat.SDMX_CSV_2_0_0,
        DataFormat.SDMX_CSV_1_0_0,
        DataFormat.SDMX_ML_3_0,
        DataFormat.SDMX_ML_2_1_STR,
        DataFormat.SDMX_ML_2_1_GEN,
    ],
)
def test_pysdmx_reads_data(server: Server, form: DataFormat, tmp_path: Path) -> None:
    v2 = RestService(f"{server.url}/sdmx/v2", ApiVersion.V2_0_0, data_format=form)
    query = DataQuery(DataContext.DATAFLOW, "DX", "DF_SDG_LOCAL", "1.0.0")
    found = read_sdmx(io.BytesIO(v2.data(query)), validate=False)
    assert len(found.data[0].data) == 12


def test_pysdmx_asks_v1(server: Server) -> None:
    v1 = RestService(f"{server.url}/sdmx/v1", ApiVersion.V1_5_0, data_format=DataFormat.SDMX_ML_2_1_STR)
    found = read_sdmx(io.BytesIO(v1.data(DataQuery(DataContext.DATAFLOW, "DX", "DF_SDG_LOCAL", "1.0.0"))))
    assert len(found.data[0].data) == 12


@pytest.mark.conformance("clients", "13", "pysdmx reads structures of 2.1")
def test_pysdmx_reads_structures(server: Server) -> None:
    for version, form in (("v2", StructureFormat.SDMX_JSON_2_0_0), ("v1", StructureFormat.SDMX_ML_2_1)):
        api = ApiVersion.V2_0_0 if version == "v2" else ApiVersion.V1_5_0
        service = RestService(f"{server.url}/sdmx/{version}", api, structure_format=form)
        query = StructureQuery(
            StructureType.DATA_STRUCTURE, "DX", "SDG_LOCAL", "1.0.0", references=StructureReference.CHILDREN
        )
        found = read_sdmx(io.BytesIO(service.structure(query)), validate=version == "v1")
        assert found.get_data_structure_definitions()[0].id == "SDG_LOCAL"


def test_pysdmx_reads_availability(server: Server) -> None:
    service = RestService(f"{server.url}/sdmx/v2", ApiVersion.V2_0_0)
    answer = service.availability(AvailabilityQuery(DataContext.DATAFLOW, "DX", "DF_SDG_LOCAL", "1.0.0"))
    assert b"series_count" in answer


@pytest.mark.conformance("clients", "40", "Dataflows, codes, providers, agencies")
def test_pysdmx_registry_client(server: Server) -> None:
    client = RegistryClient(f"{server.url}/sdmx/v2", RegistryFormat.SDMX_JSON_2_0_0)
    assert "DF_SDG_LOCAL" in {flow.id for flow in client.get_dataflows("DX")}
    assert {code.id for code in client.get_codes("DX", "CL_SEX", "1.0.0")} >= {"F", "M", "_T"}
    assert "BRISTOL" in {provider.id for provider in client.get_providers("DX")}
    assert "DX" in {agency.id for agency in client.get_agencies("SDMX")}


@pytest.mark.conformance(
    "clients", ["29", "30", "34"], "pysdmx builds its schema from availability, reads obs_count, filters"
)
@pytest.mark.filterwarnings("ignore")  # it warns that it is an experiment
def test_pysdmx_sdmx_connector(server: Server) -> None:
    connector = SdmxConnector(f"{server.url}/sdmx/v2")
    assert {flow.id for flow in connector.dataflows()} == {"DF_SDG_LOCAL", "DF_SDG_NATIONAL", "DF_SDG_RECONCILED"}
    flow = connector.dataflow("Dataflow=DX:DF_SDG_LOCAL(1.0.0)")
    assert flow.obs_count == 12
    assert {code.id for code in flow.structure.components["SEX"].enumeration} >= {"F", "M", "_T"}
    found = list(connector.data("Dataflow=DX:DF_SDG_LOCAL(1.0.0)", "SEX = 'F' AND TIME_PERIOD >= '2016'"))
    assert [row["OBS_VALUE"] for row in found] == ["4.5"]


@pytest.mark.conformance("clients", "5", "pysdmx's PandasConnector reads SDMX-CSV 1.0 from /v2")
@pytest.mark.filterwarnings("ignore")  # it warns that it is an experiment
@pytest.mark.parametrize(("flow", "n"), [("DF_SDG_LOCAL", 12), ("DF_SDG_NATIONAL", 3)])
def test_pysdmx_pandas_connector(server: Server, flow: str, n: int) -> None:
    """It gives every column the type of its component, and fails whole on a type that pandas does not know."""
    connector = PandasConnector(f"{server.url}/sdmx/v2")
    found = connector.data(f"Dataflow=DX:{flow}(1.0.0)")
    assert len(found) == n
    assert str(found["OBS_VALUE"].dtype).lower() == "float64"
    assert found.index.names == ["SERIES_KEY", "TIME_PERIOD"]
    named = connector.data(f"Dataflow=DX:{flow}(1.0.0)", "TIME_PERIOD >= '2016'", labels="both")
    assert len(named) < n
    assert set(named["FREQ"]) == {"A: Annual"}
