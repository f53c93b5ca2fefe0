"""The flow core side by side with its peers, on the networks of instances.py; prints, and writes JSON and a page.

Each measurement runs in a process of its own on one core, with ours and the peer's turn by turn where the peer is
quick, and ours before and after where it is slow, so that a busy machine slows both. Ratios are medians over medians.

Run as ``python bench/flow.py``; ``--cap`` says after how many seconds a slow peer is stopped.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import fields
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from corridor import FlowProblem, InfeasibleError, Prepared, solve
from draws import DRAW_PEERS
from instances import HARDER, RAIL_TIGHTNESS, SIZES, binding, instance, shape
from page import page_of, write_page
from peers import BUILDERS, METHODS, OURS, OURS_COLD, OURS_EDGES, OURS_EDGES_COLD, OWN_BUILDERS, WARM_PEERS
from report import JSON, machine, record, recorded

Result = dict[str, Any]
Runs = Mapping[str, Callable[[], object]]

SMALL, LARGE = ("S",), ("M", HARDER, "L")
EDGE_LP_SOLVERS = ("HiGHS, default options", "HiGHS, primal simplex", "HiGHS, interior point", "OR-Tools GLOP")
QUICK_BUILDERS = ("linopy", "OR-Tools")
"""All other peers get one run on large networks."""

ROUNDS, FEW_ROUNDS = 9, 3
CAP_S = 300.0
DRAWS, FEW_DRAWS = 200, 40
PRICE_RANGE = (0.85, 1.15)
RANDOM_PROBLEMS = 300
SEED = 1
FALLEN_BACK = "going round in circles"
"""Part of the engine's name where path columns gave up."""

MB = 1e6


def problem_of(size: str) -> FlowProblem:
    """Make the network of a size by name."""
    if size == HARDER:
        return instance(SIZES["M"], rail_tightness=RAIL_TIGHTNESS)
    return instance(SIZES[size])


def columns_of(problem: FlowProblem) -> Result:
    """Return the bare arrays of a problem."""
    return {field.name: getattr(problem, field.name) for field in fields(FlowProblem)}


def timed(run: Callable[[], object], *, clear: bool = True) -> tuple[float, Any]:
    """Seconds, and what came out; what earlier runs left is cleared away first, unless that would take longer."""
    if clear:
        gc.collect()
    start = time.perf_counter()
    out = run()
    return time.perf_counter() - start, out


def by_turns(runs: Runs, rounds: int) -> dict[str, float]:
    """Median seconds of some runs, taken turn by turn."""
    spent: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(rounds):
        for name, run in runs.items():
            spent[name].append(timed(run)[0])
    return {name: statistics.median(part) for name, part in spent.items()}


# Each of these runs in a process of its own.


def measure_build(size: str, peer: str, cap_s: float) -> Result:
    """From bare arrays to a model that HiGHS (or GLOP) holds; peers get a checked problem for nothing."""
    del cap_s
    problem = problem_of(size)
    columns = columns_of(problem)
    own: Runs = {
        name: partial(lambda build: build(FlowProblem(**columns)), build) for name, build in OWN_BUILDERS.items()
    }
    small = problem_of("S")
    BUILDERS[peer](small)  # imports
    by_turns(own, 1)
    if size in SMALL or peer in QUICK_BUILDERS:
        return by_turns({**own, peer: lambda: BUILDERS[peer](problem)}, ROUNDS)
    return by_turns(own, FEW_ROUNDS) | by_turns({peer: lambda: BUILDERS[peer](problem)}, 1)


