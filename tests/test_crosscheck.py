"""searoute beside our sea routes: its traps are told, and it is never needed."""

from __future__ import annotations

import csv
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from corridor.cli import main
from corridor.errors import InputError, MissingExtraError
from corridor.geodata.crosscheck import Pair, searoute_check
from corridor.geodata.places import Places

PORTS = Places(
    ["rajin", "posyet", "vladivostok", "busan", "long_beach"],
    [130.29, 130.80, 131.888, 129.04, -118.183],
    [42.23, 42.65, 43.109, 35.10, 33.767],
)


def test_the_traps_of_searoute_are_told() -> None:
    pairs = [Pair("rajin", "busan", 820.0), Pair("rajin", "posyet", 89.0), Pair("vladivostok", "busan", 938.0)]
    rajin, same, vladivostok = searoute_check(PORTS, pairs)
    assert rajin.searoute_km is not None
    assert rajin.ratio == pytest.approx(rajin.searoute_km / 820.0)
    assert "rajin is on one node with posyet" in rajin.note
    assert "rajin is 141 km from its node" in rajin.note
    assert (same.searoute_km, same.ratio) == (None, None)
    assert same.note.startswith("both ends on one node")
    assert vladivostok.ratio == pytest.approx(1.0, abs=0.03)
    assert vladivostok.note == ""


def test_across_the_antimeridian_a_node_is_beside_its_port() -> None:
    [found] = searoute_check(PORTS, [Pair("busan", "long_beach", 9600.0)])
    assert found.ratio == pytest.approx(1.0, abs=0.05)
    assert "long_beach" not in found.note


def answer(coordinates: list[list[float]], length: float) -> Any:
    module: Any = ModuleType("searoute")
    module.searoute = lambda *_: {
        "geometry": {"coordinates": coordinates},
        "properties": {"length": length},
    }
    return module


@pytest.mark.parametrize(
    ("coordinates", "length", "note"),
    [
        ([], 0.0, "no way"),
        ([[131.9, 43.1], [129.0, 35.1]], 0.0, "no length"),
        ([[131.9, 43.1], [129.0, 35.1]], float("inf"), "no length"),
    ],
)
def test_no_length_is_no_free_way(
    monkeypatch: pytest.MonkeyPatch, coordinates: list[list[float]], length: float, note: str
) -> None:
    monkeypatch.setitem(sys.modules, "searoute", answer(coordinates, length))
    [found] = searoute_check(PORTS, [Pair("vladivostok", "busan", 938.0)])
    assert found == ("vladivostok", "busan", 938.0, None, None, note)


def test_without_searoute_the_extra_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "searoute", None)
    with pytest.raises(MissingExtraError, match=r"pip install corridor\[crosscheck\]"):
        searoute_check(PORTS, [Pair("rajin", "busan", 820.0)])
    assert main(["audit", "--searoute"]) == 5
    assert main(["audit"]) == 0
    assert "searoute" not in capsys.readouterr().out


def test_every_fault_of_pairs_is_listed() -> None:
    with pytest.raises(InputError) as refused:
        searoute_check(PORTS, [Pair("rajin", "nowhere", 820.0), Pair("rajin", "busan", 0.0)])
    assert [fault.row for fault in refused.value.faults] == [1, 2]


def test_the_audit_tells_it_and_judges_by_ours_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["audit", "--searoute", "--format", "csv", "-o", str(tmp_path / "audit.csv")]) == 0
    with (tmp_path / "audit.csv").open(encoding="utf-8") as file:
        rows = {row["link"]: row for row in csv.DictReader(file)}
    assert rows["rail_ulan_ude_chita"]["searoute_km"] == ""
    at_sea = [row for row in rows.values() if row["kind"] == "sea"]
    told = [float(row["searoute_ratio"]) for row in at_sea if row["searoute_ratio"]]
    assert len(told) == len(at_sea)
    clean = [float(row["searoute_ratio"]) for row in at_sea if not row["searoute_note"]]
    assert len(clean) > 50
    assert min(clean) > 0.95
    assert max(clean) < 1.15
    assert main(["audit", "--searoute"]) == 0
    assert "what is wrong with it" in capsys.readouterr().out
