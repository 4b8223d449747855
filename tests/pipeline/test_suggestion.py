"""What is proposed for a table: columns, codes, series, constants, and what stays a question."""

from __future__ import annotations

import time
from functools import cache

import numpy as np
import pyarrow as pa
import pytest

from dataexchange.messages.shipped import shipped_structures
from dataexchange.model.schema import Schema
from dataexchange.model.structure import Dataflow, DataStructure
from dataexchange.model.suggestion import BLANK, ColumnSuggestion, Suggestion
from dataexchange.model.table import SourceTable
from dataexchange.pipeline.mapping_file import parse_mapping
from dataexchange.pipeline.suggestion import Sender, suggest_mapping
from dataexchange.pipeline.suggestion_file import mapping_text, questions_in
from dataexchange.pipeline.suggestion_learned import NOTHING, Accepted, Learned, learn

BRISTOL = Sender("DX:DF_SDG_LOCAL(1.0.0)", "BRISTOL", ("GB_BRS",))


@cache
def schema() -> Schema:
    artefacts = {a.ref: a for a in shipped_structures()}
    structure = next(a for a in artefacts.values() if isinstance(a, DataStructure))
    flow = next(a for a in artefacts.values() if isinstance(a, Dataflow) and a.id == "DF_SDG_LOCAL")
    return Schema.assemble(structure, flow, artefacts)


def suggested(file: str = "table.csv", learned: Learned = NOTHING, **columns: list[str]) -> Suggestion:
    table = pa.table({name.replace("_", " "): pa.array(texts, pa.string()) for name, texts in columns.items()})
    rows = np.arange(2, table.num_rows + 2, dtype=np.int32)
    return suggest_mapping(SourceTable(table, rows, file), schema(), BRISTOL, learned)


def codes(column: ColumnSuggestion | None, component: str | None = None) -> dict[str, str | None]:
    """Text -> the code that is surest, None where it is a question."""
    assert column is not None
    target = next(t for t in column.targets if component in (None, t.component))
    return {v.text: v.best.code if v.best and v.best.sure else None for v in target.values}


@pytest.mark.parametrize(
    ("header", "women", "men", "all_of_them"),
    [
        ("Sex", "Women", "Men", "Total"),
        ("Género", "Mujeres", "Hombres", "Ambos sexos"),
        ("Sexe", "Femmes", "Hommes", "Ensemble"),
        ("Sexo", "Mulheres", "Homens", "Ambos os sexos"),
        ("Group", "Girls", "Boys", "Everyone"),
    ],
)
def test_words_of_four_languages(header: str, women: str, men: str, all_of_them: str) -> None:
    found = suggested(Year=["2019"] * 3, **{header: [women, men, all_of_them]}, Value=["1.5", "2", "1.7"])
    column = found.column(header)
    assert column is not None
    assert column.component == "SEX"
    assert codes(column) == {women: "F", men: "M", all_of_them: "_T"}


def test_areas_by_code_and_by_name_are_said_once() -> None:
    wards = {"Ashley": "E05010885", "Avonmouth & Lawrence Weston": "E05010886", "Cotham": "E05010895", "": ""}
    found = suggested(Ward=list(wards), GeoCode=list(wards.values()), Year=["2019"] * 4, Value=["1", "2", "3", "4"])
    area, name = found.column("GeoCode"), found.column("Ward")
    assert codes(area) == {**{c: f"GB_BRS_{c}" for c in wards.values() if c}, BLANK: "GB_BRS"}
    assert name is not None
    assert name.ignore is not None
    assert name.ignore.sure


def test_a_name_with_a_slip_is_a_question_or_right() -> None:
    found = suggested(Ward=["Ashley", "Bedminstr", "Cotham", "Clifton", "Clifton Dwn"], Value=["1", "2", "3", "4", "5"])
    column = found.column("Ward")
    assert column is not None
    values = {v.text: v.best for v in column.targets[0].values}
    assert values["Bedminstr"] is not None
    assert values["Bedminstr"].code == "GB_BRS_E05010887"
    assert values["Clifton Dwn"] is not None
    assert values["Clifton Dwn"].code == "GB_BRS_E05010894"


