"""What people type into a mapping file: words that are known, frozen once read, and cells as the text that stands in them."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict


class Typed(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


def _text(value: Any) -> Any:
    """YAML reads 2010 and no as a number and a truth; in a mapping file they are what stands in the cell."""
    if isinstance(value, bool):
        raise ValueError("put quotes around yes, no, true and false")
    return str(value) if isinstance(value, int | float) else value


CellText = Annotated[str, BeforeValidator(_text)]
