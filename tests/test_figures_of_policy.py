"""Figures of what may be done and what it brings: the law over time, who gains, what dependence costs."""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from matplotlib.colors import to_hex
from matplotlib.patches import Rectangle, StepPatch

from corridor import figures
from corridor.errors import UsageError
from corridor.figures import Asked, style
from corridor.figures.frontier import FrontierChart
from corridor.figures.frontier import claim as frontier_claim
from corridor.figures.frontier import draw as draw_frontier
from corridor.figures.gains import GainsChart, Player
from corridor.figures.gains import claim as gains_claim
from corridor.figures.gains import draw as draw_gains
from corridor.figures.lawline import LOOKS, History, LawChart, Period, claim
from corridor.figures.style import Caption, Picture
from corridor.strategy.frontier import frontier
from corridor.strategy.gains import gains
from corridor.study import Study
from corridor.wording import money
from test_figures import assert_tidy, texts

SAID = Caption("Study · today", "Source: test", (), ("china", "russia", "rason"))


# the law


def bar_at(picture: Picture, row: int, day: dt.date) -> str:
    """What is drawn in a row on a day."""
    [bar] = [
        patch
        for patch in picture.figure.axes[0].patches
        if isinstance(patch, Rectangle)
        and abs(patch.get_y() + patch.get_height() / 2 - row) < 1e-9
        and patch.get_x() <= day.toordinal() < patch.get_x() + patch.get_width()
    ]
    return next(effect for effect, (face, _) in LOOKS.items() if to_hex(bar.get_facecolor()) == face.lower())


@pytest.fixture(scope="module")
def coal_at_rajin(rason: Study) -> Picture:
    return figures.make("law", rason.run(), Asked(commodity="thermal_coal", node="rajin_pier3"))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30, deadline=None)
@given(st.dates(dt.date(2006, 1, 1), dt.date(2025, 12, 31)))
def test_every_day_is_drawn_as_the_law_has_it(rason: Study, coal_at_rajin: Picture, day: dt.date) -> None:
    mildest = rason.run().law_history.status(day, "thermal_coal", "MN", "rajin_pier3")[0]
    assert bar_at(coal_at_rajin, 0, day) == mildest.effect


def test_the_timeline_tells_days_and_measures(coal_at_rajin: Picture) -> None:
    assert coal_at_rajin.title == "The law on 2025-12-31: unclear at Rajin pier 3"
    assert "from 2016-03-02 conditional (UNSCR 2270)" in coal_at_rajin.alt
    assert "2016-03-02 UNSCR 2270" in texts(coal_at_rajin)


@pytest.mark.parametrize("scenario", ["today", "essay", "sanctions-lifted"])
def test_timelines_are_tidy_and_never_call_a_counterfactual_the_law(rason: Study, scenario: str) -> None:
    outcome = rason.run(scenario)
    picture = figures.make("law", outcome)
    assert_tidy(picture)
    assert picture.title.startswith("As if measures were lifted, on" if outcome.lifted_measures else "The law on")
    assert ("Counterfactual, not the law" in picture.alt) == bool(outcome.lifted_measures)
    assert picture.unknown_characters() == ""


def test_what_is_the_same_for_all_shares_a_row(toy: Study) -> None:
    picture = figures.make("law", toy.run())
    assert "all cargoes" in texts(picture)
    assert "East" not in picture.title or picture.title.startswith("The law on 2020-06-30")
    assert_tidy(picture)


def test_the_claim_of_the_law_names_what_depends_on_the_cargo() -> None:
    day = dt.date(2020, 1, 1)
    barred, free = ((Period(day, day, effect, ()),) for effect in ("barred", "open"))
    rows = [History(("A",), ("coal",), barred), History(("A", "B"), ("ore",), free)]
    assert claim(SAID, LawChart(rows, day, day)) == "The law on 2020-01-01: open at B; at A it depends on the cargo"
    assert claim(SAID, LawChart(rows[:1], day, day)) == "The law on 2020-01-01: barred at A"


def test_strictness_has_looks_of_its_own() -> None:
    assert [*LOOKS] == ["open", "conditional", "unclear", "barred"]
    assert len({*LOOKS.values()}) == 4
    assert not {face for face, _ in LOOKS.values()} & {*style.OKABE_ITO}


def test_unknown_names_of_the_law(rason: Study) -> None:
    with pytest.raises(UsageError, match="is no node of this study"):
        figures.make("law", rason.run(), Asked(node="rajinn"))
    with pytest.raises(UsageError, match="is no commodity of this study"):
        figures.make("law", rason.run(), Asked(commodity="cole"))


# who gains


