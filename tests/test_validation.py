"""Published cases beside the model: what is asked, what is counted, what is said of a case that cannot be asked."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corridor.cli import main
from corridor.evidence.ask import Answer
from corridor.evidence.days import Days, shares
from corridor.evidence.validate import Compared, Validation, validate
from corridor.evidence_page import evidence_page
from corridor.report.evidence import validation
from corridor.schema import Case
from corridor.study import Study

PAGE = Path(__file__).parents[1] / "docs" / "validation.md"


def case(**cells: Any) -> Case:
    """A case of the toy corridor: what coal costs from the mine to the island by the eastern port."""
    standing = {
        "id": "one",
        "name": "One",
        "quantity": "cost",
        "year": 2020,
        "commodity": "coal",
        "origin": "coal_mine",
        "market": "island",
        "low": 30,
        "central": 32,
        "high": 34,
        "unit": "USD/t",
        "source": "example",
        "basis": "published",
        "grade": "A",
    }
    return Case.model_validate({**standing, **cells}).in_row(2)


def only(found: Validation) -> Compared:
    assert not found.faults, found.faults
    [row] = found.rows
    return row


def ask(toy: Study, *cases: Case) -> Validation:
    return validate(toy, cases, "cases.csv")


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({}, 33),  # the README of the toy corridor
        ({"via": "north_port"}, 46.5),
        ({"via": "east_crossing", "market": "east_city"}, 15),
        ({"kinds": "!sea !port"}, 24),
        ({"kinds": "sea"}, 4),
        ({"parts": "haul"}, 18),
        ({"parts": "!haul"}, 15),
        ({"parts": "haul port", "kinds": "rail port"}, 23),
        ({"quantity": "generalised"}, 33),  # time is free in the toy study
        ({"quantity": "distance", "kinds": "rail", "unit": "km"}, 700),
        ({"quantity": "distance", "commodity": "", "origin": "junction", "market": "north_quay", "unit": "km"}, 2000),
        ({"quantity": "distance", "origin": "east_port", "unit": "nmi"}, 960 / 1.852),
        ({"quantity": "time", "kinds": "border", "unit": "h"}, 12),
        ({"quantity": "time", "kinds": "rail", "unit": "day"}, (300 / 20 + 400 / 40) / 24),
        ({"quantity": "speed", "kinds": "rail border", "unit": "km/h"}, 700 / (15 + 10 + 12)),
        ({"quantity": "moving_speed", "kinds": "rail border", "unit": "km/h"}, 700 / 25),
        ({"quantity": "cost_per_km", "kinds": "rail", "unit": "USD/t-km"}, 18 / 700),
        ({"quantity": "parcel", "unit": "kt"}, 50),
        ({"quantity": "bid", "origin": ""}, 100),
        ({"quantity": "netback"}, 67),
        ({"quantity": "cost_share", "unit": "percent"}, 33),
        ({"quantity": "parameter", "parameter": "tariffs:ll_rail:rate", "unit": "USD/t-km"}, 0.02),
        ({"scenario": "cheap-north", "via": "north_port"}, 24 + 22.5 * 0.6667),
    ],
)
def test_each_quantity_is_what_the_hand_says(toy: Study, asked: dict[str, Any], expected: float) -> None:
    assert only(ask(toy, case(**asked))).model[1] == pytest.approx(expected)


def test_a_barred_way_is_told_as_barred(toy: Study) -> None:
    row = only(ask(toy, case(commodity="ore", origin="ore_mine", via="north_port")))
    assert (row.model[1], row.answer.law_status) == (pytest.approx(54), "barred")


def test_a_lawful_way_comes_before_a_cheaper_barred_one(toy: Study) -> None:
    """Ore by the north is barred; as if the act were lifted it is told so on the row."""
    assert only(ask(toy, case(commodity="ore", origin="ore_mine"))).answer.law_status == "open"
    lifted = only(ask(toy, case(commodity="ore", origin="ore_mine", via="north_port", scenario="act-lifted")))
    assert (lifted.answer.law_status, lifted.as_if_lifted) == ("open", ("Example act",))


def test_differences_and_ratios(toy: Study) -> None:
    other = case(id="other", via="north_port", low="", central="", high="")
    minus = case(id="gap", relation="minus", other="other", low=-20, central=-13, high=-10)
    over = case(id="ratio", relation="over", other="other", low=0.5, central=0.7, high=0.9, unit="share")
    found = ask(toy, minus, over, other)
    assert not found.faults
    assert [row.model[1] for row in found.rows] == pytest.approx([-13.5, 33 / 46.5])


def test_the_range_has_the_draws_of_every_number_and_moves_together(toy: Study) -> None:
    """Only the western railway and the gauge break have a range: both draws lie within the sum of the bounds."""
    low, central, high = only(ask(toy, case())).model
    assert central == pytest.approx(33)
    assert 33 - 1.5 - 1 < low < central < high < 33 + 3 + 2
    one = case(id="other", low="", central="", high="")
    same = only(ask(toy, case(relation="over", other="other", unit="share", low=1, central=1, high=1), one))
    assert same.model == pytest.approx((1, 1, 1))  # the same way drawn alike on both sides has no range at all


def test_shares_depend_on_the_name_alone() -> None:
    assert (shares("a", 64) == shares("a", 64)).all()
    assert (shares("a", 64) != shares("b", 64)).any()
    assert sorted(np.floor(shares("a", 64) * 64)) == list(range(64))  # one in each stratum


def test_a_day_of_its_own(toy: Study) -> None:
    days = Days(toy)
    assert days.day_of(None, None, 2020) == ("today", dt.date(2020, 6, 30))
    assert days.day_of("cheap-north", dt.date(2020, 2, 1), 2020) == ("cheap-north", dt.date(2020, 2, 1))
    assert days.day_of(None, None, 2013) == ("today", dt.date(2013, 6, 30))


@pytest.mark.parametrize(
    ("asked", "column", "says"),
    [
        ({"market": "iland"}, "market", 'Did you mean "island"?'),
        ({"origin": ""}, "origin", "is blank"),
        ({"origin": "island", "market": "coal_mine"}, "market", "no open way leads from island to coal_mine"),
        ({"via": "nowhere"}, "via", "no node or crossing"),
        ({"commodity": "cole"}, "commodity", 'Did you mean "coal"?'),
        ({"commodity": ""}, "commodity", "depends on what is shipped"),
        ({"unit": "km"}, "unit", "does not fit what is asked, which is in USD/t"),
        ({"unit": "USD per ton"}, "unit", "is no unit that is known"),
        ({"unit": "CNY/t"}, "unit", "no rate of CNY for 2020"),
        ({"year": 2031}, "year", "price_index.csv"),
        ({"scenario": "tomorow"}, "scenario", "there is no scenario"),
        ({"quantity": "parameter", "parameter": "tariffs:ll_rail:rat"}, "parameter", 'Did you mean "tariffs:ll_rail:'),
        ({"quantity": "parcel", "market": "east_city", "unit": "t"}, "market", "no ship sails"),
        ({"quantity": "bid", "market": "east_quay"}, "market", "no market for coal"),
        ({"kinds": "shea"}, "kinds", "no kind of this study"),
        ({"kinds": "sea", "market": "east_city"}, "kinds", "no link of these kinds"),
        ({"relation": "over", "other": "none", "unit": "share"}, "other", "no case of this file"),
        ({"low": "", "central": "", "high": ""}, "central", "no other case speaks of this one"),
    ],
)
def test_a_case_that_cannot_be_asked_is_a_fault_and_the_others_are_compared(
    toy: Study, asked: dict[str, Any], column: str, says: str
) -> None:
    found = ask(toy, case(id="well"), case(**asked).in_row(3))
    assert [row.case.id for row in found.rows] == ["well"]
    assert {(fault.file, fault.row, fault.column) for fault in found.faults} == {("cases.csv", 3, column)}
    assert says in "\n".join(map(str, found.faults))


def test_a_published_zero_has_no_relative_error(toy: Study) -> None:
    document = validation(toy.run(), ask(toy, case(low=0, central=0, high=0)))
    assert document["rows"][0]["relative_difference"] is None
    assert document["median_error_of_unfitted_costs"] is None
    json.dumps(document, allow_nan=False)


def test_cases_without_a_scenario_take_the_one_that_is_named(toy: Study) -> None:
    found = validate(toy, [case(via="north_port")], "cases.csv", "cheap-north")
    assert only(found).model[1] == pytest.approx(24 + 22.5 * 0.6667)


def test_ids_twice(toy: Study) -> None:
    found = ask(toy, case(), case().in_row(3))
    assert (len(found.rows), [fault.column for fault in found.faults]) == (1, ["id"])


spans = st.tuples(*[st.floats(0, 100)] * 3).map(lambda ends: tuple(sorted(ends)))


@given(published=spans, model=spans)
def test_overlap_is_symmetric_and_right(published: tuple[float, ...], model: tuple[float, ...]) -> None:
    def beside(one: Any, other: Any) -> Compared:
        return Compared(case(), "today", "2020-06-30", (), one, other, Answer("USD/t", 0, np.zeros(1)))

    meet = max(published[0], model[0]) <= min(published[2], model[2])
    assert beside(published, model).overlap == beside(model, published).overlap == meet


def test_fitted_and_assumed_cases_are_counted_apart(toy: Study) -> None:
    fitted = case(id="fitted", used_for_fitting="tariffs:ll_rail:rate", low=1, central=1, high=1)
    assumed = case(id="assumed", basis="assumed", low=1, central=1, high=1)
    miss = case(id="miss", low=1, central=1, high=1)
    document = validation(toy.run(), ask(toy, case(), fitted, assumed, miss))
    assert (document["unfitted"], document["unfitted_overlaps"], document["unfitted_overlap_share"]) == (2, 1, 0.5)
    assert (document["fitted"], document["fitted_overlaps"], document["not_counted"]) == (1, 0, 1)
    assert [row["overlap"] for row in document["rows"]] == [False, False, False, True]  # misses first
    assert document["median_error_of_unfitted_costs"] == pytest.approx((1 / 32 + 32) / 2)


def test_the_command_lists_faults_and_ends_with_3(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "cases.csv"
    columns = "id,name,quantity,year,commodity,origin,market,low,central,high,unit,source,basis,grade"
    file.write_text(
        f"{columns}\n"
        "a,A,cost,2020,coal,coal_mine,island,30,32,34,USD/t,mine,published,A\n"
        "b,B,cost,2020,coal,coal_mine,nowhere,30,32,34,USD/t,mine,published,A\n"
        "c,C,cost,2020,coal,coal_mine,island,30,dear,34,USD/t,mine,published,A\n",
        "utf-8",
    )
    study = str(project / "models" / "study.toml")
    assert main(["validate", "--study", study, "--cases", str(file), "--format", "json"]) == 3
    shown = capsys.readouterr()
    rows = {row["case"]: row for row in json.loads(shown.out)["rows"]}
    assert rows["a"]["model"] == pytest.approx(33)
    assert rows["b"]["model"] is None
    assert 'cases.csv:3: column "market"' in rows["b"]["fault"]
    assert 'cases.csv:4: column "central"' in shown.err
    assert "2 faults. The other cases were compared." in shown.err
    assert main(["validate", "--study", study]) == 4  # the starter project has no cases


def test_a_table_of_cases_is_checked_at_the_door(project: Path, edit: Callable[..., None]) -> None:
    (project / "data" / "validation.csv").write_text(
        "id,name,quantity,year,unit,source,basis,grade\na,A,weight,2020,t,nobody,published,A\n", "utf-8"
    )
    assert main(["check", str(project / "data")]) == 3


def test_every_committed_case_can_be_asked_and_the_page_says_what_comes_of_it(rason: Study) -> None:
    outcome = rason.run()
    found = validate(rason, rason.tables["validation"], "validation.csv")
    assert not found.faults
    assert len(found.rows) >= 30
    assert evidence_page(outcome) == PAGE.read_text("utf-8")
    for row in found.rows:
        assert row.overlap or row.fitted or row.case.why, f"{row.case.id}: the page must say why the ranges do not meet"
