"""Dated rules: who matches, what lifts, which is strictest."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import corridor
from corridor import report
from corridor.errors import InputError
from corridor.law import Law
from corridor.network import Edge, Network
from corridor.schema import EFFECTS, Link, Rule
from corridor.study import Study, check_folder

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


def test_a_rule_that_matches_nothing_is_told_beside_rows_that_cannot_be_read(project: Path) -> None:
    add_rule(project, id="x", effect="barred", links="sea_east_port_island", nodes="north_port")
    add_rule(project, id="y", effect="banned")
    with pytest.raises(InputError) as told:
        check_folder(project / "data")
    first, second = (fault.message for fault in told.value.faults)
    assert '"x" matches no link of this study on any day' in first
    assert "'banned' must be one of open" in second


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({"lifts": "ore_atc"}, 'Did you mean "ore_act"?'),
        ({"nodes": "north_prot"}, 'Did you mean "north_port"?'),
        ({"effect": "conditional"}, "must name its condition"),
        ({"commodities": "coke"}, '"coke" is no commodity or group'),
        ({"commodities": "hs260"}, "codes of the Harmonised System have 2, 4, 6, 8 or 10 digits"),
        ({"importers": "!II", "last_ports": "EE"}, '"x" matches no link of this study on any day'),
        ({"links": "sea_east_port_island", "nodes": "north_port"}, '"x" matches no link of this study on any day'),
        ({"lifts": "x"}, '"x" lifts itself'),
        ({"lifts": "ore_act", "valid_until": "2019-12-31", "valid_from": "2019-01-01"}, "never hold on the same day"),
        ({"valid_from": "2020-06-30", "valid_until": "2020-06-29"}, "lies before valid_from"),
        ({"effect": "baned"}, "'baned' must be one of open, conditional, unclear, barred. Did you mean \"barred\"?"),
    ],
)
def test_rules_that_point_nowhere_are_faults(project: Path, cells: dict[str, str], expected: str) -> None:
    add_rule(project, **{"id": "x", "effect": "barred", **cells})
    with pytest.raises(corridor.InputError, match=r"rules\.csv:3") as caught:
        corridor.read_study(project / "models" / "study.toml")
    assert expected in str(caught.value)


def test_two_rules_that_lift_each_other_are_a_fault(project: Path) -> None:
    add_rule(project, id="one", nodes="north_port", effect="open", lifts="other")
    add_rule(project, id="other", nodes="north_port", effect="barred", lifts="one")
    with pytest.raises(corridor.InputError, match="lift each other, so that neither would hold"):
        corridor.read_study(project / "models" / "study.toml")


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        ({}, True),
        ({"effect": "conditional", "condition": "ask"}, True),
        ({"lifts": "ore_act"}, False),  # an exception
        ({"effect": "unclear"}, False),  # both are strict: they add up
        ({"measure": "Other act"}, False),  # so do measures
        ({"commodities": ""}, False),  # what holds for all cargo yields to what names it
        ({"commodities": "coal"}, False),
        ({"nodes": "east_port"}, False),
        ({"valid_from": "2019-01-01", "valid_until": "2019-12-31"}, False),
    ],
)
def test_rules_that_contradict_each_other_are_told_and_the_stricter_holds(
    project: Path, cells: dict[str, str], told: bool
) -> None:
    rule = {"id": "x", "measure": "Example act", "paragraph": "2", "commodities": "ore", "nodes": "north_port"}
    add_rule(project, **{**rule, "effect": "open", **cells})
    study = project / "models" / "study.toml"
    notes = corridor.read_study(study).tables.notes
    assert bool(notes) == told
    if told:
        assert notes[0].startswith(
            "rules.csv:2 and rules.csv:3 contradict each other from 2020-01-01: Example act, 1 has"
        )
        assert "Example act, 2 has" in notes[0]
    assert status(study, "north_port", "ore")[0] == ("open" if "lifts" in cells else "barred")


def test_a_row_of_the_table_changes_the_plan(project: Path, edit: Edit) -> None:
    study = project / "models" / "study.toml"

    def shipped() -> set[str]:
        return {name for name, _ in corridor.read_study(study).run().plan.corridors()}

    assert shipped() == {"east", "north"}
    add_rule(project, id="shut", nodes="east_station", effect="unclear")
    assert shipped() == {"north"}
    edit("data/rules.csv", "shut,Test act,,2020-01-01,,", "shut,Test act,,2020-01-01,2020-06-29,")  # the day before
    assert shipped() == {"east", "north"}


def test_rules_on_goods_that_the_study_does_not_ship_are_told_by_check(project: Path) -> None:
    add_rule(project, id="lead", commodities="hs2607", nodes="north_port", effect="barred")
    assert corridor.read_study(project / "models" / "study.toml").tables.notes == ()
    [note] = check_folder(project).notes
    assert note == "rules.csv:3: Test act speaks of hs2607, which no commodity of this study is"


def test_a_scenario_that_changes_rules_says_so(project: Path, edit: Edit) -> None:
    toml = project / "models" / "study.toml"
    change = (
        '[[scenarios.ended.changes]]\ntable = "rules"\nwhere = { id = "ore_act" }\nset = { commodities = "coal" }\n'
    )
    toml.write_text(toml.read_text() + '\n[scenarios.ended]\nreason = "test"\n' + change)
    with pytest.raises(corridor.InputError, match="one that changes rows of rules says so too"):
        corridor.read_study(toml)
    edit(
        "models/study.toml",
        '[scenarios.ended]\nreason = "test"',
        '[scenarios.ended]\nreason = "test"\nassume = "as if lifted"',
    )
    outcome = corridor.read_study(toml).run("ended")
    assert outcome.lifted_measures == ("Example act in part (ore_act)",)
    assert report.solve(outcome)["as_if_lifted"] == ["Example act in part (ore_act)"]
    assert {route.law_status for route in outcome.routes if route.gateway == "north_port"} == {"open", "barred"}


def test_extending_the_exception_touches_mongolian_coal_alone_and_opens_nothing(rason: Study) -> None:
    today, extended = rason.run("today"), rason.run("russia-exception-extended")
    assert [measure.split(" in part")[0] for measure in extended.lifted_measures] == ["UNSCR 2375", "UNSCR 2397"]
    for commodity in today.network.commodities.values():
        before, after = (outcome.law.verdict(commodity, "MN") for outcome in (today, extended))
        freed = {
            today.network.edges[e].id
            for e, rules in before.rules.items()
            if "unscr_2375_18" in {rule.id for rule in rules} - {rule.id for rule in after.rules.get(e, ())}
        }
        expected = {"rail_tumangang_rajin", "port_rajin_pier3_1520", "port_rajin_pier3_1435"}
        assert {edge.removeprefix("~") for edge in freed} <= expected
        assert bool(freed) == (commodity.group == "coal")
        if commodity.group != "coal":
            assert np.array_equal(before.effect, after.effect)
    # It comes to stand where Russian coal stands: the Security Council lets it pass on notification; others do not.
    at_pier = extended.law_history.status(extended.as_of, "thermal_coal", "MN", "rajin_pier3")
    russian = today.law_history.status(today.as_of, "thermal_coal", "RU", "rajin_pier3")
    of_mn, of_ru = ({s.importer: (s.effect, s.rules) for s in cargo} for cargo in (at_pier, russian))
    assert of_mn.pop("NL")[0] == "unclear"
    assert of_ru.pop("NL")[0] == "barred"  # the Union bars coal of Russian origin wherever it is loaded
    assert of_mn == of_ru
    assert at_pier[0].effect == "unclear"
    assert [rule.measure for rule in at_pier[0].rules] == ["US EO 13810"]


def test_the_lifted_scenario_leaves_no_bar_that_speaks_of_the_dprk(rason: Study) -> None:
    lifted = rason.run("sanctions-lifted")
    left = {
        rule.measure
        for commodity in lifted.network.commodities.values()
        for passed in ((), ("RU",))
        for e, rules in lifted.law.verdict(commodity, "MN", passed).rules.items()
        if lifted.network.nodes[lifted.network.edges[e].tail].country == "KP"
        for rule in rules
        if rule.effect in ("unclear", "barred")
    }
    assert left == {"EU Regulation 833/2014 coal"}  # it speaks of Russia


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
        network.commodities[case["commodity"]], case["origin"], tuple(case["passed"].split())
    )
    assert EFFECTS[verdict.effect.max()] == case["expected_status"]
    standing = {rule.id for rules in verdict.rules.values() for rule in rules}
    assert set(case["expected_rule_ids"].split()) <= standing


def test_a_scenario_cannot_break_the_rules_unseen(project: Path) -> None:
    toml = project / "models" / "study.toml"
    add_rule(project, id="exception", nodes="north_port", effect="open", lifts="ore_act")
    change = '[[scenarios.x.changes]]\ntable = "rules"\nwhere = { id = "exception" }\nset = { lifts = "ore_atc" }\n'
    toml.write_text(f'{toml.read_text()}\n[scenarios.x]\nreason = "test"\nassume = "as if lifted"\n{change}')
    with pytest.raises(corridor.InputError, match=r'scenarios\.x.*rules\.csv row 3.*Did you mean "ore_act"'):
        corridor.read_study(toml)