def measure_cold(size: str, peer: str, cap_s: float) -> Result:
    """From a problem to its optimum."""
    small, problem = problem_of("S"), problem_of(size)
    ours, theirs = METHODS[OURS], METHODS[peer]
    ours.run(ours.ready(small), cap_s)  # imports
    theirs.run(theirs.ready(small), cap_s)
    ready = theirs.ready(problem)
    rounds = ROUNDS if size in SMALL else 1
    spent: dict[str, list[float]] = {OURS: [], peer: []}
    for _ in range(rounds):
        spent[OURS].append(timed(lambda: ours.run(problem, cap_s))[0])
        if rounds == 1:
            spent[OURS] += [timed(lambda: ours.run(problem, cap_s))[0] for _ in range(FEW_ROUNDS - 1)]
        taken, outcome = timed(lambda: theirs.run(ready, cap_s))
        spent[peer].append(taken)
        spent[OURS].append(timed(lambda: ours.run(problem, cap_s))[0])
    result: Result = {name: statistics.median(part) for name, part in spent.items()}
    own = ours.run(problem, cap_s).objective
    result["finished"] = outcome.finished
    result["difference"] = abs(outcome.objective - own) / abs(own) if outcome.finished else None
    return result


def measure_warm(size: str, peer: str, cap_s: float) -> Result:
    """Solve again and again with other prices of bids."""
    del cap_s
    problem = problem_of(size)
    prepared = Prepared(problem, engine="paths")
    again = warm_method(peer, problem)
    prices = problem.bid_price * np.random.default_rng(SEED).uniform(*PRICE_RANGE, (DRAWS, problem.count("bid")))
    spent: dict[str, list[float]] = {OURS: [], peer: []}
    prepared.resolve(bid_price=prices[-1])  # what is done once only
    again(prices[-1])
    gc.collect()
    worst = 0.0
    for price in prices if peer.startswith(("corridor", "HiGHS")) else prices[:FEW_DRAWS]:
        taken, solution = timed(lambda: prepared.resolve(bid_price=price), clear=False)  # noqa: B023 - run at once
        spent[OURS].append(taken)
        taken, objective = timed(lambda: again(price), clear=False)  # noqa: B023
        spent[peer].append(taken)
        worst = max(worst, abs(objective / solution.net_value - 1))
    return {name: statistics.median(part) for name, part in spent.items()} | {"difference": worst}


def warm_method(peer: str, problem: FlowProblem) -> Callable[[np.ndarray], float]:
    """Return what solves the problem with other prices of bids."""
    import peers

    first, n_bids = problem.count("edge"), problem.count("bid")
    columns = np.arange(first, first + n_bids, dtype=np.int32)
    if peer == OURS_COLD:
        return lambda price: solve(problem.replace(bid_price=price), engine="paths").net_value
    if peer == OURS_EDGES_COLD:
        return lambda price: solve(problem.replace(bid_price=price), engine="edges").net_value
    if peer == OURS_EDGES:
        prepared = Prepared(problem, engine="edges")
        return lambda price: prepared.resolve(bid_price=price).net_value
    if peer.startswith("HiGHS"):
        options = peers.PRIMAL_SIMPLEX if "primal" in peer else None
        loaded = peers.highs_loaded(peers.highs_model(problem), options)

        def by_highs(price: np.ndarray) -> float:
            if "cold" in peer:
                loaded.clearSolver()
            loaded.changeColsCost(n_bids, columns, price)
            return peers.highs_run(loaded).objective

        return by_highs
    if peer == "Pyomo appsi":
        model = peers.pyomo_lean(problem)
        solver = peers.appsi_loaded(model)
        peers.appsi_for_prices(solver)

        def by_appsi(price: np.ndarray) -> float:
            model.price.store_values(dict(zip(columns.tolist(), price.tolist(), strict=True)))
            return peers.appsi_run(solver, model).objective

        return by_appsi
    model = peers.linopy_model(problem)
    kept = peers.linopy_loaded(model, track=True)
    value = peers.Arrays.of(problem).value.copy()

    def by_linopy(price: np.ndarray) -> float:
        import pandas as pd

        value[columns] = price
        tonnes = model.variables["tonnes"]
        model.objective = (tonnes * pd.Series(value, pd.RangeIndex(len(value), name="column"))).sum()
        model.objective.sense = "max"
        return peers.linopy_run(kept, model).objective

    return by_linopy


