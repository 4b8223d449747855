"""Writers of data messages by media type.

>>> b"".join(WRITERS[CSV_2_0](schema, batches, WriteOptions()))  # doctest: +SKIP
b'STRUCTURE,STRUCTURE_ID,ACTION,FREQ,…\\ndataflow,DX:DF_SDG_LOCAL(1.0.0),I,A,…\\n'

A writer draws the first batch before it yields its first bytes; what it cannot write it refuses there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from dataexchange.messages import media
from dataexchange.messages.form import Labels
from dataexchange.messages.write_csv import write_csv_1, write_csv_2
from dataexchange.messages.write_json import write_json_1_0, write_json_2_0, write_json_2_1
from dataexchange.messages.write_options import WriteOptions
from dataexchange.messages.write_parquet import write_parquet
from dataexchange.messages.write_plain_csv import write_plain_csv
from dataexchange.messages.write_xlsx import write_xlsx
from dataexchange.messages.write_xml import (
    write_generic_2_1,
    write_generic_time_2_1,
    write_specific_2_1,
    write_specific_time_2_1,
    write_xml_3_0,
    write_xml_3_1,
)
from dataexchange.model.dataset import SeriesBatch
from dataexchange.model.schema import Schema

__all__ = ["TELLS_NO_ACTION", "WRITERS", "Labels", "WriteOptions", "Writer"]

Writer = Callable[[Schema, Iterator[SeriesBatch], WriteOptions], Iterator[bytes]]

WRITERS: Mapping[media.MediaType, Writer] = {
    media.CSV_1_0: write_csv_1,
    media.CSV_2_0: write_csv_2,
    media.CSV_2_1: write_csv_2,
    media.JSON_1_0: write_json_1_0,
    media.JSON_2_0: write_json_2_0,
    media.JSON_2_1: write_json_2_1,
    media.ML_3_0: write_xml_3_0,
    media.ML_3_1: write_xml_3_1,
    media.GENERIC_2_1: write_generic_2_1,
    media.GENERIC_TIME_2_1: write_generic_time_2_1,
    media.SPECIFIC_2_1: write_specific_2_1,
    media.SPECIFIC_TIME_2_1: write_specific_time_2_1,
    media.PLAIN_CSV: write_plain_csv,
    media.PARQUET: write_parquet,
    media.XLSX: write_xlsx,
}

#: Formats without a word for what was deleted: an observation that is gone must not be written there as one that stands.
TELLS_NO_ACTION = frozenset({media.CSV_1_0, media.PLAIN_CSV, media.XLSX})
