"""A network on the test part of its dataset, INT8 by the C model: tables for tools/evaluate.py."""

import argparse
import subprocess
import tempfile
from pathlib import Path
from typing import Iterator

import numpy as np

from . import cifar10, datasets, fashion_mnist, mars, network, safetensors, scores

LOADERS = {"mars": mars, "cifar-10": cifar10, "fashion-mnist": fashion_mnist}
INT8 = "INT8 (C model)"


def by_the_c_model(program: Path, design: Path, path: Path, test: datasets.Frames) -> np.ndarray:
    """The output codes of `program`'s run of the network at `path`. Raises ValueError, OSError."""
    if not program.exists():
        raise ValueError(f"{program}: not built; `make` builds it")
    with tempfile.TemporaryDirectory() as folder:
        frames, outputs = Path(folder) / "frames.safetensors", Path(folder) / "out.safetensors"
        datasets.save(frames, test)
        command = [program, "run", design, "-n", path, "-i", frames, "-o", outputs, "-q"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise ValueError((done.stderr or done.stdout).strip().splitlines()[-1])
        return safetensors.load(outputs)[0]["outputs"]


def in_floating_point(path: Path, test: datasets.Frames) -> Iterator[tuple[str, np.ndarray]]:
    """The outputs of a network of tools/train.py with exact and with PWL functions."""
    from . import checkpoint, fitting, quantisation, rounding, shapes

    fitting.settle()
    model, metadata = checkpoint.load(path)
    shapes.check(model.shape, metadata["exponent"], [test])
    frames = fitting.to_values(test.codes, test.exponent)
    yield "float", fitting.outputs(model, frames).numpy()
    nodes = network.pwl_names(model.shape.metadata())
    model.numerics = rounding.Secants(quantisation.functions(model.shape, dict.fromkeys(nodes, 0)))
    yield "PWL float", fitting.outputs(model, frames).numpy()


def errors(values: np.ndarray, labels: np.ndarray) -> tuple[float, float, float]:
    """MAE; RMSE of each column over the rows, their mean; RMSE of all values; in hundredths."""
    error = values.astype(np.float64) - labels
    columns = np.sqrt((error**2).mean(0))
    return tuple(100 * v for v in (np.abs(error).mean(), columns.mean(), np.sqrt((error**2).mean())))


def of_values(made: dict[str, np.ndarray], test: datasets.Frames) -> Iterator[str]:
    """The table of a network for MARS."""
    groups = mars.groups(len(test.codes))
    yield f"MARS, {len(test.codes)} test frames; cm" + " " * 17 + "".join(f"{g:>10}" for g in groups)
    for name, values in made.items():
        found = [errors(values[rows], test.labels[rows]) for rows in groups.values()]
        for row, measure in enumerate(("MAE", "RMSE, mean of 57", "RMSE, of all values")):
            figures = "".join(f"{figure[row]:10.2f}" for figure in found)
            yield f"{name if not row else '':20s}{measure:22s}{figures}"


def table(options: argparse.Namespace) -> Iterator[str]:
    """The lines to print. Raises ValueError, OSError."""
    loader = LOADERS[options.dataset]
    model = network.load(options.network)
    test = loader.load("test", options.folder or loader.FOLDER)
    made = dict(in_floating_point(options.floating, test)) if options.floating else {}
    codes = by_the_c_model(options.program, options.design, options.network, test)
    made[INT8] = codes * 2.0 ** model.exponents["output"]
    if test.labels.ndim == 2:
        yield from of_values(made, test)
    else:
        yield f"{options.dataset}, {len(test.codes)} test images; top-1 %"
        for name, values in made.items():
            yield f"{name:20s}{scores.top1_percent(values, test.labels):8.2f}"
