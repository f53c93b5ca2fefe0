"""What is measured goes into reports/bench.json; page.py makes tables of it."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
JSON = ROOT / "reports/bench.json"
PACKAGES = ("numpy", "scipy", "highspy", "pyomo", "linopy", "ortools", "igraph", "networkx")


def record(section: str, result: Mapping[str, Any]) -> None:
    """Put a section into the file, beside those that are there."""
    JSON.parent.mkdir(exist_ok=True)
    JSON.write_text(json.dumps({**recorded(), section: result}, indent=1) + "\n", "utf-8")


def recorded() -> dict[str, Any]:
    """Return all sections."""
    found: dict[str, Any] = json.loads(JSON.read_text("utf-8")) if JSON.exists() else {}
    return found


def machine() -> dict[str, Any]:
    """What it was measured on and with, and how busy that was with other things."""
    info = Path("/proc/cpuinfo")
    models = [line for line in info.read_text("utf-8").splitlines() if "model name" in line] if info.exists() else []
    return {
        "processor": models[0].split(":")[1].strip() if models else platform.processor(),
        "cores": os.cpu_count(),
        "system": platform.system(),
        "python": platform.python_version(),
        "packages": {name: version(name) for name in PACKAGES},
        "load": os.getloadavg()[0],
    }
