#!/usr/bin/python3
"""Convert the installed Fashion-MNIST test images to a frames file.

    tools/frames.py -o build/fmnist-test.safetensors [--count N]

Writes `frames` I8 [n,28,28,1] (code = pixel - 128, input exponent -7) and `labels` I64 [n], the
first N images of the 10,000. The file appears whole or not at all. Exit status: 0 done, 2 bad usage
or bad input.
"""

import argparse
import sys
from pathlib import Path

from emamba_tools import fashion_mnist, safetensors


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-o", "--output", type=Path, required=True)
    parser.add_argument("--count", type=int, help="frames to convert, 1..10000 (default: all)")
    parser.add_argument("--dataset", type=Path, default=fashion_mnist.FOLDER, metavar="FOLDER")
    options = parser.parse_args()
    try:
        frames, labels = fashion_mnist.load("test", options.dataset)
        count = len(frames) if options.count is None else options.count
        if not 1 <= count <= len(frames):
            raise ValueError(f"--count is {count}; allowed: 1..{len(frames)}")
        tensors = {"frames": frames[:count], "labels": labels[:count]}
        safetensors.save(options.output, tensors, {"exponent": -7})
    except (ValueError, OSError) as error:
        print(f"frames.py: {error}", file=sys.stderr)
        return 2
    print(f"{options.output}: {count} frames")
    return 0


if __name__ == "__main__":
    sys.exit(main())