@pytest.mark.parametrize("scenario", ["today", "essay", "sanctions-lifted"])
def test_bars_are_shapley_values_and_incomes(rason: Study, scenario: str) -> None:
    outcome = rason.run(scenario)
    found, picture = gains(outcome), figures.make("gains", outcome)
    bars = [patch for patch in picture.figure.axes[0].patches if isinstance(patch, Rectangle)]
    for i, shapley in enumerate(found.central.shapley.tolist()):
        index, income = (bar for bar in bars if abs(bar.get_y() + bar.get_height() / 2 - i) < 0.5)
        assert index.get_width() == pytest.approx(shapley)
        assert income.get_width() == pytest.approx(found.incomes[i].total)
    assert f"{money(float(found.central.worth[-1]))} together" in picture.alt
    assert f"Mongolia: Shapley value {money(float(found.central.shapley[0]))}" in picture.alt
    assert_tidy(picture)


def a_player(name: str, shapley: float, income: float, high: float | None = None, *, barred: bool = False) -> Player:
    return Player(name, "", shapley, shapley, shapley, 0.0, shapley, income, income, high or income, barred)


def test_the_claim_of_gains_follows_the_numbers() -> None:
    players = [a_player("A", 60, 90, 95), a_player("B", 40, 10), a_player("C", 0, 0, barred=True)]
    said = gains_claim(GainsChart(players, empty_core=False, whole=100)).replace("\u00a0", " ")
    assert said == (
        "Of 100 million USD a year, the bargaining index gives A 60 % and B 40 %; "
        "as tariffs are, A gets 90 % to 95 % of what they get; C (barred) nothing"
    )
    assert gains_claim(GainsChart(players, empty_core=False, whole=0)).startswith("Together the countries gain nothing")


def test_an_empty_core_is_called_so() -> None:
    picture = draw_gains(SAID, GainsChart([a_player("A", 60, 90), a_player("B", 40, 10)], empty_core=True, whole=100))
    assert "least core (the core is empty)" in texts(picture)
    assert "least core 0.0 to 60.0" in picture.alt
    assert_tidy(picture)


# what dependence costs


@pytest.mark.parametrize(
    ("scenario", "by"), [("today", "country"), ("essay", "corridor"), ("sanctions-lifted", "country")]
)
def test_the_frontier_is_drawn_through_its_points(
    rason: Study, scenario: str, by: Literal["country", "corridor"]
) -> None:
    outcome = rason.run(scenario)
    found, picture = (
        frontier(outcome, by, without="rason"),
        figures.make("frontier", outcome, Asked(by=by, without="rason")),
    )
    price, value = picture.figure.axes
    [line] = [line for line in value.lines if line.get_gid() == "frontier"]
    assert np.asarray(line.get_xdata(), float) == pytest.approx([100 * point.cap for point in found.points])
    assert np.asarray(line.get_ydata(), float) == pytest.approx([point.net_value for point in found.points])
    [steps] = [patch for patch in price.patches if patch.get_gid() == "prices"]
    assert isinstance(steps, StepPatch)
    assert steps.get_data().values == pytest.approx(found.prices[::-1])
    without = [line for line in value.lines if line.get_gid() == "without"]
    assert bool(without) == bool(found.without and found.without.lawful and found.without.traced)
    assert f"At {100 * found.points[-1].cap:.1f}" in picture.alt
    assert_tidy(picture)


A_FRONTIER = FrontierChart("country", ("China",), "china", [0.9, 0.8, 0.7], [100, 98, 90], [0.2, 0.8], 10.0)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({}, "costs 10.0 million USD a year: 0.2 million a percentage point at first, 0.8 at last"),
        ({"caps": [0.9], "values": [100], "prices": []}, "(China, 90.0 %) cannot fall while 10.0 Mt/yr are shipped"),
        ({"lawful": False}, "at last; the law lets nothing pass by rason, which changes nothing"),
        ({"others": [(0.9, None)]}, "; without rason so much cannot be shipped at any of these shares"),
        (
            {"others": [(0.9, 100), (0.8, 95), (0.7, None)]},
            "; without rason net value is up to 3.0 million lower, and no share below 80.0 % is reached",
        ),
        ({"others": [(0.9, 100), (0.7, 90)]}, "; without rason net value is the same"),
    ],
)
def test_the_claim_of_the_frontier_follows_the_numbers(change: dict[str, Any], said: str) -> None:
    chart = A_FRONTIER._replace(**change, without="" if not change or "caps" in change else "rason")
    assert frontier_claim(chart).replace("\u00a0", " ").endswith(said)
    assert_tidy(draw_frontier(SAID, chart))


def test_unknown_words_of_the_frontier(toy: Study) -> None:
    with pytest.raises(UsageError, match=r'"countri" has no share\. Did you mean "country"'):
        figures.make("frontier", toy.run(), Asked(by="countri"))
    with pytest.raises(UsageError, match="is no corridor and no country"):
        figures.make("frontier", toy.run(), Asked(without="nort"))


@pytest.mark.parametrize("form", style.FORMS)
@pytest.mark.parametrize("name", ["law", "frontier"])
def test_the_same_bytes_twice(toy: Study, name: str, form: str) -> None:
    assert figures.make(name, toy.run()).render(form) == figures.make(name, toy.run()).render(form)
