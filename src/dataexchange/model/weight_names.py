"""What ratios are weighted with, as people say it in their language. The words of WEIGHT in the code list are English and free."""

from __future__ import annotations

from dataexchange.model.sentence import Sentence, Value, say

_NAMES: dict[str, Sentence] = {
    "GDP": say("GDP"),
    "MSW": say("municipal solid waste"),
    "MSW generated": say("municipal solid waste generated"),
    "adults": say("adults"),
    "adults with contact": say("adults who had contact"),
    "children <5": say("children under five"),
    "children of age": say("children of that age"),
    "cities": say("cities"),
    "cohort": say("the cohort"),
    "elected seats": say("elected seats"),
    "employed": say("employed people"),
    "employees": say("employees"),
    "ever-partnered women": say("women who have had a partner"),
    "final energy": say("final energy consumption"),
    "households": say("households"),
    "infants": say("infants"),
    "labour force": say("the labour force"),
    "live births": say("live births"),
    "local governments": say("local governments"),
    "managers": say("managers"),
    "population": say("population"),
    "pupils": say("pupils"),
    "seats": say("seats"),
    "uninfected pop.": say("the uninfected population"),
    "urban population": say("the urban population"),
    "wastewater volume": say("the volume of wastewater"),
    "women 15-19": say("women aged 15 to 19"),
    "women 15-49": say("women aged 15 to 49"),
    "youth 15-24": say("young people aged 15 to 24"),
}


def weight_name(weight: str | None) -> Value:
    """A word of an office's own stays as it is.

    >>> str(weight_name("children <5")), weight_name("dogs"), weight_name(None)
    ('children under five', 'dogs', '')
    """
    return _NAMES.get(weight or "", weight or "")
