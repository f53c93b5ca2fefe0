"""Along a parameter the curve is what the scenario says at every value, and a needed change is just enough."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import corridor.cli
from corridor.errors import NoAnswerError, UsageError
from corridor.plan import NEGLIGIBLE_MTPA
from corridor.sensitivity.along import along, ranges_of, through
from corridor.sensitivity.breakeven import Needed, history, nearest, turns, what_would_have_to_change
from corridor.sensitivity.parameters import find_parameter, find_price, moved, parameters
from corridor.sensitivity.regime import regime
from corridor.study import Outcome, Study


@pytest.fixture(scope="module")
def essay(rason: Study) -> Outcome:
    return rason.run("essay")


LINES = {
    "prices:thermal_newcastle:price": (30, 200),
    "prices:hcc_fob_australia:price": (50, 300),
    "tariffs:rzd_transit:rate:coal": (0.001, 0.03),
    "tariffs:cr:rate": (0.005, 0.05),
    "times:ubtz:dwell": (0, 2000),
    "capacities:zamyn_uud_erenhot:capacity": (7, 20),
    "mines:sharyn_gol:output:thermal_coal": (0.1, 3),
}


@pytest.mark.parametrize("name", [name for name in LINES if "dwell" not in name])
def test_the_curve_is_what_the_scenario_says_at_every_value(essay: Outcome, name: str) -> None:
    parameter, (low, high) = find_parameter(essay, name), LINES[name]
    found = along(essay, parameter, low, high)
    assert found.exact
    assert found.stops[0].at == low
    assert found.stops[-1].at == pytest.approx(high)

    @settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(st.floats(low, high))
    def holds(value: float) -> None:
        plan = moved(essay, {parameter: value}).plan
        left, right = next((a, b) for a, b in zip(found.stops, found.stops[1:], strict=False) if a.at <= value <= b.at)
        share = (value - left.at) / (right.at - left.at)
        straight = left.net_value + share * (right.net_value - left.net_value)
        assert straight == pytest.approx(plan.solution.net_value, rel=1e-9)

    holds()


def test_tonnes_are_those_of_the_scenario_inside_each_stretch(essay: Outcome) -> None:
    price = find_price(essay, "thermal_newcastle")
    found = along(essay, price, 30, 200)
    assert len(found.stretches) > 8
    for stretch in found.stretches:
        plan = moved(essay, {price: (stretch.low + stretch.high) / 2}).plan
        here = plan.corridors()
        assert stretch.corridors() == pytest.approx({key: here.get(key, 0.0) for key in stretch.corridors()}, abs=1e-6)


def test_what_does_not_enter_linearly_is_bracketed_and_said_so(essay: Outcome) -> None:
    lot = find_parameter(essay, "times:ubtz:speed")
    found = along(essay, lot, 1, 30)
    assert not found.exact
    assert found.bracket == pytest.approx(29 / 1000)
    for left, right in zip(found.stretches, found.stretches[1:], strict=False):
        at = right.low
        below, above = (set(moved(essay, {lot: at + side * found.bracket}).plan.corridors()) for side in (-1, 1))
        deals = [set(s.deals()) for s in (left, right)]
        assert below != above or deals[0] != deals[1]


def test_turns_say_who_enters_and_who_leaves(essay: Outcome) -> None:
    found = along(essay, find_price(essay, "thermal_newcastle"), 30, 200)
    first = turns(found)[0]
    assert (first.kind, first.what, first.before) == ("corridor", "enters", 0)
    for turn in turns(found):
        assert {"enters": turn.before == 0, "leaves": turn.after == 0}.get(turn.what, True)
        assert (turn.after > turn.before) == (turn.what in {"enters", "more"})
    assert turns(found, "copper_concentrate") == []


def test_ranges_are_where_something_is_carried(essay: Outcome) -> None:
    price = find_price(essay, "thermal_newcastle")
    found = along(essay, price, 30, 200)
    (low, high), *more = ranges_of(found, "russia", "thermal_coal")
    assert not more
    assert high == 200
    for value, carried in ((low - 0.01, False), (low + 0.01, True)):
        plan = moved(essay, {price: value}).plan
        assert (through(plan, plan.solution, "russia", "thermal_coal") > NEGLIGIBLE_MTPA) == carried
    assert ranges_of(found, "rason") == []


def test_through_a_node_or_a_crossing_is_what_enters_it(essay: Outcome) -> None:
    plan = essay.plan
    for name in {edge.link.crossing for edge in plan.network.edges if edge.link.crossing}:
        edges = [e for e, edge in enumerate(plan.network.edges) if edge.link.crossing == name]
        most = max(sum(t for (_, e), t in plan.carried().items() if e == edge) for edge in edges)
        assert through(plan, plan.solution, name) == pytest.approx(most)


def test_history_is_in_dollars_of_the_row(essay: Outcome) -> None:
    price = find_price(essay, "thermal_newcastle")
    past = history(essay, price)
    assert past is not None
    assert (past.first, past.last) == (2010, 2025)
    rows = [row for row in essay.tables["prices"] if row.subject == "thermal_newcastle"]
    index = {row.year: row.central for row in essay.tables["price_index"]}
    assert past.high == pytest.approx(max(row.high * index[2015] / index[row.year] for row in rows))
    assert history(essay, find_parameter(essay, "tariffs:cr:rate")) is None


def test_a_needed_change_is_just_enough(essay: Outcome) -> None:
    found = what_would_have_to_change(essay, "vostochny", "copper_concentrate")
    assert [needed.parameter.name for needed in found][:1] == ["tariffs:rzd_transit:rate:concentrate"]
    for needed in found:
        assert needed.bracket == 0
        step = 1e-4 * abs(needed.needed)
        away = 1 if needed.change > 0 else -1
        carried = []
        for value in (needed.needed - away * step, needed.needed + away * step):
            plan = moved(essay, {needed.parameter: value}).plan
            carried.append(through(plan, plan.solution, "vostochny", "copper_concentrate") > NEGLIGIBLE_MTPA)
        assert carried == [False, True]


def test_the_nearest_route_needs_what_a_subsidy_shows(essay: Outcome) -> None:
    near = nearest(essay, "rason")
    assert near.route.corridor == "rason"
    assert near.route.usable
    assert near.behind_usd_per_t == pytest.approx(essay.plan.forced(near.route))
    others = [
        route for route in essay.routes if route.usable and route.corridor == "rason" and route.capacity_mtpa != 0
    ]
    assert min(essay.plan.behind(route) for route in others) <= near.behind_usd_per_t + 1e-6
    assert near.behind_usd_per_t == pytest.approx(min(map(essay.plan.forced, others)))


def test_what_the_readme_says_of_rason_on_the_day_of_the_essay(essay: Outcome) -> None:
    near = nearest(essay, "rason")
    assert (near.route.commodity, near.route.origin, near.route.market) == ("zinc_concentrate", "ulaan", "ulsan")
    assert round(near.behind_usd_per_t) == 96
    assert what_would_have_to_change(essay, "rason", "zinc_concentrate") == []


def test_a_change_says_whether_it_is_within_its_range(essay: Outcome) -> None:
    rate = find_parameter(essay, "tariffs:cr:rate")
    assert Needed(rate, rate.row.low, 0.0, ()).within_range
    assert not Needed(rate, rate.row.high * 2, 0.0, ()).within_range
    assert Needed(rate, rate.row.central * 1.5, 0.0, ()).change == pytest.approx(0.5)


def test_a_barred_way_is_no_break_even(rason: Study, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(NoAnswerError, match="no lawful way leads through rason on 2025-12-31: no number changes that"):
        what_would_have_to_change(rason.run("today"), "rason")
    assert corridor.cli.main(["breakeven", "--target", "rason"]) == 4
    assert "unscr_2371_8" in capsys.readouterr().err
    with pytest.raises(NoAnswerError, match="carries something already"):
        what_would_have_to_change(rason.run("today"), "china")


def test_moving_numbers_moves_nothing_else(essay: Outcome) -> None:
    price = find_price(essay, "thermal_newcastle")
    other = moved(essay, {price: 100.0})
    assert other.law is essay.law
    assert find_price(other, "thermal_newcastle").row.central == 100
    assert find_price(essay, "thermal_newcastle").row.central == price.row.central
    same = moved(essay, {price: price.row.central})
    assert same.plan.solution.net_value == essay.plan.solution.net_value


def test_names_of_parameters_are_unique_and_found(essay: Outcome) -> None:
    known = parameters(essay)
    assert all(find_parameter(essay, name).name == name for name in list(known)[::50])
    with pytest.raises(UsageError, match=r'there is no parameter "tarifs:cr:rate".* Did you mean "tariffs:cr:rate'):
        find_parameter(essay, "tarifs:cr:rate")
    with pytest.raises(UsageError, match=r'there is no price "thermal_newcaste".* Did you mean "thermal_newcastle"\?'):
        find_price(essay, "thermal_newcaste")


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["--price", "coal"], 2, "There are: "),
        (["--price", "copper_lme", "--parameter", "tariffs:cr:rate"], 2, "not both"),
        (["--from", "3"], 2, "name what moves"),
        (["--price", "copper_lme", "--from", "9000", "--to", "8000"], 2, "from 9000 to 8000 is no range"),
        (["--price", "copper_lme", "--from", "-5", "--to", "8000"], 2, "cannot go to -5: -5 is negative. price must"),
        (["--price", "copper_lme", "--target", "rasom"], 2, 'Did you mean "rason"'),
        (["--price", "copper_lme", "--commodity", "coper"], 2, "coper"),
    ],
)
def test_bad_input_is_told(words: list[str], code: int, told: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert corridor.cli.main(["breakeven", *words]) == code
    assert told in capsys.readouterr().err


def test_the_command_writes_what_it_shows(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["breakeven", "--price", "thermal_newcastle", "--scenario", "essay", "--from", "30", "--to", "120"]
    assert corridor.cli.main(words) == 0
    shown = capsys.readouterr().out
    assert max(map(len, shown.splitlines())) <= 80
    assert corridor.cli.main([*words, "--format", "json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["exact"]
    assert document["from"] == 30
    assert document["as_if_lifted"] == []
    assert {row["corridor"] for row in document["ranges"]} == {"china", "russia"}
    assert any(turn["what"] == "enters" and turn["name"] == "russia thermal_coal" for turn in document["turns"])


def test_a_counterfactual_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["breakeven", "--price", "thermal_newcastle", "--scenario", "sanctions-lifted"]
    assert corridor.cli.main(words) == 0
    assert "COUNTERFACTUAL, NOT THE LAW" in capsys.readouterr().out


# --- the plane of two parameters -------------------------------------------------------------------------------------


def test_the_plane_is_what_the_scenario_says_at_every_point(essay: Outcome) -> None:
    x, y = find_parameter(essay, "thermal_newcastle"), find_parameter(essay, "tariffs:rzd_transit:rate:coal")
    found = regime(essay, x, (30, 200), y, (0.001, 0.03), "thermal_coal")
    assert found.exact
    assert len(found.areas) > 10
    assert sum(area.share for area in found.areas) == pytest.approx(1, abs=1e-6)
    for area in found.areas[::4]:
        a, b = area.corners.mean(axis=0)
        plan = moved(essay, {x: float(a), y: float(b)}).plan
        carried = {name: mtpa for (name, what), mtpa in plan.corridors().items() if what == "thermal_coal"}
        assert area.tonnes == pytest.approx(carried, abs=1e-6)


def test_a_product_of_two_parameters_is_sampled_and_said_so(essay: Outcome, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("corridor.sensitivity.regime.SAMPLES", 3)
    length, rate = (
        find_parameter(essay, name) for name in ("lengths:rail_darkhan_salkhit:length", "tariffs:ubtz:rate")
    )
    found = regime(essay, length, (50, 500), rate, (0.005, 0.05))
    assert not found.exact
    assert len(found.areas) == 9
    alone = along(essay, length, 50, 500)
    assert alone.exact  # it is the product that is not


def test_the_plane_as_a_command(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["regime", "--x", "thermal_newcastle", "--y", "tariffs:rzd_transit:rate:coal", "--scenario", "essay"]
    assert corridor.cli.main([*words, "--commodity", "thermal_coal"]) == 0
    shown = capsys.readouterr().out
    assert max(map(len, shown.splitlines())) <= 80
    assert "Exact: " in shown
    assert corridor.cli.main([*words, "--format", "json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["type"] == "FeatureCollection"
    for feature in document["features"]:
        [ring] = feature["geometry"]["coordinates"]
        assert ring[0] == ring[-1]
        assert len(ring) >= 4
    assert corridor.cli.main(["regime", "--x", "thermal_newcastle", "--y", "thermal_newcastle"]) == 2
    assert "on both axes" in capsys.readouterr().err