def test_a_new_part_of_the_city_gets_a_code_proposed() -> None:
    found = suggested(GeoCode=["E05010885", "E05010886", "E05014999"], Value=["1", "2", "3"])
    column = found.column("GeoCode")
    assert codes(column)["E05014999"] is None
    assert column is not None
    new = next(v.best for v in column.targets[0].values if v.text == "E05014999")
    assert new is not None
    assert (new.code, new.new) == ("GB_BRS_E05014999", True)


def test_an_empty_cell_beside_countries_is_no_city() -> None:
    found = suggested(Country=["England", "Wales", ""], Value=["1", "2", "3"])
    assert codes(found.column("Country")) == {"England": "GB_ENG", "Wales": "GB_WLS", BLANK: None}


@pytest.mark.parametrize(
    ("texts", "forms"),
    [
        (["2018", "2019"], ("sdmx",)),
        (["2011-12", "2012-13"], ("survey_year",)),
        (["2011-11", "2011-12"], ("sdmx",)),
        (["2018", "2018/19"], ("survey_year", "sdmx")),
        (["2018 Q1", "2018 Q2"], ("quarter",)),
    ],
)
def test_forms_of_periods(texts: list[str], forms: tuple[str, ...]) -> None:
    column = suggested(When=texts, Value=["1.5", "2.5"]).column("When")
    assert column is not None
    assert (column.component, column.targets[0].period) == ("TIME_PERIOD", forms)


def test_one_column_of_several_breakdowns() -> None:
    found = suggested(
        Equality_group=["Women", "Men", "16-24 year olds", "Disabled", ""], Value=["1", "2", "3", "4", "5"]
    )
    column = found.column("Equality group")
    assert codes(column, "SEX") == {"Women": "F", "Men": "M", "16-24 year olds": "_T", "Disabled": "_T", BLANK: "_T"}
    assert codes(column, "AGE")["16-24 year olds"] == "Y16T24"
    assert codes(column, "DISABILITY_STATUS")["Disabled"] == "PD"


def test_what_no_list_has_gets_a_local_code_as_a_question() -> None:
    column = suggested(Type_of_crime=["Homicide", "Theft", ""], Value=["1", "2", "3"]).column("Type of crime")
    assert column is not None
    assert column.unknown
    theft = next(v for v in column.targets[0].values if v.text == "Theft")
    assert theft.best is not None
    assert (theft.best.code, theft.best.new, theft.sure) == ("_L_TYPE_CRIME_THEFT", True, False)


def test_numbers_that_are_no_ages() -> None:
    """ "1-2" may be ages, or rooms: nothing says which."""
    column = suggested(Rooms=["0-4", "5-9", "10-14"], Value=["1", "2", "3"]).column("Rooms")
    assert column is not None
    assert not (column.component == "AGE" and column.sure)


def test_the_number_of_an_indicator_alone_is_no_fact() -> None:
    found = suggested("indicator_16-1-1.csv", Year=["2018", "2019", "2020"], Value=["3", "12", "7"])
    series = next(f for f in found.fixed if f.component == "SERIES")
    assert series.best is not None
    assert series.best.code == "VC_IHR_PSRCN"  # whole numbers: the count, not the rate of the same indicator
    assert not series.best.sure


def test_the_title_makes_it_one() -> None:
    found = suggested("8.5.2.csv", Year=["2018", "2019"], **{"Unemployment rate (%)": ["4.5", "5.1"]})
    named = {f.component: f.best for f in found.fixed if f.best}
    assert (named["SERIES"].code, named["SERIES"].sure) == ("SL_TLF_UEM", True)
    assert (named["UNIT_MEASURE"].code, named["UNIT_MEASURE"].sure) == ("PT", True)


def test_years_in_the_header_are_unpivoted() -> None:
    found = suggested(Ward=["Ashley", "Cotham"], **{"2018-19": ["1,5", "2,5"], "2019-20": ["3,25", "4"]})
    assert found.wide is not None
    assert (found.wide.headers, found.wide.matching) == (("2018-19", "2019-20"), r"\d{4}-\d{2}")
    assert found.decimal == ","
    period = found.column(found.wide.names_to[0])
    assert period is not None
    assert period.targets[0].period == ("survey_year",)


