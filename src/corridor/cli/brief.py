"""The command that writes the policy brief."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from corridor.cli.door import Progress, StudyPath, app, draw, run_study, say, write
from corridor.errors import NoAnswerError

Scenarios = Annotated[
    tuple[str, ...],
    Parameter(
        name="--scenario",
        help="Scenario that it tells of; more of them stand beside it. Default: the study's own, and all beside it.",
        consume_multiple=False,
    ),
]
Places = Annotated[
    tuple[Path, ...],
    Parameter(
        name=("-o", "--output"),
        help="File to write: .pdf, .html or .docx; may be given several times.",
        consume_multiple=False,
    ),
]


@app.command
def brief(
    *,
    scenario: Scenarios = (),
    length: Literal["brief", "full"] = "brief",
    draws: int | None = None,
    seed: int = 1,
    paper: Literal["a4", "letter"] = "a4",
    workers: int = 2,
    study: StudyPath = None,
    places: Places = (),
) -> None:
    """Write the policy brief: which corridor wins, for what, under which law, and how sure that is.

    Without -o its findings are shown. Beside the files of -o stand NAME.facts.json, with the origin of every number,
    NAME.costs.csv and NAME.cpmm_*.csv (both in NAME.xlsx), with what each way costs and CAREC's indicators, and
    NAME.run.json, with input, versions and command.

    Example: corridor brief --length full -o brief.pdf -o brief.html

    Parameters
    ----------
    length
        brief: two pages; full: all tables and figures.
    draws
        How many draws of the uncertain numbers say how sure it is; 0 for none. Default: 256.
    seed
        Of the draws.
    paper
        Size of the PDF's pages.
    workers
        Processes that answer the draws: what they take of memory is gone when the brief is set.
    """
    from corridor.brief import DRAWS, make, wanted
    from corridor.screen.brief import findings
    from corridor.sensitivity.workers import local

    wanted(places)
    outcome = run_study(study, scenario[0] if scenario else None)
    many = DRAWS if draws is None else draws
    words = _command(scenario, study, length=length, draws=many, seed=seed, paper=paper)
    made = make(
        outcome.study,
        scenario,
        length=length,
        draws=many,
        seed=seed,
        paper=paper,
        with_png=any(place.suffix.lower() == ".docx" for place in places),
        command=words,
        executor=local(workers),
        tell=Progress("blocks"),
    )
    if places:
        unknown = made.unknown_characters()
        if unknown:
            say(f"the fonts lack {unknown}: a sign stands for them.")
        write(made.files(places))
    else:
        draw(findings(made.document), None)
    if not made.view.main.any_lawful:
        raise NoAnswerError(f"no route is lawful or reachable on {made.view.main.outcome.as_of}: the brief says so.")


def _command(scenarios: Sequence[str], study: Path | None, **asked: str | int) -> str:
    """The command as it would be typed, without the files that it writes."""
    words = ["corridor", "brief"]
    words += [] if study is None else ["--study", str(study)]
    words += [word for name in scenarios for word in ("--scenario", name)]
    return shlex.join([*words, *(word for name, value in asked.items() for word in (f"--{name}", str(value)))])