def measure_draws(what: str, peer: str, cap_s: float) -> Result:
    """Many draws of some numbers: ours all of them, in blocks; the peer a sample of each, turn by turn."""
    from draws import PEER_SAMPLES, changes_of, our_blocks, peer_of

    del cap_s
    problem = problem_of("S")
    solve_again = peer_of(peer, problem)
    solve_again({name: column[0] for name, column in changes_of(problem, what, -1).items()})  # what is done once only
    spent, theirs, worst, alone, certified, draws = 0.0, [], 0.0, 0, 0, 0
    for block, taken, answers in our_blocks(problem, what):
        spent += taken
        draws += len(answers.net_value)
        certified += answers.certified
        alone += answers.alone
        changes = changes_of(problem, what, block)
        for draw in range(PEER_SAMPLES[peer]):
            own = {name: column[draw] for name, column in changes.items()}
            peer_taken, objective = timed(lambda: solve_again(own), clear=False)  # noqa: B023 - run at once
            theirs.append(peer_taken)
            worst = max(worst, abs(objective / answers.net_value[draw] - 1))
    return {
        "draws": draws,
        OURS: spent / draws,
        peer: statistics.fmean(theirs),
        "sample": len(theirs),
        "difference": worst,
        "certified": certified,
        "alone": alone,
    }


def measure_workers(size: str, peer: str, cap_s: float) -> Result:
    """The same draws by one process and by two, each started anew and laid out anew."""
    from draws import by_processes

    del size, peer, cap_s
    one, two = (timed(lambda: by_processes(count)) for count in (1, 2))  # noqa: B023 - run at once
    return {"one": one[0], "two": two[0], "same": one[1] == two[1]}


def measure_stream(size: str, draws: str, cap_s: float) -> Result:
    """Peak memory of so many draws whose answers are written to disk as they come."""
    from draws import stream

    del size, cap_s
    gc.collect()
    imported = reset_peak_mb()
    with tempfile.TemporaryDirectory() as folder:
        taken, written = timed(lambda: stream(int(draws), Path(folder) / "answers"))
    return {"draws": int(draws), "peak_mb": peak_mb(), "imported_mb": imported, "seconds": taken, "written": written}


def measure_memory(size: str, what: str, cap_s: float) -> Result:
    """Peak memory of building, or of a whole cold solve, above what the process had before."""
    del cap_s

    def run(problem: FlowProblem) -> object:
        return solve(problem, engine="paths") if what == OURS else BUILDERS[what](problem)

    with tempfile.TemporaryDirectory() as folder:
        # networks are made in another process, so that their making is not counted; reading them is
        for name in ("S", size):
            subprocess.run([sys.executable, __file__, "--save", f"{folder}/{name}.npz", name], check=True)
        run(read_problem(Path(folder) / "S.npz"))  # imports
        gc.collect()
        before = peak_mb()
        imported = reset_peak_mb()
        problem = read_problem(Path(folder) / f"{size}.npz")
        gc.collect()
        laid = reset_peak_mb()
        kept = run(problem)
        peak = peak_mb()
        del kept
    empty = subprocess.run([sys.executable, "-c", EMPTY], check=True, capture_output=True, text=True)
    return {
        "above_imported_mb": peak - imported,
        "above_problem_mb": peak - laid,
        "above_bare_mb": max(peak, before) - float(empty.stdout),
        "imported_mb": imported,
    }


def read_problem(path: Path) -> FlowProblem:
    """Read what ``--save`` wrote."""
    with np.load(path) as arrays:
        return FlowProblem(**{name: arrays[name] if arrays[name].ndim else int(arrays[name]) for name in arrays})


EMPTY = "print([int(l.split()[1]) * 1024 / 1e6 for l in open('/proc/self/status') if l.startswith('VmHWM')][0])"
"""Peak memory of an interpreter that does nothing."""


def peak_mb() -> float:
    """Peak of this process's own memory: unlike the system's ``ru_maxrss`` it begins anew with the program."""
    return status_mb("VmHWM")


def reset_peak_mb() -> float:
    """Forget the peak so far, and return what is in use."""
    Path("/proc/self/clear_refs").write_text("5", "ascii")
    return status_mb("VmRSS")


def status_mb(name: str) -> float:
    """One entry of what Linux knows of this process."""
    lines = Path("/proc/self/status").read_text("ascii").splitlines()
    [entry] = [line for line in lines if line.startswith(f"{name}:")]
    return int(entry.split()[1]) * 1024 / MB


