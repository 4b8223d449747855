"""Several measures, groups, no time dimension: every format holds them, the official schemas agree, our readers read them back."""

from __future__ import annotations

import io

import pytest
import sdmx
from odd_structure import STRUCTURES, TEST, TEST_TIME, dataset, ordered, rows, schema
from pysdmx.io import read_sdmx
from test_write_json import VERSIONS
from test_write_json import written as json_written
from test_write_xml import FOLDERS, TIME_SERIES
from test_write_xml import written as xml_written

from dataexchange.errors import InvalidRequest
from dataexchange.messages.media import (
    CSV_1_0,
    CSV_2_0,
    CSV_2_1,
    GENERIC_2_1,
    JSON_1_0,
    JSON_2_0,
    ML_3_0,
    ML_3_1,
    SPECIFIC_2_1,
)
from dataexchange.messages.read_data import read_data
from dataexchange.messages.write_data import WRITERS, WriteOptions
from dataexchange.model.dataset import SeriesBatch
from dataexchange.model.period import format_period
from dataexchange.store.pack import pack
from dataexchange.store.read import as_batch, described, observed
from dataexchange.store.series_table import SeriesTable
from dataexchange.store.unpack import PACKED

FORMS = ("TIME_PERIOD", "AllDimensions", "AREA")


def batch(structure, given) -> SeriesBatch:
    """As the store would give them."""
    ids = [a.id for a in structure.series_attributes]
    packed = pack(dataset(structure, given).table, structure, ids)
    further = [column for measured in packed.further for column in measured]
    held = (packed.n, packed.periods, packed.values, packed.obs_attributes, packed.obs_codes, packed.texts)
    assert len(held) == len(PACKED)
    table = SeriesTable(None, "", structure.dimension_ids, tuple(ids), tuple(m.id for m in structure.further_measures))
    columns = [packed.keys, ["TEST"] * len(packed.keys), *packed.attributes, *held, *further]
    return as_batch(described(table, "F", columns).table(), observed(table, columns), structure)


def written(media, structure, batches, **options) -> bytes:
    """Judged by the schema of its format."""
    here = schema(structure)
    if media in VERSIONS:
        return json_written(here, *batches, media=media, **options)
    if media in FOLDERS:
        return xml_written(here, *batches, media=media, **options)
    return b"".join(WRITERS[media](here, iter(batches), WriteOptions(**options)))


def read(tmp_path, structure, message) -> list[dict]:
    path = tmp_path / "message"
    path.write_bytes(message)
    found = read_data(path, lambda _: schema(structure))
    assert found.findings == ()
    [data] = found.datasets
    told = [{k: v for k, v in row.items() if not k.startswith("@")} for row in data.table.to_pylist()]
    for row in told:
        if "TIME_PERIOD" in row:
            row["TIME_PERIOD"] = format_period(row["TIME_PERIOD"])
    return ordered(structure, told)


def can(media, structure, at) -> bool:
    """Whether the format can be written by that dimension; it is refused if not."""
    return media not in TIME_SERIES or (structure.time_dimension is not None and at == "TIME_PERIOD")


@pytest.mark.parametrize("structure", STRUCTURES, ids=lambda s: s.id)
@pytest.mark.parametrize("at", FORMS)
@pytest.mark.parametrize("media", WRITERS, ids=str)
def test_what_is_written_is_read(media, at, structure, tmp_path):
    """The batches differ in which measures they have: the first two series have no REMARK, and the last has nothing else."""
    given = ordered(structure, rows(structure))
    n = len(given) // 6
    given[: 2 * n] = [{k: v for k, v in row.items() if k != "REMARK"} for row in given[: 2 * n]]
    others = [m.id for m in structure.measures if m.id != "REMARK"]
    given[-n:] = [{k: v for k, v in row.items() if k not in others} | {"REMARK": "so"} for row in given[-n:]]
    batches = [batch(structure, part) for part in (given[: 2 * n], given[2 * n : -n], given[-n:])]
    assert {tuple(sorted(b.further)) for b in batches} >= {("SHARE",), ("REMARK",)}
    if can(media, structure, at):
        message = written(media, structure, batches, dimension_at_observation=at)
        assert read(tmp_path, structure, message) == ordered(structure, given)
    else:
        with pytest.raises(InvalidRequest, match="time series only"):
            written(media, structure, batches, dimension_at_observation=at)


