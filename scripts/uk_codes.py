"""Texts of the national tables and the codes of DX that they stand for. An empty cell is the total."""

from __future__ import annotations

SEX = {"": "_T", "Female": "F", "Male": "M"}

#: "Undefined" is how the tables say that nobody chose a status.
STATUS = {
    "": "A",
    "Normal value": "A",
    "Undefined": "A",
    "Missing value": "O",
    "Missing value; suppressed": "Q",
    "Missing data; suppressed": "Q",
}

URBANISATION = {"": "_T", "Urban": "U", "City": "CITY", "Town": "TSUB", "Rural": "R"}

DISABILITY = {
    "": "_T",
    "Disabled (GSS harmonised)": "PD",
    "Non-disabled (GSS harmonised)": "PWD",
    "Not disabled (GSS harmonised)": "PWD",
}

AGES = {
    "": "_T",
    "Under 1": "Y0",
    "1 to 4": "Y1T4",
    "5 to 15": "Y5T15",
    "16 to 17": "Y16T17",
    "16 to 24": "Y16T24",
    "16 to 64": "Y16T64",
    "18 to 24": "Y18T24",
    "25 to 34": "Y25T34",
    "35 to 44": "Y35T44",
    "35 to 49": "Y35T49",
    "45 to 54": "Y45T54",
    "50 to 64": "Y50T64",
    "55 to 64": "Y55T64",
    "65 to 74": "Y65T74",
    "65 and over": "Y_GE65",
    "75 and over": "Y_GE75",
}

AREAS = {
    "": "GB",
    "England": "GB_ENG",
    "Northern Ireland": "GB_NIR",
    "Scotland": "GB_SCT",
    "Wales": "GB_WLS",
    "North East": "GB_E12000001",
    "North West": "GB_E12000002",
    "Yorkshire and The Humber": "GB_E12000003",
    "Yorkshire and the Humber": "GB_E12000003",
    "East Midlands": "GB_E12000004",
    "West Midlands": "GB_E12000005",
    "East": "GB_E12000006",
    "East of England": "GB_E12000006",
    "London": "GB_E12000007",
    "South East": "GB_E12000008",
    "South West": "GB_E12000009",
}

#: Local authorities that are cities of the list of areas. The others are counties, groups of districts, or parts of London.
LOCAL_AUTHORITIES = {
    "Belfast": "GB_BEL",
    "Birmingham": "GB_BHM",
    "Blackpool": "GB_BLACKPOOL",
    "Brighton and Hove": "GB_BRIGHTON",
    "Bristol, City of": "GB_BRS",
    "Coventry": "GB_COVENTRY",
    "Edinburgh, City of": "GB_EDI",
    "Glasgow City": "GB_GLW",
    "Kingston upon Hull, City of": "GB_HUL",
    "Leeds": "GB_LEEDS",
    "Leicester": "GB_LEICESTER",
    "Liverpool": "GB_LIV",
    "Manchester": "GB_MNC",
    "Nottingham": "GB_NOTTINGHAM",
    "Plymouth": "GB_PLY",
    "Portsmouth": "GB_PME",
    "Sheffield": "GB_SHEFFIELD",
    "Southampton": "GB_SOU",
    "Southend-on-Sea": "GB_SOUTHEND_ON_SEA",
    "Stoke-on-Trent": "GB_STOKE_ON_TRENT",
    "Sunderland": "GB_SUNDERLAND",
    "Swansea": "GB_SWA",
    "Warrington": "GB_WARRINGTON",
    "York": "GB_YORK",
}

#: Towns that air quality is published for, whose code is not simply their name.
_TOWNS = {
    "": "GB",
    "Aberdeen": "GB_ABD",
    "Belfast": "GB_BEL",
    "Birmingham": "GB_BHM",
    "Bristol": "GB_BRS",
    "Cardiff": "GB_CDF",
    "Edinburgh": "GB_EDI",
    "Glasgow": "GB_GLW",
    "Hull": "GB_HUL",
    "Leamington Spa": "GB_ROYAL_LEAMINGTON_SPA",
    "Liverpool": "GB_LIV",
    "London": "GB_LON",
    "Manchester": "GB_MNC",
    "Plymouth": "GB_PLY",
    "Portsmouth": "GB_PME",
    "Southampton": "GB_SOU",
    "Southend - On - Sea": "GB_SOUTHEND_ON_SEA",
    "Stoke - On - Trent": "GB_STOKE_ON_TRENT",
    "Swansea": "GB_SWA",
}

_BY_NAME = (
    "Barnstaple,Birkenhead,Blackpool,Bournemouth,Brighton,Carlisle,Chepstow,Chesterfield,Christchurch,Coventry,Didcot,"
    "Eastbourne,Eccles,Enniskillen,Erith,Gillingham,Grangemouth,Greenock,Harlington,Inverness,Leeds,Leicester,Londonderry,"
    "Middlesbrough,Narberth,Newcastle Upon Tyne,Newport,Northampton,Norwich,Nottingham,Oxford,Penicuik,Port Talbot,Preston,"
    "Reading,Rochester,Royal Leamington Spa,Salford,Saltash,Sandy,Sheffield,Southend-On-Sea,Speke,Stanford-Le-Hope,Stanmore,"
    "Stockbridge,Stockton-On-Tees,Stoke-On-Trent,Storrington,Sunderland,Warrington,Wigan,Worthing,Wrexham,York"
)

TOWNS = _TOWNS | {name: f"GB_{name.upper().replace(' ', '_').replace('-', '_')}" for name in _BY_NAME.split(",")}
