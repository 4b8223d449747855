"""Languages that findings and reports are told in: a gettext catalogue each (`locale/fr.po`), and Babel for numbers and lists.

    spoken().best(("fr-CH", "en"))      # French, for whoever asks "Accept-Language: fr-CH, en;q=0.5"

Catalogues are read as they are written, when the first sentence is wanted, so that one more language is one more file: in this
package, or in a folder of the operator's (the setting `languages`), whose texts go before those of the package. What a
catalogue lacks is said in English. A text whose {values} are others than in English could not be said: it is refused, with
its file and line.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache, partial
from pathlib import Path
from string import Formatter

from babel import Locale, UnknownLocaleError
from babel.lists import format_list
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import PoFileError, read_po
from babel.numbers import format_decimal

from dataexchange.errors import InvalidRequest
from dataexchange.model.sentence import ENGLISH, WRITTEN, Language
from dataexchange.model.structure import Languages, matching

LOCALE = Path(__file__).parent / "locale"
_NAME = re.compile(r"[a-z_]+")
#: CLDR's forms in the order in which catalogues have them.
_FORMS = ("zero", "one", "two", "few", "many", "other")
_LONGEST = 5_000_000  #: bytes of a catalogue


@dataclass(frozen=True, slots=True)
class Spoken:
    """One language: its texts, the plurals it has, and how it writes numbers."""

    tag: str
    locale: Locale
    texts: Mapping[str, str]
    plurals: Mapping[tuple[str, str], Sequence[str]]
    form: Callable[[int], int] = field(compare=False)

    def text(self, english: str) -> str:
        return self.texts.get(english, english)

    def plural(self, one: str, many: str, n: int) -> str:
        forms = self.plurals.get((one, many))
        return forms[self.form(n)] if forms else ENGLISH.plural(one, many, n)

    def number(self, value: float) -> str:
        if abs(value) >= WRITTEN:
            return ENGLISH.number(value)
        return format_decimal(value, locale=self.locale, decimal_quantization=False)

    def listed(self, parts: Sequence[str]) -> str:
        return format_list(parts, locale=self.locale)


@dataclass(frozen=True, slots=True)
class Tongues:
    """All languages there are, by tag, English among them; a catalogue is read when its language is first wanted."""

    languages: Mapping[str, Callable[[], Language]]

    def best(self, wanted: Languages) -> tuple[str, Language]:
        """The tag and the language that fits best what is asked for; English where none does."""
        found = next(iter(matching(dict.fromkeys(self.languages, ""), wanted)), "en") if wanted else "en"
        return found, self.languages[found]()


def spoken(folder: Path | None = None) -> Tongues:
    """Those of this package, and of the operator's folder. Raises InvalidRequest for a catalogue that cannot be used."""
    ours, theirs = _files(LOCALE), _files(folder) if folder is not None else {}
    if folder is not None and not folder.is_dir():
        raise InvalidRequest(
            "there is no such folder; make it, or leave the setting out", parameter="languages", value=str(folder)
        )
    languages: dict[str, Callable[[], Language]] = {"en": lambda: ENGLISH}
    for tag in sorted({*ours, *theirs}):
        files = tuple((path, path.stat().st_mtime_ns) for path in (ours.get(tag), theirs.get(tag)) if path is not None)
        languages[tag] = partial(_language, tag, files)
    for tag in theirs:
        languages[tag]()
    return Tongues(languages)


def _files(folder: Path) -> dict[str, Path]:
    """Tag -> catalogue: `pt_BR.po` is pt-BR."""
    return {path.stem.replace("_", "-"): path for path in sorted(folder.glob("*.po"))}


