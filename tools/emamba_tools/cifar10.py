"""CIFAR-10, the "binary version" from https://www.cs.toronto.edu/~kriz/cifar.html.

A file is records of 3,073 bytes: the label 0..9, then 32x32 red, green and blue, plane by plane.
"""

from pathlib import Path

import numpy as np

from .datasets import DATA, DatasetError, Frames, of_pixels, part_of_training, read

FOLDER = DATA / "cifar-10-batches-bin"
WHERE = "expected from cifar-10-binary.tar.gz (label byte and 3,072 pixel bytes a record)"
RECORD = 1 + 3 * 32 * 32
TRAINING = [f"data_batch_{number}.bin" for number in range(1, 6)]
FILES = {"train": TRAINING, "validation": TRAINING, "test": ["test_batch.bin"]}


def load(part: str, folder: Path = FOLDER) -> Frames:
    """The `part` "train" (45,000), "validation" (the last 5,000 of the training set) or "test"
    (10,000). Frames [n,32,32,3], labels 0..9. Raises DatasetError."""
    records = []
    for name in FILES[part]:
        data = np.frombuffer(read(folder / name, WHERE), np.uint8)
        if not data.size or data.size % RECORD:
            raise DatasetError(f"{folder / name}: {data.size} bytes; must be records of {RECORD}")
        records.append(data.reshape(-1, RECORD))
        if records[-1][:, 0].max() > 9:
            raise DatasetError(f"{folder / name}: label {records[-1][:, 0].max()}; allowed: 0..9")
    whole = np.concatenate(records)
    images = whole[:, 1:].reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1)
    return part_of_training(of_pixels(images, whole[:, 0]), part)
