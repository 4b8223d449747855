"""An index of series for each dataflow; and, in every series table, indexes over the releases that began and ended its rows.

The next release of a dataflow fills its index; until then availability reads the series table.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "r0006"
down_revision = "r0005"

_BYTEWISE = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "series_indexes",
        sa.Column("dataflow", _BYTEWISE, primary_key=True),
        sa.Column("release", sa.BigInteger(), nullable=False),
        sa.Column("columns", sa.LargeBinary(), nullable=False),
    )
    gone = sa.text("release_to IS NOT NULL")
    for (name,) in op.get_bind().execute(sa.text("SELECT table_name FROM series_tables")).fetchall():
        # A restored backup of an earlier revision has its series tables as they are made today.
        op.create_index(f"{name}_from", name, ["dataflow", "release_from"], if_not_exists=True)
        op.create_index(
            f"{name}_to",
            name,
            ["dataflow", "release_to"],
            if_not_exists=True,
            sqlite_where=gone,
            postgresql_where=gone,
        )
