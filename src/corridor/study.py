"""A study under a scenario: network, costs, routes and plan, each computed when it is asked for."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple, TypeVar

import numpy as np

from corridor import market
from corridor.cost import CostModel, EdgeCosts
from corridor.errors import Fault, InputError, NoAnswerError, UsageError, did_you_mean
from corridor.law import Law
from corridor.law_history import LawHistory
from corridor.needs import note_missing
from corridor.network import Network, build_network
from corridor.plan import Plan, make_plan
from corridor.routes import Route, RouteFinder, Unreachable
from corridor.rules import absent_goods
from corridor.scenario import Scenario, apply_scenario
from corridor.schema import TABLES
from corridor.study_file import StudyFile, check_study_file, committed_study, read_study_file
from corridor.tables import Tables, read_tables
from corridor.units import HOURS_PER_YEAR
from corridor.values import BOUNDS, Floats, Span, Values, holds

T = TypeVar("T")


@dataclass(frozen=True)
class Study:
    """A study with its tables, all scenarios applied and checked.

    Attributes
    ----------
    path
        The TOML file.
    file
        Its content.
    tables
        As they stand in the data folder.
    by_scenario
        Scenario name to the tables that it makes of them.
    input_hash
        SHA-256 over the study file and all tables.
    """

    path: Path
    file: StudyFile
    tables: Tables
    by_scenario: Mapping[str, Tables]
    input_hash: str

    def run(self, scenario: str | None = None) -> Outcome:
        """Set up a scenario; what is asked of the outcome is computed when it is asked.

        Parameters
        ----------
        scenario
            Its name; the study's default if None.

        Raises
        ------
        UsageError
            If there is no such scenario.
        """
        name = scenario or self.file.default_scenario
        if name not in self.by_scenario:
            known = list(self.by_scenario)
            raise UsageError(
                f'there is no scenario "{name}".{did_you_mean(name, known)} There are: {", ".join(known)}.'
            )
        return Outcome(self, name)

    def with_scenario(self, name: str, **content: Any) -> Study:
        """Return the same study with one more scenario, checked as those of the file are.

        Parameters
        ----------
        name
            What it is called; no other scenario may be called so.
        **content
            What would stand under it in the study file: ``reason``, and any of ``as_of``, ``price_year``, ``changes``,
            ``assume`` and ``lifts_measures``. Changes of other scenarios may be taken over as they are.

        Returns
        -------
        Study
            Its ``input_hash`` covers the scenario too.

        Raises
        ------
        UsageError
            If there is a scenario of that name.
        InputError
            Lists every fault of the scenario.

        Examples
        --------
        Two scenarios at once::

            changes = [*study.file.scenarios["east-rail"].changes, *study.file.scenarios["rzd-discount"].changes]
            study = study.with_scenario("both", reason="Eastern lines and the rebate.", changes=changes)
        """
        if name in self.file.scenarios:
            raise UsageError(f'there is a scenario "{name}" already.')
        scenarios = {**self.file.scenarios, name: content}
        file = check_study_file(self.path.name, {**dict(self.file), "scenarios": scenarios})
        scenario = file.scenarios[name]
        tables, faults = apply_scenario(self.path.name, name, scenario, self.tables)
        if faults:
            raise InputError(faults)
        said = f"{self.input_hash} {name} {scenario.model_dump_json()}"
        by_scenario = MappingProxyType({**self.by_scenario, name: tables})
        study = Study(self.path, file, self.tables, by_scenario, hashlib.sha256(said.encode()).hexdigest())
        if lacking := study.run(name).missing():
            raise InputError(lacking)
        return study


@dataclass(frozen=True)
class Outcome:
    """A study under one scenario: network, costs, routes and plan, each computed once when asked for."""

    study: Study
    scenario: str

    @property
    def tables(self) -> Tables:
        """The scenario's tables."""
        return self.study.by_scenario[self.scenario]

    def with_values(self, tables: Tables) -> Outcome:
        """The same scenario with other numbers in its value tables: what is open and what is lawful stay.

        Parameters
        ----------
        tables
            Checked; they differ from the scenario's own in value tables alone.
        """
        by_scenario = MappingProxyType({**self.study.by_scenario, self.scenario: tables})
        other = Outcome(replace(self.study, by_scenario=by_scenario), self.scenario)
        other.__dict__.update(network=self.network, law=self.law)  # as if they had been asked for
        return other

    @property
    def as_of(self) -> dt.date:
        """The day on which links are open, rules hold and values are valid."""
        return self._scenario.as_of or self.study.file.assumptions.as_of

    @property
    def price_year(self) -> int:
        """The year of whose dollars all money is."""
        return self._scenario.price_year or self.study.file.assumptions.price_year

    @property
    def lifted_measures(self) -> tuple[str, ...]:
        """Measures that this scenario treats as if lifted: if there are any, it is no statement of the law.

        A measure of which it changes some rules alone is named with these, as lifted in part.
        """
        changed: dict[str, list[str]] = {}
        for written, rule in zip(self.study.tables["rules"], self.tables["rules"], strict=True):
            if rule is not written and rule != written:
                changed.setdefault(written.measure, []).append(rule.id)
        in_part = (f"{measure} in part ({', '.join(ids)})" for measure, ids in changed.items())
        return (*self._scenario.lifts_measures, *in_part)

    @property
    def _scenario(self) -> Scenario:
        return self.study.file.scenarios[self.scenario]

    @cached_property
    def values(self) -> Values:
        """The numbers that hold on the day; :func:`read_study` has seen to it that none is missing."""
        return Values(self.tables, self.as_of, self.price_year)

    def missing(self) -> list[Fault]:
        """What the scenario needs and the tables lack."""
        if not self.values.faults:  # without a price year nothing else can be said
            planned = {link.id for link in self.study.tables["links"] if link.status == "planned"}
            note_missing(self.values, self.network, self.tables, planned)
        return [*self.values.faults, *self._opened_in_vain()]

    def _opened_in_vain(self) -> Iterator[Fault]:
        """Links that the scenario opens and that do not hold on its day."""
        before = {link.id: link.status for link in self.study.tables["links"]}
        for link in self.tables["links"]:
            opened = link.status == "open" and before.get(link.id) == "planned"
            if opened and not holds(link.valid_from, link.valid_until, self.as_of):
                message = f'"{link.id}" is opened, but not before {link.valid_from}. Set valid_from too.'
                yield Fault("links.csv", link.number, "valid_from", message)

    @cached_property
    def network(self) -> Network:
        """What is open on the day."""
        return build_network(self.tables, self.as_of)

    @cached_property
    def sellers(self) -> list[market.Seller]:
        """What mines offer."""
        return self._complete(market.sellers(self.tables, self.values))

    @cached_property
    def buyers(self) -> list[market.Buyer]:
        """What markets bid."""
        return self._complete(market.buyers(self.tables, self.values))

    @cached_property
    def cost_model(self) -> CostModel:
        """Generalised cost of any edge, with its ledger."""
        return CostModel(self.values, self.network)

    @cached_property
    def costs(self) -> dict[str, EdgeCosts]:
        """Costs of all edges by commodity that is both offered and bid for."""
        offered = {seller.commodity for seller in self.sellers}
        found = {}
        for name in sorted(offered & {buyer.commodity for buyer in self.buyers}):
            markets = {buyer.node for buyer in self.buyers if buyer.commodity == name}
            commodity = self.network.commodities[name]
            found[name] = self.cost_model.edge_costs(commodity, self.network.useful(commodity, markets))
        return self._complete(found)

    @cached_property
    def emissions(self) -> dict[str, Floats]:
        """What a tonne emits on all edges, kg CO2e/t (edges x low, central, high), by commodity as for ``costs``.

        NaN everywhere if the study has no numbers on emissions.
        """
        of = self.cost_model.emissions.kg_per_t
        return self._complete({name: of(self.network.commodities[name]) for name in self.costs})

    def emitted(self, route: Route) -> Span | None:
        """What a tonne emits on a route, kg CO2e/t, with low, central and high factors; None if it is not known."""
        if not self.cost_model.emissions.known:
            return None
        low, central, high = self.emissions[route.commodity][list(route.edges)].sum(axis=0).tolist()
        return low, central, high

    @cached_property
    def law(self) -> Law:
        """Rules in force on the day, less those that the scenario lifts."""
        return Law(self.tables["rules"], self.network, self.as_of, self._scenario.lifts_measures)

    @cached_property
    def law_history(self) -> LawHistory:
        """What the rules say on any day, less those that the scenario lifts."""
        return LawHistory(self.tables, self._scenario.lifts_measures)

    @cached_property
    def spare(self) -> dict[str, float]:
        """Facility to capacity net of other traffic, Mt/yr; never below 0."""
        names = {edge.link.facility for edge in self.network.edges if edge.link.facility}
        both = {name: (self.values.need("capacity", name), self.values.need("background", name)) for name in names}
        return self._complete(
            {name: max(0.0, cap.central - back.central) for name, (cap, back) in both.items() if cap and back}
        )

    @cached_property
    def corridor_of(self) -> dict[str, str]:
        """Country to the name of its corridor."""
        return {country: name for name, countries in self.study.file.corridors.items() for country in countries}

    @property
    def country_names(self) -> dict[str, str]:
        """Country to what it is called: its code where the tables have no name."""
        names = {row.id: row.name for row in self.tables["countries"]}
        return {node.country: names.get(node.country, node.country) for node in self.network.nodes.values()}

    @cached_property
    def _finder(self) -> RouteFinder:
        use = self.study.file.assumptions.use
        origins = {seller.node for seller in self.sellers}
        return RouteFinder(self.network, self.costs, self.law, use, self.corridor_of, self.spare, origins)

    @cached_property
    def _found(self) -> dict[tuple[str, str], tuple[list[Route], list[Unreachable]]]:
        return {}

    def find_routes(self, seller: market.Seller) -> tuple[list[Route], list[Unreachable]]:
        """Find the cheapest route of a seller to each market by every gateway and entry, and what cannot be reached."""
        key = seller.node, seller.commodity
        if key not in self._found:
            self._found[key] = self._finder.find(seller, self.buyers) if seller.commodity in self.costs else ([], [])
        return self._found[key]

    def route_via(self, origin: str, market: str, commodity: str, via: tuple[str, ...] = ()) -> Route:
        """Return the cheapest route over given nodes or crossings, in their order; lawful where that is possible.

        Raises
        ------
        UsageError
            If a name is none of the scenario's.
        NoAnswerError
            If no way leads there.
        """
        seller = next((s for s in self.sellers if (s.node, s.commodity) == (origin, commodity)), None)
        buyers = [buyer for buyer in self.buyers if (buyer.node, buyer.commodity) == (market, commodity)]
        if seller is None or not buyers:
            raise UsageError(f"{origin} does not offer {commodity}, or nobody at {market} bids for it.")
        unknown = {*via} - {*self.network.nodes} - {edge.link.crossing for edge in self.network.edges}
        if unknown:
            raise UsageError(f"{', '.join(sorted(unknown))}: no node and no crossing that is open.")
        buyer = max(buyers, key=lambda buyer: buyer.price)
        route = self._finder.via(seller, buyer, via)
        if route is None:
            over = f" over {', '.join(via)}" if via else ""
            raise NoAnswerError(f"no open way leads {commodity} from {origin} to {market}{over} on {self.as_of}.")
        return route

    @property
    def routes(self) -> list[Route]:
        """The cheapest route from each mine to each market by every gateway and entry."""
        return [route for seller in self.sellers for route in self.find_routes(seller)[0]]

    @property
    def unreachable(self) -> list[Unreachable]:
        """Markets that cannot be reached by a gateway, and where the way ends."""
        return [pair for seller in self.sellers for pair in self.find_routes(seller)[1]]

    @cached_property
    def plan(self) -> Plan:
        """What flows where when capacities are shared and only what is lawful is used."""
        return make_plan(
            self.network,
            self.costs,
            self.law,
            self.study.file.assumptions.use,
            self.corridor_of,
            self.spare,
            self.sellers,
            self.buyers,
        )

    def time_usd_per_t_h(self, commodity: str | None) -> float:
        """Value of time of a commodity, USD/t/h; 0 where none is named."""
        if commodity is None:
            return 0.0
        per_year, _ = self.values.waiting(self.network.commodities[commodity])
        _, central, _ = np.broadcast_to(per_year, BOUNDS).tolist()
        return float(central / HOURS_PER_YEAR)

    def _complete(self, result: T) -> T:
        """Hand a result on, unless numbers were missing on the way: then none of it is to be trusted."""
        if self.values.faults:
            raise InputError(self.values.faults)
        return result


