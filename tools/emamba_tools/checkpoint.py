"""Networks in floating point between tools/train.py and tools/quantise.py."""

from dataclasses import fields
from pathlib import Path

import torch

from . import safetensors
from .model import NORMS, Model, Shape

FORMAT = "emamba-float-1"
MADE = ("command", "seed", "epochs", "reached")  # the last: what `scores` says, by part


def save(path: Path, model: Model, exponent: int, made: dict) -> None:
    """Write `model` and its frames' exponent; `made` has the keys of MADE. Raises OSError."""
    metadata = {"format": FORMAT, "shape": model.shape.metadata(), "norm": model.norm}
    values = {name: model.value(name).detach().numpy() for name in model.names()}
    safetensors.save(path, values, {**metadata, "exponent": exponent, **made})


def load(path: Path) -> tuple[Model, dict]:
    """A model that `save` wrote, and its metadata. Raises ValueError, OSError."""
    values, metadata = safetensors.load(path)
    if metadata.get("format") != FORMAT:
        raise ValueError(f"{path}: format is {metadata.get('format')!r}; must be {FORMAT!r}")
    try:
        shape = Shape(**{field.name: metadata["shape"][field.name] for field in fields(Shape)})
        norm = NORMS[NORMS.index(metadata["norm"])]
        model = Model(shape, torch.Generator(), norm)
        model.load_values({name: torch.from_numpy(value) for name, value in values.items()})
        for key in ("exponent", *MADE):
            metadata[key]
    except (KeyError, TypeError, RuntimeError, ValueError) as error:
        raise ValueError(f"{path}: incomplete or inconsistent: {error}") from None
    return model, metadata


def load_teacher(path: Path, shape: Shape) -> Model:
    """A network that `save` wrote, for frames and outputs as `shape` has. Raises ValueError,
    OSError."""
    teacher, _ = load(path)
    for key in ("H", "W", "C", "outputs"):
        theirs, ours = getattr(teacher.shape, key), getattr(shape, key)
        if theirs != ours:
            raise ValueError(f"{path}: {key} is {theirs}; the network to train has {ours}")
    return teacher
