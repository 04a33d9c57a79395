#!/usr/bin/python3
"""Proves properties of the RTL for all inputs and all time, by yosys and its SAT solver, and prints TAP lines.

  tests/formal/prove.py [--long] [--jobs N] [NAME...]

A proof is a harness beside this file and a list of parameter sets. "Induction": the asserts hold after reset, and from any
state in which they hold they hold in the next; so they hold for ever, at these parameters. "All inputs": a circuit without
state, one question to the solver. Every proof has broken twins: the same question to a circuit with one line changed, for
which the solver must find a run from reset that breaks an assert. --long adds the parameter sets that take their time.
docs/verification.md says what is proved and what is assumed.
"""

import argparse
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from math import lcm
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
WORK = ROOT / "build" / "formal"
TIMEOUT = 1800

Parameters = dict[str, int]


@dataclass
class Twin:
    """A change that must break the proof: `old` stands exactly once in the file, of rtl/ or of this folder."""

    name: str
    file: str
    old: str
    new: str


@dataclass
class Proof:
    name: str
    top: str
    short: list[Parameters]
    twins: list[Twin]
    long: list[Parameters] = field(default_factory=list)
    depth: int = 8  # cycles from reset in which a twin's fault shows; 0: no state, one question
    twin: Parameters | None = None  # default: the first of `short`


def buffer(depth: int, elements: int, write: int, readers: int, read0: int, take: int = 1, read1: int = 1) -> Parameters:
    return {"Depth": depth, "Elements": elements, "WriteLanes": write, "Readers": readers, "ReadLanes0": read0, "Take0": take,
            "ReadLanes1": read1}  # fmt: skip