@pytest.mark.parametrize("structure", STRUCTURES, ids=lambda s: s.id)
@pytest.mark.parametrize("wanted", [(), ("SHARE",), ("REMARK", "SHARE")], ids=str)
@pytest.mark.parametrize("media", WRITERS, ids=str)
def test_some_of_the_measures(media, wanted, structure, tmp_path):
    if not can(media, structure, "TIME_PERIOD"):
        return
    given, left_out = rows(structure), {m.id for m in structure.measures} - set(wanted)
    message = written(media, structure, [batch(structure, given)], measures=frozenset(wanted))
    kept = [{k: v for k, v in row.items() if k not in left_out} for row in given]
    assert read(tmp_path, structure, message) == ordered(structure, kept)


@pytest.mark.parametrize("media", [CSV_1_0, CSV_2_0, CSV_2_1], ids=str)
def test_csv_has_a_column_for_each_in_the_order_of_the_structure(media):
    header = written(media, TEST_TIME, [batch(TEST_TIME, rows(TEST_TIME))]).decode().split("\n")[0]
    assert ",TIME_PERIOD,SHARE,OBS_VALUE,REMARK,UNIT," in header
    named = written(media, TEST, [batch(TEST, rows(TEST))], labels="both").decode().split("\n")[0]
    assert '"SHARE: Share, in percent"' in named


def test_json_2_has_them_before_the_attributes_and_1_has_one():
    here = [batch(TEST, rows(TEST)[:1])]
    message = written(JSON_2_0, TEST, here).decode()
    assert '"observations":{"0:0:0":[0,0,"It was, \\"0\\" & <more>\\n",0,' in message
    assert '"measures":{"observation":[{"id":"COUNT",' in message
    assert '"id":"SHARE_NOTE"' in message
    assert '"relationship":{"observation":{},"measures":["SHARE"]}' in message
    assert '"id":"SHARE"' in written(JSON_1_0, TEST, here).decode().partition('"attributes":')[2]


def test_2_1_calls_the_primary_one_obs_value_and_makes_attributes_of_the_others():
    here = [batch(TEST, rows(TEST)[1:2])]
    specific = written(SPECIFIC_2_1, TEST, here).decode()
    assert ' OBS_VALUE="5002.5" SHARE="1.6666666666666667" ' in specific
    assert "COUNT" not in specific
    generic = written(GENERIC_2_1, TEST, here).decode()
    assert '<gen:ObsValue value="5002.5"/><gen:Attributes>' in generic
    assert '<gen:Value id="SHARE" value="1.6666666666666667"/>' in generic
    assert ' COUNT="5002.5" SHARE="1.6666666666666667" ' in written(ML_3_0, TEST, here).decode()


@pytest.mark.parametrize("structure", STRUCTURES, ids=lambda s: s.id)
@pytest.mark.parametrize("media", [CSV_2_0, CSV_2_1, SPECIFIC_2_1, GENERIC_2_1, ML_3_0, ML_3_1], ids=str)
def test_pysdmx_reads_them(media, structure):
    # It validates structure-specific messages against a schema that cannot know our types; ours are judged above.
    message = read_sdmx(io.BytesIO(written(media, structure, [batch(structure, rows(structure))])), validate=False)
    (data,) = message.data
    primary = structure.measure.id
    numbers = {primary, "SHARE"}
    told = []
    for row in data.data.to_dict("records"):
        given = {primary if k == "OBS_VALUE" else k: v for k, v in row.items() if isinstance(v, str | float) and v == v}
        told.append({k: float(v) if k in numbers else v for k, v in given.items() if v != ""})
    assert ordered(structure, told) == ordered(structure, rows(structure))


@pytest.mark.parametrize("structure", STRUCTURES, ids=lambda s: s.id)
def test_sdmx1_reads_generic(structure):
    message = sdmx.read_sdmx(io.BytesIO(written(GENERIC_2_1, structure, [batch(structure, rows(structure))])))
    told = []
    for obs in message.data[0].obs:
        row = {k: str(v.value) for k, v in obs.key.values.items()}
        row |= {k: str(v.value) for k, v in obs.attrib.items()}
        row |= {} if obs.value is None else {structure.measure.id: obs.value}
        told.append({k: float(v) if k in (structure.measure.id, "SHARE") else v for k, v in row.items()})
    assert ordered(structure, told) == ordered(structure, rows(structure))
