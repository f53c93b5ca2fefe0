"""The commands: the only rooms that print. One module a family; what they share stands in ``door``."""

from __future__ import annotations

import gc
import io
import sys
from collections.abc import Callable, Sequence
from typing import Any

from cyclopts import CycloptsError

from corridor.cli import (
    brief,
    cpmm,
    evidence,
    figure,
    gains,
    geography,
    law,
    routes,
    sensitivity,
    strategy,
    tables,
    workbook,
)
from corridor.cli.door import app, say
from corridor.errors import CorridorError, InputError, UsageError

FAMILIES = (
    routes,
    cpmm,
    law,
    sensitivity,
    strategy,
    gains,
    figure,
    brief,
    geography,
    evidence,
    tables,
    workbook,
)
"""Each makes its commands known to the application when it is imported."""

MOST_FAULTS_SHOWN = 100


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command.

    Parameters
    ----------
    arguments
        Words after ``corridor``; those of the process if None.

    Returns
    -------
    int
        0 well, 2 usage, 3 bad input data, 4 no answer, 5 a missing extra. A bug of ours is a traceback and 1.
    """
    run: Callable[..., Any] = app
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(
                errors="replace"
            )  # a terminal that lacks an arrow shows a question mark, not a traceback
    gc.disable()  # a command is over before garbage matters; looking for it takes a tenth of its time
    try:
        run(arguments, exit_on_error=False, print_error=False)
        sys.stdout.flush()
    except CycloptsError as error:
        say(f"corridor: {error}")
        return UsageError.exit_code
    except InputError as error:
        _show_faults(error)
        return error.exit_code
    except CorridorError as error:
        say(f"corridor: {error}")
        return error.exit_code
    except BrokenPipeError:
        sys.stderr.close()
        return 0
    except OSError as error:
        say(f"corridor: cannot write: {error.strerror}.")
        return UsageError.exit_code
    except KeyboardInterrupt as stopped:
        say(f"corridor: stopped; {str(stopped) or 'nothing was written'}.")
        return 130
    finally:
        gc.enable()
    return 0


def _show_faults(error: InputError) -> None:
    faults = error.faults
    for fault in faults[:MOST_FAULTS_SHOWN]:
        say(str(fault))
    hidden = len(faults) - MOST_FAULTS_SHOWN
    unseen = f", {hidden} not shown" if hidden > 0 else ""
    many = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
    say(f"corridor: {many}{unseen}. {error.outcome}")
