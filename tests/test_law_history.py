"""The law over time: mildest ways by brute force, spans without a gap, what the command says."""

from __future__ import annotations

import csv
import datetime as dt
import json
from collections import defaultdict
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path

import pytest

from corridor import cli
from corridor.errors import UsageError
from corridor.law import Law
from corridor.law_history import FIRST_DAY, LawHistory, Timeline
from corridor.report.law import scope
from corridor.schema import EFFECTS, Rule
from corridor.study import Study

DAYS = [dt.date.fromisoformat(day) for day in ("2006-01-01", "2015-06-22", "2016-12-31", "2017-09-15", "2018-06-01")]
LAST = dt.date(2025, 12, 31)


@pytest.fixture(scope="module")
def history(rason: Study) -> LawHistory:
    """Of the committed study."""
    return rason.run("today").law_history


@pytest.fixture(scope="module")
def timeline(history: LawHistory) -> Timeline:
    """Of two commodities by all berths."""
    return history.timeline(LAST, commodities=("thermal_coal", "fluorspar"))


def passable(history: LawHistory, day: dt.date, commodity: str) -> list[set[tuple[str, str]]]:
    """Berths and importers that are reached by links no stricter than each status, walked without weights."""
    network = history.network
    cargo = network.commodities[commodity]
    effect = Law(history.rules, network, day, history.lifted_measures).verdict(cargo, "MN").effect
    found = []
    for worst in range(len(EFFECTS)):
        edges = [edge for e, edge in enumerate(network.edges) if effect[e] <= worst and network.takes(edge.link, cargo)]
        onward = defaultdict(set)
        for edge in edges:
            if edge.link.kind != "sea":
                onward[edge.tail].add(edge.head)
        reached = {node.id for node in network.nodes.values() if node.country == "MN"}
        queue = list(reached)
        while queue:
            new = onward[queue.pop()] - reached
            reached |= new
            queue += new
        at_sea = [edge for edge in edges if edge.link.kind == "sea" and edge.tail in reached]
        found.append({(edge.tail, network.nodes[edge.head].country) for edge in at_sea})
    return found


@pytest.mark.parametrize("day", [*DAYS, LAST])
def test_a_status_is_that_of_the_mildest_way(history: LawHistory, day: dt.date) -> None:
    for commodity in ("thermal_coal", "copper_concentrate", "fluorspar"):
        reached = passable(history, day, commodity)
        for berth in ("rajin_pier3", "rajin_pier1", "chongjin", "jinzhou", "vostochny"):
            whole, *by_importer = history.status(day, commodity, "MN", berth)
            for status in by_importer:
                level = EFFECTS.index(status.effect)
                assert (berth, status.importer) in reached[level]
                assert level == 0 or (berth, status.importer) not in reached[level - 1]
            abroad = [s for s in by_importer if s.importer != history.network.nodes[berth].country]
            assert EFFECTS.index(whole.effect) == min(EFFECTS.index(status.effect) for status in abroad)


def test_the_rules_named_are_what_stands_in_the_way(rason: Study, history: LawHistory) -> None:
    tables = rason.tables
    for status in history.status(LAST, "thermal_coal", "MN", "rajin_pier3"):
        named = {rule.id for rule in status.rules}
        assert named
        assert {rule.effect for rule in status.rules} == {status.effect}
        without = LawHistory(tables.replace("rules", tuple(rule for rule in tables["rules"] if rule.id not in named)))
        milder = next(
            s for s in without.status(LAST, "thermal_coal", "MN", "rajin_pier3") if s.importer == status.importer
        )
        assert EFFECTS.index(milder.effect) < EFFECTS.index(status.effect)


@pytest.mark.parametrize("scenario", ["today", "essay", "sanctions-lifted", "russia-exception-extended"])
def test_no_route_is_milder_than_the_law_allows(rason: Study, scenario: str) -> None:
    outcome = rason.run(scenario)
    history, nodes = outcome.law_history, outcome.network.nodes
    known: dict[tuple[str, str], dict[str, str]] = {}
    for route in outcome.routes:
        if route.gateway in history.berths and route.gateway != route.market:
            key = route.commodity, route.gateway
            if key not in known:
                found = history.status(outcome.as_of, route.commodity, "MN", route.gateway)
                known[key] = {status.importer: status.effect for status in found}
            effect = known[key][nodes[route.market].country]
            assert EFFECTS.index(effect) <= EFFECTS.index(route.law_status)


