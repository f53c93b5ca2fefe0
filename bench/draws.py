"""Many draws on the network S of instances.py: what is drawn, how we answer it, and how peers do.

Prices are those of commodities: all bids of a commodity move together, log-normally and independently of other
commodities, 15 % of dispersion. Capacities move each for itself, as much. A block of draws is answered on its own, from
the problem as it is, so that it has the same answers wherever it is answered.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from corridor import FlowProblem, Prepared
from corridor.flow.curve import curve
from instances import SIZES, instance

DRAWS, BLOCK = 100_000, 20_000
DISPERSION = 0.15
PRICES = 6
SEED = 1

ONE_PRICE, SIX_PRICES = "one price", "six prices"
WITH_CAPACITIES = "six prices, all capacities"

DEFAULT, PRIMAL = "HiGHS, default options, warm", "HiGHS, primal simplex, warm"
PERSISTENT, REBUILT = "Pyomo appsi, persistent", "Pyomo appsi, rebuilt"
DRAW_PEERS = {
    ONE_PRICE: (DEFAULT, PRIMAL),
    SIX_PRICES: (DEFAULT, PRIMAL, PERSISTENT, REBUILT),
    WITH_CAPACITIES: (DEFAULT, PRIMAL),
}
PEER_SAMPLES = {DEFAULT: 60, PRIMAL: 60, PERSISTENT: 20, REBUILT: 4}
"""So many draws of each block are solved by a peer; the mean of them stands for all."""

Changes = dict[str, np.ndarray]


class Answers(NamedTuple):
    """What came of a block."""

    net_value: np.ndarray
    certified: int
    alone: int


def changes_of(problem: FlowProblem, what: str, block: int) -> Changes:
    """Draws of a block: draws x bids, draws x facilities."""
    rng = np.random.default_rng([SEED, block + 1])
    commodities = SIZES["S"].commodities
    prices = 1 if what == ONE_PRICE else PRICES
    factor = np.ones((BLOCK, commodities))
    factor[:, :prices] = np.exp(DISPERSION * rng.standard_normal((BLOCK, prices)))
    found = {"bid_price": problem.bid_price * np.repeat(factor, problem.count("bid") // commodities, axis=1)}
    if what == WITH_CAPACITIES:
        spread = np.exp(DISPERSION * rng.standard_normal((BLOCK, problem.count("facility"))))
        found["facility_capacity"] = problem.facility_capacity * spread
    return found


def our_blocks(problem: FlowProblem, what: str) -> Iterator[tuple[int, float, Answers]]:
    """Our answers, block by block, and the seconds of each; those of laying out are in the first."""
    start = time.perf_counter()
    answer = _by_curve(problem) if what == ONE_PRICE else _together(problem)
    for block in range(DRAWS // BLOCK):
        laid_out = time.perf_counter() - start if block == 0 else 0.0
        changes = changes_of(problem, what, block)
        start = time.perf_counter()
        answers = answer(changes)
        yield block, laid_out + time.perf_counter() - start, answers


def _together(problem: FlowProblem) -> Callable[[Changes], Answers]:
    prepared = Prepared(problem, engine="paths")

    def answer(changes: Changes) -> Answers:
        plans = prepared.resolve_many(**changes)
        return Answers(plans.net_value, int(plans.certified.sum()), plans.alone)

    return answer


def _by_curve(problem: FlowProblem) -> Callable[[Changes], Answers]:
    """One price alone: net value is a convex curve of straight pieces, found once and looked up."""
    n_bids = problem.count("bid") // SIZES["S"].commodities
    ends = np.exp(DISPERSION * np.array([-6.0, 6.0]))

    def at(factor: float) -> np.ndarray:
        return np.concatenate([problem.bid_price[:n_bids] * factor, problem.bid_price[n_bids:]])

    low, high = (problem.replace(bid_price=at(end)) for end in ends)
    found = curve(Prepared(low, engine="paths"), high)

    def answer(changes: Changes) -> Answers:
        factor = changes["bid_price"][:, 0] / problem.bid_price[0]
        share = (factor - ends[0]) / (ends[1] - ends[0])
        if share.min() < 0 or share.max() > 1:
            raise RuntimeError("a draw lies beyond the curve")
        return Answers(np.interp(share, found.breaks, found.values), len(share), 0)

    return answer


# Peers


def peer_of(peer: str, problem: FlowProblem) -> Callable[[Mapping[str, np.ndarray]], float]:
    """Return what solves one draw."""
    return _by_highs(peer, problem) if peer in (DEFAULT, PRIMAL) else _by_pyomo(peer, problem)


def _by_highs(peer: str, problem: FlowProblem) -> Callable[[Mapping[str, np.ndarray]], float]:
    import peers

    highs = peers.highs_loaded(peers.highs_model(problem), peers.PRIMAL_SIMPLEX if peer == PRIMAL else None)
    first, n_bids, n_facilities = (problem.count(kind) for kind in ("edge", "bid", "facility"))
    bids = np.arange(first, first + n_bids, dtype=np.int32)
    rows = np.arange(problem.n_states, problem.n_states + n_facilities, dtype=np.int32)
    below = np.full(n_facilities, -np.inf)

    def run(changes: Mapping[str, np.ndarray]) -> float:
        highs.changeColsCost(n_bids, bids, changes["bid_price"])
        if "facility_capacity" in changes:
            highs.changeRowsBounds(n_facilities, rows, below, changes["facility_capacity"])
        return peers.highs_run(highs).objective

    return run


def _by_pyomo(peer: str, problem: FlowProblem) -> Callable[[Mapping[str, np.ndarray]], float]:
    import peers

    if peer == REBUILT:

        def rebuilt(changes: Mapping[str, np.ndarray]) -> float:
            model = peers.pyomo_lean(problem.replace(**changes))
            return peers.appsi_run(peers.appsi_loaded(model), model).objective

        return rebuilt
    model = peers.pyomo_lean(problem)
    solver = peers.appsi_loaded(model)
    peers.appsi_for_prices(solver)
    first, n_bids = problem.count("edge"), problem.count("bid")
    columns = range(first, first + n_bids)

    def kept(changes: Mapping[str, np.ndarray]) -> float:
        model.price.store_values(dict(zip(columns, changes["bid_price"].tolist(), strict=True)))
        return peers.appsi_run(solver, model).objective

    return kept


# Processes and disk


def by_processes(workers: int) -> list[float]:
    """Answer all blocks by some processes: the sum of the net values of each."""
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        return list(pool.map(_block, range(DRAWS // BLOCK)))


_LAID_OUT: dict[str, Any] = {}


def _block(block: int) -> float:
    if not _LAID_OUT:
        problem = instance(SIZES["S"])
        _LAID_OUT.update(problem=problem, answer=_together(problem))
    return float(_LAID_OUT["answer"](changes_of(_LAID_OUT["problem"], SIX_PRICES, block)).net_value.sum())


def stream(draws: int, place: Path) -> int:
    """Answer so many draws and write net value and gap of each to a file as they come: bytes written."""
    problem = instance(SIZES["S"])
    prepared = Prepared(problem, engine="paths")
    with place.open("wb") as file:
        for block in range(draws // BLOCK):
            plans = prepared.resolve_many(**changes_of(problem, SIX_PRICES, block))
            np.stack([plans.net_value, plans.gap]).tofile(file)
    return place.stat().st_size
