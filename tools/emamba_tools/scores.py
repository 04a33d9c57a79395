"""How well outputs meet labels, whatever the labels are: classes or values."""

from typing import NamedTuple

import numpy as np


class Score(NamedTuple):
    """One figure: top-1 percent (classes) or RMSE in the labels' unit (values), and its text."""

    figure: float
    classes: bool
    text: str


def top1_percent(outputs: np.ndarray, labels: np.ndarray) -> float:
    """outputs [n,classes], labels [n] -> percent of frames whose first largest is the label."""
    return float((outputs.argmax(1) == labels).mean() * 100)


def score(values: np.ndarray, labels: np.ndarray, unit: str = "") -> Score:
    """Real outputs [n,outputs] against labels: I64 [n] (classes) or F32 [n,outputs] (values).

    RMSE is that of each output over the frames, then the mean of those. Raises ValueError when they
    do not pair.
    """
    if labels.dtype == np.int64 and labels.shape == values.shape[:1]:
        percent = top1_percent(values, labels)
        return Score(percent, True, f"top-1 {percent:.2f} %")
    if labels.dtype == np.float32 and labels.shape == values.shape:
        error = values.astype(np.float64) - labels
        rmse = float(np.sqrt((error**2).mean(0)).mean())
        unit = f" {unit}" if unit else ""
        text = f"MAE {np.abs(error).mean():.5f}{unit}, RMSE {rmse:.5f}{unit}"
        return Score(rmse, False, text)
    raise ValueError(f"labels {labels.dtype} {labels.shape} do not fit outputs {values.shape}")


def best(reached: list[Score]) -> int:
    """Which score is the best; the first of equals."""
    sign = 1 if reached[0].classes else -1
    return max(range(len(reached)), key=lambda index: sign * reached[index].figure)
