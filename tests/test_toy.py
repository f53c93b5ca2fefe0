"""The toy corridor gives the numbers worked out by hand in tests/toy/README.md."""

from __future__ import annotations

import pytest

import corridor
from corridor import report
from corridor.study import Study


def test_routes_cost_what_the_hand_says(toy: Study) -> None:
    found = {(r.commodity, r.market, r.gateway): r for r in toy.run().routes}
    assert {key: r.generalised for key, r in found.items()} == pytest.approx(
        {
            ("coal", "island", "east_port"): 33,
            ("coal", "east_city", "east_crossing"): 15,
            ("coal", "island", "north_port"): 46.5,
            ("ore", "island", "east_port"): 33,
            ("ore", "island", "north_port"): 54,
        }
    )
    assert found["ore", "island", "north_port"].law_status == "barred"
    assert found["ore", "island", "north_port"].law_rules == ("ore_act",)
    assert {key: r.netback for key, r in found.items() if key[1] == "east_city"} == {
        ("coal", "east_city", "east_crossing"): 65
    }


def test_plan_is_the_one_found_by_hand(toy: Study) -> None:
    plan = report.solve(toy.run())
    assert plan["status"] == "optimal"
    assert plan["net_value_musd_per_yr"] == pytest.approx(76.5)
    assert {s["bid"]: s["mtpa"] for s in plan["sales"]} == pytest.approx(
        {"coal_island": 1.5, "coal_city": 0.5, "ore_island": 1}
    )
    shadow = {f["facility"]: f["shadow_price_usd_per_t"] for f in plan["facilities"]}
    assert shadow == pytest.approx({"border_east": 25, "rail_north_far": 11.5})
    rents = {(r["kind"], r["name"]): r["musd_per_yr"] for r in plan["rents"]}
    assert rents == pytest.approx(
        {
            ("facility", "border_east"): 50,
            ("facility", "rail_north_far"): 11.5,
            ("buyer", "coal_island"): 3,
            ("seller", "ore_ore_mine"): 12,
        }
    )
    assert sum(rents.values()) == pytest.approx(plan["net_value_musd_per_yr"])
    corridors = {(c["corridor"], c["commodity"]): c["mtpa"] for c in plan["corridors"]}
    assert corridors == pytest.approx({("east", "coal"): 1, ("east", "ore"): 1, ("north", "coal"): 1})
    assert {o["origin"]: o["netback_usd_per_t"] for o in plan["offers"]} == pytest.approx(
        {"coal_mine": 40, "ore_mine": 72}
    )


def test_netback_of_a_used_route_is_the_node_price(toy: Study) -> None:
    outcome = toy.run()
    behind = {(r.commodity, r.market, r.gateway): outcome.plan.behind(r) for r in outcome.routes if r.usable}
    assert behind == pytest.approx(dict.fromkeys(behind, 0.0), abs=1e-9)  # every lawful route is used in this plan


def test_lifting_the_act_moves_nothing_but_is_marked(toy: Study) -> None:
    outcome = toy.run("act-lifted")
    assert report.solve(outcome)["net_value_musd_per_yr"] == pytest.approx(76.5)
    document = report.compare(outcome)
    assert document["as_if_lifted"] == ["Example act"]
    assert all(row["as_if_lifted"] == ["Example act"] and row["law_status"] == "open" for row in document["rows"])


def test_a_scaled_rate_moves_only_its_haul(toy: Study) -> None:
    before = {(r.commodity, r.gateway): r for r in toy.run().routes if r.market == "island"}
    after = {(r.commodity, r.gateway): r for r in toy.run("cheap-north").routes if r.market == "island"}
    change = {key: before[key].generalised - after[key].generalised for key in before}
    assert change == pytest.approx(
        {
            ("coal", "east_port"): 0,
            ("ore", "east_port"): 0,
            ("coal", "north_port"): 22.5 * 0.3333,
            ("ore", "north_port"): 30 * 0.3333,
        }
    )


def test_a_gauge_break_is_paid_only_where_gauges_meet(toy: Study) -> None:
    frame = corridor.compare(toy.run())
    assert dict(zip(frame["gateway"], frame["gauge_break"], strict=True)) == {
        "east_crossing": 4,
        "east_port": 4,
        "north_port": 0,
    }
