"""Every page, in one list: what the application serves to people."""

from __future__ import annotations

from fastapi import FastAPI

from dataexchange.web import (
    assets,
    catalogue,
    change_pages,
    coherence,
    deciding,
    rechecks,
    reference,
    review_queue,
    series,
    sign_in,
    submission,
    submission_files,
    submissions,
    upload,
)
from dataexchange.web.page import add_errors_to

ROUTERS = (
    assets.router,
    catalogue.router,
    series.router,
    coherence.router,
    sign_in.router,
    upload.router,
    submissions.router,
    submission.router,
    submission_files.router,
    change_pages.router,
    rechecks.router,
    deciding.router,
    review_queue.router,
    reference.router,
)


def add_to(app: FastAPI) -> None:
    """After the doors for programs, whose answers to errors stay theirs."""
    for router in ROUTERS:
        app.include_router(router)
    add_errors_to(app)
