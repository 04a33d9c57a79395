#!/usr/bin/python3
"""A small language model of WikiText-2: train it, quantise it, measure perplexity against length.

    tools/language.py train -o FLOAT [--norm range] [--from FLOAT] [--shape D=64 ...] [--epochs 3]
        [--length 512] [--texts N] [--seed 1] [--resume]
    tools/language.py quantise FLOAT -o NETWORK [--epochs 1] [--texts N] [--rate 3e-4] [--seed 1]
        [--resume]
    tools/language.py perplexity NETWORK -o SVG [--float FLOAT ...] [--lengths 512 1024 ...]
        [--units N] [--design DESIGN]
    tools/language.py widths NETWORK -o SVG [--lengths 512 2048 8192] [--bits 13 15 17 20 24]
        [--units N]
    tools/language.py checkpoint -o FOLDER [--shape D=64 ...] [--epochs 1] [--texts N] [--seed 1]
    tools/language.py frames NETWORK -o FRAMES [--part test] [--length 512] [--count 1]

`train` cuts the training text into sub-word units and trains a network with head token to predict
the next one, on texts of --length units, each from an empty state; --from goes on from another
FLOAT, with range norm in place of its layer norm if so asked. `quantise` calibrates it by each rule
of tools/quantise.py, keeps what does best on the validation text, trains on with the integer
contract in the forward pass (--epochs 0: not) and keeps that if it does better; it writes NETWORK,
and beside it NETWORK.units: the vocabulary, and the embedding that the host looks up.
`perplexity` prints a table on the test text and draws it: FLOATs with exact functions and, with
range norm, with piecewise-linear ones, and NETWORK by `build/emamba run` of the design of its name,
adapted to each length. `widths` does so for INT8 with a stored state of other widths. `checkpoint` trains a Mamba as its authors have
it on the text's bytes, for tools/import_mamba.py. `frames` writes texts as a frames file. The text is in --folder, or where
docs/networks.md says. Exit status: 0 done, 2 bad usage, bad input or no dataset.
"""

import argparse
import shlex
import sys
from pathlib import Path

from emamba_tools import command_line, wikitext2

ROOT = Path(__file__).resolve().parents[1]
PEAK_RATE, FINE_RATE, WARM_UP, DECAY = 4e-3, 3e-4, 0.1, 0.05
LENGTHS = [512, 1_024, 2_048, 4_096, 8_192]
SOME = 100  # texts of the validation part that are looked at after an epoch


def train(options: argparse.Namespace, command: str) -> None:
    """From the text to the trained network. Raises ValueError, OSError."""
    import torch

    from emamba_tools import fitting, language, language_quantising, shapes, subwords
    from emamba_tools.model import Model, Numerics

    fitting.settle()
    plan = fitting.Plan(options.seed, options.epochs, options.rate, WARM_UP, DECAY, options.batch)
    fitting.check(plan)
    made = {"command": command, "seed": options.seed, "epochs": options.epochs}
    if options.start:
        network, vocabulary, before = language.load(options.start)
        made |= {"command": f"{before['command']}; {command}",
                 "epochs": before["epochs"] + options.epochs}  # fmt: skip
        ids = subwords.parts(options.folder, vocabulary)
        network = language_quantising.with_norm(network, options.norm, ids["train"])
    else:
        vocabulary = subwords.of_training_text(options.folder, options.units)
        ids = subwords.parts(options.folder, vocabulary)
        shape = language.shape(shapes.parse(options.shape), options.length, options.width,
                               options.units)  # fmt: skip
        generator = torch.Generator().manual_seed(options.seed)
        network = language.Language(Model(shape, generator, options.norm), generator)
    network = language.for_length(network, options.length)

    def reached(part: str, most: int | None = None) -> str:
        found = language.measured(network, Numerics(), ids[part][:most], options.length)
        return f"perplexity {language.perplexity(found):.3f}"

    some = SOME * options.length + 1
    print(f"{len(ids['train'])} units to train on; validation {reached('validation', some)}", flush=True)
    keeper = fitting.Keeper(options.output, command, options.resume)
    texts = language.texts(ids["train"], options.length)[: options.texts]
    fitting.fit(network, texts, language.loss,
                lambda: f"validation {reached('validation', some)}", plan, keeper)  # fmt: skip
    made["reached"] = {part: reached(part) for part in ("validation", "test")}
    print(f"float: validation {made['reached']['validation']}, test {made['reached']['test']}")
    language.save(options.output, network, vocabulary, made)
    keeper.finish()


