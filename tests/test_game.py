"""Shapley values against their axioms and every order of joining; the core against its corners."""

from __future__ import annotations

import math
from itertools import combinations, permutations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corridor.strategy.game import ROUNDING, core, objections, players_of, shapley
from strategies import games, money

Game = npt.NDArray[np.float64]
LINEAR_PROGRAMMES = settings(deadline=None, max_examples=40)


def relabelled(worth: Game, order: tuple[int, ...]) -> Game:
    """The same game with players renamed: the new player i is the old one order[i]."""
    moved = np.empty_like(worth)
    for coalition in range(len(worth)):
        moved[coalition] = worth[sum(1 << order[i] for i in range(len(order)) if coalition >> i & 1)]
    return moved


def corners(worth: Game) -> list[Game]:
    """Corners of the core, where it has any: enough claims met exactly, all others at least."""
    n = players_of(worth)
    members = np.array([[coalition >> i & 1 for i in range(n)] for coalition in range(len(worth))], dtype=float)
    found = []
    for exact in combinations(range(1, len(worth) - 1), n - 1):
        rows = [*exact, len(worth) - 1]
        if abs(np.linalg.det(members[rows])) < 0.5:  # of zeros and ones: a whole number
            continue
        point = np.linalg.solve(members[rows], worth[rows])
        if (members @ point >= worth - 1e-9).all():
            found.append(point)
    return found


@given(games())
def test_shapley_is_the_mean_over_all_orders_of_joining(worth: Game) -> None:
    n = players_of(worth)
    added = np.zeros(n)
    for order in permutations(range(n)):
        coalition = 0
        for i in order:
            added[i] += worth[coalition | 1 << i] - worth[coalition]
            coalition |= 1 << i
    assert shapley(worth) == pytest.approx(added / math.factorial(n), abs=1e-9)


@given(games())
def test_shapley_values_add_up_to_the_whole(worth: Game) -> None:
    assert math.fsum(shapley(worth)) == pytest.approx(worth[-1], rel=1e-12, abs=1e-12)


@given(games(), st.randoms(use_true_random=False))
def test_shapley_does_not_look_at_names(worth: Game, random: object) -> None:
    order = list(range(players_of(worth)))
    random.shuffle(order)  # type: ignore[attr-defined]
    assert shapley(relabelled(worth, tuple(order))) == pytest.approx(shapley(worth)[order], abs=1e-9)


@given(games(3))
def test_who_adds_nothing_gets_nothing(worth: Game) -> None:
    with_idle = np.concatenate([worth, worth])  # one more player, whose bit changes no worth
    values = shapley(with_idle)
    assert values[-1] == 0
    assert values[:-1] == pytest.approx(shapley(worth), abs=1e-9)


@given(st.integers(1, 4).flatmap(lambda n: st.tuples(*[st.lists(money, min_size=2**n, max_size=2**n)] * 2)))
def test_shapley_of_a_sum_is_the_sum(both: tuple[list[float], list[float]]) -> None:
    one, other = (np.array([0.0, *worth[1:]]) for worth in both)
    assert shapley(one + other) == pytest.approx(shapley(one) + shapley(other), abs=1e-9)


@LINEAR_PROGRAMMES
@given(st.integers(1, 4).flatmap(lambda n: st.lists(money, min_size=2**n, max_size=2**n)))
def test_nobody_objects_to_shapley_in_a_convex_game(dividends: list[float]) -> None:
    sets = range(len(dividends))
    worth = np.array([math.fsum(dividends[t] for t in sets if t and t & ~s == 0) for s in sets])
    values = shapley(worth)
    found = core(worth)
    assert not objections(worth, values)
    assert not found.is_empty
    assert (found.low - 1e-6 <= values).all()
    assert (values <= found.high + 1e-6).all()


@LINEAR_PROGRAMMES
@given(games())
def test_the_core_reaches_as_far_as_its_corners(worth: Game) -> None:
    found = core(worth)
    reached = corners(worth)
    assert found.is_empty == (not reached)
    if reached:
        assert found.low == pytest.approx(np.min(reached, axis=0), abs=1e-5)
        assert found.high == pytest.approx(np.max(reached, axis=0), abs=1e-5)


@LINEAR_PROGRAMMES
@given(games())
def test_epsilon_is_the_least_that_lets_all_agree(worth: Game) -> None:
    found = core(worth)
    eased = worth - found.epsilon * (1 + 1e-6) - 1e-5
    eased[[0, -1]] = worth[[0, -1]]
    assert corners(eased)
    if found.epsilon > 1e-4:
        tight = worth - 0.99 * found.epsilon
        tight[[0, -1]] = worth[[0, -1]]
        assert not corners(tight)


def test_three_of_whom_any_two_can_do_all_never_agree() -> None:
    worth = np.array([0, 0, 0, 1, 0, 1, 1, 1.0])
    found = core(worth)
    assert found.epsilon == pytest.approx(1 / 3)
    assert found.low == pytest.approx([1 / 3] * 3, abs=1e-5)
    assert shapley(worth) == pytest.approx([1 / 3] * 3)
    told = objections(worth, shapley(worth))
    assert [o.coalition for o in told] == [3, 5, 6]
    assert [o.short for o in told] == pytest.approx([1 / 3] * 3)


def test_rounding_is_no_objection() -> None:
    worth = np.array([0, 0, 0, 1000.0])
    assert not objections(worth, np.array([1000 + ROUNDING, -ROUNDING]))
    assert objections(worth, np.array([1001.0, -1.0]))[0].short == pytest.approx(1)
