"""Writers of data messages by media type.

>>> b"".join(WRITERS[CSV_2_0](schema, batches, WriteOptions()))  # doctest: +SKIP
b'STRUCTURE,STRUCTURE_ID,ACTION,FREQ,…\\ndataflow,DX:DF_SDG_LOCAL(1.0.0),I,A,…\\n'

A writer draws the first batch before it yields its first bytes; what it cannot write it refuses there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from dataexchange.messages import media
from dataexchange.messages.form import Labels
from dataexchange.messages.part import Part
from dataexchange.messages.write_csv import write_csv_1, write_csv_1_parts, write_csv_2, write_csv_2_parts
from dataexchange.messages.write_json import (
    write_json_1_0,
    write_json_2_0,
    write_json_2_0_parts,
    write_json_2_1,
    write_json_2_1_parts,
)
from dataexchange.messages.write_options import WriteOptions
from dataexchange.messages.write_parquet import write_parquet
from dataexchange.messages.write_plain_csv import write_plain_csv
from dataexchange.messages.write_xlsx import write_xlsx
from dataexchange.messages.write_xml import (
    write_generic_2_1,
    write_generic_2_1_parts,
    write_generic_time_2_1,
    write_specific_2_1,
    write_specific_2_1_parts,
    write_specific_time_2_1,
    write_specific_time_2_1_parts,
    write_xml_3_0,
    write_xml_3_0_parts,
    write_xml_3_1,
    write_xml_3_1_parts,
)
from dataexchange.model.dataset import SeriesBatch
from dataexchange.model.schema import Schema

__all__ = ["SEVERAL", "TABLES", "TELLS_NO_ACTION", "WRITERS", "Labels", "Part", "WriteOptions", "Writer"]

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

#: How each of them writes several datasets into one message. A format that is not here holds one: SDMX-JSON
#: 1.0 and the header of generic time series have room for one structure.
SEVERAL: Mapping[media.MediaType, Callable[[Sequence[Part]], Iterator[bytes]]] = {
    media.CSV_1_0: write_csv_1_parts,
    media.CSV_2_0: write_csv_2_parts,
    media.CSV_2_1: write_csv_2_parts,
    media.JSON_2_0: write_json_2_0_parts,
    media.JSON_2_1: write_json_2_1_parts,
    media.ML_3_0: write_xml_3_0_parts,
    media.ML_3_1: write_xml_3_1_parts,
    media.GENERIC_2_1: write_generic_2_1_parts,
    media.SPECIFIC_2_1: write_specific_2_1_parts,
    media.SPECIFIC_TIME_2_1: write_specific_time_2_1_parts,
}

#: Formats of rows, which `sort` may put in any order: they know no series that must stay in one piece.
TABLES = media.CSV | {media.PLAIN_CSV, media.PARQUET, media.XLSX}

#: Formats without a word for what was deleted: an observation that is gone must not be written there as one that stands.
TELLS_NO_ACTION = frozenset({media.CSV_1_0, media.PLAIN_CSV, media.XLSX})