def measure_phases(size: str, peer: str, cap_s: float) -> Result:
    """Where the time of a cold solve goes, and what the instance is."""
    del peer, cap_s
    import scipy.sparse.csgraph

    problem = problem_of(size)
    solve(problem_of("S"), engine="paths")  # imports
    whole, parts, solution = [], [], None
    for _ in range(FEW_ROUNDS):
        taken, solution = timed(lambda: solve(problem, engine="paths"))
        whole.append(taken)
        parts.append({**solution.seconds, "rest": taken - sum(solution.seconds.values())})
    search, searches = scipy.sparse.csgraph.dijkstra, []

    def watched(*arguments: Any, **options: Any) -> Any:
        start = time.perf_counter()
        try:
            return search(*arguments, **options)
        finally:
            searches.append(time.perf_counter() - start)

    scipy.sparse.csgraph.dijkstra = watched
    watched_s, _ = timed(lambda: solve(problem, engine="paths"))
    columns, rows = shape(problem)
    share = {name: statistics.median(part[name] for part in parts) for name in parts[0]}
    return {
        "columns": columns,
        "rows": rows,
        "facilities": problem.count("facility"),
        "binding": binding(solution),
        "net_value": solution.net_value,
        "gap": abs(solution.gap / solution.net_value),
        "whole": statistics.median(whole),
        "parts": share,
        "searches": len(searches),
        "search_share": sum(searches) / watched_s,
    }


def measure_growth(size: str, peer: str, cap_s: float) -> Result:
    """M against networks of four times the size: a larger country, and more commodities on the same network."""
    del size, peer, cap_s
    larger, more = SIZES["4 x M"], SIZES["M"]._replace(commodities=4 * SIZES["M"].commodities)
    networks = {"M": instance(SIZES["M"]), "larger": instance(larger), "more commodities": instance(more)}
    solve(networks["M"], engine="paths")
    runs = {name: partial(solve, network, engine="paths") for name, network in networks.items()}
    return by_turns(runs, 2 * FEW_ROUNDS - 1) | {"columns": [shape(network)[0] for network in networks.values()]}


