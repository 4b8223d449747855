"""docker-compose.yml and the Dockerfile, looked over without an engine."""

from __future__ import annotations

import re
from pathlib import Path

import yaml

from dataexchange.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
DOCKERFILE = (ROOT / "Dockerfile").read_text()


def test_services_have_health_checks_and_named_volumes() -> None:
    assert set(COMPOSE["services"]) == {"api", "worker", "database"}
    for service in COMPOSE["services"].values():
        assert service["healthcheck"]["test"]
        for volume in service["volumes"]:
            assert volume.split(":")[0] in COMPOSE["volumes"]


def test_environment_is_the_settings() -> None:
    known = {f"DATAEXCHANGE_{name.upper()}" for name in Settings.model_fields}
    used = set(re.findall(r"DATAEXCHANGE_[A-Z_]+", (ROOT / "docker-compose.yml").read_text() + DOCKERFILE))
    assert used <= known
    assert {"DATAEXCHANGE_HOME", "DATAEXCHANGE_DATABASE_URL"} <= used


def test_no_secret_stands_in_the_files() -> None:
    for name, service in COMPOSE["services"].items():
        for key, value in service["environment"].items():
            if "PASSWORD" in key or "://" in str(value):
                assert "${POSTGRES_PASSWORD:?" in value, f"{name}.{key} must take its password from the environment"


def test_copied_files_exist_and_are_not_ignored() -> None:
    allowed = [line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")]
    for line in re.findall(r"^COPY (?!--from)(.+)$", DOCKERFILE, re.MULTILINE):
        *sources, _target = line.split()
        for source in sources:
            assert (ROOT / source).exists(), source
            assert source.removeprefix("./") in allowed, f".dockerignore hides {source}"


def test_the_final_image_runs_as_nobody_special_and_has_no_build_tools() -> None:
    final = DOCKERFILE.split("\nFROM ")[-1]
    assert re.search(r"^USER dataexchange$", final, re.MULTILINE)
    assert not re.search(r"gcc|build-essential|apt-get", final)


def test_commands_exist() -> None:
    from dataexchange.cli import app

    commands = {c.name for c in app.registered_commands}
    for service in ("api", "worker"):
        assert COMPOSE["services"][service]["command"][0] in commands


def test_processes_have_the_time_they_take_to_stop() -> None:
    from dataexchange.cli import serving
    from dataexchange.worker import run

    # A worker waits for a submission, then for a harvest.
    for service, needed in (("api", serving.PATIENCE), ("worker", 2 * run.PATIENCE)):
        assert int(COMPOSE["services"][service]["stop_grace_period"].removesuffix("s")) > needed
