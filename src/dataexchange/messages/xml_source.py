"""XML that comes from outside, read safely: no DTD, no entities, no network, bounded size and depth.

`open_xml(path)` looks at the head of the file before any parser does: byte-order mark, encoding, root element. A document
type declaration is refused there, so that neither an external entity nor a "billion laughs" ever reaches libxml2; its own
limits (no `huge_tree`) stand behind. Every refusal is one sentence with file, line and remedy:

    notes.html: this is a web page, not an SDMX message: check the address it was fetched from.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lxml import etree

from dataexchange.errors import TooLarge, Unreadable
from dataexchange.model.sentence import say

#: Bytes of one message, and levels of elements within it.
MAX_BYTES = 2 * 2**30
MAX_DEPTH = 64

_HEAD = 65536
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (b"<\x00", "utf-16-le"),
    (b"\x00<", "utf-16-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
#: Encodings in which the head says the same to us and to libxml2.
_ENCODINGS = re.compile(r"utf-?8|utf-?16(le|be)?|us-ascii|ascii|iso-?8859-\d+|windows-125\d|cp125\d", re.IGNORECASE)
_DECLARED = re.compile(rb"""^<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._\-]+)["']""")
_MISC = re.compile(r"\s+|<\?.*?\?>|<!--.*?-->", re.DOTALL)
_ROOT = re.compile(r"<(?:([\w.\-]+):)?([\w.\-]+)([^>]*)>?", re.DOTALL)
_VERSION = re.compile(r"sdmx\.org/resources/sdmxml/schemas/v(\d)_(\d)/message")


class Misshapen(Exception):
    """A well-formed element that is not as SDMX-ML has it; the reader adds the file to the line."""

    def __init__(self, element: Any, message: str) -> None:
        self.line: int | None = getattr(element, "sourceline", None)
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class XmlSource:
    """A file that begins as XML does. `root` is the local name of its root element, `version` the SDMX-ML version that
    the root's namespaces speak of ("2.1"), "" if none. `name` is what people call the file."""

    path: Path
    name: str
    root: str
    version: str


def open_xml(path: Path, name: str | None = None) -> XmlSource:
    name = name or path.name
    head = read_head(path, name)
    text = _decode(head, name)
    at = 0
    while found := _MISC.match(text, at):
        at = found.end()
    rest = text[at:]
    if rest[:9].upper() == "<!DOCTYPE":
        if re.match(r"<!DOCTYPE\s+html", rest, re.IGNORECASE):
            raise Unreadable(
                say(
                    "{file}: this is a web page, not an SDMX message: check the address it was fetched from.", file=name
                )
            )
        raise Unreadable(
            say(
                "{file}: the message has a document type declaration (DTD), which is refused: send it without one.",
                file=name,
            )
        )
    root = _ROOT.match(rest)
    if root is None:
        raise Unreadable(say("{file}: no XML element at the start of the file: send an SDMX-ML message.", file=name))
    if root[2].lower() == "html":
        raise Unreadable(
            say("{file}: this is a web page, not an SDMX message: check the address it was fetched from.", file=name)
        )
    version = _VERSION.search(root[3])
    return XmlSource(path, name, root[2], f"{version[1]}.{version[2]}" if version else "")


def read_head(path: Path, name: str) -> bytes:
    """The first bytes of a file that is neither empty nor packed nor too large."""
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            head = file.read(_HEAD)
    except OSError as error:
        raise Unreadable(
            say("{file}: the file cannot be opened ({reason}): check its name.", file=name, reason=str(error.strerror))
        ) from None
    if size > MAX_BYTES:
        raise TooLarge(f"{name}: {size:,} bytes are more than the {MAX_BYTES:,} of one message: send it in parts.")
    if not head.strip(b"\xef\xbb\xbf \t\r\n"):
        raise Unreadable(say("{file}: the file is empty: send the message again.", file=name))
    if head[:2] == b"\x1f\x8b" or head[:4] == b"PK\x03\x04":
        raise Unreadable(say("{file}: the file is packed (gzip or zip): unpack it and send what is in it.", file=name))
    return head


def _decode(head: bytes, name: str) -> str:
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return head.decode(encoding, "replace").lstrip("\ufeff")
    declared = _DECLARED.match(head.lstrip(b" \t\r\n"))
    encoding = declared[1].decode("ascii") if declared else "utf-8"
    if not _ENCODINGS.fullmatch(encoding):
        raise Unreadable(
            say(
                "{file}: the encoding {encoding} is not read here: save the message as UTF-8.",
                file=name,
                encoding=repr(encoding),
            )
        )
    return head.decode("latin-1")


@contextmanager
def reported(source: XmlSource) -> Iterator[None]:
    """Faults of form become Unreadable with file and line."""
    try:
        yield
    except etree.XMLSyntaxError as error:
        line = error.lineno or 1
        reason = re.sub(r", line \d+, column \d+.*", "", (error.msg or "not well-formed").split("\n")[0])
        raise Unreadable(
            say(
                "{file}, line {line}: the XML breaks off or is not well-formed ({reason}): send it again, whole.",
                file=source.name,
                line=str(line),
                reason=reason[:200],
            )
        ) from None
    except Misshapen as error:
        place = f"{source.name}, line {error.line}" if error.line else source.name
        raise Unreadable(say("{place}: {fault}", place=place, fault=str(error))) from None
    except OSError as error:
        raise Unreadable(
            say("{file}: the file cannot be read ({reason}): send it again.", file=source.name, reason=str(error))
        ) from None


def events(source: XmlSource, kinds: tuple[str, ...], tags: tuple[str, ...] | None = None) -> Iterator[tuple[str, Any]]:
    """Parse events with their elements; the caller clears what it has read."""
    with source.path.open("rb") as file:
        if file.read(1).isspace():
            file.seek(0)
            leading = file.read(_HEAD)
            file.seek(len(leading) - len(leading.lstrip()))
        else:
            file.seek(0)
        walk = etree.iterparse(
            file,
            events=kinds,
            tag=tags,
            resolve_entities=False,
            load_dtd=False,
            no_network=True,
            huge_tree=False,
            remove_comments=True,
            remove_pis=True,
        )
        yield from walk


def release(element: Any) -> None:
    """Free what has been read: the element's content and all that stands before it."""
    element.clear(keep_tail=False)
    parent = element.getparent()
    if parent is not None:
        for earlier in element.itersiblings(preceding=True):
            parent.remove(earlier)


def local(element: Any) -> str:
    """Name of an element without its namespace: messages differ in prefixes and in the version in the namespace."""
    tag: str = element.tag
    return tag.rpartition("}")[2]


def children(element: Any, name: str | None = None) -> Iterator[Any]:
    """Child elements, of that local name if one is given, whatever their namespace."""
    yield from element.iterchildren("{*}" + name if name else "*")


def child(element: Any, *path: str) -> Any | None:
    """The first child of that local name, and on down the path; None where there is none."""
    found = element
    for name in path:
        found = next(found.iterchildren("{*}" + name), None)
        if found is None:
            return None
    return found


def text_of(element: Any | None) -> str | None:
    """Its text without white space at the ends; None where there is nothing."""
    if element is None or not element.text:
        return None
    return element.text.strip() or None