def checkpoint(options: argparse.Namespace, command: str) -> None:
    """From the text to a checkpoint in Mamba's layout. Raises ValueError, OSError."""
    import torch

    from emamba_tools import fitting, language, mamba_training, shapes

    fitting.settle()
    plan = fitting.Plan(options.seed, options.epochs, options.rate, WARM_UP, DECAY, options.batch)
    fitting.check(plan)
    ids = {part: mamba_training.bytes_of(options.folder / wikitext2.FILES[part])
           for part in ("train", "validation")}  # fmt: skip
    shape = mamba_training.shape(shapes.parse(options.shape), options.length)
    learner = mamba_training.Learner(shape, options.seed)
    held_out = language.texts(ids["validation"], options.length)[:SOME]

    @torch.no_grad()
    def reached() -> str:
        nats = torch.cat([language.surprises(learner(part), part) for part in held_out.split(10)])
        return f"validation perplexity {language.perplexity(nats.numpy()):.3f}"

    texts = language.texts(ids["train"], options.length)[: options.texts]
    options.output.mkdir(exist_ok=True)
    keeper = fitting.Keeper(options.output / "model", command, options.resume)
    fitting.fit(learner, texts, language.loss, reached, plan, keeper)
    mamba_training.save(options.output, learner)
    keeper.finish()


def quantise(options: argparse.Namespace, command: str) -> None:
    """From a trained network to codes. Raises ValueError, OSError."""
    from emamba_tools import fitting, language_quantising

    fitting.settle()
    plan = fitting.Plan(options.seed, options.epochs, options.rate, WARM_UP, 0, options.batch)
    fitting.check(plan)
    for line in language_quantising.work(options, command, plan):
        print(line, flush=True)


def perplexity(options: argparse.Namespace) -> None:
    """The table and the plot. Raises ValueError, OSError."""
    from emamba_tools import fitting, perplexity, plot, subwords

    fitting.settle()
    network, units = perplexity.shipped(options.network)
    design = options.design or ROOT / "configs" / "designs" / f"{options.network.stem}.yaml"
    chip = perplexity.Chip(options.program, design, network, units)
    ids = subwords.parts(options.folder, units.vocabulary, ["test"])["test"][: options.units]
    lengths = sorted(options.lengths)
    made = perplexity.figures(options.floating, chip, ids, lengths)
    plot.svg(options.output, *perplexity.picture(made, lengths))
    predicted = (len(ids) - 1) // lengths[-1] * lengths[-1]
    print(*perplexity.table(made, lengths, predicted), sep="\n")


def widths(options: argparse.Namespace) -> None:
    """The table and the plot. Raises ValueError, OSError."""
    from emamba_tools import fitting, perplexity, plot, subwords

    fitting.settle()
    network, units = perplexity.shipped(options.network)
    ids = subwords.parts(options.folder, units.vocabulary, ["test"])["test"][: options.units]
    lengths = sorted(options.lengths)
    made = perplexity.by_width(network, units, ids, lengths, sorted(options.bits))
    plot.svg(options.output, *perplexity.width_picture(made, lengths))
    predicted = (len(ids) - 1) // lengths[-1] * lengths[-1]
    print(*perplexity.width_table(made, lengths, predicted), sep="\n")


