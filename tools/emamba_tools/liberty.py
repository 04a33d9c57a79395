"""The part of a Liberty file that counts: areas, functions, pin capacitances, energies of cells.

Energies are those of one transition in fJ, the mean of rise and fall, at one point of the tables: an input transition
of the second index and a load of the third, which for osu018 are 0.18 ns (clock pins 0.24 ns) and 25 fF, two inputs.
Delays are the mean of rise and fall and of the related pins, at that transition and any load.
"""

import itertools
import re
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

LOAD_INDEX, SLEW_INDEX = 2, 1


@dataclass
class Group:
    """name (argument) { attributes; groups }"""

    name: str
    argument: str
    attributes: dict[str, str] = field(default_factory=dict)
    groups: list["Group"] = field(default_factory=list)

    def all(self, name: str) -> list["Group"]:
        return [group for group in self.groups if group.name == name]


@dataclass
class Cell:
    """Of the library. `inputs` in the order of the function's table; `functions` by output pin."""

    name: str
    area: float
    inputs: list[str]
    functions: dict[str, int]  # bit i: the output where input k is bit k of i
    flop: bool  # pins CLK, D, Q
    capacitance_pf: dict[str, float]
    pin_energy_fj: dict[str, float]  # an input's own, a transition; the clock's counts rise and fall
    output_energy_fj: dict[str, float]
    delay_ns: dict[str, tuple[list[float], list[float]]]  # by output pin: loads in pF, delays

    def delay(self, pin: str, load_pf: float) -> float:
        """Of an output that drives `load_pf`, in ns. A heavier load than the table's last is taken as that: a layout
        would buffer it."""
        loads, delays = self.delay_ns[pin]
        return float(np.interp(load_pf, loads, delays))


def _tokens(text: str):
    text = re.sub(r"/\*.*?\*/", " ", text, flags=re.S).replace("\\\n", " ")
    return re.finditer(r'"[^"]*"|[{}();:,]|[^\s{}();:,"]+', text)


def parse(text: str) -> Group:
    """The library's group."""
    stack, words = [Group("", "")], []
    depth, argument = 0, []
    for token in (match.group() for match in _tokens(text)):
        if token == "(":
            depth += 1
        elif token == ")":
            depth -= 1
        elif depth:
            argument.append(token)
        elif token == "{":
            stack.append(Group(words[0], " ".join(argument)))
            words, argument = [], []
        elif token == "}":
            group = stack.pop()
            stack[-1].groups.append(group)
        elif token == ";":
            if words:
                value = " ".join(words[2:]) if ":" in words else " ".join(argument)
                stack[-1].attributes[words[0]] = value.strip('"')
            words, argument = [], []
        else:
            if words and argument:  # a complex attribute without its semicolon
                stack[-1].attributes[words[0]] = " ".join(argument).strip('"')
                words, argument = [], []
            words.append(token)
    return stack[0].groups[0]


def _rows(text: str) -> list[list[float]]:
    """Of a table's values: a row a quoted list."""
    return [
        [float(number) for number in re.split(r"[,\s]+", row.strip()) if number]
        for row in re.findall(r'"([^"]*)"', '"' + text + '"')
        if row.strip(" ,")
    ]


def _entry(table: Group) -> float:
    """The table's value at the chosen point, in the file's unit, pJ."""
    rows = _rows(table.attributes["values"])
    return rows[0][SLEW_INDEX] if len(rows) == 1 else rows[LOAD_INDEX][SLEW_INDEX]


def _energies(pin: Group) -> tuple[float, float]:
    """Rise and fall in fJ: the mean over the related pins, 0 where a direction has no table."""
    powers = pin.all("internal_power")
    sums = [0.0, 0.0]
    for power in powers:
        for i, name in enumerate(("rise_power", "fall_power")):
            sums[i] += sum(1000 * _entry(table) for table in power.all(name))
    return tuple(total / max(1, len(powers)) for total in sums)


def _delays(pin: Group) -> tuple[list[float], list[float]]:
    """Loads in pF, and the delay at each in ns: the mean over related pins, rise and fall."""
    tables = [table for timing in pin.all("timing") for name in ("cell_rise", "cell_fall") for table in timing.all(name)]
    if not tables:
        return [0.0], [0.0]
    columns = [[row[SLEW_INDEX] for row in _rows(table.attributes["values"])] for table in tables]
    return _rows(tables[0].attributes["index_1"])[0], np.mean(columns, axis=0).tolist()


def _function(text: str, inputs: list[str]) -> int:
    """The truth table of a Liberty function: ! ^ + and juxtaposition."""
    text = re.sub(r"([\w)])\s+(?=[\w(!])", r"\1 & ", text).replace("!", " 1 ^ ").replace("+", " | ")
    code = compile(re.sub(r"1 \^\s*(\w+)", r"(1 ^ \1)", re.sub(r"1 \^ \(", "NOT(", text)), "function", "eval")
    table = 0
    for i, values in enumerate(itertools.product((0, 1), repeat=len(inputs))):
        names = dict(zip(reversed(inputs), values)) | {"NOT": lambda value: 1 ^ value}
        table |= (eval(code, {"__builtins__": {}}, names) & 1) << i
    return table


def _cell(group: Group) -> Cell | None:
    pins = {pin.argument: pin for pin in group.all("pin")}
    flop = bool(group.all("ff"))
    inputs = [name for name, pin in pins.items() if pin.attributes["direction"] == "input"]
    outputs = [name for name, pin in pins.items() if "function" in pin.attributes]
    if group.all("latch") or "three_state" in str([pin.attributes for pin in pins.values()]):
        return None
    if flop and set(pins) != {"CLK", "D", "Q"}:
        return None
    energies = {name: _energies(pin) for name, pin in pins.items()}
    functions = {} if flop else {name: _function(pins[name].attributes["function"], inputs) for name in outputs}
    return Cell(
        group.argument,
        float(group.attributes["area"]),
        inputs,
        functions,
        flop,
        {name: float(pins[name].attributes["capacitance"]) for name in inputs},
        {name: sum(energies[name]) if name == "CLK" else sum(energies[name]) / 2 for name in inputs},
        {name: sum(energies[name]) / 2 for name in outputs},
        {name: _delays(pins[name]) for name in outputs},
    )


@dataclass
class Library:
    cells: dict[str, Cell]
    voltage: float

    @property
    def gate_area(self) -> float:
        """Of a gate equivalent."""
        return self.cells["NAND2X1"].area

    def switch_fj(self, capacitance_pf: float) -> float:
        """Energy of charging or discharging it: half of C V^2."""
        return 500 * capacitance_pf * self.voltage**2

    @property
    def flop_clock_fj(self) -> float:
        """A flip-flop's clock pin for a cycle, both edges."""
        flop = self.cells["DFFPOSX1"]
        return flop.pin_energy_fj["CLK"] + 2 * self.switch_fj(flop.capacitance_pf["CLK"])


def load(path: Path) -> Library:
    library = parse(path.read_text())
    cells = [_cell(group) for group in library.all("cell")]
    return Library({cell.name: cell for cell in cells if cell}, float(library.attributes["nom_voltage"]))
