"""The rounding model against the integer contract, calibration, and the exponents' limits."""

import unittest

import numpy as np
import support  # noqa: F401  first: it finds the tools

try:
    import torch
except ImportError:
    torch = None

from emamba_tools import contract, network, pwl

if torch:
    from emamba_tools import fitting, quantisation, rounding
    from emamba_tools.model import Model, Shape


@unittest.skipUnless(torch, "torch is not installed")
class Quantisation(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        fitting.settle()
        shape = Shape(H=8, W=6, C=2, P=2, D=6, ED=12, N=4, R=2, K=3, M=2, conv_silu=True,
                      head="flatten", head_hidden=8, outputs=5)  # fmt: skip
        cls.model = Model(shape, torch.Generator().manual_seed(3))
        codes = np.random.default_rng(3).integers(-128, 128, (20, 8, 6, 2))
        cls.codes = codes.astype(np.int8)
        cls.frames = fitting.to_values(cls.codes, -7)
        cls.seen = quantisation.observe(cls.model, cls.frames)

    def calibrated(self, rule: str = "least-squares") -> dict[str, int]:
        return quantisation.calibrate(self.model, self.seen, rule, -7)

    def export(self, exponents: dict[str, int], moved: bool = False) -> tuple:
        """The network, for how many inputs its tables are off, and the rounding numerics."""
        seen = self.seen if moved else None
        functions = quantisation.functions(self.model.shape, exponents, seen)
        tables, off = quantisation.tables(functions, exponents)
        exported = quantisation.export(self.model, exponents, tables, "")
        return exported, off, quantisation.rounding(functions, tables, exponents)

    def test_rounding_in_training_gives_the_contract_s_codes(self):
        for rule in quantisation.RULES:
            for moved in (False, True):
                with self.subTest(rule=rule, moved=moved):
                    exponents = self.calibrated(rule)
                    exported, off, numerics = self.export(exponents, moved)
                    exact, self.model.numerics = self.model.numerics, numerics
                    rounded = self.model(self.frames) / 2.0 ** exponents["output"]
                    self.model.zero_grad()
                    rounded.sum().backward()
                    self.model.numerics = exact
                    codes = contract.forward(exported, self.codes)
                    self.assertEqual(off, 0)
                    self.assertTrue((rounded.detach().numpy() == codes).all())
                    for name, raw in self.model.raw.items():
                        self.assertTrue(raw.grad.isfinite().all(), name)

    def test_gradients_pass_rounding_and_stop_at_saturation(self):
        x = torch.tensor([0.3, 5.0, -5.0], requires_grad=True)
        rounding.fake(x, -7).sum().backward()
        self.assertEqual(x.grad.tolist(), [1, 0, 0])

    def test_a_table_s_gradient_is_its_secant_s_slope(self):
        function = pwl.SILU.secants()
        table, _ = pwl.fit(function, -5, -6)  # saturates above 2
        x = torch.tensor([-3.5, -0.25, 0.75, 1.75, 2.5], requires_grad=True)
        rounding.Table(table, function, -5, -6)(x).sum().backward()
        for value, got in zip(x.tolist(), x.grad.tolist()):
            right = next(i for i, knot in enumerate(pwl.SILU.knots) if knot > value)
            k0, k1 = pwl.SILU.knots[right - 1 : right + 1]
            slope = (pwl.silu(k1) - pwl.silu(k0)) / (k1 - k0)
            self.assertAlmostEqual(got, 0 if value > 2 else slope, places=6)

    def test_the_stored_state_is_the_floor_of_the_computed_one(self):
        for codes in (np.arange(-700, 700), np.array([2**23 - 1, 2**23 - 2, -(2**23), 2**23 - 65])):
            computed = torch.tensor(codes * 2.0**-16).float()  # 7 bits below the exponent -9
            read, stored = rounding.State.apply(computed, 2.0**-16)
            self.assertTrue((read == computed).all())
            self.assertEqual((stored * 2**9).int().tolist(), (codes >> 7).tolist())
        read, stored = rounding.State.apply(torch.tensor([2.0**24, -(2.0**24)]), 1.0)
        self.assertEqual(read.tolist(), [2**23 - 1, -(2**23)])
        self.assertEqual(stored.tolist(), [(2**16 - 1) * 128, -(2**23)])

    def test_int8_stays_close_to_float(self):
        for rule in quantisation.RULES:
            exponents = self.calibrated(rule)
            exported, _, _ = self.export(exponents)
            codes = contract.forward(exported, self.codes) * 2.0 ** exponents["output"]
            exact = self.model(self.frames).detach().numpy()
            self.assertLess(np.abs(codes - exact).max(), 0.15 * np.abs(exact).max(), rule)

    def test_piecewise_linear_float_stays_close_to_float(self):
        functions = quantisation.functions(self.model.shape, self.calibrated())
        exact = self.model(self.frames)
        before, self.model.numerics = self.model.numerics, rounding.Secants(functions)
        secant = self.model(self.frames)
        self.model.numerics = before
        self.assertLess((secant - exact).abs().max(), 0.05 * exact.abs().max())
        self.assertGreater((secant - exact).abs().max(), 0)

    def test_exponents_are_moved_within_the_hardware_s_limits(self):
        spoiled = self.calibrated()
        for name, shift in {"embed.bias": 20, "blocks.0.norm.beta": -30, "blocks.1.D": 40,
                            "blocks.1.state": -20, "blocks.1.output_proj": -20,
                            "head.1.bias": -20}.items():  # fmt: skip
            spoiled[name] += shift
        moved = quantisation.within_limits(self.model.shape.metadata(), spoiled)
        exported, _, _ = self.export(moved)
        network.check(exported)
        # the finer side gives way: nothing that was in range saturates
        self.assertEqual(moved["blocks.0.norm.gamma"], spoiled["blocks.0.norm.gamma"])
        self.assertGreater(moved["blocks.0.norm.beta"], spoiled["blocks.0.norm.beta"])
        self.assertGreater(moved["blocks.1.state"], spoiled["blocks.1.state"])

    def test_rules(self):
        even = torch.linspace(-1, 1, 100_001)
        outlier = torch.cat([even, torch.tensor([1.2])])
        maximum, percentile, squares = (
            quantisation.RULES[name] for name in ("maximum", "percentile", "least-squares")
        )
        for rule in (maximum, percentile, squares):
            self.assertEqual(rule(torch.zeros(4)), -8)
        self.assertEqual(maximum(torch.tensor([127 / 128])), -7)
        self.assertEqual(maximum(torch.tensor([1.0])), -6)
        self.assertEqual((maximum(outlier), squares(outlier)), (-6, -7))
        far = torch.cat([even * 0.9, torch.full((50,), 30.0)])  # 0.05 % of the values
        self.assertEqual((maximum(far), percentile(far)), (-2, -7))


if __name__ == "__main__":
    unittest.main()