def read_study(path: str | Path | None = None, folder: Path | None = None) -> Study:
    """Read a study and its tables, apply every scenario and check all of it.

    Parameters
    ----------
    path
        The TOML file; the committed study if None.
    folder
        Where its tables lie; where the study says if None.

    Returns
    -------
    Study

    Raises
    ------
    InputError
        Lists every fault of study, tables and scenarios.
    """
    path = Path(path) if path is not None else committed_study()
    file = read_study_file(path)
    folder = folder or path.parent / file.data
    tables = read_tables(folder)
    faults: list[Fault] = []
    by_scenario = {}
    for name, scenario in file.scenarios.items():
        changed, wrong = apply_scenario(path.name, name, scenario, tables)
        by_scenario[name] = changed
        faults += wrong
    if faults:
        raise InputError(faults)
    study = Study(path, file, tables, MappingProxyType(by_scenario), _hash(path, folder))
    lacking: dict[Fault, list[str]] = {}
    for name in by_scenario:
        for fault in study.run(name).missing():
            lacking.setdefault(fault, []).append(name)
    if lacking:
        raise InputError(
            Fault(fault.file, fault.row, fault.column, f"scenario {', '.join(names)}: {fault.message}")
            for fault, names in lacking.items()
        )
    return study


def geography_of(outcome: Outcome) -> Path:
    """The folder ``geo`` beside the study's tables, or that of the committed study."""
    own = outcome.study.path.parent / outcome.study.file.data / ".." / "geo"
    if own.is_dir():
        return own
    committed = committed_study()
    return committed.parent / ".." / "data" / "geo"


