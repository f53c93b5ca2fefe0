"""The flow problem obeys the laws of linear programming, agrees with two judges, and refuses what makes no sense."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any

import numpy as np
import pyomo.environ as pyo
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from corridor import FlowProblem, FlowSolution, InfeasibleError, InputError, LimitRow, UsageError, pyomo_model, solve
from corridor.flow.cycles import earning_cycle, gaining_cycle
from strategies import columns, flow_problems, graphs, money, tonnes

CLOSE = 1e-6
"""USD/t, Mt/yr or million USD/yr: the solvers' tolerance, times what sums of these small problems make of it."""

often = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
more_often = settings(often, max_examples=200)


@dataclasses.dataclass(frozen=True)
class Stated:
    """The problem once more, written down number by number: columns are edges, bids, offers."""

    value: np.ndarray
    most: np.ndarray
    balance: np.ndarray  # state x column, = 0
    use: np.ndarray  # facility x column, <= capacity
    limit: np.ndarray  # limit x column, <= bound
    bound: np.ndarray

    @classmethod
    def of(cls, p: FlowProblem) -> Stated:
        edges, bids, offers = p.count("edge"), p.count("bid"), p.count("offer")
        width = edges + bids + offers
        balance, use, limit = (np.zeros((rows, width)) for rows in (p.n_states, p.count("facility"), len(p.limits)))
        for e in range(edges):
            balance[p.edge_from[e], e] += 1
            balance[p.edge_to[e], e] -= p.edge_gain[e]
        for b in range(bids):
            balance[p.bid_state[b], edges + b] = 1
        for o in range(offers):
            balance[p.offer_state[o], edges + bids + o] = -1
        for e, f, amount in zip(p.use_edge, p.use_facility, p.use_amount, strict=True):
            use[f, e] = amount
        for row, of in zip(limit, p.limits, strict=True):
            row[of.edges] = of.edge_coefficients
            row[edges + of.bids] = of.bid_coefficients
            row[edges + bids + of.offers] = of.offer_coefficients
        return cls(
            value=np.concatenate([-p.edge_cost, p.bid_price, -p.offer_cost]),
            most=np.concatenate([p.edge_capacity, p.bid_most, p.offer_most]),
            balance=balance,
            use=use,
            limit=limit,
            bound=np.array([of.bound for of in p.limits]),
        )


engines = st.sampled_from(["edges", "paths"])


def solved(problem: FlowProblem, engine: str = "auto") -> FlowSolution:
    """Solve, or leave the example out where a contract demands too much."""
    try:
        return solve(problem, engine=engine)
    except InfeasibleError:
        assume(False)
        raise


def moved(solution: FlowSolution) -> np.ndarray:
    return np.concatenate([solution.flows, solution.sales, solution.purchases])


def reduced_cost(solution: FlowSolution) -> np.ndarray:
    return np.concatenate([solution.edge_reduced_cost, solution.bid_reduced_cost, solution.offer_reduced_cost])


# --- an example worked out by hand -----------------------------------------------------------------------------------


def washery(**changes: Any) -> FlowProblem:
    """Raw coal at the mine (0), washed coal at the mine (1), washed coal at the border (2)."""
    return FlowProblem(
        n_states=3,
        edge_from=[0, 1, 1],
        edge_to=[1, 2, 2],
        edge_cost=[4, 10, 25],
        edge_gain=[0.8, 1, 1],
        facility_capacity=[3],
        use_edge=[1],
        use_facility=[0],
        bid_state=[2, 1],
        bid_most=[5, 10],
        bid_price=[100, 65],
        offer_state=[0],
        offer_most=[10],
        offer_cost=[20],
        edge_names=["wash", "rail", "road"],
        facility_names=["line"],
        bid_names=["abroad", "at home"],
        offer_names=["mine"],
    ).replace(**changes)


