"""From a checkpoint in Mamba's layout to the contract, step by step, each step's cost on a text.

1. Folding, which costs nothing: the weights of every norm go into in_proj; RMS norm does not mind
   a rotation of the residual stream (Ashkboos et al., SliceGPT, arXiv 2401.15024), so embedding,
   in_proj, out_proj and the head are rotated, at random, so that no channel stands out of a token
   and its range says as much as its RMS; and such that its mean, which range norm takes away, is
   where the stream has least.
2. Range norm: gamma is the factor between RMS and range that is best in the mean square.
3. ReLU for softplus: a slope and an offset a channel, best in the mean square, go into dt_proj.
4. Piecewise-linear functions, then INT8: as tools/quantise.py does it. Nothing is trained.
"""

from typing import Iterator, NamedTuple

import torch
from torch import Tensor
from torch.nn import functional

from . import network, quantisation
from .mamba_checkpoint import Text
from .model import Model, Numerics
from .network import Network
from .rounding import Rounding, Secants

SEED = 1  # of the rotation
OBSERVED, SAMPLES = 4, 2_000  # texts at a time, values kept of each call of a node


class Kept(Numerics):
    """Keeps what the nodes of these names hold."""

    def __init__(self, names: list[str]):
        self.found: dict[str, Tensor] = dict.fromkeys(names)

    def node(self, name: str, value: Tensor) -> Tensor:
        if name in self.found:
            self.found[name] = value
        return value


def norm_inputs(model: Model) -> list[str]:
    return ["embed", *(f"blocks.{block}.output" for block in range(model.shape.M - 1))]


@torch.no_grad()
def run(text: Text, ids: Tensor, numerics: Numerics) -> Tensor:
    """What the backbone makes of ids [n,L], with `numerics`: [n,L*D]."""
    before, text.model.numerics = text.model.numerics, numerics
    made = text.model(text.vectors(ids))
    text.model.numerics = before
    return made


class Cost(NamedTuple):
    """Of a step: the mean surprise of the next unit, and how far what it predicts is from what the
    checkpoint predicts, as the mean Kullback-Leibler divergence; in nats."""

    surprise: float
    divergence: float


class Judge:
    """Costs on ids [n,L+1], against the first network that was looked at."""

    def __init__(self, ids: Tensor):
        self.ids = ids
        self.first: list[Tensor] = []

    @torch.no_grad()
    def cost(self, text: Text, numerics: Numerics) -> Cost:
        return self.of_tokens(text, [run(text, part[:, :-1], numerics) for part in self.ids.split(1)])

    @torch.no_grad()
    def of_tokens(self, text: Text, tokens: list[Tensor]) -> Cost:
        """Of the backbone's results, [1,L*D] a text."""
        made = [text.logits(part)[0].log_softmax(1) for part in tokens]
        self.first = self.first or made
        wanted = zip(made, self.ids[:, 1:])
        surprise = sum(functional.nll_loss(part, ids).item() for part, ids in wanted)
        divergence = sum(((first - part) * first.exp()).sum(1).mean().item()
                         for first, part in zip(self.first, made))  # fmt: skip
        return Cost(surprise / len(made), divergence / len(made))


@torch.no_grad()
def fold_norms(text: Text) -> None:
    """The weights of the norms go into what reads them."""
    for block in range(text.model.shape.M):
        gamma = text.model.raw[f"blocks/{block}/norm/gamma"]
        text.model.raw[f"blocks/{block}/in_proj/weight"].mul_(gamma)
        gamma.fill_(1)


def rotation(stream: Tensor, generator: torch.Generator) -> Tensor:
    """An orthogonal matrix [D,D], random but for this: the mean of what it makes of a token is the
    component in which `stream` [n,D] has least."""
    D = stream.shape[1]
    random, _ = torch.linalg.qr(torch.randn(D, D, generator=generator, dtype=torch.float64))
    _, vectors = torch.linalg.eigh(stream.double().t() @ stream.double())
    least, even = random @ vectors[:, 0], torch.full((D,), D**-0.5, dtype=torch.float64)
    across = least - even
    if across.norm() < 1e-9:
        return random
    across /= across.norm()
    return random - 2 * torch.outer(across, across @ random)


