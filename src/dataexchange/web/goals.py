"""The seventeen goals by their short names, and the order of goals and indicators: 9.c.1 after 9.5.2, 11.6.2 after 2.1.2."""

from __future__ import annotations

import re

GOALS = (
    *("No poverty", "Zero hunger", "Good health and well-being", "Quality education", "Gender equality"),
    *("Clean water and sanitation", "Affordable and clean energy", "Decent work and economic growth"),
    *("Industry, innovation and infrastructure", "Reduced inequalities", "Sustainable cities and communities"),
    *("Responsible consumption and production", "Climate action", "Life below water", "Life on land"),
    *("Peace, justice and strong institutions", "Partnerships for the goals"),
)


def goal_name(goal: str) -> str:
    """`Goal 11: Sustainable cities and communities`; the number alone where there is no such goal."""
    known = goal.isdigit() and 1 <= int(goal) <= len(GOALS)
    return f"Goal {goal}: {GOALS[int(goal) - 1]}" if known else f"Goal {goal}"


def in_order(indicator: str) -> tuple[tuple[int, str], ...]:
    """A key to sort by.

    >>> sorted(["11.6.2", "9.c.1", "2.1.2", "9.5.2"], key=in_order)
    ['2.1.2', '9.5.2', '9.c.1', '11.6.2']
    """
    return tuple((int(part), "") if part.isdigit() else (10**6, part) for part in re.split(r"\.", indicator))
