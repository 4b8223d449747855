"""Who calls, and what they may do: organisations hold keys, keys carry scopes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Scope(StrEnum):
    """What a key lets its organisation do. None of them lets one organisation act for another, except ADMIN."""

    SUBMIT = "submit"  #: send tables under the organisation's own agreements, publish and withdraw them
    REVIEW = "review"  #: accept or return what agreements lay before the organisation
    BASELINE = "baseline"  #: have the organisation's own national series harvested anew
    STRUCTURES = (
        "structures"  #: maintain what the organisation defines as an agency: code lists, data structures, dataflows
    )
    READ_RESTRICTED = (
        "read-restricted"  #: see submissions and reports that are not public, of everybody; change nothing
    )
    ADMIN = "admin"  #: run the exchange: keys, agreements, and everything above for everybody


@dataclass(frozen=True, slots=True)
class Caller:
    """Whoever stands at a door. `name` tells keys of one organisation apart in the audit log."""

    organisation: str
    scopes: frozenset[Scope]
    name: str

    @property
    def actor(self) -> str:
        """As the audit log has it: `BRISTOL/key 3f2a9c81d0`."""
        return f"{self.organisation}/{self.name}"

    def may(self, scope: Scope) -> bool:
        return scope in self.scopes or Scope.ADMIN in self.scopes

    def speaks_for(self, organisation: str) -> bool:
        return self.organisation == organisation or Scope.ADMIN in self.scopes


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """A key without its secret, which nobody has but its holder; `secret_hash` is scrypt's, with its salt and costs."""

    id: str
    organisation: str
    scopes: frozenset[Scope]
    label: str
    secret_hash: str
    created_at: datetime
    created_by: str
    expires_at: datetime | None = None
    revoked_at: datetime | None = None
    last_used_at: datetime | None = None

    def valid_at(self, moment: datetime) -> bool:
        return self.revoked_at is None and (self.expires_at is None or moment < self.expires_at)

    @property
    def caller(self) -> Caller:
        return Caller(self.organisation, self.scopes, f"key {self.id}")
