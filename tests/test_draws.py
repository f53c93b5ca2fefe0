"""Many draws of the numbers at once, and what is drawn: the same as the scenario with these numbers, one by one."""

from __future__ import annotations

import shutil
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corridor.errors import InputError, UsageError
from corridor.plan import NEGLIGIBLE_MTPA
from corridor.report import summary
from corridor.schema import PriceStatistic, Value
from corridor.sensitivity.draws import LEAST_SHARE, shares, space
from corridor.sensitivity.first_tonne import FirstTonne
from corridor.sensitivity.numbers import base_plan, by_row, joined, numbers
from corridor.sensitivity.parameters import Parameter, moved, parameters
from corridor.sensitivity.pert import Quantiles, pert
from corridor.sensitivity.price_statistics import price_statistics, statistics_of
from corridor.study import Outcome, Study, read_study
from corridor.tables import read_tables

EXACT = 1e-9


@pytest.fixture(scope="module")
def study() -> Study:
    return read_study()


def cases(outcome: Outcome) -> dict[str, dict[Parameter, float]]:
    """All parameters of a kind moved at once, kind by kind, and then all together."""
    rng = np.random.default_rng(1)
    drawn = {
        p: rng.uniform(p.row.low, p.row.high) if p.row.low < p.row.high else p.row.central * rng.uniform(0.97, 1.03)
        for p in parameters(outcome).values()
    }
    kinds: dict[str, dict[Parameter, float]] = defaultdict(dict)
    for p, value in drawn.items():
        kinds[p.row.parameter][p] = value
    return {**kinds, "all": drawn}


@pytest.mark.parametrize("scenario", ["sanctions-lifted", "east-rail"])
def test_draws_are_the_scenario_with_these_numbers_parameter_by_parameter(study, scenario):
    outcome = study.run(scenario)
    plan = base_plan(outcome)
    assert plan.solution.net_value == pytest.approx(outcome.plan.solution.net_value, rel=EXACT)
    asked = cases(outcome)
    every = {p for values in asked.values() for p in values}
    drawn = {p: np.array([values.get(p, p.row.central) for values in asked.values()]) for p in every}
    found = numbers(outcome, plan, len(asked), by_row(drawn))
    together = plan.prepared.resolve_many(**joined([found]))
    for draw, (kind, values) in enumerate(asked.items()):
        one = moved(outcome, values).plan
        problem = one.problem
        there = dict(zip(problem.edge_names, problem.edge_cost, strict=True))
        known = dict(zip(plan.problem.edge_names, found.edge_cost[draw], strict=True))
        opened = dict(zip(plan.problem.edge_names, found.edge_open[draw], strict=True))
        assert {name for name in there if not opened.get(name, True)} == set(), kind
        same = [name for name in there if name in known]
        assert len(same) > 0.95 * len(known), kind
        np.testing.assert_allclose([known[name] for name in same], [there[name] for name in same], EXACT, err_msg=kind)
        for names, column, values_of in (
            ("bid_names", "bid_price", found.bid_price),
            ("bid_names", "bid_most", found.bid_most),
            ("offer_names", "offer_cost", found.offer_cost),
            ("offer_names", "offer_most", found.offer_most),
            ("facility_names", "facility_capacity", found.facility_capacity),
        ):
            mine = dict(zip(getattr(plan.problem, names), values_of[draw], strict=True))
            for name, value in zip(getattr(problem, names), getattr(problem, column), strict=True):
                assert mine[name] == pytest.approx(value, rel=EXACT, abs=EXACT), (kind, name)
        assert together.net_value[draw] == pytest.approx(one.solution.net_value, rel=EXACT), kind


def test_a_berth_that_no_ship_can_reach_closes_in_that_draw_alone(study):
    outcome = study.run("essay")
    plan = base_plan(outcome)
    draft = parameters(outcome)["ports:rajin_pier3:draft"]
    found = numbers(outcome, plan, 2, by_row({draft: np.array([draft.row.central, 1.0])}))
    assert found.edge_open[0].all()
    closed = [name for name, is_open in zip(plan.problem.edge_names, found.edge_open[1], strict=True) if not is_open]
    assert closed
    assert all("rajin_pier3" in name for name in closed)
    plans = plan.prepared.resolve_many(**joined([found]))
    assert plans.tonnes("edge")[1, ~found.edge_open[1]].max() == 0
    one = moved(outcome, {draft: 1.0}).plan.solution
    assert plans.net_value[1] == pytest.approx(one.net_value, rel=EXACT)


