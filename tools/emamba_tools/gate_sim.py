"""Energy of every part from a gate-level run of the synthesised design: build/gate_sim does the run.

Cells have delays, so nets glitch as in a circuit without wires. A net's toggle costs the driving cell's internal energy and, at every pin that it drives, half of C V^2 and what the
pin itself dissipates. Wires weigh nothing. Each share belongs to the part whose cell has the pin. Clock pins are apart:
flip-flops are counted, and what a cycle of one costs is a constant of the library.
"""

import json
import struct
import subprocess
import tempfile
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from emamba_tools.liberty import Cell, Library
from emamba_tools.netlist import LOW, Netlist
from emamba_tools.synthesis import ROOT

METHOD = "delays 1"  # of what is kept of runs
PROGRAM = ROOT / "build" / "gate_sim"
MAGIC = 0x4F474D45
STEP_NS = 0.01  # a step of time in the netlist's file
MACRO_PORTS = ("write_i", "read_i", "waddr_i", "raddr_i", "wmask_i", "wdata_i", "rdata_o")


def levels(netlist: Netlist, library: Library) -> list[int]:
    """Gates in topological order."""
    driver = {}
    for i, (cell, _, pins) in enumerate(netlist.gates):
        for pin in library.cells[cell].functions:
            driver[pins[pin]] = i
    waiting, users, ready = [], defaultdict(list), []
    for i, (cell, _, pins) in enumerate(netlist.gates):
        sources = {driver[net] for pin in library.cells[cell].inputs if (net := pins[pin]) in driver}
        waiting.append(len(sources))
        for source in sources:
            users[source].append(i)
        if not sources:
            ready.append(i)
    order = []
    for gate in ready:  # grows
        order.append(gate)
        for user in users[gate]:
            waiting[user] -= 1
            if waiting[user] == 0:
                ready.append(user)
    if len(order) != len(netlist.gates):
        raise RuntimeError("the netlist has a combinational loop")
    return order


@dataclass
class Pins:
    """What a toggle of a net costs, pin by pin: nets, the parts that own the pins, energies in fJ."""

    nets: np.ndarray
    parts: np.ndarray
    energies: np.ndarray

    def by_part(self, toggles: np.ndarray, parts: int) -> np.ndarray:
        """Energy of every part in fJ."""
        return np.bincount(self.parts, toggles[self.nets] * self.energies, parts)


def pin_energies(netlist: Netlist, library: Library) -> Pins:
    """Clock pins are left out; toggles of constants are 0."""
    pins = []
    for cell, part, nets in [*netlist.gates, *netlist.flops]:
        known = library.cells[cell]
        for pin, energy in known.output_energy_fj.items():
            pins.append((nets[pin], part, energy))
        for pin in known.inputs:
            if pin != "CLK":
                energy = library.switch_fj(known.capacitance_pf[pin]) + known.pin_energy_fj[pin]
                pins.append((nets[pin], part, energy))
    table = np.array(pins)
    return Pins(table[:, 0].astype(int), table[:, 1].astype(int), table[:, 2])


def loads_pf(netlist: Netlist, library: Library) -> np.ndarray:
    """The capacitance of the pins that every net drives."""
    loads = np.zeros(netlist.nets)
    for cell, _, nets in [*netlist.gates, *netlist.flops]:
        known = library.cells[cell]
        for pin in known.inputs:
            loads[nets[pin]] += known.capacitance_pf[pin]
    return loads


def write(netlist: Netlist, library: Library, path: Path) -> None:
    """The file that tools/gate_sim/gates.h describes."""
    gates, loads = [], loads_pf(netlist, library)

    def steps(known: Cell, pin: str, net: int) -> int:
        return max(1, round(known.delay(pin, loads[net]) / STEP_NS))

    for i in levels(netlist, library):
        cell, _, pins = netlist.gates[i]
        known = library.cells[cell]
        nets = [pins[pin] for pin in known.inputs] + [LOW] * (4 - len(known.inputs))
        for pin, table in known.functions.items():
            gates.append([pins[pin], *nets, table, steps(known, pin, pins[pin])])
    flops = [[pins["D"], pins["Q"], steps(library.cells[cell], "Q", pins["Q"])] for cell, _, pins in netlist.flops]
    macros, ports, lists = [], b"", []
    for macro in netlist.macros:
        width, masks = len(macro.ports["rdata_o"]), len(macro.ports["wmask_i"])
        macros.append([macro.words, width, -(-width // masks), len(macro.ports["waddr_i"]), len(lists)])
        for port in MACRO_PORTS:
            lists += macro.ports[port]
    for name, (_, nets) in netlist.ports.items():
        ports += struct.pack("<32sII", name.encode(), len(nets), len(lists))
        lists += nets
    header = [MAGIC, netlist.nets, len(gates), len(flops), len(macros), len(netlist.ports), len(lists)]
    with path.open("wb") as file:
        for numbers in (header, gates, flops, macros):
            file.write(np.array(numbers, "<u4").tobytes())
        file.write(ports)
        file.write(np.array(lists, "<u4").tobytes())


def _simulate(arguments: list) -> None:
    done = subprocess.run([PROGRAM, *arguments], capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{done.stderr.strip()} ({' '.join(map(str, [PROGRAM, *arguments]))})")


def run(netlist: Path, pins: Pins, arguments: list[str], parts: int) -> np.ndarray:
    """Switching energy of every part in fJ. `arguments`: the design and options of `emamba run`.

    A difference between netlist and model raises.
    """
    with tempfile.TemporaryDirectory() as folder:
        toggles = Path(folder, "toggles")
        _simulate([netlist, toggles, Path(folder, "features"), *arguments])
        return pins.by_part(np.fromfile(toggles, "<u4").astype(float), parts)


def replay(netlist: Netlist, library: Library, stimulus: dict[str, np.ndarray], options: tuple[str, ...] = ()) -> np.ndarray:
    """Toggles of every net when every port has the values of `stimulus`, one a cycle, each below 2^8."""
    with tempfile.TemporaryDirectory() as folder:
        file, toggles, values = Path(folder, "netlist"), Path(folder, "toggles"), Path(folder, "stimulus")
        write(netlist, library, file)
        rows = np.stack([column.astype("u1") for column in stimulus.values()], axis=1)
        values.write_bytes(" ".join(stimulus).encode() + b"\n" + rows.tobytes())
        _simulate([*options, file, toggles, "--replay", values])
        return np.fromfile(toggles, "<u4").astype(float)


def features(arguments: list[str]) -> tuple[int, list[dict[str, float]]]:
    """Cycles and the cost model's features of the same run for every part."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "features")
        _simulate(["-", "-", path, *arguments])
        data = json.loads(path.read_text())
        return int(data["cycles"]), data["parts"]
