"""Runs of many draws: agreement with problems solved alone, blocks that resume, workers and clusters, bad input."""

from __future__ import annotations

import contextlib
import errno
import json
import multiprocessing
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

import corridor
from corridor.cli import main
from corridor.errors import MissingExtraError, NoAnswerError, UsageError
from corridor.flow import solve
from corridor.sensitivity import blocks as blocks_room
from corridor.sensitivity.blocks import Blocks
from corridor.sensitivity.cluster import cluster
from corridor.sensitivity.design import Design
from corridor.sensitivity.draws import space
from corridor.sensitivity.evaluate import winners
from corridor.sensitivity.indices import index
from corridor.sensitivity.numbers import base_plan, joined, numbers
from corridor.sensitivity.parameters import find_parameter, moved
from corridor.sensitivity.question import answer
from corridor.sensitivity.run import Answering, Job, run
from corridor.sensitivity.workers import local
from corridor.study import Outcome

EXACT = 1e-9


@pytest.fixture
def outcome(toy) -> Outcome:
    return toy.run()


def content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.glob("block_*.parquet")}


def open_blocks(outcome: Outcome, folder: Path, draws: int, seed: int = 1) -> tuple[Blocks, Job, Answering]:
    design = Design("montecarlo", seed, draws, most=32)
    inputs = space(outcome)
    here = Answering(outcome, inputs, design)
    job = Job.of(outcome, design)
    made = Blocks.open(folder, design.blocks(inputs), design.block, here.evaluator.pairs, job.identity(outcome))
    return made, job, here


def test_every_draw_agrees_with_its_problem_solved_alone(rason, tmp_path):
    outcome = rason.run("sanctions-lifted")
    place = tmp_path / "draws.parquet"
    told = answer(outcome, draws=64, place=place)
    assert told["certificate"] == [
        {**told["certificate"][0], "solved": 64, "certified": 64},
    ]
    assert told["certificate"][0]["largest_relative_gap"] < EXACT
    found = pq.read_table(place).to_pandas()
    inputs, plan = space(outcome), base_plan(outcome)
    scores = Design("montecarlo", 1, 64).scores(inputs, 0)
    drawn = numbers(outcome, plan, 64, inputs.drawn(scores))
    value = found.groupby("draw").net_value_musd_per_yr.first()
    for draw in range(0, 64, 8):
        own = {name: column[draw] for name, column in joined([drawn]).items()}
        alone = solve(plan.problem.replace(**own), engine="edges")
        assert value[draw] == pytest.approx(alone.net_value, rel=EXACT)
    assert set(found.as_if_lifted) == {"; ".join(outcome.lifted_measures)}
    assert set(found.scenario) == {"sanctions-lifted"}
    shares = found[found.corridor == "china"].groupby("commodity").best.mean()
    for row in told["corridors"]:
        if row["corridor"] == "china":
            assert row["best_share"] == pytest.approx(shares[row["commodity"]])
    assert found.groupby(["draw", "commodity"]).best.sum().max() == 1
    assert not (tmp_path / "draws.parquet.blocks").exists()


def test_summaries_are_those_of_the_rows(outcome, tmp_path, monkeypatch):
    monkeypatch.setattr(blocks_room, "HELD", 200)  # columns are gathered in several goes
    place = tmp_path / "draws.parquet"
    told = answer(outcome, draws=100, place=place)
    rows = pq.read_table(place).to_pandas()
    assert sorted(rows.draw.unique()) == list(range(100))
    value = rows.groupby("draw").net_value_musd_per_yr.first()
    assert told["net_value"][0]["p95"] == pytest.approx(np.percentile(value, 95))
    assert told["net_value"][0]["p50_half"] == pytest.approx(np.percentile(value[:50], 50))
    for row in told["corridors"]:
        own = rows[(rows.commodity == row["commodity"]) & (rows.corridor == row["corridor"])]
        assert row["carries_share"] == (own.mtpa > 0).mean()
        assert row["best_share_half"] == own[own.draw < 50].best.mean()
        if own.netback_usd_per_t.notna().any():
            assert row["netback_usd_per_t_p25"] == pytest.approx(np.percentile(own.netback_usd_per_t.dropna(), 25))


