"""A flow problem as a linear programme: the numbers and the matrix that every engine starts from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from corridor.flow.problem import FlowProblem
from corridor.paths import Floats, Ints

if TYPE_CHECKING:
    from scipy.sparse import csr_array


class Numbers(NamedTuple):
    """What may change while the network stays: values and bounds.

    Attributes
    ----------
    value
        Per column (edges, then bids, then offers): million USD/yr per Mt/yr.
    most
        Per column: Mt/yr.
    capacity, bound
        Per facility and per limit.
    """

    value: Floats
    most: Floats
    capacity: Floats
    bound: Floats

    @classmethod
    def of(cls, problem: FlowProblem) -> Numbers:
        """Collect the numbers of a problem."""
        return cls(
            value=np.concatenate([-problem.edge_cost, problem.bid_price, -problem.offer_cost]),
            most=np.concatenate([problem.edge_capacity, problem.bid_most, problem.offer_most]),
            capacity=problem.facility_capacity,
            bound=np.array([limit.bound for limit in problem.limits]),
        )

    def same_values(self, other: Numbers) -> bool:
        """Tell whether nothing but bounds differs."""
        return np.array_equal(self.value, other.value)

    def same_bounds(self, other: Numbers) -> bool:
        """Tell whether nothing but values differs."""
        return all(np.array_equal(one, two) for one, two in zip(self[1:], other[1:], strict=True))


@dataclass(frozen=True, slots=True)
class Rows:
    """The matrix as sparse triples. Columns are edges, bids, offers; rows are states, facilities, limits.

    A state's row reads outflow + sales - purchases - gain x inflow = 0, so that its dual, when net value is maximised,
    is the value of one more tonne there. The other rows read sum <= capacity or bound.
    """

    row: Ints
    column: Ints
    coefficient: Floats
    parts: tuple[int, int]  # where facilities and limits begin among the rows

    @classmethod
    def of(cls, problem: FlowProblem) -> Rows:
        """Lay out the triples of a problem."""
        edges, bids, offers = (problem.count(kind) for kind in ("edge", "bid", "offer"))
        edge, bid, offer = np.split(np.arange(edges + bids + offers), [edges, edges + bids])
        blocks = (
            (problem.edge_from, edge, np.ones(edges)),
            (problem.edge_to, edge, -problem.edge_gain),
            (problem.bid_state, bid, np.ones(bids)),
            (problem.offer_state, offer, -np.ones(offers)),
            _shared(problem, problem.n_states),
        )
        row, column, coefficient = (np.concatenate(part) for part in zip(*blocks, strict=True))
        return cls(row, column, coefficient, (problem.n_states, problem.n_states + problem.count("facility")))

    def split(self, by_row: Floats) -> tuple[Floats, Floats, Floats]:
        """Split values by row into states, facilities and limits."""
        states, facilities, limits = np.split(by_row, self.parts)
        return states, facilities, limits

    def touched(self, n_rows: int) -> npt.NDArray[np.bool_]:
        """Mark the rows that hold anything."""
        held = np.zeros(n_rows, dtype=np.bool_)
        held[self.row[self.coefficient != 0]] = True
        return held

    def by_column(self, n_columns: int) -> tuple[Ints, Ints, Floats]:
        """Starts, rows and coefficients, column by column, without zeros."""
        order = np.argsort(self.column, kind="stable")
        order = order[self.coefficient[order] != 0]
        starts = np.searchsorted(self.column[order], np.arange(n_columns + 1))
        return starts, self.row[order], self.coefficient[order]


def shared_rows(problem: FlowProblem) -> csr_array[np.float64, tuple[int, int]]:
    """Rows of facilities, then limits, over all columns: what flows share, beside the balance of the states."""
    from scipy.sparse import csr_array

    row, column, coefficient = _shared(problem, 0)
    n_columns = sum(problem.count(kind) for kind in ("edge", "bid", "offer"))
    shape = (problem.count("facility") + len(problem.limits), n_columns)
    return csr_array((coefficient, (row, column)), shape=shape)


def _shared(problem: FlowProblem, first_row: int) -> tuple[Ints, Ints, Floats]:
    """Triples of facilities, then limits."""
    limit, column, coefficient = problem.limit_entries()
    return (
        np.concatenate([problem.use_facility, limit + problem.count("facility")]) + first_row,
        np.concatenate([problem.use_edge, column]),
        np.concatenate([problem.use_amount, coefficient]),
    )
