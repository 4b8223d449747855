"""`sources.toml`: what people type, and what they are told."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from dataexchange.errors import InvalidRequest, NotFound
from dataexchange.model.source import Source
from dataexchange.remote.sdmx_service import data_requests, structure_request
from dataexchange.workflow.sources import chosen, load_sources

ROOT = Path(__file__).resolve().parents[2]

WHOLE = """
[kyrgyzstan]
title = "Sustainable development indicators of Kyrgyzstan"
url = "https://sdmx.stat.kg/rest/"
api = "2.1"
dataflow = "KG_NSC:DF_SDG_KG(1.8)"
provider = "KG_NSC"
licence = "CC BY 4.0"
keys = ["A.N.SI_POV_DAY1+SI_POV_NAHC............", "..VC_IHR_PSRC............"]
start_period = "2015"

[united-kingdom]
title = "UK"
url = "https://node.example.org/sdmx/v2"
api = "3.0"
dataflow = "DX:DF_SDG_NATIONAL(1.0.0)"
into = "DX:DF_SDG_NATIONAL(1.0.0)"
provider = "UK_ONS"
licence = "OGL"
start_period = "2015"
format = "json"
key_env = "UK_TOKEN"
"""


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "sources.toml"
    path.write_text(text)
    return path


def test_addresses_of_both_versions(tmp_path: Path) -> None:
    kyrgyz, british = load_sources(write(tmp_path, WHOLE))
    assert [r.url for r in data_requests(kyrgyz)] == [
        "https://sdmx.stat.kg/rest/data/KG_NSC,DF_SDG_KG,1.8/A.N.SI_POV_DAY1+SI_POV_NAHC............?startPeriod=2015",
        "https://sdmx.stat.kg/rest/data/KG_NSC,DF_SDG_KG,1.8/..VC_IHR_PSRC............?startPeriod=2015",
    ]
    assert structure_request(kyrgyz).url == (
        "https://sdmx.stat.kg/rest/dataflow/KG_NSC/DF_SDG_KG/1.8?references=descendants"
    )
    (everything,) = data_requests(british)
    assert everything.url == (
        "https://node.example.org/sdmx/v2/data/dataflow/DX/DF_SDG_NATIONAL/1.0.0/*?c%5BTIME_PERIOD%5D=ge:2015"
    )
    assert everything.accept == "application/vnd.sdmx.data+json;version=2.0.0"
    assert british.dataset == "UK_ONS/united-kingdom"


def test_sources_by_name(tmp_path: Path) -> None:
    sources = load_sources(write(tmp_path, WHOLE))
    assert [s.id for s in chosen(sources, [])] == ["kyrgyzstan", "united-kingdom"]
    assert [s.id for s in chosen(sources, ["united-kingdom", "united-kingdom"])] == ["united-kingdom"]
    with pytest.raises(NotFound, match="kyrgyzstan, united-kingdom"):
        chosen(sources, ["kirgistan"])


FAULTS = {
    'url = "https://sdmx.stat.kg/rest/"': ('url = "sdmx.stat.kg"', r"\[kyrgyzstan\], url: write an address"),
    'api = "2.1"': ('api = "2.0"', r"\[kyrgyzstan\], api: .*'2.1' or '3.0'"),
    'provider = "KG_NSC"': ("", r"\[kyrgyzstan\]: `provider` is not said; add it"),
    'licence = "CC BY 4.0"': ('license = "CC BY 4.0"', r"did you mean `licence`\?"),
    "A.N.SI_POV_DAY1": ("A/../N", "keys: 'A/../N.* is no series key"),
    '"KG_NSC:DF_SDG_KG(1.8)"': ('"DF_SDG_KG"', r"dataflow: write agency:id\(version\)"),
    "https://node": ("http://node", r"\[united-kingdom\]: key_env: a token is sent over https only"),
    'format = "json"': ('format = "xlsx"', r"format: input should be 'xml', 'json' or 'csv'"),
    'start_period = "2015"': ("start_period = 2015", "start_period: input should be a valid string"),
    "//node": ("//me:secret@node", "leave user and password out"),
    'key_env = "UK_TOKEN"': ('key_env = "eyJhbGciOi.secret"', "never the token itself"),
    "[united-kingdom]": ("[united kingdom]", "no TOML"),
    "[kyrgyzstan]": ("", "outside a source"),
    'title = "UK"': ('title = ""', r"\[united-kingdom\], title"),
}


@pytest.mark.parametrize("good", FAULTS)
def test_faults_name_file_source_and_word(good: str, tmp_path: Path) -> None:
    bad, expected = FAULTS[good]
    assert good in WHOLE
    with pytest.raises(InvalidRequest, match=expected) as error:
        load_sources(write(tmp_path, WHOLE.replace(good, bad)))
    assert str(error.value).startswith("sources.toml")
    assert "secret" not in str(error.value)


def test_all_faults_at_once(tmp_path: Path) -> None:
    with pytest.raises(InvalidRequest) as error:
        load_sources(write(tmp_path, WHOLE.replace('api = "', 'api = "9').replace("licence", "lizenz")))
    assert str(error.value).count("sources.toml") == 6


def test_every_word_is_documented_and_the_examples_are_read(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "harvest.md").read_text()
    for word in Source.model_fields:
        assert f"`{word}`" in page or word == "id", f"docs/harvest.md does not mention `{word}`"
    example = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)[0]
    assert [s.id for s in load_sources(write(tmp_path, example))] == ["kyrgyzstan", "united-kingdom"]
    assert len(load_sources(ROOT / "examples" / "sources.toml")) == 2


def test_files_that_are_none(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=r"docs/harvest\.md"):
        load_sources(tmp_path / "sources.toml")
    (tmp_path / "sources.toml").write_bytes(b"\xff\xfe[")
    with pytest.raises(InvalidRequest, match="UTF-8"):
        load_sources(tmp_path / "sources.toml")
    with pytest.raises(InvalidRequest, match="cannot be opened"):
        load_sources(tmp_path)
