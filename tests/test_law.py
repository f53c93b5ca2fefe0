"""Dated rules: who matches, what lifts, which is strictest."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest

import corridor
from corridor.law import Law
from corridor.network import Edge, Network
from corridor.schema import EFFECTS, Link, Rule
from corridor.study import Study

Edit = Callable[..., None]


def status(study: Path, gateway: str, commodity: str) -> tuple[str, tuple[str, ...]]:
    """Status and rules of the route to the island."""
    routes = corridor.read_study(study).run().routes
    route = next(r for r in routes if (r.gateway, r.commodity, r.market) == (gateway, commodity, "island"))
    return route.law_status, route.law_rules


def add_rule(project: Path, **cells: str) -> None:
    """Append a rule to the starter's rules."""
    path = project / "data" / "rules.csv"
    header = path.read_text().splitlines()[0].split(",")
    given = {"measure": "Test act", "valid_from": "2020-01-01", "wording": "a test", "source": "example", **cells}
    with path.open("a", newline="") as file:
        csv.DictWriter(file, header, lineterminator="\n").writerow(given)


def test_a_rule_that_lifts_leaves_its_own_status(project: Path) -> None:
    study = project / "models" / "study.toml"
    assert status(study, "north_port", "ore") == ("barred", ("ore_act",))
    add_rule(
        project,
        id="exception",
        nodes="north_port",
        commodities="hs2601",
        effect="conditional",
        condition="tell them first",
        lifts="ore_act",
    )
    assert status(study, "north_port", "ore") == ("conditional", ("exception",))
    assert status(study, "north_port", "coal") == ("open", ())


def test_the_strictest_of_those_that_stand_holds(project: Path) -> None:
    study = project / "models" / "study.toml"
    add_rule(project, id="doubt", last_ports="NN", effect="unclear")
    add_rule(project, id="exception", nodes="north_port", effect="open", lifts="ore_act")
    assert set(status(study, "north_port", "ore")[1]) == {"exception", "doubt"}
    assert status(study, "north_port", "ore")[0] == "unclear"
    assert status(study, "north_port", "coal") == ("unclear", ("doubt",))
    assert status(study, "east_port", "coal") == ("open", ())


@pytest.mark.parametrize(
    ("cells", "matches"),
    [
        ({"last_ports": "EE"}, True),
        ({"last_ports": "!NN"}, True),
        ({"last_ports": "!EE"}, False),
        ({"importers": "II"}, True),
        ({"importers": "!II", "last_ports": "EE"}, False),
        ({"origins": "LL"}, True),
        ({"origins": "!LL"}, False),
        ({"operators": "ee_ports"}, True),
        ({"links": "sea_east_port_island"}, True),
        ({"commodities": "hs2701", "nodes": "east_port"}, True),
        ({"commodities": "hs26", "nodes": "east_port"}, False),
        ({"valid_from": "2020-07-01"}, False),
        ({"valid_until": "2020-06-29"}, False),
        ({"valid_until": "2020-06-30"}, True),
    ],
)
def test_matching_columns(project: Path, cells: dict[str, str], matches: bool) -> None:
    add_rule(project, id="x", effect="barred", **cells)
    assert status(project / "models" / "study.toml", "east_port", "coal") == (
        ("barred", ("x",)) if matches else ("open", ())
    )


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({"lifts": "ore_atc"}, 'Did you mean "ore_act"?'),
        ({"nodes": "north_prot"}, 'Did you mean "north_port"?'),
        ({"effect": "conditional"}, "must name its condition"),
        ({"commodities": "coke"}, '"coke" is no commodity or group'),
    ],
)
def test_rules_that_point_nowhere_are_faults(project: Path, cells: dict[str, str], expected: str) -> None:
    add_rule(project, **{"id": "x", "effect": "barred", **cells})
    with pytest.raises(corridor.InputError, match=r"rules\.csv:3") as caught:
        corridor.read_study(project / "models" / "study.toml")
    assert expected in str(caught.value)


def cases() -> list[dict[str, str]]:
    """The table of cases written from the texts."""
    with (Path(__file__).parent / "law_cases.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize(
    "case", cases(), ids=lambda case: f"{case['date']} {case['commodity']} {case['node_from']}-{case['node_to']}"
)
def test_the_committed_rules_against_the_texts(rason: Study, case: dict[str, str]) -> None:
    tables = rason.tables
    nodes = {node.id: node for node in tables["nodes"]}
    links: list[Link] = [
        link for link in tables["links"] if {case["node_from"], case["node_to"]} == {link.from_node, link.to_node}
    ]
    assert links, "no such link in the study"
    network = Network(
        nodes,
        tuple(Edge(link, case["node_from"], case["node_to"]) for link in links),
        {c.id: c for c in tables["commodities"]},
    )
    rules: tuple[Rule, ...] = tables["rules"]
    verdict = Law(rules, network, dt.date.fromisoformat(case["date"])).verdict(
        network.commodities[case["commodity"]], case["origin"]
    )
    assert EFFECTS[verdict.effect.max()] == case["expected_status"]
    standing = {rule.id for rules in verdict.rules.values() for rule in rules}
    assert set(case["expected_rule_ids"].split()) <= standing
