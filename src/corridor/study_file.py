"""models/*.toml -> what a study asks: its tables, assumptions and scenarios."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, ValidationError, model_validator
from pydantic_core import ErrorDetails

from corridor.errors import Fault, InputError, UsageError
from corridor.scenario import Scenario, Strict
from corridor.schema import Effect
from corridor.tables import explain

Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_\-]*$")]
_IN_FINANCE = {
    "capital_rate": "capital_rate of cargo, and discount_rate of works for what is built",
    "holding_rate": "holding_rate of cargo",
    "service_factor": "service_factor of cargo",
}
"""Numbers that are looked for here, and the rows of finance.csv that hold them."""


class StudyAssumptions(Strict):
    """What a study assumes beside its tables."""

    as_of: dt.date
    price_year: int
    use: tuple[Effect, ...] = ("open", "conditional")


class StudyFile(Strict):
    """A study as its TOML file has it; ``focus`` names the corridor that it asks about."""

    title: Annotated[str, Field(min_length=1)]
    question: Annotated[str, Field(min_length=1)]
    data: Annotated[str, Field(min_length=1)]
    default_scenario: Name
    assumptions: StudyAssumptions
    corridors: Mapping[Name, tuple[str, ...]]
    focus: Name | None = None
    scenarios: Annotated[Mapping[Name, Scenario], Field(min_length=1)]

    @model_validator(mode="after")
    def _corridors_apart(self) -> StudyFile:
        countries = [country for own in self.corridors.values() for country in own]
        twice = sorted({country for country in countries if countries.count(country) > 1})
        if twice:
            raise ValueError(f"{', '.join(twice)} belongs to two corridors. A country gives its gateways one name")
        return self

    @model_validator(mode="after")
    def _focus_exists(self) -> StudyFile:
        if self.focus is not None and self.focus not in self.corridors:
            raise ValueError(f'focus "{self.focus}" is none of the corridors {", ".join(self.corridors)}')
        return self

    @model_validator(mode="after")
    def _default_exists(self) -> StudyFile:
        if self.default_scenario not in self.scenarios:
            raise ValueError(f'default_scenario "{self.default_scenario}" is none of {", ".join(self.scenarios)}')
        return self


def read_study_file(path: Path) -> StudyFile:
    """Read a study file.

    Raises
    ------
    InputError
        Lists every fault of the file.
    """
    try:
        content = tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except FileNotFoundError:
        raise InputError([Fault(str(path), None, None, "there is no such study file.")]) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError([Fault(path.name, None, None, f"is not TOML: {error}.")]) from None
    except OSError as error:
        raise InputError([Fault(str(path), None, None, f"cannot be read: {error.strerror}.")]) from None
    return check_study_file(path.name, content)


def check_study_file(name: str, content: Mapping[str, Any]) -> StudyFile:
    """Check what a study file holds.

    Parameters
    ----------
    name
        What messages call the file.
    content
        Its keys and values.

    Raises
    ------
    InputError
        Lists every fault.
    """
    try:
        return StudyFile.model_validate(content)
    except ValidationError as error:
        raise InputError(
            Fault(name, None, ".".join(map(str, detail["loc"])) or None, _explain(detail)) for detail in error.errors()
        ) from None


def _explain(detail: ErrorDetails) -> str:
    match detail["type"], detail["loc"]:
        case "extra_forbidden", ("assumptions", str(key)) if key in _IN_FINANCE:
            return f"is a number with a source and a range: its place is finance.csv ({_IN_FINANCE[key]}). Move it."
    return explain(detail)


def committed_study() -> Path:
    """Find the study that commands use where none is named.

    Studies in the ``models`` folder here come first: the only one, or ``rason.toml`` among several. Without any it is
    the one of the installed package or of the checkout.

    Raises
    ------
    UsageError
        If there are several here and none is ``rason.toml``.
    """
    here = Path(__file__).resolve().parent
    own = sorted(Path("models").glob("*.toml"))
    if len(own) > 1 and Path("models/rason.toml") not in own:
        raise UsageError(f"there are several studies here: {', '.join(map(str, own))}. Name one with --study.")
    if own:
        return Path("models/rason.toml") if len(own) > 1 else own[0]
    for place in (here / "studies" / "models", here.parents[1] / "models"):
        if (place / "rason.toml").is_file():
            return place / "rason.toml"
    raise UsageError("no study found: name one with --study, or make one with 'corridor new DIR'.")
