"""Why a rule is not in VTL: by its id, else by what its ids begin with, else because nobody has written it yet in that language."""

from __future__ import annotations

from collections.abc import Mapping

from dataexchange.model.rule import Rule

_BY_ID: Mapping[str, str] = {
    "STR-SERIES-ATTRIBUTE": "VTL has no attributes of a series, only of a data point.",
    "STR-PERIOD": "the type time_period of VTL holds every form of a period; FREQ is a text to it.",
    "TS-HAMPEL": "the deviations of a window are from the median of that same window, and VTL has no windows within windows.",
    "COH-KIND": "it asks what the code list says of a series, which no data set holds.",
    "COH-GATE": "it reads words of metadata and times of coverage, and concludes from them what can be compared.",
    "COH-SCALE": "which series lie in another power of ten than their nation is judged from all periods and from their kind.",
    "COH-PEERS": "Hidiroglou–Berthelot needs quartiles, and the only quantile of VTL is the median.",
    "COH-NESTED": "it is a remark on what two surveys tell apart, with a share that is taken from a third series where there is one.",
}
_BY_KIND: Mapping[str, str] = {
    "FILE": "it is about the file, before there are data.",
    "MAP": "it is about the table and its mapping, before there are data.",
    "FORM": "it is about the workbook, before there are data.",
    "ADAPT": "it is about the adaptation records of a mapping, which are metadata.",
    "STR": "a data set of VTL has these components, codes and types by its own definition.",
    "DUP": "identifiers tell the data points of a VTL data set apart, so that it cannot hold two of one key.",
    "INQ": "it is asked of measures of what is published, not of what is sent in.",
    "AGR": "what a provider may send stands in its agreement, which is no data set.",
    "REL": "it is about what publishing would change, not about figures.",
    "MSG": "it is about the message, before there are data.",
    "BAS": "it is about several messages that are laid together, before there are data.",
}


def reason_of(rule: Rule) -> str:
    return _BY_ID.get(rule.id) or _BY_KIND.get(rule.id.partition("-")[0]) or "it is worked out by the exchange alone."
