"""Emissions are those worked out by hand in tests/toy/README.md; a carbon price enters cost linearly."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import corridor
from corridor import report
from corridor.cost import CostModel
from corridor.footprint import footprint
from corridor.output import as_csv, as_xlsx
from corridor.report.costs import costs
from corridor.schema import PARTS
from corridor.sensitivity.along import along
from corridor.sensitivity.draws import space
from corridor.sensitivity.netback import Along as Prices
from corridor.sensitivity.parameters import find_parameter, moved
from corridor.study import Outcome, Study
from corridor.values import Values

Edit = Callable[..., None]
PRICE = "emissions:co2e:carbon_price"
BY_HAND = {
    ("coal", "island", "east_port"): 20.0,
    ("coal", "east_city", "east_crossing"): 7.2,
    ("coal", "island", "north_port"): 50.7,
    ("ore", "island", "east_port"): 20.0,
    ("ore", "island", "north_port"): 50.7,
}


def priced(outcome: Outcome, usd_per_t: float) -> Outcome:
    return moved(outcome, {find_parameter(outcome, PRICE): usd_per_t})


def by_way(outcome: Outcome) -> dict[tuple[str, str, str], corridor.Route]:
    return {(r.commodity, r.market, r.gateway): r for r in outcome.routes}


def test_routes_emit_what_the_hand_says(toy: Study) -> None:
    outcome = toy.run()
    emitted = {way: outcome.emitted(route) for way, route in by_way(outcome).items()}
    assert {way: span[1] for way, span in emitted.items() if span} == pytest.approx(BY_HAND)
    assert emitted["coal", "island", "east_port"] == pytest.approx(
        (0.015 * 300 + 3.2 + 0.2 + 9.8, 20, 9 + 6 + 0.2 + 9.8)
    )


def test_the_ledger_of_emissions_adds_up_to_the_route(rason: Study) -> None:
    told = report.explain(rason.run("essay"), "sharyn_gol", "dangjin", "thermal_coal", ("khasan_tumangang",))
    assert math.fsum(row["central"] for row in told["emissions"]) == pytest.approx(told["route"]["co2e_kg_per_t"])
    assert all(row["unit"] == "kg_per_t" and row["sources"] and row["rows"] for row in told["emissions"])
    assert {row["unit"] for row in told["ledger"]} == {"usd_per_t", "hours"}  # those who add up dollars meet no kg


def test_a_plan_emits_what_the_hand_says(toy: Study) -> None:
    document = report.solve(toy.run())
    found = {(row["corridor"], row["commodity"]): row["co2e_kt_per_yr"] for row in document["corridors"]}
    assert found == pytest.approx({("east", "coal"): 13.6, ("east", "ore"): 20.0, ("north", "coal"): 50.7})


@pytest.mark.parametrize("scenario", ["today", "essay", "sanctions-lifted"])
def test_the_footprint_is_all_that_edges_emit(rason: Study, scenario: str) -> None:
    outcome = rason.run(scenario)
    of_edges = math.fsum(mtpa * outcome.emissions[name][e, 1] for (name, e), mtpa in outcome.plan.carried().items())
    found = footprint(outcome.plan, outcome.emissions)
    assert math.fsum(found.values()) == pytest.approx(of_edges, rel=1e-9)
    assert found.keys() == outcome.plan.corridors().keys()
    assert all(kt >= 0 for kt in found.values())


def test_without_a_price_nothing_is_charged(rason: Study) -> None:
    carbon = PARTS.index("carbon")
    for scenario in rason.by_scenario:
        assert all(
            not costs.parts[:, carbon][~np.isnan(costs.hours)].any() for costs in rason.run(scenario).costs.values()
        )


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(usd_per_t=st.floats(0, 1000))
def test_carbon_is_emissions_times_price_and_no_cash(toy: Study, usd_per_t: float) -> None:
    free, charged = by_way(toy.run()), by_way(priced(toy.run(), usd_per_t))
    carbon = PARTS.index("carbon")
    for way, route in charged.items():
        assert route.parts[carbon] == pytest.approx(BY_HAND[way] * usd_per_t / 1000)
        assert route.generalised == pytest.approx(free[way].generalised + route.parts[carbon])
        assert route.cash == pytest.approx(free[way].cash)
        assert math.fsum(route.parts) == route.generalised


def test_at_which_carbon_price_the_north_gives_up(toy: Study) -> None:
    # North: 46.5 + 0.0507 p leaves nothing of 60 at 13.5 / 0.0507. Before that, at 2 / 0.0128, coal of the east goes to
    # the city alone, which is nearer than the island.
    outcome = toy.run()
    found = along(outcome, find_parameter(outcome, PRICE), 0.0, 400.0)
    assert found.exact
    assert [stop.at for stop in found.stops] == pytest.approx([0, 2 / 0.0128, 13.5 / 0.0507, 400])
    for price, carries in ((13.5 / 0.0507 - 1, True), (13.5 / 0.0507 + 1, False)):
        assert (("north", "coal") in priced(outcome, price).plan.corridors()) == carries


def test_the_slope_of_net_value_is_what_the_plan_emits(rason: Study) -> None:
    outcome = rason.run()
    step = 0.01
    lost = outcome.plan.solution.net_value - priced(outcome, step).plan.solution.net_value
    emitted = math.fsum(footprint(outcome.plan, outcome.emissions).values())  # kt
    assert lost / step == pytest.approx(emitted / 1000, rel=1e-6)  # Mt x USD/t = million USD


def test_a_missing_factor_is_an_error(project: Path, edit: Edit) -> None:
    edit(
        "data/emissions.csv",
        "nn_rail,,emission_factor,15,15,15,g/t-km,2020,,",
        "nn_rail,,emission_factor,15,15,15,g/t-km,2020,2021-01-01,",
    )
    with pytest.raises(corridor.InputError, match="no emission_factor of nn_rail holds"):
        corridor.read_study(project / "models" / "study.toml")


def test_without_the_table_emissions_are_unknown_and_not_nothing(project: Path) -> None:
    (project / "data" / "emissions.csv").unlink()
    outcome = corridor.read_study(project / "models" / "study.toml").run()
    assert [row["co2e_kg_per_t"] for row in report.compare(outcome)["rows"]] == [None] * 5
    assert {row["co2e_kt_per_yr"] for row in report.solve(outcome)["corridors"]} == {None}
    assert report.explain(outcome, "coal_mine", "island", "coal", ())["emissions"] == []
    assert by_way(outcome)["coal", "island", "east_port"].generalised == pytest.approx(33)


def test_a_price_without_factors_is_an_error(project: Path) -> None:
    table = project / "data" / "emissions.csv"
    rows = table.read_text("utf-8").splitlines(keepends=True)
    table.write_text(rows[0] + rows[-1].replace("0,0,0,USD/t", "50,50,50,USD/t"), "utf-8")
    with pytest.raises(corridor.InputError, match="no emission_factor"):
        corridor.read_study(project / "models" / "study.toml")


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("co2e,,carbon_price", "co2,,carbon_price", 'Did you mean "co2e"'),
        ("co2e,,carbon_price", "co2e,coal,carbon_price", "such rows hold for all"),
        ("8,10,15,g/t-km", "8,10,15,kg/t-km", "out of range"),
        ("3500,3500,3500,kg/t", "3500,3500,3500,kg/t-km", "does not measure fuel_emission"),
    ],
)
def test_faults_are_seen_at_the_door(project: Path, edit: Edit, old: str, new: str, expected: str) -> None:
    edit("data/emissions.csv", old, new)
    with pytest.raises(corridor.InputError) as caught:
        corridor.read_study(project / "models" / "study.toml")
    assert expected in str(caught.value)


def test_emissions_are_drawn_only_where_carbon_has_a_price(project: Path, toy: Study) -> None:
    assert not [each.name for each in space(toy.run()).inputs if each.name.startswith("emissions")]
    with pytest.raises(corridor.UsageError, match="moves nothing while carbon has no price"):
        space(toy.run(), ["emissions:ll_rail:emission_factor"])
    table = project / "data" / "emissions.csv"
    table.write_text(table.read_text("utf-8").replace("0,0,0,USD/t", "0,50,100,USD/t"), "utf-8")
    drawn = {each.name for each in space(corridor.read_study(project / "models" / "study.toml").run()).inputs}
    assert {PRICE, "emissions:ll_rail:emission_factor", "emissions:ee_rail:emission_factor"} <= drawn


def test_a_scenario_sets_the_price(toy: Study) -> None:
    change = {"table": "emissions", "where": {"parameter": "carbon_price"}, "set": {"value": 100}}
    outcome = toy.with_scenario("taxed", reason="A tax of 100 USD/t.", changes=[change]).run("taxed")
    assert by_way(outcome)["coal", "island", "north_port"].generalised == pytest.approx(46.5 + 5.07)


def test_the_cost_table_has_all_parts_and_emissions(toy: Study) -> None:
    document = costs(priced(toy.run(), 100.0))
    rows = {(row["commodity"], row["gateway"]): row for row in document["costs"]}
    north = rows["coal", "north_port"]
    assert north["carbon_usd_per_t"] == pytest.approx(5.07)
    for row in document["costs"]:
        parts = math.fsum(row[f"{part}_usd_per_t"] for part in PARTS)
        assert parts == pytest.approx(row["generalised_usd_per_t"])
        assert row["bid_usd_per_t"] - row["cash_usd_per_t"] == pytest.approx(row["netback_usd_per_t"])
    assert not rows["ore", "north_port"]["usable"]
    tables = report.tables_of(document)
    assert next(csv.DictReader(io.StringIO(as_csv(tables["costs"]))))["scenario"] == "today"
    assert as_xlsx(tables) == as_xlsx(tables)


def test_a_carbon_price_stands_in_the_ledger_with_its_rows(rason: Study) -> None:
    outcome = priced(rason.run(), 50.0)
    route = next(r for r in outcome.routes if r.market == "pohang" and r.commodity == "iron_ore" and r.usable)
    kind = outcome.network.commodities["iron_ore"]
    items = [item for e in route.edges for item in outcome.cost_model.ledger(e, kind) if item.part == "carbon"]
    emitted = outcome.emitted(route)
    assert emitted
    assert math.fsum(item.span[1] for item in items) == pytest.approx(emitted[1] * 0.05)
    assert all(PRICE in [f"emissions:{f.row.subject}:{f.row.parameter}" for f in item.figures] for item in items)


def test_draws_are_charged_for_carbon_too(rason: Study) -> None:
    outcome = priced(rason.run(), 80.0)
    values = Values(outcome.tables, outcome.as_of, outcome.price_year, draws=3, drawn=lambda _: None)
    drawn = CostModel(values, outcome.network).drawn(outcome.network.commodities["iron_ore"])
    central = outcome.costs["iron_ore"].generalised
    used = ~np.isnan(central)
    assert np.allclose(drawn[used], central[used, None])


def test_closed_form_netbacks_know_the_carbon_price(rason: Study) -> None:
    outcome = priced(rason.run(), 80.0)
    reference = "hcc_fob_australia"
    route = next(r for r in outcome.routes if r.commodity == "washed_coking_coal" and r.market == "pohang")
    line = Prices(outcome, "washed_coking_coal", reference).priced(route).decision
    dear = moved(outcome, {find_parameter(outcome, reference): 300.0})
    again = next(r for r in dear.routes if (r.origin, r.bid, r.edges) == (route.origin, route.bid, route.edges))
    assert line.at(300.0) == pytest.approx(again.decision_netback)
