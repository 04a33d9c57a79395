"""Fashion-MNIST as Debian's `dataset-fashion-mnist` installs it (IDX files, gzip)."""

import gzip
import struct
from pathlib import Path

import numpy as np

FOLDER = Path("/usr/share/datasets/fashion-mnist")
STEMS = {"train": "train", "test": "t10k"}
HELD_OUT = 5_000  # training images kept for calibration and for choosing among variants


class DatasetError(ValueError):
    """The dataset is missing or is not what it says it is; the message names the file."""


def read_idx(path: Path) -> np.ndarray:
    """Read one gzipped IDX file of unsigned bytes, any rank. Raises DatasetError."""
    try:
        data = gzip.decompress(path.read_bytes())
    except FileNotFoundError:
        raise DatasetError(f"{path}: not found; install Debian's dataset-fashion-mnist") from None
    except (OSError, EOFError) as error:
        raise DatasetError(f"{path}: cannot be read: {error}") from None
    if len(data) < 4 or data[:3] != b"\0\0\x08":
        raise DatasetError(f"{path}: not an IDX file of unsigned bytes")
    start = 4 + 4 * data[3]
    if len(data) < start:
        raise DatasetError(f"{path}: header cut short")
    shape = struct.unpack(f">{data[3]}I", data[4:start])
    body = np.frombuffer(data, np.uint8, offset=start)
    if body.size != np.prod(shape, dtype=np.int64):
        raise DatasetError(f"{path}: {body.size} bytes of data where {shape} needs another number")
    return body.reshape(shape)


def load(part: str, folder: Path = FOLDER) -> tuple[np.ndarray, np.ndarray]:
    """The `part` "train" (60,000) or "test" (10,000): frames and labels.

    Returns frames int8 [n,28,28,1], code = pixel - 128 (lossless; value = code * 2^-7), and
    labels int64 [n] in 0..9. Raises DatasetError.
    """
    images = read_idx(folder / f"{STEMS[part]}-images-idx3-ubyte.gz")
    labels = read_idx(folder / f"{STEMS[part]}-labels-idx1-ubyte.gz")
    if images.ndim != 3 or images.shape[1:] != (28, 28) or labels.shape != images.shape[:1]:
        raise DatasetError(f"{folder}: images {images.shape} and labels {labels.shape} do not pair")
    frames = (images.astype(np.int16) - 128).astype(np.int8)
    return frames[..., None], labels.astype(np.int64)


def split(folder: Path = FOLDER) -> tuple[tuple, tuple]:
    """The training set in two, each (frames, labels) as `load` gives them: to train on, held out.

    The last HELD_OUT images are held out (the files are shuffled). Raises DatasetError.
    """
    frames, labels = load("train", folder)
    return (frames[:-HELD_OUT], labels[:-HELD_OUT]), (frames[-HELD_OUT:], labels[-HELD_OUT:])
