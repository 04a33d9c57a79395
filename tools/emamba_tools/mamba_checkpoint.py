"""Checkpoints in the public layout of Mamba, and the network that they hold.

Names are those of state-spaces/mamba and of Hugging Face's MambaForCausalLM: backbone.embedding (or
embeddings).weight, backbone.layers.N.norm.weight, backbone.layers.N.mixer.{in_proj, conv1d, x_proj,
dt_proj, A_log, D, out_proj}, backbone.norm_f.weight, and lm_head.weight unless it is the embedding.
Files are safetensors in F32, F16 or BF16, one or several with an index. The network is that of Gu
and Dao, Mamba (arXiv 2312.00752): RMS norm, SiLU, softplus, and a norm before the vocabulary.
"""

import json
import re
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from . import safetensors
from .model import Model, Shape

INDEX, SINGLE, CONFIG = "model.safetensors.index.json", "model.safetensors", "config.json"
EPSILON = 1e-5  # of the norms, where no config.json says otherwise
MIXER = {  # the contract's name for each tensor of a layer
    "mixer.in_proj.weight": "in_proj.weight",
    "mixer.conv1d.weight": "conv.weight",
    "mixer.conv1d.bias": "conv.bias",
    "mixer.x_proj.weight": "param_proj.weight",
    "mixer.dt_proj.weight": "delta_proj.weight",
    "mixer.dt_proj.bias": "delta_proj.bias",
    "mixer.A_log": "A",
    "mixer.D": "D",
    "mixer.out_proj.weight": "output_proj.weight",
    "norm.weight": "norm.gamma",
}


class CheckpointError(ValueError):
    """A checkpoint is not in the layout; the message names file, tensor, and what is allowed."""


class Checkpoint(NamedTuple):
    """Tensors under the contract's names, A still as log(-A); float32."""

    layers: list[dict[str, Tensor]]
    embedding: Tensor  # [units,D]
    final_norm: Tensor  # [D]
    vocabulary: Tensor  # [units,D]
    epsilon: float


def _files(path: Path) -> list[Path]:
    """The safetensors files of a checkpoint: a file, an index, or a folder with one of them."""
    if path.is_dir():
        path = next((path / name for name in (INDEX, SINGLE) if (path / name).exists()), path)
    if path.is_dir():
        raise CheckpointError(f"{path}: has neither {SINGLE} nor {INDEX}")
    if path.suffix != ".json":
        return [path]
    try:
        names = sorted(set(json.loads(path.read_text())["weight_map"].values()))
        inside = all(isinstance(name, str) and Path(name).name == name for name in names)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise CheckpointError(f"{path}: is no index of files: {error}") from None
    if not names or not inside:
        raise CheckpointError(f"{path}: weight_map must name files beside it")
    return [path.parent / name for name in names]


def _epsilon(folder: Path) -> float:
    try:
        config = json.loads((folder / CONFIG).read_text())
    except FileNotFoundError:
        return EPSILON
    except (ValueError, RecursionError) as error:
        raise CheckpointError(f"{folder / CONFIG}: not JSON: {error}") from None
    value = config.get("layer_norm_epsilon", EPSILON) if isinstance(config, dict) else None
    if not isinstance(value, float) or not 0 < value < 1:
        raise CheckpointError(f"{folder / CONFIG}: layer_norm_epsilon {value!r}; must be in 0..1")
    return value


def load(path: Path) -> Checkpoint:
    """Read a checkpoint. Raises CheckpointError, safetensors.FormatError, OSError."""
    tensors: dict[str, np.ndarray] = {}
    for file in _files(path):
        found, _ = safetensors.load(file, widen=True)
        twice = sorted(set(found) & set(tensors))
        if twice:
            raise CheckpointError(f"{file}: {twice[0]} is in another file, too")
        tensors |= found
    for name, tensor in tensors.items():
        if tensor.dtype != np.float32 or not np.isfinite(tensor).all():
            raise CheckpointError(f"{path}: {name}: must be F32, F16 or BF16, and finite")
    count = 1 + max((int(found[1]) for found in
                     (re.match(r"backbone\.layers\.(\d{1,3})\.", name) for name in tensors)
                     if found), default=-1)  # fmt: skip
    if not count:
        raise CheckpointError(f"{path}: no tensor backbone.layers.0...; is it the layout of Mamba?")

    def take(*names: str) -> Tensor:
        name = next((name for name in names if name in tensors), None)
        if name is None:
            raise CheckpointError(f"{path}: {names[0]} is missing")
        return torch.from_numpy(tensors.pop(name))

    layers = [{ours: take(f"backbone.layers.{layer}.{theirs}") for theirs, ours in MIXER.items()}
              for layer in range(count)]  # fmt: skip
    embedding = take("backbone.embedding.weight", "backbone.embeddings.weight")
    final_norm = take("backbone.norm_f.weight")
    vocabulary = take("lm_head.weight") if "lm_head.weight" in tensors else embedding
    if tensors:
        raise CheckpointError(f"{path}: {min(tensors)} has no place in the contract")
    epsilon = _epsilon(path if path.is_dir() else path.parent)
    checkpoint = Checkpoint(layers, embedding, final_norm, vocabulary, epsilon)
    _check(path, checkpoint)
    return checkpoint


