"""Fashion-MNIST as Debian's `dataset-fashion-mnist` installs it (IDX files, gzip)."""

import gzip
import struct
from pathlib import Path

import numpy as np

from .datasets import DatasetError, Frames, of_pixels, part_of_training, read

FOLDER = Path("/usr/share/datasets/fashion-mnist")
WHERE = "Debian's dataset-fashion-mnist installs it"
STEMS = {"train": "train", "validation": "train", "test": "t10k"}


def read_idx(path: Path) -> np.ndarray:
    """Read one gzipped IDX file of unsigned bytes, any rank. Raises DatasetError."""
    try:
        data = gzip.decompress(read(path, WHERE))
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


def load(part: str, folder: Path = FOLDER) -> Frames:
    """The `part` "train" (55,000), "validation" (5,000 more training images) or "test" (10,000).

    Frames [n,28,28,1], labels 0..9. Raises DatasetError.
    """
    images = read_idx(folder / f"{STEMS[part]}-images-idx3-ubyte.gz")
    labels = read_idx(folder / f"{STEMS[part]}-labels-idx1-ubyte.gz")
    if images.ndim != 3 or images.shape[1:] != (28, 28) or labels.shape != images.shape[:1]:
        raise DatasetError(f"{folder}: images {images.shape} and labels {labels.shape} do not pair")
    return part_of_training(of_pixels(images[..., None], labels), part)
