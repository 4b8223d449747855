"""/api/v1: the exchange itself, as JSON. One file a subject; times are ISO 8601 in UTC.

Who may do what is decided by the verbs of `workflow`, the same for all doors; here a request becomes words, and words an answer.
"""

from __future__ import annotations

from fastapi import APIRouter, Depends
from fastapi.routing import APIRoute

from dataexchange.api import (
    agreements,
    changes,
    coherence,
    comparisons,
    extracts,
    harvests,
    inequality,
    justifications,
    keys,
    mappings,
    marked,
    passport_list,
    passports,
    rechecks,
    reconciliations,
    releases,
    reports,
    rules,
    submission_changes,
    submissions,
    submit,
    suggest,
    templates,
)
from dataexchange.api.known import known_parameters


def _operation(route: APIRoute) -> str:
    """What generated clients call it: `one_submission`."""
    return route.name


router = APIRouter(prefix="/api/v1", generate_unique_id_function=_operation, dependencies=[Depends(known_parameters)])

_SUBJECTS = (
    submit,
    submissions,
    justifications,
    reports,
    marked,
    suggest,
    submission_changes,
    mappings,
    comparisons,
    coherence,
    inequality,
    changes,
    releases,
    passports,
    passport_list,
    rechecks,
    extracts,
    harvests,
    reconciliations,
    rules,
    agreements,
    templates,
    keys,
)

for subject in _SUBJECTS:
    router.include_router(subject.router)
