"""The tables of docs/benchmarks.md, from what is recorded."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from draws import DEFAULT as DEFAULT_WARM
from draws import DRAW_PEERS, ONE_PRICE, PERSISTENT, REBUILT, SIX_PRICES, WITH_CAPACITIES
from draws import PRIMAL as PRIMAL_WARM
from instances import HARDER
from peers import BUILDERS, METHODS, OURS, OURS_COLD, OURS_EDGES, WARM_PEERS
from report import ROOT

PAGE = ROOT / "docs/benchmarks.md"
BEGIN, END = "<!-- written by make bench: begin -->\n", "<!-- written by make bench: end -->\n"
MISSING = "–"
DEFAULT, PRIMAL = "HiGHS, default options", "HiGHS, primal simplex"


DRAW_TARGETS = (
    (ONE_PRICE, PRIMAL_WARM, 1000.0),
    (SIX_PRICES, PRIMAL_WARM, 20.0),
    (SIX_PRICES, DEFAULT_WARM, 20.0),
    (SIX_PRICES, PERSISTENT, 80.0),
    (SIX_PRICES, REBUILT, 1000.0),
    (WITH_CAPACITIES, PRIMAL_WARM, 5.0),
    (WITH_CAPACITIES, DEFAULT_WARM, 5.0),
)
"""What is drawn, peer, and the ratio to be reached."""


class Target(NamedTuple):
    """What is to be reached: a number that must be at least, or at most, so much."""

    what: str
    bound: float
    is_least: bool
    value: float | None
    shown: str

    def row(self) -> tuple[str, str, str, str]:
        """Lay out a line of the table."""
        if self.value is None:
            reached = MISSING
        else:
            reached = "yes" if (self.value >= self.bound) == self.is_least or self.value == self.bound else "no"
        return self.what, f"{'≥' if self.is_least else '≤'} {self.bound:g}", self.shown, reached


class Results:
    """Recorded measurements by name."""

    def __init__(self, results: dict[str, Any]) -> None:
        self._results = results

    def get(self, *names: str) -> dict[str, Any] | None:
        """Return one, if it was measured and came to an end."""
        found: dict[str, Any] | None = self._results.get(" / ".join(names))
        return found

    def number(self, what: str, *names: str) -> float | None:
        """Return one number of one."""
        found = self.get(*names)
        return None if found is None else found[what]

    def ratio(self, peer: str, own: str, *names: str) -> float | None:
        """Return the peer's time over ours."""
        found = self.get(*names)
        return None if found is None else found[peer] / found[own]


def write_page(text: str) -> None:
    """Replace what stands between the marks of the page."""
    before, _, rest = PAGE.read_text("utf-8").partition(BEGIN)
    PAGE.write_text(f"{before}{BEGIN}\n{text}\n{END}{rest.partition(END)[2]}", "utf-8")


def page_of(recorded: dict[str, Any]) -> str:
    """Write all tables of what is recorded."""
    flow = recorded["flow"]
    results = Results(flow["results"])
    parts = [
        _machine(flow),
        "### What was to be reached\n",
        table(("Measured", "to reach", "found", "reached"), (target.row() for target in _targets(results))),
        "### The networks, and where the time of a cold solve goes\n",
        _networks(results),
        "### Build and load\n",
        "From bare arrays to a model that a solver holds.\n",
        _build(results),
        "### Cold solve\n",
        _cold(results, flow["cap_s"]),
        "### Other prices, again and again, S\n",
        _warm(results),
        "### Many draws, S\n",
        _draws(results),
        "### Peak memory, M\n",
        _memory(results),
        "### Exact\n",
        _exact(results),
        "### Growth\n",
        _growth(results),
        "### Against sequential allocation\n",
        _allocation(results),
    ]
    if "matrix" in recorded:
        parts += ["### Cost matrices\n", _matrix(recorded["matrix"])]
    return "\n".join(parts)


def _machine(flow: dict[str, Any]) -> str:
    about = flow["machine"]
    packages = ", ".join(f"{name} {number}" for name, number in about["packages"].items())
    return (
        f"{about['processor']}, {about['cores']} cores, of which one was used; {about['system']}, "
        f"Python {about['python']}; {packages}. The load average was {about['load']:.1f} when it began.\n"
    )


