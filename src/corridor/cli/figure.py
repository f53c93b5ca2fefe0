"""The command that draws."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from corridor import report
from corridor.cli.door import (
    ScenarioName,
    StudyPath,
    app,
    run_study,
    say,
    write,
)
from corridor.cli.sensitivity import plane_of
from corridor.errors import UsageError

FigurePath = Annotated[Path, Parameter(name=("-o", "--output"), help="File to write: .svg, .png or .pdf.")]


@app.command
def figure(
    name: str,
    *,
    place: FigurePath,
    origin: str | None = None,
    commodity: str | None = None,
    market: str | None = None,
    x: str | None = None,
    y: str | None = None,
    study: StudyPath = None,
    scenario: ScenarioName = None,
) -> None:
    """Draw a figure: netback (of one mine and commodity against its price) or regime (who carries most in a plane).

    The alternative text goes to stderr, and into the file.

    Example: corridor figure netback --origin ukhaa_khudag --commodity washed_coking_coal -o netback.svg

    Parameters
    ----------
    name
        Which figure.
    origin
        Mine.
    commodity
        What is shipped.
    market
        Node of sale; the best sale of each corridor where none is named.
    x, y
        The plane of a regime map: prices or other parameters, as for corridor regime.
    """
    from corridor import figures

    form = figures.form_of(name, place)
    outcome = run_study(study, scenario)
    if name == "regime":
        if x is None or y is None or origin is not None or market is not None:
            raise UsageError("a regime map takes --x and --y, and --commodity where one alone counts.")
        picture = figures.regime_of(outcome, plane_of(outcome, commodity, (x, None, None), (y, None, None)))
    elif x is not None or y is not None:
        raise UsageError(f"--x and --y are for a regime map; {name} takes --origin, --commodity and --market.")
    else:
        picture = figures.netback(outcome, report.asked(outcome, origin, commodity, market)[0])
    unknown = picture.unknown_characters()
    if unknown:
        say(f"the font lacks {unknown}: boxes stand for it in .png and .pdf.")
    write({place: picture.render(form)})
    say(picture.alt)
