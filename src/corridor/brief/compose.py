"""A view of a study -> the document of a brief."""

from __future__ import annotations

from importlib.metadata import version

from corridor.brief import headline
from corridor.brief.document import Cited, Document, Name, Paragraph, Run, Runs, Section
from corridor.brief.sections import SECTIONS
from corridor.brief.text import joined, say
from corridor.brief.view import View


def compose(view: View) -> Document:
    """Write a brief.

    Parameters
    ----------
    view
        All that it is computed from.

    Returns
    -------
    Document
    """
    case, numbers = view.main, view.numbers
    outcome = case.outcome
    file = outcome.study.file
    reason = file.scenarios[outcome.scenario].reason
    meta: tuple[tuple[str, Runs], ...] = (
        ("Study", (Name(file.title),)),
        ("Scenario", (Name(f"{outcome.scenario}: {reason}"),)),
        ("As of", say("{day}; money in US dollars of {year}", day=numbers.as_of, year=numbers.price_year)),
        ("Model", (Name(f"corridor {version('corridor')}, input {outcome.study.input_hash[:12]}"),)),
    )
    warning: Runs = ()
    if case.lifted:
        warning = say(
            "Counterfactual, not the law. Treated as if lifted: {measures}.", measures=Name(", ".join(case.lifted))
        )
    told = [section for make in SECTIONS if (section := make(view))]
    document = Document(
        title=headline.title(view),
        subtitle=(Name(file.question),),
        meta=meta,
        warning=warning,
        findings=headline.findings(view),
        sections=(*told, _cite(view)),
        short=not view.full,
        running=say(
            "{study} · {scenario} · {day}{not_law}",
            study=Name(file.title),
            scenario=Name(outcome.scenario),
            day=numbers.as_of,
            not_law=" · counterfactual, not the law" if case.lifted else "",
        ),
    )
    return with_sources(view, document)


def with_sources(view: View, document: Document) -> Document:
    """Number the sources that the document refers to."""
    known = {source.id: source for source in view.main.outcome.tables["sources"]}
    cited = dict.fromkeys(run.source for run in document.all_runs() if isinstance(run, Cited))
    sources = {one: (known[one].citation, known[one].address) if one in known else (one, "") for one in cited}
    return Document(**{**document.__dict__, "sources": sources})


def _cite(view: View) -> Section:
    """How to cite and reproduce."""
    outcome = view.main.outcome
    told: list[Run] = [
        *say(
            "Cite as: {program}, study “{study}”, scenario “{scenario}”, input {hash}.",
            program=Name(f"The corridor authors, corridor {version('corridor')}"),
            study=Name(outcome.study.file.title),
            scenario=Name(outcome.scenario),
            hash=Name(outcome.study.input_hash),
        ),
        *say(" Made by {command}; another run makes the same bytes.", command=Name(view.command)),
    ]
    if view.full:
        told += say(
            " Every number stands in the file of facts beside this brief, with its formula, the rows and sources "
            "behind it, and the command that prints it again."
        )
    return Section("cite", ("How to cite and reproduce",), (Paragraph(joined(told), "note"),))
