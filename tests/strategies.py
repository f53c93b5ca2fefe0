"""Random problems, small enough to be many: every Hypothesis strategy of the tests stands here."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
from hypothesis import strategies as st

from corridor import FlowProblem, LimitRow

# Whole numbers make ties and bounds that are just met; hundredths make problems without them.
money = st.integers(0, 12).map(float) | st.integers(0, 1200).map(lambda cents: cents / 100)
tonnes = st.sampled_from([2.0, 1.0, 3.0, 5.0, 0.0]) | st.integers(0, 500).map(
    lambda tens_of_kilotonnes: tens_of_kilotonnes / 100
)
capacities = st.sampled_from([1.0, 0.5, 2.0, 0.0, np.inf]) | tonnes
coefficients = st.sampled_from([-1.0, -0.5, 0.0, 0.5, 1.0, 2.0])


def columns(element: st.SearchStrategy[Any], length: int) -> st.SearchStrategy[list[Any]]:
    """Lists of one length."""
    return st.lists(element, min_size=length, max_size=length)


def indices(count: int, most: int) -> st.SearchStrategy[list[int]]:
    """One or more different indices below a count, if there are any."""
    return st.lists(st.integers(0, count - 1), min_size=1, max_size=most, unique=True) if count else st.just([])


@st.composite
def limit_rows(draw: st.DrawFn, name: str, edges: int, bids: int, offers: int) -> LimitRow:
    """Limits that doing nothing meets, and minimum contracts for some bid."""
    if bids and draw(st.booleans()):
        least = draw(st.sampled_from([0.25, 0.5, 2.0]))
        return LimitRow(name, -least, bids=[draw(st.integers(0, bids - 1))], bid_coefficients=-1.0)
    of_edges, of_bids, of_offers = draw(indices(edges, 3)), draw(indices(bids, 2)), draw(indices(offers, 2))
    return LimitRow(
        name,
        draw(tonnes),
        of_edges,
        draw(columns(coefficients, len(of_edges))),
        of_bids,
        draw(columns(coefficients, len(of_bids))),
        of_offers,
        draw(columns(coefficients, len(of_offers))),
    )


@st.composite
def flow_problems(draw: st.DrawFn, least_bids: int = 0, least_facilities: int = 0) -> FlowProblem:
    """Sound problems: shared facilities, gains, parallel and capped edges, states that nothing touches, limits.

    Gains above 1 and costs below 0 occur, but no closed way creates cargo or money: each gain is a loss times a ratio
    of two states' sizes, each cost is one from 0 up plus a difference of two states' levels, and round a closed way
    both cancel.
    """
    chain, spare = draw(st.integers(0, 4)), draw(st.integers(1, 2))  # a way from end to end, and states beside it
    n_states = chain + 1 + spare
    state, other = st.integers(0, n_states - 1), st.integers(1, n_states - 1)
    more = draw(st.lists(st.tuples(state, other), max_size=6))
    begin = np.array([*range(chain), *(first for first, _ in more)], dtype=np.int64)
    end = np.array([*range(1, chain + 1), *((first + step) % n_states for first, step in more)], dtype=np.int64)
    n_edges = len(begin)
    size = np.array(draw(columns(st.sampled_from([1.0, 1.0, 1.0, 2.0]), n_states)))
    level = np.array(draw(columns(st.sampled_from([0.0, 0.0, 0.0, 3.0, -3.0]), n_states)))
    gain = np.array(draw(columns(st.sampled_from([1.0, 1.0, 0.5, 0.9]), n_edges))) * size[end] / size[begin]
    cost = np.array(draw(columns(money, n_edges))) / 4 + level[begin] - gain * level[end]
    capacity = draw(st.integers(least_facilities, 3).flatmap(partial(columns, capacities)))
    users = [(edge, facility) for facility in range(len(capacity)) for edge in draw(indices(n_edges, n_edges))]
    n_bids, n_offers = draw(st.sampled_from([1, 2, 3, 4, least_bids])), draw(st.sampled_from([1, 2, 3, 0]))
    n_limits = draw(st.sampled_from([0, 1, 2])) if n_edges + n_bids + n_offers else 0
    return FlowProblem(
        n_states=n_states,
        edge_from=begin,
        edge_to=end,
        edge_cost=cost,
        edge_gain=gain,
        edge_capacity=draw(columns(st.sampled_from([np.inf, np.inf, np.inf, 3.0, 1.0, 0.0]), n_edges)),
        facility_capacity=capacity,
        use_edge=[edge for edge, _ in users],
        use_facility=[facility for _, facility in users],
        use_amount=draw(columns(st.sampled_from([1.0, 1.0, 0.5, 2.0, 0.0]), len(users))),
        bid_state=draw(columns(st.just(chain) | state, n_bids)),
        bid_most=draw(columns(tonnes, n_bids)),
        bid_price=draw(columns(money.map(lambda price: 50 - 3 * price), n_bids)),
        offer_state=draw(columns(st.just(0) | state, n_offers)),
        offer_most=draw(columns(tonnes, n_offers)),
        offer_cost=draw(columns(money, n_offers)),
        limits=[draw(limit_rows(f"limit {row}", n_edges, n_bids, n_offers)) for row in range(n_limits)],
        edge_names=[f"way {edge}" for edge in range(n_edges)] if draw(st.booleans()) else None,
    )


@st.composite
def graphs(draw: st.DrawFn) -> dict[str, Any]:
    """Edges with any gains and costs: closed ways may create cargo or money, and the door has to notice."""
    n_states = draw(st.integers(2, 5))
    state, other = st.integers(0, n_states - 1), st.integers(1, n_states - 1)
    ends = draw(st.lists(st.tuples(state, other), min_size=1, max_size=8))
    begin = np.array([first for first, _ in ends])
    end = np.array([(first + step) % n_states for first, step in ends])
    size = np.array(draw(columns(st.sampled_from([1.0, 2.0, 4.0]), n_states)))  # round a closed way its ratios cancel
    gain = np.array(draw(columns(st.sampled_from([1.0, 1.0, 1.0, 0.8, 1.25]), len(ends)))) * size[end] / size[begin]
    cost = np.array(draw(columns(st.integers(-2, 4).map(float), len(ends))))
    return {"n_states": n_states, "edge_from": begin, "edge_to": end, "edge_gain": gain, "edge_cost": cost}


def grid_problem(side: int, cargoes: int, seed: int = 0) -> FlowProblem:
    """A square of towns with roads both ways, for each cargo anew; mines west, markets east, a river with few bridges.

    Large enough, where that is asked for, to be stopped half-way.
    """
    chance = np.random.default_rng(seed)
    town = np.arange(side * side).reshape(side, side)
    ends = np.concatenate(
        [
            np.column_stack([town[:, :-1].ravel(), town[:, 1:].ravel()]),
            np.column_stack([town[:-1].ravel(), town[1:].ravel()]),
        ]
    )
    bridge = np.flatnonzero((ends[:, 0] % side == side // 2) & (ends[:, 1] % side == side // 2 + 1))
    ends = np.concatenate([ends, ends[:, ::-1]])
    cost = np.tile(chance.uniform(1, 3, len(ends) // 2), 2)
    n_towns, n_edges = side * side, len(ends)
    of_cargo = np.repeat(np.arange(cargoes), n_edges)
    both_ways = np.concatenate([bridge, bridge + n_edges // 2])
    mines = [k * n_towns + town[row, 0] for k in range(cargoes) for row in range(0, side, 3)]
    markets = [k * n_towns + town[row, -1] for k in range(cargoes) for row in range(0, side, 2)]
    return FlowProblem(
        n_states=n_towns * cargoes,
        edge_from=np.tile(ends[:, 0], cargoes) + of_cargo * n_towns,
        edge_to=np.tile(ends[:, 1], cargoes) + of_cargo * n_towns,
        edge_cost=np.tile(cost, cargoes) * np.repeat(chance.uniform(0.8, 1.2, cargoes), n_edges),
        facility_capacity=chance.uniform(0.2, 1.0, len(bridge)) * cargoes,
        use_edge=(both_ways + n_edges * np.arange(cargoes)[:, None]).ravel(),
        use_facility=np.tile(np.arange(len(bridge)), 2 * cargoes),
        bid_state=markets,
        bid_most=chance.uniform(0.5, 2, len(markets)),
        bid_price=chance.uniform(2, 6, len(markets)) * side,
        offer_state=mines,
        offer_most=chance.uniform(0.5, 2, len(mines)),
        offer_cost=chance.uniform(0, 10, len(mines)),
    )


@st.composite
def games(draw: st.DrawFn, most_players: int = 4) -> npt.NDArray[np.float64]:
    """Worths of all coalitions, any at all but 0 for the empty one."""
    players = draw(st.integers(1, most_players))
    return np.array([0.0, *draw(columns(money, 2**players - 1))])
