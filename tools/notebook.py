#!/usr/bin/python3
"""Run a notebook and write its page: text, code, and what the code printed and drew.

A notebook is a Python file in cells: "# %%" begins code, "# %% [markdown]" text in comments. The page is FILE.md beside
it. --check runs it again and says whether the page is still what comes out (pictures: whether they are drawn).
"""

import argparse
import contextlib
import io
import os
import sys
import tempfile
from pathlib import Path

from emamba_tools import command_line

ROOT = Path(__file__).resolve().parents[1]


def cells(source: str) -> list[tuple[bool, str]]:
    """(is text, contents) of every cell; what stands before the first is left out."""
    found = []
    for chunk in ("\n" + source).split("\n# %%")[1:]:
        title, _, body = chunk.partition("\n")
        found.append((title.strip() == "[markdown]", body.strip("\n")))
    return found


def run(source: str, drawn: Path) -> str:
    """The page; pictures go to the folder `drawn`."""
    names: dict = {"__name__": "notebook", "PICTURES": drawn}
    page = []
    for number, (is_text, body) in enumerate(cells(source)):
        if is_text:
            page.append("\n".join(line.removeprefix("#").removeprefix(" ") for line in body.splitlines()))
            continue
        before, output = set(drawn.iterdir()), io.StringIO()
        with contextlib.redirect_stdout(output):
            exec(compile(body, f"cell {number}", "exec"), names)  # pylint: disable=exec-used
        page.append(f"```python\n{body}\n```")
        if output.getvalue():
            printed = "\n".join(line.rstrip() for line in output.getvalue().splitlines())
            page.append(f"```text\n{printed}\n```")
        page += [f"![{path.stem}]({path.name})" for path in sorted(set(drawn.iterdir()) - before)]
    return "\n\n".join(page) + "\n"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("notebook", type=Path)
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    source, page_path = options.notebook.read_text(encoding="utf-8"), options.notebook.resolve().with_suffix(".md")
    os.chdir(ROOT)
    sys.path[:0] = [str(ROOT / "python"), str(ROOT / "tools")]
    with tempfile.TemporaryDirectory() as folder:
        page = run(source, Path(folder))
        pictures = {path.name: path.read_bytes() for path in Path(folder).iterdir()}
    if options.check:
        if page_path.read_text(encoding="utf-8") != page:
            print(f"{page_path} is not what comes out; run tools/notebook.py {options.notebook}", file=sys.stderr)
            return 1
        missing = [name for name in pictures if not (page_path.parent / name).exists()]
        return bool(missing) or not all(pictures.values())
    page_path.write_text(page, encoding="utf-8")
    for name, contents in pictures.items():
        (page_path.parent / name).write_bytes(contents)
    return 0


if __name__ == "__main__":
    command_line.run(main)