def test_spans_follow_each_other_without_a_gap_and_hold_on_their_days(history: LawHistory, timeline: Timeline) -> None:
    own = defaultdict(list)
    for span in timeline.spans:
        own[span.status[:4]].append(span)
    for spans in own.values():
        assert (spans[0].first, spans[-1].last) == (FIRST_DAY, LAST)
        for one, other in pairwise(spans):
            assert other.first - one.last == dt.timedelta(days=1)
            assert one.status != other.status
    for span in timeline.spans:
        if span.status.node == "rajin_pier3" and span.status.importer in ("", "CN"):
            for day in (span.first, span.last):
                assert span.status in history.status(day, span.status.commodity, "MN", "rajin_pier3")


def test_coal_by_pier_3_over_the_years(timeline: Timeline) -> None:
    spans = [s for s in timeline.spans if s.status[:4] == ("thermal_coal", "MN", "rajin_pier3", "")]
    told = [(str(span.first), span.status.effect, [rule.id for rule in span.status.rules]) for span in spans]
    assert told == [
        ("2006-01-01", "open", []),
        ("2016-03-02", "conditional", ["unscr_2270_29_rajin"]),
        ("2016-11-30", "conditional", ["unscr_2321_26_rajin"]),
        ("2017-08-05", "conditional", ["unscr_2371_8_rajin"]),
        ("2017-09-11", "unclear", ["unscr_2375_18"]),
        ("2017-09-20", "unclear", ["unscr_2375_18", "us_eo_13810_finance"]),
    ]


def test_changes_tell_every_rule_once_as_it_begins_and_once_as_it_ends(history: LawHistory) -> None:
    changes = history.changes(FIRST_DAY, LAST)
    assert [change.day for change in changes] == sorted(change.day for change in changes)

    def ids(event: str) -> list[str]:
        return sorted(change.rule.id for change in changes if change.event == event)

    assert ids("begins") == sorted(rule.id for rule in history.rules if rule.valid_from <= LAST)
    assert ids("ends") == sorted(rule.id for rule in history.rules if rule.valid_until and rule.valid_until < LAST)
    with pytest.raises(UsageError, match="lies before"):
        history.timeline(dt.date(2005, 1, 1))


def test_a_place_without_a_way_has_no_status_even_at_home(history: LawHistory) -> None:
    nodes, edges = history.network.nodes, history.network.edges
    linked = {end for edge in edges for end in (edge.tail, edge.head)}
    alone = [name for name, node in nodes.items() if node.country == "MN" and name not in linked]
    assert alone  # stations of lines that are only planned
    assert not any(history.status(LAST, "thermal_coal", "MN", name) for name in alone)
    assert history.status(LAST, "thermal_coal", "MN", "sainshand")


