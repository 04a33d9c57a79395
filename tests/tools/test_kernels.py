"""The training kernels in C against the model's own loops: outputs and gradients."""

import unittest
from unittest import mock

import numpy as np
from support import NETWORK, random_frames, random_network

try:
    import torch
except ImportError:
    torch = None

from emamba_tools import network

if torch:
    from emamba_tools import fitting, kernels, quantisation, rounding
    from emamba_tools.model import Model, Numerics, Shape

    class SlowRounding(rounding.Rounding):
        def scan(self, b):
            return None

    class SlowNumerics(Numerics):
        def scan(self, b):
            return None


@unittest.skipUnless(torch, "torch is not installed")
class Kernels(unittest.TestCase):
    def outcome(self, model, numerics, x) -> tuple:
        """Outputs, and the gradient of every tensor for one made-up slope of the outputs."""
        model.numerics = numerics
        model.zero_grad()
        made = model(x)
        slope = torch.arange(made.numel()).reshape(made.shape).sin()
        (made * slope).sum().backward()
        return made.detach(), {name: raw.grad.clone() for name, raw in model.raw.items()}

    def compare(self, codes: network.Network, frames: np.ndarray):
        shape = {key: value for key, value in codes.shape.items() if key != "L"}
        model = Model(Shape(**shape), torch.Generator())
        for name in codes.tensors:
            if name.endswith(".A"):  # the model holds its logarithm: no zeros
                codes.tensors[name] = np.minimum(codes.tensors[name], -1)
        model.load_values({name: torch.tensor(tensor * 2.0 ** codes.exponents[name]).float()
                           for name, tensor in codes.tensors.items()})  # fmt: skip
        functions = quantisation.functions(model.shape, codes.exponents)
        fast = quantisation.rounding(functions, codes.pwl, codes.exponents)
        x = fitting.to_values(frames, codes.exponents["input"])
        for slow, quick, exact in ((SlowRounding(fast.exponents, fast.tables), fast, True),
                                   (SlowNumerics(), Numerics(), False)):  # fmt: skip
            with mock.patch.object(kernels, "library", lambda: None):
                outputs, gradients = self.outcome(model, slow, x)
            made, found = self.outcome(model, quick, x)
            if exact:
                self.assertTrue((made == outputs).all())
            self.assertLess((made - outputs).norm(), 1e-5 * outputs.norm() + 1e-12)
            for name, gradient in gradients.items():
                off = (found[name] - gradient).norm()
                self.assertLess(off, 2e-5 * gradient.norm() + 1e-12, f"{name}, exact {exact}")

    def test_random_networks(self):
        self.assertIsNotNone(kernels.library(), "no kernels: is gcc missing?")
        for seed, changes in enumerate((
            {}, {"N": 8, "ED": 20}, {"N": 8, "ED": 40, "D": 20, "M": 1, "K": 9}, {"ED": 35, "K": 16},
            {"N": 16, "D": 33, "ED": 66}, {"head": "mean", "conv_silu": False},
        )):  # fmt: skip
            with self.subTest(**changes):
                codes = random_network(seed, **changes)
                self.compare(codes, random_frames(seed, codes.shape, 20))

    def test_the_shipped_network(self):
        codes = network.load(NETWORK)
        self.compare(codes, random_frames(1, codes.shape, 20))


if __name__ == "__main__":
    unittest.main()
