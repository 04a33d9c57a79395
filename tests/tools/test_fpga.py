"""The FPGA estimate on netlists written by hand, whose counts and longest path are known."""

import unittest

import support  # noqa: F401  (puts tools/ on the path)

from emamba_tools import fpga


def cell(kind, outputs, **inputs):
    """A cell whose output O drives the nets `outputs`."""
    ways = {"O": "output", **dict.fromkeys(inputs, "input")}
    return {"type": kind, "port_directions": ways, "connections": {"O": outputs, **inputs}}


CHAIN = {
    "$flatten\\u_a.\\u_in.$auto$1": cell("FDRE", [2], D=[9]),
    "u_a.lut": cell("LUT3", [3], I0=[2], I1=["0"], I2=[2]),
    "u_a.u_b.carry": cell("CARRY4", [4, 5], S=[3, 2], CI=["0"]),
    "u_a.u_b.memory": cell("RAM32M16", [6], ADDRA=[4], ADDRH=[8], DIA=[8]),
    "u_a.u_b.late": cell("LUT1", [8], I0=[6]),
    "dsp": cell("DSP48E2", [9], A=[6]),
    "rom": cell("RAMB18E2", [10], ADDRARDADDR=[9]),
}
SCOPES = {"u_a": "a", "u_a.u_b": "b"}


class Estimate(unittest.TestCase):
    def test_every_cell_counts_in_its_innermost_part(self):
        found = {part: dict(counts) for part, counts in fpga.count(CHAIN, SCOPES).items()}
        self.assertEqual(found, {"a": {"FF": 1, "LUT": 1}, "b": {"CARRY4": 1, "LUTRAM": 8, "LUT": 1},
                                 "wiring": {"DSP": 1, "BRAM36": 0.5}})  # fmt: skip

    def test_the_longest_path_is_the_sum_of_its_cells(self):
        # flip-flop, LUT, carry, memory read, DSP; what writes the memory is no part of it
        self.assertAlmostEqual(fpga.longest_path(CHAIN, 0), 0.3 + 0.3 + 0.05 + 0.4 + 1.5)
        self.assertAlmostEqual(fpga.longest_path(CHAIN, 1), 0.8 + 0.7 + 0.1 + 0.9 + 3.0)

    def test_without_the_dsp_a_shorter_path_is_the_longest(self):
        shorter = {name: c for name, c in CHAIN.items() if name != "dsp"}
        self.assertAlmostEqual(fpga.longest_path(shorter, 0), 0.3 + 0.3 + 0.05 + 0.4 + 0.3)
        self.assertAlmostEqual(fpga.longest_path(shorter, 1), 0.8 + 0.7 + 0.1 + 0.9 + 0.7)

    def test_a_combinational_loop_is_refused(self):
        loop = {"a": cell("LUT1", [2], I0=[3]), "b": cell("LUT1", [3], I0=[2])}
        with self.assertRaisesRegex(ValueError, "2 cells stand in combinational loops"):
            fpga.longest_path(loop, 0)


if __name__ == "__main__":
    unittest.main()
