"""Run a quantised network on frames, by the integer contract.

    PYTHONPATH=tools /usr/bin/python3 -m emamba_tools.infer NETWORK FRAMES [-o OUT]

Writes `outputs` (I8 [n,outputs]) and prints the accuracy where the frames have labels: the share of
frames whose largest output is the label (the first of equals), or the errors in the labels' unit.
Exit status: 0 done, 2 bad usage or bad input.
"""

import argparse
import sys
from pathlib import Path

from . import contract, network, safetensors, scores


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="emamba_tools.infer", description=__doc__.splitlines()[0])
    parser.add_argument("network", type=Path)
    parser.add_argument("frames", type=Path)
    parser.add_argument("-o", "--output", type=Path)
    options = parser.parse_args(arguments)
    try:
        model = network.load(options.network)
        tensors, _ = safetensors.load(options.frames)
        if "frames" not in tensors:
            raise ValueError(f"{options.frames}: no tensor `frames`")
        try:
            outputs = contract.forward(model, tensors["frames"])
            line = None
            if "labels" in tensors and len(outputs):
                values = outputs * 2.0 ** model.exponents["output"]
                reached = scores.score(values, tensors["labels"])
                line = f"{reached.text} of {len(outputs)} frames"
        except ValueError as error:
            raise ValueError(f"{options.frames}: {error}") from None
        if options.output:
            exponent = model.exponents["output"]
            safetensors.save(options.output, {"outputs": outputs}, {"exponent": exponent})
        print(line or f"{len(outputs)} frames")
    except (ValueError, OSError) as error:
        print(f"emamba_tools.infer: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
