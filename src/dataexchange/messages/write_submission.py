"""What became of structures that were sent, as an SDMX-ML registry message: SubmitStructureResponse.

    <reg:StatusMessage status="Failure"><reg:MessageText code="409"><com:Text xml:lang="en">Codelist DX:CL_SEX(1.0.0) is final …

SDMX-JSON has no such message, so there is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from dataexchange.messages.media import MediaType
from dataexchange.messages.structure_xml_write_parts import Dialect, reference
from dataexchange.messages.write_header import StructureHeader
from dataexchange.messages.write_registrations import registry_start
from dataexchange.messages.xml_build import element, escape
from dataexchange.model.sound_forms import LONGEST
from dataexchange.model.soundness import is_nameable
from dataexchange.model.structure import Ref
from dataexchange.model.upkeep import Outcome


def write_submission(outcomes: Sequence[Outcome], media: MediaType, header: StructureHeader) -> Iterator[bytes]:
    dialect = Dialect(is_2_1=(media.version or "2.1").startswith("2"))
    yield registry_start(media, header).encode()
    yield b"<mes:SubmitStructureResponse>\n"
    for outcome in outcomes:
        named = reference("reg:MaintainableObject", _nameable(outcome.ref), dialect)
        said = element("com:Text", {"xml:lang": "en"}, escape(outcome.text))
        message = element("reg:MessageText", {"code": str(outcome.code)}, said)
        yield (
            element(
                "reg:SubmissionResult",
                {},
                element("reg:SubmittedStructure", {"action": outcome.action.value}, named),
                element("reg:StatusMessage", {"status": outcome.result.value}, message),
            )
            + "\n"
        ).encode()
    yield b"</mes:SubmitStructureResponse>\n</mes:RegistryInterface>\n"


def _nameable(ref: Ref) -> Ref:
    """What has no name that a URN may hold is refused, and told by one as near as can be; the sentence says what was written."""
    if is_nameable(ref):
        return ref
    agency, identifier = (re.sub(r"[^A-Za-z0-9_\-]", "_", word)[:LONGEST] for word in (ref.agency, ref.id))
    version = ref.version if is_nameable(replace(ref, agency="A", id="A")) else "1.0"
    return Ref(ref.kind, agency if agency[:1].isalpha() else f"A{agency}", identifier, version)
