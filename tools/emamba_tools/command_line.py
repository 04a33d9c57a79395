"""What every tool does alike at its edge: one line for a user's mistake, nothing left behind.

Exit status: that of `main`; 1 when standard output is lost; 2 for bad input, also a file that
cannot be read or written. SIGINT and SIGTERM end a tool as usual, after its temporaries are gone.
"""

import argparse
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


def check_output(options: argparse.Namespace) -> None:
    """Raises ValueError, before anything runs, unless `options.output` can be written: its folder
    is there, it is a regular file or none, and it is none of the other files that are named."""
    output = options.output
    target = Path(os.path.realpath(output))
    if not target.parent.is_dir():
        raise ValueError(f"-o {output}: there is no folder {target.parent}")
    if target.exists() and not target.is_file():
        raise ValueError(f"-o {output}: is not a regular file")
    if target.exists() and not target.stat().st_mode & 0o222:
        raise ValueError(f"-o {output}: is write-protected")
    if not os.access(target if target.exists() else target.parent, os.W_OK):
        raise ValueError(f"-o {output}: cannot be written")
    for name, value in vars(options).items():
        for path in value if isinstance(value, list) else [value]:
            named = name != "output" and isinstance(path, Path) and path.exists()
            if named and target.exists() and path.samefile(target):
                raise ValueError(f"-o {output}: is the input {path}; nothing was written")


def _status(main: Callable[[], int], name: str) -> int:
    try:
        status = main()
        sys.stdout.flush()
        return status
    except BrokenPipeError:
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGPIPE)
        return 1
    except (ValueError, OSError, ImportError) as error:
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
