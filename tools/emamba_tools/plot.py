"""Pictures by gnuplot (Debian's gnuplot-nox): SVG files."""

import os
import subprocess
from pathlib import Path
from typing import Iterable, Sequence

HEADER = """
set terminal svg size {width},{height} font 'sans-serif,12' background '#ffffff'
set output '{output}'
set grid linecolor '#dddddd'
set border 3
set tics nomirror
set style fill solid 0.7 noborder
"""


def block(name: str, rows: Iterable[Sequence]) -> str:
    """Rows of values as gnuplot's data block $name."""
    lines = (" ".join(str(value) for value in row) for row in rows)
    return "\n".join([f"${name} << EOD", *lines, "EOD", ""])


def svg(path: Path, width: int, height: int, script: str) -> None:
    """Run a gnuplot `script`; its picture appears at `path`, whole or not at all.

    Raises ValueError when gnuplot is missing or refuses; OSError.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        text = HEADER.format(width=width, height=height, output=temporary) + script
        done = subprocess.run(["gnuplot"], input=text, capture_output=True, text=True, check=False)
        if done.returncode or not temporary.exists():
            raise ValueError(f"{path}: gnuplot: {' '.join(done.stderr.split()) or 'no picture'}")
        os.replace(temporary, path)
    except FileNotFoundError:
        raise ValueError(f"{path}: no gnuplot; install Debian's gnuplot-nox") from None
    finally:
        temporary.unlink(missing_ok=True)
