"""The price of emitting less is that of the hand, and the carbon price at which a plan with the same tonnes changes."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from corridor import LimitRow, NoAnswerError, read_study, solve
from corridor.cli import main
from corridor.footprint import footprint
from corridor.strategy.abatement import abatement, usd_per_t
from corridor.study import Study


def test_the_toy_pays_what_the_hand_says(toy: Study) -> None:
    # All tonnes are held and the borders are full: only 0.5 Mt of eastern coal can go to the city instead of the
    # island. That costs 27 - 25 = 2 USD and saves 20 - 7.2 = 12.8 kg a tonne.
    found = abatement(toy.run())
    assert found.cap.whole == pytest.approx(0.0843)
    assert [point.cap * 84.3 for point in found.points] == pytest.approx([84.3, 84.3 - 0.5 * 12.8])
    assert [point.net_value for point in found.points] == pytest.approx([76.5, 75.5])
    assert usd_per_t(found) == pytest.approx([2 / 0.0128])


@pytest.mark.parametrize("scenario", ["today", "essay"])
def test_prices_rise_and_tonnes_are_held(rason: Study, scenario: str) -> None:
    outcome = rason.run(scenario)
    found = abatement(outcome)
    prices = usd_per_t(found)
    assert all(one <= other * (1 + 1e-6) for one, other in pairwise(prices))
    assert all(price >= 0 for price in prices)
    assert found.cap.whole == pytest.approx(sum(footprint(outcome.plan, outcome.emissions).values()) / 1000)
    for point in found.points:
        emitted = sum(footprint(outcome.plan, outcome.emissions, point.plan).values())
        assert emitted / 1000 == pytest.approx(
            point.cap * found.cap.whole, rel=1e-4
        )  # footprint leaves out traces of cargo
        for measure, amount in found.cap.held:
            assert measure.of(point.plan) == pytest.approx(amount, rel=1e-6)


def test_the_slope_is_the_carbon_price_at_which_the_plan_changes(rason: Study) -> None:
    outcome = rason.run("essay")
    found = abatement(outcome)
    problem = outcome.plan.problem
    counts = (problem.count("edge"), problem.count("bid"), problem.count("offer"))
    emitted = found.cap.family[0].per_column
    offers = np.arange(counts[2])
    rows = []
    for measure, amount in found.cap.held:
        of_offers = measure.per_column[counts[0] + counts[1] :]
        rows.append(LimitRow(f"most {measure.name}", amount, offers=offers, offer_coefficients=of_offers))
        rows.append(LimitRow(f"least {measure.name}", -amount, offers=offers, offer_coefficients=-of_offers))
    held = problem.replace(limits=(*problem.limits, *rows))
    prices = usd_per_t(found)
    for i, (low, high) in enumerate(zip([0.0, *prices], [*prices, 1.5 * prices[-1]], strict=True)):
        price = (low + high) / 2  # USD/t, and what a tonne of cargo emits is in t too
        solved = solve(held.replace(edge_cost=held.edge_cost + price * emitted[: counts[0]]))
        assert float(emitted[: counts[0]] @ solved.flows) == pytest.approx(
            found.points[i].cap * found.cap.whole, rel=1e-4
        )


def test_what_is_not_known_is_not_priced(project: Path) -> None:
    (project / "data" / "emissions.csv").unlink()
    with pytest.raises(NoAnswerError, match="what is emitted is not known"):
        abatement(read_study(project / "models" / "study.toml").run())


def test_the_command_tells_it(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    study = str(project / "models" / "study.toml")
    asked = ["frontier", "--by", "emissions", "--study", study]
    assert main([*asked, "--format", "json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["points"][0]["price_to_next_usd_per_t_co2e"] == pytest.approx(156.25)
    assert told["held"] == "coal shipped, ore shipped"
    assert main([*asked, "--without", "north"]) == 0
    shown = capsys.readouterr().out
    assert "156." in shown
    assert "Without north" in shown
    assert main([*asked, "--measure", "value"]) == 2
