"""Points on the earth that have a name: where ships go from and to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from corridor.errors import Fault, InputError
from corridor.geodata.graph import Floats, Ints, Words, position_faults


@dataclass(frozen=True, slots=True, eq=False)
class Places:
    """Points on the earth between which ships go.

    Attributes
    ----------
    id
        One a place; messages and files name it.
    longitude_deg, latitude_deg
        WGS 84; longitude from -180 to 180.

    Raises
    ------
    InputError
        If the columns differ in length, an id stands twice, or a position is not on the earth.
    """

    id: Words
    longitude_deg: Floats
    latitude_deg: Floats

    def __post_init__(self) -> None:
        object.__setattr__(self, "id", np.atleast_1d(np.asarray(self.id, dtype=np.str_)))
        for column in ("longitude_deg", "latitude_deg"):
            object.__setattr__(self, column, np.atleast_1d(np.asarray(getattr(self, column), dtype=np.float64)))
        if not len(self.id) == len(self.longitude_deg) == len(self.latitude_deg):
            raise InputError([Fault("places", None, None, "id, longitude_deg and latitude_deg differ in length.")])
        faults = position_faults("places", self.longitude_deg, self.latitude_deg)
        names, count = np.unique(self.id, return_counts=True)
        faults += [Fault("places", None, "id", f'"{name}" stands more than once.') for name in names[count > 1]]
        if faults:
            raise InputError(faults)

    def __len__(self) -> int:
        return len(self.id)

    def take(self, positions: Sequence[int] | Ints) -> Places:
        """The places at some positions, in that order."""
        chosen = np.asarray(positions, dtype=np.int64)
        return Places(self.id[chosen], self.longitude_deg[chosen], self.latitude_deg[chosen])
