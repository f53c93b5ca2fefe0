"""Names of a study as runs of a sentence: the words of :class:`corridor.wording.Names`, marked as names."""

from __future__ import annotations

from corridor import wording
from corridor.brief.document import Name
from corridor.study import Outcome


class Names:
    """Names of the tables of a scenario."""

    def __init__(self, outcome: Outcome) -> None:
        self._words = wording.Names(outcome)

    def corridor(self, corridor: str) -> Name:
        """``rason`` is Rason."""
        return Name(wording.from_id(corridor))

    def commodity(self, commodity: str) -> Name:
        """As in the middle of a sentence."""
        return Name(self._words.commodity(commodity))

    def place(self, place: str) -> Name:
        """A node or a crossing."""
        return Name(self._words.place(place))

    def parameter(self, name: str) -> Name:
        """A number of the tables."""
        return Name(self._words.parameter(name))

    def way(self, gateway: str, entry: str) -> Name:
        """Gateway, and the crossing before it where that is another place."""
        return Name(self._words.way(gateway, entry))
