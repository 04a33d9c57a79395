#!/usr/bin/python3
"""Convert a dataset to a frames file.

    tools/frames.py [DATASET] -o FILE [--part test] [--count N] [--folder FOLDER]
        [--more]

DATASET: fashion-mnist (the default), cifar-10, mars, wikitext-2; or mars-random, made up from
--seed. --part is train, validation (held out of the training set where the dataset has none) or
test. The file holds `frames` I8 [n,H,W,C] with their exponent, and `labels` where the dataset has
them; it appears whole or not at all. docs/networks.md says where datasets are expected. Exit
status: 0 done, 2 bad usage, bad input or no dataset.
"""

import argparse
import shlex
import sys
from pathlib import Path

from emamba_tools import cifar10, command_line, datasets, fashion_mnist, mars, wikitext2

LOADERS = {
    "fashion-mnist": fashion_mnist, "cifar-10": cifar10, "mars": mars, "wikitext-2": wikitext2,
}  # fmt: skip
MADE_UP = "mars-random"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("dataset", nargs="?", choices=[*LOADERS, MADE_UP], default="fashion-mnist")
    parser.add_argument("-o", "--output", type=Path, required=True)
    parser.add_argument("--part", choices=["train", "validation", "test"], default="test")
    parser.add_argument("--count", type=int, help="the first N (default: all; mars-random: 8)")
    parser.add_argument("--folder", type=Path, help="where the dataset is")
    parser.add_argument("--seed", type=int, default=1, help="of mars-random")
    parser.add_argument("--more", action="store_true",
                        help="mars: train on four fifths of the validation part, too")  # fmt: skip
    options = parser.parse_args()
    if options.more and options.dataset != "mars":
        parser.error("--more: of mars only")
    try:
        command_line.check_output(options)
        if options.dataset == MADE_UP:
            count = 8 if options.count is None else options.count
            frames = datasets.first(mars.random(options.seed, max(count, 1)), count)
        else:
            loader = LOADERS[options.dataset]
            folder = options.folder or loader.FOLDER
            more = {"more": True} if options.more else {}
            frames = loader.load(options.part, folder, **more)
            if options.count is not None:
                frames = datasets.first(frames, options.count)
        part = "" if options.dataset == MADE_UP else f" {options.part}"
        command = shlex.join(["tools/frames.py", *sys.argv[1:]])
        frames = frames._replace(origin=f"{options.dataset}{part}: {command}")
        datasets.save(options.output, frames)
    except (ValueError, OSError) as error:
        print(f"frames.py: {error}", file=sys.stderr)
        return 2
    print(f"{options.output}: {len(frames.codes)} frames")
    return 0


if __name__ == "__main__":
    command_line.run(main)
