"""Reconcile: a national office derives from cities' series such as agree with its own, in a dataflow of their own.

The city's value is read and never written: what comes out stands in the dataflow whose annotation RECONCILES names the city's, under
the office's name, with NATURE CA on every observation. Run again, it follows what cities and nation have published since; where nothing
is new, nothing is published.
"""

from __future__ import annotations

from dataexchange.errors import Conflict, NotFound
from dataexchange.model.access import Caller, Scope
from dataexchange.model.reconciliation import Method, Outcome, Wish
from dataexchange.model.sentence import Sentence, say, says, together
from dataexchange.model.structure import Ref
from dataexchange.model.submission import Release
from dataexchange.store import audit, series, structures
from dataexchange.store.database import Connection
from dataexchange.workflow.permission import require
from dataexchange.workflow.reason import require_reason
from dataexchange.workflow.reconcile_figures import figures_by_key
from dataexchange.workflow.reconcile_release import observations
from dataexchange.workflow.reconcile_sides import gone_through, sides_of
from dataexchange.workflow.reconcile_values import Made
from dataexchange.workflow.reconciled import dataset_name, publish_outcome, require_derived

#: Reasons told where nothing at all could be reconciled.
_TOLD = 5


def reconcile(conn: Connection, wish: Wish, *, caller: Caller, dry_run: bool = False) -> Outcome:
    """One SERIES code, everywhere or for the parts of one area; nothing is stored on a `dry_run`.

    Raises Conflict where the series cannot be reconciled, with the reason, and where not one value could be.
    """
    require(caller, Scope.BASELINE)
    schema = structures.schema(conn, wish.dataflow)
    derived = require_derived(conn, wish.dataflow)
    sides, office = sides_of(conn, wish, schema, caller)
    made, around = gone_through(sides, wish, schema)
    if not made.adjusted:
        raise Conflict(_nothing(made, wish))
    adjusted = tuple(sorted(made.adjusted, key=lambda one: (one.key, one.period)))
    own = figures_by_key(sides.national) | figures_by_key(sides.local)
    dataset = observations(adjusted, own, schema, derived, office, sides.method)
    outcome = Outcome(
        office=office, series=wish.series, method=sides.method, dataflow=derived, adjusted=adjusted, left=made.told
    )
    done = publish_outcome(conn, outcome, dataset, around, dry_run=dry_run)
    if done.release is not None:
        _record(conn, done, caller)
    return done


def _record(conn: Connection, done: Outcome, caller: Caller) -> None:
    detail = {
        "release": done.release.number if done.release else None,
        "series": done.series,
        "office": done.office,
        "method": str(done.method),
        "national_releases": list(done.vintages),
        "own_releases": sorted({one.own_release for one in done.adjusted}),
        "left": len(done.left),
    }
    audit.record(conn, actor=caller.actor, action="reconciliation.publish", subject=str(done.dataflow), detail=detail)


def withdraw_reconciled(
    conn: Connection, dataflow: Ref, code: str, *, office: str | None, caller: Caller, reason: str
) -> tuple[Release, ...]:
    """Close what an office has reconciled of a SERIES code; releases stay on record. `dataflow` is the cities' own."""
    office = office or caller.organisation
    require(caller, Scope.BASELINE, office)
    reason, derived = require_reason(reason), require_derived(conn, dataflow)
    done = []
    for method in (Method.PRO_RATA, Method.DENTON):
        try:
            name = dataset_name(office, code, method)
            done.append(series.withdraw(conn, dataflow=derived, provider=office, dataset_id=name, note=reason))
        except NotFound:
            continue
    if not done:
        raise NotFound(f"{office} has reconciled no {code[:100]} in {derived}.")
    detail = {"series": code, "office": office, "reason": reason, "releases": [release.number for release in done]}
    audit.record(conn, actor=caller.actor, action="reconciliation.withdraw", subject=str(derived), detail=detail)
    return tuple(done)


def _nothing(made: Made, wish: Wish) -> Sentence:
    """Why not one value could be reconciled."""
    if not made.left:
        return say(
            "Nothing of {series} can be reconciled: no area that is asked for has a national value and, in the same periods, parts with "
            "values of their own.",
            series=wish.series,
        )
    reasons = list(dict.fromkeys((left.area, left.reason) for left in made.told))
    told = [say("{area}: {reason}.", area=area, reason=reason) for area, reason in reasons[:_TOLD]]
    more = says("{n} more reason.", "{n} more reasons.", len(reasons) - _TOLD) if len(reasons) > _TOLD else ""
    return together(say("Nothing of {series} can be reconciled.", series=wish.series), *told, more)
