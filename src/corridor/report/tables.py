"""Tables and what is found about them -> documents."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import TYPE_CHECKING

from corridor.report.document import Document
from corridor.schema import BASES, STRUCTURE_TABLES, VALUE_TABLES
from corridor.tables import Tables

if TYPE_CHECKING:
    from corridor.audit import Finding
    from corridor.geodata.crosscheck import CrossCheck


def finding_record(finding: Finding, beside: Mapping[str, CrossCheck] | None = None) -> Document:
    """One row of ``audit``; with searoute's length where one was asked for."""
    record = finding._asdict()
    del record["line"]
    if beside is not None:
        other = beside.get(finding.link)
        record["searoute_km"] = other and other.searoute_km
        record["searoute_ratio"] = other and other.ratio
        record["searoute_note"] = other.note if other else ""
    return record


def sources(tables: Tables) -> list[Document]:
    """Every source with the numbers that rest on it, most first."""
    numbers = Counter(row.source for table in VALUE_TABLES for row in tables[table])
    others = Counter(row.source for table in STRUCTURE_TABLES if table != "sources" for row in tables[table])
    worst: dict[str, set[str]] = defaultdict(set)
    for table in VALUE_TABLES:
        for row in tables[table]:
            worst[row.source].add(row.basis)
    rows = [
        {
            "source": source.id,
            "numbers": numbers[source.id],
            "other_rows": others[source.id],
            "bases": [basis for basis in BASES if basis in worst[source.id]],
            "citation": source.citation,
            "address": source.address,
        }
        for source in tables["sources"]
    ]
    return sorted(rows, key=lambda row: (-row["numbers"], row["source"]))
