"""Fine-tuning's forward pass against the integer contract, node by node, on real frames."""

import unittest

import numpy as np
from support import NETWORKS, SMALL, random_frames, random_network  # first: it finds the tools

try:
    import torch
except ImportError:
    torch = None

from emamba_tools import contract, fashion_mnist, network

if torch:
    from emamba_tools import fitting, quantisation, rounding
    from emamba_tools.model import Model, Shape

    class Recorder(rounding.Rounding):
        """The codes of every node."""

        def __init__(self, *arguments):
            super().__init__(*arguments)
            self.seen = {}

        def scan(self, b):
            return None  # token by token, through `node`

        def node(self, name, value):
            made = super().node(name, value)
            self.seen.setdefault(name, []).append(made.detach())
            return made

        def state(self, name, value):
            computed, stored = super().state(name, value)
            self.seen.setdefault(name, []).append(stored.detach())
            return computed, stored

        def codes(self, name, like):
            """Node `name` in the axes of the contract's codes `like`."""
            parts = self.seen[name]
            # inside the scan: one part a token, states before channels
            scan = like.ndim == 4
            whole = torch.stack(parts, 1).transpose(2, 3) if scan else parts[0].reshape(like.shape)
            return (whole / 2.0 ** self.exponents[name]).double().numpy()


@unittest.skipUnless(torch, "torch is not installed")
class SameCodes(unittest.TestCase):
    def check(self, exported: network.Network, frames: np.ndarray):
        """Every node of `exported` in the model with rounding, and in the contract."""
        shape = {key: value for key, value in exported.shape.items() if key != "L"}
        model = Model(Shape(**shape), torch.Generator())
        tensors = {name: torch.tensor(codes * 2.0 ** exported.exponents[name]).float()
                  for name, codes in exported.tensors.items()}  # fmt: skip
        model.load_values(tensors)
        functions = quantisation.functions(model.shape, exported.exponents)
        plain = quantisation.rounding(functions, exported.pwl, exported.exponents)
        model.numerics = Recorder(exported.exponents, plain.tables)
        made = model(fitting.to_values(frames, exported.exponents["input"]))
        nodes = {}
        outputs = contract.forward(exported, frames, nodes)
        values = outputs * 2.0 ** exported.exponents["output"]
        self.assertTrue((made.detach().numpy() == values).all())
        for name, codes in nodes.items():
            if name == "input":
                continue  # in patches already
            first = name.rsplit(".", 1)[-1] in ("exp_in", "A_bar")  # unused on the first token
            with self.subTest(node=name):
                codes = codes[:, 1:] if first else codes
                self.assertTrue((model.numerics.codes(name, codes) == codes).all())

    def test_shipped_networks_on_real_frames(self):
        frames = fashion_mnist.load("test").codes[:100]
        for path in NETWORKS:
            exported = network.load(path)
            if exported.shape["H"] == 28:
                with self.subTest(network=path.stem):
                    self.check(exported, frames)

    def test_random_networks_of_every_head(self):
        for seed, changes in enumerate((
            {}, {"head": "mean"}, {"head": "mean", "head_hidden": 0, "conv_silu": False},
            {"head": "none", "head_hidden": 0, "outputs": 5}, {"head_hidden": 0},
            {"head": "token"}, {"head": "token", "head_hidden": 0},
        )):  # fmt: skip
            with self.subTest(**changes):
                frames = random_frames(seed, {**SMALL, **changes})
                self.check(random_network(seed, **changes), frames)


if __name__ == "__main__":
    unittest.main()
