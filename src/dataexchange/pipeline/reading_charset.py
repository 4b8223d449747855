"""Which encoding a text is in that is not UTF-8: judged by whether its words are words of a language.

Every one of the old encodings reads nearly any bytes, most of them as nonsense: "CafŽ", "M‡laga", "лНЯЙБЮ". So the words with
bytes beyond ASCII are read in each encoding, and one fits if they have the letters of one language, small and capital letters
where words have them, and no signs inside. Encodings that give the same words need no choice. Where several fit that give
different ones ("Español" and "Espańol"), the letters cannot settle it and people are asked: a wrong guess would be published.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from charset_normalizer import from_bytes

from dataexchange.pipeline.reading_alphabets import CORE, ENCODINGS, WEST

#: Letters that every text in a language written in another script is full of; nonsense is not.
_FREQUENT = frozenset("оеаинтсрвлкі" + "αοιετσνηυρς" + "יוהלאתרמבש" + "اليمنوةرتب")
_OTHER = ("gb18030", "big5", "shift_jis", "euc_jp", "cp949", "cp874", "cp1258")

#: What stands between the marks and spaces of a table.
_BITE = re.compile(rb"[^\s,;|\"]+")
_PIECE = 1 << 20
_MOST = 3_000
_MOST_BYTES = 60_000
_LONGEST = 1_000
_ENOUGH = 0.97
#: Fewer words than this say nothing of a script with thousands of signs.
_FEW = 5
#: As apostrophes stand in English, and in French before a word: Mary’s, l’eau.
_PLAIN = re.compile(r"[A-Za-z]+’(?:s|t|d|ll|re|ve|m)?[.)]?|(?:[LDNSCJMTldnscjmt]|[Qq]u)’[A-Za-z]+")
#: Western languages have õ before e alone, elsewhere it is a Hungarian ő misread; þ before vowels, else it is a Turkish ş; ß
#: after vowels, ç not before consonants, à not before a, and · between two l.
_MISREAD = re.compile(
    "õ(?!e)|à(?=a)|ç(?=[bcdfghjklmnpqrstvwxz])|þ(?![aáeéiíoóuúyýöjrvæ])|(?<![aeiouyäöü])ß|(?<!l)·(?=[^\\W\\d_])|(?<=[^\\W\\d_])·(?!l)",
    re.IGNORECASE,
)
#: So many letters tell one script from another by how often they stand there.
_TELLING = 15
#: Letters beyond ASCII that are words by themselves.
_ALONE = frozenset("àáèéìíòóôùúåöýæ")
_VOWELS = frozenset("aeiouyąęóáéíúàèìòùâêîôûäëïöüãõ")
#: Signs beyond ASCII that stand alone, before, after or between words and figures.
_SIGNS = frozenset("\u00a0 –—‘’‚“”„«»‹›…•·°%‰€£§©®™²³±×½¼¾µº ª¿¡№\u00ad†*")
#: Of these, what may stand inside a word.
_INSIDE = frozenset("’‘·–—\u00ad\u00a0‐")
_OPENING = frozenset("‚„«‹“")
_BETWEEN_DIGITS = frozenset("\u00a0–’·×‐")


class Fit(NamedTuple):
    encoding: str
    sample: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """`fits`: encodings with the first word as each of them reads it, no two alike. One is an answer, none or several are not.

    `broken`: most words beyond ASCII are UTF-8, so that the others are damaged and no other encoding is meant.
    """

    fits: tuple[Fit, ...]
    broken: bool = False


def judge_encoding(path: Path) -> Verdict:
    """Which encodings the words beyond ASCII of a file fit."""
    bites = _bites(path)
    if not bites:
        return Verdict(())
    utf8 = sum(1 for bite in bites if _decoded(bite, "utf-8") is not None)
    if utf8 * 4 > len(bites):
        return Verdict((), broken=True)
    for encodings in ENCODINGS:
        found: dict[tuple[str, ...], str] = {}
        for encoding, languages in encodings:
            words = [_decoded(bite, encoding) for bite in bites]
            read = tuple(word for word in words if word is not None)
            if len(read) == len(bites) and read not in found and _fits(read, languages):
                found[read] = encoding
        if found:
            return Verdict(tuple(Fit(found[read], _shown(read)) for read in _likeliest(list(found))))
    return Verdict(tuple(_elsewhere(bites)))


def _likeliest(readings: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Of several readings one of plain English words, or those that are full of the letters their script is full of."""
    for words in readings:
        if all(_PLAIN.fullmatch(word) for word in words):
            return [words]
    shares = [_share([_letters(word) or "" for word in words]) for words in readings]
    if min(len("".join(words)) for words in readings) < _TELLING or None in shares:
        return readings
    best = max(share for share in shares if share is not None)
    return [words for words, share in zip(readings, shares, strict=True) if share is not None and share > best - 0.12]


