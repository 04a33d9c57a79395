"""The operators against exact rationals, and every variant of a network against its own nodes."""

import itertools
import unittest
from fractions import Fraction

import numpy as np
from support import exact_requant, random_frames, random_network  # first: it finds the tools

from emamba_tools import contract


def power(e: int) -> Fraction:
    return Fraction(2) ** e


def code(value: Fraction, e: int) -> int:
    """The INT8 code of an exact value."""
    return max(-128, min(127, round(value / power(e))))


class RangeNorm(unittest.TestCase):
    def check(self, x, gamma, beta, e_gamma, e_beta, e_out):
        got = contract.range_norm(
            np.array(x), np.array(gamma), np.array(beta), e_gamma, e_beta, e_out
        )
        mean, span = Fraction(sum(x), len(x)), max(max(x) - min(x), 1)
        want = [
            code(g * power(e_gamma) * (v - mean) / span + b * power(e_beta), e_out)
            for v, g, b in zip(x, gamma, beta)
        ]
        self.assertEqual(got.tolist(), want)

    def test_random_vectors(self):
        rng = np.random.default_rng(2)
        for _ in range(300):
            D = int(rng.integers(1, 33))
            x, gamma, beta = (rng.integers(-128, 128, D).tolist() for _ in range(3))
            self.check(x, gamma, beta, *(int(e) for e in rng.integers(-12, -3, 3)))

    def test_constant_vectors_and_extremes(self):
        for x in ([-128] * 6, [127] * 6, [0] * 6, [-128, 127] * 3, [5, 5, 5, 5, 5, 6]):
            for gamma, beta in itertools.product((-128, 127, 1), (-128, 127, 0)):
                self.check(x, [gamma] * 6, [beta] * 6, -6, -8, -7)

    def test_widest_exponents(self):
        self.check([-128, 127, 3, -77], [-128, 127, -1, 9], [127, -128, 1, 0], -20, -5, -20)
        self.check([-128, 127, 3, -77], [-128, 127, -1, 9], [127, -128, 1, 0], -5, -20, -6)


class Mean(unittest.TestCase):
    def test_rounds_once(self):
        rng = np.random.default_rng(3)
        for tokens, distance in itertools.product((1, 2, 3, 16, 49), (*range(-12, 13), -90, 90)):
            x = rng.integers(-128, 128, (tokens, 5))
            want = [code(Fraction(int(s), tokens), distance) for s in x.sum(0)]
            self.assertEqual(contract.mean(x, 0, distance).tolist(), want)


class Conv1d(unittest.TestCase):
    def test_taps_before_the_first_token_read_zero(self):
        x, weight = np.array([[1], [10], [100]]), np.array([[2, 3, 5, 7]])
        self.assertEqual(contract.conv1d(x, weight)[:, 0].tolist(), [7, 75, 753])


