"""Documents -> what a terminal of 80 columns shows."""

from __future__ import annotations

from corridor.screen.abatement import abatement
from corridor.screen.cpmm import cpmm
from corridor.screen.draws import draws
from corridor.screen.gains import gains
from corridor.screen.geography import audit, matrix
from corridor.screen.netbacks import netback
from corridor.screen.parts import NARROWEST
from corridor.screen.plan import solve_summary
from corridor.screen.routes import compare_routes, compare_summary, ledger
from corridor.screen.sensitivity import along_parameter, needed, regime
from corridor.screen.strategy import disrupt, frontier
from corridor.screen.tables import source_list

__all__ = [
    "NARROWEST",
    "abatement",
    "along_parameter",
    "audit",
    "compare_routes",
    "compare_summary",
    "cpmm",
    "disrupt",
    "draws",
    "frontier",
    "gains",
    "ledger",
    "matrix",
    "needed",
    "netback",
    "regime",
    "solve_summary",
    "source_list",
]
