#!/usr/bin/python3
"""Check the approximations of a network; each prints its figures and a verdict and draws a picture.

    tools/check.py pwl NETWORK -i FRAMES -o pwl.svg
        piecewise-linear functions against exact ones
    tools/check.py ssm NETWORK -i FRAMES -o ssm.svg
        the INT24 state against float64, 10,000 tokens
    tools/check.py norm RANGE LAYER --design DESIGN -o norm.svg
        range norm against layer norm

RANGE and LAYER are networks of tools/train.py, trained alike but for --norm. Needs gnuplot. Exit
status: 0 passed, 1 failed, 2 bad usage or bad input.
"""

import argparse
import sys
from pathlib import Path

from emamba_tools import (
    check_norm, check_pwl, check_ssm, command_line, datasets, network, plot, safetensors,
)  # fmt: skip

PWL_FRAMES = 500


def load(options: argparse.Namespace) -> tuple:
    """The network and the codes of the frames. Raises ValueError, OSError."""
    model = network.load(options.network)
    codes = datasets.load(options.frames, labelled=False).codes
    wanted = tuple(model.shape[key] for key in ("H", "W", "C"))
    if codes.shape[1:] != wanted:
        raise ValueError(f"{options.frames}: frames {codes.shape[1:]}; the network takes {wanted}")
    return model, codes


def pwl(options: argparse.Namespace) -> tuple:
    model, codes = load(options)
    found = check_pwl.measure(model, codes[:PWL_FRAMES])
    return *check_pwl.report(found), check_pwl.picture(found)


def ssm(options: argparse.Namespace) -> tuple:
    model, codes = load(options)
    tokens = check_ssm.LENGTHS[-1]
    scans = [check_ssm.run(model, codes, block, tokens) for block in range(model.shape["M"])]
    return *check_ssm.report(scans), check_ssm.picture(scans)


def norm(options: argparse.Namespace) -> tuple:
    trained = {}
    for name, path in (("range", options.range), ("layer", options.layer)):
        _, metadata = safetensors.load(path)
        reached = metadata.get("reached")
        test = reached.get("test") if isinstance(reached, dict) else None
        if metadata.get("norm") != name or not isinstance(test, str) or "top-1" not in test:
            raise ValueError(f"{path}: must be of tools/train.py --norm {name}, trained on classes")
        trained[name] = metadata
    shape = trained["range"]["shape"]
    if shape != trained["layer"]["shape"]:
        raise ValueError(f"{options.layer}: its shape is not that of {options.range}")
    reached = {name: metadata["reached"]["test"] for name, metadata in trained.items()}
    measured = check_norm.timing(options.program, options.design)
    given = shape["D"], shape["L"], reached, measured
    return *check_norm.report(*given), check_norm.picture(*given)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    checks = parser.add_subparsers(required=True, metavar="pwl|ssm|norm")
    for check in (pwl, ssm):
        one = checks.add_parser(check.__name__)
        one.add_argument("network", type=Path)
        one.add_argument("-i", "--frames", type=Path, required=True)
        one.set_defaults(check=check)
    two = checks.add_parser("norm")
    two.add_argument("range", type=Path)
    two.add_argument("layer", type=Path)
    two.add_argument("--design", type=Path, required=True)
    two.add_argument("--program", type=Path, default=Path("build/emamba"))
    two.set_defaults(check=norm)
    for one in checks.choices.values():
        one.add_argument("-o", "--output", type=Path, required=True, metavar="SVG")
    options = parser.parse_args()
    try:
        command_line.check_output(options)
        passed, lines, picture = options.check(options)
        plot.svg(options.output, *picture)
    except (ValueError, OSError) as error:
        print(f"check.py: {error}", file=sys.stderr)
        return 2
    print(*lines, sep="\n")
    return 0 if passed else 1


if __name__ == "__main__":
    command_line.run(main)