LEARNT = """
title: x
source: {name: x}
provider: %s
dataflow: DX:DF_SDG_LOCAL(1.0.0)
columns:
  Tenancy:
    - {to: COMPOSITE_BREAKDOWN, codes: {Council flat: _L_TENURE_SOCIAL, Everyone: _T}}
  Ward: {to: REF_AREA, codes: {The Middle: GB_BRS_E05010892}}
  Value: OBS_VALUE
fixed: {SERIES: _L_VC_SNS_WALN_DARK}
"""


@pytest.mark.parametrize("provider", ["BRISTOL", "AVON"])
def test_what_was_accepted_before_teaches(provider: str) -> None:
    mapping = parse_mapping((LEARNT % provider).encode(), "x.yaml")
    known = learn([Accepted("x/safety", provider, mapping)], schema(), "BRISTOL", frozenset())
    found = suggested(
        "16.1.4.csv", known, Tenancy=["Council flat", "Everyone"], Ward=["The Middle", "Ashley"], Value=["1.5", "2.5"]
    )
    assert codes(found.column("Tenancy"))["Council flat"] == "_L_TENURE_SOCIAL"
    assert found.learned_from == ("x/safety",)
    # Names of areas are a city's own.
    middle = codes(found.column("Ward"))["The Middle"]
    assert middle == ("GB_BRS_E05010892" if provider == "BRISTOL" else None)
    series = next(f for f in found.fixed if f.component == "SERIES")
    assert series.best is not None
    assert series.best.code == "_L_VC_SNS_WALN_DARK"


def test_a_long_table_is_sampled() -> None:
    n = 300_000
    words = np.array(["Women", "Men"])[np.arange(n) % 2]
    people = np.char.add("id", np.arange(n).astype(str))
    table = pa.table({"Sex": pa.array(words), "Person": pa.array(people), "Value": pa.array(["1.5"] * n)})
    begun = time.process_time()
    found = suggest_mapping(SourceTable(table, np.arange(n, dtype=np.int32), "big.csv"), schema(), BRISTOL)
    assert time.process_time() - begun < 5
    assert codes(found.column("Sex")) == {"Women": "F", "Men": "M"}
    person = found.column("Person")
    assert person is not None
    assert not person.sure


def test_nothing_is_known_of_an_empty_table() -> None:
    found = suggested(Year=[], Value=[])
    assert questions_in(mapping_text(found)) > 2


def test_several_header_rows_are_columns_of_their_own() -> None:
    heads = {f"{sex} / {year}": (sex, year) for sex in ("Men", "Women") for year in ("2018", "2019")}
    table = pa.table({"Ward": pa.array(["Ashley", "Cotham"]), **{name: pa.array(["1.5", "2.5"]) for name in heads}})
    rows = np.array([3, 4], dtype=np.int32)
    found = suggest_mapping(SourceTable(table, rows, "jobs.xlsx", heads=heads), schema(), BRISTOL)
    assert found.wide is not None
    assert found.wide.headers == tuple(heads)
    sex, year = (found.column(name) for name in found.wide.names_to)
    assert codes(sex) == {"Men": "M", "Women": "F"}
    assert year is not None
    assert year.component == "TIME_PERIOD"


def test_numbered_texts_plurals_and_the_city_itself_are_read() -> None:
    found = suggested(
        Industry=["C : Manufacturing", "F - Construction", "I : Accommodation and food services"],
        Deprivation=["Bristol average", "Most deprived 10%", "Least deprived 10%"],
        Value=["1", "2", "3"],
    )
    assert set(codes(found.column("Industry")).values()) == {"ISIC4_C", "ISIC4_F", "ISIC4_I"}
    deprivation = found.column("Deprivation")
    assert codes(deprivation)["Bristol average"] == "_T"
    assert codes(deprivation)["Most deprived 10%"] == "_L_DEPR_D1"
    causes = suggested(Cause=["Cardiovascular diseases", "Cancers", "Diabetes mellitus"], Value=["1", "2", "3"]).column(
        "Cause"
    )
    assert set(codes(causes).values()) == {"NCD_CARDIO", "NCD_CNCR", "NCD_DIABTS"}


