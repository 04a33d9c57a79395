#!/usr/bin/python3
"""Train a Fashion-MNIST eMamba network in floating point.

    tools/train.py -o build/fmnist-float.safetensors [--epochs 30] [--seed 1]

On the CPU, one thread, about half a minute an epoch. The last 5,000 training images are held out;
the test images are looked at once, at the end. The result holds F32 tensors under their contract
names and feeds tools/quantise.py. Exit status: 0 done, 2 bad usage or no dataset.
"""

import argparse
import shlex
import sys
from pathlib import Path

import torch

from emamba_tools import fashion_mnist, fitting, safetensors
from emamba_tools.model import Model, Shape

PEAK_RATE, WARM_UP = 6e-3, 0.15


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-o", "--output", type=Path, required=True)
    parser.add_argument("--epochs", type=int, default=30)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    try:
        train, held_out = fashion_mnist.split()
        test = fashion_mnist.load("test")
    except fashion_mnist.DatasetError as error:
        print(f"train.py: {error}", file=sys.stderr)
        return 2

    fitting.settle()
    model = Model(Shape(), torch.Generator().manual_seed(options.seed))
    fitting.fit(model, train, held_out, seed=options.seed,
                epochs=options.epochs, rate=PEAK_RATE, warm_up=WARM_UP)  # fmt: skip

    accuracy = {
        "held_out_percent": round(fitting.top1_percent(model, *held_out), 2),
        "test_percent": round(fitting.top1_percent(model, *test), 2),
    }
    print(f"float accuracy: {accuracy}")
    metadata = {
        "format": "emamba-float-1",
        "shape": model.shape.metadata(),
        "command": shlex.join(["tools/train.py", *sys.argv[1:]]),
        "seed": options.seed,
        "accuracy": accuracy,
    }
    values = {name: model.value(name).detach().numpy() for name in model.names()}
    safetensors.save(options.output, values, metadata)
    return 0


if __name__ == "__main__":
    sys.exit(main())