@torch.no_grad()
def rotate(text: Text, ids: Tensor) -> Text:
    """The same network with its residual stream rotated."""
    keeping = Kept(norm_inputs(text.model))
    run(text, ids, keeping)
    seen = [tok.flatten(0, 1) for tok in keeping.found.values()]
    stream = torch.cat([tok * torch.rsqrt(tok.square().mean(-1, keepdim=True)) for tok in seen])
    turn = rotation(stream, torch.Generator().manual_seed(SEED))

    def turned(weight: Tensor) -> Tensor:  # of what reads a token, in its columns
        return (weight.double() @ turn.t()).float()

    for block in range(text.model.shape.M):
        weight = text.model.raw[f"blocks/{block}/in_proj/weight"]
        weight.copy_(turned(weight))
        weight = text.model.raw[f"blocks/{block}/output_proj/weight"]
        weight.copy_((turn @ weight.double()).float())
    return text._replace(embedding=turned(text.embedding), head=turned(text.head))


@torch.no_grad()
def to_range_norm(text: Text, ids: Tensor) -> None:
    """Range norm for RMS norm, block by block, each on what those before it now make."""
    keeping = Kept(norm_inputs(text.model))
    run(text, ids, keeping)
    for block, tok in enumerate(keeping.found.values()):
        by_rms = tok * torch.rsqrt(tok.square().mean(-1, keepdim=True) + text.epsilon)
        span = tok.amax(-1, keepdim=True) - tok.amin(-1, keepdim=True)
        by_range = (tok - tok.mean(-1, keepdim=True)) / span.clamp(min=1e-9)
        factor = (by_range * by_rms).sum() / by_range.square().sum()
        text.model.raw[f"blocks/{block}/norm/gamma"].mul_(factor)
    text.model.rms = False


@torch.no_grad()
def to_relu(text: Text, ids: Tensor) -> None:
    """ReLU for softplus: a line a channel through what softplus makes of its inputs."""
    names = [f"blocks.{block}.delta_proj" for block in range(text.model.shape.M)]
    keeping = Kept(names)
    run(text, ids, keeping)
    for block, u in enumerate(keeping.found.values()):
        u = u.flatten(0, 1).double()
        wanted, middle = functional.softplus(u), u.mean(0)
        centred = u - middle
        slope = (centred * wanted).sum(0) / centred.square().sum(0).clamp(min=1e-12)
        offset = wanted.mean(0) - slope * middle
        weight = text.model.raw[f"blocks/{block}/delta_proj/weight"]
        bias = text.model.raw[f"blocks/{block}/delta_proj/bias"]
        weight.mul_(slope.unsqueeze(1).float())
        bias.copy_((slope * bias.double() + offset).float())
    text.model.softplus = False


class Imported(NamedTuple):
    """The network of the backbone, and what the host needs."""

    network: Network
    codes: Tensor  # int8 [units,D], the embedding at the exponent of `input`
    numerics: Rounding


def quantised(text: Text, calibration: Tensor, held_out: Tensor, origin: str) -> Imported:
    """INT8 by the rule that surprises least on `held_out` ids [n,L+1]."""
    seen = quantisation.observe(text.model, text.vectors(calibration[:, :-1]), OBSERVED, SAMPLES)
    trials = []
    for rule, choose in quantisation.RULES.items():
        exponents = quantisation.calibrate(text.model, seen, rule, choose(text.embedding))
        functions = quantisation.functions(text.model.shape, exponents, seen)
        tables, _ = quantisation.tables(functions, exponents)
        numerics = quantisation.rounding(functions, tables, exponents)
        surprise = Judge(held_out).cost(text, numerics).surprise
        trials.append((surprise, exponents, tables, numerics))
    _, exponents, tables, numerics = min(trials, key=lambda trial: trial[0])
    made = quantisation.export(text.model, exponents, tables, origin)
    scale = 2.0 ** exponents["input"]
    codes = (text.embedding / scale).round().clamp(-128, 127).to(torch.int8)
    return Imported(made, codes, numerics)


@torch.no_grad()
def steps(text: Text, calibration: Tensor) -> Iterator[tuple[str, Text, Numerics]]:
    """The network after every step but the last, which step, and its numerics.

    `calibration` is ids [n,L+1]. The tensors of `text` are changed in place.
    """
    inputs = calibration[:, :-1]
    yield "the checkpoint", text, Numerics()
    fold_norms(text)
    text = rotate(text, inputs)
    yield "norms folded, stream rotated", text, Numerics()
    to_range_norm(text, inputs)
    yield "range norm, recalibrated", text, Numerics()
    to_relu(text, inputs)
    yield "ReLU for softplus", text, Numerics()
    nodes = dict.fromkeys(network.pwl_names(text.model.shape.metadata()), 0)
    yield "piecewise-linear functions", text, Secants(quantisation.functions(text.model.shape, nodes))
