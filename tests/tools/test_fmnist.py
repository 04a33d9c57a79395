"""The networks that ship, and the commands around them, end to end."""

import re
import tempfile
import unittest
from pathlib import Path

import numpy as np
from support import NETWORK, NETWORKS, ROOT, TOOLS, run

from emamba_tools import contract, fashion_mnist, network, pwl, safetensors

COUNT = 500
# parameters at most; INT8 percent at least, and points that INT8 may lose against float
PROMISES = {"fmnist": (30_000, 89.7, 0.5), "fmnist-small": (13_000, 89.0, 0.5)}


class Fmnist(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.models = {path.stem: network.load(path) for path in NETWORKS}
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = Path(folder.name)
        cls.frames = cls.folder / "frames.safetensors"
        done = run(TOOLS / "frames.py", "-o", cls.frames, "--count", COUNT)
        assert done.returncode == 0, done.stderr
        cls.codes = safetensors.load(cls.frames)[0]["frames"]

    def test_they_say_where_they_come_from(self):
        for name in PROMISES:
            for words in ("fashion-mnist train", "tools/train.py", "tools/quantise.py", "seed 1"):
                self.assertIn(words, self.models[name].origin)
        self.assertTrue(self.models["mars-random"].origin.startswith("UNTRAINED"))

    def test_they_keep_their_promises(self):
        for name, (parameters, least, loss) in PROMISES.items():
            model = self.models[name]
            self.assertLessEqual(model.parameters, parameters)
            recorded = {
                kind: float(re.search(rf"[.;] {kind}: test top-1 ([\d.]+) %", model.origin)[1])
                for kind in ("float", "INT8")
            }
            self.assertGreaterEqual(recorded["INT8"], least)
            self.assertLessEqual(recorded["float"] - recorded["INT8"], loss)

    def test_frames_are_the_pixels_less_128(self):
        tensors, metadata = safetensors.load(self.frames)
        images = fashion_mnist.read_idx(fashion_mnist.FOLDER / "t10k-images-idx3-ubyte.gz")
        self.assertEqual(tensors["frames"].shape, (COUNT, 28, 28, 1))
        pixels = tensors["frames"][..., 0].astype(int) + 128
        self.assertTrue((pixels == images[:COUNT]).all())
        self.assertEqual((tensors["labels"].dtype, tensors["labels"].shape), (np.int64, (COUNT,)))
        self.assertEqual(metadata["exponent"], -7)

    def test_infer_writes_codes_and_says_the_accuracy(self):
        output = self.folder / "outputs.safetensors"
        done = run("-m", "emamba_tools.infer", NETWORK, self.frames, "-o", output)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        outputs, metadata = safetensors.load(output)
        codes = outputs["outputs"]
        self.assertEqual((codes.dtype, codes.shape), (np.int8, (COUNT, 10)))
        self.assertEqual(metadata["exponent"], self.models["fmnist"].exponents["output"])
        labels = safetensors.load(self.frames)[0]["labels"]
        right = sum(row.tolist().index(row.max()) == label for row, label in zip(codes, labels))
        self.assertEqual(done.stdout, f"top-1 {right / COUNT * 100:.2f} % of {COUNT} frames\n")

    @unittest.skipUnless((ROOT / "build" / "emamba").exists(), "build/emamba is not built")
    def test_every_code_of_every_test_image_is_that_of_the_c_model(self):
        frames = self.folder / "all.safetensors"
        run(TOOLS / "frames.py", "-o", frames)
        tensors, _ = safetensors.load(frames)
        output = self.folder / "results.safetensors"
        for name in PROMISES:
            design = ROOT / "configs" / "designs" / f"{name}.yaml"
            path = ROOT / "configs" / "networks" / f"{name}.safetensors"
            done = run("run", design, "-n", path, "-i", frames, "-o", output, "-q",
                       program=ROOT / "build" / "emamba")  # fmt: skip
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            codes = safetensors.load(output)[0]["outputs"]
            expected = contract.forward(self.models[name], tensors["frames"])
            self.assertEqual(codes.shape, (10_000, 10))
            self.assertEqual(int((codes != expected).sum()), 0)
            percent = (expected.argmax(1) == tensors["labels"]).mean() * 100
            self.assertIn(f"; INT8: test top-1 {percent:.2f} %", self.models[name].origin)

    def test_their_tables_give_every_rounded_secant(self):
        for model in self.models.values():
            e = model.exponents
            for name, table in model.pwl.items():
                stem, node = name.rsplit(".", 1)
                source = {"x": "conv", "gate": "gate.in", "A_bar": "exp_in"}[node]
                function = (pwl.EXP if node == "A_bar" else pwl.SILU).secants()
                want = pwl.rounded(function, e[f"{stem}.{source}"], e[name])
                self.assertEqual(contract.pwl(np.arange(-128, 128), table).tolist(), want.tolist())

    def test_their_state_never_saturates(self):
        for name in PROMISES:
            nodes = {}
            contract.forward(self.models[name], self.codes[:50], nodes)
            for block in range(self.models[name].shape["M"]):
                self.assertLess(np.abs(nodes[f"blocks.{block}.state"]).max(), 2**16 - 1)

    def test_the_untrained_network_uses_the_range_of_every_node(self):
        model = self.models["mars-random"]
        frames = safetensors.load(ROOT / "traces" / "mars-random.safetensors")[0]["frames"]
        self.assertEqual(frames.shape, (8, 8, 8, 5))
        nodes = {}
        contract.forward(model, frames, nodes)
        for name, codes in nodes.items():
            least = 2**12 if name.endswith("state") else 32  # 4 and 2 bits below full scale
            if not name.endswith("A_bar"):
                self.assertGreaterEqual(np.abs(codes).max(), least, name)

    def test_bad_input_is_one_line_and_status_2(self):
        missing = self.folder / "missing.safetensors"
        three = [self.frames] * 3
        for arguments in (
            (TOOLS / "frames.py", "-o", missing, "--folder", self.folder),
            (TOOLS / "frames.py", "-o", missing, "--count", 0),
            (TOOLS / "frames.py", "-o", missing, "--count", 10_001),
            (TOOLS / "frames.py", "mars-random", "-o", missing, "--count", 0),
            (TOOLS / "train.py", missing, *three[1:], "-o", missing),
            (TOOLS / "train.py", *three, "-o", missing, "--shape", "P=3"),
            (TOOLS / "train.py", *three, "-o", missing, "--shape", "Q=3"),
            (TOOLS / "train.py", *three, "-o", missing, "--shape", "head=none"),
            (TOOLS / "train.py", *three, "-o", missing, "--teacher", NETWORK),
            (TOOLS / "train.py", *three, "-o", missing, "--epochs", -1),
            (TOOLS / "train.py", *three, "-o", missing, "--rate", 0),
            (TOOLS / "train.py", *three[:2], NETWORK, "-o", missing),
            (TOOLS / "quantise.py", NETWORK, *three, "-o", missing),
            (TOOLS / "check.py", "pwl", NETWORK, "-i", NETWORK, "-o", missing),
            (TOOLS / "check.py", "ssm", NETWORK, "-i", self.frames, "-o", missing),  # too few
            (TOOLS / "check.py", "norm", NETWORK, NETWORK, "--design", missing, "-o", missing),
            ("-m", "emamba_tools.infer", missing, self.frames),
            ("-m", "emamba_tools.infer", NETWORK, NETWORK),
            ("-m", "emamba_tools.infer", self.frames, self.frames),
        ):
            with self.subTest(arguments=arguments):
                done = run(*arguments)
                self.assertEqual((done.returncode, done.stderr.count("\n")), (2, 1), done.stderr)
                self.assertFalse(missing.exists())


if __name__ == "__main__":
    unittest.main()
