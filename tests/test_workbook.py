"""Tables go into a workbook and come back as they were; what is wrong in one is told by sheet and row."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
import python_calamine as calamine
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import corridor
from corridor.cli import main
from corridor.output import as_xlsx
from corridor.schema import TABLES, Source, Value
from corridor.study import Study
from corridor.tables import Tables, read_tables
from corridor.workbook import LARGEST_BYTES, read_workbook, write_workbook

NOON = dt.datetime(2015, 6, 22, 12)  # noqa: DTZ001  # spreadsheets have no time zones
Rows = list[list[Any]]
Edit = Callable[[dict[str, Rows]], object]


@pytest.fixture
def book(toy: Study, tmp_path: Path) -> Path:
    path = tmp_path / "book.xlsx"
    path.write_bytes(write_workbook(toy.tables, "toy", toy.input_hash))
    return path


def edited(book: Path, edit: Edit, after: Callable[[Any], object] = lambda _: None) -> Path:
    """The workbook as another program would leave it after an edit of its cells."""
    read = calamine.CalamineWorkbook.from_path(book)
    sheets = {name: read.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in read.sheet_names}
    edit(sheets)
    with xlsxwriter.Workbook(book, {"strings_to_formulas": False}) as made:
        day = made.add_format({"num_format": "yyyy-mm-dd"})
        for name, rows in sheets.items():
            sheet = made.add_worksheet(name)
            for r, record in enumerate(rows):
                for c, cell in enumerate(record):
                    if isinstance(cell, dt.date):
                        sheet.write_datetime(r, c, cell, day)
                    elif cell != "":
                        sheet.write(r, c, cell)
        after(made)
    return book


def faults(book: Path) -> str:
    with pytest.raises(corridor.InputError) as caught:
        read_workbook(book, book.parent / "new")
    return str(caught.value)


def column(rows: Rows, name: str) -> int:
    return rows[0].index(name)


@pytest.mark.parametrize("which", ["toy", "rason"])
def test_tables_come_back_as_they_were(which: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    tables = request.getfixturevalue(which).tables
    path = tmp_path / "book.xlsx"
    path.write_bytes(write_workbook(tables, which, "hash"))
    found = read_workbook(path, tmp_path)
    assert found.tables.rows == tables.rows
    for name, text in found.texts.items():
        (tmp_path / name).write_text(text, "utf-8")
    assert read_tables(tmp_path).rows == tables.rows


def test_the_same_tables_are_the_same_bytes(toy: Study) -> None:
    assert write_workbook(toy.tables, "a", "b") == write_workbook(toy.tables, "a", "b")


text = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cf", "Zl", "Zp")), max_size=40)
hostile = st.sampled_from(
    [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        '=HYPERLINK("http://x")',
        "https://example.org",
        "0012",
        "1e5",
        "TRUE",
        "2015-06-22",
        "_x000D_",
        "<b>&amp;",
        "'quoted",
        "mailto:a@b",
    ]
)
numbers = st.floats(0, 1e7, allow_nan=False)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    notes=st.lists(text | hostile, min_size=1, max_size=6),
    values=st.lists(st.tuples(numbers, numbers, numbers).map(sorted), min_size=1, max_size=6),
    days=st.tuples(
        st.dates(dt.date(1850, 1, 1), dt.date(2100, 1, 1)), st.dates(dt.date(1850, 1, 1), dt.date(2100, 1, 1))
    ),
)
def test_whatever_is_in_them_comes_back(
    toy: Study, tmp_path: Path, notes: list[str], values: list[list[float]], days: tuple[dt.date, dt.date]
) -> None:
    sources = [Source(id="example", citation="made up")]
    sources += [Source(id=f"s{i}", citation=f"c{note}", note=note) for i, note in enumerate(notes)]
    prices = list(toy.tables["prices"])
    first, last = sorted(days)
    for i, (low, central, high) in enumerate(values):
        cells = prices[0].model_dump() | {"low": low, "central": central, "high": high, "subject": f"p{i}"}
        cells |= {"valid_from": first, "valid_until": last, "note": notes[i % len(notes)]}
        prices.append(Value.model_validate(cells))
    rows = {**toy.tables.rows, "sources": tuple(sources), "prices": tuple(prices)}
    path = tmp_path / "book.xlsx"
    path.write_bytes(write_workbook(Tables(tmp_path, MappingProxyType(rows)), "t", "h"))
    found = read_workbook(path, tmp_path)
    for table in TABLES:
        assert [row.model_dump() for row in found.tables[table]] == [row.model_dump() for row in rows[table]]


def test_text_is_no_formula_and_no_link(tmp_path: Path) -> None:
    made = as_xlsx({"t": [{"=a": "=1+1", "b": "https://x.org", "c": 1.5, "d": None, "e": True, "f": ["x", "y"]}]})
    with zipfile.ZipFile(io.BytesIO(made)) as parts:
        sheet = parts.read("xl/worksheets/sheet1.xml")
    assert b"<f>" not in sheet
    assert b"hyperlink" not in sheet
    rows = calamine.CalamineWorkbook.from_filelike(io.BytesIO(made)).get_sheet_by_name("t").to_python()
    assert rows == [["=a", "b", "c", "d", "e", "f"], ["=1+1", "https://x.org", 1.5, "", "yes", "x y"]]


def test_an_edited_number_is_what_is_read(book: Path) -> None:
    def edit(sheets: dict[str, Rows]) -> None:
        rows = sheets["prices"]
        rows[1][column(rows, "central")] = 101.5

    found = read_workbook(edited(book, edit), book.parent)
    assert found.tables["prices"][0].central == 101.5
    assert "coal_price,,price,70,101.5,140" in found.texts["prices.csv"]


def test_rows_are_those_that_the_spreadsheet_shows(book: Path) -> None:
    def edit(sheets: dict[str, Rows]) -> None:
        rows = sheets["prices"]
        rows.insert(2, [""] * len(rows[0]))
        rows[3][column(rows, "central")] = "dear"

    assert "book.xlsx, sheet prices:4: column \"central\": 'dear' is not a number" in faults(edited(book, edit))


def put(table: str, name: str, cell: Any) -> Edit:
    def edit(sheets: dict[str, Rows]) -> None:
        rows = sheets[table]
        rows[1][column(rows, name)] = cell

    return edit


def rename(old: str, new: str) -> Edit:
    return lambda sheets: sheets.update({new: sheets.pop(old)})


def head(table: str, old: str, new: str) -> Edit:
    def edit(sheets: dict[str, Rows]) -> None:
        sheets[table][0][column(sheets[table], old)] = new

    return edit


def append(table: str, *cells: Any) -> Edit:
    return lambda sheets: sheets[table].append([*cells])


@pytest.mark.parametrize(
    ("edit", "expected"),
    [
        (
            put("prices", "central", "100,5"),
            "sheet prices:2: column \"central\": '100,5' is not a number. Use a decimal point",
        ),
        (put("prices", "central", ""), "empty. Write a value; a missing cost is not a free one"),
        (put("prices", "valid_from", "22.6.2015"), "is not a date. Write it as 2015-06-22"),
        (put("prices", "valid_from", NOON), "is not a date"),
        (
            put("prices", "source", "exampel"),
            'sheet prices:2: column "source": "exampel" is no source of this study. Did you mean',
        ),
        (put("prices", "unit", "EUR/t"), "is no unit known here"),
        (put("prices", "basis", "guessed"), "must be one of observed"),
        (put("prices", "year", 2020.5), "is not a number"),
        (put("links", "from_node", "=cmd|' /C calc'!A0"), "sheet links:2"),
        (put("nodes", "name", "\x1b[31mred"), "sheet nodes:2: holds the control character"),
        (put("bids", "main_market", True), ""),
        (rename("tariffs", "tarifs"), 'sheet "tarifs" is no table of a study. Did you mean "tariffs"?'),
        (lambda sheets: sheets.pop("tariffs"), "sheet tariffs: is missing. It is needed"),
        (lambda sheets: sheets.update(more=[["x"]]), 'sheet "more" is no table'),
        (lambda sheets: sheets["tariffs"].clear(), "sheet tariffs: is empty. Give it at least its header"),
        (lambda sheets: sheets["tariffs"].__delitem__(slice(1, None)), "sheet tariffs: has no rows"),
        (head("prices", "central", "value"), 'sheet prices:1: column "value": is no column of this table'),
        (head("prices", "central", "low"), "stands twice in the header"),
        (append("prices", *[""] * 20, "stray"), "cell U4 lies right of the last column"),
    ],
)
def test_faults_name_sheet_and_row(book: Path, edit: Edit, expected: str) -> None:
    if expected:
        assert expected in faults(edited(book, edit))
    else:
        assert read_workbook(edited(book, edit), book.parent).tables["bids"][0].main_market == "yes"


def test_all_faults_are_told_at_once(book: Path) -> None:
    def edit(sheets: dict[str, Rows]) -> None:
        put("prices", "central", "x")(sheets)
        put("links", "kind", "canal")(sheets)
        rename("fx", "forex")(sheets)

    told = faults(edited(book, edit))
    assert all(part in told for part in ("sheet prices:2", "sheet links:2", '"forex" is no table'))


def test_merged_cells_and_errors_are_refused(book: Path) -> None:
    def after(made: Any) -> None:
        made.get_worksheet_by_name("prices").merge_range(5, 0, 6, 1, "note")
        made.get_worksheet_by_name("times").write_formula(1, 3, "=NA()", None, "#N/A")

    told = faults(edited(book, lambda _: None, after))
    assert "sheet prices:6: cells A6:B7 are merged" in told
    assert "sheet times:2: cell D2 holds an error" in told


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "is no XLSX workbook"),
        (b"PK\x03\x04rubbish", "is no XLSX workbook"),
        (b"a,b\n1,2\n", "is no XLSX workbook"),
    ],
)
def test_what_is_no_workbook_is_told(tmp_path: Path, content: bytes, expected: str) -> None:
    path = tmp_path / "book.xlsx"
    path.write_bytes(content)
    assert expected in faults(path)
    assert "there is no such file" in faults(tmp_path / "none.xlsx")


def test_archives_that_are_no_workbooks_are_told(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    with zipfile.ZipFile(path, "w") as parts:
        parts.writestr("hello.txt", "hello")
    assert "cannot be read as a workbook" in faults(path)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as parts, parts.open("bomb", "w", force_zip64=True) as bomb:
        for _ in range(LARGEST_BYTES // 10_000_000 + 1):
            bomb.write(bytes(10_000_000))
    assert "tables of a study are far smaller" in faults(path)


def test_commands_go_out_and_in_and_write_nothing_with_a_fault(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    book, place = tmp_path / "book.xlsx", tmp_path / "in"
    study = str(project / "models" / "study.toml")
    assert main(["export", "--xlsx", str(book), "--study", study]) == 0
    assert main(["import", "--xlsx", str(book), "-o", str(place)]) == 0
    assert main(["import", "--xlsx", str(book), "-o", str(place)]) == 2
    assert "--overwrite" in capsys.readouterr().err
    before = (place / "prices.csv").read_bytes()
    edited(book, put("prices", "central", "x"))
    assert main(["import", "--xlsx", str(book), "-o", str(place), "--overwrite"]) == 3
    assert "Nothing was computed or written" in capsys.readouterr().err
    assert (place / "prices.csv").read_bytes() == before
    assert main(["import", "--xlsx", str(book), "-o", str(tmp_path / "other")]) == 3
    assert not (tmp_path / "other").exists()
    assert main(["export", "--xlsx", str(tmp_path / "book.csv"), "--study", study]) == 2
