"""Figures of what may be done and what it brings: the law over time."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from matplotlib.colors import to_hex
from matplotlib.patches import Rectangle

from corridor import figures
from corridor.errors import NoAnswerError, UsageError
from corridor.figures import Asked, style
from corridor.figures.lawline import LOOKS, History, LawChart, Period, claim
from corridor.figures.style import Caption, Picture
from corridor.study import Study
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
    with pytest.raises(NoAnswerError, match="nothing was drawn"):
        figures.make("law", rason.run(), Asked(node="khuut_station"))
