"""From a language model of tools/language.py to INT8: its norms, its calibration, its files."""

import argparse
import copy
from dataclasses import replace
from pathlib import Path
from typing import Iterator, NamedTuple

import numpy as np
import torch
from torch import Tensor

from . import fitting, language, network, quantisation, safetensors, subwords
from .language import Language
from .model import Model, Numerics
from .rounding import Rounding, fake

FORMAT = "emamba-units-1"
CALIBRATION_LENGTH, CALIBRATION_TEXTS, SAMPLES = 2_048, 8, 400


class Inputs(Numerics):
    """Keeps what every norm reads."""

    def __init__(self, blocks: int):
        self.names = ["embed", *(f"blocks.{block}.output" for block in range(blocks - 1))]
        self.kept: dict[str, Tensor] = {}

    def node(self, name: str, value: Tensor) -> Tensor:
        if name in self.names:
            self.kept[name] = value
        return value


@torch.no_grad()
def with_norm(network_: Language, norm: str, ids: np.ndarray) -> Language:
    """The same weights with another norm. Range norm instead of layer norm divides by the range
    instead of the standard deviation: gamma grows by the factor between them that is best in the
    mean square over a text."""
    before = network_.model
    if before.norm == norm:
        return network_
    if (before.norm, norm) != ("layer", "range"):
        raise ValueError(f"from {before.norm} to {norm} norm: only layer to range")
    probe = language.for_length(network_, CALIBRATION_LENGTH)
    probe.model.numerics = seen = Inputs(before.shape.M)
    probe(language.texts(ids, CALIBRATION_LENGTH)[:CALIBRATION_TEXTS])
    other = Model(before.shape, torch.Generator(), norm)
    other.load_state_dict(before.state_dict())
    for block, name in enumerate(seen.names):
        tok = seen.kept[name]
        centred = tok - tok.mean(-1, keepdim=True)
        by_range = centred / (tok.amax(-1, keepdim=True) - tok.amin(-1, keepdim=True))
        by_deviation = centred / centred.square().mean(-1, keepdim=True).sqrt()
        factor = (by_range * by_deviation).sum() / by_range.square().sum()
        other.raw[f"blocks/{block}/norm/gamma"].mul_(factor)
    made = Language(other, torch.Generator())
    made.embedding.copy_(network_.embedding)
    return made


class Trial(NamedTuple):
    """A calibration: the exponents, the tables, and the numerics that compute what they give."""

    rule: str
    perplexity: float  # on the validation text
    exponents: dict[str, int]
    tables: dict[str, network.Pwl]
    numerics: Rounding


def observed(network_: Language, ids: np.ndarray) -> quantisation.Observer:
    """What every node holds on the first CALIBRATION_TEXTS of CALIBRATION_LENGTH units."""
    probe = language.for_length(network_, CALIBRATION_LENGTH)
    inputs = language.texts(ids, CALIBRATION_LENGTH)[:CALIBRATION_TEXTS, :-1, 0, 0].long()
    vectors = probe.embedding.detach()[inputs].unsqueeze(2)
    return quantisation.observe(probe.model, vectors, 4, SAMPLES)


def calibrated(network_: Language, seen: quantisation.Observer, rule: str, ids: np.ndarray,
               length: int) -> Trial:  # fmt: skip
    """The network with the exponents that `rule` makes of what calibration saw."""
    of_inputs = quantisation.RULES[rule](network_.embedding.detach())
    exponents = quantisation.calibrate(network_.model, seen, rule, of_inputs)
    functions = quantisation.functions(network_.model.shape, exponents)
    tables, _ = quantisation.tables(functions, exponents)
    numerics = quantisation.rounding(functions, tables, exponents)
    found = language.perplexity(language.measured(network_, numerics, ids, length))
    return Trial(rule, found, exponents, tables, numerics)


def codes_of(network_: Language, exponent: int) -> np.ndarray:
    """The embedding as the codes that enter the accelerator: int8 [units,E]."""
    values = fake(network_.embedding.detach(), exponent) / 2.0**exponent
    return values.round().numpy().astype(np.int8)


