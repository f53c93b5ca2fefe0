"""Rules that ask where a cargo has been: on a toy corridor where two ways meet before the berth."""

from __future__ import annotations

import csv
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import corridor
from corridor.law import Law
from corridor.mildest import statuses
from corridor.moves import Cargo, Place, moves_of
from corridor.schema import EFFECTS, Rule
from corridor.study import Outcome, Study

Edit = Callable[..., None]

SIDE = "border_side,north_border_far,east_border_far,border,NN,customs,border,side_crossing,forward,,,open,,,example,\n"


def rule(**columns: str) -> dict[str, str]:
    """A rule on what is shipped from EE to the island after it has passed NN, unless other columns are given."""
    given = {"id": "past", "measure": "Past act", "valid_from": "2020-01-01", "effect": "barred", "commodities": "coal"}
    ends = {"importers": "II", "last_ports": "EE", "passed": "NN", "wording": "a test", "source": "example"}
    return {**given, **ends, **columns}


def add(project: Path, **columns: str) -> None:
    """Append a rule to the project's, and the column that its table has no need of."""
    path = project / "data" / "rules.csv"
    with path.open(newline="") as file:
        rows = [*csv.DictReader(file), rule(**columns)]
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(dict.fromkeys(["id", *rows[0], "passed"])), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


@pytest.fixture
def meeting(project: Path, edit: Edit) -> Path:
    """The starter with a way from NN into EE, and half a million tonnes a year over the eastern border."""
    links = project / "data" / "links.csv"
    links.write_text(links.read_text() + SIDE)
    edit("data/capacities.csv", "border_east,,capacity,2.5,2.5,2.5", "border_east,,capacity,1.0,1.0,1.0")
    return project


def run(project: Path) -> Outcome:
    """Run the project's study as it is now."""
    return corridor.read_study(project / "models" / "study.toml").run()


def by_entry(outcome: Outcome) -> dict[tuple[str, str, str], tuple[str, tuple[str, ...]]]:
    """Status and rules of coal's routes by market, gateway and entry."""
    coal = [route for route in outcome.routes if route.commodity == "coal"]
    return {(r.market, r.gateway, r.entry): (r.law_status, r.law_rules) for r in coal}


def carried(outcome: Outcome) -> dict[str, float]:
    """Coal by link, Mt/yr."""
    edges = outcome.network.edges
    return {edges[e].link.id: mtpa for (cargo, e), mtpa in outcome.plan.carried().items() if cargo == "coal"}


def test_of_two_ways_to_one_berth_the_rule_bars_that_which_passed_the_country(meeting: Path) -> None:
    before = by_entry(run(meeting))
    assert {status for status, _ in before.values()} == {"open"}
    add(meeting)
    after = by_entry(run(meeting))
    assert after.keys() == before.keys()
    assert after.pop(("island", "east_port", "side_crossing")) == ("barred", ("past",))
    assert {status for status, _ in after.values()} == {"open"}


def test_the_plan_keeps_cargoes_apart_that_meet_on_their_way(meeting: Path) -> None:
    free = carried(run(meeting))
    assert free["sea_east_port_island"] > free.get("border_east", 0.0) + 0.1  # else there is nothing to bar
    add(meeting)
    outcome = run(meeting)
    coal = carried(outcome)
    assert coal["border_east"] == pytest.approx(0.5)
    assert coal["sea_east_port_island"] <= coal["border_east"] + 1e-6
    assert coal["border_side"] == pytest.approx(coal["rail_city"] + coal["sea_east_port_island"] - coal["border_east"])
    for route in outcome.routes:
        if not route.usable:
            assert not outcome.plan.uses(route)
            assert outcome.plan.forced(route) == float("inf")
        else:
            assert outcome.plan.behind(route) >= -1e-5


def test_flows_by_corridor_still_add_up_to_the_plan(meeting: Path) -> None:
    from corridor.bound_for import by_corridor

    add(meeting)
    plan = run(meeting).plan
    split = by_corridor(plan)
    assert split.keys() == plan.carried().keys()
    for key, mtpa in plan.carried().items():
        assert sum(split[key].values()) == pytest.approx(mtpa)


def test_a_rule_that_bars_nothing_splits_nothing(meeting: Path) -> None:
    states = run(meeting).plan.problem.n_states
    add(meeting, effect="conditional", condition="ask", commodities="ore")
    assert run(meeting).plan.problem.n_states == states
    add(meeting, id="past_too")
    assert run(meeting).plan.problem.n_states > states


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ({"passed": "!NN"}, {"east_crossing": "barred", "side_crossing": "open"}),
        ({"passed": "EE"}, {"east_crossing": "barred", "side_crossing": "barred"}),  # where it is counts too
        ({"passed": "LL"}, {"east_crossing": "barred", "side_crossing": "barred"}),  # where it began, too
        ({"passed": "II"}, {"east_crossing": "open", "side_crossing": "open"}),  # it is not there yet
        ({"valid_from": "2020-07-01"}, {"east_crossing": "open", "side_crossing": "open"}),
        ({"valid_until": "2020-06-29"}, {"east_crossing": "open", "side_crossing": "open"}),
        ({"valid_until": "2020-06-30"}, {"east_crossing": "open", "side_crossing": "barred"}),
        ({"effect": "unclear"}, {"east_crossing": "open", "side_crossing": "unclear"}),
    ],
)
def test_what_counts_as_passed(meeting: Path, columns: dict[str, str], expected: dict[str, str]) -> None:
    add(meeting, **columns)
    found = by_entry(run(meeting))
    assert {entry: found["island", "east_port", entry][0] for entry in expected} == expected


