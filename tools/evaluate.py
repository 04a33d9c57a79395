#!/usr/bin/python3
"""Print how well a network does on the test part of its dataset, INT8 by the C model.

    tools/evaluate.py DATASET NETWORK [--float FLOAT] [--design DESIGN] [--folder FOLDER]

DATASET: mars, cifar-10 or fashion-mnist; its files are in FOLDER, or where docs/networks.md says
($EMAMBA_DATA). INT8 are the codes of `build/emamba run DESIGN` (default: the design of the
network's name). FLOAT, the output of tools/train.py that NETWORK was made from, adds floating point
with exact and with piecewise-linear functions. MARS: errors in cm over all subjects, each, and
those with training frames in every copy of the dataset; RMSE is of each of the 57 coordinates over
the frames, then the mean of those, and beside it that of all values at once. Exit status: 0 done, 2
bad usage, bad input or no dataset.
"""

import argparse
import sys
from pathlib import Path

from emamba_tools import command_line

ROOT = Path(__file__).resolve().parents[1]
DATASETS = ("mars", "cifar-10", "fashion-mnist")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("dataset", choices=DATASETS)
    parser.add_argument("network", type=Path)
    parser.add_argument("--float", type=Path, dest="floating", metavar="FLOAT")
    parser.add_argument("--design", type=Path)
    parser.add_argument("--folder", type=Path, help="where the dataset is")
    parser.add_argument("--program", type=Path, default=ROOT / "build" / "emamba")
    options = parser.parse_args()
    if not options.design:
        options.design = ROOT / "configs" / "designs" / f"{options.network.stem}.yaml"
    try:
        from emamba_tools import evaluation  # here: --help needs no torch

        print(*evaluation.table(options), sep="\n")
    except (ValueError, OSError, ModuleNotFoundError) as error:
        print(f"evaluate.py: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    command_line.run(main)
