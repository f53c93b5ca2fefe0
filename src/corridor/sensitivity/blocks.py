"""Blocks of answers on disk: each written whole or not at all, with a manifest that says what they belong to."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from corridor.errors import UsageError
from corridor.paths import Floats

if TYPE_CHECKING:
    import pyarrow as pa

MANIFEST = "manifest.json"
LAYOUT = 1
"""Of the files; blocks of another layout are refused."""

HELD = 2_000_000
"""So many numbers are held in memory at once while columns are gathered from blocks, however many draws there are."""


@dataclass(frozen=True, slots=True)
class Blocks:
    """A folder of blocks.

    Attributes
    ----------
    folder
        Where they lie.
    count, size
        How many blocks there are when all are there, and draws in each.
    pairs
        Commodity and corridor, in their order in each block.
    """

    folder: Path
    count: int
    size: int
    pairs: tuple[tuple[str, str], ...]

    @classmethod
    def open(
        cls, folder: Path, count: int, size: int, pairs: Sequence[tuple[str, str]], identity: Mapping[str, Any]
    ) -> Blocks:
        """Make a folder of blocks, or go on with one that is there.

        Parameters
        ----------
        folder, count, size, pairs
            As in the attributes.
        identity
            What decides the content of a block: of another identity they are refused.

        Raises
        ------
        UsageError
            If the folder holds blocks of something else, or cannot be written.
        """
        identity = json.loads(json.dumps({"layout": LAYOUT, "block": size, **identity}))
        manifest = folder / MANIFEST
        try:
            folder.mkdir(parents=True, exist_ok=True)
            if manifest.exists():
                before = json.loads(manifest.read_text(encoding="utf-8"))
                other = [name for name in identity if before.get(name) != identity[name]]
                if other:
                    what = f"{folder} holds blocks of another run: not the same {', '.join(other)}."
                    raise UsageError(f"{what} Name another folder, or remove it.")
            elif any(folder.iterdir()):
                raise UsageError(f"{folder} holds other files and no {MANIFEST}. Name another folder.")
            else:
                _write(manifest, json.dumps(identity, indent=1).encode())
        except json.JSONDecodeError:
            raise UsageError(f"{manifest} is damaged. Name another folder or remove it.") from None
        except OSError as error:
            raise _cannot_write(folder, error) from None
        return cls(folder, count, size, tuple(pairs))

    def path(self, block: int) -> Path:
        """File of a block."""
        return self.folder / f"block_{block:06d}.parquet"

    def missing(self) -> list[int]:
        """Blocks that are not there yet."""
        return [block for block in range(self.count) if not self.path(block).exists()]

    def write(self, block: int, content: bytes) -> None:
        """Write a block, whole or not at all.

        Raises
        ------
        UsageError
            If it cannot be written.
        """
        try:
            _write(self.path(block), content)
        except OSError as error:
            raise _cannot_write(self.folder, error) from None

    def remove(self) -> None:
        """Remove the folder and what it holds."""
        for path in (*(self.path(block) for block in range(self.count)), self.folder / MANIFEST):
            path.unlink(missing_ok=True)
        if not any(self.folder.iterdir()):
            self.folder.rmdir()

    def column(self, name: str, draws: int, blocks: Sequence[int] | None = None) -> Floats:
        """One number a draw, the same for all pairs: the first ``draws`` of some blocks (all if None)."""
        # copies: a view of the first draws would keep the rows of all pairs
        parts = [
            self._read(block, name)[: self.size].copy() for block in (range(self.count) if blocks is None else blocks)
        ]
        return np.concatenate(parts)[:draws]

    def by_pair(self, name: str, draws: int, blocks: Sequence[int] | None = None) -> Iterator[Floats]:
        """One number a draw, pair by pair in their order, of some blocks (all if None); few pairs are held at once."""
        at_once = max(1, HELD // draws)
        some_blocks = range(self.count) if blocks is None else blocks
        for start in range(0, len(self.pairs), at_once):
            some = slice(start, start + at_once)
            parts = [self._read(block, name).reshape(len(self.pairs), -1)[some].copy() for block in some_blocks]
            yield from np.concatenate(parts, axis=1)[:, :draws]

    def _read(self, block: int, name: str) -> Floats:
        import pyarrow.parquet as pq

        column = pq.read_table(self.path(block), columns=[name], use_threads=False, memory_map=True)[name]
        return np.asarray(column.to_numpy(), dtype=np.float64)

    def tables(self, draws: int) -> Iterator[pa.Table]:
        """All rows of the first draws, block by block."""
        import pyarrow.compute as pc
        import pyarrow.parquet as pq

        for block in range(self.count):
            table = pq.read_table(self.path(block), use_threads=False)
            yield table if (block + 1) * self.size <= draws else table.filter(pc.less(table["draw"], draws))


def as_bytes(table: pa.Table) -> bytes:
    """A table as a Parquet file."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression="zstd")
    return bytes(sink.getvalue())


def assemble(blocks: Blocks, draws: int, place: Path) -> None:
    """Write all draws into one Parquet file, whole or not at all, a block at a time.

    Raises
    ------
    UsageError
        If it cannot be written; the blocks stay.
    """
    import pyarrow.parquet as pq

    temporary = place.with_name(f".{place.name}.{os.getpid()}")
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        writer = None
        try:
            for table in blocks.tables(draws):
                writer = writer or pq.ParquetWriter(temporary, table.schema, compression="zstd")
                writer.write_table(table)
        finally:
            if writer:
                writer.close()
        temporary.replace(place)
    except OSError as error:
        raise _cannot_write(place, error) from None
    finally:
        temporary.unlink(missing_ok=True)


def _write(path: Path, content: bytes) -> None:
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        temporary.write_bytes(content)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def _cannot_write(place: Path, error: OSError) -> UsageError:
    return UsageError(
        f"cannot write {place}: {error.strerror or error}. Finished blocks are kept; run it again to go on."
    )