def _check(path: Path, checkpoint: Checkpoint) -> None:
    """Every layer has the shapes that follow from the first. Raises CheckpointError."""
    first = checkpoint.layers[0]
    if first["in_proj.weight"].ndim != 2 or first["A"].ndim != 2 or first["conv.weight"].ndim != 3:
        raise CheckpointError(f"{path}: in_proj, A_log or conv1d has the wrong number of dimensions")
    D, (ED, N), K = first["in_proj.weight"].shape[1], first["A"].shape, first["conv.weight"].shape[2]
    R = first["delta_proj.weight"].shape[-1]
    wanted = {
        "in_proj.weight": (2 * ED, D), "conv.weight": (ED, 1, K), "conv.bias": (ED,),
        "param_proj.weight": (R + 2 * N, ED), "delta_proj.weight": (ED, R),
        "delta_proj.bias": (ED,), "A": (ED, N), "D": (ED,), "output_proj.weight": (D, ED),
        "norm.gamma": (D,),
    }  # fmt: skip
    theirs = {ours: name for name, ours in MIXER.items()}
    for index, layer in enumerate(checkpoint.layers):
        for name, size in wanted.items():
            if tuple(layer[name].shape) != size:
                raise CheckpointError(f"{path}: backbone.layers.{index}.{theirs[name]} is "
                                      f"{list(layer[name].shape)}; must be {list(size)}")  # fmt: skip
    for name, tensor in (("embedding", checkpoint.embedding), ("lm_head", checkpoint.vocabulary)):
        if tensor.ndim != 2 or tensor.shape[1] != D or len(tensor) != len(checkpoint.embedding):
            raise CheckpointError(f"{path}: {name} is {list(tensor.shape)}; must be [units, {D}]")
    if tuple(checkpoint.final_norm.shape) != (D,):
        raise CheckpointError(f"{path}: norm_f is {list(checkpoint.final_norm.shape)}; must be [{D}]")


class Mamba(Model):
    """A `Model` with head none that has RMS norm and softplus where `rms` and `softplus` say so."""

    def __init__(self, shape: Shape, epsilon: float, generator: torch.Generator | None = None):
        super().__init__(shape, generator or torch.Generator())
        self.epsilon, self.rms, self.softplus = epsilon, True, True

    def normalised(self, b: str, tok: Tensor, tok_name: str) -> Tensor:
        if not self.rms:
            return super().normalised(b, tok, tok_name)
        scale = torch.rsqrt(tok.square().mean(-1, keepdim=True) + self.epsilon)
        return self.numerics.node(f"{b}norm", tok * scale * self.tensor(f"{b}norm.gamma"))

    def step_width(self, delta: Tensor) -> Tensor:
        return functional.softplus(delta) if self.softplus else super().step_width(delta)


class Text(NamedTuple):
    """A backbone on the accelerator, and what the host does before and behind it."""

    model: Mamba
    embedding: Tensor  # [units,D]
    head: Tensor  # [units,D]: the vocabulary, with the weights of the final norm
    epsilon: float

    def vectors(self, ids: Tensor) -> Tensor:
        """ids [n,L] -> frames [n,L,1,D]."""
        return self.embedding[ids].unsqueeze(2)

    def logits(self, tokens: Tensor) -> Tensor:
        """The backbone's tokens [n,L*D] -> [n,L,units]: the final norm and the vocabulary."""
        tok = tokens.unflatten(1, (-1, self.head.shape[1]))
        scale = torch.rsqrt(tok.square().mean(-1, keepdim=True) + self.epsilon)
        return (tok * scale) @ self.head.t()


@torch.no_grad()
def network_of(checkpoint: Checkpoint, length: int) -> Text:
    """The checkpoint's own network, in floating point, for texts of `length` units."""
    first = checkpoint.layers[0]
    ED, N = first["A"].shape
    D, R = first["in_proj.weight"].shape[1], first["delta_proj.weight"].shape[1]
    shape = Shape(H=length, W=1, C=D, P=1, D=D, ED=ED, N=N, R=R, K=first["conv.weight"].shape[2],
                  M=len(checkpoint.layers), conv_silu=True, head="none", head_hidden=0,
                  outputs=D)  # fmt: skip
    model = Mamba(shape, checkpoint.epsilon)
    model.raw["embed/weight"].copy_(torch.eye(D))
    model.raw["embed/bias"].zero_()
    for index, layer in enumerate(checkpoint.layers):
        model.raw[f"blocks/{index}/norm/beta"].zero_()
        for name, value in layer.items():
            to = model.raw[f"blocks/{index}/{name.replace('.', '/')}"]
            to.copy_(value.squeeze(1) if name == "conv.weight" else value)
    head = checkpoint.vocabulary * checkpoint.final_norm
    return Text(model, checkpoint.embedding, head, checkpoint.epsilon)
