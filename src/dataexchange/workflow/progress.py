"""How a verb tells what it is doing: a call after each step, for a progress line."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[str], None]


def silent(_step: str) -> None:
    """Progress that goes nowhere."""