def test_a_run_goes_on_from_the_blocks_on_disk(outcome, tmp_path):
    whole, job, here = open_blocks(outcome, tmp_path / "whole", 128)
    run(whole, job, here)
    part, job, here = open_blocks(outcome, tmp_path / "part", 128)
    part.write(2, whole.path(2).read_bytes())
    heard: list[tuple[int, int]] = []
    assert run(part, job, here, lambda done, of: heard.append((done, of))) == 1
    assert heard == [(2, 4), (3, 4), (4, 4)]
    assert content(tmp_path / "part") == content(tmp_path / "whole")
    more, job, here = open_blocks(outcome, tmp_path / "part", 160)  # more draws use the blocks of fewer
    assert more.missing() == [4]


@pytest.mark.parametrize("what", ["seed", "input", "folder", "damaged"])
def test_blocks_of_another_run_are_refused(outcome, tmp_path, what, edit, project):
    folder = tmp_path / "blocks"
    open_blocks(outcome, folder, 64)
    if what == "input":
        edit("data/tariffs.csv", "0.015,0.02,0.03", "0.015,0.021,0.03")
        outcome = corridor.read_study(project / "models/study.toml").run()
    if what == "folder":
        (folder / "manifest.json").unlink()
        (folder / "letter.txt").write_text("dear reader")
    if what == "damaged":
        (folder / "manifest.json").write_text('{"layout": 1')
    message = {"seed": "seed", "input": "input_hash", "folder": "other files", "damaged": "damaged"}[what]
    with pytest.raises(UsageError, match=message):
        open_blocks(outcome, folder, 64, seed=2 if what == "seed" else 1)


def test_answers_are_the_same_whatever_the_number_of_workers(outcome, tmp_path):
    alone, job, here = open_blocks(outcome, tmp_path / "alone", 512)
    assert alone.size == 32
    run(alone, job, here)
    shared, job, _ = open_blocks(outcome, tmp_path / "shared", 512)
    run(shared, job, local(2))
    assert tables(shared) == tables(alone)


def tables(made: Blocks) -> list:
    return [pq.read_table(made.path(block)) for block in range(made.count)]


def test_a_lost_worker_process_changes_nothing(outcome, tmp_path):
    alone, job, here = open_blocks(outcome, tmp_path / "alone", 256)
    run(alone, job, here)
    shared, job, _ = open_blocks(outcome, tmp_path / "shared", 256)
    killed = []

    def kill(done: int, of: int) -> None:
        if not killed:
            killed.extend(child.pid for child in multiprocessing.active_children()[:1])
            os.kill(killed[0], signal.SIGKILL)

    run(shared, job, local(2), kill)
    assert killed
    assert tables(shared) == tables(alone)


@pytest.fixture
def dask_cluster():
    """A scheduler and two workers, each a process of its own, on loopback."""
    port = free_port()
    address = f"tcp://127.0.0.1:{port}"
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "env": {**os.environ, "OMP_NUM_THREADS": "1"}}
    started = [subprocess.Popen(_scheduler(port), **quiet)]
    started += [subprocess.Popen(_worker(address), **quiet) for _ in range(2)]
    yield address, started
    for process in reversed(started):
        process.kill()
        process.wait()


def _scheduler(port: int) -> list[str]:
    options = ["--host", "127.0.0.1", "--port", str(port), "--no-dashboard"]
    return [sys.executable, "-m", "distributed.cli.dask_scheduler", *options]


def _worker(address: str) -> list[str]:
    options = [address, "--nthreads", "1", "--no-nanny", "--no-dashboard", "--host", "127.0.0.1"]
    return [sys.executable, "-m", "distributed.cli.dask_worker", *options]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.mark.filterwarnings("default")  # what Dask's own connections warn of when a worker is killed is not ours
