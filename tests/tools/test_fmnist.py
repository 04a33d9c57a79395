"""The network that ships, the frames tool and the inference command, end to end."""

import os
import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import numpy as np
from support import NETWORK, TOOLS

from emamba_tools import contract, fashion_mnist, network, pwl, safetensors

COUNT = 500


def run(*arguments) -> subprocess.CompletedProcess:
    environment = {**os.environ, "PYTHONPATH": str(TOOLS)}
    command = [sys.executable, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, env=environment, check=False)


class Fmnist(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.model = network.load(NETWORK)
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = Path(folder.name)
        cls.frames = cls.folder / "frames.safetensors"
        done = run(TOOLS / "frames.py", "-o", cls.frames, "--count", COUNT)
        assert done.returncode == 0, done.stderr

    def test_it_is_small_and_says_where_it_comes_from(self):
        self.assertLessEqual(self.model.parameters, 30_000)
        for words in ("Fashion-MNIST", "tools/train.py", "tools/quantise.py", "seed"):
            self.assertIn(words, self.model.origin)

    def test_frames_are_the_pixels_less_128(self):
        tensors, _ = safetensors.load(self.frames)
        images = fashion_mnist.read_idx(fashion_mnist.FOLDER / "t10k-images-idx3-ubyte.gz")
        self.assertEqual(tensors["frames"].shape, (COUNT, 28, 28, 1))
        pixels = tensors["frames"][..., 0].astype(int) + 128
        self.assertTrue((pixels == images[:COUNT]).all())
        self.assertEqual((tensors["labels"].dtype, tensors["labels"].shape), (np.int64, (COUNT,)))

    def test_accuracy_is_near_the_recorded_one(self):
        recorded = float(re.search(r"test images: .*?INT8 ([\d.]+) %", self.model.origin)[1])
        self.assertGreater(recorded, 85)
        output = self.folder / "outputs.safetensors"
        done = run("-m", "emamba_tools.infer", NETWORK, self.frames, "-o", output)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        reached = float(re.search(r"top-1 ([\d.]+) %", done.stdout)[1])
        # 500 frames: one standard deviation is 1.4 points
        self.assertLess(abs(reached - recorded), 4.5)
        outputs, metadata = safetensors.load(output)
        codes = outputs["outputs"]
        self.assertEqual((codes.dtype, codes.shape), (np.int8, (COUNT, 10)))
        self.assertEqual(metadata["exponent"], self.model.exponents["output"])

    def test_its_tables_give_every_rounded_secant(self):
        e = self.model.exponents
        for name, table in self.model.pwl.items():
            stem, node = name.rsplit(".", 1)
            source = {"x": "conv", "gate": "gate.in", "A_bar": "exp_in"}[node]
            function = pwl.EXP if node == "A_bar" else pwl.SILU
            want = pwl.rounded(function, e[f"{stem}.{source}"], e[name])
            self.assertEqual(contract.pwl(np.arange(-128, 128), table).tolist(), want.tolist())

    def test_its_state_never_saturates(self):
        tensors, _ = safetensors.load(self.frames)
        nodes = {}
        contract.forward(self.model, tensors["frames"][:50], nodes)
        for block in range(self.model.shape["M"]):
            self.assertLess(np.abs(nodes[f"blocks.{block}.state"]).max(), 2**16 - 1)

    def test_bad_input_is_one_line_and_status_2(self):
        missing = self.folder / "missing.safetensors"
        for arguments in (
            (TOOLS / "frames.py", "-o", missing, "--dataset", self.folder),
            (TOOLS / "frames.py", "-o", missing, "--count", 0),
            (TOOLS / "frames.py", "-o", missing, "--count", 10_001),
            (TOOLS / "quantise.py", NETWORK, "-o", missing),
            ("-m", "emamba_tools.infer", missing, self.frames),
            ("-m", "emamba_tools.infer", NETWORK, NETWORK),
            ("-m", "emamba_tools.infer", self.frames, self.frames),
        ):
            done = run(*arguments)
            self.assertEqual((done.returncode, done.stderr.count("\n")), (2, 1), done.stderr)
            self.assertFalse(missing.exists())


if __name__ == "__main__":
    unittest.main()