def _bites(path: Path) -> tuple[bytes, ...]:
    """Distinct words with bytes beyond ASCII, in the order of the file, as many as tell enough."""
    seen: dict[bytes, None] = {}
    rest, size = b"", 0
    with path.open("rb") as stream:
        while size < _MOST_BYTES and len(seen) < _MOST:
            raw = stream.read(_PIECE)
            data = rest + raw
            cut = max(data.rfind(b"\n"), data.rfind(b"\r")) + 1
            # Memory stays bounded where a line is endless.
            cut = len(data) if not raw or (not cut and len(data) > 2 * _PIECE) else cut
            piece, rest = data[:cut], data[cut:]
            for bite in () if piece.isascii() else _BITE.findall(piece):
                if not bite.isascii() and bite not in seen and len(bite) <= _LONGEST and size < _MOST_BYTES:
                    seen[bite] = None
                    size += len(bite)
            if not raw:
                break
    return tuple(seen)


def _decoded(bite: bytes, encoding: str) -> str | None:
    try:
        return bite.decode(encoding)
    except UnicodeDecodeError:
        return None


def _fits(words: Sequence[str], languages: Iterable[str]) -> bool:
    """Nearly all words are such as one of the languages has, and all are words at all."""
    letters = [_letters(word) for word in words]
    if any(part is None for part in letters):
        return False
    if languages is WEST and any(_MISREAD.search(word) for word in words):
        return False
    used = [part for part in letters if part]
    if not used:
        return True
    if any(map(_other_script, used)) and not _frequent(used):
        return False
    seen = set("".join(used))
    return any(
        sum(set(language).issuperset(part) for part in used) >= _ENOUGH * len(used)
        and (language not in CORE or not seen.isdisjoint(CORE[language]))
        for language in languages
    )


def _letters(text: str) -> str | None:
    """The small letters beyond ASCII; None where the text has signs, scripts or capitals as no word has them."""
    inside = ""
    for index, character in enumerate(text):
        if character.isascii():
            inside += character if character.isalpha() else " "
        elif character in _SIGNS:
            if not _placed(character, text[index - 1 : index], text[index + 1 : index + 2]):
                return None
            inside += " "
        elif character.isalpha():
            if text[index - 1 : index].isdigit() or text[index + 1 : index + 2].isdigit():
                return None
            inside += character
        else:
            return None
    return _small(inside.split())


def _placed(sign: str, before: str, after: str) -> bool:
    """Whether a sign stands where signs do."""
    if before.isalpha() and (after.isalpha() or sign in _OPENING):
        return sign in _INSIDE
    if sign in "½¼¾":
        return not (before.isalpha() or after.isalpha())
    return not (before.isdigit() and after.isdigit()) or sign in _BETWEEN_DIGITS


def _small(words: Iterable[str]) -> str | None:
    beyond = ""
    for word in words:
        own = [character for character in word if not character.isascii()]
        if not own:
            continue
        cased = word.islower() or word.isupper() or word.istitle() or word.lower() == word.upper()
        if not cased or len({_script(character) for character in word}) > 1:
            return None
        small = word.lower().replace("\u0307", "")
        if not _in_place(small):
            return None
        beyond += "".join(character for character in small if not character.isascii())
    return beyond


def _in_place(word: str) -> bool:
    """Polish has no ń before a vowel, Hebrew final letters only at the end; few Latin letters beyond ASCII are words."""
    if len(word) == 1:
        return _script(word) != "LATIN" or word in _ALONE
    if any(final in word[:-1] for final in "ךםןףץ"):
        return False
    return not any(letter == "ń" and next_ in _VOWELS for letter, next_ in pairwise(word))


def _script(character: str) -> str:
    return "LATIN" if character.isascii() or character in "ªº" else unicodedata.name(character, "?").split()[0]


def _other_script(letters: str) -> bool:
    return _script(letters[0]) != "LATIN"


def _frequent(words: Sequence[str]) -> bool:
    """Other scripts have no ASCII letters to lean on: half of a text is its dozen of common letters."""
    return len("".join(words)) < _TELLING or (_share(words) or 0) >= 0.45


def _share(words: Sequence[str]) -> float | None:
    """How much of the letters of another script are its common ones; None for Latin letters."""
    letters = "".join(words)
    if not letters or not _other_script(letters):
        return None
    return sum(letter in _FREQUENT for letter in letters) / len(letters)


def _elsewhere(bites: Sequence[bytes]) -> Iterator[Fit]:
    """Encodings of scripts with thousands of signs, by charset-normalizer: an answer that it has no doubt of."""
    found = list(from_bytes(b"\n".join(bites), cp_isolation=list(_OTHER)))
    sure = len(bites) >= _FEW and bool(found) and found[0].chaos == 0 and all(other.chaos > 0.05 for other in found[1:])
    for match in found[:1] if sure else ():
        yield Fit(match.encoding, _shown(str(match).split("\n")))


def _shown(words: Sequence[str]) -> str:
    return next((word for word in words if any(c.isalpha() and not c.isascii() for c in word)), words[0])[:40]
