"""Injects known faults into copies of the RTL, one at a time, and checks that lock-step catches each where it first shows.

Every fault is a replacement of text that stands exactly once in one file. For each the copy is built and run in lock-step; the run
must fail, name a unit that the fault can be seen at, and report the very cycle that build/tests/first_difference finds as the first
in which the faulty and the true RTL differ in anything observable: an oracle that knows no model. Prints TAP lines.

The classes are those that re-implementers of the accelerator really hit.
"""

import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
WORK = ROOT / "build" / "faults"
DESIGN = ROOT / "tests" / "faults" / "design.yaml"
SEEDS = (7, 8, 9, 13)  # cases tried in turn until the fault shows in the true-against-faulty comparison

# name, file, old text, new text, units (regular expression) at which it may first be seen
FAULTS = [
    ("accumulator as wide as the lanes need, not the inputs", "em_linear_lane.sv",
     "localparam int unsigned AccW = 15 + $clog2(InFeatures + 1);",
     "localparam int unsigned AccW = 14 + $clog2(InLanes + 1);", r".*"),
    ("residual shifts on the wrong operands", "em_linear_lane.sv",
     "(ResW'(residual_i) <<< res_tok_shift_i) + (ResW'(post) <<< res_out_shift_i)",
     "(ResW'(residual_i) <<< res_out_shift_i) + (ResW'(post) <<< res_tok_shift_i)",
     r"blocks\.\d\.tok|store"),
    ("the second block's out_proj keeps the first block's registers", "em_block.sv",
     ".Unit        (FirstUnit + 6)", ".Unit        (9)", r"store|blocks\.1.*"),
    ("exp's top code taken as 128", "em_ssm_lane.sv",
     "decayed = a_bar_q * h;", "decayed = (a_bar_q == 8'sh7f) ? 25'(h) <<< 7 : a_bar_q * h;",
     r"blocks\.\d\.ssm\.state"),
    ("a piecewise-linear table one segment short", "em_pwl.sv",
     "for (int unsigned i = 0; i < Thresholds; i++)", "for (int unsigned i = 0; i < Thresholds - 1; i++)",
     r"blocks\.\d\.(x|g|ssm\.state)"),
    ("stale knots: the first threshold is never loaded", "em_pwl_table.sv",
     "if (part == 4'd0 && entry == 6'(i)) begin", "if (part == 4'd0 && entry == 6'(i) && i > 0) begin",
     r"blocks\.\d\.(x|g|ssm\.state)"),
    ("round half up instead of half to even", "em_requant.sv",
     "up      = shifted[0] & ((|lost) | shifted[1]);", "up      = shifted[0];", r".*"),
    ("stored state rounded instead of floored", "em_ssm_lane.sv",
     "assign state_o = cur_q[CurW-1:em_pkg::StateDrop];",
     "assign state_o = cur_q[CurW-1:em_pkg::StateDrop] + 17'(cur_q[em_pkg::StateDrop-1]);",
     r"blocks\.\d\.ssm\.state"),
    ("negative quotients floored", "em_divider.sv",
     "code_o = -magnitude;", "code_o = ~magnitude;", r"blocks\.\d\.u"),
    ("a bias one bit too narrow", "em_linear_lane.sv",
     "(TotalW'(bias_i) <<< bias_shift_i)", "(TotalW'($signed(bias_i[6:0])) <<< bias_shift_i)", r".*"),
    ("shift 0 means a default", "em_requant.sv",
     "amount  = shift_i + em_pkg::ShiftW'(MaxLeft);",
     "amount  = (shift_i == '0 ? 7'sd4 : shift_i) + em_pkg::ShiftW'(MaxLeft);", r".*"),
    ("patches flattened in the wrong order", "em_patch_address.sv",
     "localparam int unsigned NextRow = FrameRow - PatchRow + 1;",
     "localparam int unsigned NextRow = 1;", r"frame"),
    ("the ssm starts without waiting for delta", "em_ssm.sv",
     ".valid_i(p_valid_i & x_valid_i & delta_valid_i & g_valid_i)",
     ".valid_i(p_valid_i & x_valid_i & (delta_valid_i | 1'b1) & g_valid_i)", r"blocks\.\d\.ssm"),
    ("a start is missed in the cycle after a token", "em_sequencer.sv",
     "active_q <= busy & ~last_i;", "active_q <= busy;", r".*"),
    ("upstream overwrites a slot that is still read", "em_token_reader.sv",
     "assign room_o  = count_q != CountW'(Slots);", "assign room_o  = 1'b1;", r".*"),
    ("a token is lost when it arrives while another leaves", "em_token_reader.sv",
     "count_q + CountW'(commit_i)", "count_q + CountW'(commit_i & ~release_i)", r".*"),
    ("state not cleared between frames", "em_ssm_lane.sv",
     "h       = clear_i ? '0 : h_i;", "h       = (clear_i & 1'b0) ? '0 : h_i;", r"blocks\.\d\.ssm\.state"),
    ("convolution history not cleared between frames", "em_conv.sv",
     "assign history = first_token ? '0 : history_read;",
     "assign history = (first_token & 1'b0) ? '0 : history_read;",
     r"blocks\.\d\.(x|conv\.history)"),
    ("norm: the span of a constant vector is 0", "em_norm_stats.sv",
     "(difference == 8'd0) ? 8'd1 : difference", "difference", r"blocks\.\d\.u"),
    ("norm: a span beyond 127 clipped", "em_norm_stats.sv",
     "8'd1 : difference;", "8'd1 : difference[7] ? 8'h7f : difference;", r"blocks\.\d\.u"),
    ("divider one step short", "em_divider.sv",
     "assign top     = RemW'({den_i, 7'b0});", "assign top     = RemW'({den_i, 6'b0});", r"blocks\.\d\.u"),
]  # fmt: skip

