"""URLs as queries, for those who read them: one function per question and API version.

Each takes the raw path after the resource's name (structures of v1: with it) and the decoded query string, and raises
InvalidRequest that names the parameter and what stands there.

>>> data_query_v2("dataflow/DX/DF_SDG_LOCAL", query_pairs("lastNObservations=1")).last_n
1
"""

from dataexchange.messages.url_key import fit
from dataexchange.messages.url_metadata import metadata_query_v1, metadata_query_v2
from dataexchange.messages.url_schema import schema_query_v1, schema_query_v2
from dataexchange.messages.url_text import path_parts, query_pairs
from dataexchange.messages.url_v1 import RESOURCES as RESOURCES_V1
from dataexchange.messages.url_v1 import availability_query as availability_query_v1
from dataexchange.messages.url_v1 import data_query as data_query_v1
from dataexchange.messages.url_v1 import structure_query as structure_query_v1
from dataexchange.messages.url_v2 import availability_query as availability_query_v2
from dataexchange.messages.url_v2 import data_query as data_query_v2
from dataexchange.messages.url_v2 import registration_query as registration_query_v2
from dataexchange.messages.url_v2 import structure_query as structure_query_v2

__all__ = [
    "RESOURCES_V1",
    "availability_query_v1",
    "availability_query_v2",
    "data_query_v1",
    "data_query_v2",
    "fit",
    "metadata_query_v1",
    "metadata_query_v2",
    "path_parts",
    "query_pairs",
    "registration_query_v2",
    "schema_query_v1",
    "schema_query_v2",
    "structure_query_v1",
    "structure_query_v2",
]
