"""Alembic migrations of the fixed tables. Series tables are not here: `store.series_table` makes those."""
