"""What every tool does alike at its edge: one line for a user's mistake, nothing left behind.

Exit status: that of `main`; 1 when standard output is lost; 2 for bad input, also a file that
cannot be read or written. SIGINT and SIGTERM end a tool as usual, after its temporaries are gone.
"""

import os
import signal
import sys
from pathlib import Path
from typing import Callable, NoReturn


class Ended(BaseException):
    """A signal came; like KeyboardInterrupt no error, so that only cleaning up catches it."""


def _raise(number: int, frame: object) -> NoReturn:
    raise Ended(number)


def shown(text: object) -> str:
    """One line without control characters: texts come from files."""
    return "".join(c if c.isprintable() else "?" for c in str(text))


def _status(main: Callable[[], int], name: str) -> int:
    try:
        status = main()
        sys.stdout.flush()
        return status
    except BrokenPipeError:
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGPIPE)
        return 1
    except (ValueError, OSError) as error:
        print(f"{name}: {shown(error)}", file=sys.stderr)
        sys.stdout = None  # what it still holds cannot be written
        return 1 if isinstance(error, OSError) and error.filename is None else 2


def run(main: Callable[[], int]) -> NoReturn:
    """Runs `main` and ends the program."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, _raise)
    try:
        sys.exit(_status(main, Path(sys.argv[0]).name))
    except Ended as ended:
        number = ended.args[0]
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)
        sys.exit(128 + number)
