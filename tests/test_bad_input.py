"""Bad input: every fault at once, place and mend named, nothing written."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import corridor
from corridor.cli import main
from corridor.errors import InputError

Edit = Callable[..., None]


def faults(project: Path) -> list[str]:
    """What reading the project complains of."""
    with pytest.raises(InputError) as caught:
        corridor.read_study(project / "models" / "study.toml")
    return [str(fault) for fault in caught.value.faults]


@pytest.mark.parametrize(
    ("file", "old", "new", "expected"),
    [
        (
            "data/tariffs.csv",
            "handling_charge,1,1,1",
            "handling_charge,1,,1",
            'tariffs.csv:2: column "central": empty. Write a value',
        ),
        ("data/tariffs.csv", "handling_charge,1,1,1", 'handling_charge,1,"1,5",2', "Use a decimal point: 1.5"),
        ("data/tariffs.csv", "handling_charge,1,1,1", "handling_charge,1,many,1", "'many' is not a number"),
        ("data/tariffs.csv", "handling_charge,1,1,1", "handling_charge,1,nan,1", "not a number"),
        (
            "data/tariffs.csv",
            "handling_charge,1,1,1",
            "handling_charge,-1,-1,-1",
            "is negative. handling_charge must be at least 0",
        ),
        ("data/tariffs.csv", "handling_charge,1,1,1", "handling_charge,2,1,1", "must not descend"),
        (
            "data/tariffs.csv",
            "USD/t,",
            "USD/ton,",
            '"USD/ton" is no unit known here. For handling_charge write one of USD/t',
        ),
        (
            "data/tariffs.csv",
            "handling_charge,1,1,1,USD/t",
            "handling_charge,1,1,1,km",
            '"km" does not measure handling_charge',
        ),
        (
            "data/tariffs.csv",
            "handling_charge,1,1,1,USD/t,2020",
            "handling_charge,1,1,1,USD/t,1999",
            "no price index for 1999",
        ),
        (
            "data/tariffs.csv",
            "handling_charge,1,1,1,USD/t",
            "handling_charge,1,1,1,CNY/t",
            "no exchange rate of CNY for 2020",
        ),
        ("data/tariffs.csv", "handling_charge", "handeling_charge", 'Did you mean "handling_charge"?'),
        ("data/tariffs.csv", ",example,", ",exampel,", 'Did you mean "example"?'),
        ("data/links.csv", ",rail,", ",rial,", "'rial' must be one of rail, road, sea"),
        (
            "data/links.csv",
            "rail_north,junction",
            "rail_east,junction",
            'column "id": "rail_east" stands in row 4 already',
        ),
        ("data/links.csv", "junction,east_border", "junctoin,east_border", 'Did you mean "junction"?'),
        ("data/links.csv", "gauge_break", "rail", "a rail link joins nodes of one gauge; these have 1520 and 1435"),
        ("data/links.csv", "east_border,rail", "north_border_far,gauge_break", "joins nodes of two gauges"),
        ("data/links.csv", "east_crossing", "", "A border link names its crossing"),
        ("data/links.csv", "border_east,open", "border_west,open", '"border_west" has no background and no capacity'),
        (
            "data/links.csv",
            "id,from_node",
            "id,form_node",
            'column "form_node": is no column of this table. Did you mean "from_node"?',
        ),
        ("data/nodes.csv", "45.2,105,", "105,45.2,", "Are latitude and longitude swapped?"),
        ("data/nodes.csv", "coal_mine", "../coal_mine", "may hold only a-z"),
        ("data/nodes.csv", "1520", "1523", "must be one of 1520, 1435"),
        ("data/bids.csv", ",yes,", ",no,", "coal has 0 bids with yes"),
        ("data/rules.csv", "2020-01-01", "01.01.2020", "is not a date. Write it as 2015-06-22"),
        ("data/rules.csv", "2020-01-01,", "2020-01-01,2019-01-01", "lies before valid_from"),
        ("data/rules.csv", ",barred,", ",forbidden,", "'forbidden' must be one of open, conditional, unclear, barred"),
        ("data/lengths.csv", "rail_city", "rail_ctiy", 'Did you mean "rail_city"?'),
        ("models/study.toml", "nn_rail", "mm_rail", "matches no row of tariffs"),
        ("models/study.toml", 'table = "tariffs"', 'table = "tarifs"', 'Did you mean "tariffs"?'),
        ("models/study.toml", "scale = 0.6667", "scale = -1", "too small: at least 0"),
        ("models/study.toml", "scale = 0.6667", "", "exactly one of set, scale and add"),
        ("models/study.toml", "price_year = 2020", "price_year = 2020\nholdingrate = 0", "is not known here"),
        ("data/finance.csv", "holding_rate", "holdingrate", 'Did you mean "holding_rate"?'),
        ("data/finance.csv", "cargo,,", "crago,,", '"crago" is no cargo of this study. Did you mean "cargo"?'),
        ("data/finance.csv", "capital_rate,0,0,0", "capital_rate,0,0,12", "lies within 0 to 1 share/yr. Is the unit"),
        ("data/finance.csv", "works,,", "works,coal,", "such rows hold for all"),
        (
            "models/study.toml",
            'lifts_measures = ["Example act"]',
            'lifts_measures = ["Exampel act"]',
            'Did you mean "Example act"?',
        ),
        ("models/study.toml", 'assume = "as if lifted"', "", "names them in lifts_measures and says assume"),
        ("models/study.toml", 'default_scenario = "today"', 'default_scenario = "now"', '"now" is none of today'),
        ("models/study.toml", 'data = "../data"', 'data = "../date"', "is not a folder"),
        ("models/study.toml", "price_year = 2020", "price_year = 2031", "has no row for the price year 2031"),
        ("models/study.toml", "[corridors]", "[corridors", "is not TOML"),
    ],
)
def test_a_fault_names_place_and_mend(project: Path, edit: Edit, file: str, old: str, new: str, expected: str) -> None:
    edit(file, old, new)
    assert any(expected in fault for fault in faults(project)), faults(project)


def test_every_fault_is_listed_at_once(project: Path, edit: Edit) -> None:
    edit("data/tariffs.csv", "handling_charge,1,1,1", "handling_charge,1,,1")
    edit("data/lengths.csv", "length,300", "length,three hundred")
    edit("data/nodes.csv", "45.2,105,", "145.2,105,")
    found = faults(project)
    assert {fault.split(":")[0] for fault in found} == {"tariffs.csv", "lengths.csv", "nodes.csv"}
    assert len(found) == 3  # and no false alarms about what refers to the broken rows


def test_a_missing_number_is_an_error_never_zero(project: Path) -> None:
    path = project / "data" / "tariffs.csv"
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(line for line in lines if not line.startswith("gauge_east")))
    assert any("no gauge_break_charge of gauge_east holds on 2020-06-30" in fault for fault in faults(project))


def test_two_values_for_one_key_are_an_error(project: Path) -> None:
    path = project / "data" / "tariffs.csv"
    text = path.read_text()
    path.write_text(text + text.splitlines()[1] + "\n")
    assert any("handling_charge of loading has two values" in fault and "row 2" in fault for fault in faults(project))


def test_a_truncated_file_is_noticed(project: Path) -> None:
    path = project / "data" / "links.csv"
    text = path.read_text()
    path.write_text(text[: len(text) - 25])
    assert any("Is the file truncated?" in fault for fault in faults(project))


def test_empty_and_missing_tables_are_named(project: Path) -> None:
    (project / "data" / "bids.csv").write_text("")
    (project / "data" / "prices.csv").unlink()
    nodes = project / "data" / "links.csv"
    nodes.write_text(nodes.read_text().splitlines()[0] + "\n")
    found = faults(project)
    assert any(fault.startswith("bids.csv: is empty") for fault in found)
    assert any(fault.startswith("prices.csv: is missing") for fault in found)
    assert any(fault.startswith("links.csv: has no rows") for fault in found)


def test_a_binary_file_and_a_wrong_encoding_are_named(project: Path) -> None:
    (project / "data" / "bids.csv").write_bytes(b"id,node\n\x00\x00")
    (project / "data" / "nodes.csv").write_bytes("id,näme".encode("latin-1"))
    found = faults(project)
    assert any("bids.csv: holds zero bytes" in fault for fault in found)
    assert any("nodes.csv: is not UTF-8" in fault for fault in found)


def test_excel_csv_is_accepted_and_said(project: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = project / "data" / "lengths.csv"
    text = path.read_text().replace(",", ";").replace("300.0", "300").replace(";300;", ";300,0;")
    path.write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    assert main(["compare", "--study", str(project / "models" / "study.toml"), "--market", "east_city"]) == 0
    captured = capfd.readouterr()
    assert "lengths.csv: read as separated by semicolons, with decimal commas" in captured.err
    assert " 15.0" in captured.out


def test_exit_codes_by_kind(project: Path, edit: Edit, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    study = ["--study", str(project / "models" / "study.toml")]
    assert main(["compare", *study]) == 0
    assert main(["compare", "--nonsense"]) == 2
    assert main(["compare", *study, "--scenario", "todya"]) == 2
    assert main(["compare", *study, "--market", "ilsand"]) == 2
    assert main(["compare", "--study", str(tmp_path / "no.toml")]) == 3
    assert main(["new", str(project)]) == 2
    errors = capfd.readouterr().err
    assert 'Did you mean "today"?' in errors
    assert 'Did you mean "island"?' in errors
    assert "Traceback" not in errors
    edit("data/rules.csv", ",ore,", ",,")  # the act now bars all cargo at the northern port
    edit("data/links.csv", "border_east,open", "border_east,planned")
    assert main(["compare", *study]) == 4
    assert main(["solve", *study]) == 4
    captured = capfd.readouterr()
    assert "no route is lawful" in captured.err
    assert "no lawful way leads from any mine to any buyer" in captured.err


def test_an_unreachable_market_names_where_the_way_ends(project: Path, edit: Edit) -> None:
    edit("data/links.csv", "border_east,open", "border_east,planned")
    outcome = corridor.read_study(project / "models" / "study.toml").run()
    ends = {(u.commodity, u.market, u.gateway): u.node for u in outcome.unreachable}
    assert ends["coal", "island", "east_port"] == "east_border"
    assert ends["coal", "east_city", ""] == "east_border"
    assert all(route.gateway == "north_port" for route in outcome.routes)


def test_nothing_is_half_written(toy: object, project: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    study = ["--study", str(project / "models" / "study.toml")]
    target = tmp_path / "out"
    target.mkdir()
    (target / "sales.csv").mkdir()  # one of the files cannot be written
    assert main(["solve", *study, "--format", "csv", "-o", str(target)]) == 2
    assert "cannot write" in capfd.readouterr().err
    assert [path.name for path in target.iterdir()] == ["sales.csv"]
    assert main(["compare", *study, "--format", "json", "-o", str(target / "sales.csv")]) == 2
    assert not any((target / "sales.csv").iterdir())


def test_names_are_shown_as_they_are_and_cells_are_no_formulas(
    project: Path, edit: Edit, capfd: pytest.CaptureFixture[str]
) -> None:
    edit("models/study.toml", 'title = "Two ways to the sea"', 'title = "[red]=cmd|<script>[/red]"')
    edit("data/sources.csv", "Made up", "=HYPERLINK(1) Made up")
    study = ["--study", str(project / "models" / "study.toml")]
    assert main(["compare", *study]) == 0
    assert "[red]=cmd|<script>[/red]" in capfd.readouterr().out
    assert main(["sources", *study, "--format", "csv"]) == 0
    assert ",'=HYPERLINK(1)" in capfd.readouterr().out