def measure_random(size: str, peer: str, cap_s: float) -> Result:
    """Path columns against the edge LP on the small problems that the tests are drawn from."""
    del size, peer, cap_s
    import hypothesis

    sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
    from strategies import flow_problems

    drawn: list[FlowProblem] = []

    @hypothesis.seed(SEED)
    @hypothesis.settings(
        max_examples=RANDOM_PROBLEMS,
        database=None,
        deadline=None,
        phases=[hypothesis.Phase.generate],
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    @hypothesis.given(flow_problems())
    def draw(problem: FlowProblem) -> None:
        drawn.append(problem)

    draw()
    worst, fell_back, infeasible, disagree = 0.0, 0, 0, 0
    for problem in drawn:
        values: list[float | None] = []
        for engine in ("edges", "paths"):
            try:
                solution = solve(problem, engine=engine)
            except InfeasibleError:
                values.append(None)
            else:
                values.append(solution.net_value)
                fell_back += FALLEN_BACK in solution.engine
        exact, found = values
        if exact is None or found is None:
            infeasible += exact is found
            disagree += exact is not found
        else:
            worst = max(worst, abs(found - exact) / max(1.0, abs(exact)))
    return {
        "problems": len(drawn),
        "infeasible": infeasible,
        "disagree": disagree,
        "fell_back": fell_back,
        "difference": worst,
        "with_losses": sum(bool(np.any(problem.edge_gain != 1)) for problem in drawn),
        "with_limits": sum(bool(problem.limits) for problem in drawn),
        "without_room": sum(
            bool(np.any(problem.facility_capacity == 0) | np.any(problem.edge_capacity == 0)) for problem in drawn
        ),
    }


def measure_allocation(size: str, order: str, cap_s: float) -> Result:
    """The sequential rule against the optimum."""
    del cap_s
    from allocation import allocate

    problem = problem_of(size)
    best = solve(problem, engine="paths")
    own = by_turns({OURS: lambda: solve(problem, engine="paths")}, FEW_ROUNDS)
    taken, found = timed(lambda: allocate(problem, "margin" if order == "margin" else "cost"))
    return {
        **own,
        "rule": taken,
        "rounds": found.rounds,
        "lost": 1 - found.net_value / best.net_value,
        "tonnes": found.tonnes / float(best.sales.sum()),
    }


MEASUREMENTS: dict[str, Callable[[str, str, float], Result]] = {
    "build": measure_build,
    "cold": measure_cold,
    "warm": measure_warm,
    "draws": measure_draws,
    "workers": measure_workers,
    "stream": measure_stream,
    "memory": measure_memory,
    "phases": measure_phases,
    "growth": measure_growth,
    "random": measure_random,
    "allocation": measure_allocation,
}

PLAN = (
    *(("phases", size, "") for size in (*SMALL, *LARGE)),
    *(("build", size, peer) for size in ("S", "M") for peer in BUILDERS),
    *(("cold", "S", peer) for peer in METHODS if peer != OURS),
    *(("cold", "M", peer) for peer in (*EDGE_LP_SOLVERS, "linopy")),
    *(("cold", size, peer) for size in (HARDER, "L") for peer in EDGE_LP_SOLVERS),
    *(("warm", "S", peer) for peer in WARM_PEERS),
    *(("draws", what, peer) for what, peers in DRAW_PEERS.items() for peer in peers),
    ("workers", "S", ""),
    *(("stream", "S", draws) for draws in ("100000", "1000000")),
    *(("memory", "M", what) for what in (OURS, *BUILDERS)),
    ("random", "", ""),
    ("growth", "", ""),
    *(("allocation", size, order) for size in ("S", "M") for order in ("cost", "margin")),
)
"""What is measured, on which size, against whom."""


def apart(name: str, size: str, peer: str, cap_s: float) -> Result | None:
    """Measure in a fresh process on one core; nothing where even twice the cap was not enough."""
    command = [sys.executable, __file__, "--one", name, size, peer, "--cap", str(cap_s)]
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "POLARS_MAX_THREADS"), "1")
    try:
        done = subprocess.run(
            command,
            check=True,
            stdout=subprocess.PIPE,
            text=True,
            timeout=2 * cap_s + 60,
            env={**os.environ, **threads},
        )
    except subprocess.TimeoutExpired:
        return None
    result: Result = json.loads(done.stdout.splitlines()[-1])
    return result


def main() -> None:
    """Measure everything, or (for a process of its own) one thing."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cap", type=float, default=CAP_S, help="seconds after which a slow peer is stopped")
    parser.add_argument("--only", nargs="*", choices=MEASUREMENTS, help="measure only these, or nothing; keep the rest")
    parser.add_argument("--one", nargs=3, help=argparse.SUPPRESS)
    parser.add_argument("--save", nargs=2, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.save:
        path, size = arguments.save
        np.savez(path, **{name: column for name, column in columns_of(problem_of(size)).items() if is_array(column)})
        return
    if arguments.one:
        name, size, peer = arguments.one
        if name != "workers" and hasattr(os, "sched_setaffinity"):
            os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
        print(json.dumps(MEASUREMENTS[name](size, peer, arguments.cap)))
        return
    everything = arguments.only is None
    results = {} if everything else recorded().get("flow", {}).get("results", {})
    about = {"machine": machine(), "cap_s": arguments.cap}
    for name, size, peer in PLAN:
        if not everything and name not in arguments.only:
            continue
        result = apart(name, size, peer, arguments.cap)
        results[" / ".join(part for part in (name, size, peer) if part)] = result
        print(f"{name} {size} {peer}: {json.dumps(result)}", flush=True)
        record("flow", {**about, "results": results})
    page = page_of(recorded())
    write_page(page)
    print(f"\n{page}\nWritten to {JSON.name} and to the docs.")


def is_array(column: object) -> bool:
    """Tell what a file of arrays can hold."""
    return isinstance(column, (np.ndarray, int))


if __name__ == "__main__":
    main()
