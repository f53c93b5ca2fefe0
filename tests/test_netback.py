"""Netback against price: by hand, against scenarios rebuilt at other prices, and against the plan."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import corridor
from corridor import report
from corridor.cli import main
from corridor.plan import Plan, make_plan
from corridor.sensitivity import netback as nb
from corridor.sensitivity.lines import Crossing, Line, crossing, highest
from corridor.sensitivity.parameters import find_price, moved
from corridor.study import Outcome, Study

Edit = Callable[..., None]
TENTH_OF_A_CENT = 1e-3


# lines


@pytest.mark.parametrize(
    ("one", "other", "found"),
    [
        (Line(-33, 1), Line(-15, 0.8), Crossing("above", 90, True)),
        (Line(-15, 0.8), Line(-33, 1), Crossing("below", 90, True)),
        (Line(5, 1), Line(3, 1), Crossing("always", None, False)),
        (Line(3, 1), Line(5, 1), Crossing("never", None, False)),
        (Line(3, 1), Line(3, 1 + 1e-15), Crossing("tie", None, False)),
        (Line(5, 1), Line(3, 0.5), Crossing("always", None, True)),
        (Line(3, 0.5), Line(5, 1), Crossing("never", None, True)),
        (Line(0, 1), Line(0, 0.5), Crossing("always", None, True)),
    ],
)
def test_where_two_lines_cross(one: Line, other: Line, found: Crossing) -> None:
    assert crossing(one, other) == (found.case, found.price and pytest.approx(found.price), found.price_matters)


some_lines = st.lists(
    st.builds(Line, st.integers(-40, 40).map(float), st.integers(-8, 8).map(lambda n: n / 4)), min_size=1, max_size=12
)


@given(some_lines)
def test_the_highest_line_is_the_highest_everywhere(lines: list[Line]) -> None:
    stretches = highest(lines, 0.0, 50.0)
    assert [stretches[0].low, stretches[-1].high] == [0, 50]
    for one, following in pairwise(stretches):
        assert one.high == following.low
        assert lines[one.best].slope < lines[following.best].slope
    for stretch in stretches:
        for price in (stretch.low, (stretch.low + stretch.high) / 2, stretch.high):
            assert lines[stretch.best].at(price) == pytest.approx(max(line.at(price) for line in lines), abs=1e-9)
        middle = (stretch.low + stretch.high) / 2
        as_good = {i for i, line in enumerate(lines) if line == lines[stretch.best]}
        assert {stretch.best, *stretch.ties} == as_good, middle


# by hand, on the toy corridor: coal costs 33 to the island by the east, 46.5 by the north, 15 to the city


def test_shut_in_prices_by_hand(toy: Study) -> None:
    told = report.netback(toy.run())
    found = {(r["commodity"], r["market"], r["corridor"]): r for r in told["routes"]}
    assert {key: r["shut_in_usd_per_t"] for key, r in found.items()} == pytest.approx(
        {
            ("coal", "island", "east"): 33 + 40,
            ("coal", "island", "north"): 46.5 + 40,
            ("coal", "east_city", "east"): (15 + 40) / 0.8,
            ("ore", "island", "east"): 33 + 60,
            ("ore", "island", "north"): 54 + 60,
        }
    )
    assert {r["shut_in_case"] for r in found.values()} == {"above"}
    assert all(r["cash_shut_in_usd_per_t"] == r["shut_in_usd_per_t"] for r in found.values())  # waiting is free here
    assert [key for key, r in found.items() if not r["available"]] == [("ore", "island", "north")]
    assert found["ore", "island", "north"]["law_status"] == "barred"


def test_switch_prices_by_hand(toy: Study) -> None:
    told = report.netback(toy.run(), commodity="coal")["switches"]
    to_island = next(r for r in told if r["fixed_sale"] and r["market"] == "island")
    assert (to_island["corridor"], to_island["other_corridor"], to_island["switch_case"]) == ("east", "north", "always")
    assert not to_island["price_matters"]  # nothing on the way follows the value
    assert to_island["ahead_usd_per_t"] == pytest.approx(13.5)
    along = nb.Along(toy.run(), "coal", "coal_price")
    routes = {(r.market, r.corridor): along.priced(r) for r in toy.run().routes if r.commodity == "coal"}
    island, city = routes["island", "east"].decision, routes["east_city", "east"].decision
    assert crossing(island, city) == ("above", pytest.approx(90), True)  # P - 33 = 0.8 P - 15


def test_best_sales_by_hand(toy: Study) -> None:
    told = report.netback(toy.run(), commodity="coal")["best_by_price"]
    assert [(r["from_usd_per_t"], r["market"]) for r in told] == [
        (0, ""),
        (pytest.approx(68.75), "east_city"),
        (pytest.approx(90), "island"),
    ]
    assert told[-1]["to_usd_per_t"] == 200  # twice the highest price
    assert [r["holds_today"] for r in told] == [False, False, True]
    only_island = report.netback(toy.run(), commodity="coal", market="island")["best_by_price"]
    assert [(r["from_usd_per_t"], r["market"]) for r in only_island] == [(0, ""), (pytest.approx(73), "island")]


def test_history_is_restated_to_the_price_year(rason: Study) -> None:
    past = nb.history(rason.run("today"), "hcc_fob_australia")
    assert [*past.by_year] == [*range(2010, 2026)]
    assert past.by_year[2015] == pytest.approx(90 * 321.943 / 237.017)
    assert past.low[0] == 2015
    assert past.high == (2011, max(past.by_year.values()))
    assert nb.history(rason.run("essay"), "hcc_fob_australia").by_year[2015] == pytest.approx(90)
    assert past.years_above(0) == 16


# against scenarios rebuilt at other prices


@pytest.fixture
def dear(project: Path, edit: Edit) -> Study:
    """The toy corridor with interest, a royalty, losses and insurance: all that follows the value."""
    edit("data/finance.csv", "capital_rate,0,0,0,", "capital_rate,0.4,0.4,0.4,")
    edit("data/finance.csv", "holding_rate,0,0,0,", "holding_rate,0.1,0.1,0.1,")
    edit("data/quality.csv", "coal,,royalty,0,0,0,", "coal,,royalty,0.05,0.05,0.05,")
    edit("data/quality.csv", "coal,,handling_loss,0,0,0,", "coal,,handling_loss,0.01,0.01,0.01,")
    edit("data/tariffs.csv", "sea,,ad_valorem_share,0,0,0,", "sea,,ad_valorem_share,0.02,0.02,0.02,")
    return corridor.read_study(project / "models" / "study.toml")


def hold_against_rebuilt(outcome: Outcome, reference: str, scales: tuple[float, ...]) -> int:
    """Every route's lines against the same links in the scenario at other prices; how many were held."""
    held = 0
    price = find_price(outcome, reference)
    for scale in scales:
        rebuilt = moved(outcome, {price: price.row.central * scale})
        sellers = {(seller.node, seller.commodity): seller for seller in rebuilt.sellers}
        for commodity in sorted({seller.commodity for seller in outcome.sellers}):
            bids = [buyer.bid for buyer in outcome.buyers if buyer.commodity == commodity]
            if reference not in nb.references(outcome, commodity, bids):
                continue
            along = nb.Along(outcome, commodity, reference)
            there = {(r.origin, r.bid, r.edges): r for r in rebuilt.routes if r.commodity == commodity}
            for route in (r for r in outcome.routes if r.commodity == commodity):
                priced = along.priced(route)
                assert priced.decision.at(along.price) == pytest.approx(route.decision_netback, rel=1e-12, abs=1e-9)
                assert priced.cash.at(along.price) == pytest.approx(route.netback, rel=1e-12, abs=1e-9)
                same = there.get((route.origin, route.bid, route.edges))
                if same:
                    at = along.price * scale
                    assert priced.decision.at(at) == pytest.approx(same.decision_netback, rel=1e-12, abs=1e-9)
                    assert priced.cash.at(at) == pytest.approx(same.netback, rel=1e-12, abs=1e-9)
                    mine = sellers[route.origin, commodity].cost
                    assert priced.mine.at(at) == pytest.approx(mine, rel=1e-12, abs=1e-9)
                    held += 1
    return held


