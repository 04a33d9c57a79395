"""Gradient descent on frames: shared by training and by fine-tuning."""

import time
from typing import Callable

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

BATCH = 256
Loss = Callable[[Tensor, Tensor, Tensor], Tensor]  # of outputs, frame numbers and frames


def settle() -> None:
    """One thread, so that a seed gives the same network every time on the same machine."""
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)


def check_options(epochs: int, shift: int, rate: float = 1.0) -> None:
    """Raises ValueError when an option of `fit` is out of its range."""
    for name, value in (("epochs", epochs), ("shift", shift)):
        if value < 0:
            raise ValueError(f"--{name} is {value}; must be at least 0")
    if not 0 < rate < float("inf"):
        raise ValueError(f"--rate is {rate}; must be greater than 0")


def to_values(codes: np.ndarray, exponent: int) -> Tensor:
    """INT8 input codes as real values: code * 2^exponent."""
    return torch.from_numpy(codes).float() * 2.0**exponent


@torch.no_grad()
def outputs(model: nn.Module, frames: Tensor) -> Tensor:
    """What `model` makes of frames [n,H,W,C]: [n,outputs]."""
    return torch.cat([model(part) for part in frames.split(500)])


def augmented(frames: Tensor, mirror: bool, shift: int, generator: torch.Generator) -> Tensor:
    """frames [n,H,W,C], half of them mirrored (left to right) if `mirror`, and each moved by up to
    `shift` pixels down or up and right or left; what moves in repeats the border."""
    n, H, W, _ = frames.shape
    rows, columns = torch.arange(H).expand(n, H), torch.arange(W).expand(n, W)
    if mirror:
        flips = torch.rand(n, 1, generator=generator) < 0.5
        columns = torch.where(flips, W - 1 - columns, columns)
    if shift:
        moves = torch.randint(-shift, shift + 1, (2, n, 1), generator=generator)
        rows = (rows + moves[0]).clamp(0, H - 1)
        columns = (columns + moves[1]).clamp(0, W - 1)
    return frames[torch.arange(n)[:, None, None], rows[:, :, None], columns[:, None, :]]


def fit(model: nn.Module, frames: Tensor, loss: Loss, progress: Callable[[], str], *, seed: int,
        epochs: int, rate: float, warm_up: float, decay: float, mirror: bool,
        shift: int) -> None:  # fmt: skip
    """Train `model` in place on frames [n,H,W,C]: AdamW, one-cycle rate.

    `rate` is the peak learning rate, reached after the fraction `warm_up` of all steps. Prints a
    line an epoch with what `progress` says. No epochs: nothing happens.
    """
    if not epochs:
        return
    generator = torch.Generator().manual_seed(seed)
    batch = min(BATCH, len(frames))
    steps = len(frames) // batch
    optimiser = torch.optim.AdamW(model.parameters(), lr=rate, weight_decay=decay)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, rate, steps * epochs, pct_start=warm_up
    )
    for epoch in range(1, epochs + 1):
        start, total = time.monotonic(), 0.0
        order = torch.randperm(len(frames), generator=generator)
        for members in order.split(batch)[:steps]:
            x = augmented(frames[members], mirror, shift, generator)
            value = loss(model(x), members, x)
            optimiser.zero_grad()
            value.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimiser.step()
            schedule.step()
            total += value.item()
        print(
            f"epoch {epoch}/{epochs}: loss {total / steps:.4f}, {progress()}, "
            f"{time.monotonic() - start:.0f} s",
            flush=True,
        )


def one_hot(labels: np.ndarray, classes: int, smoothing: float) -> Tensor:
    """Classes [n] as probabilities [n,classes]: 1 - smoothing on the label, the rest spread."""
    sure = functional.one_hot(torch.from_numpy(labels), classes).float()
    return sure * (1 - smoothing) + smoothing / classes


def goal(labels: np.ndarray, outputs: int, smoothing: float) -> Loss:
    """The loss on `labels`: mean square (values), or cross entropy with smoothed classes."""
    if labels.dtype != np.int64:
        values = torch.from_numpy(labels)
        return lambda made, members, _: functional.mse_loss(made, values[members])
    classes = one_hot(labels, outputs, smoothing)
    return lambda made, members, _: functional.cross_entropy(made, classes[members])


def distilled(loss: Loss, teacher: nn.Module, share: float) -> Loss:
    """`loss`, and with the weight `share` the cross entropy with the teacher's probabilities for
    the very frame the network saw."""

    def mixed(made: Tensor, members: Tensor, frames: Tensor) -> Tensor:
        with torch.no_grad():
            wanted = teacher(frames).softmax(1)
        taught = functional.cross_entropy(made, wanted)
        return (1 - share) * loss(made, members, frames) + share * taught

    return mixed
