"""tools/ablate.py: widths and segments against other sources, and the command end to end."""

import re
import tempfile
import unittest
import xml.etree.ElementTree as xml
from pathlib import Path

import numpy as np
from support import NETWORK, TOOLS, random_frames, run

try:
    import torch
except ImportError:
    torch = None

from emamba_tools import check_ssm, contract, datasets, network, pwl

if torch:
    from emamba_tools import ablation, fitting, quantisation
    from emamba_tools.model import Model, Shape


@unittest.skipUnless(torch, "torch is not installed")
class Ablation(unittest.TestCase):
    def test_at_17_bits_the_state_is_the_contracts(self):
        codes = network.load(NETWORK)
        frames = random_frames(1, codes.shape, 30)
        shape = {key: value for key, value in codes.shape.items() if key != "L"}
        model = Model(Shape(**shape), torch.Generator())
        model.load_values({name: torch.tensor(tensor * 2.0 ** codes.exponents[name]).float()
                           for name, tensor in codes.tensors.items()})  # fmt: skip
        functions = quantisation.functions(model.shape, codes.exponents)
        exact = quantisation.rounding(functions, codes.pwl, codes.exponents)
        x = fitting.to_values(frames, codes.exponents["input"])
        step = 2.0 ** codes.exponents["output"]
        made = {}
        for bits in (8, 17, 24):
            model.numerics = ablation.Width(exact, bits)
            made[bits] = fitting.outputs(model, x).numpy() / step
        expected = contract.forward(codes, frames)
        self.assertTrue((made[17] == expected).all())
        self.assertFalse((made[8] == expected).all())
        self.assertLessEqual(np.abs(made[24] - expected).max(), 8)

    def test_a_bit_more_halves_the_error_of_the_state(self):
        codes = network.load(NETWORK)
        frames = random_frames(2, codes.shape, 20)
        errors = [check_ssm.run(codes, frames, 1, 300, bits).percent("same", 300)
                  for bits in (14, 15, 16, 17, 18)]  # fmt: skip
        for coarse, fine in zip(errors, errors[1:]):
            self.assertTrue(1.6 < coarse / fine < 2.5, errors)

    def test_more_segments_come_nearer(self):
        counts = np.random.default_rng(1).integers(0, 100, 256)
        errors = []
        for segments in (3, 5, 9, 17, 33):
            knots = pwl.moved(pwl.SILU, -5, -5, counts, segments)
            self.assertEqual(len(knots), segments + 1)
            function = pwl.SILU.secants(knots)
            x = np.array(pwl.CODES) / 32
            lines = [function.lines[sum(knot <= v for knot in knots)] for v in x]
            made = np.array([float(line.slope) * v + float(line.intercept)
                             for line, v in zip(lines, x)])  # fmt: skip
            square = (made.clip(-4, 127 / 32) - (x / (1 + np.exp(-x))).clip(-4, 127 / 32)) ** 2
            errors.append(float((square * (counts / counts.sum() + pwl.EVEN_SHARE / 256)).sum()))
        for coarse, fine in zip(errors, errors[1:]):
            self.assertLess(fine, coarse / 2, errors)

    def test_the_commands(self):
        rng = np.random.default_rng(3)
        labels = rng.integers(0, 3, 640)
        pixels = rng.normal(0, 20, (640, 8, 8, 1)) + 30 * labels[:, None, None, None] - 30
        frames = datasets.Frames(pixels.clip(-128, 127).astype(np.int8), labels, -7)
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            path, picture = folder / "frames.safetensors", folder / "out.svg"
            datasets.save(path, frames)
            made = {}
            for norm in ("range", "layer"):
                for seed in (1, 2):
                    made[norm, seed] = folder / f"{norm}-{seed}.safetensors"
                    done = run(TOOLS / "train.py", *[path] * 3, "-o", made[norm, seed],
                               "--norm", norm, "--seed", seed, "--epochs", 1,
                               "--shape", "P=1", "D=4", "ED=4", "N=2", "head=mean", "head_hidden=0")  # fmt: skip
                    self.assertEqual((done.returncode, done.stderr), (0, ""))
            for what, networks, rows in (
                ("segments", [made["range", 1]], ["5", "17", "33", "eMamba"]),
                ("state", [made["range", 1]], ["13", "17", "24"]), ("norm", made.values(), made),
            ):  # fmt: skip
                picture.unlink(missing_ok=True)
                done = run(TOOLS / "ablate.py", what, *networks, *[path] * 3, "-o", picture,
                           "--tokens", 300)  # fmt: skip
                self.assertEqual((done.returncode, done.stderr), (0, ""), done.stderr)
                for row in rows:
                    row = row if isinstance(row, str) else row[0]
                    self.assertTrue(re.search(rf"(?m)^ +{row} +[\d.]+", done.stdout), done.stdout)
                self.assertTrue(xml.parse(picture).getroot().tag.endswith("svg"))
            picture.unlink()
            for what, files in (
                ("segments", [made["range", 1], path, path, folder / "none"]),
                ("state", [made["layer", 1], path, path, path]),
                ("norm", [made["range", 1], made["layer", 1], path, path, path]),
                ("segments", [path] * 4),
            ):
                done = run(TOOLS / "ablate.py", what, *files, "-o", picture)
                self.assertEqual((done.returncode, done.stderr.count("\n")), (2, 1), done.stderr)
                self.assertFalse(picture.exists())


if __name__ == "__main__":
    unittest.main()
