"""What became of a dataset in one release, as those who follow the exchange are told."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from dataexchange.model.submission import Release


class ChangeKind(StrEnum):
    PUBLISHED = "published"  #: the dataset had nothing before
    REVISED = "revised"
    WITHDRAWN = "withdrawn"  #: it has nothing now


@dataclass(frozen=True, slots=True)
class Change:
    kind: ChangeKind
    release: Release
