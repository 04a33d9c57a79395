"""A language model around a `Model` with head token: an embedding before it, perplexity behind it.

The accelerator's frame is a text of L units: [L,1,E] codes, row t the embedding of unit t, which
the host looks up in a table of INT8 codes; its result are L times the logits of the next unit. All
of it starts anew with every text: the state is 0 before the first unit.
"""

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from . import checkpoint, kernels, safetensors, subwords
from .model import Model, Numerics, Shape

BATCH_UNITS = 32_768  # of one pass without gradients


class Language(nn.Module):
    """`model` reads embeddings: `embedding` [units,E] is trained with it."""

    def __init__(self, model: Model, generator: torch.Generator):
        super().__init__()
        self.model = model
        size = (model.shape.outputs, model.shape.C)
        self.embedding = nn.Parameter(torch.randn(size, generator=generator) * 0.5)

    def forward(self, texts: Tensor) -> Tensor:
        """texts [n,L+1,1,1], ids -> the logits of units 1..L, [n,L,units]."""
        inputs = texts[:, :-1, 0, 0].long()
        vectors = functional.embedding(inputs, self.embedding).unsqueeze(2)
        return self.model(vectors).unflatten(1, (inputs.shape[1], -1))


def surprises(logits: Tensor, texts: Tensor) -> Tensor:
    """-log of the probability of every unit that follows, in nats: [n,L]."""
    wanted = texts[:, 1:].flatten().long()
    flat = logits.flatten(0, 1)
    return kernels.surprise(flat, wanted).unflatten(0, logits.shape[:2])


def loss(logits: Tensor, _: Tensor, texts: Tensor) -> Tensor:
    """Mean cross entropy of the next unit, in nats."""
    return surprises(logits, texts).mean()


def texts(ids: np.ndarray, length: int) -> Tensor:
    """ids [n] as texts [n/length,length+1,1,1]: each has one unit more, the last to be predicted."""
    count = (len(ids) - 1) // length
    if not count:
        raise ValueError(f"{len(ids)} units; a text needs {length + 1}")
    starts = np.arange(count)[:, None] * length
    return torch.from_numpy(ids[starts + np.arange(length + 1)].astype(np.int16))[:, :, None, None]


def for_length(language: Language, length: int) -> Language:
    """The same network for texts of another length, with its numerics."""
    shape = replace(language.model.shape, H=length)
    other = Language(Model(shape, torch.Generator(), language.model.norm), torch.Generator())
    other.load_state_dict(language.state_dict())
    other.model.numerics = language.model.numerics
    return other


@torch.no_grad()
def measured(language: Language, numerics: Numerics, ids: np.ndarray, length: int) -> np.ndarray:
    """The surprises of `ids` in texts of `length` units: [texts,length], in nats."""
    other = for_length(language, length)
    other.model.numerics = numerics
    parts = texts(ids, length).split(max(1, BATCH_UNITS // length))
    return torch.cat([surprises(other(part), part) for part in parts]).numpy()


def perplexity(nats: np.ndarray) -> float:
    return math.exp(float(nats.mean(dtype=np.float64)))


def save(path: Path, language: Language, vocabulary: subwords.Vocabulary, made: dict) -> None:
    """Write a language model in floating point; `made` as in `checkpoint.save`. Raises OSError."""
    model = language.model
    values = {name: model.value(name).detach().numpy() for name in model.names()}
    metadata = {"format": checkpoint.FORMAT, "shape": model.shape.metadata(), "norm": model.norm,
                "exponent": -7, "vocabulary": vocabulary.metadata(), **made}  # fmt: skip
    values["embedding"] = language.embedding.detach().numpy()
    safetensors.save(path, values, metadata)


def load(path: Path) -> tuple[Language, subwords.Vocabulary, dict]:
    """What `save` wrote. Raises ValueError, OSError."""
    model, metadata = checkpoint.load(path)
    values, _ = safetensors.load(path)
    if "embedding" not in values or "vocabulary" not in metadata:
        raise ValueError(f"{path}: is no language model: no embedding or no vocabulary")
    vocabulary = subwords.of_metadata(metadata["vocabulary"])
    language = Language(model, torch.Generator())
    wanted = (len(vocabulary.units), model.shape.C)
    if values["embedding"].shape != wanted or model.shape.outputs != wanted[0]:
        raise ValueError(f"{path}: embedding is {values['embedding'].shape}; must be {wanted}")
    with torch.no_grad():
        language.embedding.copy_(torch.from_numpy(values["embedding"]))
    return language, vocabulary, metadata


def shape(values: dict, length: int, width: int, units: int) -> Shape:
    """The shape for texts of `length` units whose embeddings have `width` codes."""
    values = {**values, "conv_silu": values["conv_silu"] == "yes", "head": "token", "P": 1}
    return Shape(H=length, W=1, C=width, outputs=units, **values)
