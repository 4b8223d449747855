"""The yardstick for one series: the least that FastAPI does for the same bytes."""

from __future__ import annotations

from fastapi import FastAPI, Request, Response


def create() -> FastAPI:
    app = FastAPI()
    held = {"body": b""}

    @app.get("/healthz")
    def alive() -> str:
        return "ok"

    @app.put("/bytes")
    async def hold(request: Request) -> None:
        held["body"] = await request.body()

    @app.get("/bytes")
    def give() -> Response:
        return Response(held["body"], media_type="text/csv")

    return app