def test_a_washery_by_hand() -> None:
    # 10 Mt raw make 8 Mt washed. A washed tonne earns 100 - 10 = 90 by rail, 100 - 25 = 75 by road, 65 at home: so 3 go
    # by rail (the line is full), 2 by road (abroad wants no more), 3 stay at home.
    solution = solve(washery())
    assert solution.flows == pytest.approx([10, 3, 2])
    assert solution.sales == pytest.approx([5, 3])
    assert solution.purchases == pytest.approx([10])
    assert solution.facility_use == pytest.approx([3])
    # 500 + 195 from sales - 200 for raw coal - 40 for washing - 30 by rail - 50 by road
    assert solution.net_value == pytest.approx(375)
    # one more washed tonne at the mine would go home: 65. At the border it would save one by road: 65 + 25. One raw
    # tonne makes 0.8 washed: 0.8 x 65 - 4.
    assert solution.node_price == pytest.approx([48, 65, 90])
    assert solution.shadow_price == pytest.approx([90 - 65 - 10])
    assert solution.edge_reduced_cost == pytest.approx([0, 0, 0])
    assert solution.bid_reduced_cost == pytest.approx([90 - 100, 0])
    assert solution.offer_reduced_cost == pytest.approx([20 - 48])
    rents = solution.rents
    assert rents.facility == pytest.approx([15 * 3])
    assert rents.buyer == pytest.approx([10 * 5, 0])
    assert rents.seller == pytest.approx([28 * 10])
    assert rents.total == pytest.approx(45 + 50 + 280)


def test_a_contract_by_hand() -> None:
    # At least 4 at home take one tonne from the road, which would have earned 75 instead of 65: the contract costs 10 a
    # tonne. Abroad is no longer full, so a tonne at the border is worth 100, at the mine 75, raw 0.8 x 75 - 4 = 56.
    contract = LimitRow("home first", -4, bids=[1], bid_coefficients=-1)
    solution = solve(washery(limits=[contract]))
    assert solution.sales == pytest.approx([4, 4])
    assert solution.net_value == pytest.approx(375 - 10)
    assert solution.node_price == pytest.approx([56, 75, 100])
    assert solution.limit_price == pytest.approx([10])
    assert solution.rents.limit == pytest.approx([10 * -4])
    assert solution.rents.total == pytest.approx(45 + 0 + 36 * 10 - 40)


def test_a_full_edge_earns_by_hand() -> None:
    # The line holds 5 now, but only 2 may enter the edge: the edge earns what the line earned before, 15 a tonne.
    solution = solve(washery(facility_capacity=[5], edge_capacity=[np.inf, 2, np.inf]))
    assert solution.flows == pytest.approx([10, 2, 3])
    assert solution.shadow_price == pytest.approx([0])
    assert solution.edge_price == pytest.approx([0, 15, 0])
    assert solution.rents.edge == pytest.approx([0, 30, 0])
    assert solution.rents.total == pytest.approx(solution.net_value) == 375 - 15


def test_nothing_to_do_is_worth_nothing() -> None:
    assert solve(FlowProblem(n_states=0)).net_value == 0
    solution = solve(FlowProblem(n_states=2, facility_capacity=[3]))
    assert solution.net_value == solution.rents.total == 0
    assert solution.node_price.tolist() == [0, 0]


# --- laws ------------------------------------------------------------------------------------------------------------


@often
@given(flow_problems(), engines)
def test_cargo_is_conserved_and_no_bound_is_broken(problem: FlowProblem, engine: str) -> None:
    solution, stated = solved(problem, engine), Stated.of(problem)
    x = moved(solution)
    np.testing.assert_allclose(stated.balance @ x, 0, atol=CLOSE)
    assert np.all(x >= 0)
    assert np.all(x <= stated.most)
    np.testing.assert_allclose(solution.facility_use, stated.use @ x, atol=CLOSE)
    assert np.all(solution.facility_use <= problem.facility_capacity + CLOSE)
    assert np.all(stated.limit @ x <= stated.bound + CLOSE)
    assert solution.net_value == pytest.approx(stated.value @ x, abs=CLOSE)


@often
@given(flow_problems(), engines)
def test_a_reduced_cost_is_what_a_tonne_costs_less_what_it_is_worth(problem: FlowProblem, engine: str) -> None:
    solution, stated = solved(problem, engine), Stated.of(problem)
    priced = stated.balance.T @ solution.node_price + stated.use.T @ solution.shadow_price
    priced += stated.limit.T @ solution.limit_price
    np.testing.assert_allclose(reduced_cost(solution), priced - stated.value, atol=CLOSE)