PROOFS = [
    Proof("a token buffer keeps contents and order", "formal_token_buffer",
          [buffer(1, 4, 2, 1, 1), buffer(2, 4, 2, 2, 4), buffer(3, 6, 2, 2, 3), buffer(8, 4, 1, 1, 2, 4), buffer(8, 4, 2, 2, 4, 1, 2)],
          [Twin("no full", "em_token_reader.sv", "assign room_o  = count_q != CountW'(Slots);", "assign room_o  = 1'b1;"),
           Twin("a commit beside a release is lost", "em_token_reader.sv", "count_q + CountW'(commit_i)", "count_q + CountW'(commit_i & ~release_i)"),
           Twin("the writer's slot does not wrap", "em_token_buffer.sv", "(wbase_q == AddrW'(Final)) ? '0 : wbase_q", "wbase_q"),
           Twin("data of the wrong place", "em_token_reader.sv", "if (read_i) begin", "if (read_i || release_i) begin")],
          [*(buffer(d, 4, 2, 2, 4) for d in range(1, 9)), *(buffer(d, 6, 2, 2, 3) for d in range(1, 9)),
           *(buffer(d, 4, 1, 1, 2) for d in range(1, 9)), buffer(2, 4, 2, 1, 1, 2), buffer(4, 4, 2, 1, 2, 2), buffer(6, 4, 2, 1, 2, 3),
           buffer(6, 6, 3, 1, 2, 2), buffer(8, 4, 4, 1, 1, 8), buffer(8, 2, 2, 1, 2, 2)],
          twin=buffer(3, 4, 2, 2, 1)),
    Proof("linear: exactly n + 3 cycles", "formal_linear_steps", [{"Chunks": 3, "Rows": 2}, {"Chunks": 1, "Rows": 1}],
          [Twin("last a cycle early", "em_linear_steps.sv", "wb2_q && row3_q == RowW'(Rows - 1)", "wb1_q && row2_q == RowW'(Rows - 1)"),
           Twin("a start is missed after a token", "em_sequencer.sv", "active_q <= busy & ~last_i;", "active_q <= busy;"),
           Twin("starts without its output", "em_sequencer.sv", "valid_i & ready_i & ~active_q", "valid_i & ~active_q")],
          [{"Chunks": c, "Rows": r} for c in range(1, 7) for r in range(1, 7)], depth=12),
    Proof("conv: exactly 2 G + 3 cycles", "formal_conv_control", [{"Groups": 3}, {"Groups": 1}],
          [Twin("the gate one group late", "em_conv_control.sv", "gate_q    <= gate_q ^ group_end;", "gate_q    <= gate_q ^ (group_q == '0);")],
          [{"Groups": g} for g in range(1, 25)]),
    Proof("norm: exactly 10 G + 3 cycles", "formal_norm_control", [{"Groups": 2}, {"Groups": 1}],
          [Twin("the next group is read a step late", "em_norm_control.sv", "ReadBit = 3'd6;", "ReadBit = 3'd7;")],
          [{"Groups": g} for g in range(1, 21)], depth=24),
    Proof("pool: exactly G + 1 or 9 G + 2 cycles", "formal_pool_control", [{"Groups": 2}, {"Groups": 1}],
          [Twin("the last token's end is missed", "em_pool_control.sv", "(write_o && windex_q == GroupW'(Groups - 1))", "1'b0")],
          [{"Groups": g} for g in range(1, 21)], depth=24),
    Proof("ssm: exactly P + S + 6 cycles", "formal_ssm_control",
          [{"Loads": 2, "Steps": 4, "PerGroup": 2}, {"Loads": 1, "Steps": 1, "PerGroup": 1}, {"Loads": 3, "Steps": 6, "PerGroup": 3}],
          [Twin("a state step too few", "em_ssm_control.sv", "word_q == WordW'(Steps - 1)", "word_q == WordW'(Steps - 2)")],
          [{"Loads": p, "Steps": q * g, "PerGroup": q} for p in (1, 2, 5, 18) for q in (1, 2, 4) for g in (1, 2, 5)], depth=16),
    Proof("AXI4-Stream out: offered stays, tlast in its place", "formal_axis_out",
          [{"Beats": 3, "Tokens": 2}, {"Beats": 1, "Tokens": 1}, {"Beats": 2, "Tokens": 3, "Requant": 1}],
          [Twin("valid falls while it waits", "em_axis_out.sv", "fetch | (valid_q & ~last_o)", "fetch | (valid_q & tready_i & ~last_o)"),
           Twin("tlast with every token", "em_axis_out.sv", "valid_q & beat_last & token_last", "valid_q & beat_last")],
          [{"Beats": b, "Tokens": t, "Bytes": n, "Requant": r} for b in (1, 2, 5, 16) for t in (1, 2, 5, 16) for n in (1, 4) for r in (0, 1)],
          depth=10),
    Proof("AXI4-Stream in: ready without valid, tlast checked", "formal_axis_in", [{"Beats": 3}, {"Beats": 1}],
          [Twin("ready waits for valid", "em_axis_in.sv", "rst_ni & y_ready_i;", "rst_ni & y_ready_i & tvalid_i;"),
           Twin("a missing tlast is not told", "em_axis_in.sv", "beat & (tlast_i != beat_last)", "beat & tlast_i & ~beat_last")],
          [{"Beats": b, "Bytes": n} for b in (1, 2, 7, 80) for n in (1, 4)]),
    Proof("APB: the register map, errors, writes to a held core only", "formal_apb", [{"Units": 14}],
          [Twin("a running core is written", "em_apb.sv", "(write_q & running_o & ~is_ctrl) || ", ""),
           Twin("a unit past the last answers", "em_apb.sv", "unit_q >= 8'(Units)", "unit_q > 8'(Units)"),
           Twin("CTRL needs no strobe", "em_apb.sv", "write_q & is_ctrl & wstrb_q[0]", "write_q & is_ctrl"),
           Twin("status is not cleared", "em_apb.sv", "tlast_error_q <= 1'b0;", "tlast_error_q <= tlast_error_q & rst_ni;")],
          [{"Units": u} for u in (13, 21, 251)], depth=9),
    Proof("the divider rounds num / den to nearest even and saturates", "formal_divider", [{"NumW": 16, "DenW": 7}],
          [Twin("half up", "em_divider.sv", "up        = reached & (rem_q != top | quotient_q[0]);", "up        = reached;"),
           Twin("the remainder a bit short", "em_divider.sv", "max2(NumW - 1, DenW + 8)", "max2(NumW - 1, DenW + 7)"),
           Twin("negative quotients floored", "em_divider.sv", "code_o = -magnitude;", "code_o = ~magnitude;")],
          [{"NumW": 12, "DenW": 12}, {"NumW": 36, "DenW": 27}, {"NumW": 27, "DenW": 19}, {"NumW": 20, "DenW": 26}], depth=13, twin={"NumW": 8, "DenW": 3}),
    Proof("requant is its definition", "formal_requant", [{"Width": w} for w in (8, 16, 33, 46)] + [{"Width": 33, "MaxLeft": 0}],
          [Twin("half up", "em_requant.sv", "shifted[0] & ((|lost) | shifted[1])", "shifted[0]"),
           Twin("127 rounds up to -128", "em_requant.sv", "shifted[8:1] == 8'h7f", "shifted[8:1] == 8'h7e"),
           Twin("a shift of 0 is another", "em_requant.sv", "shift_i + em_pkg::ShiftW'(MaxLeft);", "(shift_i == '0 ? 7'sd4 : shift_i) + em_pkg::ShiftW'(MaxLeft);")],
          [{"Width": w} for w in range(8, 65)], depth=0),
    Proof("align is its definition", "formal_align", [{"Width": 16}],
          [Twin("half up", "em_align.sv", "shifted[0] & ((|lost) | shifted[1])", "shifted[0]")],
          [{"Width": w} for w in range(8, 33)], depth=0),
    Proof("a piecewise-linear unit is its definition", "formal_pwl", [{"Segments": s} for s in (1, 11, 17)],
          [Twin("a threshold itself belongs below", "em_pwl.sv", " <=\n            em_pkg::ThresholdW'(x_i)", " <\n            em_pkg::ThresholdW'(x_i)"),
           Twin("one threshold short", "em_pwl.sv", "for (int unsigned i = 0; i < Thresholds; i++)", "for (int unsigned i = 0; i < Thresholds - 1; i++)")],
          [{"Segments": s} for s in range(1, 33)], depth=0, twin={"Segments": 3}),
    Proof("the handshake graph does not deadlock", "formal_handshake", [{"Blocks": 1, "Tokens": 2}],
          [Twin("a buffer of depth 0", "formal_handshake.sv", "depth_i >= 4'(Least)", "depth_i >= 4'd0"),
           Twin("an engine that waits for itself", "formal_handshake.sv", "assign valid[N]   = v[0];", "assign valid[N]   = v[0] & v[2];")],
          [{"Blocks": 1, "Tokens": 1}, {"Blocks": 2, "Tokens": 1}, {"Blocks": 2, "Tokens": 3}], depth=8),
]  # fmt: skip