def _hash(path: Path, folder: Path) -> str:
    digest = hashlib.sha256(path.read_bytes())
    for table in TABLES:
        file = folder / f"{table}.csv"
        if file.is_file():
            digest.update(table.encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()


def hash_with(input_hash: str, files: Mapping[str, Path]) -> str:
    """SHA-256 over a study's input and further files: what they are for and what they hold, not where they lie.

    Parameters
    ----------
    input_hash
        Of the study.
    files
        By what each is for.
    """
    digest = hashlib.sha256(input_hash.encode())
    for role, file in sorted(files.items()):
        digest.update(role.encode() + b"\0" + hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


class Checked(NamedTuple):
    """What was checked and found well: the data folder, its size, the studies that use it, and remarks."""

    folder: Path
    tables: int
    rows: int
    studies: tuple[str, ...]
    notes: tuple[str, ...]


def check_folder(folder: Path | None = None) -> Checked:
    """Check a data folder and all studies that use it.

    Parameters
    ----------
    folder
        Holds tables, or ``data/`` and ``models/``; the committed study's tables if None.

    Raises
    ------
    InputError
        Lists every fault of tables, studies and scenarios at once.
    """
    if folder is None:
        study = committed_study()
        folder = study.parent / read_study_file(study).data
    studies = {
        path: _data_folder(path)
        for place in (".", "models", "../models", "../../models")
        for path in sorted((folder / place).glob("*.toml"))
    }
    studies = {
        path: data for path, data in studies.items() if data is None or folder.resolve() in (data, *data.parents)
    }
    folders = sorted({data for data in studies.values() if data}) or ([] if studies else [folder])
    faults: list[Fault] = []
    read = []
    for data in folders:
        try:
            read.append(read_tables(data))
        except InputError as error:
            faults += error.faults
    for path in studies:
        try:
            read_study(path)
        except InputError as error:
            faults += error.faults
    if faults:
        raise InputError(faults)
    return Checked(
        folder=folder,
        tables=sum(len(tables.rows) for tables in read),
        rows=sum(len(rows) for tables in read for rows in tables.rows.values()),
        studies=tuple(path.name for path in studies),
        notes=tuple(
            note for tables in read for note in (*tables.notes, *absent_goods(tables["rules"], tables["commodities"]))
        ),
    )


def _data_folder(path: Path) -> Path | None:
    """Where a study's tables lie; None if the study cannot be read."""
    try:
        return (path.parent / read_study_file(path).data).resolve()
    except InputError:
        return None
