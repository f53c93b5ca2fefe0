"""What tied-up money costs: rows like any other number, by commodity and day, drawn, explained and missed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import corridor
from corridor.cost import CostModel
from corridor.errors import InputError
from corridor.evidence.basis import dollars
from corridor.routes import Route
from corridor.schema import BASES, CARGO, NEEDED_BY_CARGO, PARTS, WORKS
from corridor.sensitivity.along import along
from corridor.sensitivity.draws import every_input, space
from corridor.sensitivity.numbers import by_row
from corridor.sensitivity.parameters import find_parameter, moved
from corridor.sensitivity.question import answer
from corridor.study import Outcome, Study
from corridor.values import BOUNDS, Values

Edit = Callable[..., None]
FINANCE = {name: f"finance:{CARGO}:{name}" for name in NEEDED_BY_CARGO}
VALUE = 60.0
"""Of a tonne of the toy's coal or, at 130 x 0.6 = 78, of its ore."""
EAST_H = 300 / 20 + 400 / 40 + 960 / 20 + 2 * 48 + 24 + 12 + 24 + 72
"""To the island by the east: two railways, the sea and two days in either port; loading, border, gauge break, quay."""
LATE_H = 6 + 12 + 24


@pytest.fixture
def dear(project: Path, edit: Edit) -> Study:
    """The toy corridor with interest and holding costs in a range."""
    edit("data/finance.csv", "capital_rate,0,0,0,", "capital_rate,0.04,0.08,0.15,")
    edit("data/finance.csv", "holding_rate,0,0,0,", "holding_rate,0.01,0.02,0.05,")
    edit("data/finance.csv", "service_factor,1.65,1.65,1.65,", "service_factor,1,1.65,2,")
    return read(project)


def read(project: Path) -> Study:
    return corridor.read_study(project / "models" / "study.toml")


def east(outcome: Outcome, commodity: str = "coal") -> Route:
    return outcome.route_via(f"{commodity}_mine", "island", commodity, ("east_port",))


def part(route: Route, name: str) -> float:
    return float(route.parts[PARTS.index(name)])


def faults(project: Path) -> list[str]:
    with pytest.raises(InputError) as caught:
        read(project)
    return [str(fault) for fault in caught.value.faults]


# Costs


def test_time_and_reliability_by_hand(dear: Study) -> None:
    route = east(dear.run())
    assert part(route, "time") == pytest.approx(VALUE * (0.08 + 0.02) / 8760 * EAST_H)
    assert part(route, "reliability") == pytest.approx(VALUE * (0.08 + 0.02) / 365 * 1.65 * LATE_H / 24)
    assert part(route, "capital") == 0


def test_the_cheap_and_the_dear_end_take_the_ends_of_the_rates(dear: Study) -> None:
    outcome = dear.run()
    coal = outcome.network.commodities["coal"]
    items = [item for e in east(outcome).edges for item in outcome.cost_model.ledger(e, coal)]
    late = [item.span for item in items if item.part == "reliability"]
    for end, rate, factor in ((0, 0.04 + 0.01, 1.0), (1, 0.08 + 0.02, 1.65), (2, 0.15 + 0.05, 2.0)):
        assert sum(span[end] for span in late) == pytest.approx(VALUE * rate / 365 * factor * LATE_H / 24)


def test_a_commodity_has_its_own_rate_before_that_for_all(project: Path, edit: Edit) -> None:
    edit("data/finance.csv", "cargo,,capital_rate,0,0,0,", "cargo,,capital_rate,0.1,0.1,0.1,")
    with (project / "data" / "finance.csv").open("a", encoding="utf-8") as file:
        file.write("cargo,ore,capital_rate,0.3,0.3,0.3,share/yr,2020,,,example,,assumed,D,\n")
    outcome = read(project).run()
    assert part(east(outcome), "time") == pytest.approx(VALUE * 0.1 / 8760 * EAST_H)
    assert part(east(outcome, "ore"), "time") == pytest.approx(78 * 0.3 / 8760 * EAST_H)
    assert outcome.time_usd_per_t_h("ore") == pytest.approx(78 * 0.3 / 8760)
    assert outcome.time_usd_per_t_h(None) == 0


def test_rates_go_by_the_day(project: Path, edit: Edit) -> None:
    row = "cargo,,capital_rate,{0},{0},{0},share/yr,2020,{1},{2},example,,assumed,D,"
    edit("data/finance.csv", row.format(0, "", ""), row.format(0.2, "", "2019-12-31") + "\n" + row.format(10, 1, 2))
    edit("data/finance.csv", row.format(10, 1, 2), row.format(0.1, "2020-01-01", ""))
    study = read(project)
    before = study.with_scenario("before", reason="A year before.", as_of=dt.date(2019, 6, 30)).run("before")
    assert part(east(study.run()), "time") == pytest.approx(VALUE * 0.1 / 8760 * EAST_H)
    assert part(east(before), "time") == pytest.approx(VALUE * 0.2 / 8760 * EAST_H)


