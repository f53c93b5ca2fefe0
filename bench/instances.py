"""Made-up trade networks of stated sizes for measuring the flow core: the same seed makes the same network.

What they are: towns scattered over a plane of 4,000 x 2,000 km, in countries that lie side by side; links between
near towns (of the Delaunay triangulation the shortest, and all of its spanning tree, so that everything is connected),
seven in ten a railway and the rest roads, dearer per km; both ways open. Berths stand at the southern coast. Each
commodity has mines (offers) and markets (bids), half of them at berths where there are enough, and its own cost level;
no commodity turns into another and nothing is lost on the way.

What is scarce: every border crossing and every berth is one facility with one capacity, shared by both directions and
by all commodities. Capacities are a random share of what the mines together can deliver. In the harder variant every
railway link has a capacity too. :func:`binding` counts what binds in a solution; reports state that count.

What they are not: real places, and worst cases. Few facilities beside many links is what trade corridors look like and
what path columns are good at; the harder variant is there to show what becomes of them where hundreds of links bind.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from corridor import FlowProblem, FlowSolution

PLANE_KM = (4000.0, 2000.0)
DETOUR = (1.05, 1.4)
"""Length of a link over the distance of its ends, from and to."""

RAIL_USD_PER_T_KM, ROAD_USD_PER_T_KM = (0.012, 0.02), 0.05
"""A railway is cheap or middling, each as often."""

RAIL_SHARE = 0.7
BORDER_USD_PER_T, BERTH_USD_PER_T = (2.0, 8.0), (4.0, 10.0)
COST_LEVEL = (0.8, 1.3)
"""Of a commodity: some cost more to move than others."""

MINE_MT, MINE_USD_PER_T = (0.5, 5.0), (20.0, 60.0)
MARKET_MT, MARKET_USD_PER_T = (0.5, 6.0), (80.0, 160.0)
SPREAD = (0.3, 1.7)
"""A capacity over the mean of its kind."""

TIGHTNESS = 0.3
"""All crossings and berths together can take twice this share of what all mines deliver; most cargo crosses several."""

RAIL_TIGHTNESS = 0.005
"""In the harder variant: the mean railway link can take this share of what all mines deliver."""

SHOWN = 1e-7
"""USD/t: a facility with a larger shadow price binds."""


class Size(NamedTuple):
    """How many of each; mines and markets per commodity."""

    towns: int
    links: int
    countries: int
    commodities: int
    mines: int
    markets: int
    berths: int

    def times(self, factor: int) -> Size:
        """Return so many times the towns, links, mines, markets and berths; as many countries and commodities."""
        towns, links, countries, commodities, mines, markets, berths = self
        return Size(
            factor * towns, factor * links, countries, commodities, factor * mines, factor * markets, factor * berths
        )


_M = Size(1799, 3065, 5, 30, 25, 25, 15)
SIZES = {
    "S": Size(192, 313, 3, 8, 10, 10, 6),
    "M": _M,
    "L": Size(2784, 4727, 8, 30, 40, 40, 25),
    "4 x M": _M.times(4),
}
"""A country, a region, a continent, and one to see how time grows."""

HARDER = "M, railways limited"
"""Name of the harder variant of M."""


def instance(
    size: Size, *, seed: int = 1, tightness: float = TIGHTNESS, rail_tightness: float | None = None
) -> FlowProblem:
    """Make a network.

    Parameters
    ----------
    size
        One of :data:`SIZES`, or another.
    seed
        Of all that is random.
    tightness
        As :data:`TIGHTNESS`; less is tighter.
    rail_tightness
        As :data:`RAIL_TIGHTNESS`, for the harder variant; where not given, railway links have no capacity.

    Returns
    -------
    FlowProblem
        States run through the towns and then the berths of the first commodity, then of the second, and so on.
        Facilities are border crossings, then berths, then (if limited) railway links.
    """
    rng = np.random.default_rng(seed)
    place = rng.random((size.towns, 2)) * PLANE_KM
    ends, km = _links(rng, place, size.links)
    country = np.minimum((place[:, 0] / PLANE_KM[0] * size.countries).astype(np.int64), size.countries - 1)
    crosses = country[ends[:, 0]] != country[ends[:, 1]]
    is_rail = rng.random(size.links) < RAIL_SHARE
    rate = np.where(is_rail, rng.choice(RAIL_USD_PER_T_KM, size.links), ROAD_USD_PER_T_KM)
    link_cost = km * rate + crosses * rng.uniform(*BORDER_USD_PER_T, size.links)

    # A berth is a state of its own, which only the way into it reaches.
    coast = np.argsort(place[:, 1])[: min(4 * size.berths, size.towns)]
    berth = size.towns + np.arange(size.berths)
    begin = np.concatenate([ends[:, 0], ends[:, 1], rng.choice(coast, size.berths, replace=False)])
    end = np.concatenate([ends[:, 1], ends[:, 0], berth])
    cost = np.concatenate([link_cost, link_cost, rng.uniform(*BERTH_USD_PER_T, size.berths)])
    level = rng.uniform(*COST_LEVEL, size.commodities)

    n_places = size.towns + size.berths
    first_state = n_places * np.arange(size.commodities)
    quay_markets = min(size.berths, size.markets // 2)
    mines, markets = [], []
    for first in first_state:
        mines.append(first + rng.choice(size.towns, size.mines, replace=False))
        inland = rng.choice(size.towns, size.markets - quay_markets, replace=False)
        markets.append(first + np.concatenate([inland, rng.choice(berth, quay_markets, replace=False)]))
    offer_most = rng.uniform(*MINE_MT, size.commodities * size.mines)

    # Facilities by edge of one commodity, -1 where there is none; the railways' numbers come after all others.
    shared, n_shared = np.full(len(begin), -1), int(crosses.sum()) + size.berths
    shared[: 2 * size.links] = np.tile(np.where(crosses, np.cumsum(crosses) - 1, -1), 2)
    shared[2 * size.links :] = n_shared - size.berths + np.arange(size.berths)
    capacity = rng.uniform(*SPREAD, n_shared) * (2 * tightness * offer_most.sum() / n_shared)
    uses = [shared]
    if rail_tightness is not None:
        along = np.where(is_rail, n_shared + np.cumsum(is_rail) - 1, -1)
        uses.append(np.concatenate([along, along, np.full(size.berths, -1)]))
        rail = rng.uniform(*SPREAD, int(is_rail.sum())) * (rail_tightness * offer_most.sum())
        capacity = np.concatenate([capacity, rail])
    use_edge, use_facility = _used(uses, size.commodities)

    return FlowProblem(
        n_states=n_places * size.commodities,
        edge_from=(begin + first_state[:, None]).ravel(),
        edge_to=(end + first_state[:, None]).ravel(),
        edge_cost=(cost * level[:, None]).ravel(),
        facility_capacity=capacity,
        use_edge=use_edge,
        use_facility=use_facility,
        bid_state=np.concatenate(markets),
        bid_most=rng.uniform(*MARKET_MT, size.commodities * size.markets),
        bid_price=rng.uniform(*MARKET_USD_PER_T, size.commodities * size.markets),
        offer_state=np.concatenate(mines),
        offer_most=offer_most,
        offer_cost=rng.uniform(*MINE_USD_PER_T, size.commodities * size.mines),
    )


def _links(rng: np.random.Generator, place: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Pairs of near towns, and their lengths: a spanning tree, then the shortest of the rest."""
    # imported here so that a process that only measures memory is spared them
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import minimum_spanning_tree
    from scipy.spatial import Delaunay

    corners = Delaunay(place).simplices
    sides = np.concatenate([corners[:, [0, 1]], corners[:, [1, 2]], corners[:, [0, 2]]])
    ends = np.unique(np.sort(sides, axis=1), axis=0)
    km = np.linalg.norm(place[ends[:, 0]] - place[ends[:, 1]], axis=1) * rng.uniform(*DETOUR, len(ends))
    n_towns = len(place)
    tree = minimum_spanning_tree(coo_array((km, ends.T), shape=(n_towns, n_towns)).tocsr()).tocoo()
    is_rest = ~np.isin(ends @ (n_towns, 1), np.sort(np.stack(tree.coords), axis=0).T @ (n_towns, 1))
    chosen = np.lexsort([km, is_rest])[:count]
    return ends[chosen], km[chosen]


def _used(facility_of_edge: list[np.ndarray], commodities: int) -> tuple[np.ndarray, np.ndarray]:
    """Pairs of edge and facility over all commodities."""
    n_edges = len(facility_of_edge[0])
    edges, facilities = [], []
    for facility in facility_of_edge:
        used = np.flatnonzero(facility >= 0)
        edges.append((used + n_edges * np.arange(commodities)[:, None]).ravel())
        facilities.append(np.tile(facility[used], commodities))
    return np.concatenate(edges), np.concatenate(facilities)


def shape(problem: FlowProblem) -> tuple[int, int]:
    """Columns and rows of the edge LP."""
    kinds = (problem.count(kind) for kind in ("edge", "bid", "offer"))
    return sum(kinds), problem.n_states + problem.count("facility") + problem.count("limit")


def binding(solution: FlowSolution) -> int:
    """Number of facilities that bind."""
    return int(np.sum(solution.shadow_price > SHOWN))
