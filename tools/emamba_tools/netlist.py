"""A synthesised design without its hierarchy: cells that know which part of the design they belong to.

Parts are those of the program's features file; a cell belongs to the innermost part whose scope holds it.
"""

import json
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from emamba_tools.liberty import Library
from emamba_tools.synthesis import Cell, Module

LOW, HIGH = 0, 1  # nets 0 and 1 are constant


@dataclass
class Macro:
    """One em_sram_macro: its words and its ports' nets."""

    part: int
    words: int
    ports: dict[str, list[int]]


@dataclass
class Netlist:
    """Nets are numbers from 2 on. A gate is (cell type, part, nets of its pins)."""

    nets: int = 2
    gates: list[tuple[str, int, dict[str, int]]] = field(default_factory=list)
    flops: list[tuple[str, int, dict[str, int]]] = field(default_factory=list)
    macros: list[Macro] = field(default_factory=list)
    ports: dict[str, tuple[str, list[int]]] = field(default_factory=dict)


class _Elaboration:
    def __init__(self, modules: dict[str, Module], library: Library, scopes: dict[str, int]):
        self.modules, self.library, self.scopes = modules, library, scopes
        self.netlist = Netlist()
        self.same: dict[int, int] = {}  # a net that is another one

    def _bits(self, bits: list, nets: dict) -> list[int]:
        """Flat nets of a module's bits; new ones where a bit is first met. An unknown constant is 0."""
        result = []
        for bit in bits:
            if isinstance(bit, str):
                result.append(HIGH if bit == "1" else LOW)
                continue
            if bit not in nets:
                nets[bit] = self.netlist.nets
                self.netlist.nets += 1
            result.append(nets[bit])
        return result

    def module(self, name: str, path: str, part: int, bound: dict[str, list[int]]) -> None:
        module = self.modules[name]
        nets: dict = {"0": LOW, "1": HIGH, "x": LOW, "z": LOW}
        for direction in ("input", "output"):
            for port, (way, bits) in module.ports.items():
                for bit, net in zip(bits, bound[port] if way == direction else []):
                    if bit in nets:  # a constant, an input or another output passes through
                        self.same[net] = nets[bit]
                    else:
                        nets[bit] = net
        for cell in module.cells:
            self._cell(cell, path, part, nets)

    def _cell(self, cell: Cell, path: str, part: int, nets: dict) -> None:
        pins = {pin: self._bits(bits, nets) for pin, bits in cell.pins.items()}
        known = self.library.cells.get(cell.type)
        if known:
            single = {pin: bits[0] for pin, bits in pins.items()}
            (self.netlist.flops if known.flop else self.netlist.gates).append((cell.type, part, single))
            return
        module = self.modules[cell.type]
        for port, (_, bits) in module.ports.items():
            pins.setdefault(port, [])
            while len(pins[port]) < len(bits):
                pins[port].append(self._bits([object()], {})[0])
        if module.words:
            self.netlist.macros.append(Macro(part, module.words, pins))
            return
        inside = f"{path}.{cell.name}"
        self.module(cell.type, inside, self.scopes.get(inside, part), pins)

    def top(self, name: str) -> Netlist:
        ports = self.modules[name].ports
        bound = {port: self._bits(bits, {}) for port, (_, bits) in ports.items()}
        self.netlist.ports = {port: (ports[port][0], bits) for port, bits in bound.items()}
        self.module(name, name, self.scopes[name], bound)
        self._merge()
        return self.netlist

    def _final(self, net: int) -> int:
        while net in self.same:
            net = self.same[net]
        return net

    def _merge(self) -> None:
        """Puts one number in the place of all that are the same net."""
        for _, _, pins in [*self.netlist.gates, *self.netlist.flops]:
            for pin in pins:
                pins[pin] = self._final(pins[pin])
        for nets in [*(bits for macro in self.netlist.macros for bits in macro.ports.values()),
                     *(bits for _, bits in self.netlist.ports.values())]:  # fmt: skip
            nets[:] = [self._final(net) for net in nets]


def load_parts(features: Path) -> list[dict]:
    return json.loads(features.read_text())["parts"]


def elaborate(modules: dict[str, Module], library: Library, parts: list[dict], top: str = "em_top") -> Netlist:
    return _Elaboration(modules, library, {part["scope"]: i for i, part in enumerate(parts)}).top(top)


def sizes(netlist: Netlist, library: Library, parts: int) -> tuple[np.ndarray, np.ndarray]:
    """Gate equivalents and flip-flops of every part."""
    gates, flops = np.zeros(parts), np.zeros(parts)
    for cell, part, _ in [*netlist.gates, *netlist.flops]:
        gates[part] += library.cells[cell].area / library.gate_area
    for _, part, _ in netlist.flops:
        flops[part] += 1
    return gates, flops