def test_lines_are_the_rebuilt_toy(dear: Study) -> None:
    assert hold_against_rebuilt(dear.run(), "coal_price", (0.25, 0.9, 1.7, 12.0)) >= 10


@pytest.mark.parametrize("scenario", ["today", "essay"])
def test_lines_are_the_rebuilt_study(rason: Study, scenario: str) -> None:
    outcome = rason.run(scenario)
    for reference in sorted({bid.price_reference for bid in outcome.tables["bids"]}):
        assert hold_against_rebuilt(outcome, reference, (0.4, 2.1)) > 20


def test_routes_found_at_another_price_are_those_of_the_rebuilt_study(rason: Study) -> None:
    outcome = rason.run()
    along = nb.Along(outcome, "washed_coking_coal", "hcc_fob_australia")
    price = find_price(outcome, "hcc_fob_australia")
    there = {(r.bid, r.gateway, r.entry): r for r in moved(outcome, {price: 420.0}).routes if "washed" in r.commodity}
    here = {(r.bid, r.gateway, r.entry): r for r in along.routes_at("ukhaa_khudag", 420.0)}
    assert here.keys() == there.keys()
    for key, route in here.items():
        assert route.decision_netback == pytest.approx(there[key].decision_netback, abs=1e-9)


def test_at_a_switch_price_the_rebuilt_routes_tie(rason: Study) -> None:
    outcome = rason.run()
    told = report.netback(outcome, "tumurtei", "iron_ore")["switches"]
    [row] = [r for r in told if not r["fixed_sale"] and r["available"] and r["other_corridor"] == "russia"]
    price = find_price(outcome, "iron_ore_62_cfr_china")
    rebuilt = moved(outcome, {price: row["switch_usd_per_t"]})
    ends = {
        (r.bid, r.gateway, r.entry): r.decision_netback for r in rebuilt.routes if r.origin == "tumurtei" and r.usable
    }
    one = ends[row["bid"], row["gateway"], row["entry"]]
    assert one == pytest.approx(ends[row["other_bid"], row["other_gateway"], row["other_entry"]], abs=1e-9)


