"""The rest of the application: operators' paths, releases, landing page, OpenAPI, settings."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from small_exchange import LOCAL, Server, serve

from dataexchange.app import openapi_text
from dataexchange.errors import InvalidRequest
from dataexchange.settings import Settings, load_settings

ROOT = Path(__file__).resolve().parents[2]


def test_alive_and_ready(server: Server) -> None:
    assert server.get("/healthz").json() == {"status": "ok"}
    assert server.get("/readyz").json() == {"status": "ok", "release": 2}


@pytest.mark.conformance("status", "503", "A service whose tables are not there yet says so to whoever watches it")
def test_not_ready_without_tables(tmp_path: Path) -> None:
    for empty in serve(Settings(home=tmp_path)):
        assert empty.get("/healthz").status_code == 200
        answer = empty.get("/readyz")
        assert answer.status_code == 503
        assert answer.headers["content-type"] == "application/problem+json"


def test_releases(server: Server) -> None:
    newest, oldest = server.get("/api/v1/releases").json()
    assert (newest["number"], oldest["number"]) == (2, 1)
    assert oldest["dataflow"] == LOCAL.short
    assert oldest["observations"] == 12
    assert oldest["published_at"].endswith("Z")
    assert server.get(f"/api/v1/releases?dataflow={LOCAL.short}").json() == [oldest]
    assert server.get("/api/v1/releases?limit=1&offset=1").json() == [oldest]
    assert server.get("/api/v1/releases/2").json() == newest
    assert server.get("/api/v1/releases?dataflow=nonsense").status_code == 400


def test_reports_of_unknown_submissions(server: Server) -> None:
    assert server.get("/api/v1/submissions/none/report").status_code == 404


def test_landing_page(server: Server) -> None:
    answer = server.get("/")
    assert answer.headers["content-type"].startswith("text/html")
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "unsafe" not in answer.headers["content-security-policy"]
    assert "3 dataflows" in answer.text
    for flow in ("DF_SDG_LOCAL", "DF_SDG_NATIONAL"):
        address = f"/sdmx/v2/data/dataflow/DX/{flow}/1.0.0/*?format=csv"
        assert address in answer.text
        assert server.get(address).status_code == 200
    assert "<script" not in answer.text


def test_openapi_is_committed() -> None:
    written = (ROOT / "openapi" / "openapi.json").read_bytes()
    assert written == openapi_text(), "run: python -m dataexchange.app > openapi/openapi.json"


def test_openapi_describes_the_sdmx_paths(server: Server) -> None:
    paths = server.get("/openapi.json").json()["paths"]
    assert "/sdmx/v2/data/{context}/{agencyID}/{resourceID}/{version}/{key}" in paths
    assert "/sdmx/v1/data/{flowRef}/{key}/{providerRef}" in paths
    for path, operations in paths.items():
        for operation in operations.values():
            named = {p["name"] for p in operation.get("parameters", ()) if p["in"] == "path"}
            assert named == {part[1:-1] for part in path.split("/") if part.startswith("{")}
    assert httpx.get(server.url + "/docs").status_code == 200


def test_the_server_process_stays_small() -> None:
    code = "import sys, dataexchange.app; print(*{m.partition('.')[0] for m in sys.modules})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"pandas", "sdmx", "pysdmx", "alembic", "httpx"} & set(done.stdout.split())


def test_settings_are_documented() -> None:
    table = (ROOT / "docs" / "settings.md").read_text()
    for name, field in Settings.model_fields.items():
        assert f"| `DATAEXCHANGE_{name.upper()}` |" in table
        assert f"| {field.description} |" in table


def test_a_wrong_setting_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATAEXCHANGE_PORT", "many")
    with pytest.raises(InvalidRequest, match="DATAEXCHANGE_PORT 'many'"):
        load_settings()


def test_defaults_follow_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DATAEXCHANGE_HOME", str(tmp_path))
    assert load_settings().database_url == f"sqlite:///{tmp_path}/exchange.db"


def test_the_description_is_json() -> None:
    assert json.loads(openapi_text())["info"]["title"] == "dataexchange"
