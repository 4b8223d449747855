"""A difference for a terminal: counts first, then what changes, by series, the most serious kind first."""

from __future__ import annotations

from itertools import groupby

from dataexchange.messages.difference_list import change_words, counts, lines, selected
from dataexchange.model.difference import Change, Difference
from dataexchange.model.schema import Schema

#: Of each kind so many are told; the rest is in the CSV.
SHOWN = 40

WORDS = {
    "added": "added",
    "revised": "revised",
    "attributes": "only attributes revised",
    "deleted": "deleted",
    "unchanged": "unchanged",
    "kept": "not in the table, kept",
}


def as_text(difference: Difference, schema: Schema, dataset: str) -> str:
    against = f"against release {difference.against}" if difference.against else "which has no release yet"
    said = [f"{dataset}, {against}", "", f"{'':24}{'observations':>14}{'series':>10}"]
    series = counts(difference.series)
    for name, n in counts(difference.observations).items():
        of_series = "" if name == "attributes" else f"{series[name]:,}"
        said.append(f"{WORDS[name]:24}{n:>14,}{of_series:>10}".rstrip())
    for change in (Change.REVISED, Change.ATTRIBUTES, Change.DELETED, Change.ADDED):
        said += _kind(difference, schema, change)
    if difference.clash:
        said += ["", str(difference.clash)]
    return "\n".join(said)


def _kind(difference: Difference, schema: Schema, change: Change) -> list[str]:
    rows = selected(difference, change)
    if not rows.num_rows:
        return []
    said = ["", WORDS[change].capitalize()]
    for (name, key), told in groupby(
        lines(rows.slice(0, SHOWN), difference, schema), lambda line: (line.name, line.key)
    ):
        said.append(f"  {name}  [{key}]")
        said += [f"    {line.period or 'whole series':12} {change_words(line)}" for line in told]
    if rows.num_rows > SHOWN:
        said.append(f"  and {rows.num_rows - SHOWN:,} more: --csv lists all")
    return said
