"""The language that a command tells its report in."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from dataexchange.model.sentence import Language

LanguageOption = Annotated[
    str | None,
    typer.Option(
        "--language", help="language of what is told, such as es or fr; default: that of LANG", show_default=False
    ),
]
#: As gettext looks at them.
_VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")


def language_of(asked: str | None = None) -> Language:
    """The one asked for, else the setting, else that of the terminal, else English."""
    from dataexchange.messages.language import spoken
    from dataexchange.settings import load_settings

    settings = load_settings()
    there = spoken(settings.languages)
    if asked is not None:
        tag, language = there.best((asked.replace("_", "-"), "en"))
        if tag == "en" and not asked.lower().startswith("en"):
            raise typer.BadParameter(
                f"there is no {asked!r}: reports are told in {', '.join(there.languages)}", param_hint="--language"
            )
        return language
    usual = next((value for name in _VARIABLES if (value := os.environ.get(name))), "")
    return there.best((settings.language or usual.partition(".")[0].replace("_", "-") or "en", "en"))[1]