def test_two_prices_each_move_their_own(dear: Study, project: Path, edit: Edit) -> None:
    edit("data/bids.csv", "coal_island,island,coal,coal_price", "coal_island,island,coal,ore_price")
    outcome = corridor.read_study(project / "models" / "study.toml").run()
    told = report.netback(outcome, commodity="coal", market="island")
    assert {r["price_reference"] for r in told["routes"]} == {"coal_price", "ore_price"}
    for row in told["routes"]:
        moves_bid = row["price_reference"] == "ore_price"
        assert (row["decision_netback_per_usd"] > 0.9) == moves_bid
        assert (row["mine_cost_per_usd"] > 0) == (not moves_bid)  # the royalty follows the value
    [along_value] = [r for r in told["switches"] if r["price_reference"] == "coal_price"]
    [along_bid] = [r for r in told["switches"] if r["price_reference"] == "ore_price"]
    assert along_value["price_matters"]
    assert not along_bid["price_matters"]
    assert hold_against_rebuilt(outcome, "coal_price", (0.5, 2.0)) > 1
    assert hold_against_rebuilt(outcome, "ore_price", (0.5, 2.0)) > 1


def test_a_price_of_nothing_still_has_lines(dear: Study, project: Path, edit: Edit) -> None:
    edit("data/prices.csv", "coal_price,,price,70,100,140,", "coal_price,,price,0,0,0,")
    nothing = corridor.read_study(project / "models" / "study.toml").run()
    before, after = (nb.Along(outcome, "coal", "coal_price") for outcome in (dear.run(), nothing))
    for route in nothing.routes:
        if route.commodity == "coal":
            assert after.priced(route).decision == pytest.approx(before.priced(route).decision)
    assert report.netback(nothing)["routes"][0]["shut_in_over_price"] is None


