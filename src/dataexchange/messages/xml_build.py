"""XML elements as text, for structure and error messages.

>>> element("str:Code", {"id": "A", "urn": None}, element("com:Name", {"xml:lang": "en"}, escape("R&D")))
'<str:Code id="A"><com:Name xml:lang="en">R&amp;D</com:Name></str:Code>'
"""

from __future__ import annotations

from collections.abc import Mapping

BASE = "http://www.sdmx.org/resources/sdmxml/schemas"
DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'

# XML 1.0 cannot hold most control characters, not even as references: they become U+FFFD, the replacement character.
_ESCAPES: Mapping[int, str] = {
    **dict.fromkeys((n for n in (*range(32), 0xFFFE, 0xFFFF)), "\ufffd"),
    ord("\t"): "&#9;",
    ord("\n"): "&#10;",
    ord("\r"): "&#13;",
    ord("&"): "&amp;",
    ord("<"): "&lt;",
    ord(">"): "&gt;",
    ord('"'): "&quot;",
}


def escape(text: str) -> str:
    """For text and for values in double quotes; a lone surrogate cannot be written either."""
    return text.translate(_ESCAPES).encode("utf-8", "replace").decode("utf-8")


def element(name: str, attributes: Mapping[str, str | None], *content: str) -> str:
    """One element; attributes that are None are left out, `content` is XML already."""
    written = "".join(f' {key}="{escape(value)}"' for key, value in attributes.items() if value is not None)
    inner = "".join(content)
    return f"<{name}{written}>{inner}</{name}>" if inner else f"<{name}{written}/>"


def flag(value: bool) -> str:
    return "true" if value else "false"
