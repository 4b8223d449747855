"""What VTL text about a dataflow speaks of: its components, its series by kind, its partitions, and the data sets made of what comes in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from dataexchange.model.identities import triples
from dataexchange.model.rule import Rule
from dataexchange.model.rulebook import Rulebook, SeriesNature
from dataexchange.model.schema import Schema
from dataexchange.model.series_notes import SeriesKind, is_partitioned, measures, units
from dataexchange.model.structure import Item
from dataexchange.model.unit_ranges import times

_SERIES, _AREA = "SERIES", "REF_AREA"


@dataclass(frozen=True, slots=True)
class Setting:
    """One way in which a rule is set. `where` is a condition on SERIES, "" for all; `name` is free for data sets and rulesets."""

    rule: Rule
    severity: str
    values: Mapping[str, float]
    where: str
    name: str

    def number(self, name: str) -> str:
        """A parameter as VTL writes numbers."""
        return plain(self.values[name])

    def of(self, data_set: str) -> str:
        """The data set, or as much of it as this is about."""
        return f"{data_set} [filter {self.where}]" if self.where else data_set

    @property
    def milder(self) -> str:
        """How grave what is no error is."""
        return "warning" if self.severity == "error" else self.severity

    def fault(self, severity: str | None = None) -> str:
        """What a check says where it fails."""
        return f'errorcode "{self.rule.id}" errorlevel "{severity or self.severity}"'


@dataclass(frozen=True, slots=True)
class Scene:
    flow: str
    dimensions: tuple[str, ...]
    time: str
    measure: str
    components: frozenset[str]
    #: Code -> C, R, M or G, None where nobody knows.
    series: Mapping[str, str | None]
    #: The UNIT_MEASURE codes that it comes in -> the series.
    units: Mapping[tuple[str, ...], tuple[str, ...]]
    #: The codes of UNIT_MEASURE.
    units_there: tuple[str, ...]
    #: Area -> the areas right below it, and of these where they cover it wholly.
    below: Mapping[str, tuple[str, ...]]
    partitions: Mapping[str, tuple[str, ...]]
    has_sexes: bool
    #: (rate, count, denominator) -> how many of the denominator the rate is for.
    rates: Mapping[tuple[str, str, str], float]
    #: Count -> the ratios and means that are weighted with it.
    weighed: Mapping[str, tuple[str, ...]]

    @classmethod
    def of(cls, schema: Schema, book: Rulebook) -> Scene:
        structure = schema.structure
        listed = schema.codes.get(_SERIES, {})
        natures = {code: book.nature(code, item) for code, item in listed.items()}
        by_units: dict[tuple[str, ...], list[str]] = {}
        for code, item in listed.items():
            if found := units(item):
                by_units.setdefault(found, []).append(code)
        areas = schema.codes.get(_AREA, {})
        parts: dict[str, list[str]] = {}
        for code, item in areas.items():
            if item.parent is not None and item.parent in areas:
                parts.setdefault(item.parent, []).append(code)
        below = {whole: tuple(found) for whole, found in parts.items()}
        return cls(
            flow=schema.dataflow.ref.short if schema.dataflow else structure.ref.short,
            dimensions=structure.dimension_ids,
            time=structure.time_dimension.id if structure.time_dimension else "",
            measure=structure.measure.id,
            components=frozenset(component.id for component in structure.components()),
            series={code: nature.kind.value if nature else None for code, nature in natures.items()},
            units={found: tuple(named) for found, named in by_units.items()},
            units_there=tuple(schema.codes.get("UNIT_MEASURE", {})),
            below=below,
            partitions={whole: found for whole, found in below.items() if is_partitioned(areas[whole])},
            has_sexes={"_T", "F", "M"} <= set(schema.codes.get("SEX", {})),
            rates=_rates(listed, book),
            weighed=_weighed(listed, natures),
        )

    def lacks(self, needed: Iterable[str]) -> list[str]:
        return [component for component in needed if component not in self.components]

    def kind(self, *kinds: SeriesKind) -> list[str]:
        wanted = {kind.value for kind in kinds}
        return [code for code, kind in self.series.items() if kind in wanted]

    def in_unit(self, unit: str) -> list[str]:
        """The series that come in this unit alone."""
        return [code for units_, named in self.units.items() if units_ == (unit,) for code in named]

    @property
    def by_series(self) -> str:
        """For window functions: within each series, in the order of time."""
        return f"partition by {', '.join(self.dimensions)} order by {self.time}"

    def data_sets(self) -> dict[str, str]:
        """Name -> expression, in an order in which they can be made. UNIT_MULT is applied and attributes are gone."""
        counts = self.kind(SeriesKind.COUNT)
        averages = self.kind(SeriesKind.RATIO, SeriesKind.MEAN)
        shares = self.kind(SeriesKind.COUNT, SeriesKind.RATIO, SeriesKind.MEAN)
        made = {name: self._in_units(source) for name, source in _IN_UNITS.items()}
        made |= {f"{source}_WITH_BOUNDS": _with_bounds(source, self.measure) for source in ("LOCAL", "NATIONAL")}
        made["TOGETHER"] = "union(LOCAL_IN_UNITS, NATIONAL_IN_UNITS)"
        made["SHARES"] = f"LOCAL [filter {self._in(shares)}]"
        made["COUNTS_AS_SENT"] = f"LOCAL [filter {self._in(counts)}]"
        made["COUNTS"] = f"LOCAL_IN_UNITS [filter {self._in(counts)}]"
        made["AVERAGES"] = f"LOCAL_IN_UNITS [filter {self._in(averages)}]"
        made["COUNTS_OF_ALL"] = f"TOGETHER [filter {self._in(counts)}]"
        made["AVERAGES_OF_ALL"] = f"TOGETHER [filter {self._in(averages)}]"
        return made

    def _in_units(self, source: str) -> str:
        scaled = f"{self.measure} := {self.measure} * power(10, cast(UNIT_MULT, integer))"
        return f"{source} [calc {scaled}] [keep {self.measure}]"

    def _in(self, named: Sequence[str]) -> str:
        return f"SERIES in {codes(named)}"


def _rates(listed: Mapping[str, Item], book: Rulebook) -> dict[tuple[str, str, str], float]:
    """Rates that come in one unit alone."""
    found = {}
    for triple in triples(tuple(listed), listed, book):
        per = {times(unit) for unit in units(listed[triple.rate])}
        if len(per) == 1 and (of := per.pop()):
            found[triple.rate, triple.count, triple.denominator] = of
    return found


def _weighed(listed: Mapping[str, Item], natures: Mapping[str, SeriesNature | None]) -> dict[str, tuple[str, ...]]:
    counts = {what: code for code, item in listed.items() if (what := measures(item))}
    able = {code: n for code, n in natures.items() if n and n.kind in (SeriesKind.RATIO, SeriesKind.MEAN)}
    found = {held: tuple(code for code, n in able.items() if n.weight == what) for what, held in counts.items()}
    return {held: named for held, named in found.items() if named}


_IN_UNITS = {"LOCAL_IN_UNITS": "LOCAL", "NATIONAL_IN_UNITS": "NATIONAL", "PREVIOUS_IN_UNITS": "PREVIOUS"}


def _with_bounds(source: str, measure: str) -> str:
    times = "power(10, cast(UNIT_MULT, integer))"
    parts = (("X", measure), ("LOW", "LOWER_BOUND"), ("HIGH", "UPPER_BOUND"))
    made = ", ".join(f"measure {name} := {of} * {times}" for name, of in parts)
    return f"{source} [calc {made}] [keep X, LOW, HIGH]"


def codes(named: Iterable[str]) -> str:
    """A set of texts. One that nothing is in has no form in VTL: it holds a text that is no code.

    >>> codes(["SL_TLF_UEM", "EN_ATM_PM25"])
    '{"SL_TLF_UEM", "EN_ATM_PM25"}'
    """
    return "{" + ", ".join(f'"{code}"' for code in named or ("",)) + "}"


def item(code: str) -> str:
    """A code item of a hierarchical ruleset; in quotes any code is a name."""
    return f"'{code}'"


def plain(number: float) -> str:
    """Without an exponent, which VTL does not have.

    >>> plain(1e-05), plain(3.0), plain(0.5)
    ('0.00001', '3', '0.5')
    """
    return f"{number:.12f}".rstrip("0").rstrip(".")
