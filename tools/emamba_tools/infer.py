"""Run a quantised network on frames, by the integer contract.

    PYTHONPATH=tools /usr/bin/python3 -m emamba_tools.infer NETWORK FRAMES [-o OUT]

Writes `outputs` (I8 [n,outputs]) and prints the accuracy where the frames have labels: the share of
frames whose largest output is the label (the first of equals), or the errors in the labels' unit.
Exit status: 0 done, 2 bad usage or bad input.
"""

import argparse
import sys
from pathlib import Path

import numpy as np

from . import contract, network, safetensors


def top1_percent(outputs: np.ndarray, labels: np.ndarray) -> float:
    """outputs [n,classes], labels [n] -> percent of frames whose first largest is the label."""
    return float((outputs.argmax(1) == labels).mean() * 100)


def score(outputs: np.ndarray, labels: np.ndarray, exponent: int) -> str:
    """One line on how well the outputs meet the labels. Raises ValueError when they do not pair."""
    if labels.dtype == np.int64 and labels.shape == outputs.shape[:1]:
        return f"top-1 {top1_percent(outputs, labels):.2f} % of {len(labels)} frames"
    if labels.dtype == np.float32 and labels.shape == outputs.shape:
        error = outputs * 2.0**exponent - labels
        rmse = np.sqrt((error**2).mean(0)).mean()  # of each output over the frames, then their mean
        return f"MAE {np.abs(error).mean():.5f}, RMSE {rmse:.5f} over {len(labels)} frames"
    raise ValueError(f"labels {labels.dtype} {labels.shape} do not fit outputs {outputs.shape}")


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
                line = score(outputs, tensors["labels"], model.exponents["output"])
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
