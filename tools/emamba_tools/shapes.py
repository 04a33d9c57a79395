"""The shape of a network from the command line and the frames it is for."""

import numpy as np

from .datasets import Frames
from .model import Shape

DEFAULTS = {
    "P": 7, "D": 24, "ED": 48, "N": 8, "R": 2, "K": 4, "M": 2,
    "conv_silu": "yes", "head": "flatten", "head_hidden": 32,
}  # fmt: skip
WORDS = {"conv_silu": ("yes", "no"), "head": ("flatten", "mean", "none")}


def parse(pairs: list[str]) -> dict:
    """DEFAULTS with the changes of KEY=VALUE. Raises ValueError."""
    values = dict(DEFAULTS)
    for pair in pairs:
        key, _, text = pair.partition("=")
        if key not in DEFAULTS:
            raise ValueError(f"--shape {pair}: the key must be one of {', '.join(DEFAULTS)}")
        if key in WORDS:
            if text not in WORDS[key]:
                raise ValueError(f"--shape {pair}: must be one of {', '.join(WORDS[key])}")
            values[key] = text
        else:
            least = 0 if key == "head_hidden" else 1
            if not text.isdecimal() or not least <= int(text) <= 65_535:
                raise ValueError(f"--shape {pair}: must be an integer, {least}..65535")
            values[key] = int(text)
    return values


def make(values: dict, frame: tuple[int, int, int], outputs: int) -> Shape:
    """The shape for a frame [H,W,C] and so many outputs. Raises ValueError."""
    H, W, C = frame
    values = {**values, "conv_silu": values["conv_silu"] == "yes"}
    if H % values["P"] or W % values["P"]:
        raise ValueError(f"--shape P={values['P']}: must divide the frames' H {H} and W {W}")
    if values["head"] == "none":
        values["head_hidden"], outputs = 0, values["D"]
    return Shape(H=H, W=W, C=C, outputs=outputs, **values)


def of_frames(values: dict, parts: list[Frames]) -> Shape:
    """The shape for the labelled frames `parts`, which must agree. Raises ValueError.

    Outputs: as many as the classes of the first part, or as the labels have columns.
    """
    first = parts[0]
    classes = first.labels.dtype == np.int64
    outputs = int(first.labels.max()) + 1 if classes else first.labels.shape[1]
    shape = make(values, first.codes.shape[1:], outputs)
    if classes and shape.head == "none":
        raise ValueError("--shape head=none: makes no classes; labels must be values, F32 [n,L*D]")
    check(shape, first.exponent, parts)
    return shape


def check(shape: Shape, exponent: int, parts: list[Frames]) -> None:
    """Raises ValueError unless every one of `parts` suits a network with such an input."""
    frame = (shape.H, shape.W, shape.C)
    width = shape.outputs * (shape.L if shape.head == "none" else 1)
    for index, (codes, labels, e, *_) in enumerate(parts, 1):
        if codes.shape[1:] != frame or e != exponent:
            have = f"frames {list(codes.shape[1:])} at exponent {e}"
            raise ValueError(f"frames file {index}: {have}; must be {list(frame)} at {exponent}")
        if labels.dtype != parts[0].labels.dtype:
            raise ValueError(f"frames file {index}: labels are {labels.dtype}, not as in the first")
        if labels.ndim == 1 and labels.max() >= width:
            raise ValueError(f"frames file {index}: class {labels.max()}; allowed: 0..{width - 1}")
        if labels.ndim == 2 and labels.shape[1] != width:
            raise ValueError(f"frames file {index}: {labels.shape[1]} values; must be {width}")
