"""A third party's network and golden outputs, where EMAMBA_CONFORMANCE names their folder."""

import os
import unittest
from pathlib import Path

import support  # noqa: F401  first: it finds the tools

from emamba_tools import contract, network, safetensors

FOLDER = os.environ.get("EMAMBA_CONFORMANCE")


@unittest.skipUnless(FOLDER, "EMAMBA_CONFORMANCE is not set: conformance vectors not run")
class Conformance(unittest.TestCase):
    def test_every_output_code_of_the_mars_network(self):
        folder = Path(FOLDER)
        model = network.load(folder / "mars.safetensors")
        frames, _ = safetensors.load(folder / "mars-frames.safetensors")
        expected, _ = safetensors.load(folder / "mars-expected.safetensors")
        outputs = contract.forward(model, frames["frames"])
        self.assertEqual(outputs.shape, expected["outputs"].shape)
        self.assertEqual(int((outputs != expected["outputs"]).sum()), 0)


if __name__ == "__main__":
    unittest.main()