def test_a_cluster_answers_the_same_though_a_worker_is_killed(outcome, tmp_path, dask_cluster):
    address, processes = dask_cluster
    alone, job, here = open_blocks(outcome, tmp_path / "alone", 512)
    run(alone, job, here)
    shared, job, _ = open_blocks(outcome, tmp_path / "shared", 512)
    heard = []

    def kill(done: int, of: int) -> None:
        heard.append(done)
        if done == 3:
            processes[1].send_signal(signal.SIGKILL)

    run(shared, job, cluster(address), kill)
    assert heard == list(range(1, 17))
    assert tables(shared) == tables(alone)


@pytest.mark.filterwarnings("default")
def test_a_scheduler_that_does_not_answer_is_told_in_time(outcome, tmp_path):
    made, job, _ = open_blocks(outcome, tmp_path / "blocks", 32)
    started = time.monotonic()
    with pytest.raises(NoAnswerError, match="no scheduler answers at tcp://127"):
        run(made, job, cluster(f"tcp://127.0.0.1:{free_port()}", answers_within_s=1))
    with pytest.raises(NoAnswerError, match="no scheduler answers"):
        run(made, job, cluster("nonsense://x", answers_within_s=1))
    assert time.monotonic() - started < 20


@pytest.mark.filterwarnings("default")
def test_what_answers_but_is_no_scheduler_is_told_too(outcome, tmp_path):
    """Its first bytes, read as a length, ask for more memory than there is."""
    made, job, _ = open_blocks(outcome, tmp_path / "blocks", 32)
    with socket.create_server(("127.0.0.1", 0)) as server:

        def speak() -> None:
            with contextlib.suppress(OSError):
                while True:
                    with server.accept()[0] as caller:
                        caller.sendall(b"HTTP/1.1 400 Bad Request\r\n" * 20)

        threading.Thread(target=speak, daemon=True).start()
        with pytest.raises(NoAnswerError, match="no scheduler answers"):
            run(made, job, cluster(f"tcp://127.0.0.1:{server.getsockname()[1]}", answers_within_s=1))


def test_without_dask_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(MissingExtraError, match=r"pip install corridor\[cluster\]"):
        cluster("tcp://127.0.0.1:1")


def test_a_full_disk_keeps_the_finished_blocks(outcome, tmp_path, monkeypatch):
    made, job, here = open_blocks(outcome, tmp_path / "blocks", 96)
    written = Path.write_bytes

    def until_full(path: Path, data: bytes) -> int:
        if path.name.startswith(".block_000001"):
            written(path, data[:100])
            raise OSError(errno.ENOSPC, "No space left on device", str(path))
        return written(path, data)

    monkeypatch.setattr(Path, "write_bytes", until_full)
    with pytest.raises(UsageError, match=r"No space left on device\. Finished blocks are kept"):
        run(made, job, here)
    assert sorted(path.name for path in (tmp_path / "blocks").iterdir()) == ["block_000000.parquet", "manifest.json"]
    monkeypatch.undo()
    assert run(made, job, here) == 1


def test_ctrl_c_keeps_the_finished_blocks_and_says_where(project, tmp_path):
    place = tmp_path / "draws.parquet"
    command = [sys.executable, "-c", "import sys; from corridor.cli import main; sys.exit(main(sys.argv[1:]))"]
    command += ["sensitivity", "--study", str(project / "models/study.toml"), "--draws", "100000", "-o", str(place)]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
    folder = tmp_path / "draws.parquet.blocks"
    deadline = time.monotonic() + 60
    while not (folder / "block_000001.parquet").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=30)
    assert process.returncode == 130
    assert f"finished blocks are kept in {folder}" in said
    assert not place.exists()
    assert all(pq.read_table(path).num_rows for path in folder.glob("block_*.parquet"))
    assert not list(folder.glob(".*"))


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["--draws", "0"], 2, "write a whole number above 0"),
        (["--draws", "-5"], 2, "write a whole number above 0"),
        (["--seed", "seven"], 2, "seven"),
        (["--seed", "-1"], 2, "--seed -1"),
        (["--parameter", "prices:coal_prise:price"], 2, 'Did you mean "prices:coal_price:price"?'),
        (["--parameter", "ports:east_port:draft"], 2, "there is"),
        (["--workers", "0"], 2, "--workers 0"),
        (["--workers", "2", "--scheduler", "tcp://127.0.0.1:1"], 2, "exclude each other"),
        (["--method", "montecarol"], 2, "montecarol"),
        (["--format", "csv"], 2, "name a folder"),
        (["--prices", "nowhere.csv"], 3, "nowhere.csv"),
    ],
)
def test_bad_questions_are_told(project, capsys, words, code, message):
    assert main(["sensitivity", "--study", str(project / "models/study.toml"), *words]) == code
    assert message in capsys.readouterr().err