def test_percent_a_year_is_a_share(project: Path, edit: Edit) -> None:
    edit("data/finance.csv", "capital_rate,0,0,0,share/yr", "capital_rate,8,8,8,percent/yr")
    assert part(east(read(project).run()), "time") == pytest.approx(VALUE * 0.08 / 8760 * EAST_H)


def test_a_scenario_changes_them_in_the_words_of_all_rows(dear: Study) -> None:
    change = {"table": "finance", "where": {"subject": "cargo", "parameter": "capital_rate"}, "add": 0.05}
    other = dear.with_scenario("tight", reason="Money is dear.", changes=[change]).run("tight")
    assert part(east(other), "time") == pytest.approx(VALUE * (0.13 + 0.02) / 8760 * EAST_H)


@given(
    st.floats(0, 1).map(lambda x: round(x, 4)), st.floats(0, 1).map(lambda x: round(x, 4)), st.sampled_from([0, 0.1])
)
def test_cost_is_linear_in_each_rate(rason: Study, low: float, high: float, holding: float) -> None:
    outcome = rason.run()
    names = (FINANCE["capital_rate"], FINANCE["holding_rate"])
    capital, held = (find_parameter(outcome, name) for name in names)
    draws = np.array([low, high, (low + high) / 2])
    values = Values(
        outcome.tables, outcome.as_of, outcome.price_year, 3, by_row({capital: draws, held: np.full(3, holding)})
    )
    cost = CostModel(values, outcome.network).drawn(outcome.network.commodities["copper_concentrate"])
    there = np.isfinite(cost).all(axis=1)
    assert there.sum() > 100
    assert np.allclose(cost[there, 2], cost[there, :2].mean(axis=1), rtol=1e-12, atol=1e-9)


def test_works_are_paid_back_at_their_own_rate(rason: Study) -> None:
    outcome = rason.run("rajin-upgrade")
    rate = find_parameter(outcome, f"finance:{WORKS}:discount_rate")
    ways = ("sharyn_gol", "dangjin", "thermal_coal", ("khasan_tumangang",))
    paid = {share: part(moved(outcome, {rate: share}).route_via(*ways), "capital") for share in (0.0, 1e-6, 0.05, 0.12)}
    life = 40
    for share in (0.05, 0.12):
        annuity = share / (1 - (1 + share) ** -life)
        assert paid[share] / paid[0.0] == pytest.approx(annuity * life)
    assert paid[1e-6] == pytest.approx(paid[0.0], rel=1e-4)
    dearer = moved(outcome, {find_parameter(outcome, FINANCE["capital_rate"]): 0.2})
    assert part(dearer.route_via(*ways), "capital") == pytest.approx(part(outcome.route_via(*ways), "capital"))


# Draws


def test_each_is_one_input_and_all_move_the_answer(dear: Study) -> None:
    outcome = dear.run()
    assert {*FINANCE.values()} <= {each.name for each in every_input(outcome)}
    found = answer(outcome, "tornado", chosen=[*FINANCE.values()])
    assert {row["input"] for row in found["tornado"] if row["swing_musd_per_yr"] > 0} == {*FINANCE.values()}


def test_the_curve_along_a_rate_is_exact_and_that_along_the_discount_is_not(dear: Study, rason: Study) -> None:
    outcome = dear.run()
    for name in FINANCE.values():
        assert along(outcome, find_parameter(outcome, name), 0.0, 0.5).exact, name
    built = rason.run("east-rail")
    assert not along(built, find_parameter(built, f"finance:{WORKS}:discount_rate"), 0.05, 0.12).exact


def test_prices_and_rates_drawn_together_multiply(dear: Study) -> None:
    outcome = dear.run()
    price = find_parameter(outcome, "coal_price")
    rate, factor = (find_parameter(outcome, FINANCE[name]) for name in ("capital_rate", "service_factor"))
    draws = {price: np.array([70.0, 100.0, 140.0]), rate: np.array([0.04, 0.15, 0.1]), factor: np.array([1.0, 2, 1.5])}
    values = Values(outcome.tables, outcome.as_of, outcome.price_year, 3, by_row(draws))
    found = CostModel(values, outcome.network).spread(outcome.network.commodities["coal"])
    way = list(east(outcome).edges)
    worth = 0.6 * draws[price] * (draws[rate] + 0.02)
    late = found.parts[way, PARTS.index("reliability"), BOUNDS:].sum(axis=0)
    time = found.parts[way, PARTS.index("time"), BOUNDS:].sum(axis=0)
    assert np.allclose(late, worth / 365 * draws[factor] * LATE_H / 24)
    assert np.allclose(time, worth / 8760 * EAST_H)


def test_the_committed_rates_are_drawn(rason: Study) -> None:
    inputs = [each.name for each in space(rason.run()).inputs]
    assert {*FINANCE.values()} <= {*inputs}
    assert inputs.count(FINANCE["capital_rate"]) == 1


# Evidence