def told(parameters: Parameters) -> str:
    return ", ".join(f"{key} {value}" for key, value in parameters.items())


def memory_words(parameters: Parameters) -> str:
    """Names of the words of a token buffer's memory, for the invariants of formal_token_buffer."""
    lanes = lcm(parameters["WriteLanes"], parameters["ReadLanes0"])
    if parameters["Readers"] == 2:
        lanes = lcm(lanes, parameters["ReadLanes1"])
    words = parameters["Depth"] * -(-parameters["Elements"] // lanes)
    text = ""
    for word in range(words):
        name = f"\\u_dut.u_mem.g_flops.u_flops.g_bank[0].mem_q[{word}] "
        text += f"(* hierconn *) wire [{lanes * 8 - 1}:0] {name};\nassign memory[{word * lanes * 8} +: {lanes * 8}] = {name};\n"
    return text


def script(proof: Proof, parameters: Parameters, folder: Path, broken: bool) -> str:
    sources = [line for line in (ROOT / "rtl" / "files.f").read_text().splitlines() if line.endswith(".sv") and line != "em_top.sv"]
    defines = "-D TWO_READERS" if parameters.get("Readers") == 2 else ""
    sets = " ".join(f"-chparam {key} {value}" for key, value in parameters.items())
    question = "sat -prove-asserts -set-assumes "
    if proof.depth > 0:
        question += f"-tempinduct-baseonly -maxsteps {proof.depth} " if broken else "-tempinduct -maxsteps 1 "
    question += "-falsify" if broken else "-verify"
    return "\n".join([
        f"read_verilog -defer -sv -formal -I{folder} {defines} " + " ".join(f"{folder}/{name}" for name in [*sources, f"{proof.top}.sv"]),
        f"hierarchy -check -top {proof.top} {sets}",
        "proc", "memory_collect", "memory_map", "flatten", "opt -full",
        "setundef -undriven -anyseq", "setundef -anyseq", "dffunmap", "opt_clean",
        "select -assert-min 1 t:$assert", question,
    ])  # fmt: skip


def solve(proof: Proof, parameters: Parameters, twin: Twin | None) -> str:
    """A TAP line, after the end of the solver's words where the answer is not the wanted one."""
    name = f"{proof.name}: {told(parameters)}" + (f": twin is caught: {twin.name}" if twin else "")
    folder = WORK / "".join(c if c.isalnum() else "_" for c in f"{proof.top} {told(parameters)} {twin.name if twin else ''}")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for source in [*(ROOT / "rtl").glob("*.sv"), *HERE.glob("*.sv*")]:
        shutil.copy(source, folder)
    if "Readers" in parameters:
        (folder / "memory_words.svh").write_text(memory_words(parameters))
    if twin:
        text = (folder / twin.file).read_text()
        if text.count(twin.old) != 1:
            return f"# {twin.file} has the text to replace {text.count(twin.old)} times, not once\nnot ok - {name}"
        (folder / twin.file).write_text(text.replace(twin.old, twin.new))
    (folder / "proof.ys").write_text(script(proof, parameters, folder, twin is not None))
    start = time.monotonic()
    try:
        done = subprocess.run(["yosys", "-Q", "-T", "-s", str(folder / "proof.ys")], capture_output=True, text=True, timeout=TIMEOUT, check=False)
        log, status = done.stdout + done.stderr, done.returncode
    except subprocess.TimeoutExpired:
        log, status = f"no answer in {TIMEOUT} s", 1
    seconds = time.monotonic() - start
    (folder / "log").write_text(log)
    if status != 0:
        return "".join(f"# {line}\n" for line in log.splitlines()[-4:]) + f"# {folder}/log\nnot ok - {name}"
    shutil.rmtree(folder)
    how = "" if twin else " by induction" if proof.depth > 0 else " for all inputs"
    return f"ok - {name}{how} ({seconds:.1f} s)"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--long", action="store_true", help="the parameter sets that take their time too")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("names", nargs="*", help="harnesses; default all")
    options = parser.parse_args()
    known = {proof.top for proof in PROOFS}
    if wrong := [name for name in options.names if name not in known]:
        print(f"prove.py: {wrong[0]!r} is none of {', '.join(sorted(known))}", file=sys.stderr)
        return 2
    tasks = []
    for proof in PROOFS:
        if options.names and proof.top not in options.names:
            continue
        sets = proof.short + [p for p in proof.long if options.long and p not in proof.short]
        tasks += [(proof, parameters, None) for parameters in sets]
        tasks += [(proof, proof.twin or proof.short[0], twin) for twin in proof.twins]
    failed = False
    with ThreadPoolExecutor(options.jobs) as pool:
        for line in pool.map(lambda task: solve(*task), tasks):
            print(line, flush=True)
            failed |= "not ok" in line
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
