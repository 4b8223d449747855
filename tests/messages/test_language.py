"""Languages: every text is collected and translated, values are kept, and what is told yesterday is told in another language today."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from hypothesis import given, settings
from hypothesis import strategies as st

from dataexchange.errors import InvalidRequest
from dataexchange.messages.catalogue import PACKAGE, TEMPLATE, faults, template, written
from dataexchange.messages.language import LOCALE, spoken
from dataexchange.messages.report import as_document, as_json, as_text, from_document
from dataexchange.messages.report_document import as_answer
from dataexchange.messages.report_groups import grouped
from dataexchange.model.finding import Finding, Place, Report, Severity
from dataexchange.model.rules import finding
from dataexchange.model.sentence import ENGLISH, Language, Sentence, listed, say, says, together

HEADER = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n"Plural-Forms: nplurals=2; plural=(n > 1);\\n"\n\n'


def language(tag: str, folder: Path | None = None) -> Language:
    found, language = spoken(folder).best((tag,))
    assert found == tag
    return language


def row_of_cells(n: int) -> Sentence:
    return says(
        "Row {row} has {n} cell where the header has {expected}; it is left out.",
        "Row {row} has {n} cells where the header has {expected}; it is left out.",
        n,
        row="1204",
        expected=12345,
    )


def test_every_text_is_collected() -> None:
    """Else: python -m dataexchange.messages.catalogue"""
    assert TEMPLATE.read_bytes() == written(template())


@pytest.mark.parametrize("tag", ["es", "fr"])
def test_every_text_is_translated_with_its_values(tag: str) -> None:
    """Else: translate in the .po file what python -m dataexchange.messages.catalogue tells."""
    assert not list(faults(LOCALE / f"{tag}.po", template()))


def test_no_text_is_in_the_language_of_another_catalogue() -> None:
    """`hay celdas con días` once stood in the French catalogue: what has words is not the same in both."""
    spanish, french = (_texts(LOCALE / f"{tag}.po") for tag in ("es", "fr"))
    same = {french[text] for text in french if french[text] == spanish[text] and len(_words(french[text])) > 2}
    assert not same


def test_every_text_that_is_said_is_a_literal() -> None:
    """Else it is not collected, and stays English. What is made of what is said already, or of a rule, is none."""
    made = {"model/sentence.py", "messages/report_words.py", "messages/report_sentences.py", "messages/report.py"}
    loose = []
    for path in sorted(PACKAGE.rglob("*.py")):
        name = path.relative_to(PACKAGE).as_posix()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                not isinstance(node, ast.Call)
                or not isinstance(node.func, ast.Name)
                or node.func.id not in ("say", "says")
            ):
                continue
            if name not in made and not isinstance(node.args[0], ast.Constant):
                loose.append(f"{name}, line {node.lineno}")
    assert not loose


def _texts(path: Path) -> dict[str, str]:
    with path.open("rb") as stream:
        return {str(m.id): str(m.string) for m in read_po(stream) if m.id}


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W\d_]{2,}", re.sub(r"\{\w+\}", "", text))


def test_a_sentence_that_begins_with_its_file_is_told_without_a_second_one() -> None:
    fault = say("{file}: the file is empty (0 bytes); send the table itself", file="a.csv")
    report = Report("two files", (finding("FILE-READ", fault, Place("a.csv")),))
    for tag in ("en", "es", "fr"):
        assert as_text(report, language=language(tag)).count("a.csv") == 1


def test_numbers_plurals_and_lists_are_those_of_the_language() -> None:
    assert row_of_cells(1).said(language("es")).startswith("La fila 1204 tiene 1 celda donde")
    assert row_of_cells(2).said(language("fr")) == (
        "La ligne 1204 a 2 cellules là où l’en-tête en a 12\u202f345\u00a0; elle est omise."
    )
    several = say("{one} or {other}", one=listed(["A", "B", "C"]), other=0.5)
    assert several.said(language("es")) == "A, B y C o 0,5"
    assert several.said(ENGLISH) == "A, B and C or 0.5"


@pytest.mark.parametrize(
    ("wanted", "tag"),
    [(("fr-CH", "en"), "fr"), (("de", "es"), "es"), (("de",), "en"), (("en-GB", "fr"), "en"), ((), "en")],
)
def test_the_best_language_is_chosen(wanted: tuple[str, ...], tag: str) -> None:
    assert spoken().best(wanted)[0] == tag


def test_a_language_is_added_as_a_file(tmp_path: Path) -> None:
    text = HEADER + 'msgid "A cell is not a number"\nmsgstr "Уяча сан эмес"\n'
    (tmp_path / "ky.po").write_text(text, encoding="utf-8")
    report = Report("a.csv", (finding("MAP-NUMBER", say("a sentence of nobody"), Place("a.csv", row=2)),))
    told = as_text(report, language=language("ky", tmp_path))
    assert "ERROR MAP-NUMBER: Уяча сан эмес" in told
    assert "row 2: a sentence of nobody." in told
    (tmp_path / "fr.po").write_text(text.replace("Уяча сан эмес", "Ce n’est pas un nombre"), encoding="utf-8")
    ours = as_text(report, language=language("fr", tmp_path))
    assert "ERREUR MAP-NUMBER\u00a0: Ce n’est pas un nombre" in ours


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("fr.po", 'msgid "row {row}"\nmsgstr "ligne {ligne}"\n', "fr.po, line 6: the values are {ligne}"),
        ("fr.po", 'msgid "row {row}"\nmsgstr "ligne {row"\n', "fr.po, line 6: a brace"),
        ("fr.po", 'msgid "row {row}"\nmsgstr "ligne {row} {"\n', "a brace"),
        ("fr.po", 'msgid "row {row}"\nmsgstr "ligne {row.__class__} {row}"\n', "a brace"),
        (
            "fr.po",
            'msgid "{n} row"\nmsgid_plural "{n} rows"\nmsgstr[0] "{n} ligne"\nmsgstr[1] ""\n',
            "1 of 2 plural forms",
        ),
        ("fr.po", 'msgid "row"\nnonsense\n', "fr.po, line 7"),
        ("klingonish.po", "", "is no language"),
    ],
)
def test_a_catalogue_that_cannot_be_used_is_refused_with_its_place(
    tmp_path: Path, name: str, text: str, says: str
) -> None:
    (tmp_path / name).write_text(HEADER + text, encoding="utf-8")
    with pytest.raises(InvalidRequest, match=r"correct|name the file") as caught:
        spoken(tmp_path)
    assert says in str(caught.value)


def test_the_ess_report_and_the_answer_are_in_the_language_asked_for() -> None:
    report = Report("a.csv", (finding("FILE-ROW", row_of_cells(3), Place("a.csv", None, 1204, "Value", cell="C1204")),))
    french = language("fr")
    rule = json.loads(as_json(report, language=french))[0]["rule"]
    assert rule["description"].startswith("Une ligne a plus ou moins de cellules que l’en-tête. Cherchez")
    assert rule["explanation"].startswith("La ligne 1204 a 3 cellules")
    answer = as_answer(report, french)
    assert answer["findings"][0]["place"]["cell"] == "C1204"
    assert answer["findings"][0]["remedy"].startswith("Cherchez dans cette ligne")
    assert as_answer(report, ENGLISH)["findings"][0]["message"].startswith("Row 1204 has 3 cells")


def test_equal_findings_are_one_group_with_all_their_cells() -> None:
    rows = [*range(2, 4001), 5000]
    wrong = [finding("MAP-CODE", say("no code"), Place("a.csv", None, n, "Ward", cell=f"C{n}")) for n in rows]
    other = finding("MAP-CODE", say("no code"), Place("a.csv", None, 7, "Area", cell="D7"))
    groups = grouped([*wrong, other])
    assert [(group.count, group.ranges) for group in groups] == [(4000, ("C2:C4000", "C5000")), (1, ("D7",))]
    report = Report("a.csv", (*wrong, other))
    assert "no code. (4,000 cells: C2:C4000, C5000)" in as_text(report, width=200)
    answer = as_answer(report, language("es"))
    assert len(answer["findings"]) == 4001
    assert answer["groups"][0]["cells"] == ["C2:C4000", "C5000"]
    assert sorted(n for group in answer["groups"] for n in group["findings"]) == list(range(4001))


words = st.text(max_size=6)
values = st.recursive(
    words | st.integers(-9, 10**6) | st.floats(-1e6, 1e6),
    lambda inner: st.builds(
        lambda one, many: say("{one} or {other}", one=one, other=tuple(many)), inner, st.lists(inner, max_size=2)
    ),
    max_leaves=4,
)
sentences = st.one_of(
    words.map(say),
    st.builds(lambda value: say("row {row}", row=value), values),
    st.builds(
        lambda n, value: together(says("{n} row", "{n} rows", n), say("{a}, {b}", a=value, b="{x}")),
        st.integers(0, 3),
        values,
    ),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(sentences, max_size=4))
def test_a_stored_report_is_told_in_any_language_afterwards(said: list[Sentence]) -> None:
    found = tuple(Finding("MAP-CODE", Severity.ERROR, sentence) for sentence in said)
    report = Report("a.csv", found, rules_skipped={"BND": say("row {row}", row="1")}, reading=say("{n} row", n=1))
    back = from_document(json.loads(json.dumps(as_document(report))))
    for tag in ("en", "es", "fr"):
        assert as_text(back, language=language(tag)) == as_text(report, language=language(tag))


def test_a_report_of_before_is_still_read() -> None:
    old = {"subject": "a.csv", "findings": [{"rule": "MAP-CODE", "severity": "error", "message": "'{x' has no code"}]}
    assert "ERREUR MAP-CODE" in as_text(from_document(old), language=language("fr"))
    assert from_document(old).findings[0].message == "'{x' has no code"


def test_a_report_of_november_2026_is_told_in_any_language() -> None:
    """Then a sentence was its text's number and pairs of names and values, beside its English."""
    cells = {"text": 1, "many": 2, "values": [["n", 3]]}
    said = {"text": 0, "values": [["row", "7"], ["cells", cells], ["header", "5"]]}
    finding = {"rule": "FILE-ROW", "severity": "error", "message": "Row 7 has 3 cells", "said": said}
    texts = ["Row {row} has {cells} where the header has {header}", "{n} cell", "{n} cells"]
    old = {"subject": "a.csv", "findings": [finding], "texts": texts}
    assert from_document(old).findings[0].message == "Row 7 has 3 cells where the header has 5"
    assert "3 celdas" in from_document(old).findings[0].sentence.said(language("es"))