# against the plan


def plan_of_one(outcome: Outcome, origin: str, commodity: str, mtpa: float | None = None) -> Plan:
    """The best plan with one mine alone."""
    [seller] = [s for s in outcome.sellers if (s.node, s.commodity) == (origin, commodity)]
    use, spare = outcome.study.file.assumptions.use, outcome.spare
    sellers = [seller if mtpa is None else seller._replace(output_mtpa=mtpa)]
    buyers = [buyer for buyer in outcome.buyers if buyer.commodity == commodity]
    return make_plan(outcome.network, outcome.costs, outcome.law, use, outcome.corridor_of, spare, sellers, buyers)


@pytest.mark.parametrize("corridor_name", ["east", "north"])
def test_the_plan_sells_from_the_shut_in_price_on(dear: Study, edit: Edit, project: Path, corridor_name: str) -> None:
    """One mine, one buyer; for the north the east is shut."""
    edit("data/demand.csv", "coal_city,,intake,1,1,1,", "coal_city,,intake,0,0,0,")
    if corridor_name == "north":
        edit("data/capacities.csv", "border_east,,capacity,2.5,2.5,2.5,", "border_east,,capacity,0.5,0.5,0.5,")
    outcome = corridor.read_study(project / "models" / "study.toml").run()
    rows = report.netback(outcome, commodity="coal", market="island")["routes"]
    [price] = [row["shut_in_usd_per_t"] for row in rows if row["corridor"] == corridor_name]
    assert any(not row["available"] for row in rows) == (corridor_name == "north")
    for at, sells in ((price - TENTH_OF_A_CENT, False), (price + TENTH_OF_A_CENT, True)):
        rebuilt = moved(outcome, {find_price(outcome, "coal_price"): at})
        assert bool(plan_of_one(rebuilt, "coal_mine", "coal").corridors()) == sells


@pytest.mark.parametrize(
    ("origin", "commodity"),
    [
        ("ukhaa_khudag", "washed_coking_coal"),
        ("tumurtei", "iron_ore"),
        ("ulaan", "zinc_concentrate"),
        ("sharyn_gol", "thermal_coal"),
        ("erdenet", "molybdenum_concentrate"),
    ],
)
def test_the_first_tonne_of_the_plan_goes_where_the_best_sale_is(rason: Study, origin: str, commodity: str) -> None:
    outcome = rason.run()
    reference = outcome.network.commodities[commodity].price_reference
    pieces = nb.Along(outcome, commodity, reference).best_sales(origin)
    parameter = find_price(outcome, reference)
    to_row = parameter.row.central / nb.Along(outcome, commodity, reference).price
    assert len(pieces) > 1
    for piece in pieces:
        width = piece.high - piece.low
        for at in (piece.low + 1e-6 * width, (piece.low + piece.high) / 2, piece.high - 1e-6 * width):
            plan = plan_of_one(moved(outcome, {parameter: at * to_row}), origin, commodity, mtpa=1e-3)
            sold = {b.node for b, sale in zip(plan.buyers, plan.solution.sales, strict=True) if sale > 1e-7}
            assert sold == ({piece.best.route.market} if piece.best else set())
            if piece.best:
                assert plan.netbacks()[0] == pytest.approx(piece.best.decision.at(at), rel=1e-7)


# law, bad input, faces


