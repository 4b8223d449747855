"""Both sides of a reconciliation as they stand, whose they are, and everything that is to be gone through."""

from __future__ import annotations

from collections.abc import Sequence

from dataexchange.errors import Conflict, InvalidRequest, NotFound
from dataexchange.model.access import Caller, Scope
from dataexchange.model.reconciliation import Method, Wish
from dataexchange.model.schema import Schema
from dataexchange.model.structure import Ref
from dataexchange.pipeline.reconciliation import method_for
from dataexchange.store import structures
from dataexchange.store.database import Connection
from dataexchange.workflow.national import baseline_of
from dataexchange.workflow.permission import require
from dataexchange.workflow.reconcile_across import TOTAL, reconcile_across
from dataexchange.workflow.reconcile_figures import AREA, FREQ, SERIES, About, Figures, figures_of, weights_named
from dataexchange.workflow.reconcile_parts import Whole, wholes
from dataexchange.workflow.reconcile_values import Made, Sides, reconcile_areas
from dataexchange.workflow.reconcile_years import reconcile_years
from dataexchange.workflow.rulebook import rulebook_of


def sides_of(conn: Connection, wish: Wish, schema: Schema, caller: Caller) -> tuple[Sides, str]:
    """Both sides as they stand, and the office whose national values they are: the caller's own, unless the operator names one."""
    baseline = baseline_of(schema)
    if baseline is None or not {AREA, SERIES, FREQ} <= set(schema.structure.dimension_ids):
        raise Conflict(f"{wish.dataflow} has no baseline of areas and series: its values cannot be reconciled.")
    _require_known(schema, wish)
    nature = rulebook_of(conn, schema, None).nature(wish.series, schema.codes.get(SERIES, {}).get(wish.series))
    weights = weights_named(schema, nature.weight) if nature else ()
    codes = (wish.series, *weights)
    local = figures_of(conn, schema, wish.dataflow, codes)
    there = [f for about in local.about_series(wish.series) for f in local.of(about).values()]
    method = method_for(wish.series, nature, there[0].unit if there else None, _wished(wish))
    assert nature is not None
    if (method is Method.IPF) and wish.across is None:
        raise InvalidRequest("name the dimension that the areas are crossed with, such as SEX", parameter="across")
    national = figures_of(conn, structures.schema(conn, baseline), baseline, codes)
    office = _office(wish, national, caller, baseline)
    sides = Sides(
        local, _of_office(national, wish.series, office), nature.kind, method, wish.cv, nature.weight, weights
    )
    return sides, office


def _wished(wish: Wish) -> Method | None:
    """Areas and a breakdown together are a table with two margins, which is not for every method; unless told otherwise, it is fitted."""
    if wish.across is None:
        return wish.method
    if wish.method not in (None, Method.IPF, Method.LEAST_SQUARES):
        raise InvalidRequest(
            "a breakdown is reconciled together with the areas by ipf or least-squares: name one of these, or leave `across` out",
            parameter="method",
            value=str(wish.method),
        )
    return wish.method or Method.IPF


def gone_through(sides: Sides, wish: Wish, schema: Schema) -> tuple[Made, frozenset[str] | None]:
    """What came of it, and the areas that the run speaks for: None for all."""
    made = Made()
    if sides.method is Method.DENTON:
        if wish.partition is not None:
            raise InvalidRequest(
                "leave it out with denton, which carries one area at a time to its own years", parameter="partition"
            )
        for about in sides.local.about_series(wish.series):
            for area in sides.local.of(about):
                if wish.area in (None, area):
                    reconcile_years(sides, about, area, made)
        return made, None if wish.area is None else frozenset({wish.area})
    chosen = wholes(schema, wish.area, wish.partition)
    for about in sides.national.about_series(wish.series):
        if wish.across is not None and dict(about)[wish.across] != TOTAL:
            continue
        for ways in chosen:
            _each_way(sides, ways, about, wish.across, made)
    if wish.area is None and wish.partition is None:
        return made, None
    return made, frozenset(area for ways in chosen for way in ways for area in way.scope)


def _each_way(sides: Sides, ways: Sequence[Whole], about: About, across: str | None, made: Made) -> None:
    """Every partition of an area meets its national value. One that has a figure in common with another cannot meet it both ways."""
    by: dict[tuple[str, str], Whole] = {}
    for way in ways:
        own = Made()
        if across is None:
            reconcile_areas(sides, way, about, own)
        else:
            reconcile_across(sides, way, about, across, own)
        for one in own.adjusted:
            other = by.setdefault((one.key, one.period), way)
            if other is not way:
                raise InvalidRequest(
                    f"name one: {one.area} is a part of {way.area} in its partitions {other.name} and {way.name}, which both have all "
                    f"their values in {one.period}",
                    parameter="partition",
                )
        made.add(own)


def _require_known(schema: Schema, wish: Wish) -> None:
    """A word that is none would find nothing, and say so of the data."""
    for parameter, component, code in (("series", SERIES, wish.series), ("area", AREA, wish.area)):
        if code is not None and component in schema.codes and code not in schema.codes[component]:
            raise NotFound(f"{component} has no code {code[:100]}: correct {parameter}.")
    if wish.across is not None and wish.across not in set(schema.structure.dimension_ids) - {AREA, SERIES, FREQ}:
        raise InvalidRequest(
            "name a dimension that breaks series down, such as SEX", parameter="across", value=wish.across
        )
    if not 0 < wish.cv <= 1000:
        raise InvalidRequest("write a number of percent above 0, such as 5", parameter="cv", value=str(wish.cv))


def _office(wish: Wish, national: Figures, caller: Caller, baseline: Ref) -> str:
    about = national.about_series(wish.series)
    offices = sorted({figure.line.provider for one in about for figure in national.of(one).values()})
    office = wish.office or (None if caller.may(Scope.ADMIN) else caller.organisation)
    if office is None and len(offices) > 1:
        raise InvalidRequest(f"name the office: {', '.join(offices)} have national values", parameter="office")
    if office is None and offices:
        (office,) = offices
    if office is None or office not in offices:
        has = f"{office} has no values" if office else "nobody has values"
        raise NotFound(
            f"There is no national total to meet, as {has} of {wish.series} in {baseline}: an office loads them with "
            "`dataexchange baseline load`, or has them harvested."
        )
    require(caller, Scope.BASELINE, office)
    return office


def _of_office(national: Figures, code: str, office: str) -> Figures:
    """An office reconciles to its own values; weights may come from whoever has them."""
    return Figures(
        {
            about: {a: f for a, f in areas.items() if dict(about)[SERIES] != code or f.line.provider == office}
            for about, areas in national.found.items()
        }
    )
