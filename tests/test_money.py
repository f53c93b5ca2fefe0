"""Money by hand: bids on metal, premiums, capital recovery, ledgers that add up, and scenarios that change them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import corridor
from corridor import InputError, UsageError, report
from corridor.schema import BASES, PARTS
from corridor.study import Outcome, Study

Edit = Callable[..., None]


def test_a_bid_on_concentrate_by_hand(rason: Study) -> None:
    bids = {buyer.bid: buyer.price for buyer in rason.run("today").buyers}
    pound = 0.00045359237
    metal = (
        9947.3 * 0.211 - 21.25 - 0.02125 / pound * 0.211
    )  # price and charges of 2025, a dry tonne at the payable 21.1 %
    assert bids["copper_concentrate_ulsan"] == pytest.approx(metal * (1 - 0.08), rel=1e-6)
    zinc = 2867.5 * 0.42 - 80
    assert bids["zinc_concentrate_ulsan"] == pytest.approx(zinc * (1 - 0.08), rel=1e-6)


def test_an_offer_is_cash_cost_and_royalty_less_the_premium_for_grade(rason: Study) -> None:
    offers = {seller.node: seller for seller in rason.run("essay").sellers if seller.commodity == "thermal_coal"}
    royalty = 0.075 * 58.9 * 0.5
    inflation = {2015: 1.0, 2014: 237.017 / 236.736, 2022: 237.017 / 292.655, 2024: 237.017 / 313.689}
    assert offers["sharyn_gol"].cost == pytest.approx(20 + royalty + 20 * inflation[2014])
    assert offers["baganuur"].cost == pytest.approx(37_000 / 3141 * inflation[2022] + royalty + 45 * inflation[2024])


def test_capital_recovery_by_hand(rason: Study) -> None:
    route = rason.run("rajin-upgrade").route_via("sharyn_gol", "dangjin", "thermal_coal", ("khasan_tumangang",))
    annuity = 0.10 / (1 - 1.10**-40)
    assert route.parts[PARTS.index("capital")] == pytest.approx(300 * 237.017 / 236.736 * annuity / 5)


@pytest.mark.parametrize("scenario", ["today", "essay", "east-rail"])
def test_ledgers_add_up_to_the_routes(rason: Study, scenario: str) -> None:
    outcome = rason.run(scenario)
    for route in outcome.routes[::97]:
        commodity = outcome.network.commodities[route.commodity]
        items = [item for e in route.edges for item in outcome.cost_model.ledger(e, commodity)]
        for part, cost in zip(PARTS, route.parts, strict=True):
            assert math.fsum(item.span[1] for item in items if item.part == part) == pytest.approx(cost, abs=1e-9)
        assert math.fsum(item.span[0] for item in items if item.part) == pytest.approx(route.low)
        assert math.fsum(item.span[2] for item in items if item.part) == pytest.approx(route.high)
        assert math.fsum(item.span[1] for item in items if not item.part) == pytest.approx(route.time_h)


def test_an_explained_route_names_rows_and_shares_of_its_basis(rason: Study) -> None:
    told = report.explain(rason.run("essay"), "sharyn_gol", "dangjin", "thermal_coal", ("khasan_tumangang",))
    assert math.fsum(told["basis_shares"].values()) == pytest.approx(1)
    assert [*told["basis_shares"]] == [*BASES]
    dollars = math.fsum(row["central"] for row in told["ledger"] if row["unit"] == "usd_per_t")
    assert dollars == pytest.approx(told["route"]["generalised_usd_per_t"])
    crossed = {row["link"] for row in told["ledger"] if row["part"] == "border"}
    assert crossed == {"border_sukhbaatar", "border_khasan"}
    for row in told["ledger"]:
        assert row["rows"]
        assert row["sources"]


def test_add_and_scale_change_what_they_name(project: Path, edit: Edit) -> None:
    study = project / "models" / "study.toml"
    edit(
        "models/study.toml",
        "[scenarios.",
        """[scenarios.dearer]
reason = "test"
[[scenarios.dearer.changes]]
table = "tariffs"
where = { subject = "border", parameter = "border_charge" }
add = 2.5