@often
@given(flow_problems(), engines)
def test_what_has_a_price_is_used_up_and_what_flows_pays_its_way(problem: FlowProblem, engine: str) -> None:
    solution, stated = solved(problem, engine), Stated.of(problem)
    x, reduced = moved(solution), reduced_cost(solution)
    for price in (solution.shadow_price, solution.limit_price, solution.edge_price):
        assert np.all(price >= 0)
    assert np.all(reduced[x < stated.most - CLOSE] >= -CLOSE)  # what could flow more would not pay
    assert np.all(reduced[x > CLOSE] <= CLOSE)  # what flows pays at least its way
    dear = solution.shadow_price > CLOSE
    np.testing.assert_allclose(solution.facility_use[dear], problem.facility_capacity[dear], atol=CLOSE)
    dear = solution.limit_price > CLOSE
    np.testing.assert_allclose((stated.limit @ x)[dear], stated.bound[dear], atol=CLOSE)
    dear = solution.edge_price > CLOSE
    np.testing.assert_allclose(solution.flows[dear], problem.edge_capacity[dear], atol=CLOSE)


@more_often
@given(flow_problems(), engines)
def test_rents_add_up_to_the_net_value(problem: FlowProblem, engine: str) -> None:
    solution = solved(problem, engine)
    assert solution.rents.total == pytest.approx(solution.net_value, abs=CLOSE)
    for rent in (solution.rents.facility, solution.rents.seller, solution.rents.buyer, solution.rents.edge):
        assert np.all(rent >= 0)


@often
@given(flow_problems(least_bids=1), st.data())
def test_value_is_convex_in_prices_and_its_slope_is_what_is_sold(problem: FlowProblem, data: st.DataObject) -> None:
    here = solved(problem)
    # to other bids and costs, all at once; edges only get dearer, so that no closed way can pay
    price = np.array(data.draw(columns(money, problem.count("bid"))))
    cost = np.array(data.draw(columns(money, problem.count("offer"))))
    dearer = np.array(data.draw(columns(money, problem.count("edge"))))

    def at(share: float) -> FlowSolution:
        return solve(
            problem.replace(
                bid_price=(1 - share) * problem.bid_price + share * price,
                offer_cost=(1 - share) * problem.offer_cost + share * cost,
                edge_cost=problem.edge_cost + share * dearer,
            )
        )

    middle, there = at(0.5), at(1.0)
    assert middle.net_value <= (here.net_value + there.net_value) / 2 + CLOSE
    slope = here.sales @ (price - problem.bid_price) - here.purchases @ (cost - problem.offer_cost)
    assert there.net_value >= here.net_value + slope - here.flows @ dearer - CLOSE


@often
@given(flow_problems(least_facilities=1), st.data())
def test_value_is_concave_in_bounds_and_its_slope_is_the_prices(problem: FlowProblem, data: st.DataObject) -> None:
    problem = problem.replace(facility_capacity=np.minimum(problem.facility_capacity, 5))
    here = solved(problem)
    capacity = np.array(data.draw(columns(tonnes, problem.count("facility"))))
    bid_most = np.array(data.draw(columns(tonnes, problem.count("bid"))))
    offer_most = np.array(data.draw(columns(tonnes, problem.count("offer"))))
    looser = data.draw(tonnes)

    def at(share: float) -> FlowSolution:
        return solved(
            problem.replace(
                facility_capacity=(1 - share) * problem.facility_capacity + share * capacity,
                bid_most=(1 - share) * problem.bid_most + share * bid_most,
                offer_most=(1 - share) * problem.offer_most + share * offer_most,
                edge_capacity=problem.edge_capacity + share * looser,
                limits=[dataclasses.replace(limit, bound=limit.bound + share * looser) for limit in problem.limits],
            )
        )

    there, middle = at(1.0), at(0.5)
    assert middle.net_value >= (here.net_value + there.net_value) / 2 - CLOSE
    slope = here.shadow_price @ (capacity - problem.facility_capacity)
    slope += np.maximum(-here.bid_reduced_cost, 0) @ (bid_most - problem.bid_most)
    slope += np.maximum(-here.offer_reduced_cost, 0) @ (offer_most - problem.offer_most)
    slope += looser * (np.sum(here.edge_price) + np.sum(here.limit_price))
    assert there.net_value <= here.net_value + slope + CLOSE