@lru_cache(maxsize=64)
def _language(tag: str, files: tuple[tuple[Path, int], ...]) -> Language:
    """Read once for each state of its files; the later file goes before the earlier one."""
    texts: dict[str, str] = {}
    plurals: dict[tuple[str, str], Sequence[str]] = {}
    form: Callable[[int], int] = int
    for path, _ in files:
        catalogue = read_catalogue(path)
        form = _checked_form(catalogue)
        for message in catalogue:
            if not message.id or message.fuzzy:
                continue
            forms = forms_of(message)
            if isinstance(message.id, str):
                texts |= {message.id: forms[0]} if forms[0] else {}
            elif all(forms):
                plurals[message.id[0], message.id[1]] = forms
    if tag == "en":
        return ENGLISH
    return Spoken(tag, _locale(tag, files[-1][0]), texts, plurals, form)


def read_catalogue(path: Path) -> Catalog:
    """A .po file, every translation of which can be said."""
    if path.stat().st_size > _LONGEST:
        raise InvalidRequest(f"{path}: a catalogue of translations has at most {_LONGEST:,} bytes; correct the file")
    try:
        with path.open("rb") as stream:
            catalogue = read_po(stream, locale=_locale(path.stem, path), abort_invalid=True)
    except PoFileError as error:
        raise InvalidRequest(f"{path}, line {error.lineno + 1}: {error}; correct the catalogue") from None
    except (ValueError, LookupError) as error:
        raise InvalidRequest(f"{path}: the catalogue cannot be read ({error}); correct it") from None
    for message in catalogue:
        for fault in faults_of(message, catalogue.num_plurals):
            raise InvalidRequest(f"{path}, line {message.lineno}: {fault}; correct the translation")
    return catalogue


def faults_of(message: Message, n_plurals: int) -> Iterator[str]:
    """Why a translation could not be said. What is not translated at all has no fault: it is said in English."""
    if not message.id or message.fuzzy:
        return
    alone = isinstance(message.id, str)
    try:
        wanted = values_of(message.id if isinstance(message.id, str) else message.id[1])
    except ValueError:
        return  # a text without values, which is said as it stands
    forms, least = forms_of(message), wanted
    if not alone:
        least -= {"n"}  # "une ligne" needs no number
        if any(forms) and (len(forms) != n_plurals or not all(forms)):
            yield f"there are {len(list(filter(None, forms)))} of {n_plurals} plural forms"
            return
    if alone and not wanted:
        return
    for form in filter(None, forms):
        try:
            there = values_of(form)
        except ValueError:
            yield "a brace in the translation is no {value}"
        else:
            if not least <= there <= wanted:
                yield f"the values are {_named(there)} in the translation and {_named(wanted)} in English"


def forms_of(message: Message) -> tuple[str, ...]:
    """The translation: one text, or one for each plural form; empty where there is none."""
    if isinstance(message.string, tuple | list):
        return tuple(str(form or "") for form in message.string)
    return (str(message.string or ""),)


def values_of(text: str) -> frozenset[str]:
    """The {names} in a text; raises ValueError for braces that are none."""
    found = [(name, spec, conversion) for _, name, spec, conversion in Formatter().parse(text) if name is not None]
    if any(spec or conversion or not _NAME.fullmatch(name) for name, spec, conversion in found):
        raise ValueError("a value has a name alone")
    return frozenset(name for name, _, _ in found)


def _named(values: frozenset[str]) -> str:
    return ", ".join(f"{{{value}}}" for value in sorted(values)) or "none"


def _checked_form(catalogue: Catalog) -> Callable[[int], int]:
    """The plural form of a number. The rule is of the language, whatever its header says: that is not to be run."""
    return _form(str(catalogue.locale), catalogue.num_plurals)


@cache
def _form(locale: str, n_plurals: int) -> Callable[[int], int]:
    rule = Locale.parse(locale).plural_form
    order: list[str] = [tag for tag in _FORMS if tag in {*rule.tags, "other"}]
    return lambda n: min(order.index(rule(n)), n_plurals - 1)


def _locale(tag: str, path: Path) -> Locale:
    try:
        return Locale.parse(tag.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        raise InvalidRequest(f"{path}: {tag!r} is no language; name the file after one, such as pt_BR.po") from None
