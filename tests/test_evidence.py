"""Years as they were, what numbers rest on, and fits: on the toy corridor, where the answer is known by hand."""

from __future__ import annotations

import datetime as dt
import json
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import corridor
from corridor.cli import main
from corridor.errors import NoAnswerError, UsageError
from corridor.evidence.backcast import Backcast, Shipped, backcast, r_squared
from corridor.evidence.basis import basis_shares, dollars
from corridor.evidence.calibrate import calibrate, scenario_text
from corridor.evidence.carried import Carried
from corridor.evidence.quality import grades, grounded, work_list
from corridor.schema import Case, Shipment
from corridor.study import Study


def shipped(**cells: Any) -> Shipment:
    """What was shipped: 1.5 Mt of coal over the eastern crossing."""
    standing = {
        "id": "one",
        "year": 2020,
        "commodity": "coal",
        "measure": "crossing",
        "places": "east_crossing",
        "low": 1.4,
        "central": 1.5,
        "high": 1.6,
        "unit": "Mt/yr",
        "source": "example",
        "basis": "observed",
        "grade": "A",
    }
    return Shipment.model_validate({**standing, **cells}).in_row(2)


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({}, 1),  # the plan of tests/toy/README.md
        ({"places": "north_crossing"}, 1),
        ({"places": "east_crossing north_crossing"}, 2),
        ({"measure": "total", "places": ""}, 2),
        ({"measure": "total", "places": "", "commodity": "all"}, 3),
        ({"measure": "gateway", "places": "north_port"}, 1),
        ({"measure": "gateway", "places": "east_port"}, 0.5),
        ({"measure": "corridor", "places": "east"}, 1),
        ({"measure": "corridor", "places": "east", "unit": "percent", "low": 0, "central": 50, "high": 100}, 0.5),
        ({"measure": "sold_in", "places": "EE", "unit": "kt/yr", "low": 0, "central": 500, "high": 600}, 0.5),
        ({"commodity": "ore"}, 1),
    ],
)
def test_each_measure_is_that_of_the_plan_found_by_hand(toy: Study, asked: dict[str, Any], expected: float) -> None:
    found = backcast(toy, [shipped(**asked)], [2020])
    assert not found.faults
    [row] = found.rows
    assert row.model[1] == pytest.approx(expected, abs=1e-7)
    assert row.model[0] <= row.model[1] <= row.model[2]


def test_the_rival_is_last_years_share_of_this_years_total(toy: Study) -> None:
    rows = [
        shipped(),
        shipped(id="total", measure="total", places="", low=3, central=3, high=3),
        shipped(id="before", year=2018, low=1, central=1, high=1),
        shipped(id="total_before", year=2018, measure="total", places="", low=4, central=4, high=4),
        shipped(id="long_ago", year=2010, low=9, central=9, high=9),
    ]
    one, total = backcast(toy, rows, [2020]).rows
    assert (one.rival, one.rival_year) == (pytest.approx(3 / 4), 2018)
    assert one.rival_error == pytest.approx(3 / 4 - 1.5)
    assert total.rival is None


def test_what_does_not_fit_is_a_fault_and_the_rest_is_compared(toy: Study) -> None:
    rows = [
        shipped(),
        shipped(id="place", places="east_crosing"),
        shipped(id="cargo", commodity="cole"),
        shipped(id="unit", unit="USD/t"),
    ]
    found = backcast(toy, rows, [2019, 2020])
    assert [row.shipment.id for row in found.rows] == ["one"]
    said = "\n".join(map(str, found.faults))
    assert 'Did you mean "east_crossing"?' in said
    assert 'Did you mean "coal"?' in said
    assert "is no unit of a shipment" in said
    assert "has nothing of 2019" in said


numbers = st.floats(-100, 100)