def test_the_best_ways_of_draws_are_the_routes_of_compare(study):
    outcome = study.run("sanctions-lifted")
    plan = base_plan(outcome)
    first = FirstTonne(plan, outcome.study.file.corridors)
    ways = first.ways(numbers(outcome, plan, 1, lambda _: None))
    compared = 0
    for block in summary(outcome):
        for route in block["lawful"]:
            found = ways.cost[first.pairs.index((block["commodity"], route.corridor)), 0]
            assert found == pytest.approx(route.generalised, rel=EXACT)
            compared += 1
        for route in block["best_netback"]:
            found = ways.netback[first.pairs.index((block["commodity"], route.corridor)), 0]
            assert found == pytest.approx(route.decision_netback, rel=EXACT)
    assert compared > 20
    carried = first.carried(plan.solution.flows[None], plan.solution.sales[None])[:, 0]
    told = {(corridor, commodity): mtpa for (commodity, corridor), mtpa in zip(first.pairs, carried, strict=True)}
    assert {pair: pytest.approx(mtpa, abs=1e-9) for pair, mtpa in plan.corridors().items()} == {
        pair: mtpa for pair, mtpa in told.items() if mtpa > NEGLIGIBLE_MTPA
    }


def ranged(low: float, central: float, high: float) -> Value:
    about = {"subject": "rail", "parameter": "rate", "unit": "USD/t-km", "year": 2015, "source": "own_estimate"}
    return Value(**about, low=low, central=central, high=high, basis="assumed", grade="D")


def test_pert_has_its_mode_ends_and_mean():
    share = (np.arange(20_000) + 0.5) / 20_000
    assert pert(ranged(2.0, 3.0, 7.0), share).mean() == pytest.approx((2 + 4 * 3 + 7) / 6, rel=1e-4)
    assert list(pert(ranged(2.0, 3.0, 7.0), np.array([0.0, 1.0, np.nan]))) == [2.0, 7.0, 3.0]
    assert pert(ranged(2.0, 2.0, 7.0), share).mean() == pytest.approx((2 + 4 * 2 + 7) / 6, rel=1e-4)
    assert set(pert(ranged(5.0, 5.0, 5.0), share[:3])) == {5.0}


@given(mode=st.floats(0, 1), seed=st.integers(0, 2**32 - 1))
@settings(max_examples=50, deadline=None)
def test_quantiles_for_many_draws_agree_with_the_inverse_of_the_beta_function(mode, seed):
    share = np.concatenate([np.random.default_rng(seed).random(500), [0, LEAST_SHARE, 0.5, 1 - LEAST_SHARE, 1, np.nan]])
    rows = [ranged(-3.0, -3.0 + 10 * mode, 7.0), ranged(5.0, 5.0, 5.0)]
    quantiles = Quantiles.of(rows)
    for row in rows:
        np.testing.assert_allclose(quantiles(row, share), pert(row, share), rtol=0, atol=10 * 5e-14)
    assert np.all(np.diff(quantiles(rows[0], np.sort(share[:-1]))) >= -10 * 5e-14)


def test_no_range_needs_no_quantiles():
    assert Quantiles.of([]).halves == {}


def test_prices_have_their_median_dispersion_and_correlations(study):
    outcome = study.run()
    inputs = space(outcome)
    scores = inputs.scores(shares(1, inputs.dimensions, 0, 8192)[:, inputs.places])
    prices = inputs.inputs[: inputs.prices]
    assert [p.parameters[0].row.subject for p in prices] == list(inputs.statistics.references)
    drawn = np.array([inputs.value(i, p.parameters[0].row, scores[:, i]) for i, p in enumerate(prices)])
    medians = [p.parameters[0].row.central for p in prices]
    np.testing.assert_allclose(np.median(drawn, axis=1), medians, rtol=0.01)
    np.testing.assert_allclose(np.log(drawn).std(axis=1), [p.dispersion for p in prices], rtol=0.02)
    np.testing.assert_allclose(np.corrcoef(np.log(drawn)), inputs.statistics.correlation, atol=0.02)


def test_a_draw_is_the_same_in_every_scenario(study):
    one, other = (space(study.run(name)) for name in ("today", "east-rail"))
    assert one.dimensions == other.dimensions
    points = shares(3, one.dimensions, 512, 512)
    of_one = dict(zip([each.name for each in one.inputs], one.scores(points[:, one.places]).T, strict=True))
    of_other = dict(zip([each.name for each in other.inputs], other.scores(points[:, other.places]).T, strict=True))
    shared = {*of_one} & {*of_other}
    assert len(shared) > 1000
    assert all(np.array_equal(of_one[name], of_other[name]) for name in shared)
    assert not np.array_equal(points, shares(4, one.dimensions, 512, 512))


def test_blocks_of_points_are_the_points():
    whole = shares(7, 5, 0, 1024)
    assert np.array_equal(np.concatenate([shares(7, 5, 0, 512), shares(7, 5, 512, 512)]), whole)


def test_one_draw_moves_all_rates_of_an_operator(study):
    outcome = study.run()
    rzd = next(each for each in space(outcome).inputs if each.name == "operators:rzd:rate")
    assert {p.row.commodity for p in rzd.parameters} == {"coal", "concentrate", None}
    assert len(space(outcome, ["tariffs:rzd_transit:rate:coal"]).inputs[0].parameters) == 1


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["prices:coper_lme:price"], 'Did you mean "prices:copper_lme:price"?'),
        (["operators:rdz:rate"], 'Did you mean "operators:rzd:rate"?'),
        (["fx:cny:exchange_rate"], "there is nothing to draw"),
    ],
)
def test_what_cannot_be_drawn_is_told(study, names, message):
    with pytest.raises(UsageError) as told:
        space(study.run(), names)
    assert message in str(told.value)