class Variants(unittest.TestCase):
    """Each option of a network, recomputed from the recorded inputs of the stage it changes."""

    def run_one(self, seed=5, **changes):
        model = random_network(seed, **changes)
        nodes = {}
        outputs = contract.forward(model, random_frames(seed, model.shape), nodes)
        tokens = model.shape["L"] if model.shape["head"] in ("none", "token") else 1
        self.assertEqual(outputs.shape, (3, tokens * model.shape["outputs"]))
        self.assertTrue((outputs == nodes["output"].reshape(outputs.shape)).all())
        return model, {name: codes.tolist() for name, codes in nodes.items()}, outputs.tolist()

    def check_linear(self, model, name, x, e_x, e_out, got):
        weight, bias = model.tensors[f"{name}.weight"], model.tensors[f"{name}.bias"]
        e_w, e_b = model.exponents[f"{name}.weight"], model.exponents[f"{name}.bias"]
        for row, b, y in zip(weight.tolist(), bias.tolist(), got):
            value = sum(w * v for w, v in zip(row, x)) * power(e_w + e_x) + b * power(e_b)
            self.assertEqual(code(value, e_out), y)

    def test_patches_are_row_major_with_channels_innermost(self):
        model = random_network(5)
        frames = random_frames(5, model.shape)
        nodes = {}
        contract.forward(model, frames, nodes)
        e, s = model.exponents, model.shape
        for i, j, r, c, k in itertools.product(range(2), range(3), range(2), range(2), range(2)):
            pixel = int(frames[2, i * s["P"] + r, j * s["P"] + c, k])
            want = exact_requant(pixel, e["input"], e["patches"])
            self.assertEqual(nodes["patches"][2, i * 3 + j, (r * 2 + c) * 2 + k], want)

    def test_heads(self):
        for head, hidden in (("flatten", 4), ("flatten", 0), ("mean", 4), ("mean", 0)):
            with self.subTest(head=head, hidden=hidden):
                model, nodes, outputs = self.run_one(head=head, head_hidden=hidden)
                e = model.exponents
                for n, tokens in enumerate(nodes["blocks.1.output"]):
                    columns = zip(*tokens)
                    values = (
                        sum(tokens, [])
                        if head == "flatten"
                        else [Fraction(sum(column), len(tokens)) for column in columns]
                    )
                    scale = power(e["blocks.1.output"])
                    self.assertEqual(nodes["head.in"][n],
                                     [code(v * scale, e["head.in"]) for v in values])  # fmt: skip
                    first = "head.hidden" if hidden else "output"
                    self.check_linear(model, "head.0", nodes["head.in"][n], e["head.in"],
                                      e[first], nodes[first][n])  # fmt: skip
                    if hidden:
                        act = [
                            exact_requant(max(v, 0), e["head.hidden"], e["head.act"])
                            for v in nodes["head.hidden"][n]
                        ]
                        self.assertEqual(nodes["head.act"][n], act)
                        self.check_linear(model, "head.1", act, e["head.act"], e["output"],
                                          outputs[n])  # fmt: skip

    def test_head_token_is_a_head_of_one_token_for_each(self):
        for hidden in (4, 0):
            model, nodes, _ = self.run_one(head="token", head_hidden=hidden)
            e = model.exponents
            first = "head.hidden" if hidden else "output"
            for n, tokens in enumerate(nodes["blocks.1.output"]):
                for t, token in enumerate(tokens):
                    x = [exact_requant(v, e["blocks.1.output"], e["head.in"]) for v in token]
                    self.assertEqual(nodes["head.in"][n][t], x)
                    self.check_linear(model, "head.0", x, e["head.in"], e[first], nodes[first][n][t])
                    if hidden:
                        act = [exact_requant(max(v, 0), e["head.hidden"], e["head.act"])
                               for v in nodes["head.hidden"][n][t]]  # fmt: skip
                        self.check_linear(model, "head.1", act, e["head.act"], e["output"],
                                          nodes["output"][n][t])  # fmt: skip

    def test_head_none_requantises_every_token(self):
        model, nodes, outputs = self.run_one(head="none", head_hidden=0, outputs=5)
        e = model.exponents
        for tokens, row in zip(nodes["blocks.1.output"], outputs):
            want = [exact_requant(v, e["blocks.1.output"], e["output"]) for v in sum(tokens, [])]
            self.assertEqual(row, want)

    def test_conv_without_silu_requantises(self):
        model, nodes, _ = self.run_one(conv_silu=False)
        e = model.exponents
        conv, x = (np.array(nodes[f"blocks.0.{name}"]).ravel().tolist() for name in ("conv", "x"))
        self.assertEqual(
            x, [exact_requant(v, e["blocks.0.conv"], e["blocks.0.x"]) for v in conv]
        )

    def test_residual_adds_the_block_s_own_input(self):
        for seed in range(4):  # in some, embed and blocks.0.output differ in their exponents
            model, nodes, _ = self.run_one(seed=seed)
            e = model.exponents
            for u_name, block in (("embed", "blocks.0."), ("blocks.0.output", "blocks.1.")):
                names = (u_name, f"{block}output_proj", f"{block}output")
                for u, o, out in zip(*(np.array(nodes[name]).ravel().tolist() for name in names)):
                    value = u * power(e[names[0]]) + o * power(e[names[1]])
                    self.assertEqual(out, code(value, e[names[2]]))

    def test_ssm_follows_the_recurrence(self):
        saturated = 0
        for seed in range(8):
            model, nodes, _ = self.run_one(seed=seed)
            for n in range(3):
                self.check_ssm(model, {k: v[n] for k, v in nodes.items()}, "blocks.1.")
            saturated += int((np.array(nodes["blocks.1.state"]) == 2**16 - 1).sum())
        self.assertGreater(saturated, 0)

    def check_ssm(self, model, nodes, b):
        """One frame of one block, scalar by scalar, in exact values."""
        e = {key.removeprefix(b): v for key, v in model.exponents.items() if key.startswith(b)}
        A, D = model.tensors[f"{b}A"].tolist(), model.tensors[f"{b}D"].tolist()
        table, e_cur = model.pwl[f"{b}A_bar"], e["state"] - 7
        h = {}
        for t, tokens in enumerate(nodes[f"{b}x"]):
            for c, x in enumerate(tokens):
                total = D[c] * x * power(e["D"] + e["x"])
                delta = nodes[f"{b}delta"][t][c]
                for s, (B, C) in enumerate(zip(nodes[f"{b}B"][t], nodes[f"{b}C"][t])):
                    a_in = exact_requant(delta * A[c][s], e["delta"] + e["A"], e["exp_in"])
                    A_bar = int(contract.pwl(np.array(a_in), table))
                    B_bar = exact_requant(delta * B, e["delta"] + e["B"], e["B_bar"])
                    drive = round(B_bar * x * power(e["B_bar"] + e["x"] - e_cur))
                    cur = max(-(2**23), min(2**23 - 1, A_bar * h.get((c, s), 0) + drive))
                    total += C * cur * power(e["C"] + e_cur)
                    h[c, s] = max(-(2**16), min(2**16 - 1, cur // 128))
                    self.assertEqual(nodes[f"{b}state"][t][c][s], h[c, s])
                self.assertEqual(nodes[f"{b}y"][t][c], code(total, e["y"]))

    def test_frames_do_not_depend_on_their_batch(self):
        model = random_network(6)
        frames = random_frames(6, model.shape, 7)
        whole = contract.forward(model, frames)
        self.assertTrue((whole == contract.forward(model, frames, batch=2)).all())

    def test_wrong_frames_are_refused(self):
        model = random_network(6)
        with self.assertRaisesRegex(ValueError, "frames are"):
            contract.forward(model, np.zeros((1, 4, 6, 3), np.int8))


if __name__ == "__main__":
    unittest.main()