class Units(NamedTuple):
    """What the host needs: the vocabulary, and the codes of every unit at `exponent`."""

    vocabulary: subwords.Vocabulary
    codes: np.ndarray
    exponent: int

    def frames(self, ids: np.ndarray, length: int) -> np.ndarray:
        """ids [n] as the frames of whole texts, int8 [texts,length,1,E]."""
        count = (len(ids) - 1) // length
        return self.codes[ids[: count * length]].reshape(count, length, 1, -1)


def save_units(path: Path, units: Units) -> None:
    metadata = {"format": FORMAT, "exponent": units.exponent,
                "vocabulary": units.vocabulary.metadata()}  # fmt: skip
    safetensors.save(path, {"embedding": units.codes}, metadata)


def load_units(path: Path) -> Units:
    """What `save_units` wrote. Raises ValueError, OSError."""
    tensors, metadata = safetensors.load(path)
    codes, exponent = tensors.get("embedding"), metadata.get("exponent")
    if metadata.get("format") != FORMAT or codes is None or type(exponent) is not int:
        raise ValueError(f"{path}: format is {metadata.get('format')!r}; must be {FORMAT!r}")
    vocabulary = subwords.of_metadata(metadata.get("vocabulary", {}))
    if codes.dtype != np.int8 or codes.ndim != 2 or len(codes) != len(vocabulary.units):
        raise ValueError(f"{path}: embedding must be I8 [{len(vocabulary.units)},E]")
    return Units(vocabulary, codes, exponent)


def units_path(path: Path) -> Path:
    """Where the units of the network at `path` are."""
    return path.with_suffix(".units")


def reached(network_: Language, numerics: Numerics, ids: np.ndarray, length: int) -> float:
    return language.perplexity(language.measured(network_, numerics, ids, length))


def of_length(made: network.Network, length: int) -> network.Network:
    """The same network for texts of another length."""
    return replace(made, shape={**made.shape, "H": length, "L": length})


def work(options: argparse.Namespace, command: str, plan: fitting.Plan) -> Iterator[str]:
    """The work of `tools/language.py quantise`; yields what to print. Raises ValueError, OSError."""
    network_, vocabulary, metadata = language.load(options.model)
    if network_.model.norm != "range":
        raise ValueError(f"{options.model}: has a {network_.model.norm} norm; only range norm has INT8")
    ids = subwords.parts(options.folder, vocabulary)
    length = options.length
    network_ = language.for_length(network_, length)
    some = ids["validation"][: CALIBRATION_LENGTH * CALIBRATION_TEXTS * 4 + 1]
    yield f"float: validation perplexity {reached(network_, Numerics(), some, length):.3f}"
    seen = observed(network_, ids["train"])
    trials = []
    for rule in quantisation.RULES:
        trials.append(calibrated(network_, seen, rule, some, length))
        yield f"calibrated by {rule}: validation perplexity {trials[-1].perplexity:.3f}"
    best = min(trials, key=lambda trial: trial.perplexity)
    told = {f"INT8 rounded by {best.rule}": best.perplexity}
    if plan.epochs:
        before = copy.deepcopy(network_.state_dict())
        network_.model.numerics = best.numerics
        keeper = fitting.Keeper(options.output, command, options.resume)
        texts = language.texts(ids["train"], length)[: options.texts]
        fitting.fit(network_, texts, language.loss, lambda: (
            f"validation perplexity {reached(network_, best.numerics, some, length):.3f}"
        ), plan, keeper)  # fmt: skip
        told["INT8 fine-tuned"] = reached(network_, best.numerics, some, length)
        if told["INT8 fine-tuned"] >= best.perplexity:
            network_.load_state_dict(before)
    for part in ("validation", "test"):
        told[f"INT8 as written, all of {part}"] = reached(network_, best.numerics, ids[part], length)
    lines = [f"{name}: perplexity {value:.3f}" for name, value in told.items()]
    origin = (f"WikiText-2 in {len(vocabulary.units)} sub-word units, perplexity a unit in texts of "
              f"{length}; {metadata['command']}; {command}. " + "; ".join(lines))  # fmt: skip
    made = quantisation.export(network_.model, best.exponents, best.tables, origin)
    units = Units(vocabulary, codes_of(network_, best.exponents["input"]), best.exponents["input"])
    network.save(options.output, made)
    save_units(units_path(options.output), units)
    yield from lines
    yield f"{made.parameters} parameters, and {units.codes.size} of the embedding"
    if plan.epochs:
        keeper.finish()
