"""Non-negative least squares (Lawson and Hanson, Solving Least Squares Problems, 1974, chapter 23)."""

import numpy as np


def nnls(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """The x >= 0 that minimises |a x - b|; a [rows, columns]."""
    columns = a.shape[1]
    x, passive = np.zeros(columns), np.zeros(columns, bool)
    tolerance = 1e-10 * max(1.0, float(np.abs(a.T @ b).max(initial=0)))
    for _ in range(10 * columns):
        gradient = a.T @ (b - a @ x)
        gradient[passive] = -np.inf
        if passive.all() or gradient.max() <= tolerance:
            break
        passive[gradient.argmax()] = True
        while True:
            trial = np.zeros(columns)
            trial[passive] = np.linalg.lstsq(a[:, passive], b, rcond=None)[0]
            if (trial[passive] > 0).all():
                break
            blocking = passive & (trial <= 0)
            step = (x[blocking] / (x[blocking] - trial[blocking])).min()
            x = x + step * (trial - x)
            passive &= x > 1e-14
            x[~passive] = 0
        x = trial
    return x


def relative_fit(features: np.ndarray, measured: np.ndarray, scale: np.ndarray) -> np.ndarray:
    """Non-negative coefficients that minimise the squares of errors relative to `scale` (all above 0).

    Columns are brought to a common size first, so that the tolerance means the same for each.
    """
    a = features / scale[:, None]
    largest = np.abs(a).max(axis=0, initial=0)
    largest[largest == 0] = 1
    return nnls(a / largest, measured / scale) / largest
