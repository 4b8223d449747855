"""Who calls, as limits count: `key 3f2a9c81d0` for who sends a key that is right, else `address 192.0.2.7`.

A key that was found right is remembered for some minutes, so that counting costs no look into the database. One that is no good counts as
none: public data are for everybody. An IPv6 network of 64 bits is one address, for its holder has all of it.
"""

from __future__ import annotations

import time
from functools import lru_cache
from ipaddress import IPv6Address, ip_address, ip_network

from dataexchange.door.credentials import key_of
from dataexchange.door.exchange import Exchange
from dataexchange.errors import ExchangeError

_REMEMBERED = 300.0


def remembered(exchange: Exchange, authorization: str) -> tuple[str | None, bool]:
    """(the caller by their key, whether that was looked at lately); None where the key was not met yet."""
    found = exchange.callers.known(authorization)
    return (None, False) if found is None else (found[0], time.monotonic() < found[1])


def caller_of(exchange: Exchange, authorization: str | None, address: str) -> str:
    """May take as long as checking a key does: not for the event loop."""
    kind, _, text = (authorization or "").partition(" ")
    if authorization is None or kind.lower() != "bearer":
        return by_address(address)
    name, fresh = remembered(exchange, authorization)
    if name is None or not fresh:
        try:
            name = f"key {key_of(exchange, text).id}"
        except ExchangeError:
            return by_address(address)
        exchange.callers.keep(authorization, (name, time.monotonic() + _REMEMBERED))
    return name


@lru_cache(4096)
def by_address(address: str) -> str:
    """
    >>> by_address("2001:db8::1"), by_address("::ffff:192.0.2.7")
    ('address 2001:db8::/64', 'address 192.0.2.7')
    """
    try:
        found = ip_address(address)
    except ValueError:
        return f"address {address[:100]}"
    if isinstance(found, IPv6Address):
        if found.ipv4_mapped is not None:
            return f"address {found.ipv4_mapped}"
        return f"address {ip_network((found, 64), strict=False)}"
    return f"address {found}"