@given(st.lists(st.tuples(numbers, numbers), min_size=4, max_size=12))
def test_r_squared_is_1_less_the_share_of_variance_that_is_missed(pairs: list[tuple[float, float]]) -> None:
    observed, model = (np.array(side) for side in zip(*pairs, strict=True))
    spread = float(((observed - observed.mean()) ** 2).sum())
    found = r_squared(observed.tolist(), model.tolist())
    if spread < 1e-6:
        return
    assert found == pytest.approx(1 - float(((observed - model) ** 2).sum()) / spread, rel=1e-6)
    assert r_squared(observed.tolist(), observed.tolist()) == 1
    assert r_squared(observed.tolist(), [observed.mean()] * len(observed)) == pytest.approx(0, abs=1e-9)


def test_r_squared_needs_four_crossings_that_differ() -> None:
    assert r_squared([1, 2, 3], [1, 2, 3]) is None
    assert r_squared([2, 2, 2, 2], [1, 2, 3, 4]) is None


def test_fits_count_crossings_and_compare_with_the_rival_where_it_exists(toy: Study) -> None:
    rows = [
        shipped(low=2, central=2, high=2),
        shipped(id="north", places="north_crossing", low=1, central=1, high=1),
        shipped(id="total", measure="total", places="", low=3, central=3, high=3),
        shipped(id="before", year=2018, low=1, central=1, high=1),
        shipped(id="total_before", year=2018, measure="total", places="", low=4, central=4, high=4),
    ]
    [fit] = backcast(toy, rows, [2020]).fits()
    assert (fit.crossings, fit.rival_crossings, fit.r_squared) == (2, 1, None)
    assert fit.mean_absolute_error == pytest.approx(0.5)
    assert fit.rival_mean_absolute_error == pytest.approx(1.25)
    assert fit.error_beside_rival == pytest.approx(1)
    assert Backcast((), ()).fits() == []


def beside(places: str, observed: float, model: float, rival: float | None = None) -> Shipped:
    """A crossing whose plan's range is 1 below and 2 above its centre."""
    row = shipped(id=places.replace(" ", "_"), places=places, low=observed, central=observed, high=observed)
    return Shipped(row, (observed,) * 3, (model - 1, model, model + 2), rival, None if rival is None else 2019)


def test_a_crossing_that_nothing_passed_counts_like_any_other() -> None:
    """Observed 0, 2, 4, 10: their mean is 4, their squared deviations 56. The plan misses by 1, 1, 1, 0: 1 - 3/56."""
    rows = (beside("a", 0, 1), beside("b", 2, 1, 2), beside("c", 4, 3, 4), beside("d", 10, 10, 7))
    [fit] = Backcast(rows, ()).fits()
    assert fit.crossings == 4
    assert fit.r_squared == pytest.approx(1 - 3 / 56)
    assert fit.rival_r_squared is None  # it exists for three crossings alone
    assert fit.rival_mean_absolute_error == pytest.approx(1)
    assert fit.error_beside_rival == pytest.approx(2 / 3)
    assert (fit.mean_width, fit.overlaps) == (3, 4)
    [with_rival] = Backcast((rows[0]._replace(rival=1, rival_year=2019), *rows[1:]), ()).fits()
    assert with_rival.rival_r_squared == pytest.approx(1 - (1 + 9) / 56)
    assert Backcast(rows[1:], ()).fits()[0].r_squared is None


def test_crossings_told_together_and_apart_are_counted_once() -> None:
    together, apart = beside("a b", 7, 1), (beside("a", 3, 3), beside("b", 4, 2), beside("c d", 1, 1))
    [fit] = Backcast((together, *apart), ()).fits()
    assert fit.crossings == 3
    assert fit.mean_absolute_error == pytest.approx(2 / 3)
    [alone] = Backcast((together, apart[2]), ()).fits()
    assert (alone.crossings, alone.mean_absolute_error) == (2, 3)


