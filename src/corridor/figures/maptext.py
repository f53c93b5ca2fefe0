"""What the map says: its claim, how exact its lines are, and the whole of it in words."""

from __future__ import annotations

from corridor.figures.routemap import RouteMap
from corridor.figures.style import Caption
from corridor.figures.words import best_plan, counterfactual, listed, sentence
from corridor.wording import from_id, money, percent

DISCLAIMER = (
    "Boundaries and names imply no opinion on the status of any territory. Railways and roads © OpenStreetMap "
    "contributors (ODbL); outlines Natural Earth; sea lines computed."
)
ROLES = {
    "mine": "Mines",
    "crossing": "Border crossings",
    "gateway": "Ports of loading",
    "market": "Places of sale",
}
SEEN_MTPA = 1e-3
"""Less than that is nothing to speak of."""


def claim(said: Caption, chart: RouteMap) -> str:
    """What the map says, whichever way its numbers fall."""
    subject, plan = sentence(chart.subject), best_plan(said)
    whole = chart.whole_mtpa
    unused = [corridor for corridor, mtpa in chart.mtpa.items() if mtpa < SEEN_MTPA]
    why = [f"{from_id(name)} ({chart.closed[name]})" if name in chart.closed else from_id(name) for name in unused]
    nothing = f"nothing goes by {' or '.join(why)}" if unused else ""
    if whole < SEEN_MTPA:
        return f"{subject}: {plan} ships nothing; {nothing}" if unused else f"{subject}: nothing is shipped"
    parts = sorted(((mtpa, name) for name, mtpa in chart.mtpa.items() if mtpa >= SEEN_MTPA), reverse=True)
    by = listed([f"{percent(mtpa / whole)} by {from_id(name)}" for mtpa, name in parts])
    told = f"{subject}: {plan} ships {money(whole)} Mt a year, {by}"
    return f"{told}; {nothing}" if unused else told


def amount(mtpa: float) -> str:
    """Tonnes for reading: what is not nothing is never 0."""
    if 0 < mtpa < SEEN_MTPA:
        return "less than 0.001"
    return f"{mtpa:,.3g}"


def remarks(chart: RouteMap) -> str:
    """How exact the lines are, and whose they are."""
    land = [stroke for stroke in chart.strokes if stroke.kind in ("rail", "road")]
    schematic = sum(stroke.schematic for stroke in land)
    told = ["Width by the square root of Mt/yr."]
    if land:
        told.append(
            f"{schematic} of {len(land)} stretches on land are schematic: straight between known places; white dashes "
            "where only the ends are known."
        )
    return " ".join([*told, DISCLAIMER])


def described(said: Caption, chart: RouteMap) -> str:
    """The map in words."""
    plan, whole = best_plan(said).removesuffix(","), amount(chart.whole_mtpa)
    told = [f"Map of {chart.subject} in {plan}, {whole} Mt/yr; lines as wide as the square root of that."]
    for name, mtpa in chart.mtpa.items():
        barred = f", no way may be used ({chart.closed[name]})" if name in chart.closed else ""
        told.append(f"{from_id(name)}: {amount(mtpa)} Mt/yr{barred}.")
    for role, words in ROLES.items():
        own = sorted(((s.mtpa, s.name) for s in chart.spots if s.role == role and s.mtpa >= SEEN_MTPA), reverse=True)
        if own:
            told.append(f"{words}: {', '.join(f'{name} {amount(mtpa)}' for mtpa, name in own)} Mt/yr.")
    return " ".join(told) + counterfactual(said)