def frames(options: argparse.Namespace) -> None:
    """Texts as frames. Raises ValueError, OSError."""
    from emamba_tools import datasets, perplexity, subwords

    _, units = perplexity.shipped(options.network)
    ids = subwords.parts(options.folder, units.vocabulary, [options.part])[options.part]
    if len(ids) <= options.length:
        raise ValueError(f"--length is {options.length}; the text has {len(ids)} units")
    codes = datasets.Frames(units.frames(ids, options.length), None, units.exponent)
    made = datasets.first(codes, options.count)
    origin = f"wikitext-2 {options.part}: {options.count} texts of {options.length} units"
    datasets.save(options.output, made._replace(origin=origin))
    print(f"{options.output}: {len(made.codes)} frames")


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    works = parser.add_subparsers(dest="work", required=True)
    training, quantising, publishing, measuring, widening, framing = (
        works.add_parser(name)
        for name in ("train", "quantise", "checkpoint", "perplexity", "widths", "frames")
    )
    training.add_argument("--from", type=Path, dest="start", metavar="FLOAT")
    training.add_argument("--norm", choices=["range", "layer"], default="range")
    for each in (training, publishing):
        each.add_argument("--shape", nargs="+", default=[], metavar="KEY=VALUE",
                          help="D, ED, N, R, K, M; of train conv_silu and head_hidden, too")  # fmt: skip
    training.add_argument("--width", type=int, default=32, help="codes of an embedding")
    training.add_argument("--units", type=int, default=256, help="of the vocabulary")
    quantising.add_argument("model", type=Path, metavar="FLOAT")
    for each, epochs, rate in ((training, 3, PEAK_RATE), (publishing, 1, PEAK_RATE),
                               (quantising, 1, FINE_RATE)):
        each.add_argument("--length", type=int, default=512, help="units of a text")
        each.add_argument("--epochs", type=int, default=epochs)
        each.add_argument("--texts", type=int, help="to train on: the first so many")
        each.add_argument("--rate", type=float, default=rate, help="peak learning rate")
        each.add_argument("--batch", type=int, default=8, help="texts a step")
        each.add_argument("--seed", type=int, default=1)
        each.add_argument("--resume", action="store_true", help="go on from OUTPUT.unfinished")
    for each in (measuring, widening, framing):
        each.add_argument("network", type=Path)
    for each, lengths in ((measuring, LENGTHS), (widening, LENGTHS[::2])):
        each.add_argument("--lengths", type=int, nargs="+", default=lengths)
        each.add_argument("--units", type=int, help="of the test text: the first so many")
    widening.add_argument("--bits", type=int, nargs="+", default=[13, 15, 17, 20, 24])
    measuring.add_argument("--float", type=Path, nargs="+", dest="floating", default=[])
    measuring.add_argument("--design", type=Path)
    measuring.add_argument("--program", type=Path, default=ROOT / "build" / "emamba")
    framing.add_argument("--part", choices=["train", "validation", "test"], default="test")
    framing.add_argument("--length", type=int, default=512)
    framing.add_argument("--count", type=int, default=1)
    for each in (training, quantising, publishing, measuring, widening, framing):
        each.add_argument("-o", "--output", type=Path, required=True)
        each.add_argument("--folder", type=Path, default=wikitext2.FOLDER)
    return parser.parse_args()


def main() -> int:
    options = parse()
    arguments = [argument for argument in sys.argv[1:] if argument != "--resume"]
    command = shlex.join(["tools/language.py", *arguments])
    if options.work != "checkpoint":
        command_line.check_output(options)
    if options.work in ("train", "quantise", "checkpoint"):
        works = {"train": train, "quantise": quantise, "checkpoint": checkpoint}
        works[options.work](options, command)
    else:
        {"perplexity": perplexity, "widths": widths, "frames": frames}[options.work](options)
    return 0


if __name__ == "__main__":
    command_line.run(main)
