"""Pages: 100 columns, tables apart; what they link to and name is there. Prints TAP."""

import re
import subprocess
import sys
from pathlib import Path

COLUMNS = 100
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
# A file of the project in backquotes: it has a folder that is there, and an ending.
NAMED = re.compile(r"`((?:models|sim|rtl|tests|tools|docs|configs|include|python|examples|traces)/[\w./-]+\.\w+)`")


def faults(path: Path) -> list[str]:
    text = path.read_text(encoding="utf-8")
    found = []
    for number, line in enumerate(text.split("\n"), 1):
        if len(line) > COLUMNS and not line.startswith("|"):
            found.append(f"{path}:{number}: {len(line)} columns")
    for link in LINK.findall(text):
        if "://" not in link and not (path.parent / link).exists():
            found.append(f"{path}: the link {link} leads nowhere")
    return found + [f"{path}: {name} is not there" for name in NAMED.findall(text) if not Path(name).exists()]


def main() -> int:
    pages = subprocess.run(["git", "ls-files", "*.md"], capture_output=True, text=True, check=True).stdout.split()
    found = [fault for page in pages for fault in faults(Path(page))]
    for fault in found:
        print(f"# {fault}")
    print(f"{'not ok' if found else 'ok'} - pages: {COLUMNS} columns, links and files")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
