"""Logic depth of every part of a synthesised design: its longest path from a flip-flop or macro to a flip-flop, in FO4.

Nets that drive more pins than FANOUT get trees of buffers first, as a layout would give them. A path belongs to the
part in which most of its delay lies. An FO4 is the delay of an inverter that drives four like it.
"""

import subprocess
import tempfile
from collections import defaultdict
from pathlib import Path

import numpy as np

from emamba_tools import gate_sim, synthesis
from emamba_tools.liberty import Library
from emamba_tools.netlist import HIGH, LOW, Netlist

METHOD = "buffered 1"  # of what is kept of designs
FANOUT = 16
BUFFER = "BUFX4"
CLOCK = "CLK"
MACRO_INPUTS = [port for port in gate_sim.MACRO_PORTS if port != "rdata_o"]
MACRO_ACCESS_FO4 = 30  # from the edge to the read word; assumed: CACTI 7 has 0.3 to 0.4 ns for a few KiB at 22 nm
SHORTEST = 8  # parts whose paths are shorter than the longest by so much have none


def fo4_ns(library: Library) -> float:
    inverter = library.cells["INVX1"]
    return inverter.delay("Y", 4 * inverter.capacitance_pf["A"])


def buffered(netlist: Netlist, library: Library) -> Netlist:
    """The netlist with trees of buffers; gates and flip-flops are copies."""
    copy = Netlist(netlist.nets, [], [], netlist.macros, netlist.ports)
    sinks: dict[int, list[tuple[dict, str]]] = defaultdict(list)
    parts: dict[int, int] = {}
    for source, target in ((netlist.gates, copy.gates), (netlist.flops, copy.flops)):
        for cell, part, pins in source:
            pins, known = dict(pins), library.cells[cell]
            target.append((cell, part, pins))
            for pin in known.inputs:
                if pin != CLOCK:
                    sinks[pins[pin]].append((pins, pin))
            for pin in known.output_energy_fj:
                parts[pins[pin]] = part
    for net in [net for net in sinks if net not in (LOW, HIGH)]:
        waiting = sinks[net]
        while len(waiting) > FANOUT:
            groups = [waiting[i : i + FANOUT] for i in range(0, len(waiting), FANOUT)]
            waiting = []
            for group in groups:
                buffer = {"A": net, "Y": copy.nets}
                copy.gates.append((BUFFER, parts.get(net, 0), buffer))
                for pins, pin in group:
                    pins[pin] = copy.nets
                copy.nets += 1
                waiting.append((buffer, "A"))
    return copy


class Paths:
    """Arrivals of every net of a buffered netlist."""

    def __init__(self, netlist: Netlist, library: Library):
        self.netlist, self.library = netlist, library
        loads = gate_sim.loads_pf(netlist, library)
        self.arrival = np.zeros(netlist.nets)
        self.source: dict[int, tuple[int, int, float]] = {}  # by net: gate, the net before it, the gate's delay
        for cell, _, pins in netlist.flops:
            self.arrival[pins["Q"]] = library.cells[cell].delay("Q", loads[pins["Q"]])
        for macro in netlist.macros:
            self.arrival[macro.ports["rdata_o"]] = MACRO_ACCESS_FO4 * fo4_ns(library)
        for i in gate_sim.levels(netlist, library):
            cell, _, pins = netlist.gates[i]
            known = library.cells[cell]
            last = max((pins[pin] for pin in known.inputs), key=lambda net: self.arrival[net])
            for pin in known.functions:
                delay = known.delay(pin, loads[pins[pin]])
                self.arrival[pins[pin]] = self.arrival[last] + delay
                self.source[pins[pin]] = i, last, delay

    def owner(self, net: int, parts: int) -> int:
        """The part with most of the delay of the net's longest path."""
        shares = np.zeros(parts)
        while net in self.source:
            gate, net, delay = self.source[net]
            shares[self.netlist.gates[gate][1]] += delay
        return int(shares.argmax())

    def longest(self, parts: int) -> np.ndarray:
        """By part, in ns; 0 where no path is the part's."""
        longest = np.zeros(parts)
        ends = {pins["D"] for _, _, pins in self.netlist.flops}
        ends |= {net for macro in self.netlist.macros for port in MACRO_INPUTS for net in macro.ports[port]}
        for net in sorted(ends, key=lambda net: -self.arrival[net]):
            if self.arrival[net] < longest.max() / SHORTEST:
                break
            part = self.owner(net, parts)
            longest[part] = max(longest[part], self.arrival[net])
        return longest


# ---- OpenSTA, which knows slews and setup times ----


def verilog(netlist: Netlist, path: Path) -> None:
    """Cells alone; what macros read is an input."""

    def name(net: int) -> str:
        return {LOW: "1'b0", HIGH: "1'b1"}.get(net, f"n{net}")

    driven = {net for way, bits in netlist.ports.values() if way == "input" for net in bits}
    driven |= {net for macro in netlist.macros for net in macro.ports["rdata_o"]}
    inputs = sorted(driven - {LOW, HIGH})
    outputs = sorted({net for m in netlist.macros for port in MACRO_INPUTS for net in m.ports[port]} - driven - {LOW, HIGH})
    lines = [f"module em_top({', '.join(['clk', *map(name, [*inputs, *outputs])])});", "input clk;"]
    lines += [f"input {name(net)};" for net in inputs] + [f"output {name(net)};" for net in outputs]
    for i, (cell, part, pins) in enumerate([*netlist.gates, *netlist.flops]):
        bound = ", ".join(f".{pin}({'clk' if pin == CLOCK else name(net)})" for pin, net in pins.items())
        lines.append(f"{cell} u{i}_{part} ({bound});")
    path.write_text("\n".join([*lines, "endmodule"]) + "\n")


def sta_ns(netlist: Netlist) -> float:
    """The longest path from flip-flop to flip-flop by OpenSTA, without setup."""
    with tempfile.TemporaryDirectory() as folder:
        source, script = Path(folder, "netlist.v"), Path(folder, "script.tcl")
        verilog(netlist, source)
        script.write_text(
            f"read_liberty {synthesis.LIBERTY}\nread_verilog {source}\nlink_design em_top\ncreate_clock -period 1000 clk\n"
            "set_output_delay 0 -clock clk [all_outputs]\n"
            "report_checks -path_delay max -from [all_registers -clock_pins] -format full -digits 4\n"
        )
        done = subprocess.run(["sta", "-no_splash", "-exit", str(script)], capture_output=True, text=True)
    for line in done.stdout.split("\n"):
        if "data arrival time" in line:
            return float(line.split()[0])
    raise RuntimeError(f"sta: {done.stdout[-500:]}{done.stderr[-500:]}")
