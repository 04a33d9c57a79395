"""Rounding, alignment and requantisation against exact rationals."""

import unittest
from fractions import Fraction

import numpy as np
from support import exact_requant  # first: it finds the tools

from emamba_tools import contract


class Numbers(unittest.TestCase):
    def test_align_every_code_of_twelve_bits_rounds_to_nearest_even(self):
        codes = np.arange(-2048, 2048)
        for shift in range(15):
            want = [round(Fraction(int(code), 2**shift)) for code in codes]
            self.assertEqual(contract.align(codes, 0, shift).tolist(), want, f"shift {shift}")

    def test_align_upwards_is_exact(self):
        self.assertEqual(contract.align(np.array([-3, 0, 5]), -2, -9).tolist(), [-384, 0, 640])

    def test_align_far_down_is_zero(self):
        codes = np.array([-(2**61), -1, 0, 1, 2**61])
        for shift in (62, 63, 100):
            want = [round(Fraction(int(code), 2**shift)) for code in codes]
            self.assertEqual(contract.align(codes, 0, shift).tolist(), want)

    def test_divide_matches_rationals_for_either_sign(self):
        numerators = np.arange(-300, 301)
        for denominator in range(1, 40):
            want = [round(Fraction(int(n), denominator)) for n in numerators]
            self.assertEqual(contract.divide(numerators, denominator).tolist(), want)

    def test_requant_any_distance_matches_rationals(self):
        rng = np.random.default_rng(1)
        codes = np.concatenate([np.arange(-300, 301), rng.integers(-(2**45), 2**45, 200)])
        for distance in (*range(-12, 50), -127, 127):
            want = [exact_requant(int(code), 0, distance) for code in codes]
            self.assertEqual(contract.requant(codes, 0, distance).tolist(), want, distance)

    def test_sat_clamps_to_both_ends(self):
        self.assertEqual(contract.sat(np.array([-129, -128, 127, 128]), 8).tolist(),
                         [-128, -128, 127, 127])  # fmt: skip

    def test_add_takes_the_smaller_exponent(self):
        total, e = contract.add(np.array([3]), -4, np.array([5]), -6)
        self.assertEqual((total.tolist(), e), ([17], -6))


if __name__ == "__main__":
    unittest.main()
