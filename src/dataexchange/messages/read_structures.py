"""Structure messages, whatever their format: the way in.

    read_structures(Path("structures-KG_NSC-SDG-1.8.xml")).artefacts

SDMX-ML 2.1, 3.0, 3.1 and SDMX-JSON are told apart by their first bytes; a byte-order mark does no harm.
"""

from __future__ import annotations

from pathlib import Path

from dataexchange.errors import Unreadable
from dataexchange.messages.structure_json_read import read_structure_json
from dataexchange.messages.structure_message import StructureMessage
from dataexchange.messages.structure_xml import read_structure_xml
from dataexchange.messages.xml_source import open_xml, read_head

__all__ = ["StructureMessage", "read_structures", "read_submitted"]


def read_submitted(path: Path, name: str, *, is_json: bool = False) -> StructureMessage:
    """Structures that somebody sends to be stored. A registry's request says by itself what is to be done with them, so it is not one.

    `is_json`: the sender calls it JSON, so what does not look like either, such as `null`, is told its fault as that."""
    head = read_head(path, name).lstrip(b"\xef\xbb\xbf \t\r\n")
    if is_json and not head.startswith(b"<"):
        return read_structure_json(path, name)
    if not head.startswith((b"{", b"[")) and open_xml(path, name).root == "RegistryInterface":
        raise Unreadable(f"{name}: this is a registry message: send its structures as a structure message.")
    return read_structures(path, name)


def read_structures(path: Path, name: str | None = None) -> StructureMessage:
    """`name` is what people call the file, where it is stored under another name."""
    if read_head(path, name or path.name).lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"{", b"[")):
        return read_structure_json(path, name)
    return read_structure_xml(open_xml(path, name))
