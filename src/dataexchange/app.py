"""The web application, wired: settings in, FastAPI out.

    uvicorn --factory dataexchange.app:create

`python -m dataexchange.app` writes the OpenAPI description to standard output.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from threading import Thread

import orjson
from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool

from dataexchange import __version__
from dataexchange.api import exchange_v1, openapi, operators, problems, sdmx
from dataexchange.api.sdmx import error_answer
from dataexchange.api.warm import warm
from dataexchange.door.exchange import Exchange
from dataexchange.door.limits import Limits
from dataexchange.door.log import log_to_stderr
from dataexchange.door.requests import Requests
from dataexchange.settings import Settings, load_settings
from dataexchange.store.database import open_database
from dataexchange.web import routes
from dataexchange.worker import enqueue, hang_up


def create() -> FastAPI:
    """For `uvicorn --factory`: the settings of the environment, and the log as they say."""
    settings = load_settings()
    log_to_stderr(settings.log_level)
    _stop_with_parent()
    return create_app(settings)


def _stop_with_parent() -> None:
    """Several API processes have one parent. Where that is killed they would stay, and keep its port."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def watch() -> None:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)

    Thread(target=watch, daemon=True).start()


def create_app(settings: Settings | None = None) -> FastAPI:
    settings = settings or load_settings()

    @asynccontextmanager
    async def opened(app: FastAPI) -> AsyncIterator[None]:
        engine = open_database(settings.database_url)
        app.state.exchange = Exchange(
            engine,
            settings.home,
            partial(enqueue, settings.queue_url),
            settings.max_upload_bytes,
            settings.base_url,
            settings.sender,
            threads=settings.threads,
            max_observations=settings.max_observations,
            max_waiting_extracts=settings.max_waiting_extracts,
            keep_extracts=timedelta(hours=settings.keep_extract_hours),
            language=settings.language,
            languages=settings.languages,
        )
        try:
            await run_in_threadpool(warm, app.state.exchange)
            yield
        finally:
            await run_in_threadpool(app.state.exchange.close)
            await run_in_threadpool(hang_up, settings.queue_url)
            await run_in_threadpool(engine.dispose)

    app = FastAPI(title="dataexchange", version=__version__, lifespan=opened, docs_url=None, redoc_url=None)
    app.include_router(operators.router)
    app.include_router(exchange_v1.router)
    sdmx.add_to(app)
    problems.add_to(app)
    routes.add_to(app)
    openapi.describe(app)
    app.add_middleware(
        Requests,
        max_url_bytes=settings.max_url_bytes,
        sdmx_error=error_answer,
        limits=Limits(settings.requests_per_minute, settings.requests_per_minute_with_key),
    )
    return app


def openapi_text() -> bytes:
    """The description as it stands in openapi/openapi.json."""
    return orjson.dumps(create_app(Settings()).openapi(), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


if __name__ == "__main__":
    sys.stdout.buffer.write(openapi_text())