def _targets(results: Results) -> list[Target]:
    targets = []

    def least(what: str, bound: float, value: float | None, *, capped: bool = False) -> None:
        shown = MISSING if value is None else ratio(value, least=capped)
        targets.append(Target(what, bound, True, value, shown))

    for size in ("S", "M"):
        value = results.ratio("Pyomo appsi", OURS_EDGES, "build", size, "Pyomo appsi")
        least(f"Build and load of the edge LP against Pyomo appsi, {size}", 30, value)
    for size, peer, bound in (("M", DEFAULT, 30.0), ("S", PRIMAL, 2.5), ("M", PRIMAL, 12.0), ("L", PRIMAL, 20.0)):
        found = results.get("cold", size, peer)
        value = results.ratio(peer, OURS, "cold", size, peer)
        least(f"Cold solve against {peer}, {size}", bound, value, capped=bool(found and not found["finished"]))
    least("Other prices against cold, S", 10, results.ratio(OURS_COLD, OURS, "warm", "S", OURS_COLD))
    for what, peer, bound in DRAW_TARGETS:
        value = results.ratio(peer, OURS, "draws", what, peer)
        least(f"100,000 draws, {what}, against {peer}", bound, value)
    least("100,000 draws, six prices, two workers against one", 1.8, results.ratio("one", "two", "workers", "S"))
    growth = _stream_growth(results)
    shown = MISSING if growth is None else ratio(growth)
    targets.append(Target("Peak memory of 10⁶ draws over that of 10⁵", 1.2, False, growth, shown))
    memory = results.number("above_imported_mb", "memory", "M", OURS)
    shown = MISSING if memory is None else f"{memory:.0f} MB"
    targets.append(Target("Peak memory of a cold solve, M, MB", 60, False, memory, shown))
    differences = [results.number("difference", "cold", size, PRIMAL) for size in ("S", "M", "L")]
    differences.append(results.number("difference", "random"))
    worst = max((value for value in differences if value is not None), default=None)
    shown = MISSING if worst is None else f"{worst:.0e}"
    targets.append(Target("Largest relative difference from the edge LP", 1e-9, False, worst, shown))
    growth = results.ratio("larger", "M", "growth")
    shown = MISSING if growth is None else ratio(growth)
    targets.append(Target("Time of 4 x M over time of M", 6, False, growth, shown))
    return targets


def _networks(results: Results) -> str:
    rows = []
    for size in ("S", "M", HARDER, "L"):
        found = results.get("phases", size)
        if found:
            spent = {name: f"{100 * part / found['whole']:.0f} %" for name, part in found["parts"].items()}
            counts = (f"{found[name]:,}" for name in ("columns", "rows", "facilities", "binding"))
            split = (spent.get(name, MISSING) for name in ("solve", "price", "load", "rest"))
            search = f"{100 * found['search_share']:.0f} %"
            rows.append((size, *counts, seconds(found["whole"]), *split, search, f"{found['searches']}"))
    head = ("", "columns", "rows", "facilities", "binding", "cold solve", "HiGHS", "pricing", "loading", "rest")
    return table((*head, "SciPy's searches (in pricing)", "how many"), rows)


def _build(results: Results) -> str:
    rows = []
    for peer in BUILDERS:
        row = [peer]
        for size in ("S", "M"):
            found = results.get("build", size, peer)
            row += [seconds(found[name]) for name in (peer, OURS_EDGES, OURS)] if found else [MISSING] * 3
            row.append(ratio(found[peer] / found[OURS_EDGES]) if found else MISSING)
        rows.append(row)
    head = [f"{size}: {what}" for size in ("S", "M") for what in ("peer", "edge LP", "path columns", "peer / edge LP")]
    return table(("Peer", *head), rows)


def _cold(results: Results, cap_s: float) -> str:
    sizes = ("S", "M", HARDER, "L")
    rows = []
    for peer in METHODS:
        row = [peer]
        for size in sizes:
            found = results.get("cold", size, peer)
            if found:
                capped = not found["finished"]
                times = ratio(found[peer] / found[OURS], least=capped)
                row.append(f"{seconds(found[peer])} / {seconds(found[OURS])} = {times}")
            else:
                row.append(MISSING)
        if row[1:] != [MISSING] * len(sizes):
            rows.append(row)
    return (
        f"Peer's time / ours (path columns) in the same process; ≥ where the peer was stopped, after {cap_s:g} s.\n\n"
        + table(("Peer", *sizes), rows)
    )


def _warm(results: Results) -> str:
    rows = []
    for peer in WARM_PEERS:
        found = results.get("warm", "S", peer)
        if found:
            times = ratio(found[peer] / found[OURS])
            rows.append((peer, seconds(found[peer]), seconds(found[OURS]), times, f"{found['difference']:.0e}"))
    return table(("Method", "its time", "path columns, warm", "ratio", "largest relative difference"), rows)


def _stream_growth(results: Results) -> float | None:
    peaks = [results.number("peak_mb", "stream", "S", draws) for draws in ("100000", "1000000")]
    return None if None in peaks else peaks[1] / peaks[0]


