"""Includes run only along the edges of rooms.txt; prints TAP."""

import re
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
INCLUDE = re.compile(r'^\s*#\s*include\s+"((?:models|sim|include|tests|tools)/[^"]+)"', re.MULTILINE)


def room(path: str) -> str:
    return str(Path(path).parent)


def read_rules(text: str) -> tuple[dict[str, set[str]], set[tuple[str, str]], list[str]]:
    """Allowed folders of each folder, edges to go, and what is wrong with the list itself."""
    allowed: dict[str, set[str]] = {}
    leaving: set[tuple[str, str]] = set()
    faults = []
    for line in text.splitlines():
        name, _, rest = line.partition("#")[0].partition(":")
        targets = rest.split()
        if name == "to go":
            leaving.add((targets[0], targets[1]))
        elif name.strip():
            faults += [f"{name} may include {t}, which does not stand above it" for t in targets if t not in allowed]
            allowed[name] = set(targets)
    return allowed, leaving, faults


def edges() -> dict[tuple[str, str], str]:
    """Every include of another folder, with a file that has it."""
    found = {}
    files = subprocess.run(
        ["git", "ls-files", "include/*.h", "models/*.[ch]", "sim/*.[ch]", "sim/*.cpp"],
        capture_output=True, text=True, check=True,
    ).stdout.split()
    for path in files:
        for target in INCLUDE.findall(Path(path).read_text()):
            if room(path) != room(target):
                found[room(path), room(target)] = f"{path} includes {target}"
    return found


def main() -> int:
    allowed, leaving, faults = read_rules((HERE / "rooms.txt").read_text())
    found = edges()
    for edge, where in sorted(found.items()):
        if edge not in leaving and edge[1] not in allowed.get(edge[0], set()):
            faults.append(f"{where}: {edge[0]} may not include {edge[1]}")
    faults += [f"nothing needs this any more: to go: {' '.join(edge)}" for edge in sorted(leaving - set(found))]
    for fault in faults:
        print(f"# {fault}")
    print(f"{'not ok' if faults else 'ok'} - includes run along tests/suites/rooms.txt")
    return bool(faults)


if __name__ == "__main__":
    sys.exit(main())
