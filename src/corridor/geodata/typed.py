"""Tables of the geography that were typed by hand: rows of text, for their own rooms to judge."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from pathlib import Path

from corridor.errors import Fault, InputError


def read_csv(path: str | Path, columns: Sequence[str] | None = None) -> Iterator[tuple[int, dict[str, str]]]:
    """Rows of a typed table with their numbers in the file.

    Parameters
    ----------
    path
        UTF-8, comma separated.
    columns
        That it must have, in order; None: any.

    Raises
    ------
    InputError
        If the file is missing, is no UTF-8 or has other columns.
    """
    path = Path(path)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise InputError([Fault(str(path), None, None, "is missing.")]) from None
    except (OSError, UnicodeDecodeError) as error:
        raise InputError([Fault(str(path), None, None, f"cannot be read: {error}.")]) from None
    reader = csv.DictReader(io.StringIO(text), restkey="", restval="")
    if columns is not None and list(reader.fieldnames or ()) != list(columns):
        raise InputError([Fault(path.name, 1, None, f"the columns must be {', '.join(columns)}.")])
    for number, cells in enumerate(reader, start=2):
        yield number, {name: str(cell).strip() for name, cell in cells.items()}