def _draws(results: Results) -> str:
    rows = []
    for what, peers in DRAW_PEERS.items():
        for peer in peers:
            found = results.get("draws", what, peer)
            if found:
                times = ratio(found[peer] / found[OURS])
                certified = f"{100 * found['certified'] / found['draws']:g} %"
                counts = f"{found['sample']:,}", certified, f"{found['alone']:,}"
                each = seconds(found[OURS]), seconds(found[peer])
                rows.append((what, peer, *each, times, *counts, f"{found['difference']:.0e}"))
    head = ("What is drawn", "Peer", "ours, a draw", "peer's", "ratio", "peer's sample", "certified", "solved alone")
    text = table((*head, "largest relative difference"), rows)
    found = results.get("workers", "S")
    if found:
        same = "the same" if found["same"] else "DIFFERENT"
        text += (
            f"\nSix prices by one process {seconds(found['one'])}, by two {seconds(found['two'])}, {same} sums; both "
            "are started anew, read the packages and lay the problem out within that time.\n"
        )
    streams = [results.get("stream", "S", draws) for draws in ("100000", "1000000")]
    if all(streams):
        few, many = streams
        text += (
            f"\nNet value and gap of each draw written to disk as they come: peak memory {few['peak_mb']:.0f} MB with "
            f"100,000 draws and {many['peak_mb']:.0f} MB with 1,000,000 ({few['imported_mb']:.0f} MB of it "
            f"are packages); {seconds(few['seconds'])} and {seconds(many['seconds'])}.\n"
        )
    return text


def _memory(results: Results) -> str:
    rows = []
    for what in (OURS, *BUILDERS):
        found = results.get("memory", "M", what)
        if found:
            name = f"{what}: the whole cold solve" if what == OURS else f"{what}: build and load alone"
            numbers = (found[key] for key in ("above_imported_mb", "above_problem_mb", "above_bare_mb"))
            rows.append((name, *(f"{number:.0f} MB" for number in numbers)))
    head = ("", "above the packages, imported", "of that, after the problem was read", "above a bare interpreter")
    return table(head, rows)


def _exact(results: Results) -> str:
    lines = []
    for size in ("S", "M", HARDER, "L"):
        for peer in (DEFAULT, PRIMAL):
            found = results.get("cold", size, peer)
            if found and found["finished"]:
                lines.append(f"- {size}, objective against {peer}: {found['difference']:.0e} relative.")
    found = results.get("random")
    if found:
        lines.append(
            f"- {found['problems']} random problems ({found['with_losses']} with gains or losses, "
            f"{found['with_limits']} with limits, {found['without_room']} with a capacity of zero): "
            f"{found['difference']:.0e} at most; {found['infeasible']} cannot be met, and both engines say so; they "
            f"disagree on {found['disagree']}; path columns handed {found['fell_back']} to the edge LP."
        )
    return "\n".join(lines) + "\n"


def _growth(results: Results) -> str:
    found = results.get("growth")
    if not found:
        return MISSING + "\n"
    names = ("M", "larger", "more commodities")
    labels = ("M", "4 x M: four times the towns, links, mines, markets and berths", "4 x M: four times the commodities")
    rows = [
        (label, f"{columns:,}", seconds(found[name]), ratio(found[name] / found["M"]))
        for name, label, columns in zip(names, labels, found["columns"], strict=True)
    ]
    return table(("", "columns", "cold solve", "over M"), rows)


def _allocation(results: Results) -> str:
    rows = []
    for size in ("S", "M"):
        for order in ("cost", "margin"):
            found = results.get("allocation", size, order)
            if found:
                first = "cheapest way first" if order == "cost" else "greatest margin first (kinder)"
                lost, tonnes = f"{100 * found['lost']:.1f} %", f"{100 * found['tonnes']:.0f} %"
                times = ratio(found["rule"] / found[OURS])
                rows.append((f"{size}, {first}", lost, tonnes, f"{found['rounds']}", seconds(found["rule"]), times))
    return table(("", "net value lost", "tonnes moved, of the optimum's", "rounds", "time", "over ours"), rows)


def _matrix(found: dict[str, Any]) -> str:
    rows = [("corridor", seconds(found["corridor_s"]), MISSING)]
    for name in ("igraph", "networkx"):
        spent = found[f"{name}_s"]
        rows.append((name, seconds(spent), ratio(spent / found["corridor_s"])))
    return (
        f"{found['origins']} x {found['destinations']} on {found['nodes']:,} nodes and {found['edges']:,} edges; "
        f"largest relative difference from networkx {found['difference']:.0e}.\n\n"
        + table(("", "time", "over ours"), rows)
    )


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Lay out a Markdown table, all columns but the first to the right."""
    head = list(head)
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *map(list, rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def seconds(value: float) -> str:
    """Write a time with two or three digits."""
    unit, scaled = ("s", value) if value >= 1 else ("ms", 1e3 * value) if value >= 1e-3 else ("µs", 1e6 * value)  # noqa: PLR2004
    return f"{scaled:.{0 if scaled >= 100 else 1 if scaled >= 10 else 2}f} {unit}"  # noqa: PLR2004 - digits


def ratio(value: float, *, least: bool = False) -> str:
    """Write a ratio, "at least" where a cap stopped the other."""
    return f"{'≥ ' if least else ''}{value:,.{0 if value >= 100 else 1 if value >= 10 else 2}f}"  # noqa: PLR2004
