"""The mutator: the true text stays, every kind of change is found, and nothing that is fixed when the model is built."""

import tempfile
import unittest
from pathlib import Path

import support  # noqa: F401  first: it finds the tools

from emamba_tools import mutants

ROOT = Path(__file__).resolve().parents[2]
MODULE = """
module em_small #(
  parameter int unsigned N = 4
) (
  input  logic         clk_i,
  input  logic         rst_ni,
  input  logic [N-1:0] a_i,  // a_i + 1 is not code
  output logic [N-1:0] q_o
);
  logic [N-1:0] q_q;
  assign q_o = q_q + 4'd3;
  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      q_q <= '0;
    end else if (a_i[0] && q_q < a_i) begin
      q_q <= a_i;
    end
  end
endmodule
"""
TOP = """
module em_top (input logic clk_i, input logic rst_ni, input logic [3:0] a_i, output logic [3:0] q_o);
  em_small u_small (.clk_i(clk_i), .rst_ni(rst_ni), .a_i(a_i), .q_o(q_o));
endmodule
"""


class Mutants(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.rtl, self.copy = Path(scratch.name) / "rtl", Path(scratch.name) / "copy"
        self.rtl.mkdir()
        (self.rtl / "em_small.sv").write_text(MODULE)
        (self.rtl / "em_top.sv").write_text(TOP)
        (self.rtl / "files.f").write_text("em_small.sv\nem_top.sv\n")

    def test_every_kind_is_found(self):
        found = {(one.what, one.old, one.new) for one in mutants.all_of(self.rtl)}
        for wanted in [
            ("operator", "q_o = q_q + 4'd3", "q_o = q_q - 4'd3"),
            ("constant", "q_o = q_q + 4'd3", "q_o = q_q + 4'd4"),
            ("stuck", "q_o = q_q + 4'd3", "q_o = '0"),
            ("width", "q_q <= a_i", "q_q <= (a_i) & ({$bits(q_q){1'b1}} >> 1)"),
            ("statement", "q_q <= a_i", "(left out)"),
            ("reset", "!rst_ni", "1'b0"),
            ("condition", "a_i[0] && q_q < a_i", "!(a_i[0] && q_q < a_i)"),
            ("operator", "a_i[0] && q_q < a_i", "a_i[0] && q_q <= a_i"),
            ("port", "a_i", "~(a_i)"),
            ("reset", "rst_ni", "1'b1"),
        ]:
            self.assertIn(wanted, found)
        self.assertFalse([one for one in found if "N-1" in one[1] or "N = 4" in one[1] or "not code" in one[1]])

    def test_the_true_text_stays(self):
        everything = mutants.all_of(self.rtl)
        numbered = mutants.write_copy(self.rtl, self.copy, set(everything))
        self.assertEqual(sorted(map(str, everything)), sorted(map(str, numbered)))
        text = (self.copy / "em_small.sv").read_text()
        for true in ("default: q_o = q_q + 4'd3;", "default: q_q <= a_i;", ": (a_i[0] && q_q < a_i))"):
            self.assertIn(true, text)
        mutants.write_copy(self.rtl, self.copy, set())
        self.assertEqual((self.copy / "em_small.sv").read_text(), MODULE)

    def test_a_mutant_alone(self):
        one = next(found for found in mutants.all_of(self.rtl) if found.new == "q_o = q_q - 4'd3")
        self.assertEqual([one], mutants.write_copy(self.rtl, self.copy, {one}))
        self.assertIn("1: q_o = q_q - 4'd3; default: q_o = q_q + 4'd3;", (self.copy / "em_small.sv").read_text())

    def test_every_file_of_the_project(self):
        files = {one.file for one in mutants.all_of(ROOT / "rtl")}
        self.assertEqual({path.name for path in (ROOT / "rtl").glob("*.sv")} - files, {"em_pkg.sv"})

    def test_accepted_equivalents_are_there(self):
        keys = {one.key() for one in mutants.all_of(ROOT / "rtl")}
        lines = (ROOT / "tests" / "mutants" / "equivalents.txt").read_text().splitlines()
        self.assertEqual([line for line in lines if line.strip() and not line.startswith("#") and line not in keys], [])


if __name__ == "__main__":
    unittest.main()
