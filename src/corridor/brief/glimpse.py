"""Another scenario in a few facts: what stands beside the one that a brief tells of."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass

from corridor.brief.case import Case
from corridor.brief.facts import Fact
from corridor.brief.numbers import Numbers
from corridor.routes import Route


@dataclass(frozen=True)
class Glimpse:
    """What is told of a scenario beside others. It holds no network: several fit into memory.

    Attributes
    ----------
    scenario, lifted
        Name, and whether it treats measures as if lifted.
    day, as_of
        The day, and the same as a fact.
    carried
        Corridor to what it carries in the best plan; those that carry nothing are left out.
    net_value
        Of the best plan; None where no way may be used.
    ways, lawful
        Whether any way leads by the corridor that the study asks about, and whether one of them may be used.
    nearest, gap
        The lawful way by that corridor which is the least behind the plan, and how far it is; None where there is none,
        none has room, or it carries something.
    """

    scenario: str
    lifted: bool
    day: dt.date
    as_of: Fact
    carried: Mapping[str, Fact]
    net_value: Fact | None
    ways: bool
    lawful: bool
    nearest: Route | None
    gap: Fact | None


def glimpse(case: Case) -> Glimpse:
    """Look at a scenario."""
    numbers, near = Numbers(case), case.nearest
    behind = near is not None and math.isfinite(near.behind_usd_per_t) and not case.by_corridor.get(case.focus or "")
    return Glimpse(
        scenario=case.scenario,
        lifted=bool(case.lifted),
        day=case.outcome.as_of,
        as_of=numbers.as_of,
        carried={corridor: numbers.carried(corridor) for corridor in case.by_corridor},
        net_value=numbers.net_value if case.any_lawful else None,
        ways=bool(case.ways_of_focus),
        lawful=case.lawful_through_focus,
        nearest=near.route if near and behind else None,
        gap=numbers.behind(near) if near and behind else None,
    )