@pytest.mark.parametrize(("centre", "low", "high"), [(30.0, 3.15, 59.85), (90.0, 3.15, 90), (0.0, 0, 59.85)])
def test_the_range_is_that_of_the_draws_and_reaches_to_the_central_plan(
    toy: Study, monkeypatch: pytest.MonkeyPatch, centre: float, low: float, high: float
) -> None:
    """Draws of 0, 1, ... 63: percentiles 5 and 95 are 3.15 and 59.85, whatever the central plan carries."""
    plans = np.array([centre, *range(64)], float)
    monkeypatch.setattr(Carried, "mtpa", lambda *_: plans)
    [row] = backcast(toy, [shipped()], [2020]).rows
    assert row.model == pytest.approx((low, centre, high))
    assert row.width == pytest.approx(high - low)


def test_a_share_of_nothing_is_no_number(toy: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    share = shipped(measure="corridor", places="east", unit="percent", low=0, central=50, high=100)
    whole, half = np.full(65, 2.0), np.full(65, 1.0)
    whole[1:33] = half[1:33] = 0  # half the draws ship nothing: they have no share

    def carried(self: Carried, commodities: set[str], measure: str, places: tuple[str, ...]) -> np.ndarray:
        return whole if measure == "total" else half

    monkeypatch.setattr(Carried, "mtpa", carried)
    [row] = backcast(toy, [share], [2020]).rows
    assert row.model == (0.5, 0.5, 0.5)
    whole[0] = 0
    found = backcast(toy, [share], [2020])
    assert not found.rows
    assert "ships no coal: a share of nothing is no number" in str(found.faults[0])


def test_a_dollar_counts_as_its_worst_input(project: Path, edit: Callable[..., None]) -> None:
    """Haul of 18 USD/t to the island: 6 on a published rate over an assumed length is assumed all the same."""
    edit(
        "data/tariffs.csv",
        "ee_rail,,rate,0.03,0.03,0.03,USD/t-km,2020,,,example,,assumed,D",
        "ee_rail,,rate,0.03,0.03,0.03,USD/t-km,2020,,,example,,published,A",
    )
    edit(
        "data/lengths.csv",
        "rail_quay,,length,400,400,400,km,2020,,,example,,assumed,D",
        "rail_quay,,length,400,400,400,km,2020,,,example,,observed,A",
    )
    outcome = corridor.read_study(project / "models" / "study.toml").run()
    route = outcome.route_via("coal_mine", "island", "coal", ("east_port",))
    shares = basis_shares(outcome, route)
    assert shares["published"] == pytest.approx(12 / 33)
    assert shares["assumed"] == pytest.approx(21 / 33)
    assert sum(row.usd_per_t for row in dollars(outcome, route)) == pytest.approx(33)
    [one] = grounded(outcome, [route])
    assert [row.basis for row in one.assumed] == ["assumed"] * len(one.assumed)


def test_the_work_list_names_the_assumption_that_takes_most_and_what_flips(toy: Study) -> None:
    """Coal earns 27 by the east and 13.5 by the north, on the island: no range of the tables turns that."""
    outcome = toy.run()
    assert sum(grades(outcome).values()) == grades(outcome)["assumed", "D"] > 40
    work = work_list(outcome, [])
    names = {one.name for one in work}
    assert "tariffs:gauge_east:gauge_break_charge" in names
    assert not any(name.startswith("mines:") for name in names)  # no range there
    gauge = next(one for one in work if one.name == "tariffs:gauge_east:gauge_break_charge")
    assert (gauge.lead, gauge.takes) == (pytest.approx(13.5), pytest.approx(2))  # 27 less 13.5; dear by 2
    assert gauge.takes_share == pytest.approx(2 / 13.5)
    assert [one.takes_share for one in work] == sorted((one.takes_share for one in work), reverse=True)
    assert not any(one.flips for one in work)


def test_an_assumption_that_flips_a_headline_says_so(project: Path, edit: Callable[..., None]) -> None:
    edit("data/tariffs.csv", "gauge_east,,gauge_break_charge,3,4,6", "gauge_east,,gauge_break_charge,3,4,60")
    work = work_list(corridor.read_study(project / "models" / "study.toml").run(), [])
    assert [one.flips for one in work if one.name == "tariffs:gauge_east:gauge_break_charge"] == [("coal",)]


def case(name: str, value: float, **cells: Any) -> Case:
    """Cost of coal from the mine to the island."""
    standing = {
        "id": name,
        "name": name,
        "quantity": "cost",
        "year": 2020,
        "commodity": "coal",
        "origin": "coal_mine",
        "market": "island",
        "low": value,
        "central": value,
        "high": value,
        "unit": "USD/t",
        "source": "example",
        "basis": "published",
        "grade": "A",
    }
    return Case.model_validate({**standing, **cells}).in_row(2)


def test_a_fit_recovers_numbers_that_were_hidden(toy: Study) -> None:
    """With 0.025 USD/t-km and 5 USD/t: 33 + 300 x 0.005 + 1 by the east, 46.5 + 500 x 0.005 by the north."""
    cases = [case("east", 35.5), case("north", 49, via="north_port"), case("city", 17.5, market="east_city")]
    names = ["tariffs:ll_rail:rate", "tariffs:gauge_east:gauge_break_charge"]
    found = calibrate(toy.run(), names, ["east", "north"], cases)
    assert [fit.value for fit in found.fitted] == pytest.approx([0.025, 5], abs=1e-6)
    assert [anchor.after for anchor in found.anchors] == pytest.approx([35.5, 49])
    assert found.squares_after == pytest.approx(0, abs=1e-12)
    assert found.squares_before > 1e-4
    assert found.told_apart
    assert [anchor.case.id for anchor in found.others] == ["city"]
    assert found.others[0].before == pytest.approx(15)
    assert found.others[0].after == pytest.approx(17.5)


def test_a_fit_stays_within_the_range_and_says_where_it_ends(toy: Study) -> None:
    [fit] = calibrate(toy.run(), ["tariffs:ll_rail:rate"], ["far"], [case("far", 60)]).fitted
    assert (fit.value, fit.at_bound) == (pytest.approx(0.03), True)


def test_numbers_that_move_the_cases_alike_are_not_told_apart(toy: Study) -> None:
    cases = [case("one", 35), case("two", 36)]
    names = ["tariffs:ll_rail:rate", "tariffs:gauge_east:gauge_break_charge"]
    assert not calibrate(toy.run(), names, ["one", "two"], cases).told_apart


@pytest.mark.parametrize(
    ("names", "ids", "says"),
    [
        ([], ["one"], "at least one number"),
        (["tariffs:ll_rail:rate"], [], "at least one case"),
        (["tariffs:ll_rail:rat"], ["one"], 'Did you mean "tariffs:ll_rail:rate"?'),
        (["tariffs:ee_rail:rate"], ["one"], "low and high are the same"),
        (["tariffs:ll_rail:rate"], ["oen"], 'Did you mean "one"?'),
        (["tariffs:ll_rail:rate", "tariffs:gauge_east:gauge_break_charge"], ["one"], "so many fit anything"),
    ],
)
def test_what_cannot_be_fitted_is_said(toy: Study, names: list[str], ids: list[str], says: str) -> None:
    with pytest.raises(UsageError, match="(?s)" + says.replace("?", r"\?")):
        calibrate(toy.run(), names, ids, [case("one", 35)])


def test_a_number_on_which_no_case_depends_is_no_answer(toy: Study) -> None:
    with pytest.raises(NoAnswerError, match="no case depends on tariffs:gauge_east"):
        calibrate(toy.run(), ["tariffs:gauge_east:gauge_break_charge"], ["n"], [case("n", 50, via="north_port")])


def test_the_scenario_of_a_fit_says_what_the_fit_says(toy: Study) -> None:
    cases = [case("east", 34.5)]
    outcome = toy.run("act-lifted")  # what that scenario assumes against the law is kept, and said
    found = calibrate(outcome, ["tariffs:ll_rail:rate"], ["east"], cases)
    text = scenario_text(outcome, found, "fitted")
    content = tomllib.loads(text)["scenarios"]["fitted"]
    assert all(len(line) <= 80 for line in text.splitlines())
    other = toy.with_scenario("fitted", **content).run("fitted")
    assert other.as_of == dt.date(2020, 6, 30)
    assert other.lifted_measures == ("Example act",)
    assert other.route_via("coal_mine", "island", "coal", ("east_port",)).cash == pytest.approx(34.5)


def test_commands_print_and_write_no_table(project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = project / "data"
    (data / "shipments.csv").write_text(
        "id,year,commodity,measure,places,low,central,high,unit,source,basis,grade\n"
        "a,2020,coal,crossing,east_crossing,1,1,1,Mt/yr,example,observed,A\n",
        "utf-8",
    )
    (data / "validation.csv").write_text(
        "id,name,quantity,year,commodity,origin,market,low,central,high,unit,source,basis,grade\n"
        "a,A,cost,2020,coal,coal_mine,island,34,34.5,35,USD/t,example,published,A\n",
        "utf-8",
    )
    before = {path: path.read_bytes() for path in data.iterdir()}
    study = ["--study", str(project / "models" / "study.toml")]
    assert main(["backcast", "--year", "2020", *study, "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["rows"][0]["model"] == pytest.approx(1)
    into = tmp_path / "fit.toml"
    fit = ["calibrate", *study, "--parameter", "tariffs:ll_rail:rate", "--case", "a", "--into", str(into)]
    assert main(fit) == 0
    assert "scenarios.calibrated" in into.read_text("utf-8")
    capsys.readouterr()
    assert main(["sources", "--audit", *study, "--format", "json"]) == 0
    audit = json.loads(capsys.readouterr().out)
    assert {row["grade"] for row in audit["parameters"]} == {"D"}
    assert len(audit["parameters"]) == audit["numbers"]
    assert main(["sources", "--audit", *study]) == 0
    assert main(["validate", *study]) == 0
    assert main(["backcast", *study]) == 3  # the years of the committed study are none of this one's
    shown = capsys.readouterr()
    assert "Work list" in shown.out
    assert "has nothing of 2013" in shown.err
    assert {path: path.read_bytes() for path in data.iterdir()} == before


def test_every_committed_shipment_can_be_set_beside_a_plan(rason: Study) -> None:
    found = backcast(rason, rason.tables["shipments"])
    assert not found.faults
    assert {row.shipment.year for row in found.rows} == {2013, 2015, 2017, 2019, 2021, 2023, 2024}
    through_rajin = [row for row in found.rows if "rajin_pier3" in row.shipment.places]
    assert [row.model for row in through_rajin] == [(0, 0, 0)] * 7
    with_r_squared = [fit for fit in found.fits() if fit.r_squared is not None]
    assert all(fit.crossings >= 4 for fit in with_r_squared)
    assert with_r_squared


def test_no_capacity_or_background_is_typed_from_the_same_years_throughput(rason: Study) -> None:
    """Of the years that are solved: nothing of a facility is what was shipped over its crossing that year."""
    crossing_of = {link.facility: link.crossing for link in rason.tables["links"] if link.facility and link.crossing}
    shipped_there = {
        (row.year, place): row.central
        for row in rason.tables["shipments"]
        for place in row.places
        if row.measure == "crossing" and row.central
    }
    for row in rason.tables["capacities"]:
        for year in (2013, 2015, 2017, 2019, 2021, 2023, 2024):
            day = dt.date(year, 6, 30)
            if row.subject in crossing_of and (row.valid_from or day) <= day <= (row.valid_until or day):
                typed = shipped_there.get((year, crossing_of[row.subject]))
                assert typed not in (row.low, row.central, row.high), row
