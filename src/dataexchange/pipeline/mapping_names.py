"""Components and codes with their names, as a mapping is explained: REF_AREA (Reference area), GB_BRS (Bristol)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dataexchange.model.schema import Schema
from dataexchange.model.sentence import Sentence, Value, listed, say, says
from dataexchange.pipeline.mapping_faults import shown

#: So many are all told; of more the first, and how many there are.
_ALL = 4


@dataclass(frozen=True, slots=True)
class Names:
    schema: Schema
    language: str = "en"

    def component(self, component: str) -> Value:
        found = next((c for c in self.schema.structure.components() if c.id == component), None)
        return _named(component, self.schema.component_name(found, self.language) if found else component)

    def code(self, component: str, code: str) -> Value:
        if component not in self.schema.codes:
            return shown(code)
        return _named(code or "''", self.schema.code_name(component, code, self.language))

    def codes(self, component: str, texts: Mapping[str, str]) -> Sentence:
        """`'Men' is M (Male) and 'Women' is F (Female)`; an empty cell stands behind the others."""
        return some([self.text(text, component, texts[text]) for text in sorted(texts, key=lambda text: not text)])

    def text(self, text: str, component: str, code: str) -> Sentence:
        said: Value = shown(text) if text else say("an empty cell")
        return say("{text_} is {code}", text_=said, code=self.code(component, code))

    def having(self, codes: Mapping[str, str]) -> Sentence:
        """`SERIES VC_IHR_PSRC (Homicides …) and SEX M (Male)`."""
        return listed([say("{component} {code}", component=c, code=self.code(c, code)) for c, code in codes.items()])


def some(clauses: Sequence[Value]) -> Sentence:
    """All of a few; else the first, and how many more there are."""
    if len(clauses) <= _ALL:
        return listed(clauses)
    return says("{first} and {n} more", "{first} and {n} more", len(clauses) - 1, first=clauses[0])


def _named(id_: str, name: str) -> Value:
    return say("{id_} ({name})", id_=id_, name=name) if name and name != id_ else id_
