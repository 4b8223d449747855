"""The national publication of Kyrgyzstan: 195 messages, the nation and its nine areas, with our own reading of its series."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow.compute as pc
import yaml

from dataexchange.messages.merge_data import merge
from dataexchange.messages.read_data import read_data
from dataexchange.messages.read_structures import read_structures
from dataexchange.model.dataset import Dataset
from dataexchange.model.rulebook import Choice, Rulebook, SeriesNature
from dataexchange.model.rules import RULES
from dataexchange.model.schema import Schema
from dataexchange.model.series_notes import SeriesKind
from dataexchange.model.structure import Annotation, DataStructure

HERE = Path(__file__).parent
#: The seven oblasts and the two cities that are no part of one.
AREAS = ("KG02", "KG03", "KG04", "KG05", "KG06", "KG07", "KG08", "KG11", "KG21")


@dataclass(frozen=True)
class Publication:
    schema: Schema
    whole: Dataset
    book: Rulebook

    def of(self, *areas: str) -> Dataset:
        """What it says of these areas."""
        table = self.whole.table
        return replace(self.whole, table=table.filter(pc.is_in(table["REF_AREA"], pc.cast(list(areas), "string"))))


def published(folder: Path) -> Publication:
    held = read_structures(folder / "structures-KG_NSC-SDG-1.8.xml").artefacts
    structure = next(a for a in held if isinstance(a, DataStructure))
    schema = _with_tree(Schema.assemble(structure, None, {a.ref: a for a in held}))
    messages = sorted(path for path in folder.glob("*.xml") if not path.name.startswith("structures"))
    datasets = [dataset for path in messages for dataset in read_data(path, lambda _ref: schema).datasets]
    return Publication(schema, merge(datasets, structure).dataset, book())


def _with_tree(schema: Schema) -> Schema:
    """The list is flat: that the nine areas are the country is known from the geography of it, and said here."""
    codes = dict(schema.codes["REF_AREA"])
    for area in AREAS:
        codes[area] = replace(codes[area], parent="KG")
    codes["KG"] = replace(codes["KG"], annotations=(Annotation(type="PARTITION", title="exhaustive"),))
    return replace(schema, codes={**schema.codes, "REF_AREA": codes})


def book() -> Rulebook:
    words = yaml.safe_load((HERE / "rulebook.yaml").read_text())
    choices = tuple(
        Choice(entry["rule"], entry["parameters"], series=entry["where"]["series"])
        for entry in words["rules"]
        if {parameter.name for parameter in RULES[entry["rule"]].parameters} >= entry["parameters"].keys()
    )
    natures = {
        code: SeriesNature(SeriesKind(said["kind"]), said.get("weight")) for code, said in words["kinds"].items()
    }
    return Rulebook(words["agency"], 1, choices, natures)
