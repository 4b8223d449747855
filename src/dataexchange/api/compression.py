"""Content coding: gzip by igzip (a gigabyte and more in a second), zstd by Arrow, each as a stream of blocks.

gzip is chosen where a client takes both equally: it costs the server less.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import pyarrow as pa
from isal import isal_zlib

from dataexchange.messages.sink import Sink

_GZIP = 31  # window bits of zlib for a gzip header
_LEVEL = 1

#: Below this a header costs more than compression saves.
SMALLEST = 1024


def coding(accept_encoding: str) -> str | None:
    """The coding to use, None for none.

    >>> coding("deflate, gzip;q=0.8, br, zstd")
    'zstd'
    """
    weights = dict(_weights(accept_encoding))
    anything = weights.get("*", 0.0)
    best = max(CODINGS, key=lambda name: weights.get(name, anything))
    weight = weights.get(best, anything)
    return best if weight > 0 and weight >= weights.get("identity", 0.0) else None


def refuses_plain(accept_encoding: str) -> bool:
    """Whether an answer without a coding is refused, which by RFC 9110 has to be said.

    >>> refuses_plain("gzip, *;q=0"), refuses_plain("gzip, identity;q=0"), refuses_plain("gzip")
    (True, True, False)
    """
    weights = dict(_weights(accept_encoding))
    return weights.get("identity", weights.get("*", 1.0)) == 0


def _weights(header: str) -> Iterator[tuple[str, float]]:
    for part in header.split(","):
        name, _, rest = part.partition(";")
        weight = rest.replace(" ", "").removeprefix("q=") or "1"
        try:
            yield name.strip().lower(), float(weight)
        except ValueError:
            yield name.strip().lower(), 0.0


def gzip_blocks(raw: Iterator[bytes]) -> Iterator[bytes]:
    machine = isal_zlib.compressobj(_LEVEL, isal_zlib.DEFLATED, _GZIP)
    for block in raw:
        if packed := machine.compress(block):
            yield packed
    yield machine.flush()


def zstd_blocks(raw: Iterator[bytes]) -> Iterator[bytes]:
    sink = Sink()
    with pa.PythonFile(sink, "w") as target, pa.CompressedOutputStream(target, "zstd") as machine:
        for block in raw:
            machine.write(block)
            if packed := sink.drain():
                yield packed
        machine.close()
        yield sink.drain()


#: Codings that are offered, the cheaper first.
CODINGS: Mapping[str, Callable[[Iterator[bytes]], Iterator[bytes]]] = {"gzip": gzip_blocks, "zstd": zstd_blocks}