def statistic(kind: str, reference: str, value: float, other: str | None = None) -> PriceStatistic:
    told = {"kind": kind, "reference": reference, "other": other, "value": value}
    return PriceStatistic.model_validate({**told, "source": "x", "basis": "estimated", "grade": "B"})


def three_prices(third: float) -> list[PriceStatistic]:
    rows = [statistic("dispersion_of_levels", name, 0.2) for name in "abc"]
    pairs = (("a", "b", 0.9), ("b", "c", 0.9), ("a", "c", third))
    return rows + [statistic("correlation_12_month", one, value, other) for one, other, value in pairs]


def test_correlations_that_do_not_fit_together_are_repaired_and_said_or_refused():
    assert not price_statistics(three_prices(0.8), "abc").notes
    found = price_statistics(three_prices(0.58), "abc")
    assert np.linalg.eigvalsh(found.correlation)[0] > -1e-12
    assert np.diag(found.correlation) == pytest.approx(1)
    assert "repaired" in found.notes[0]
    with pytest.raises(InputError, match="do not fit together"):
        price_statistics(three_prices(-0.5), "abc")
    with pytest.raises(InputError, match="no correlation_12_month of a and d"):
        price_statistics([*three_prices(0.8), statistic("dispersion_of_levels", "d", 0.2)], "abcd")


def test_a_price_without_statistics_follows_its_proxy():
    rows = [*three_prices(0.8), statistic("proxy", "d", 0.5, "a")]
    found = price_statistics(rows, "abcd")
    assert found.references == ("a", "b", "c", "d")
    np.testing.assert_allclose(found.correlation[3], [0.5, 0.45, 0.4, 1])
    assert found.dispersions[3].value == 0.2


def write_prices(path: Path, months: int, more: str = "") -> Path:
    rng = np.random.default_rng(5)
    moves = rng.multivariate_normal([0, 0], [[0.01, 0.008], [0.008, 0.01]], months).cumsum(axis=0)
    rows = [
        f"{2010 + m // 12}-{m % 12 + 1:02d},{name},{100 * np.exp(moves[m, i])}"
        for m in range(months)
        for i, name in enumerate(("copper_lme", "zinc_lme"))
    ]
    path.write_text("\n".join(["month,reference,price", *rows, more]))
    return path


def test_own_monthly_prices_give_their_own_statistics(study, tmp_path):
    path = write_prices(tmp_path / "mine.csv", 120)
    own = statistics_of(path)
    logs = np.log([float(line.split(",")[2]) for line in path.read_text().splitlines()[1:] if line])
    copper, zinc = logs[::2], logs[1::2]
    told = {row.id: row.value for row in own}
    assert told["dispersion_of_levels copper_lme"] == pytest.approx(copper.std(ddof=1))
    changes = copper[12:] - copper[:-12], zinc[12:] - zinc[:-12]
    assert told["correlation_12_month copper_lme zinc_lme"] == pytest.approx(np.corrcoef(*changes)[0, 1])
    used = space(study.run(), own_statistics=own).statistics
    assert {row.reference: row.value for row in used.dispersions}["zinc_lme"] == pytest.approx(zinc.std(ddof=1))
    for months, more, message in (
        (120, "2010-01,zinc_lme,5", "has two prices in 2010-01"),
        (120, "2010-13,zinc_lme,5", "2010-13"),
        (120, "2010-01,lead_lme,-5", "too small"),
        (20, "", "36 months in a row"),
    ):
        with pytest.raises(InputError, match=message):
            statistics_of(write_prices(tmp_path / "bad.csv", months, more))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (",zinc_lme,0.704,", ",zinc_lme,1.704,", "a correlation lies within -1 and 1"),
        (
            "correlation_12_month,copper_lme,zinc_lme",
            "correlation_12_month,copper_lme,",
            "tells of two different prices",
        ),
        ("volatility,copper_lme", "dispersion_of_levels,copper_lme", "stands in row"),
        ("proxy,hcc_fob_australia,thermal_newcastle", "proxy,hcc_fob_australia,coal", "has no dispersion_of_levels"),
        ("own_estimate", "my_estimate", "is no source of this study"),
    ],
)
def test_faults_of_price_statistics_are_told(tmp_path, old, new, message):
    shutil.copytree(Path(__file__).parents[1] / "data" / "rason", tmp_path / "tables")
    path = tmp_path / "tables" / "price_statistics.csv"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(InputError, match=message) as told:
        read_tables(tmp_path / "tables")
    assert all(fault.file == "price_statistics.csv" and fault.row for fault in told.value.faults)
