#!/usr/bin/python3
"""Quantise a network of tools/train.py to INT8 codes and write it as a network file.

    tools/quantise.py build/fmnist-float.safetensors -o configs/networks/fmnist.safetensors \
        [--epochs 3] [--seed 1]

Exponents come from the held-out training images; then `--epochs` of fine-tuning with the rounding
in place (0: none). Accuracies are the integer contract's. Exit status: 0 done, 2 bad usage or bad
input.
"""

import argparse
import shlex
import sys
from dataclasses import fields
from pathlib import Path

import torch

from emamba_tools import contract, fashion_mnist, fitting, network, quantisation, safetensors
from emamba_tools.infer import top1_percent
from emamba_tools.model import Model, Shape

CALIBRATION_FRAMES = 2_000
PEAK_RATE, WARM_UP = 6e-4, 0.1


def load_model(path: Path) -> tuple[Model, dict]:
    """A model that tools/train.py wrote, and its metadata. Raises ValueError, OSError."""
    values, metadata = safetensors.load(path)
    if metadata.get("format") != "emamba-float-1":
        raise ValueError(f"{path}: format is {metadata.get('format')!r}; must be 'emamba-float-1'")
    try:
        shape = Shape(**{field.name: metadata["shape"][field.name] for field in fields(Shape)})
        model = Model(shape, torch.Generator())
        model.load_values({name: torch.from_numpy(value) for name, value in values.items()})
    except (KeyError, TypeError, RuntimeError) as error:
        raise ValueError(f"{path}: incomplete or inconsistent: {error}") from None
    return model, metadata


def integer_accuracy(model: Model, exponents: dict, test: tuple) -> float:
    """Top-1 percent of the exported model on (frames, labels)."""
    exported, _ = quantisation.export(model, exponents, "")
    return top1_percent(contract.forward(exported, test[0]), test[1])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", type=Path)
    parser.add_argument("-o", "--output", type=Path, required=True)
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    fitting.settle()
    try:
        model, metadata = load_model(options.model)
        train, held_out = fashion_mnist.split()
        test = fashion_mnist.load("test")
    except (ValueError, OSError) as error:
        print(f"quantise.py: {error}", file=sys.stderr)
        return 2

    exponents = quantisation.calibrate(model, fitting.to_values(held_out[0][:CALIBRATION_FRAMES]))
    rounded = integer_accuracy(model, exponents, held_out)
    print(f"rounded after training: held out {rounded:.2f} %", flush=True)
    if options.epochs:
        model.numerics = quantisation.Rounding(exponents)
        fitting.fit(model, train, held_out, seed=options.seed,
                    epochs=options.epochs, rate=PEAK_RATE, warm_up=WARM_UP)  # fmt: skip
    accuracy = {
        "held_out": integer_accuracy(model, exponents, held_out),
        "test": integer_accuracy(model, exponents, test),
    }
    command = shlex.join(["tools/quantise.py", *sys.argv[1:]])
    before = metadata["accuracy"]
    tuned = f", {accuracy['held_out']:.2f} % fine-tuned" if options.epochs else ""
    origin = (
        f"Fashion-MNIST (Debian dataset-fashion-mnist), first 55,000 training images, seed "
        f"{metadata['seed']}; {metadata['command']}; {command}. Top-1 on the 10,000 test images: "
        f"float {before['test_percent']:.2f} %, INT8 {accuracy['test']:.2f} %. On the 5,000 "
        f"held-out training images: float {before['held_out_percent']:.2f} %, "
        f"INT8 {rounded:.2f} %{tuned}."
    )
    exported, off = quantisation.export(model, exponents, origin)
    network.save(options.output, exported)
    print(f"{origin}\n{exported.parameters} parameters; PWL inputs off the rounded secant: {off}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
