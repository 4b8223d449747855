"""The door for background work: processes that check submissions, publish those that were accepted, and keep the house in order.

Run as many as there are cores to spare, on one machine or several, over one database. docs/operate.md says how they divide the work.
"""

from __future__ import annotations

from dataexchange.worker.queue import enqueue, hang_up, queue
from dataexchange.worker.take import take, take_waiting

__all__ = ["enqueue", "hang_up", "queue", "take", "take_waiting"]
