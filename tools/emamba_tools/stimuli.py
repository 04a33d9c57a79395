"""Runs to fit energy to and to validate the fit on."""

import subprocess
from pathlib import Path

import numpy as np

from emamba_tools import plain_network, safetensors, sweep
from emamba_tools.cost_fit import Stimulus
from emamba_tools.synthesis import CACHE, ROOT

FMNIST_NETWORK = ROOT / "configs" / "networks" / "fmnist.safetensors"
FMNIST_FRAMES = ROOT / "build" / "fmnist-test.safetensors"
MOSTLY_IDLE = ("--stall-in", "0.95", "--seed", "1")
ALL_BUT_IDLE = ("--stall-in", "0.985", "--seed", "1")


def _random_case(design: sweep.Design, seed: int) -> tuple[Path, Path]:
    """A random network and random frames for the design."""
    folder = CACHE / "stimuli" / f"{design.name}-{seed}"
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run([sweep.RANDOM_CASE, str(seed), folder, design.path], check=True, cwd=ROOT)
    plain_network.make(folder / "network.safetensors", seed)
    return folder / "network.safetensors", folder / "frames.safetensors"


def _more(frames: Path, name: str, shift: int) -> Path:
    """Three times as many frames, each time turned by a code, and divided by 2^shift: enough to fill all buffers."""
    path = frames.with_name(f"{name}.safetensors")
    tensors, metadata = safetensors.load(frames)
    codes = tensors["frames"]
    turned = [np.roll(codes.reshape(len(codes), -1), turn, axis=1).reshape(codes.shape) for turn in range(3)]
    tensors["frames"] = np.concatenate(turned) >> np.int8(shift)
    safetensors.save(path, tensors, metadata)
    return path


def _still(design: sweep.Design, seed: int) -> Stimulus:
    """Frames of one code and norms that say one code: whatever stands behind them sees operands that do not move."""
    folder = CACHE / "stimuli" / f"{design.name}-{seed}-still"
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run([sweep.RANDOM_CASE, str(seed), folder, design.path], check=True, cwd=ROOT)
    plain_network.make(folder / "network.safetensors", seed, still=True)
    tensors, metadata = safetensors.load(folder / "frames.safetensors")
    tensors["frames"] = np.full_like(tensors["frames"], plain_network.STILL_CODE)
    safetensors.save(folder / "frames.safetensors", tensors, metadata)
    return Stimulus("still", folder / "network.safetensors", folder / "frames.safetensors", ("--frames", "2"))


def training(design: sweep.Design, seed: int) -> list[Stimulus]:
    """Random data back to back, random data with long gaps, small values, operands that do not move."""
    network, frames = _random_case(design, seed)
    return [
        Stimulus("random", network, _more(frames, "random", 0), ()),
        Stimulus("idle", network, frames, ("--frames", "1", *ALL_BUT_IDLE)),
        Stimulus("quiet", network, _more(frames, "quiet", 3), ("--frames", "4", "--stall-out", "0.5")),
        _still(design, seed),
    ]


def held_out(design: sweep.Design, seed: int) -> list[Stimulus]:
    network, frames = _random_case(design, seed)
    return [
        Stimulus("random", network, frames, ("--frames", "2", "--stall-in", "0.3")),
        Stimulus("quiet", network, _more(frames, "quiet", 4), ("--frames", "2", "--stall-in", "0.3")),
        Stimulus("idle", network, frames, ("--frames", "1", *MOSTLY_IDLE)),
        _still(design, seed),
    ]


def real() -> list[Stimulus]:
    """The shipped network on test images: for the shipped design with all its blocks."""
    return [
        Stimulus("images", FMNIST_NETWORK, FMNIST_FRAMES, ("--frames", "2")),
        Stimulus("idle images", FMNIST_NETWORK, FMNIST_FRAMES, ("--frames", "1", *MOSTLY_IDLE)),
    ]
