"""Piecewise-linear tables: all 256 inputs against secants computed here, from the knots."""

import bisect
import itertools
import math
import unittest
from fractions import Fraction

import numpy as np
import support  # noqa: F401  first: it finds the tools

from emamba_tools import contract, pwl

CODES = np.arange(-128, 128)


def silu(x):
    return x / (1 + math.exp(-x))


def secant_code(knots, function, above, code, e_in, e_out):
    x = code * Fraction(2) ** e_in
    right = bisect.bisect_right(knots, x)
    if right == 0:
        y = Fraction(0)
    elif right == len(knots):
        y = above(x)
    else:
        k0, k1 = Fraction(knots[right - 1]), Fraction(knots[right])
        y0, y1 = (Fraction(function(float(k))) for k in (k0, k1))
        y = y0 + (y1 - y0) * (x - k0) / (k1 - k0)
    return max(-128, min(127, round(y / Fraction(2) ** e_out)))


class Tables(unittest.TestCase):
    def check(self, function, real, above, e_in, e_out):
        table, off = pwl.fit(function.secants(), e_in, e_out)
        got = contract.pwl(CODES, table).tolist()
        want = [secant_code(function.knots, real, above, c, e_in, e_out) for c in range(-128, 128)]
        self.assertEqual(got, want, f"e_in {e_in}, e_out {e_out}")
        self.assertEqual(off, 0)
        self.assertLessEqual(np.abs(table.slopes).max(), 2**15 - 1)
        self.assertLessEqual(np.abs(table.intercepts).max(), 2**31 - 1)
        self.assertTrue((np.diff(table.thresholds) >= 0).all())

    def test_silu_all_inputs_at_every_scale(self):
        for e_in in range(-9, 1):
            for e_out in range(e_in - 3, e_in + 3):
                self.check(pwl.SILU, silu, lambda x: x, e_in, e_out)

    def test_exp_all_inputs_at_every_scale(self):
        for e_in in range(-10, 3):
            self.check(pwl.EXP, math.exp, lambda x: Fraction(math.e), e_in, -7)

    def test_segment_counts_are_the_paper_s(self):
        self.assertEqual((len(pwl.SILU.knots), len(pwl.EXP.knots)), (17 + 1, 11 + 1))

    def test_exp_at_zero_saturates_at_127(self):
        table, _ = pwl.fit(pwl.EXP.secants(), -5, -7)
        self.assertEqual(int(contract.pwl(np.array(0), table)), 127)

    def test_a_region_starts_at_its_threshold(self):
        # e_in = -4: the knot -7 is code -112; below it SiLU is exactly 0
        table, _ = pwl.fit(pwl.SILU.secants(), -4, -10)
        below, at = contract.pwl(np.array([-113, -112]), table)
        self.assertEqual((below, at), (0, round(silu(-7.0) * 2**10)))

    def test_moved_knots_lie_on_codes_and_err_less_where_the_inputs_are(self):
        counts = np.zeros(256)
        counts[128 - 40 : 128 + 20] = 1
        for exact, real, e_in, e_out in ((pwl.SILU, silu, -5, -6), (pwl.EXP, math.exp, -5, -7)):
            knots = pwl.moved(exact, e_in, e_out, counts)
            self.assertEqual(len(knots), len(exact.knots))
            self.assertTrue(all((k / 2.0**e_in).is_integer() for k in knots))
            errors = []
            for function in (exact.secants(), exact.secants(knots)):
                table, off = pwl.fit(function, e_in, e_out)
                self.assertEqual(off, 0)
                thresholds, lines = pwl.in_codes(function, e_in, e_out)
                errors.append(0.0)
                for code in range(-40, 20):
                    line = lines[pwl.region(thresholds, code)]
                    y = min(127, float(line.slope * code + line.intercept))
                    errors[-1] += (y - min(127, real(code * 2.0**e_in) / 2.0**e_out)) ** 2
            self.assertLess(errors[1], 0.5 * errors[0])

    def test_moved_knots_are_the_best(self):
        """No single knot can be moved by a code for the better."""
        counts = np.random.default_rng(1).integers(0, 9, 256)
        knots = pwl.moved(pwl.SILU, -5, -5, counts)

        def error(knots):
            function, total = pwl.SILU.secants(knots), 0.0
            thresholds, lines = pwl.in_codes(function, -5, -5)
            weights = counts / counts.sum() + 0.1 / 256
            for code, weight in zip(range(-128, 128), weights):
                line = lines[pwl.region(thresholds, code)]
                y = max(-128, min(127, float(line.slope * code + line.intercept)))
                total += weight * (y - min(127, silu(code / 32) * 32)) ** 2
            return total

        least = error(knots)
        for index, step in itertools.product(range(len(knots)), (-1 / 32, 1 / 32)):
            other = sorted({*knots[:index], knots[index] + step, *knots[index + 1 :]})
            if len(other) == len(knots) and other[0] >= -4 and other[-1] <= 4:
                self.assertGreaterEqual(error(other), least * (1 - 1e-9))

    def test_inputs_that_cannot_be_met_are_counted(self):
        # with shift 0 and one line, an eighth of a code per input cannot be followed
        line = pwl.Line(Fraction(1, 8), Fraction(0))
        inputs = list(range(0, 64))
        targets = [round(line.slope * x) for x in inputs]
        intercept, off = pwl._best_intercept(0, 0, inputs, targets, 0)
        self.assertEqual(off, sum(t != intercept for t in targets))
        self.assertGreater(off, 0)


if __name__ == "__main__":
    unittest.main()
