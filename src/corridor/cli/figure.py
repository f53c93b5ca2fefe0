"""The command that draws."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from corridor.cli.door import Progress, ScenarioName, StudyPath, app, run_study, say, write

FigurePath = Annotated[Path, Parameter(name=("-o", "--output"), help="File to write: .svg, .png or .pdf.")]


@app.command
def figure(
    name: str,
    *,
    place: FigurePath,
    origin: str | None = None,
    commodity: str | None = None,
    market: str | None = None,
    node: str | None = None,
    x: str | None = None,
    y: str | None = None,
    by: str | None = None,
    without: str | None = None,
    draws: int | None = None,
    seed: int | None = None,
    study: StudyPath = None,
    scenario: ScenarioName = None,
) -> None:
    """Draw a figure: map, costs, staircase, netback, regime, tornado, shares, law, gains, frontier.

    The alternative text goes to stderr, and into the file.

    Example: corridor figure netback --origin ukhaa_khudag --commodity washed_coking_coal -o netback.svg

    Parameters
    ----------
    name
        map: what the best plan ships where; costs: what each way costs, part by part; staircase: cost and time against
        distance; netback: against the price; regime: who carries most in a plane of two parameters; tornado: what moves
        the answer (takes a run); shares: how often each corridor is the best (takes a run); law: what held for which
        cargo at which berth since 2006; gains: what each country may bargain for, and gets; frontier: what it costs to
        depend less on one country.
    origin
        Mine (costs, staircase, netback).
    commodity
        What is shipped (all but gains and frontier).
    market
        Node of sale (costs, staircase: default the commodity's main market; netback: the best sale of each corridor).
    node
        Berth or other place; a name that several begin with stands for all of them (law).
    x, y
        Prices or other parameters, as for corridor regime (regime).
    by
        Whose share is capped: country (default), corridor or gateway (frontier).
    without
        Corridor or country; the same is drawn without it too (frontier).
    draws
        How many (shares); default 2048.
    seed
        Of the draws (shares).
    """
    from corridor import figures

    asked = figures.Asked(origin, commodity, market, node, x, y, by, without, draws, seed)
    figures.check(name, asked)
    form = figures.form_of(place)
    outcome = run_study(study, scenario)
    picture = figures.make(name, outcome, asked, Progress("blocks"))
    if unknown := picture.unknown_characters():
        say(f"the fonts lack {unknown}: boxes stand for it in .png and .pdf.")
    write({place: picture.render(form)})
    say(picture.alt)
