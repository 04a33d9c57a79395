"""A small Mamba as its authors have it, RMS norm and softplus, trained on the bytes of a text and
saved in the public layout: what `tools/import_mamba.py` can be tried on."""

import math
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from . import safetensors
from .mamba_checkpoint import EPSILON, INDEX, MIXER, SINGLE, Mamba, Text
from .model import Shape

UNITS = 256  # bytes
LEAST_STEP, MOST_STEP = 0.001, 0.1  # of the steps that softplus makes before training, as in Mamba


class Learner(nn.Module):
    """The backbone with an embedding and a vocabulary of bytes; the final norm's weights are 1."""

    def __init__(self, shape: Shape, seed: int):
        super().__init__()
        generator = torch.Generator().manual_seed(seed)
        self.model = Mamba(shape, EPSILON, generator)
        self.embedding = nn.Parameter(torch.randn(UNITS, shape.D, generator=generator) * 0.5)
        self.vocabulary = nn.Parameter(torch.randn(UNITS, shape.D, generator=generator)
                                       / math.sqrt(shape.D))  # fmt: skip
        with torch.no_grad():
            for block in range(shape.M):
                raw = self.model.raw
                raw[f"blocks/{block}/norm/gamma"].fill_(1)
                even = torch.rand(shape.ED, generator=generator)
                step = LEAST_STEP * (MOST_STEP / LEAST_STEP) ** even
                raw[f"blocks/{block}/delta_proj/bias"].copy_(step.expm1().log())
                raw[f"blocks/{block}/norm/beta"].requires_grad_(False)
            for name, value in (("weight", torch.eye(shape.D)), ("bias", torch.zeros(shape.D))):
                self.model.raw[f"embed/{name}"].requires_grad_(False).copy_(value)

    def forward(self, texts: Tensor) -> Tensor:
        """texts [n,L+1,1,1], bytes -> the logits of bytes 1..L, [n,L,UNITS]."""
        text = Text(self.model, self.embedding, self.vocabulary, EPSILON)
        return text.logits(self.model(text.vectors(texts[:, :-1, 0, 0].long())))


def shape(values: dict, length: int) -> Shape:
    """The shape of a Mamba for texts of `length` bytes."""
    D = values["D"]
    return Shape(H=length, W=1, C=D, P=1, D=D, ED=values["ED"], N=values["N"], R=values["R"],
                 K=values["K"], M=values["M"], conv_silu=True, head="none", head_hidden=0,
                 outputs=D)  # fmt: skip


def bytes_of(path: Path) -> np.ndarray:
    """The bytes of a text as ids. Raises OSError."""
    return np.frombuffer(path.read_bytes(), np.uint8).astype(np.int64)


def save(folder: Path, learner: Learner) -> None:
    """Write the checkpoint's file into `folder`. Raises OSError."""
    raw = learner.model.raw
    tensors = {"backbone.embedding.weight": learner.embedding,
               "backbone.norm_f.weight": torch.ones(learner.model.shape.D),
               "lm_head.weight": learner.vocabulary}  # fmt: skip
    for layer in range(learner.model.shape.M):
        for theirs, ours in MIXER.items():
            value = raw[f"blocks/{layer}/{ours.replace('.', '/')}"]
            tensors[f"backbone.layers.{layer}.{theirs}"] = (
                value.unsqueeze(1) if ours == "conv.weight" else value
            )
    if (folder / INDEX).exists():
        raise ValueError(f"{folder / INDEX}: the folder holds another checkpoint")
    values = {name: value.detach().numpy() for name, value in tensors.items()}
    safetensors.save(folder / SINGLE, values, {"format": "pt"})
