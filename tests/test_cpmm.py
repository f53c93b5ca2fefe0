"""CPMM indicators of the toy are those of the hand; on the study they follow from the ledgers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import python_calamine as calamine

from corridor.cli import main
from corridor.cpmm import cpmm
from corridor.report.cpmm import cpmm as document_of
from corridor.schema import PARTS
from corridor.study import Study


def test_sections_of_the_toy_are_those_of_the_hand(toy: Study) -> None:
    outcome = toy.run()
    found = {(s.route.commodity, s.route.market, s.route.gateway): s for s in cpmm(outcome, outcome.routes).sections}
    east, north, city = (
        found["coal", "island", "east_port"],
        found["coal", "island", "north_port"],
        found["coal", "east_city", "east_crossing"],
    )
    # East: 300 km at 20 and 400 km at 40 km/h; border 12 h and gauge 24 h; 6 + 1 + 4 + 12 USD/t. No loading, no port.
    assert (east.distance_km, east.moving_h, east.standing_h, east.cash_usd_per_t) == pytest.approx((700, 25, 36, 23))
    assert east.tfi3_usd == pytest.approx(23 * 20 * 500 / 700)
    assert (east.swd_km_per_h, east.swod_km_per_h) == pytest.approx((700 / 61, 28))
    assert (north.distance_km, north.moving_h, north.standing_h, north.cash_usd_per_t) == pytest.approx(
        (2000, 75, 12, 33.5)
    )
    assert (city.distance_km, city.moving_h, city.standing_h, city.cash_usd_per_t) == pytest.approx((400, 17.5, 36, 14))
    assert {section.mode for section in found.values()} == {"rail"}


def test_crossings_of_the_toy_are_those_of_the_hand(toy: Study) -> None:
    outcome = toy.run()
    east, north = cpmm(outcome, outcome.routes).crossings
    assert (east.crossing, east.mode, east.tfi1_h, east.tfi2_usd) == ("east_crossing", "rail", (12,) * 3, (20,) * 3)
    assert east.gauge_break_h == (24, 24, 24)
    assert east.gauge_break_usd == pytest.approx((60, 80, 120))
    assert east.commodities == ("coal", "ore")
    assert (north.crossing, north.gauge_break_h, north.usable) == ("north_crossing", (0, 0, 0), True)


def test_medians_are_of_lawful_routes_alone(toy: Study) -> None:
    rows = {row["corridor"]: row for row in document_of(toy.run())["corridors"]}
    assert {name: row["routes"] for name, row in rows.items()} == {"east": 3, "north": 1}  # ore in the north is barred
    assert rows["east"]["tfi3_usd_per_500_km_20_t"] == pytest.approx(23 * 20 * 500 / 700)
    assert rows["east"]["tfi1_h"] == 12


@pytest.mark.parametrize("scenario", ["today", "essay"])
def test_sections_add_up_to_the_route_over_land(rason: Study, scenario: str) -> None:
    outcome = rason.run(scenario)
    routes = [route for route in outcome.routes if route.commodity == "washed_coking_coal"][::7]
    sections = cpmm(outcome, routes).sections
    costs = outcome.costs["washed_coking_coal"]
    cash = [PARTS.index(part) for part in PARTS if part not in ("time", "reliability", "carbon")]
    for route in routes:
        own = [section for section in sections if section.route is route]
        kinds = [outcome.network.edges[e].link.kind for e in route.edges]
        start = next(i for i, kind in enumerate(kinds) if kind in ("rail", "road"))
        land = [e for e, kind in list(zip(route.edges, kinds, strict=True))[start:] if kind not in ("sea", "port")]
        assert sum(s.distance_km for s in own) == pytest.approx(sum(costs.km[e] for e in land))
        assert sum(s.moving_h + s.standing_h for s in own) == pytest.approx(sum(costs.hours[e] for e in land))
        assert sum(s.cash_usd_per_t for s in own) == pytest.approx(sum(costs.parts[e, cash].sum() for e in land))


def test_a_barred_crossing_is_marked(rason: Study) -> None:
    found = {row["crossing"]: row["usable"] for row in document_of(rason.run())["crossings"]}
    assert found["zamyn_uud_erenhot"]
    assert not found["khasan_tumangang"]
    assert not found["tumen_namyang"]


def test_the_command_writes_the_same_in_all_forms(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    study, book = str(project / "models" / "study.toml"), tmp_path / "cpmm.xlsx"
    assert main(["cpmm", "--study", study, "--format", "json", "--xlsx", str(book)]) == 0
    told = json.loads(capsys.readouterr().out)
    sheet = calamine.CalamineWorkbook.from_path(book).get_sheet_by_name("crossings").to_python()
    rows = [dict(zip(sheet[0], record, strict=True)) for record in sheet[1:]]
    assert [row["tfi1_h"] for row in rows] == [row["tfi1_h"] for row in told["crossings"]]
    assert all(row["scenario"] == "today" for row in rows)
    assert main(["cpmm", "--study", study]) == 0
    assert "east_crossing" in capsys.readouterr().out
    assert main(["cpmm", "--study", study, "--xlsx", str(tmp_path / "cpmm.ods")]) == 2
    assert main(["compare", "--study", study, "--xlsx", str(tmp_path / "costs.xlsx")]) == 0
    assert calamine.CalamineWorkbook.from_path(tmp_path / "costs.xlsx").sheet_names == ["routes", "unreachable"]


def test_a_counterfactual_says_so_in_every_table(toy: Study) -> None:
    assert document_of(toy.run("act-lifted"))["as_if_lifted"] == ["Example act"]
