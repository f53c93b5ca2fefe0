"""The flow problem: which edges join which states, what moving costs, who bids, who offers, what limits hold."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sized
from dataclasses import dataclass
from typing import Any, Literal, Self

import numpy as np

from corridor.errors import InputError
from corridor.flow.door import NUMBERS, checked, checked_numbers
from corridor.flow.limits import LimitRow, every, no_rows
from corridor.paths import Floats, Ints

Kind = Literal["state", "edge", "facility", "bid", "offer", "limit"]


@dataclass(frozen=True, slots=True, eq=False, repr=False, kw_only=True)
class FlowProblem:
    """A network of states with bids, offers, facilities and limits. Checked once, copied, read-only.

    Every column also takes a list, or one number that holds in every row (not the index columns, nor
    ``facility_capacity``, which count the rows).

    Attributes
    ----------
    n_states
        Number of states: one commodity at one node.
    edge_from, edge_to
        Edges: states that each joins.
    edge_cost
        Edges: USD per tonne entering.
    edge_gain
        Edges: tonnes out per tonne in, above 0; 1 where not given.
    edge_capacity
        Edges: most that may enter, Mt/yr; infinite where not given.
    facility_capacity
        Facilities: Mt/yr, or what ``use_amount`` counts.
    use_edge, use_facility, use_amount
        Uses: this edge takes so much of this facility per tonne entering; 1 where not given. An edge may use several
        facilities and a facility may serve many edges; each pair stands once.
    bid_state, bid_most, bid_price
        Bids: state, most bought in Mt/yr, USD/t.
    offer_state, offer_most, offer_cost
        Offers: state, most sold in Mt/yr, USD/t.
    limits
        Limits: sum of coefficient x flow at most a bound.
    state_names, edge_names, facility_names, bid_names, offer_names
        What messages call them; "edge 3" where not given.

    Raises
    ------
    InputError
        With every fault: a number that is missing, infinite or out of range, an index out of range, a column of the
        wrong length, a name twice, a closed way that would create cargo or money. Rows count from 0, as in the arrays.
    """

    n_states: int
    edge_from: Ints = no_rows()
    edge_to: Ints = no_rows()
    edge_cost: Floats = no_rows()
    edge_gain: Floats = every(1.0)
    edge_capacity: Floats = every(np.inf)
    facility_capacity: Floats = no_rows()
    use_edge: Ints = no_rows()
    use_facility: Ints = no_rows()
    use_amount: Floats = every(1.0)
    bid_state: Ints = no_rows()
    bid_most: Floats = no_rows()
    bid_price: Floats = no_rows()
    offer_state: Ints = no_rows()
    offer_most: Floats = no_rows()
    offer_cost: Floats = no_rows()
    limits: tuple[LimitRow, ...] = ()
    state_names: tuple[str, ...] | None = None
    edge_names: tuple[str, ...] | None = None
    facility_names: tuple[str, ...] | None = None
    bid_names: tuple[str, ...] | None = None
    offer_names: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        columns, faults = checked({f.name: getattr(self, f.name) for f in dataclasses.fields(self)})
        if faults:
            raise InputError(faults)
        for name, column in columns.items():
            object.__setattr__(self, name, column)

    def __repr__(self) -> str:
        counts = f"{self.n_states} states, {len(self.edge_from)} edges, {len(self.facility_capacity)} facilities, "
        counts += f"{len(self.bid_state)} bids, {len(self.offer_state)} offers, {len(self.limits)} limits"
        return f"<FlowProblem: {counts}>"

    def replace(self, **changes: Any) -> Self:
        """Return the same problem with some columns replaced, checked anew.

        Parameters
        ----------
        **changes
            Column name to its new content.

        Returns
        -------
        FlowProblem

        Raises
        ------
        InputError
            As for a new problem.
        TypeError
            If there is no such column.
        """
        if not set(changes) <= set(NUMBERS) or _counts_anew(self, changes):
            return dataclasses.replace(self, **changes)
        fields = {f.name: getattr(self, f.name) for f in dataclasses.fields(self)}
        columns, faults = checked_numbers(fields, changes)
        if faults:
            raise InputError(faults)
        replaced = object.__new__(type(self))  # what is not replaced is sound and need not be checked anew
        for name, column in {**fields, **columns}.items():
            object.__setattr__(replaced, name, column)
        return replaced

    def same_network(self, other: FlowProblem) -> bool:
        """Tell whether another problem differs in nothing but costs, prices, capacities, bounds and names."""
        columns = (
            "edge_from",
            "edge_to",
            "edge_gain",
            "use_edge",
            "use_facility",
            "use_amount",
            "bid_state",
            "offer_state",
        )
        return (
            self.n_states == other.n_states
            and len(self.facility_capacity) == len(other.facility_capacity)
            and all(_same(getattr(self, column), getattr(other, column)) for column in columns)
            and len(self.limits) == len(other.limits)
            and all(one.same_terms(two) for one, two in zip(self.limits, other.limits, strict=True))
        )

    def count(self, kind: Kind) -> int:
        """Return the number of states, edges, facilities, bids, offers or limits."""
        if kind == "state":
            return self.n_states
        columns: dict[Kind, Sized] = {
            "edge": self.edge_from,
            "facility": self.facility_capacity,
            "bid": self.bid_state,
            "offer": self.offer_state,
            "limit": self.limits,
        }
        return len(columns[kind])

    def label(self, kind: Kind, index: int) -> str:
        """Return the name of a state, edge, facility, bid, offer or limit, or "edge 3" where it has none."""
        if kind == "limit":
            return self.limits[index].name
        names: tuple[str, ...] | None = getattr(self, f"{kind}_names")
        return f"{kind} {index}" if names is None else names[index]

    def names(self, kind: Kind) -> list[str]:
        """Return the names of all states, edges, facilities, bids, offers or limits."""
        return [self.label(kind, index) for index in range(self.count(kind))]

    def limit_entries(self) -> tuple[Ints, Ints, Floats]:
        """Return all coefficients of all limits as sparse triples.

        Returns
        -------
        limit, column, coefficient
            Index of the limit; column, counted through edges, then bids, then offers; coefficient.
        """
        entries = list(self._limit_entries())
        if not entries:
            return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64), np.zeros(0)
        limit, column, coefficient = zip(*entries, strict=True)
        return np.repeat(limit, [len(part) for part in column]), np.concatenate(column), np.concatenate(coefficient)

    def _limit_entries(self) -> Iterator[tuple[int, Ints, Floats]]:
        n_edges, n_bids = len(self.edge_from), len(self.bid_state)
        for index, limit in enumerate(self.limits):
            yield index, limit.edges, limit.edge_coefficients
            yield index, limit.bids + n_edges, limit.bid_coefficients
            yield index, limit.offers + n_edges + n_bids, limit.offer_coefficients


def _same(one: Ints | Floats, other: Ints | Floats) -> bool:
    return one is other or np.array_equal(one, other)


def _counts_anew(problem: FlowProblem, changes: Mapping[str, Any]) -> bool:
    """Tell whether the number of facilities changes with their capacities."""
    return "facility_capacity" in changes and np.shape(changes["facility_capacity"]) != problem.facility_capacity.shape
