#!/usr/bin/python3
"""What approximations cost a trained network: one table and one plot each, on the test frames.

    tools/ablate.py segments FLOAT TRAIN VALIDATION TEST -o segments.svg
        segments of the piecewise-linear functions, 5 to 33
    tools/ablate.py state FLOAT TRAIN VALIDATION TEST -o state.svg [--tokens 10000]
        bits of the stored state, 13 to 24, and its error over so many tokens in a row
    tools/ablate.py norm FLOAT FLOAT ... TRAIN VALIDATION TEST -o norm.svg
        range norm against layer norm, over networks of several seeds of each

FLOATs are networks of tools/train.py, TRAIN, VALIDATION and TEST their frames. Networks are
calibrated and rounded as tools/quantise.py does it, without fine-tuning. Layer norm is computed in
floating point and its result rounded to INT8: no hardware has it. Needs gnuplot. Exit status: 0
done, 2 bad usage or bad input.
"""

import argparse
from pathlib import Path

from emamba_tools import command_line

ABLATIONS = ("segments", "state", "norm")
PARTS = 3  # TRAIN, VALIDATION, TEST


def work(options: argparse.Namespace) -> list[str]:
    """The lines of the table; the picture is written. Raises ValueError, OSError."""
    from emamba_tools import ablation, checkpoint, datasets, fitting, plot, shapes

    *networks, train, validation, test = options.files
    parts = [datasets.load(path) for path in (train, validation, test)]
    fitting.settle()
    loaded = []
    for path in networks:
        model, metadata = checkpoint.load(path)
        shapes.check(model.shape, metadata["exponent"], parts)
        loaded.append(model)
    if options.ablation == "norm":
        of_norm = {norm: [model for model in loaded if model.norm == norm]
                   for norm in ("range", "layer")}  # fmt: skip
        for norm, models in of_norm.items():
            if len(models) < 2:
                raise ValueError(f"{len(models)} networks of {norm} norm; wanted: at least 2")
        subjects = {norm: [ablation.subject(model, parts) for model in models]
                    for norm, models in of_norm.items()}  # fmt: skip
        table = ablation.by_norm(subjects)
    else:
        if loaded[0].norm != "range":
            raise ValueError(f"{networks[0]}: has a layer norm; only range norm has INT8")
        subject = ablation.subject(loaded[0], parts)
        if options.ablation == "segments":
            table = ablation.by_segments(subject)
        else:
            table = ablation.by_width(subject, options.tokens)
    plot.svg(options.output, *table.picture)
    return table.lines


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("ablation", choices=ABLATIONS)
    parser.add_argument("files", nargs="+", type=Path, metavar="FLOAT... TRAIN VALIDATION TEST")
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="SVG")
    parser.add_argument("--tokens", type=int, default=10_000, help="of state; at least 100")
    options = parser.parse_args()
    if options.tokens < 100:
        parser.error(f"--tokens is {options.tokens}; must be at least 100")
    networks = len(options.files) - PARTS
    if networks < 1 or (networks > 1 and options.ablation != "norm"):
        parser.error("wanted: one FLOAT (norm: several), then TRAIN, VALIDATION and TEST")
    command_line.check_output(options)
    print(*work(options), sep="\n")
    return 0


if __name__ == "__main__":
    command_line.run(main)
