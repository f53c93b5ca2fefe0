"""Files for other solvers: GLPK, which shares no code with HiGHS, reads them and finds the same value."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings

import glpk
from corridor import FlowProblem, InfeasibleError, UsageError, solve, write_lp
from strategies import flow_problems
from test_flow import CLOSE, washery


@pytest.mark.parametrize("suffix", [".mps", ".lp"])
def test_glpk_finds_the_same_value_or_none_either(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"problem{suffix}"

    @settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(flow_problems())
    def agree(problem: FlowProblem) -> None:
        assume(sum(problem.count(kind) for kind in ("edge", "bid", "offer")))  # GLPK reads no LP file without columns
        try:
            value = glpk.net_value(write_lp(problem, path))
        except InfeasibleError:  # a demand of nothing
            value = None
        if value is None:
            with pytest.raises(InfeasibleError):
                solve(problem)
        else:
            assert solve(problem).net_value == pytest.approx(value, abs=CLOSE)

    agree()


def test_names_are_those_of_the_tables(tmp_path: Path) -> None:
    problem = washery(bid_names=["at home, in town", "at home: in town"], state_names=["Өмнөговь", "b", "c"])
    columns, rows = glpk.names(write_lp(problem, tmp_path / "problem.mps"))
    assert columns == [
        "flow_wash",
        "flow_rail",
        "flow_road",
        "sale_at_home__in_town",
        "sale_at_home__in_town_2",
        "purchase_mine",
    ]
    assert rows[-4:] == ["balance_________", "balance_b", "balance_c", "facility_line"]


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    problem = washery()
    with pytest.raises(UsageError, match=r'"problem.txt" should end in .mps or .lp'):
        write_lp(problem, tmp_path / "problem.txt")
    with pytest.raises(UsageError, match="cannot be written"):
        write_lp(problem, tmp_path / "nowhere" / "problem.mps")
    (tmp_path / "problem.lp").mkdir()
    with pytest.raises(UsageError, match="cannot be written"):
        write_lp(problem, tmp_path / "problem.lp")
    assert [path.name for path in tmp_path.iterdir()] == ["problem.lp"]