@often
@given(flow_problems(), st.data())
def test_a_node_price_bounds_what_tonnes_there_are_worth(problem: FlowProblem, data: st.DataObject) -> None:
    here = solved(problem)
    state, gift = data.draw(st.integers(0, problem.n_states - 1)), data.draw(st.sampled_from([0.5, 3.0]))
    # a gift or a theft of tonnes is worth at most their node price (a gift need not be taken)
    given_away = problem.replace(
        offer_state=[*problem.offer_state, state],
        offer_most=[*problem.offer_most, gift],
        offer_cost=[*problem.offer_cost, 0],
    )
    assert solve(given_away).net_value <= here.net_value + max(here.node_price[state], 0) * gift + CLOSE
    theft = LimitRow("theft", -gift, bids=[problem.count("bid")], bid_coefficients=-1)
    stolen = problem.replace(
        bid_state=[*problem.bid_state, state],
        bid_most=[*problem.bid_most, gift],
        bid_price=[*problem.bid_price, 0],
        limits=[*problem.limits, theft],
    )
    assert solved(stolen).net_value <= here.net_value - here.node_price[state] * gift + CLOSE


# --- judges ----------------------------------------------------------------------------------------------------------


def scipy_value(problem: FlowProblem) -> float | None:
    """Net value by SciPy and an interior-point method; nothing where no plan is feasible."""
    stated = Stated.of(problem)
    if not len(stated.value):
        return 0.0
    bounded = np.isfinite(problem.facility_capacity)
    judge = linprog(
        -stated.value,
        A_ub=np.vstack([stated.use[bounded], stated.limit]),
        b_ub=np.concatenate([problem.facility_capacity[bounded], stated.bound]),
        A_eq=stated.balance,
        b_eq=np.zeros(problem.n_states),
        bounds=np.column_stack([np.zeros(len(stated.most)), stated.most]),
        method="highs-ipm",
    )
    assert judge.status in {0, 2}, judge.message
    return None if judge.status else -judge.fun


def pyomo_value(problem: FlowProblem) -> float | None:
    """Net value by the Pyomo statement; nothing where no plan is feasible."""
    model = pyomo_model(problem)
    if not problem.count("edge") + problem.count("bid") + problem.count("offer"):
        return pyo.value(model.net_value)
    solver = pyo.SolverFactory("appsi_highs")
    ended = solver.solve(model, load_solutions=False).solver.termination_condition
    assert ended in {pyo.TerminationCondition.optimal, pyo.TerminationCondition.infeasible}
    if ended == pyo.TerminationCondition.infeasible:
        return None
    solver.solve(model)
    return pyo.value(model.net_value)


@pytest.mark.parametrize("judge", [scipy_value, pyomo_value])
def test_a_judge_finds_the_same_value_or_none_either(judge: Callable[[FlowProblem], float | None]) -> None:
    @often
    @given(flow_problems())
    def agree(problem: FlowProblem) -> None:
        value = judge(problem)
        if value is None:
            with pytest.raises(InfeasibleError):
                solve(problem)
        else:
            assert solve(problem).net_value == pytest.approx(value, abs=CLOSE)

    agree()


def test_the_pyomo_statement_has_the_names_and_the_signs_of_the_solution() -> None:
    contract = LimitRow("home first", -4, bids=[1], bid_coefficients=-1)
    problem = washery(limits=[contract])
    model, solution = pyomo_model(problem), solve(problem)
    pyo.SolverFactory("appsi_highs").solve(model)
    assert [model.dual[model.balance[f"state {s}"]] for s in range(3)] == pytest.approx(solution.node_price)
    assert model.dual[model.facility["line"]] == pytest.approx(solution.shadow_price[0]) == 15
    assert model.dual[model.limit["home first"]] == pytest.approx(solution.limit_price[0]) == 10
    assert [pyo.value(model.flow[e]) for e in ("wash", "rail", "road")] == pytest.approx(solution.flows)
    assert [pyo.value(model.sale[b]) for b in ("abroad", "at home")] == pytest.approx(solution.sales)
    assert pyo.value(model.purchase["mine"]) == pytest.approx(solution.purchases[0])