@pytest.mark.parametrize("first", ["Decile 1 (least deprived)", "Quintile 1 (least deprived)"])
def test_tenths_and_fifths_that_are_counted_from_the_least_deprived_are_no_facts(first: str) -> None:
    kind = first.partition(" ")[0]
    texts = [first, f"{kind} 2", f"{kind} 3"]
    column = suggested(**{f"Deprivation {kind.lower()}": texts}, Value=["1", "2", "3"]).column(
        f"Deprivation {kind.lower()}"
    )
    assert column is not None
    assert column.component == "COMPOSITE_BREAKDOWN"
    assert set(codes(column).values()) == {None}


def test_a_letter_and_a_hyphen_are_a_word_not_a_number_of_a_list() -> None:
    column = suggested(Road=["A-road", "B-road", "Motorway"], Value=["1", "2", "3"]).column("Road")
    assert set(codes(column).values()) == {None}


def test_units_that_are_sectors_are_a_breakdown() -> None:
    column = suggested(Units=["Public sector", "Private sector"], Value=["23.4", "76.6"]).column("Units")
    assert column is not None
    assert (column.component, column.sure) == ("COMPOSITE_BREAKDOWN", True)
    assert all(v.best and v.best.new for v in column.targets[0].values)


def test_titles_beside_their_units_tell_series_apart() -> None:
    found = suggested(
        Units=["Total trips", "Total trips", "% percentage"],
        Group=["Park and ride users", "Journeys by bus that begin here", "Satisfied with the local bus service"],
        Value=["12000", "28000", "61"],
    )
    group = found.column("Group")
    assert group is not None
    assert (group.component, group.sure) == ("SERIES", True)
    assert codes(found.column("Units")) == {"Total trips": "NUMBER", "% percentage": "PT"}


def test_the_second_level_of_a_classification_has_a_dimension_of_its_own_and_another_breakdown_is_a_question() -> None:
    levels = suggested(
        **{
            "Contraceptive method": ["User dependent", "User dependent"],
            "Kind of contraception": ["Patch", "Injection"],
        },
        Value=["1", "2"],
    )
    assert codes(levels.column("Kind of contraception"), "CUST_BREAKDOWN") == {"Patch": None, "Injection": None}
    apart = suggested(Weather=["Rain", "Snow"], Vehicle=["Tram", "Bicycle"], Value=["1", "2"])
    vehicle = apart.column("Vehicle")
    assert vehicle is not None
    assert (vehicle.component, vehicle.sure) == ("CUST_BREAKDOWN", False)


def test_a_series_by_its_whole_name_is_a_fact_and_by_nearly_its_name_a_question() -> None:
    column = suggested(
        Series=["Bristol's unemployment rate (%)", "Neonatal mortality rate of the region"], Value=["4.5", "3.1"]
    ).column("Series")
    assert codes(column, "SERIES") == {
        "Bristol's unemployment rate (%)": "SL_TLF_UEM",
        "Neonatal mortality rate of the region": None,
    }


def test_numbers_of_rows_and_places_on_a_map_are_left_out() -> None:
    found = suggested(
        OBJECTID=["1", "2", "3"],
        Latitude=["51.45", "51.46", "51.47"],
        Longitude=["-2.58", "-2.59", "-2.6"],
        Year=["2018", "2019", "2020"],
        Jobs=["7", "8", "9"],
    )
    assert found.wide is None
    left_out = {c.header for c in found.columns if c.ignore and c.ignore.sure}
    assert left_out == {"OBJECTID", "Latitude", "Longitude"}
    coded = suggested(ID=["E05010885", "E05010886"], Value=["1", "2"]).column("ID")
    assert coded is not None
    assert coded.component == "REF_AREA"


def test_what_kind_of_area_one_is_follows_from_the_area() -> None:
    found = suggested(
        **{"Area type": ["City", "Region", "Country"], "Area name": ["Bristol", "South West", "England"]},
        Value=["1", "2", "3"],
    )
    kind = found.column("Area type")
    assert kind is not None
    assert kind.ignore is not None
    assert kind.ignore.sure
