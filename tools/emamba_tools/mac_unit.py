"""The unit of the energy model in the library of the fit: one INT8 multiply and accumulate on random data.

tools/gate_sim/em_mac_unit.sv, synthesised as everything else, runs many independent random streams at once: bit i of
every net's number is stream i.
"""

import random

import numpy as np

from emamba_tools import gate_sim, netlist
from emamba_tools.liberty import Library
from emamba_tools.netlist import HIGH, Netlist
from emamba_tools.synthesis import ROOT, ModuleCache

SOURCE = ROOT / "tools" / "gate_sim" / "em_mac_unit.sv"
STREAMS, CYCLES, DOT = 512, 96, 24  # a dot product has DOT products, as the shipped designs' have


def _evaluate(table: int, inputs: list[int], ones: int) -> int:
    """A truth table on bit vectors: the OR of its rows."""
    result = 0
    for row in range(1 << len(inputs)):
        if table >> row & 1:
            term = ones
            for k, value in enumerate(inputs):
                term &= value if row >> k & 1 else value ^ ones
            result |= term
    return result


def _toggles(unit: Netlist, library: Library) -> np.ndarray:
    """Of every net, the mean number in a cycle."""
    draw, ones = random.Random(1), (1 << STREAMS) - 1
    order = [unit.gates[i] for i in gate_sim.levels(unit, library)]
    values, counts = [0] * unit.nets, np.zeros(unit.nets)
    values[HIGH] = ones
    nets = {name: bits for name, (_, bits) in unit.ports.items()}

    def drive(net: int, value: int, count: bool) -> None:
        if count:
            counts[net] += (values[net] ^ value).bit_count()
        values[net] = value

    for cycle in range(DOT + CYCLES):
        count = cycle >= DOT
        for name in ("x_i", "w_i"):
            for net in nets[name]:
                drive(net, draw.getrandbits(STREAMS), count)
        drive(nets["mac_i"][0], ones, count)
        drive(nets["first_i"][0], ones if cycle % DOT == 0 else 0, count)
        for cell, _, pins in order:
            known = library.cells[cell]
            inputs = [values[pins[pin]] for pin in known.inputs]
            for pin, table in known.functions.items():
                drive(pins[pin], _evaluate(table, inputs, ones), count)
        taken = [values[pins["D"]] for _, _, pins in unit.flops]
        for (_, _, pins), value in zip(unit.flops, taken):
            drive(pins["Q"], value, count)
    return counts / (STREAMS * CYCLES)


def energy_fj(modules: ModuleCache, library: Library) -> float:
    """Switching energy of one MAC, clock pins apart."""
    top = "em_mac_unit"
    unit = netlist.elaborate(modules.unit(SOURCE, top), library, [{"scope": top}], top)
    return float(gate_sim.pin_energies(unit, library).by_part(_toggles(unit, library), 1)[0])
