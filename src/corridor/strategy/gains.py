"""Who gains: what each coalition of countries can make, how it may be divided, and who gets what as tariffs are."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from corridor.errors import UsageError, did_you_mean
from corridor.flow import Prepared
from corridor.law import Law
from corridor.paths import Floats, Ints
from corridor.payments import Payments, payments
from corridor.plan import Plan, make_plan
from corridor.strategy.game import Core, Objection, core, objections, shapley
from corridor.strategy.incomes import Income, Rent, Revenue, incomes_of, rents_of, revenues_of
from corridor.study import Outcome
from corridor.values import BOUNDS, Values

MOST_PLAYERS = 8
"""Each player more doubles the number of coalitions, each of which is a plan of its own."""


@dataclass(frozen=True)
class Game:
    """What coalitions are worth with cost shares at one level, and how the whole may be divided, million USD/yr.

    Attributes
    ----------
    worth
        Of each coalition: what it adds to what countries that do not play make by themselves. The set bits of its index
        are its members, in the order of the players.
    outside
        Worth of countries that do not play, by themselves.
    """

    worth: Floats
    outside: float

    @cached_property
    def shapley(self) -> Floats:
        """Shapley value of each player."""
        return shapley(self.worth)

    @cached_property
    def core(self) -> Core:
        """The divisions to which no coalition objects."""
        return core(self.worth)

    @cached_property
    def objections(self) -> tuple[Objection, ...]:
        """Coalitions to which the Shapley values give less than they make alone: none if these lie in the core."""
        return objections(self.worth, self.shapley)


@dataclass(frozen=True)
class Gains:
    """Who gains.

    Attributes
    ----------
    players
        Countries.
    games
        With all cost shares at their low, central and high.
    incomes
        At the tariffs charged, central cost shares: the players first.
    rents
        By owner.
    revenues
        By country and commodity.
    payments
        Who is paid what on the edges of the plan.
    moves, moves_by_law
        Of each player: how many moves (a cargo on an edge) between mines and markets touch its territory; in the
        scenario, and by the law as it stands where the scenario lifts measures.
    """

    players: tuple[str, ...]
    games: tuple[Game, Game, Game]
    incomes: tuple[Income, ...]
    rents: tuple[Rent, ...]
    revenues: tuple[Revenue, ...]
    payments: Payments
    moves: tuple[int, ...]
    moves_by_law: tuple[int, ...]

    @property
    def central(self) -> Game:
        """The game with cost shares at the centre."""
        return self.games[1]

    @property
    def surplus(self) -> float:
        """What the plan at the tariffs charged is worth at resource cost: the sum of all incomes."""
        return math.fsum(income.total for income in self.incomes)

    @property
    def lost_to_tariffs(self) -> float:
        """What all countries forgo since charges and royalties keep cargo at home or on dearer ways."""
        return float(self.central.worth[-1]) + self.central.outside - self.surplus

    def coalition(self, members: int) -> tuple[str, ...]:
        """Players of a coalition."""
        return tuple(player for i, player in enumerate(self.players) if members >> i & 1)


def gains(outcome: Outcome, players: Sequence[str] = ()) -> Gains:
    """Find what each coalition of countries can make, and who gets what.

    Parameters
    ----------
    outcome
        The scenario; its law holds.
    players
        Countries (code or name) or corridors; those with mines, then those of the corridors, where none is named. All
        other countries are open to every coalition.

    Returns
    -------
    Gains

    Raises
    ------
    UsageError
        If a player is none of the study's or stands twice, or there are none or too many.
    InputError
        Lists every payee and every cost share that is missing.

    Notes
    -----
    ``v(S)`` is the net value of the best lawful plan on the territory of ``S`` and of countries that do not play, at
    resource cost: charges count with their cost share, royalties not at all, since both are transfers.
    """
    plan = outcome.plan
    names = known_players(outcome, players)
    found = payments(plan, outcome.costs, outcome.tables["payees"], _own_values(outcome))
    territory = _Territory.of(plan, names)
    low, central, high = (_game(plan, found, territory, bound, len(names)) for bound in range(BOUNDS))
    return Gains(
        players=names,
        games=(low, central, high),
        incomes=incomes_of(plan, found, names),
        rents=rents_of(plan),
        revenues=revenues_of(plan, found),
        payments=found,
        moves=territory.moves(len(names)),
        moves_by_law=_Territory.of(_by_law(outcome), names).moves(len(names)),
    )


def _by_law(outcome: Outcome) -> Plan:
    """The plan with every measure in force, those too that the scenario lifts. It is stated, not solved."""
    if not outcome.lifted_measures:
        return outcome.plan
    law = Law(outcome.tables["rules"], outcome.network, outcome.as_of)
    use, traders = outcome.study.file.assumptions.use, (outcome.sellers, outcome.buyers)
    return make_plan(outcome.network, outcome.costs, law, use, outcome.corridor_of, outcome.spare, *traders)


def _own_values(outcome: Outcome) -> Values:
    """The numbers of the day, with a list of faults of their own: what is missing here is missing nowhere else."""
    return Values(outcome.tables, outcome.as_of, outcome.price_year)


def known_players(outcome: Outcome, players: Sequence[str] = ()) -> tuple[str, ...]:
    """Countries that play.

    Raises
    ------
    UsageError
        As :func:`gains`.
    """
    nodes, corridors = outcome.network.nodes, outcome.study.file.corridors
    names = outcome.country_names
    if not players:
        mines = (nodes[seller.node].country for seller in outcome.sellers)
        along = (country for own in corridors.values() for country in own)
        chosen = [country for country in dict.fromkeys([*mines, *along]) if country in names]
    else:
        words: dict[str, tuple[str, ...]] = {**corridors}
        words |= {word: (country,) for country, name in names.items() for word in (country, name)}
        by_word = {word.lower(): countries for word, countries in words.items()}
        unknown = [player for player in players if player.lower() not in by_word]
        if unknown:
            each = " ".join(f'"{word}" is no country of this study.{did_you_mean(word, [*words])}' for word in unknown)
            raise UsageError(f"{each} There are: {', '.join(sorted(names))}.")
        chosen = [country for player in players for country in by_word[player.lower()]]
        twice = sorted({country for country in chosen if chosen.count(country) > 1})
        if twice:
            raise UsageError(f"{', '.join(twice)} plays twice. Name each once.")
    if not chosen:
        raise UsageError("no country has a mine or a corridor here: name who plays.")
    if len(chosen) > MOST_PLAYERS:
        many = f"{len(chosen)} players make {2 ** len(chosen)} coalitions; at most {MOST_PLAYERS} play."
        raise UsageError(f"{many} Name those that count.")
    return tuple(chosen)


class _Territory(NamedTuple):
    """Which players' territory edges, bids and offers of a problem need: one bit a player."""

    edges: Ints
    bids: Ints
    offers: Ints

    @classmethod
    def of(cls, plan: Plan, players: Sequence[str]) -> _Territory:
        bit = {player: 1 << i for i, player in enumerate(players)}
        nodes = plan.network.nodes

        def needs(*countries: str) -> int:
            found = 0
            for country in countries:
                found |= bit.get(country, 0)
            return found

        edges = [plan.network.edges[e] for e in plan.edge_of]
        of_edges = [needs(edge.link.country, nodes[edge.tail].country, nodes[edge.head].country) for edge in edges]
        return cls(
            np.array([*of_edges, *(0 for _ in plan.handovers)], dtype=np.int64),
            np.array([needs(nodes[buyer.node].country) for buyer in plan.buyers], dtype=np.int64),
            np.array([needs(nodes[seller.node].country) for seller in plan.sellers], dtype=np.int64),
        )

    def moves(self, n_players: int) -> tuple[int, ...]:
        """How many edges touch the territory of each player."""
        return tuple(int(np.count_nonzero(self.edges >> i & 1)) for i in range(n_players))

    def open_to(self, coalition: int) -> tuple[npt.NDArray[np.bool_], ...]:
        """What lies on the territory of a coalition: of edges, bids and offers."""
        return tuple(needed & ~coalition == 0 for needed in self)


def _game(plan: Plan, paid: Payments, territory: _Territory, bound: int, n_players: int) -> Game:
    """All coalitions with cost shares at one level."""
    problem = plan.problem
    royalty = np.array([seller.royalty for seller in plan.sellers])
    at_cost = problem.replace(edge_cost=paid.resource_cost(plan, bound), offer_cost=problem.offer_cost - royalty)
    prepared = Prepared(at_cost)
    known: dict[bytes, float] = {}  # who adds no territory that matters is worth exactly nothing, rounding apart
    worth = np.zeros(1 << n_players)
    for coalition in range(1 << n_players):
        edges, bids, offers = territory.open_to(coalition)
        key = b"".join(part.tobytes() for part in (edges, bids, offers))
        if key not in known:
            known[key] = prepared.resolve(
                edge_capacity=np.where(edges, problem.edge_capacity, 0.0),
                bid_most=np.where(bids, problem.bid_most, 0.0),
                offer_most=np.where(offers, problem.offer_most, 0.0),
            ).net_value
        worth[coalition] = known[key]
    return Game(worth - worth[0], float(worth[0]))