def test_names_that_several_nodes_begin_with_stand_for_all(history: LawHistory) -> None:
    assert set(history.nodes("rajin")) == {"rajin_1435", "rajin_1520", "rajin_pier1", "rajin_pier3", "rajin_yard"}
    assert history.nodes("chongjin") == ("chongjin",)  # a node of its own comes before those that begin so
    with pytest.raises(UsageError, match='Did you mean "rajin"'):
        history.nodes("rajn")


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({}, "all cargo"),
        ({"origins": "!KP", "nodes": "a b"}, "all cargo, mined in any but KP, at a or b"),
        ({"commodities": "coal hs26", "importers": "JP KR !CN"}, "coal or hs26, into JP or KR but CN"),
        ({"last_ports": "KP", "operators": "x"}, "all cargo, handled by x, by ship from KP"),
        ({"importers": "NL", "passed": "RU"}, "all cargo, into NL, after passing RU"),
    ],
)
def test_what_a_rule_matches_in_words(columns: dict[str, str], words: str) -> None:
    rule = {"id": "x", "measure": "M", "valid_from": "2020-01-01", "effect": "open", "wording": "w", "source": "s"}
    assert scope(Rule.model_validate({**rule, **columns})) == words


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of the command."""
    code = cli.main(["law", *words])
    said = capsys.readouterr()
    return code, said.out, said.err


def lines_fit(text: str) -> bool:
    """Whether no line is wider than a terminal."""
    return all(len(line) <= 80 for line in text.splitlines())  # columns


def test_the_command_says_what_holds_and_that_it_is_no_advice(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "--commodity", "thermal_coal", "--node", "rajin", "--date", "2018-06-01")
    assert code == 0
    assert lines_fit(out)
    assert "on 2018-06-01 · thermal_coal · rajin" in out
    told = " ".join(out.split())
    for words in (
        "rajin_pier3 MN at best unclear ✗ UNSCR 2375, 18; US EO 13810, 1, 4",
        "Condition: the exporting State confirms the origin and tells the 1718 Committee beforehand",
        "is not legal advice",
    ):
        assert words in told
    assert "fluorspar" not in told
    assert "hs25" not in told


def test_the_status_is_told_where_no_rule_speaks_of_the_place_itself(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "--commodity", "thermal_coal", "--node", "sainshand", "--format", "json")
    document = json.loads(out)
    assert code == 0
    assert document["rules"] == []
    assert [row["status"] for row in document["status"]] == ["open"]


def test_the_document_carries_the_day_asked_for_and_the_scenario(capsys: pytest.CaptureFixture[str]) -> None:
    asked = ("--scenario", "russia-exception-extended", "--commodity", "thermal_coal", "--node", "rajin_pier3")
    code, out, _ = run(capsys, *asked, "--date", "2019-01-01", "--format", "json")
    document = json.loads(out)
    assert code == 0
    assert document["as_of"] == "2019-01-01"
    assert document["as_if_lifted"][0] == "UNSCR 2375 in part (unscr_2375_18_russian_coal)"
    assert "not legal advice" in document["note"]
    assert document["status"][0]["rules"] == ["us_eo_13810_finance"]
    exception = next(rule for rule in document["rules"] if rule["rule"] == "unscr_2375_18_russian_coal")
    assert exception["matches"] == "coal, mined in RU or MN, handled by rasonkontrans"
    assert "COUNTERFACTUAL, NOT THE LAW" in run(capsys, *asked)[1]


def test_the_timeline_as_text_and_files(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    asked = ("--timeline", "--commodity", "fluorspar", "--node", "rajin")
    code, out, _ = run(capsys, *asked)
    assert code == 0
    assert lines_fit(out)
    assert "2017-12-22 2025-12-31 barred UNSCR 2397, 6" in " ".join(out.split())
    assert run(capsys, *asked, "--format", "csv", "-o", str(tmp_path / "law"))[0] == 0

    def rows(name: str) -> Iterable[dict[str, str]]:
        return csv.DictReader((tmp_path / "law" / f"{name}.csv").read_text("utf-8").splitlines())

    assert {row["node"] for row in rows("spans")} == {"rajin_pier1", "rajin_pier3"}
    assert {row["as_of"] for row in rows("changes")} == {"2025-12-31"}
    assert "unscr_2270_29" not in {row["rule"] for row in rows("changes")}


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (("--date", "1980-01-01"), 4, "no rule of the tables holds on 1980-01-01"),
        (("--node", "khuut_station", "--commodity", "fluorspar"), 4, "no way of the tables brings it there"),
        (("--date", "2018-6-1"), 2, "is no day"),
        (("--commodity", "thermal_coa"), 2, 'Did you mean "thermal_coal"?'),
        (("--mined-in", "XX"), 2, "is no country"),
        (("--timeline", "--mined-in", "RU"), 2, "leave --mined-in out"),
    ],
)
def test_what_cannot_be_answered(
    capsys: pytest.CaptureFixture[str], words: tuple[str, ...], code: int, message: str
) -> None:
    found, out, err = run(capsys, *words)
    assert (found, out) == (code, "")
    assert message in err
