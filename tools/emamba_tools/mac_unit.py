"""The unit of the energy model in the library of the fit: one INT8 multiply and accumulate on random data.

tools/gate_sim/em_mac_unit.sv, synthesised as everything else, on uniformly random codes.
"""

import numpy as np

from emamba_tools import gate_sim, netlist
from emamba_tools.liberty import Library
from emamba_tools.netlist import Netlist
from emamba_tools.synthesis import ROOT, ModuleCache

SOURCE = ROOT / "tools" / "gate_sim" / "em_mac_unit.sv"
CYCLES, DOT = 49152, 24  # a dot product has DOT products, as the shipped designs' have


def stimulus() -> dict[str, np.ndarray]:
    """Values of its ports in every cycle."""
    draw = np.random.default_rng(1)
    return {
        "x_i": draw.integers(0, 256, CYCLES),
        "w_i": draw.integers(0, 256, CYCLES),
        "mac_i": np.ones(CYCLES),
        "first_i": np.arange(CYCLES) % DOT == 0,
    }


def synthesised(modules: ModuleCache, library: Library) -> Netlist:
    top = "em_mac_unit"
    return netlist.elaborate(modules.unit(SOURCE, top), library, [{"scope": top}], top)


def energy_fj(modules: ModuleCache, library: Library, options: tuple[str, ...] = ()) -> float:
    """Switching energy of one MAC, clock pins apart, glitches included unless `options` says --zero-delay."""
    unit = synthesised(modules, library)
    toggles = gate_sim.replay(unit, library, stimulus(), options)
    return float(gate_sim.pin_energies(unit, library).by_part(toggles, 1)[0]) / CYCLES