@pytest.mark.parametrize(
    "scenario", ["today", "essay", "rzd-discount", "east-rail", "rajin-upgrade", "sanctions-lifted"]
)
def test_no_break_even_by_a_barred_route_is_available(rason: Study, scenario: str) -> None:
    outcome = rason.run(scenario)
    told = report.netback(outcome)
    use = outcome.study.file.assumptions.use
    assert all(row["available"] <= (row["law_status"] in use) for row in told["routes"])
    for row in told["switches"]:
        lawful = {row["law_status"], row["other_law_status"]} <= {*use}
        assert row["available"] <= lawful
    assert all(row["law_status"] in use for row in told["best_by_price"] if row["sells"])
    assert told["as_if_lifted"] == list(outcome.lifted_measures)
    rason_may = any(row["available"] for row in told["routes"] if row["corridor"] == "rason")
    assert rason_may == (scenario not in ("today", "east-rail"))
    assert all(row["corridor"] != "rason" for row in told["best_by_price"])  # as the README says, and:
    assert all(
        row["switch_years_above"] in (None, 0, row["switch_years"]) for row in told["switches"] if row["fixed_sale"]
    )
    if rason_may and scenario == "sanctions-lifted":
        assert all(row["as_if_lifted"] for row in report.tables_of(told)["best_by_price"])


def test_numbers_are_those_of_compare(rason: Study) -> None:
    outcome = rason.run()
    told = report.netback(outcome, commodity="fluorspar")["routes"]
    beside = report.compare(outcome, commodity="fluorspar")["rows"]
    for name in ("bid", "gateway", "entry", "netback_usd_per_t", "decision_netback_usd_per_t", "law_status", "usable"):
        assert [row[name] for row in told] == [row[name] for row in beside]


def test_the_table_fits_80_columns_and_says_what_is_barred(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert main(["netback", "--commodity", "iron_ore"]) == 0
    printed = capsys.readouterr().out
    assert max(map(len, printed.splitlines())) <= 80
    assert "not available:" in printed
    assert "rason (barred)" in " ".join(printed.split())
    assert main(["netback", "--scenario", "sanctions-lifted"]) == 0
    assert "COUNTERFACTUAL, NOT THE LAW" in capsys.readouterr().out


def test_json_and_csv(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["netback", "--commodity", "iron_ore", "--format", "json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert {*told} >= {"prices", "routes", "switches", "best_by_price", "input_hash"}
    assert main(["netback", "--commodity", "iron_ore", "--format", "csv", "-o", str(tmp_path)]) == 0
    rows = list(csv.DictReader(io.StringIO((tmp_path / "routes.csv").read_text("utf-8"))))
    assert len(rows) == len(told["routes"])
    assert float(rows[0]["shut_in_usd_per_t"]) == told["routes"][0]["shut_in_usd_per_t"]
    assert all(math.isfinite(float(row["switch_usd_per_t"] or 0)) for row in told["switches"])


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--origin", "ukha_khudag"], 2, 'Did you mean "ukhaa_khudag"?'),
        (["--commodity", "iron_oar"], 2, 'Did you mean "iron_ore"?'),
        (["--market", "nowhere"], 2, "is no market"),
        (["--origin", "ukhaa_khudag", "--commodity", "iron_ore"], 2, "does not offer iron_ore"),
        (["--scenario", "todday"], 2, 'Did you mean "today"?'),
        (["--study", "missing.toml"], 3, "missing.toml"),
        (["--format", "csv"], 2, "needs a folder"),
    ],
)
def test_bad_input(capsys: pytest.CaptureFixture[str], arguments: list[str], code: int, said: str) -> None:
    assert main(["netback", *arguments]) == code
    assert said in capsys.readouterr().err


def test_no_lawful_route_is_no_answer(project: Path, edit: Edit, capsys: pytest.CaptureFixture[str]) -> None:
    rule = "no_act,No act,1,2020-01-01,,,,,load_coal load_ore,,,,barred,,,Nothing may leave.,example,\n"
    path = project / "data" / "rules.csv"
    path.write_text(path.read_text("utf-8") + rule, "utf-8")
    study = ["--study", str(project / "models" / "study.toml")]
    assert main(["netback", *study]) == 4
    told = capsys.readouterr()
    assert "no route is lawful" in told.err
    assert "✗" in told.out
    assert main(["netback", *study, "--format", "json"]) == 4
    document = json.loads(capsys.readouterr().out)
    assert not any(row["available"] for row in document["routes"])
    assert document["switches"] == []
    assert not any(row["sells"] for row in document["best_by_price"])
