"""Gradient descent on frames: shared by training and by fine-tuning."""

import contextlib
import ctypes
import os
import pickle
import time
from pathlib import Path
from typing import Callable, NamedTuple

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

TINY = 1e-12  # m^2, or whatever the labels are: keeps the root's slope finite
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3  # of glibc's mallopt
Loss = Callable[[Tensor, Tensor, Tensor], Tensor]  # of outputs, frame numbers and frames


def settle() -> None:
    """One thread, so that a seed gives the same network every time on the same machine."""
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    # a step's tensors come from memory that stays: else every one is paged in anew, a fifth of it
    with contextlib.suppress(OSError, AttributeError):
        for parameter in (M_MMAP_THRESHOLD, M_TRIM_THRESHOLD):
            ctypes.CDLL(None).mallopt(parameter, 2**30)


def check(plan: "Plan") -> None:
    """Raises ValueError when an option of `fit` is out of its range."""
    for name, value, least in (("epochs", plan.epochs, 0), ("shift", plan.shift, 0),
                               ("batch", plan.batch, 1)):  # fmt: skip
        if value < least:
            raise ValueError(f"--{name} is {value}; must be at least {least}")
    if not 0 < plan.rate < float("inf"):
        raise ValueError(f"--rate is {plan.rate}; must be greater than 0")
    if not 0 <= plan.drop <= 0.5:
        raise ValueError(f"--drop is {plan.drop}; allowed: 0..0.5")


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


class Plan(NamedTuple):
    """How to train; `rate` is the peak learning rate, reached after `warm_up` of all steps."""

    seed: int
    epochs: int
    rate: float
    warm_up: float
    decay: float
    batch: int = 256
    mirror: bool = False
    shift: int = 0
    drop: float = 0.0


class Keeper:
    """Where a training left off, in a file beside what it makes: after every epoch, while it runs.

    `command` says which training; another one's file is refused when `resume` asks for it.
    """

    def __init__(self, output: Path, command: str, resume: bool):
        self.path, self.command = output.with_name(f"{output.name}.unfinished"), command
        self.found = None
        if resume and self.path.exists():
            try:
                self.found = torch.load(self.path)
                theirs = self.found["command"]
            except (RuntimeError, KeyError, TypeError, EOFError, pickle.UnpicklingError) as error:
                raise ValueError(f"{self.path}: not what --resume needs: {error}") from None
            if theirs != command:
                raise ValueError(f"--resume: {self.path} is of another command: {theirs}")

    def save(self, epoch: int, **parts) -> None:
        """Keep the state of `parts` after `epoch`. Raises OSError."""
        states = {name: part.get_state() if isinstance(part, torch.Generator) else part.state_dict()
                  for name, part in parts.items()}  # fmt: skip
        temporary = self.path.with_name(f".{self.path.name}.{os.getpid()}")
        torch.save({"command": self.command, "epoch": epoch, **states}, temporary)
        os.replace(temporary, self.path)

    def restore(self, **parts) -> int:
        """Bring `parts` to where they were; the epochs that were done."""
        if not self.found:
            return 0
        for name, part in parts.items():
            if isinstance(part, torch.Generator):
                part.set_state(self.found[name])
            else:
                part.load_state_dict(self.found[name])
        return self.found["epoch"]

    def finish(self) -> None:
        self.path.unlink(missing_ok=True)


def with_missing(frames: Tensor, share: float, generator: torch.Generator) -> Tensor:
    """Point clouds [n,H,W,C], a point a pixel: of each frame up to twice `share` of the points are
    left out; those that stay close up in their order, and zeros follow."""
    n, H, W, C = frames.shape
    points = frames.reshape(n, H * W, C)
    most = 2 * share * torch.rand(n, 1, generator=generator)
    stay = (torch.rand(n, H * W, generator=generator) >= most) & (points != 0).any(2)
    order = (~stay).to(torch.int8).argsort(dim=1, stable=True)
    kept = (points * stay.unsqueeze(2)).gather(1, order.unsqueeze(2).expand(-1, -1, C))
    return kept.reshape(frames.shape)


def fit(model: nn.Module, frames: Tensor, loss: Loss, progress: Callable[[], str], plan: Plan,
        keeper: Keeper | None = None) -> None:  # fmt: skip
    """Train `model` in place on frames [n,H,W,C]: AdamW, one-cycle rate.

    Prints a line an epoch with what `progress` says. No epochs: nothing happens.
    """
    if not plan.epochs:
        return
    generator = torch.Generator().manual_seed(plan.seed)
    batch = min(plan.batch, len(frames))
    steps = len(frames) // batch
    optimiser = torch.optim.AdamW(model.parameters(), lr=plan.rate, weight_decay=plan.decay)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, plan.rate, steps * plan.epochs, pct_start=plan.warm_up
    )
    state = {"model": model, "optimiser": optimiser, "schedule": schedule, "generator": generator}
    done = keeper.restore(**state) if keeper else 0
    for epoch in range(done + 1, plan.epochs + 1):
        start, total = time.monotonic(), 0.0
        order = torch.randperm(len(frames), generator=generator)
        for members in order.split(batch)[:steps]:
            x = augmented(frames[members], plan.mirror, plan.shift, generator)
            x = with_missing(x, plan.drop, generator) if plan.drop else x
            value = loss(model(x), members, x)
            optimiser.zero_grad()
            value.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimiser.step()
            schedule.step()
            total += value.item()
        if keeper:
            keeper.save(epoch, **state)
        print(
            f"epoch {epoch}/{plan.epochs}: loss {total / steps:.4f}, {progress()}, "
            f"{time.monotonic() - start:.0f} s",
            flush=True,
        )


def one_hot(labels: np.ndarray, classes: int, smoothing: float) -> Tensor:
    """Classes [n] as probabilities [n,classes]: 1 - smoothing on the label, the rest spread."""
    sure = functional.one_hot(torch.from_numpy(labels), classes).float()
    return sure * (1 - smoothing) + smoothing / classes


def mean_rms(made: Tensor, wanted: Tensor) -> Tensor:
    """Of each output the RMS error over the frames, then the mean of those, as `scores` has it."""
    return ((made - wanted).square().mean(0) + TINY).sqrt().mean()


def goal(labels: np.ndarray, outputs: int, smoothing: float) -> Loss:
    """The loss on `labels`: mean RMS (values), or cross entropy with smoothed classes."""
    if labels.dtype != np.int64:
        values = torch.from_numpy(labels)
        return lambda made, members, _: mean_rms(made, values[members])
    classes = one_hot(labels, outputs, smoothing)
    return lambda made, members, _: functional.cross_entropy(made, classes[members])


def distilled(loss: Loss, teacher: nn.Module, share: float, classes: bool) -> Loss:
    """`loss`, and with the weight `share` that against what the teacher makes of the very frames
    the network saw: cross entropy with its probabilities (classes) or mean RMS (values)."""

    def mixed(made: Tensor, members: Tensor, frames: Tensor) -> Tensor:
        with torch.no_grad():
            wanted = teacher(frames)
        if classes:
            taught = functional.cross_entropy(made, wanted.softmax(1))
        else:
            taught = mean_rms(made, wanted)
        return (1 - share) * loss(made, members, frames) + share * taught

    return mixed