def test_pyomo_takes_a_constraint_of_ones_own() -> None:
    model = pyomo_model(washery())
    model.own = pyo.Constraint(expr=model.flow["rail"] + model.flow["road"] <= 4)
    pyo.SolverFactory("appsi_highs").solve(model)
    assert pyo.value(model.net_value) == pytest.approx(375 - 10)  # the fifth tonne stays at home: 65 instead of 75


def test_solving_keeps_nothing_and_threads_do_not_meet() -> None:
    problems = [washery(facility_capacity=[capacity]) for capacity in np.linspace(0, 6, 24)]
    one_by_one = [solve(problem).net_value for problem in problems]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(lambda problem: solve(problem).net_value, problems)) == one_by_one


# --- contracts that cannot be kept -----------------------------------------------------------------------------------


def test_a_contract_for_more_than_there_is_is_named() -> None:
    problem = washery(limits=[LimitRow("home first", -9, bids=[1], bid_coefficients=-1)])
    with pytest.raises(InfeasibleError, match='limit "home first" demands 9 and can have at most 8') as error:
        solve(problem)  # 10 Mt raw make 8 washed
    assert str(error.value).endswith('In its way: offer "mine".')


def test_what_stands_in_the_way_of_a_contract_is_named() -> None:
    abroad = LimitRow("abroad first", -5, bids=[0], bid_coefficients=-1)
    no_road = LimitRow("no road", 0, edges=[2])
    kept = LimitRow("home first", -1, bids=[1], bid_coefficients=-1)
    with pytest.raises(InfeasibleError) as error:
        solve(washery(limits=[kept, abroad, no_road]))
    assert str(error.value) == (
        'No plan meets all limits: limit "abroad first" demands 5 and can have at most 3. '
        'In its way: limit "no road", facility "line".'
    )


def test_a_demand_that_nothing_can_serve_is_named() -> None:
    with pytest.raises(InfeasibleError, match='limit "empty" demands 1 and can have at most 0'):
        solve(washery(limits=[LimitRow("empty", -1, bids=[0], bid_coefficients=0)]))


@pytest.mark.parametrize("seconds", [0, -1, float("nan"), float("inf")])
def test_a_time_limit_has_to_be_a_time(seconds: float) -> None:
    with pytest.raises(UsageError, match=r"time_limit_s is .*: write a number of seconds above 0"):
        solve(washery(), time_limit_s=seconds)


def test_a_time_limit_that_is_long_enough_changes_nothing() -> None:
    assert solve(washery(), time_limit_s=60).net_value == pytest.approx(375)


# --- the door --------------------------------------------------------------------------------------------------------


