"""Numbers and names for reading: what is printed is neither more nor less than what is known."""

from __future__ import annotations

import pytest

from corridor.study import Study
from corridor.wording import Names, from_id, money, percent, range_of, tonnes


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.0, "0.0"),
        (-0.04, "0.0"),
        (-4.86, "−4.9"),
        (99.94, "99.9"),
        (99.96, "100"),
        (1234.5, "1,234"),
        (-0.06, "−0.1"),
    ],
)
def test_dollars_for_reading(value: float, shown: str) -> None:
    assert money(value) == shown


@pytest.mark.parametrize(
    ("value", "shown"), [(0.0, "0.000"), (59.4, "59.4"), (0.7, "0.70"), (0.004, "0.004"), (4e-5, "4e-05")]
)
def test_what_is_not_nothing_is_not_shown_as_nothing(value: float, shown: str) -> None:
    assert tonnes(value) == shown


@pytest.mark.parametrize(
    ("share", "shown"),
    [(0, "0 %"), (0.001, "under 1 %"), (0.5, "50 %"), (0.999, "over 99 %"), (1 - 1e-12, "100 %"), (1, "100 %")],
)
def test_shares_for_reading(share: float, shown: str) -> None:
    assert percent(share).replace("\N{NO-BREAK SPACE}", " ") == shown


def test_a_range_has_the_digits_of_its_larger_end_and_no_dash_beside_a_minus() -> None:
    assert range_of(50.7, 134.2, money) == "51–134"
    assert range_of(30.5, 38.0, money) == "30.5–38.0"
    assert range_of(-5.0, 12.0, money) == "−5.0 to 12.0"


def test_an_id_is_read_as_a_name_and_a_name_stays_as_it_is() -> None:
    assert from_id("zamyn_uud_erenhot") == "Zamyn Uud Erenhot"
    assert from_id("rason") == from_id("Rason") == "Rason"
    assert from_id("") == ""


def test_numbers_of_the_tables_have_names(rason: Study) -> None:
    names = Names(rason.run())
    assert names.parameter("tariffs:ubtz:rate:coal") == "rate of ubtz (coal)"
    assert names.parameter("operators:rzd:rate") == "rate of rzd"
    assert names.place("tianjin") == "Tianjin Xingang"
    assert names.commodity("raw_coking_coal") == "raw coking coal"
