"""An explanation of a mapping as text for a terminal, and as plain JSON values."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import Any

from dataexchange.messages.report import finding_lines
from dataexchange.messages.report_groups import grouped
from dataexchange.messages.report_words import whole
from dataexchange.model.explanation import Explanation, Met
from dataexchange.model.finding import Report
from dataexchange.model.sentence import ENGLISH, Language, Sentence, say, says

_WIDTH = 100


def explanation_text(told: Explanation, language: Language = ENGLISH) -> str:
    lines = [told.file, ""]
    for part in told.parts:
        lines += [part.title.said(language), *(f"  - {line.said(language)}" for line in part.sentences), ""]
    lines += [*_faults(told, language), ""]
    if told.met is not None:
        lines += [*_met(told.met, language), ""]
    return "\n".join(wrapped for line in lines[:-1] for wrapped in _wrapped(line)) + "\n"


def explanation_document(told: Explanation, language: Language = ENGLISH) -> dict[str, Any]:
    def listed(sentences: Any) -> list[str]:
        return [one.said(language) for one in sentences]

    met = told.met
    return {
        "mapping": told.file,
        "dataset": told.dataset,
        "explanation": [{"title": p.title.said(language), "sentences": listed(p.sentences)} for p in told.parts],
        "faults": [{"line": f.line, "place": f.place, "sentence": whole(f.sentence, language)} for f in told.faults],
        "table": None if met is None else {**_report(met.report, language), "first": listed(met.first)},
    }


def _report(report: Report, language: Language) -> dict[str, Any]:
    groups = grouped(report.findings)
    return {
        "file": report.subject,
        "reading": report.reading if isinstance(report.reading, str) else report.reading.said(language),
        "counts": dict(report.counts),
        "findings": [
            {
                "rule": group.first.rule,
                "severity": str(group.first.severity),
                "column": group.first.place.column,
                "value": group.first.place.value,
                "count": group.count,
                "cells": list(group.ranges),
                "sentence": whole(group.first.sentence, language),
            }
            for group in groups
        ],
    }


def _faults(told: Explanation, language: Language) -> Iterator[str]:
    if not told.faults:
        yield say("Nothing is wrong with it: the structure has all that it speaks of.").said(language)
        return
    title = says("What is wrong ({n} fault)", "What is wrong ({n} faults)", len(told.faults))
    yield title.said(language)
    for fault in told.faults:
        line = say("{file}, line {line}, {place}", file=told.file, line=str(fault.line), place=fault.place)
        fault_ = whole(fault.sentence, language)
        yield "  - " + say("{place}: {fault}", place=line, fault=fault_).said(language)


def _met(met: Met, language: Language) -> Iterator[str]:
    def line(sentence: Sentence) -> str:
        return sentence.said(language)

    yield line(say("With {table}", table=met.report.subject))
    yield from (f"  {told}" for told in finding_lines(met.report, language))
    if met.first:
        yield line(say("The first observations"))
        yield from (f"  - {line(sentence)}" for sentence in met.first)
    else:
        yield line(say("It gives no observation."))


def _wrapped(line: str) -> list[str]:
    indent = " " * (len(line) - len(line.lstrip(" -")))
    return textwrap.wrap(line, _WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False) or [""]
