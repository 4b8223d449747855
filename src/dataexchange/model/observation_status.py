"""What an observation status says about the value beside it (SDMX:CL_OBS_STATUS 2.1)."""

from __future__ import annotations

#: Statuses of an observation that may have no value: holiday, not collected, cannot exist, missing, suppressed.
#: On a holiday there may be either.
WITHOUT_VALUE = ("H", "L", "M", "O", "Q")
#: Those that contradict a value.
NEVER_WITH_VALUE = ("L", "M", "O", "Q")
