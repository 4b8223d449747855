"""An exchange with people at its doors: a city, another city that an office reviews, the office, an operator; each with keys."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
from small_exchange import CLIENT, Server, new_exchange, serve

from dataexchange.model.access import Scope
from dataexchange.model.structure import Item, Kind, Ref
from dataexchange.settings import Settings
from dataexchange.store import keys as kept
from dataexchange.store.database import Engine, open_database, reading, writing
from dataexchange.worker.take import take
from dataexchange.workflow.agreements import add_agreement
from dataexchange.workflow.keys import create_key
from dataexchange.workflow.permission import operator

LOCAL = Ref(Kind.DATAFLOW, "DX", "DF_SDG_LOCAL", "1.0.0")
OPERATOR = operator("tests")

MAPPING = """
title: Unemployment in a city
source: {{name: made for the tests}}
provider: {provider}
dataflow: DX:DF_SDG_LOCAL(1.0.0)
columns:
  Year: TIME_PERIOD
  Area: {{to: REF_AREA, blank: {area}}}
  Value: OBS_VALUE
fixed:
  FREQ: A
  REPORTING_TYPE: N
  SERIES: SL_TLF_UEM
  SEX: _T
  AGE: _T
  URBANISATION: _T
  INCOME_WEALTH_QUANTILE: _T
  EDUCATION_LEV: _T
  OCCUPATION: _T
  CUST_BREAKDOWN: _T
  COMPOSITE_BREAKDOWN: _T
  DISABILITY_STATUS: _T
  ACTIVITY: _T
  PRODUCT: _T
  UNIT_MEASURE: PT
  UNIT_MULT: "0"
  OBS_STATUS: A
"""

GOOD = b"Year,Area,Value\n2019,,4.5\n2020,,5.25\n"
BROKEN = b"Year,Area,Value\n2019,,many\n"


def sdmx_csv(area: str) -> bytes:
    """A message of the series that MAPPING makes, for 2021."""
    fixed = dict(line.split(": ") for line in MAPPING.split("fixed:\n  ")[1].replace('"', "").split("\n  ") if line)
    columns = {key: value.strip() for key, value in fixed.items()} | {"REF_AREA": area, "TIME_PERIOD": "2021"}
    head = f"STRUCTURE,STRUCTURE_ID,ACTION,{','.join(columns)},OBS_VALUE"
    return f"{head}\ndataflow,DX:DF_SDG_LOCAL(1.0.0),I,{','.join(columns.values())},7.75\n".encode()


#: Name -> (organisation, scopes).
KEYS: Mapping[str, tuple[str, tuple[Scope, ...]]] = {
    "city": ("BRISTOL", (Scope.SUBMIT,)),
    "other city": ("AVON", (Scope.SUBMIT,)),
    "office": ("UK_ONS", (Scope.REVIEW,)),
    "baseline": ("UK_ONS", (Scope.BASELINE,)),
    "agency": ("UK_ONS", (Scope.STRUCTURES,)),
    "auditor": ("DX", (Scope.READ_RESTRICTED,)),
    "operator": ("DX", (Scope.ADMIN,)),
}


@dataclass(frozen=True)
class People:
    """`people.post("city", "/api/v1/submissions", files=…)` calls with the city's key; None calls without one."""

    server: Server
    settings: Settings
    keys: dict[str, str] = field(default_factory=dict)

    @property
    def engine(self) -> Engine:
        return self.server.engine

    def call(self, who: str | None, method: str, path: str, **more: Any) -> httpx.Response:
        headers = dict(more.pop("headers", {}))
        if who is not None:
            headers["Authorization"] = f"Bearer {self.keys[who]}"
        return CLIENT.request(method, self.server.url + path, headers=headers, **more)

    def get(self, who: str | None, path: str, **more: Any) -> httpx.Response:
        return self.call(who, "GET", path, **more)

    def post(self, who: str | None, path: str, **more: Any) -> httpx.Response:
        return self.call(who, "POST", path, **more)

    def send(
        self, who: str | None, table: bytes = GOOD, *, headers: Mapping[str, str] | None = None, **fields: str
    ) -> httpx.Response:
        """A table with the mapping of who sends it."""
        provider, area = ("AVON", "GB_BRS_E05010885") if who == "other city" else ("BRISTOL", "GB_BRS")
        files: dict[str, Any] = {"file": ("unemployment.csv", table)}
        if "mapping_id" not in fields:
            files["mapping"] = ("unemployment.yaml", MAPPING.format(provider=provider, area=area).encode())
        return self.post(who, "/api/v1/submissions", files=files, data=fields, headers=headers or {})

    def sent(self, who: str, table: bytes = GOOD, **fields: str) -> str:
        """The id of a submission that was sent and is not checked yet."""
        answer = self.send(who, table, **fields)
        assert answer.status_code == 202, answer.text
        return str(answer.json()["id"])

    def last_used(self, who: str) -> datetime | None:
        """As the store has it of the key."""
        with reading(self.engine) as conn:
            key = kept.find(conn, self.keys[who].split("_")[1])
        assert key is not None
        return key.last_used_at

    def worked(self, submission_id: str) -> str:
        """Its status when the worker has done what it can."""
        take(self.engine, self.settings.home, submission_id)
        return str(self.get("auditor", f"/api/v1/submissions/{submission_id}").json()["status"])


def furnish(engine: Engine) -> dict[str, str]:
    """A second city whose agreement names the office as reviewer, and keys for everybody."""
    with writing(engine) as conn:
        avon = Item(id="AVON", names={"en": "Avonmouth"})
        add_agreement(conn, avon, LOCAL, caller=OPERATOR, areas=["GB_BRS_E05010885"], reviewer="UK_ONS")
        keys = {name: create_key(conn, who, scopes, caller=OPERATOR)[1] for name, (who, scopes) in KEYS.items()}
        revoked, keys["revoked"] = create_key(conn, "BRISTOL", list(Scope), caller=OPERATOR)
        kept.revoke(conn, revoked.id, datetime.now(UTC))
        expired, keys["expired"] = create_key(conn, "BRISTOL", list(Scope), caller=OPERATOR)
        past = f"UPDATE api_keys SET expires_at = '2026-01-01T00:00:00.000000Z' WHERE id = '{expired.id}'"
        conn.exec_driver_sql(past)
    return keys


@contextmanager
def people_at(folder: Path, **settings: Any) -> Iterator[People]:
    made = new_exchange(folder, **settings)
    engine = open_database(made.database_url)
    keys = furnish(engine)
    engine.dispose()
    for server in serve(made):
        yield People(server, made, keys)
