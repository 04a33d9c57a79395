#!/usr/bin/python3
"""Bring a checkpoint in Mamba's public layout to the integer contract.

    tools/import_mamba.py CHECKPOINT -o NETWORK --text TEXT [--length 256] [--count 8]
        [--design DESIGN] [--cycles N]

CHECKPOINT: a folder with model.safetensors or its index, or one of those files; F32, F16 or BF16.
TEXT: with a vocabulary of at most 256 units a file whose bytes are the units, else the ids that the
checkpoint's own tokenizer makes of a text, separated by blanks. Its first --count texts of --length
units calibrate, the next as many say what every step costs: perplexity a unit, and how far its
predictions are from the checkpoint's (Kullback-Leibler divergence, nats a unit). What is folded, approximated and rounded: tools/emamba_tools/importing.py.

NETWORK has head none: the host looks units up in NETWORK.host (`embedding`, INT8 codes)
and makes the final norm and the vocabulary's products of the result (`head`, F32), because a
vocabulary is larger than the rest and a norm before the head is not in the contract. --design
writes a design in which every engine takes at most about --cycles cycles a token, and says how large
its weights are. --frames writes the text that was measured as frames. Exit status: 0 done, 2 bad
usage or bad input.
"""

import argparse
import shlex
import sys
from pathlib import Path

from emamba_tools import command_line


def work(options: argparse.Namespace, command: str) -> None:
    """From the checkpoint to the files. Raises ValueError, OSError."""
    import math
    from dataclasses import replace

    from emamba_tools import (
        datasets, fitting, importing, mamba_checkpoint, mamba_design, network, safetensors,
    )  # fmt: skip
    from emamba_tools.model import Numerics

    fitting.settle()
    checkpoint = mamba_checkpoint.load(options.checkpoint)
    ids = mamba_design.ids_of(options.text, len(checkpoint.embedding), options.length,
                              2 * options.count)  # fmt: skip
    calibration, test = ids[: options.count], ids[options.count :]
    text = mamba_checkpoint.network_of(checkpoint, options.length)
    judge, lines = importing.Judge(test), []

    def told(name: str, text: mamba_checkpoint.Text, numerics: Numerics) -> None:
        cost = judge.cost(text, numerics)
        lines.append(f"{name}: perplexity {math.exp(min(cost.surprise, 700)):.3f}, "
                     f"{cost.divergence:.4f} nats from the checkpoint")  # fmt: skip
        print(lines[-1], flush=True)

    for name, text, numerics in importing.steps(text, calibration):
        told(name, text, numerics)
    made = importing.quantised(text, calibration, calibration[:1], "")
    told("INT8", text, made.numerics)
    origin = f"{options.checkpoint.name}; {command}. " + "; ".join(lines)
    network.save(options.output, replace(made.network, origin=origin))
    host = {"embedding": made.codes.numpy(), "head": text.head.numpy()}
    metadata = {"format": "emamba-host-1", "exponent": made.network.exponents["input"],
                "epsilon": text.epsilon}  # fmt: skip
    safetensors.save(mamba_design.host_path(options.output), host, metadata)
    if options.frames:
        codes = made.codes[test[:, :-1]].unsqueeze(2).numpy()
        datasets.save(options.frames, datasets.Frames(codes, None, metadata["exponent"]))
    print(f"{made.network.parameters} parameters on the accelerator, "
          f"{2 * made.codes.numel()} at the host")  # fmt: skip
    if options.design:
        design = mamba_design.text(options.output.stem, text.model.shape, options.cycles)
        options.design.write_text(design)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("-o", "--output", type=Path, required=True)
    parser.add_argument("--text", type=Path, required=True)
    parser.add_argument("--length", type=int, default=256, help="units of a text")
    parser.add_argument("--count", type=int, default=8, help="texts that calibrate, and that test")
    parser.add_argument("--design", type=Path, help="write a design for it")
    parser.add_argument("--cycles", type=int, default=20_000, help="of a token, in that design")
    parser.add_argument("--frames", type=Path, help="write the tested texts as frames")
    options = parser.parse_args()
    for name in ("length", "count", "cycles"):
        if getattr(options, name) < 1:
            parser.error(f"--{name} is {getattr(options, name)}; must be at least 1")
    command_line.check_output(options)
    work(options, shlex.join(["tools/import_mamba.py", *sys.argv[1:]]))
    return 0


if __name__ == "__main__":
    command_line.run(main)
