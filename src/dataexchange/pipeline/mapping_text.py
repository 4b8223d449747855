"""A mapping that a program made, as the text of a mapping file: read again, it is the same mapping.

Only what the program said is written, in the order in which people write it.
"""

from __future__ import annotations

from typing import Any

import yaml

from dataexchange.model.mapping import Mapping

_SHORT = ("to",)


def mapping_text(mapping: Mapping) -> str:
    words = mapping.model_dump(mode="json", exclude_unset=True, exclude_none=True)
    words["columns"] = {column: _short(targets) for column, targets in words["columns"].items()}
    text: str = yaml.safe_dump(words, allow_unicode=True, sort_keys=False, width=100)
    return text


def _short(targets: list[dict[str, Any]]) -> Any:
    """`Year: TIME_PERIOD` where that is all."""
    listed = [target["to"] if tuple(target) == _SHORT else target for target in targets]
    return listed[0] if len(listed) == 1 else listed
