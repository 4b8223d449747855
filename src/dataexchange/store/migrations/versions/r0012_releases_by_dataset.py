"""The releases of one dataset, which every page of a series asks for, without going through all of its dataflow."""

from __future__ import annotations

from alembic import op

revision = "r0012"
down_revision = "r0011"


def upgrade() -> None:
    op.create_index("releases_by_dataset", "releases", ["dataflow", "provider", "dataset", "number"])