def test_time_and_reliability_rest_on_the_worst_of_their_figures(project: Path, edit: Edit) -> None:
    """With all else published, an assumed rate makes time assumed; with a published rate an assumed dwell does."""
    for table in ("finance", "times", "lengths", "quality", "prices", "ships", "ports"):
        path = project / "data" / f"{table}.csv"
        path.write_text(path.read_text("utf-8").replace("assumed,D", "published,B"), "utf-8")
    edit("data/finance.csv", "capital_rate,0,0,0,", "capital_rate,0.1,0.1,0.1,")
    assert basis_of_waiting(read(project)) == {("time", "published"), ("reliability", "published")}
    edit("data/times.csv", "port_east,,dwell_spread,24,24,24,h,2020,,,example,,published,B", "@")
    edit("data/times.csv", "@", "port_east,,dwell_spread,24,24,24,h,2020,,,example,,assumed,D")
    assert basis_of_waiting(read(project)) == {
        ("time", "published"),
        ("reliability", "published"),
        ("reliability", "assumed"),
    }
    edit("data/finance.csv", "service_factor,1.65,1.65,1.65,sd,2020,,,example,,published,B", "@")
    edit("data/finance.csv", "@", "service_factor,1.65,1.65,1.65,sd,2020,,,example,,assumed,D")
    assert basis_of_waiting(read(project)) == {("time", "published"), ("reliability", "assumed")}
    outcome = read(project).run()
    behind = [row for row in dollars(outcome, east(outcome)) if row.parameter == "service_factor"]
    assert [(row.place, row.subject, row.basis) for row in behind] == [("finance.csv:4", "cargo", "assumed")]


def basis_of_waiting(study: Study) -> set[tuple[str, str]]:
    """Parts that rest on time, and the worst basis behind each of their lines."""
    outcome = study.run()
    coal = outcome.network.commodities["coal"]
    return {
        (item.part, item.basis)
        for e in east(outcome).edges
        for item in outcome.cost_model.ledger(e, coal)
        if item.part in ("time", "reliability")
    }


@pytest.mark.parametrize("scenario", ["today", "east-rail"])
def test_every_line_names_the_rates_behind_it(rason: Study, scenario: str) -> None:
    outcome = rason.run(scenario)
    seen = set()
    for route in outcome.routes[::41]:
        commodity = outcome.network.commodities[route.commodity]
        for e in route.edges:
            for item in outcome.cost_model.ledger(e, commodity):
                named = {f.row.parameter for f in item.figures if f.place.startswith("finance.csv")}
                assert named == RATES_BEHIND.get(item.part or "", set())
                assert item.basis == max((f.row.basis for f in item.figures), key=BASES.index)
                seen.add(item.part)
    assert {"time", "reliability"} <= seen
    assert "capital" in seen or scenario == "today"


RATES_BEHIND = {
    "time": {"capital_rate", "holding_rate"},
    "reliability": {*NEEDED_BY_CARGO},
    "capital": {"discount_rate"},
}


# Bad input


def test_the_old_keys_of_a_study_file_say_where_they_belong_all_at_once(project: Path, edit: Edit) -> None:
    old = "price_year = 2020\ncapital_rate = 0.1\nholding_rate = 0.02\nservice_factor = 1.65\ncapitalrate = 1"
    edit("models/study.toml", "price_year = 2020", old)
    found = faults(project)
    assert len(found) == 4
    for name in NEEDED_BY_CARGO:
        assert any(f"assumptions.{name}" in fault and f"finance.csv ({name} of cargo" in fault for fault in found)
    assert any("discount_rate of works" in fault for fault in found)
    assert any("assumptions.capitalrate" in fault and "is not known here" in fault for fault in found)


def test_a_study_without_the_table_is_refused(project: Path) -> None:
    (project / "data" / "finance.csv").unlink()
    assert any("finance.csv: is missing" in fault for fault in faults(project))


@pytest.mark.parametrize("name", NEEDED_BY_CARGO)
def test_a_missing_rate_is_an_error_once_never_zero(project: Path, edit: Edit, name: str) -> None:
    edit("data/finance.csv", f"cargo,,{name},", f"cargo,ore,{name},")
    assert [fault for fault in faults(project) if f"no {name} of cargo for coal holds" in fault]
    path = project / "data" / "finance.csv"
    path.write_text("".join(row for row in path.read_text("utf-8").splitlines(True) if name not in row), "utf-8")
    found = faults(project)
    assert len(found) == 1
    assert f"no {name} of cargo holds on 2020-06-30" in found[0]


def test_what_was_built_needs_a_rate_to_pay_it_back(project: Path, edit: Edit) -> None:
    path = project / "data" / "finance.csv"
    path.write_text("".join(row for row in path.read_text("utf-8").splitlines(True) if WORKS not in row), "utf-8")
    assert read(project).run().cost_model.capital_recovery() == {}  # nothing is built: no rate is needed
    with (project / "data" / "capital.csv").open("a", encoding="utf-8") as file:
        for name, value, unit in (
            ("capital_cost", 40, "MUSD"),
            ("capital_life", 40, "yr"),
            ("capital_volume", 2, "Mt/yr"),
        ):
            file.write(f"rail_north_far,,{name},{value},{value},{value},{unit},2020,,,example,,assumed,D,\n")
    found = faults(project)
    assert len(found) == 1
    assert "no discount_rate of works holds" in found[0]
