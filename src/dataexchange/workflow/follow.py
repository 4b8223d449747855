"""Whether there is anything to pull: one small question for each mark of a replica, which most runs of a cron job end with.

Apart from `pull`, so that a run that finds nothing loads nothing of what reads and writes data.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from dataexchange.model.replica import Replica
from dataexchange.remote.glance import surely_unchanged
from dataexchange.remote.node import Node
from dataexchange.workflow.replica import is_whole


def nothing_new(folder: Path, node: Node, replica: Replica, wanted: Sequence[str] = ()) -> bool:
    """Whether the source has published nothing since the last pull, and the files of the replica are all there."""
    if not is_whole(folder, replica, wanted) or any(flow not in replica.flows for flow in wanted):
        return False
    return all(_unchanged(node, replica, flow) for flow in wanted or (None,))


def _unchanged(node: Node, replica: Replica, flow: str | None) -> bool:
    mark = replica.mark_of(flow)
    if not mark.tag:
        return False
    address = node.changes(mark.cursor, flow if mark is not replica.mark else None)
    return surely_unchanged(address, node.headers("application/json", tag=mark.tag))
