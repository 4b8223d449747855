"""Series tables that are there get the index that availability is answered from."""

from __future__ import annotations

import re

import sqlalchemy as sa
from alembic import op

revision = "r0004"
down_revision = "r0003"

#: Dimensions that have an index of their own.
_SOUGHT = re.compile(r"AREA|GEO|COUNTRY|SERIES|INDICATOR", re.IGNORECASE)
#: As many dimensions as the index takes.
_MOST = 24


def upgrade() -> None:
    conn = op.get_bind()
    for (name,) in conn.execute(sa.text("SELECT table_name FROM series_tables")).all():
        columns = [column["name"] for column in sa.inspect(conn).get_columns(name)]
        plain = [c for c in columns if c.startswith("d_") and not _SOUGHT.search(c[2:])]
        if len(plain) <= _MOST:
            present = sa.text("release_to IS NULL AND n >= 0")
            indexed = ["dataflow", *plain, "n", "first_period", "last_period", "release_to"]
            op.create_index(f"{name}_counted", name, indexed, sqlite_where=present, postgresql_where=present)