# The same, seen only while the run is upset (cosim --upset): the port, stop and go, tlast.
UPSET_SESSIONS = "40"
UPSET_FAULTS = [
    ("a write while the core runs is accepted", "em_apb.sv",
     "(write_q & running_o & ~is_ctrl) ||", "(write_q & running_o & ~is_ctrl & 1'b0) ||", r"apb"),
    ("the counters go on where they stopped", "em_apb.sv",
     "cfg_o.clear = start | reset_q;", "cfg_o.clear = reset_q;", r"apb"),
    ("the tlast error does not stay", "em_apb.sv", "tlast_error_q | tlast_error_i", "tlast_error_i", r"apb"),
    ("a missing tlast is not noticed", "em_axis_in.sv",
     "beat & (tlast_i != beat_last)", "beat & tlast_i & ~beat_last", r"apb"),
    ("a stop leaves tokens counted", "em_token_counter.sv",
     "if (!rst_ni) begin\n      token_q <= '0;\n    end else if (next_i)", "if (next_i)", r".*"),
]  # fmt: skip


def run(*command: str) -> subprocess.CompletedProcess:
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def make_copy(index: int, file: str, old: str, new: str) -> Path:
    """A copy of rtl/ with the replacement made. Raises ValueError when the old text does not stand exactly once."""
    folder = WORK / f"fault{index:02d}"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(ROOT / "rtl", folder)
    source = folder / file
    text = source.read_text()
    if text.count(old) != 1:
        raise ValueError(f"{file} has the text to replace {text.count(old)} times, not once")
    source.write_text(text.replace(old, new))
    return folder


def check(index: int) -> str:
    """One fault's TAP line, with the story before it where it failed."""
    name, file, old, new, units = FAULTS[index]
    try:
        copy = make_copy(index, file, old, new)
    except ValueError as error:
        return f"# {error}\nnot ok - fault: {name}"
    story = ""
    for seed in SEEDS:
        case = WORK / f"case{seed}"
        inputs = (str(case / "design.yaml"), "-n", str(case / "network.safetensors"),
                  "-i", str(case / "frames.safetensors"), "-q", "--seed", str(seed),
                  "--stall-in", "0.2", "--stall-out", "0.2", "--rtl", str(copy))  # fmt: skip
        oracle = run("build/tests/first_difference", *inputs)
        seen = re.search(r"first difference: cycle (\d+)", oracle.stdout)
        if not seen:
            story += "".join(f"# seed {seed}: {line}\n" for line in (oracle.stdout + oracle.stderr).splitlines()[-3:])
            continue
        cosim = run("build/emamba", "cosim", *inputs, "--no-bundle")
        found = re.search(r"first divergence: cycle (\d+), ([^,]+), ([^,]+),", cosim.stdout)
        if cosim.returncode == 1 and found and found[1] == seen[1] and re.fullmatch(units, found[2]):
            return f"ok - fault: {name}: caught in cycle {found[1]} at {found[2]} ({found[3]}), where it first shows"
        lines = (oracle.stdout + cosim.stdout + cosim.stderr).splitlines()
        return "".join(f"# {line}\n" for line in lines[:8]) + f"not ok - fault: {name}"
    return f"{story}# no case shows it\nnot ok - fault: {name}"


def check_upset(index: int) -> str:
    """The same for a fault that an upset run must find."""
    name, file, old, new, units = UPSET_FAULTS[index]
    try:
        copy = make_copy(len(FAULTS) + index, file, old, new)
    except ValueError as error:
        return f"# {error}\nnot ok - fault: {name}"
    case = WORK / f"case{SEEDS[0]}"
    cosim = run("build/emamba", "cosim", str(case / "design.yaml"), "-n", str(case / "network.safetensors"),
                "-i", str(case / "frames.safetensors"), "-q", "--upset", UPSET_SESSIONS, "--rtl", str(copy))  # fmt: skip
    found = re.search(r"differ in clock cycle (\d+), [^:]*: ([^,]+), (.+)", cosim.stderr)
    if cosim.returncode == 1 and found and re.fullmatch(units, found[2]):
        return f"ok - fault: {name}: caught in clock cycle {found[1]} at {found[2]} ({found[3]})"
    lines = (cosim.stdout + cosim.stderr).splitlines()
    return "".join(f"# {line}\n" for line in lines[:8]) + f"not ok - fault: {name}"


def main() -> int:
    for seed in SEEDS:
        case = WORK / f"case{seed}"
        case.mkdir(parents=True, exist_ok=True)
        if run("build/tests/random_case", str(seed), str(case), str(DESIGN)).returncode != 0:
            print("not ok - faults: no case")
            return 1
    base = [str(WORK / f"case{SEEDS[0]}" / name) for name in ("design.yaml", "network.safetensors", "frames.safetensors")]
    clean = run("build/emamba", "cosim", base[0], "-n", base[1], "-i", base[2], "-q")
    print(f"{'ok' if clean.returncode == 0 else 'not ok'} - faults: the true RTL passes first")
    wanted = [int(argument) for argument in sys.argv[1:]] or range(len(FAULTS))
    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(check, wanted))
        results += [] if sys.argv[1:] else pool.map(check_upset, range(len(UPSET_FAULTS)))
    print("\n".join(results))
    return int(any("not ok" in result for result in results))


if __name__ == "__main__":
    sys.exit(main())
