"""The problem as a file that other solvers read."""

from __future__ import annotations

import re
import tempfile
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np

from corridor.errors import InfeasibleError, UsageError
from corridor.flow import highs
from corridor.flow.edge_lp import edge_model
from corridor.flow.problem import FlowProblem, Kind
from corridor.flow.rows import Numbers, Rows

COLUMNS: Mapping[str, Kind] = {"flow": "edge", "sale": "bid", "purchase": "offer"}
ROWS: Mapping[str, Kind] = {"balance": "state", "facility": "facility", "limit": "limit"}
"""The words before names, and what is named."""

FORMATS = (".mps", ".lp")

MOST_LETTERS = 200
"""LP files allow 255 to a name."""


def write_lp(problem: FlowProblem, path: str | Path) -> Path:
    """Write the problem as an MPS or LP file, net cost to be minimised: not every solver reads that it should maximise.

    Parameters
    ----------
    problem
        What to write.
    path
        Ends in ``.mps`` (free format) or ``.lp``. Written whole or not at all.

    Returns
    -------
    pathlib.Path
        The file.

    Raises
    ------
    UsageError
        If the ending is another, or the file cannot be written.
    InfeasibleError
        If a limit demands something of nothing.

    Notes
    -----
    Names are those of the problem after ``flow_``, ``sale_``, ``purchase_`` (columns) and ``balance_``, ``facility_``,
    ``limit_`` (rows; those without a term are left out). Characters that the formats do not allow become ``_``; a name
    that is taken gets a number.
    """
    import highspy

    path = Path(path)
    if path.suffix not in FORMATS:
        raise UsageError(f'"{path.name}" should end in {" or ".join(FORMATS)}.')
    rows, numbers = Rows.of(problem), Numbers.of(problem)
    names = _allowed(f"{word}_{name}" for word, kind in ROWS.items() for name in problem.names(kind))
    held = rows.touched(len(names))
    for limit, holds in zip(problem.limits, held[rows.parts[1] :], strict=True):
        if limit.bound < 0 and not holds:  # neither format can say so
            raise InfeasibleError(f'limit "{limit.name}" demands {-limit.bound:g} of nothing.', [("limit", limit.name)])
    engine = highs.engine()
    highs.load(engine, edge_model(rows, numbers._replace(value=-numbers.value)))
    highs.checked(engine.changeObjectiveSense(highspy.ObjSense.kMinimize), "the objective")
    columns = _allowed(f"{word}_{name}" for word, kind in COLUMNS.items() for name in problem.names(kind))
    for index, name in enumerate(columns):
        highs.checked(engine.passColName(index, name), "a name")
    for index, name in enumerate(names):
        highs.checked(engine.passRowName(index, name), "a name")
    empty = np.flatnonzero(~held).astype(np.int32)  # other solvers refuse to read a row without a term
    highs.checked(engine.deleteRows(len(empty), empty), "the order to leave out empty rows")
    try:
        with tempfile.TemporaryDirectory(dir=path.parent, prefix=".") as folder:
            whole = Path(folder) / f"whole{path.suffix}"
            highs.checked(engine.writeModel(str(whole)), "the order to write")
            whole.replace(path)
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error}.") from None
    return path


def _allowed(names: Iterable[str]) -> list[str]:
    """Names that both formats allow, all different."""
    taken: Counter[str] = Counter()
    allowed = []
    for name in names:
        plain = re.sub(r"[^A-Za-z0-9_]", "_", name)[:MOST_LETTERS]
        taken[plain] += 1
        while taken[plain] > 1:
            plain = f"{plain}_{taken[plain]}"
            taken[plain] += 1
        allowed.append(plain)
    return allowed
