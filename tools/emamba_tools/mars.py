"""MARS (human pose from mm-wave radar): the arrays of https://github.com/SizheAn/MARS, `feature/`.

featuremap_PART.npy, float64 [n,8,8,5]: 64 points: x, y, z (metres), Doppler (m/s), intensity;
labels_PART.npy, float64 [n,57]: the x, y and z of 19 joints, metres. In C or in Fortran order.
"""

import io
import math
from pathlib import Path

import numpy as np

from .datasets import DATA, DatasetError, Frames, read

FOLDER = DATA / "mars/feature"
WHERE = "expected from github.com/SizheAn/MARS, feature/ (float64 .npy)"
PARTS = {"train": "train", "validation": "validate", "test": "test"}
FRAME, OUTPUTS = (8, 8, 5), 57
RUN = 100  # frames: ten seconds
SUBJECTS = (2362, 2327, 1769, 1526)  # test frames of subjects 1 to 4, in this order
KEPT_PERCENT = 99.8  # of the training features do not saturate: all but the largest intensities


def read_array(path: Path, row: tuple[int, ...]) -> np.ndarray:
    """A float64 array [n, *row], finite, in C order. Raises DatasetError."""
    data = read(path, WHERE)
    try:
        array = np.load(io.BytesIO(data), allow_pickle=False)
    except (ValueError, EOFError) as error:
        raise DatasetError(f"{path}: not an .npy file: {error}") from None
    if not isinstance(array, np.ndarray) or array.dtype != np.float64:
        raise DatasetError(f"{path}: must be one .npy array of float64")
    if array.shape[1:] != row or not len(array) or not np.isfinite(array).all():
        raise DatasetError(f"{path}: {list(array.shape)}; must be {['n', *row]}, finite numbers")
    return np.ascontiguousarray(array)


def to_frames(features: np.ndarray, labels: np.ndarray, exponent: int) -> Frames:
    """Features as INT8 codes: nearest, ties to even, saturating."""
    codes = np.clip(np.rint(features * 2.0**-exponent), -128, 127).astype(np.int8)
    return Frames(codes, labels.astype(np.float32), exponent, "m")


def read_pair(part: str, folder: Path) -> tuple[np.ndarray, np.ndarray]:
    """Features and labels of an official part. Raises DatasetError."""
    features = read_array(folder / f"featuremap_{PARTS[part]}.npy", FRAME)
    labels = read_array(folder / f"labels_{PARTS[part]}.npy", (OUTPUTS,))
    if len(labels) != len(features):
        raise DatasetError(f"{folder}: {len(features)} {part} features and {len(labels)} labels")
    return features, labels


def held_out(count: int) -> np.ndarray:
    """Which of `count` validation frames stay out of a training that takes the others: the last
    RUN of every five RUNs (frames are in order of time: neighbours are nearly the same)."""
    return np.arange(count) // RUN % 5 == 4


def groups(count: int) -> dict[str, slice]:
    """Of `count` test frames all, and where they are those of SUBJECTS, each one's."""
    found = {"all": slice(None)}
    if count == sum(SUBJECTS):
        cuts = np.cumsum((0, *SUBJECTS)).tolist()
        found["s. 2 to 4"] = slice(cuts[1], None)
        found |= {f"subject {n + 1}": slice(cuts[n], cuts[n + 1]) for n in range(len(SUBJECTS))}
    return found


def load(part: str, folder: Path = FOLDER, more: bool = False) -> Frames:
    """The `part` "train", "validation" or "test": frames [n,8,8,5], labels F32 [n,57], metres.

    With `more`, the validation frames that are not `held_out` belong to the training part, after
    its own. The exponent is the least at which KEPT_PERCENT of the features of the training part
    proper fit; all five channels share it. Raises DatasetError.
    """
    training = read_array(folder / "featuremap_train.npy", FRAME)
    peak = float(np.percentile(np.abs(training), KEPT_PERCENT))
    exponent = math.ceil(math.log2(peak / 127)) if peak else -7
    features, labels = read_pair(part, folder)
    if more and part == "validation":
        out = held_out(len(features))
        features, labels = features[out], labels[out]
    if more and part == "train":
        more_features, more_labels = read_pair("validation", folder)
        taken = ~held_out(len(more_features))
        features = np.concatenate([features, more_features[taken]])
        labels = np.concatenate([labels, more_labels[taken]])
    return to_frames(features, labels, exponent)


def random(seed: int, count: int) -> Frames:
    """Made-up frames like those of MARS: points around a person 2 m away, sorted by x, y, z, some
    of the 64 missing (0); and made-up joints. A stand-in: nothing can be learned from it."""
    rng = np.random.default_rng(seed)
    centre = rng.normal([0, 2, 0], [0.4, 0.3, 0.1], (count, 1, 3))
    points = np.zeros((count, 64, 5))
    points[..., :3] = centre + rng.normal(0, [0.25, 0.15, 0.5], (count, 64, 3))
    points[..., 3] = rng.normal(0, 0.5, (count, 64))
    points[..., 4] = rng.exponential(0.5, (count, 64))
    for frame in range(count):
        found = int(rng.integers(16, 65))
        order = np.lexsort(points[frame, :found, 2::-1].T)
        points[frame, :found] = points[frame, :found][order]
        points[frame, found:] = 0
    joints = (centre + rng.normal(0, [0.2, 0.1, 0.5], (count, 19, 3))).transpose(0, 2, 1)
    return to_frames(points.reshape(count, *FRAME), joints.reshape(count, OUTPUTS), -5)
