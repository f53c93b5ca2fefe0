"""Records -> JSON and CSV files, written whole or not at all."""

from __future__ import annotations

import csv
import io
import json
import os
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from corridor.errors import UsageError

Record = Mapping[str, Any]
_FORMULA_MARKS = ("=", "+", "-", "@", "\t", "\r")


def as_json(document: Record) -> str:
    """JSON text of a document; NaN and infinity are refused, since JSON has neither."""
    return json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def as_csv(records: Sequence[Record]) -> str:
    """CSV text of records with the same keys; lists become words, nested records become columns of their own."""
    flat = [_flat(record) for record in records]
    text = io.StringIO()
    columns = list(dict.fromkeys(key for record in flat for key in record))
    writer = csv.DictWriter(text, columns, lineterminator="\n", restval="")
    writer.writeheader()
    writer.writerows({key: _cell(value) for key, value in record.items()} for record in flat)
    return text.getvalue()


def as_parquet(records: Sequence[Record]) -> bytes:
    """Parquet file of records with the same keys; lists become words."""
    import pandas as pd

    flat = [{key: _joined(value) for key, value in _flat(record).items()} for record in records]
    return bytes(pd.DataFrame(flat).to_parquet(index=False))


def _joined(value: Any) -> Any:
    return " ".join(map(str, value)) if isinstance(value, (list, tuple)) else value


def _flat(record: Record) -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, value in record.items():
        if isinstance(value, Mapping):
            flat |= {f"{key}.{inner}": cell for inner, cell in value.items()}
        else:
            flat[key] = value
    return flat


def _cell(value: Any) -> Any:
    value = _joined(value)
    if isinstance(value, str) and value.startswith(_FORMULA_MARKS):
        return f"'{value}"  # a spreadsheet would run it as a formula
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else value


def write_files(texts: Mapping[Path, str | bytes]) -> None:
    """Write files whole or not at all: all to temporary names first, then renamed.

    Parameters
    ----------
    texts
        File to its text (or bytes). Folders are made where they are missing.

    Raises
    ------
    UsageError
        If a place cannot be written; nothing is left behind.
    """
    waiting: dict[Path, Path] = {}
    try:
        for path, text in {path.resolve(): text for path, text in texts.items()}.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            if path.exists() and not path.is_file():
                raise IsADirectoryError(None, "is a folder or a device", str(path))
            handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
            waiting[path] = Path(name)
            with os.fdopen(handle, "wb") as file:
                file.write(text.encode("utf-8") if isinstance(text, str) else text)
            Path(name).chmod(path.stat().st_mode if path.exists() else 0o666 & ~_umask())
        for path, temporary in waiting.items():
            temporary.replace(path)
    except OSError as error:
        place = error.filename or next(iter(texts), "")
        raise UsageError(f"cannot write {place}: {error.strerror}. Name another place with -o.") from None
    finally:
        for temporary in waiting.values():
            temporary.unlink(missing_ok=True)


def _umask() -> int:
    """What the user takes away from the rights of new files; it can only be read by setting it."""
    mask = os.umask(0o022)
    os.umask(mask)
    return mask