[scenarios.""",
    )
    read = corridor.read_study(study)
    before = read.run().route_via("coal_mine", "island", "coal")
    after = read.run("dearer").route_via("coal_mine", "island", "coal")
    assert after.parts[PARTS.index("border")] - before.parts[PARTS.index("border")] == pytest.approx(2.5)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ("where = {}\nscale = 0", "where is empty"),
        ('where = { subject = ["border", "boarder"], parameter = "border_charge" }\nscale = 2', '"boarder" as subject'),
    ],
)
def test_changes_that_do_less_than_they_say_are_refused(project: Path, edit: Edit, change: str, expected: str) -> None:
    edit(
        "models/study.toml",
        "[scenarios.",
        f'[scenarios.wrong]\nreason = "test"\n[[scenarios.wrong.changes]]\ntable = "tariffs"\n{change}\n\n[scenarios.',
    )
    with pytest.raises(corridor.InputError, match=expected):
        corridor.read_study(project / "models" / "study.toml")


def test_a_sale_at_the_berth_or_at_home_is_a_route_too(project: Path, edit: Edit) -> None:
    edit(
        "data/bids.csv",
        "coal_city,",
        "coal_fob,east_port,coal,coal_price,FOB,no,example,\ncoal_home,junction,coal,coal_price,FCA,no,example,\ncoal_city,",
    )
    rows = "".join(
        f"{bid},,{name},{value},{value},{value},{unit},2020,,,example,,assumed,D,\n"
        for bid in ("coal_fob", "coal_home")
        for name, value, unit in (
            ("intake", 1, "Mt/yr"),
            ("price_factor", 0.9, "share"),
            ("price_differential", 0, "USD/t"),
        )
    )
    edit("data/demand.csv", "coal_city,,intake", rows + "coal_city,,intake")
    outcome = corridor.read_study(project / "models" / "study.toml").run()
    found = {route.bid: route for route in outcome.routes if route.bid in ("coal_fob", "coal_home")}
    assert found["coal_fob"].gateway == "east_port"
    assert found["coal_fob"].entry == "east_crossing"
    assert found["coal_home"].gateway == "junction"
    assert found["coal_home"].entry == ""
    sold = {buyer.bid: sale for buyer, sale in zip(outcome.plan.buyers, outcome.plan.solution.sales, strict=True)}
    assert sum(outcome.plan.corridors().values()) == pytest.approx(sum(sold.values()))


@pytest.mark.parametrize(
    ("file", "old", "new", "expected"),
    [
        ("data/rules.csv", ",,barred", ",XX,barred", '"XX" is no country'),
        ("data/mines.csv", "ore_mine,ore,", "ore_mine,,", "names what it offers"),
        ("data/ships.csv", "marine_fuel,,fuel_price", "gone,,fuel_price", "no fuel_emission of gone holds"),
        (
            "data/nodes.csv",
            '"Eastern border, far side",station,EE,1520',
            '"Eastern border, far side",station,EE,1435',
            "one gauge",
        ),
        ("models/study.toml", 'title = "', 'title = "\\u001b[31m', "control character"),
        ("data/price_index.csv", "usd,,price_index", "cny,,price_index", '"cny" is no index'),
        (
            "data/demand.csv",
            "coal_city,,price_differential,0,0,0,USD/t",
            "coal_city,,price_differential,0,0,0,USD/dmt",
            "does not measure",
        ),
    ],
)
def test_more_faults_are_seen_at_the_door(
    project: Path, edit: Edit, file: str, old: str, new: str, expected: str
) -> None:
    edit(file, old, new)
    study = project / "models" / "study.toml"
    with pytest.raises(corridor.InputError) as caught:
        corridor.read_study(study)
    assert expected in str(caught.value)


def test_a_missing_fuel_is_a_fault_and_not_the_end_of_the_sea(project: Path) -> None:
    path = project / "data" / "ships.csv"
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(line for line in lines if "fuel_price" not in line))
    with pytest.raises(corridor.InputError, match="no fuel_price of any fuel holds"):
        corridor.read_study(project / "models" / "study.toml")


def test_row_numbers_are_those_of_the_file(project: Path) -> None:
    path = project / "data" / "tariffs.csv"
    lines = path.read_text().splitlines(keepends=True)
    lines.insert(2, ",,,,,,,,,,,,,,\n")
    wrong = next(place for place, line in enumerate(lines) if line.startswith("gauge_east"))
    lines[wrong] = lines[wrong].replace("USD/t", "USD/foo")
    path.write_text("".join(lines))
    with pytest.raises(corridor.InputError, match=rf"tariffs\.csv:{wrong + 1}: "):
        corridor.read_study(project / "models" / "study.toml")


def test_sea_links_end_where_cargo_is_sold(project: Path, edit: Edit) -> None:
    edit(
        "data/links.csv",
        "sea_north_port_island,",
        "rail_island,east_city,island,road,II,ee_rail,ee_rail,,both,,,open,,,example,\nsea_north_port_island,",
    )
    with pytest.raises(corridor.InputError, match='"island" has a way onward'):
        corridor.read_study(project / "models" / "study.toml")


def test_an_annuity_by_hand(rason: Study) -> None:
    """155 km at 2.65 million dollars of 2012, restated to 2025 by the price index, at 10 % over 40 years."""
    prices = {row.year: row.central for row in rason.tables["price_index"]}
    annuity = 0.10 / (1 - 1.10**-40)
    capital = rason.run("east-rail").cost_model.capital_recovery()["rail_choibalsan_khuut"]
    asked = 155 * 2.65 * prices[2025] / prices[2012] * annuity
    assert capital.musd_per_yr[1] == pytest.approx(asked)
    assert capital.usd_per_t[1] == pytest.approx(asked / 10)
    low, central, high = capital.musd_per_yr
    assert low < central < high


def capital_parts(outcome: Outcome) -> Iterator[tuple[str, float]]:
    for costs in outcome.costs.values():
        for edge, parts in zip(outcome.network.edges, costs.parts, strict=True):
            if not np.isnan(parts).any():
                yield edge.link.id, parts[PARTS.index("capital")]


@pytest.mark.parametrize("scenario", ["east-rail", "rajin-upgrade"])
def test_capital_recovery_is_the_part_that_cost_has(rason: Study, scenario: str) -> None:
    outcome = rason.run(scenario)
    capital = outcome.cost_model.capital_recovery()
    assert any(recovery.usd_per_t[1] > 0 for recovery in capital.values())
    for link, charge in capital_parts(outcome):
        assert charge == pytest.approx(capital[link].usd_per_t[1] if link in capital else 0.0)


def test_a_link_without_a_cost_of_building_has_no_capital_recovery(toy: Study) -> None:
    assert toy.run().cost_model.capital_recovery() == {}


def test_a_scenario_added_answers_as_the_same_in_the_file(toy: Study) -> None:
    told = toy.file.scenarios["cheap-north"]
    added = toy.with_scenario("again", reason=told.reason, changes=told.changes)
    assert added.run("again").plan.solution.net_value == toy.run("cheap-north").plan.solution.net_value
    assert "again" not in toy.by_scenario
    assert added.input_hash != toy.input_hash
    assert added.input_hash == toy.with_scenario("again", reason=told.reason, changes=told.changes).input_hash
    other = toy.with_scenario("again", reason="Nothing changes.")
    assert other.input_hash != added.input_hash
    assert [*other.with_scenario("third", reason="Nothing.").by_scenario] == [*toy.by_scenario, "again", "third"]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ({}, "reason"),
        ({"reason": "test", "resaon": "test"}, "resaon"),
        ({"reason": "test", "lifts_measures": ["Example act"]}, "as if lifted"),
        ({"reason": "test", "lifts_measures": ["Exampel act"], "assume": "as if lifted"}, "is no measure"),
        ({"reason": "test", "price_year": 1900}, "has no row for the price year 1900"),
        (
            {"reason": "test", "changes": [{"table": "tariffs", "where": {"subject": "nobody"}, "scale": 2}]},
            "matches no row",
        ),
    ],
)
def test_a_scenario_that_is_wrong_is_not_added(toy: Study, content: dict[str, Any], expected: str) -> None:
    with pytest.raises(InputError, match=expected):
        toy.with_scenario("added", **content)


def test_a_scenario_does_not_replace_another(toy: Study) -> None:
    with pytest.raises(UsageError, match='there is a scenario "today" already'):
        toy.with_scenario("today", reason="test")


def test_the_name_of_a_scenario_is_checked_too(toy: Study) -> None:
    with pytest.raises(InputError, match="No Name"):
        toy.with_scenario("No Name", reason="test")