def test_every_fault_is_named_at_once_with_its_place_and_its_mend() -> None:
    with pytest.raises(InputError) as error:
        washery(
            edge_to=[7, 3, 1],
            edge_cost=[4, np.nan, 25],
            edge_gain=[0, 1, 1],
            facility_capacity=[-1],
            use_edge=[1, 1],
            use_facility=[0, 0],
            use_amount=[1, 1e-12],
            bid_most=[5, np.inf],
            bid_price=[100],
            offer_state=[0.5],
            bid_names=["abroad", "abroad"],
            offer_names=[" "],
            edge_names=["wash"],
            state_names="abc",
            limits=[
                LimitRow("cap", np.inf, edges=[0, 0]),
                LimitRow("cap", 1, bids=[7], bid_coefficients=[1, 2]),
                LimitRow("void", 1),
                "no more",
            ],
        )
    assert str(error.value).startswith('FlowProblem: column "bid_price": has 1 rows: 2 would be right\nFlowProblem:0: ')
    assert [(fault.row, fault.column, fault.message) for fault in error.value.faults] == [
        (None, "bid_price", "has 1 rows: 2 would be right"),
        (0, "edge_gain", "0 is not right: write tonnes out per tonne in, above 1e-09 and below 1e+15"),
        (None, "edge_names", "has 1 names: 3 would be right"),
        (0, "edge_to", "7 is no state: write 0 to 2"),
        (0, "facility_capacity", "-1 is not right: write a number from 0 up, or infinite where there is no bound"),
        (0, "limits", '"cap": bound inf is not right: write a finite number between -1e+15 and 1e+15'),
        (0, "limits", '"cap": edge 0 stands 2 times: write it once, with the sum'),
        (0, "offer_names", "' ' is no name: write some text"),
        (0, "offer_state", "0.5 is no state: write 0 to 2"),
        (None, "state_names", "'abc' is no list: write a list of text"),
        (1, "bid_most", "inf is not right: write a finite number of Mt/yr, at least 0 and below 1e+15"),
        (1, "bid_names", '"abroad" is the name of row 0 already: names must differ'),
        (1, "edge_cost", "nan is not right: write a finite number of USD/t, between -1e+15 and 1e+15"),
        (1, "edge_to", "3 is no state: write 0 to 2"),
        (1, "limits", '"cap" is the name of row 0 already: names must differ'),
        (1, "limits", '"cap": bid_coefficients has 2 rows: 1 would be right'),
        (1, "limits", '"cap": bids 7 is no bid: write 0 to 1'),
        (1, "use_amount", "1e-12 is not right: write 0, or a number above 1e-09 and below 1e+15"),
        (1, "use_edge", "edge 1 uses facility 0 in row 0 already: write one row with the sum of the amounts"),
        (2, "edge_to", "1 is where the edge begins: an edge joins two states"),
        (2, "limits", '"void": holds no edge, bid or offer: write at least one'),
        (3, "limits", "'no more' is no limit: write a LimitRow"),
    ]


def test_what_cannot_be_read_is_named_and_spoils_nothing_else() -> None:
    with pytest.raises(InputError) as error:
        FlowProblem(
            n_states=-1,
            edge_from=["here"],
            edge_to=[[0, 1]],
            edge_cost=[1, 2],
            facility_capacity=5,
            use_edge=[0],
            use_facility=[0],
            limits="alone",
        )
    assert [(fault.row, fault.column, fault.message) for fault in error.value.faults] == [
        (None, "edge_from", "holds something that is no number: write numbers only"),
        (None, "edge_to", "has 2 dimensions: write a list of numbers"),
        (None, "facility_capacity", "has 0 dimensions: write a list of numbers"),
        (None, "limits", "'alone' is no list: write a list of LimitRow"),
        (None, "n_states", "-1 is no number of states: write a whole number from 0 up"),
    ]


def test_a_problem_and_its_solution_cannot_be_changed() -> None:
    cost, coefficient = np.array([4.0, 10.0, 25.0]), np.array([1.0])
    problem = washery(edge_cost=cost, limits=[LimitRow("cap", 9, edges=[0], edge_coefficients=coefficient)])
    cost[:] = coefficient[:] = 0  # what the caller does to its own arrays does not reach the problem
    assert problem.edge_cost.tolist() == [4, 10, 25]
    assert problem.limits[0].edge_coefficients.tolist() == [1]
    solution = solve(problem)
    for value in (problem, problem.limits[0], solution, solution.rents):
        for field in dataclasses.fields(value):
            content = getattr(value, field.name)
            if isinstance(content, np.ndarray):
                with pytest.raises(ValueError, match="read-only"):
                    content[...] = 0
            with pytest.raises(dataclasses.FrozenInstanceError):
                setattr(value, field.name, content)
    with pytest.raises(TypeError):
        solution.seconds["solve"] = 0


