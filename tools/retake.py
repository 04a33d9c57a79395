#!/usr/bin/python3
"""Take the shipped designs anew from the exact front: `make retake`.

    tools/retake.py [--check] [--program build/emamba] [NAME ...]

For each NAME (default: all of configs/spaces) the front of configs/spaces/NAME.yaml is found with
the constants as they are. configs/designs/NAME.yaml becomes the point with the least energy of
those that have the interval of the engines in balance, configs/spaces/NAME-by-hand.yaml, and no
more area. --check writes nothing and fails when the shipped design is not such a point any more.
Exit status: 0 done, 1 --check found another, 2 bad usage or bad input.
"""

import argparse
import json
import subprocess
import tempfile
from pathlib import Path

from emamba_tools import command_line

ROOT = Path(__file__).resolve().parents[1]
SPACES, DESIGNS = ROOT / "configs" / "spaces", ROOT / "configs" / "designs"
ABOUT = {
    "mars": "MARS (human pose from radar points)",
    "fmnist": "Fashion-MNIST",
}


def run(*command: object) -> str:
    done = subprocess.run([str(w) for w in command], capture_output=True, text=True, check=False)
    if done.returncode:
        raise ValueError((done.stderr or done.stdout).strip().splitlines()[-1])
    return done.stdout


def figures(program: Path, design: Path) -> tuple[float, float, float]:
    """interval in cycles, area in um2, energy a frame in pJ"""
    report = json.loads(run(program, "check", design, "--json", "-"))
    bounds = report["price"]["bounds"]
    return (report["time"]["interval_cycles"], bounds["area_um2"]["nominal"],
            bounds["energy_per_frame_pj"]["nominal"])  # fmt: skip


def retake(program: Path, name: str, work: Path) -> tuple[str, tuple, tuple, tuple]:
    """The design's text, and the figures by hand, of the shipped one and of this one."""
    by_hand = SPACES / f"{name}-by-hand.yaml"
    store, front, picked = work / f"{name}.sqlite", work / f"{name}.json", DESIGNS / f".{name}-retaken.yaml"
    interval, area, energy = figures(program, by_hand)
    run(program, "explore", SPACES / f"{name}.yaml", "-q", "-o", store, "--json", front)
    points = json.loads(front.read_text())["points"]
    allowed = [(p["energy_pj"], number) for number, p in enumerate(points, 1)
               if p["interval_cycles"] == interval and p["area_um2"] <= area]  # fmt: skip
    if not allowed:
        raise ValueError(f"{name}: no point of the front has {interval:g} cycles and no more area")
    try:
        run(program, "explore", store, "-q", "--pick", min(allowed)[1], "-o", picked)
        lines, mine = picked.read_text().splitlines(), figures(program, picked)
    finally:
        picked.unlink(missing_ok=True)
    body = lines[next(i for i, line in enumerate(lines) if line.startswith("name:")) :]
    body[0] = f"name: {name}"
    limit = next(line for line in lines if line.startswith("# What limits it"))
    cycles = f"{interval / 16:g} cycles a token" if interval % 16 == 0 else f"{interval:g} cycles a frame"
    comment = [
        f"# {ABOUT.get(name, name)}: of all designs of this shape with a frame every {interval:g} cycles ({cycles})",
        f"# and no more area than engines balanced by hand (configs/spaces/{name}-by-hand.yaml), the one with the",
        f"# least energy: {100 * (1 - mine[2] / energy):.0f} % less at {100 * (1 - mine[1] / area):.1f} % less area. "
        "Taken from the exact front by tools/retake.py.",
        limit,
    ]  # fmt: skip
    return "\n".join(comment + body) + "\n", (interval, area, energy), figures(program, DESIGNS / f"{name}.yaml"), mine


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--check", action="store_true", help="write nothing")
    parser.add_argument("--program", type=Path, default=ROOT / "build" / "emamba")
    options = parser.parse_args()
    names = options.names or sorted(p.name.removesuffix("-by-hand.yaml") for p in SPACES.glob("*-by-hand.yaml"))
    stale = 0
    with tempfile.TemporaryDirectory() as folder:
        for name in names:
            text, hand, shipped, best = retake(options.program.resolve(), name, Path(folder))
            for what, (interval, area, energy) in (("by hand", hand), ("shipped", shipped), ("best", best)):
                print(f"{name:8s}{what:9s}{interval:8g} cycles  {area * 1e-6:.4f} mm2  {energy * 1e-3:8.2f} nJ a frame")
            good = shipped[0] == hand[0] and shipped[1] <= hand[1] and shipped[2] <= 1.0001 * best[2]
            if not options.check:
                (DESIGNS / f"{name}.yaml").write_text(text)
            elif not good:
                print(f"{name}: the shipped design is not the best any more; make retake")
                stale = 1
    return stale


if __name__ == "__main__":
    command_line.run(main)
