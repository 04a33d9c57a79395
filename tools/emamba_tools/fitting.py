"""Gradient descent on a `Model`: shared by training and by quantisation-aware fine-tuning."""

import time

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from .model import Model

BATCH = 256


def settle() -> None:
    """One thread, so that a seed gives the same network every time on the same machine."""
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)


def to_values(codes: np.ndarray) -> Tensor:
    """INT8 input codes as real values: code * 2^-7."""
    return torch.from_numpy(codes).float() / 128


@torch.no_grad()
def top1_percent(model: Model, frames: np.ndarray, labels: np.ndarray) -> float:
    """Accuracy on frames of INT8 codes, in percent."""
    guesses = torch.cat([model(to_values(part)).argmax(1) for part in np.split(frames, 10)])
    return float((guesses.numpy() == labels).mean() * 100)


def fit(model: Model, train: tuple, held_out: tuple, *, seed: int, epochs: int,
        rate: float, warm_up: float, decay: float = 0.02) -> None:  # fmt: skip
    """Train `model` in place on (frames, labels): AdamW, one-cycle rate, half the images mirrored.

    `rate` is the peak learning rate, reached after the fraction `warm_up` of all steps. Prints one
    line an epoch with the accuracy on `held_out`.
    """
    generator = torch.Generator().manual_seed(seed)
    frames, labels = to_values(train[0]), torch.from_numpy(train[1])
    steps = len(frames) // BATCH
    optimiser = torch.optim.AdamW(model.parameters(), lr=rate, weight_decay=decay)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, rate, steps * epochs, pct_start=warm_up
    )
    for epoch in range(1, epochs + 1):
        start, total = time.monotonic(), 0.0
        order = torch.randperm(len(frames), generator=generator)
        for batch in order.split(BATCH)[:steps]:
            mirrored = torch.rand(len(batch), 1, 1, 1, generator=generator) < 0.5
            x = torch.where(mirrored, frames[batch].flip(2), frames[batch])
            loss = functional.cross_entropy(model(x), labels[batch], label_smoothing=0.05)
            optimiser.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimiser.step()
            schedule.step()
            total += loss.item()
        reached = top1_percent(model, *held_out)
        print(
            f"epoch {epoch}/{epochs}: loss {total / steps:.4f}, held out {reached:.2f} %, "
            f"{time.monotonic() - start:.0f} s",
            flush=True,
        )
