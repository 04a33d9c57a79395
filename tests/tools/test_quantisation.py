"""The rounding model against the integer contract, calibration, and the exponents' limits."""

import unittest

import numpy as np
import support  # noqa: F401  first: it finds the tools

try:
    import torch
except ImportError:
    torch = None

from emamba_tools import contract, network

if torch:
    from emamba_tools import fitting, quantisation
    from emamba_tools.model import Model, Shape


@unittest.skipUnless(torch, "torch is not installed")
class Quantisation(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        fitting.settle()
        shape = Shape(H=8, W=6, C=2, P=2, D=6, ED=12, N=4, R=2, K=3, M=2, head_hidden=8, outputs=5)
        cls.model = Model(shape, torch.Generator().manual_seed(3))
        cls.frames = np.random.default_rng(3).integers(-128, 128, (20, 8, 6, 2)).astype(np.int8)
        cls.exponents = quantisation.calibrate(cls.model, fitting.to_values(cls.frames))

    def test_rounding_in_training_gives_the_contract_s_codes(self):
        exported, off = quantisation.export(self.model, self.exponents, "")
        exact, self.model.numerics = self.model.numerics, quantisation.Rounding(self.exponents)
        rounded = self.model(fitting.to_values(self.frames)) / 2.0 ** self.exponents["output"]
        rounded.sum().backward()
        self.model.numerics = exact
        codes = contract.forward(exported, self.frames)
        self.assertEqual(off, 0)
        self.assertTrue((rounded.detach().numpy() == codes).all())
        for name, raw in self.model.raw.items():
            self.assertTrue(raw.grad.isfinite().all(), name)

    def test_the_stored_state_is_the_floor_of_the_computed_one(self):
        computed = torch.arange(-700, 700) / 128 * 2.0**-9  # 7 bits below the exponent -9
        rounding = quantisation.Rounding({"state": -9})
        read, stored = rounding.state("state", computed)
        self.assertTrue((read == computed).all())
        self.assertEqual((stored * 2**9).tolist(), (computed * 2**9).floor().tolist())

    def test_int8_stays_close_to_float(self):
        exported, _ = quantisation.export(self.model, self.exponents, "")
        codes = contract.forward(exported, self.frames) * 2.0 ** self.exponents["output"]
        exact = self.model(fitting.to_values(self.frames)).detach().numpy()
        self.assertLess(np.abs(codes - exact).max(), 0.15 * np.abs(exact).max())

    def test_exponents_are_moved_within_the_hardware_s_limits(self):
        spoiled = dict(self.exponents)
        for name, shift in {"embed.bias": 20, "blocks.0.norm.beta": -30, "blocks.1.D": 40,
                            "blocks.1.state": -20, "blocks.1.output_proj": -20,
                            "head.1.bias": -20}.items():  # fmt: skip
            spoiled[name] += shift
        moved = quantisation.within_limits(self.model.shape.metadata(), spoiled)
        exported, _ = quantisation.export(self.model, moved, "")
        network.check(exported)
        # the finer side gives way: nothing that was in range saturates
        self.assertEqual(moved["blocks.0.norm.gamma"], spoiled["blocks.0.norm.gamma"])
        self.assertGreater(moved["blocks.0.norm.beta"], spoiled["blocks.0.norm.beta"])
        self.assertGreater(moved["blocks.1.state"], spoiled["blocks.1.state"])

    def test_least_error_exponent(self):
        self.assertEqual(quantisation.least_error_exponent(torch.zeros(4)), -8)
        self.assertEqual(quantisation.least_error_exponent(torch.linspace(-1, 1, 1001)), -7)
        outlier = torch.cat([torch.linspace(-1, 1, 100_001), torch.tensor([1.2])])
        self.assertEqual(quantisation.least_error_exponent(outlier), -7)


if __name__ == "__main__":
    unittest.main()
