"""The three checks: figures against other sources, verdicts that can fail, pictures in SVG."""

import dataclasses
import math
import tempfile
import unittest
import xml.etree.ElementTree as xml
from fractions import Fraction
from pathlib import Path

import numpy as np
from support import NETWORK, TOOLS, random_frames, random_network, run

from emamba_tools import (
    check_norm, check_pwl, check_ssm, contract, fashion_mnist, network, safetensors,
)  # fmt: skip


class Checks(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = Path(folder.name)
        cls.model = network.load(NETWORK)
        cls.codes = fashion_mnist.load("test").codes[:700]
        cls.frames = cls.folder / "frames.safetensors"
        safetensors.save(cls.frames, {"frames": cls.codes}, {"exponent": -7})

    def check(self, status: int, verdict: str, *arguments):
        picture = self.folder / "out.svg"
        done = run(TOOLS / "check.py", *arguments, "-o", picture)
        self.assertEqual((done.returncode, done.stderr), (status, ""))
        self.assertTrue(done.stdout.splitlines()[-1].startswith(verdict), done.stdout)
        self.assertTrue(xml.parse(picture).getroot().tag.endswith("svg"))

    def test_the_shipped_network_passes(self):
        for name in ("pwl", "ssm"):
            self.check(0, f"{name}: pass", name, NETWORK, "-i", self.frames)

    def test_a_wrong_table_fails(self):
        table = self.model.pwl["blocks.0.gate"]
        off = table.intercepts + (8 << table.shift)  # eight codes: 6 % of what INT8 holds
        spoiled = {**self.model.pwl, "blocks.0.gate": dataclasses.replace(table, intercepts=off)}
        path = self.folder / "spoiled.safetensors"
        network.save(path, dataclasses.replace(self.model, pwl=spoiled))
        self.check(1, "pwl: FAIL", "pwl", path, "-i", self.frames)

    def test_a_state_that_saturates_fails(self):
        e = dict(self.model.exponents)
        e["blocks.1.state"] -= 4
        path = self.folder / "narrow.safetensors"
        network.save(path, dataclasses.replace(self.model, exponents=e))
        self.check(1, "ssm: FAIL", "ssm", path, "-i", self.frames)

    def test_pwl_errors_are_those_of_the_secants(self):
        found = {e.node: e for e in check_pwl.measure(self.model, self.codes[:20])}
        gate, exp = found["blocks.0.gate"], found["blocks.0.A_bar"]
        # the secant of SiLU over -0.5..0 is farthest off near its middle; that of exp over -0.5..0
        middle = 0.5 * (0.5 / (1 + math.exp(0.5))) - 0.25 / (1 + math.exp(0.25))
        self.assertAlmostEqual(np.abs(gate.line).max(), abs(middle), delta=1e-3)
        self.assertAlmostEqual(
            np.abs(exp.line).max(), (1 + math.exp(-0.5)) / 2 - math.exp(-0.25), delta=2e-3
        )
        tokens = 20 * self.model.shape["L"] * self.model.shape["ED"]
        self.assertEqual(int(gate.counts.sum()), tokens)
        self.assertAlmostEqual(gate.weights.sum(), 1)

    def test_the_scan_s_error_by_exact_rationals(self):
        for seed in range(4):  # other exponents, some where states saturate
            model = random_network(seed, M=1)
            frames = random_frames(seed, model.shape, 2)
            nodes = {}
            contract.forward(model, frames[:1], nodes)
            scan = check_ssm.run(model, frames, 0, model.shape["L"])
            e = model.exponents
            step = Fraction(2) ** (e["blocks.0.B_bar"] + e["blocks.0.x"] - e["blocks.0.state"])
            h = [[Fraction(0)] * model.shape["N"] for _ in range(model.shape["ED"])]
            for t in range(model.shape["L"]):
                largest = Fraction(0)
                for c, row in enumerate(h):
                    for n in range(len(row)):
                        a, b, got = (int(nodes[f"blocks.0.{k}"][0, t, c, n])
                                     for k in ("A_bar", "B_bar", "state"))  # fmt: skip
                        drive = b * int(nodes["blocks.0.x"][0, t, c]) * step
                        row[n] = Fraction(a, 128) * row[n] + drive
                        largest = max(largest, abs(got - row[n]))
                self.assertTrue(math.isclose(scan.same[t], largest, rel_tol=1e-9, abs_tol=1e-9))

    def test_range_norm_cycles_are_the_engine_s(self):
        # docs/microarchitecture.md: the last element of group j is written in cycle G + 9 j + 11
        for D, units in ((20, 1), (24, 2), (32, 32)):
            G = D // units
            self.assertEqual(check_norm.range_cycles(D, units), G + 9 * (G - 1) + 11 + 1)
            self.assertGreater(check_norm.layer_cycles(D, units), check_norm.range_cycles(D, units))

    def test_the_root_has_as_many_cycles_as_bits(self):
        for D in (4, 20, 24, 32):
            largest = D * D * 128**2  # of D sum(x^2) - (sum x)^2, a bound
            bits = math.isqrt(largest).bit_length()
            self.assertIn(check_norm.root_cycles(D) - 2 - bits, (-1, 0, 1))

    def test_norm_compares_two_trainings(self):
        shape = {"D": 20, "L": 16}
        paths = {}
        for norm, test in (("range", "89.00"), ("layer", "89.50")):
            paths[norm] = self.folder / f"{norm}.safetensors"
            reached = {"test": f"top-1 {test} %"}
            safetensors.save(paths[norm], {}, {"norm": norm, "shape": shape, "reached": reached})
        program = self.folder / "emamba"
        program.write_text("""#!/bin/sh
echo "engine                   cyc/tok     busy/frame   of max"
echo "blocks.0.norm                203           3248     100%     53.0%"
echo "blocks.0.conv                 99           1584      45%     18.5%"
echo "latency 9255 cycles (92.55 us), interval 3504 cycles (35.04 us, 28539 frames/s) at 100 MHz"
""")
        program.chmod(0o755)
        measured = check_norm.timing(program, Path("any.yaml"))
        self.assertEqual(measured, (9255, 3504, 1584))
        both = ("--design", "any.yaml", "--program", program)
        self.check(0, "norm: pass: range norm loses 0.50", "norm", *paths.values(), *both)
        done = run(TOOLS / "check.py", "norm", paths["layer"], paths["range"], *both, "-o", "x.svg")
        self.assertEqual((done.returncode, done.stderr.count("\n")), (2, 1))


if __name__ == "__main__":
    unittest.main()
