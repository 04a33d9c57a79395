"""Frames as the tools read and write them, and what the loaders of datasets share."""

import os
from pathlib import Path
from typing import NamedTuple

import numpy as np

from . import safetensors

# where datasets are that no Debian package has
DATA = Path(os.environ.get("EMAMBA_DATA") or "/usr/local/share/datasets")
HELD_OUT = 5_000  # images at the end of a training set: for calibration and choices


class DatasetError(ValueError):
    """A dataset is missing or is not what it says it is; the message names the file."""


class Frames(NamedTuple):
    """Labelled frames: codes int8 [n,H,W,C], value = code * 2^exponent; labels int64 [n] (classes),
    float32 [n,outputs] (values, in `label_unit`) or None. `origin` says what they are."""

    codes: np.ndarray
    labels: np.ndarray | None
    exponent: int
    label_unit: str = ""
    origin: str = ""


def load(path: Path, labelled: bool = True) -> Frames:
    """Read a frames file. Raises ValueError, OSError."""
    tensors, metadata = safetensors.load(path)
    codes, labels = tensors.get("frames"), tensors.get("labels")
    if codes is None or codes.dtype != np.int8 or codes.ndim != 4 or not codes.size:
        raise ValueError(f"{path}: must hold `frames`, I8 [n,H,W,C] with n, H, W, C at least 1")
    if labels is None and labelled:
        raise ValueError(f"{path}: no tensor `labels`")
    if labels is not None:
        classes = labels.dtype == np.int64 and labels.ndim == 1 and (labels >= 0).all()
        values = labels.dtype == np.float32 and labels.ndim == 2 and np.isfinite(labels).all()
        if len(labels) != len(codes) or not (classes or values):
            raise ValueError(
                f"{path}: labels are {labels.dtype} {list(labels.shape)}; must be I64 "
                f"[{len(codes)}], each at least 0, or F32 [{len(codes)},outputs], finite"
            )
    exponent = metadata.get("exponent")
    if exponent is None and not labelled:
        exponent = 0  # optional in the format; whoever asks for codes alone has no use for it
    if type(exponent) is not int or not -64 <= exponent <= 63:
        raise ValueError(f"{path}: metadata exponent is {exponent!r}; must be -64..63")
    texts = (str(metadata.get(key, "")) for key in ("label_unit", "origin"))
    return Frames(codes, labels, exponent, *texts)


def save(path: Path, frames: Frames) -> None:
    """Write a frames file, whole or not at all. Raises OSError."""
    tensors = {"frames": frames.codes}
    metadata = {"exponent": frames.exponent}
    if frames.labels is not None:
        tensors["labels"] = frames.labels
    if frames.label_unit:
        metadata["label_unit"] = frames.label_unit
    if frames.origin:
        metadata["origin"] = frames.origin
    safetensors.save(path, tensors, metadata)


def read(path: Path, where: str) -> bytes:
    """The bytes of a dataset's file; `where` says what it is and where it comes from.

    Raises DatasetError.
    """
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise DatasetError(f"{path}: not found; {where}") from None
    except OSError as error:
        raise DatasetError(f"{path}: cannot be read: {error.strerror}") from None


def of_pixels(images: np.ndarray, labels: np.ndarray) -> Frames:
    """Pixels uint8 [n,H,W,C] and classes [n]: code = pixel - 128, lossless; value = code * 2^-7."""
    codes = np.ascontiguousarray(images.astype(np.int16) - 128).astype(np.int8)
    return Frames(codes, labels.astype(np.int64), -7)


def part_of_training(frames: Frames, part: str) -> Frames:
    """All but the last HELD_OUT ("train"), those ("validation"), or all ("test")."""
    cut = max(1, len(frames.codes) - HELD_OUT)
    chosen = {"train": slice(cut), "validation": slice(cut, None), "test": slice(None)}[part]
    return frames._replace(codes=frames.codes[chosen], labels=frames.labels[chosen])


def first(frames: Frames, count: int) -> Frames:
    """The first `count` frames. Raises ValueError when there are not so many."""
    if not 1 <= count <= len(frames.codes):
        raise ValueError(f"--count is {count}; allowed: 1..{len(frames.codes)}")
    labels = None if frames.labels is None else frames.labels[:count]
    return frames._replace(codes=frames.codes[:count], labels=labels)