def test_a_way_over_named_places_is_judged_as_it_goes(meeting: Path) -> None:
    add(meeting)
    outcome = run(meeting)
    assert outcome.route_via("coal_mine", "island", "coal", ("east_port",)).law_status == "open"
    round_about = outcome.route_via("coal_mine", "island", "coal", ("side_crossing", "east_port"))
    assert (round_about.law_status, round_about.usable) == ("barred", False)


def test_the_status_of_a_berth_is_that_of_the_mildest_way_there(meeting: Path, edit: Edit) -> None:
    add(meeting)

    def status() -> list[tuple[str, str]]:
        found = run(meeting).law_history.status(run(meeting).as_of, "coal", "LL", "east_port")
        return [(one.importer, one.effect) for one in found]

    assert status() == [("", "open"), ("II", "open")]
    edit(
        "data/links.csv",
        "border_east,east_border,east_border_far,border,LL,customs,border,east_crossing,forward,,border_east,open",
        "border_east,east_border,east_border_far,border,LL,customs,border,east_crossing,forward,,border_east,planned",
    )
    assert status() == [("", "barred"), ("II", "barred")]


def test_a_country_that_is_none_is_a_fault(meeting: Path) -> None:
    add(meeting, passed="NM")
    with pytest.raises(corridor.InputError, match=r"rules\.csv:3"):
        run(meeting)


words = st.lists(st.sampled_from(["LL", "NN", "EE", "!NN", "!EE"]), max_size=2, unique=True).map(" ".join)


@pytest.fixture(scope="module")
def laid(tmp_path_factory: pytest.TempPathFactory) -> Study:
    """The starter with a way from NN into EE."""
    from corridor.starter import new_project

    project = tmp_path_factory.mktemp("laid") / "toy"
    new_project(project)
    links = project / "data" / "links.csv"
    links.write_text(links.read_text() + SIDE)
    return corridor.read_study(project / "models" / "study.toml")


@given(
    rules=st.lists(
        st.fixed_dictionaries(
            {
                "passed": words,
                "effect": st.sampled_from(["unclear", "barred"]),
                "importers": st.sampled_from(["", "II", "EE", "NN"]),
                "last_ports": st.sampled_from(["", "EE"]),
            }
        ),
        max_size=3,
    )
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_moves_and_statuses_are_those_of_all_ways_judged_one_by_one(laid: Study, rules: list[dict[str, str]]) -> None:
    outcome = laid.run()
    network, coal = outcome.network, outcome.network.commodities["coal"]
    law = Law(
        [Rule.model_validate(rule(**columns, id=f"r{i}")) for i, columns in enumerate(rules)], network, outcome.as_of
    )
    leaving: dict[str, list[int]] = {}
    for e, edge in enumerate(network.edges):
        leaving.setdefault(edge.tail, []).append(e)
    ways: list[tuple[int, ...]] = []
    queue: list[tuple[int, ...]] = [(e,) for e in leaving["coal_mine"]]
    while queue:  # every way that comes to no place twice
        way = queue.pop()
        ways.append(way)
        places = {"coal_mine", *(network.edges[e].head for e in way)}
        queue += [
            (*way, e) for e in leaving.get(network.edges[way[-1]].head, []) if network.edges[e].head not in places
        ]
    to_island = [way for way in ways if network.edges[way[-1]].head == "island"]

    # each way goes through the moves if and only if the law, judging it whole, lets it
    everything = np.ones(len(network.edges), dtype=bool)
    moves = moves_of(network, law, ["open"], Cargo("coal", "LL"), everything, {"coal_mine"}, {"island"})
    step = {(move.tail, move.edge): move.head for move in moves}
    assert len(step) == len(moves)
    for way in to_island:
        place: Place | None = Place("coal", "LL", "coal_mine")
        for e in way:
            place = step.get((place, e)) if place else None
        assert (place is not None) == (law.along(coal, "LL", way)[0] == "open")

    # the mildest status of a berth is that of its best way
    for berth in ("east_port", "north_port"):
        through = [way for way in to_island if network.edges[way[-1]].tail == berth]
        best = min(EFFECTS.index(law.along(coal, "LL", way)[0]) for way in through)
        [_, status] = statuses(network, law, coal, "LL", [berth])
        assert EFFECTS.index(status.effect) == best


def test_the_committed_bar_on_coal_from_russia_sees_what_comes_by_china(rason: Study) -> None:
    outcome = rason.run()
    nodes = outcome.network.nodes
    for route in outcome.routes:
        if route.market != "rotterdam" or "coal" not in route.commodity or nodes[route.gateway].country == "KP":
            continue
        russia = any(nodes[outcome.network.edges[e].head].country == "RU" for e in route.edges)
        told = {"eu_833_coal_passed", "eu_833_coal_transit"} & {*route.law_rules}
        assert bool(told) == russia
        if russia:
            assert route.law_status in ("unclear", "barred")
    assert any(one.gateway != other.gateway for one, other in pairwise(outcome.routes))
