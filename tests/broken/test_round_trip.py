"""Whatever the SDMX-CSV writers write comes back through the intake as the same observations: a city's upload without a mapping."""

from __future__ import annotations

import itertools
import math
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from data_words import batch
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from dataexchange.messages.media import CSV_1_0, CSV_2_0, CSV_2_1
from dataexchange.messages.write_data import WRITERS, WriteOptions
from dataexchange.model.dataset import Dataset
from dataexchange.model.period import format_period
from dataexchange.model.schema import Schema
from dataexchange.model.structure import Kind, parse_short
from dataexchange.store import structures
from dataexchange.store.database import Engine, reading
from dataexchange.workflow.assess import assess_message

FLOW = parse_short("DX:DF_SDG_LOCAL(1.0.0)", Kind.DATAFLOW)
Row = dict[str, Any]

_USUAL = dict.fromkeys(
    ("URBANISATION", "INCOME_WEALTH_QUANTILE", "EDUCATION_LEV", "OCCUPATION", "CUST_BREAKDOWN", "COMPOSITE_BREAKDOWN",
     "DISABILITY_STATUS", "ACTIVITY", "PRODUCT"), "_T"
) | {"FREQ": "A", "REPORTING_TYPE": "N", "UNIT_MULT": "0"}  # fmt: skip
SERIES = {"SL_TLF_UEM": "PT", "SH_STA_TRAFN": "NUMBER", "EN_ATM_PM25": "GPERM3", "_L_POPULATION": "NUMBER"}
#: Nothing but spaces, and the standard's own word for nothing, are no text.
TEXT = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), min_size=1, max_size=12).filter(
    lambda text: text.strip() not in ("", "#N/A")
)
VALUE = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from([0.0, -0.0, 5e-324, 1.7976931348623157e308, 0.1, 1e15, 123456789.125]),
)
KEY = ("SERIES", "REF_AREA", "SEX", "AGE")

with_values = st.fixed_dictionaries({"OBS_VALUE": VALUE, "OBS_STATUS": st.sampled_from("ABDEP")})
without = st.fixed_dictionaries({"OBS_VALUE": st.none(), "OBS_STATUS": st.sampled_from("LMOQ")})
keys = st.fixed_dictionaries(
    {
        "SERIES": st.sampled_from(list(SERIES)),
        "REF_AREA": st.sampled_from(["GB_BRS", "GB_BRS_E05010885"]),
        "SEX": st.sampled_from(["_T", "F", "M"]),
        "AGE": st.sampled_from(["_T", "Y_GE65"]),
        "TIME_PERIOD": st.integers(1990, 2024).map(str),
    }
)
notes = st.fixed_dictionaries({}, optional=dict.fromkeys(("TIME_DETAIL", "COMMENT_OBS", "SOURCE_DETAIL"), TEXT))
rows = st.lists(
    st.builds(
        lambda key, value, note: {**_USUAL, **key, **value, **note}, keys, st.one_of(with_values, without), notes
    ),
    min_size=1,
    max_size=15,
    unique_by=lambda row: (*(row[d] for d in KEY), row["TIME_PERIOD"]),
)
of_series = st.fixed_dictionaries({}, optional=dict.fromkeys(("COMMENT_TS", "DIFF_AREA", "GEO_INFO_URL"), TEXT))


@st.composite
def tables(draw: st.DrawFn) -> list[Row]:
    """Rows in order of their series and periods; attributes of a series are the same in all its rows."""
    found = sorted(draw(rows), key=lambda row: (*(row[d] for d in KEY), row["TIME_PERIOD"]))
    whole: list[Row] = []
    for _, run in itertools.groupby(found, key=lambda row: [row[d] for d in KEY]):
        own = draw(of_series)
        whole += [{**row, **own, "UNIT_MEASURE": SERIES[row["SERIES"]]} for row in run]
    return whole


def observations(dataset: Dataset, schema: Schema) -> list[Row]:
    """As the rows have them: what is not given is not there, but that there is no value is."""
    names = [c.id for c in schema.structure.components() if c.id in dataset.table.column_names]
    columns = {name: dataset.table[name] for name in names}
    texts = {n: c.cast(pa.string()) if pa.types.is_dictionary(c.type) else c for n, c in columns.items()}
    found = [dict(zip(names, row, strict=True)) for row in zip(*(c.to_pylist() for c in texts.values()), strict=True)]
    return [
        {n: _plain(n, v) for n, v in row.items() if n == "OBS_VALUE" or v is not None} for row in found
    ]  # fmt: skip


def _plain(name: str, value: Any) -> Any:
    if name == "TIME_PERIOD":
        return format_period(value)
    return None if isinstance(value, float) and math.isnan(value) else value


def _ordered(found: list[Row]) -> list[Row]:
    return sorted(found, key=lambda row: (*(row[d] for d in KEY), row["TIME_PERIOD"]))


ODD = {
    **_USUAL,
    "SERIES": "SL_TLF_UEM",
    "REF_AREA": "GB_BRS",
    "SEX": "_T",
    "AGE": "_T",
    "TIME_PERIOD": "2019",
    "OBS_STATUS": "A",
}


@pytest.mark.parametrize("media", [CSV_1_0, CSV_2_0, CSV_2_1], ids=lambda media: media.version)
@settings(
    max_examples=30,
    deadline=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(table=tables())
@example(
    table=[
        {**ODD, "OBS_VALUE": 5e-324, "UNIT_MEASURE": "PT", "COMMENT_OBS": 'a "b", c\r\nd;\te', "COMMENT_TS": "'=1+1\n"}
    ]
)
@example(
    table=[{**ODD, "OBS_VALUE": -0.0, "UNIT_MEASURE": "PT", "COMMENT_OBS": " Ωä漢\u2028 \ufeff", "TIME_DETAIL": "NaN"}]
)
def test_what_is_written_is_read_back(shipped_exchange: Engine, tmp_path: Path, media: Any, table: list[Row]) -> None:
    path = tmp_path / "message.csv"
    with reading(shipped_exchange) as conn:
        schema = structures.schema(conn, FLOW)
        path.write_bytes(b"".join(WRITERS[media](schema, iter([batch(schema, table)]), WriteOptions())))
        assessment = assess_message(conn, path, "BRISTOL", FLOW, name=path.name)
    assert _ordered(observations(assessment.dataset, schema)) == _ordered(table)
    assert assessment.report.counts["observations"] == len(table)