def test_the_command_prints_and_writes(project, tmp_path, capsys):
    study = ["--study", str(project / "models/study.toml"), "--draws", "16"]
    assert main(["sensitivity", *study, "-o", str(tmp_path / "a.parquet")]) == 0
    said = capsys.readouterr()
    assert "16 problems solved, 16 certified optimal" in said.out.replace("\n", " ")
    assert max(map(len, said.out.splitlines())) <= 80
    assert len(pq.read_table(tmp_path / "a.parquet")) == 16 * 4
    assert main(["sensitivity", *study, "--method", "tornado", "--format", "json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["scenario"] == "today"
    assert {row["input"] for row in document["tornado"]} == {row["input"] for row in document["inputs"]}
    assert main(["sensitivity", *study, "--method", "sobol", "--format", "csv", "-o", str(tmp_path / "csv")]) == 0
    assert "as_if_lifted" in (tmp_path / "csv/indices.csv").read_text()


def test_a_tornado_finds_the_ends_and_where_another_corridor_wins(outcome):
    told = answer(outcome, "tornado")
    price = next(row for row in told["tornado"] if row["input"] == "prices:coal_price:price")
    for end, value in (("low", 70.0), ("high", 140.0)):
        alone = moved(outcome, {find_parameter(outcome, "prices:coal_price:price"): value}).plan.solution.net_value
        assert price[f"{end}_musd_per_yr"] == pytest.approx(alone, rel=EXACT)
    assert price["central_musd_per_yr"] == pytest.approx(outcome.plan.solution.net_value, rel=EXACT)
    assert [row["swing_musd_per_yr"] for row in told["tornado"]] == sorted(
        (row["swing_musd_per_yr"] for row in told["tornado"]), reverse=True
    )
    assert any(gap["commodity"] == "coal" and gap["best"] == "east" for gap in told["gaps"])


def test_indices_of_a_known_function():
    # f = 2x + y + 4xy with x, y uniform about 0: each index is known in closed form
    points = np.random.default_rng(0).random((2, 200_000, 2)) - 0.5

    def f(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        return 2 * x + y + 4 * x * y

    (x, y), (u, v) = points[0].T, points[1].T
    variance = 4 / 12 + 1 / 12 + 16 / 144
    of_x = index(f(x, y), f(u, v), f(u, y))
    assert of_x.first == pytest.approx(4 / 12 / variance, abs=0.02)
    assert of_x.total == pytest.approx((4 / 12 + 16 / 144) / variance, abs=0.02)
    assert index(f(x, y), f(u, v), f(u, v)).total == pytest.approx(1)
    assert np.isnan(index(np.ones(4), np.ones(4), np.ones(4)).first)


def test_ties_are_flagged_and_nothing_wins_where_nothing_earns():
    pairs = (("coal", "east"), ("coal", "north"))
    best, tie = winners(pairs, np.array([[3.0, 5.0, -1.0, np.nan], [2.0, 5.0, -2.0, np.nan]]))
    assert best.tolist() == [[True, True, False, False], [False, True, False, False]]
    assert tie.tolist() == [[False, True, False, False], [False, True, False, False]]