def test_replacing_changes_what_is_replaced_and_nothing_else() -> None:
    before = washery()
    after = before.replace(bid_price=[100, 80])
    for field in dataclasses.fields(FlowProblem):
        if field.name != "bid_price":
            np.testing.assert_array_equal(getattr(after, field.name), getattr(before, field.name))
    # the road earns less than home now: 3 abroad by rail, 5 at home
    assert solve(after).net_value == pytest.approx(3 * 90 + 5 * 80 - 10 * 24)
    assert solve(before).net_value == pytest.approx(375)
    with pytest.raises(InputError, match='"bid_price": has 1 rows: 2 would be right'):
        before.replace(bid_price=[100])
    with pytest.raises(TypeError, match="bid_prize"):
        before.replace(bid_prize=[100, 80])


def test_one_number_holds_in_every_row() -> None:
    problem = washery(edge_cost=7, limits=[LimitRow("cap", 1, edges=[0, 2], edge_coefficients=2)])
    assert problem.edge_cost.tolist() == [7, 7, 7]
    assert problem.limits[0].edge_coefficients.tolist() == [2, 2]


def test_names_and_counts() -> None:
    problem = washery()
    assert repr(problem) == "<FlowProblem: 3 states, 3 edges, 1 facilities, 2 bids, 1 offers, 0 limits>"
    assert [problem.label("edge", 1), problem.label("state", 1)] == ["rail", "state 1"]
    assert [problem.count(kind) for kind in ("state", "edge", "facility", "bid", "offer")] == [3, 3, 1, 2, 1]
    assert repr(solve(problem)).startswith("<FlowSolution: optimal, net value 375 million USD/yr, edge LP by HiGHS ")


# --- closed ways -----------------------------------------------------------------------------------------------------


def test_a_way_that_creates_cargo_is_refused_by_name() -> None:
    with pytest.raises(InputError) as error:
        washery(edge_to=[1, 2, 0], edge_from=[0, 1, 1], edge_gain=[0.8, 1, 1.5])
    assert str(error.value) == (
        'FlowProblem:0: column "edge_gain": one tonne that goes round comes back as 1.2 t, where at most 1 is right: '
        '"wash", then "road"'
    )


def test_a_way_that_creates_money_is_refused_by_name() -> None:
    round_trip = {"n_states": 2, "edge_from": [0, 1], "edge_to": [1, 0]}
    with pytest.raises(InputError) as error:
        FlowProblem(**round_trip, edge_cost=[1, -1.5])
    assert str(error.value) == (
        'FlowProblem:0: column "edge_cost": going round costs -0.5 USD/t, where at least 0 is right: '
        "edge 0, then edge 1"
    )
    FlowProblem(**round_trip, edge_cost=[1.5, -1.5])  # going round for nothing is harmless
    FlowProblem(**round_trip, edge_cost=[1, -1.5], edge_gain=[0.5, 1])  # and so is what ends by itself


@more_often
@given(graphs())
def test_the_door_refuses_closed_ways_that_create_cargo_or_money_and_no_others(graph: dict[str, Any]) -> None:
    arrays = [graph[name] for name in ("edge_from", "edge_to", "edge_gain")]
    creating = gaining_cycle(graph["n_states"], *arrays)
    paying = [] if creating else earning_cycle(graph["n_states"], *arrays, graph["edge_cost"])
    balance = np.zeros((graph["n_states"], len(graph["edge_cost"])))
    for e, (begin, end, gain) in enumerate(zip(*arrays, strict=True)):
        balance[begin, e] += 1
        balance[end, e] -= gain
    none = np.zeros(graph["n_states"])
    # more may arrive than leaves, at every state: can there be any more?
    excess = linprog(np.sum(balance, axis=0), A_ub=balance, b_ub=none, bounds=(0, 1))
    assert bool(creating) == (excess.fun < -CLOSE)
    if not creating:
        income = linprog(graph["edge_cost"], A_eq=balance, b_eq=none, bounds=(0, 1))
        assert bool(paying) == (income.fun < -CLOSE)
    for cycle in filter(None, (creating, paying)):
        for edge, following in pairwise([*cycle, cycle[0]]):
            assert graph["edge_to"][edge] == graph["edge_from"][following]
        gain = graph["edge_gain"][cycle]
        if creating:
            assert np.prod(gain) > 1
        else:
            assert np.sum(graph["edge_cost"][cycle] * np.cumprod([1, *gain[:-1]])) < 0
