"""Clock gates of a design: the groups of the cost model against a netlist into which yosys has put the gates.

Every flip-flop with an enable gets a gate (tools/gate_sim/clock_gate_map.v); resets are logic before it and open it, so
that flip-flops with the same enable and reset share one: gates with the same enable are one gate, as tools that merge
them make it. Gates are counted part by part with the flip-flops behind them.
"""

import hashlib
import json
from collections import Counter, defaultdict
from pathlib import Path

from emamba_tools.netlist import load_parts
from emamba_tools.sweep import Design
from emamba_tools.synthesis import CACHE, MACRO, ROOT, recipe_hash, sources, yosys

MAP = ROOT / "tools" / "gate_sim" / "clock_gate_map.v"
RECIPE = """
read_verilog -sv {read}
hierarchy -check -top em_top
blackbox *{macro}*
synth -top em_top -flatten -noabc
techmap -map {map}
opt_merge
opt_clean
write_json {json}
"""
Groups = Counter[int]  # gates by the flip-flops behind them


def _registers(names: dict[int, list[str]], net: int) -> str:
    """The name of the register whose output the net is: the longest is the innermost."""
    own = [name for name in names[net] if name.endswith(("_q", "value_o"))]
    return max(own or names[net], key=len, default="")


def netlist_groups(design: Design) -> dict[str, Groups]:
    """Groups of every part of the design with gates inserted."""
    folder = CACHE / recipe_hash() / "clock_gates"
    folder.mkdir(parents=True, exist_ok=True)
    made_of = RECIPE.encode() + MAP.read_bytes() + design.package.read_bytes()
    output = folder / f"{hashlib.sha256(made_of).hexdigest()[:24]}.json"
    if not output.exists():
        read = " ".join(map(str, [design.package, *sources()]))
        part = output.with_suffix(".part")
        yosys(RECIPE.format(read=read, macro=MACRO, map=MAP, json=part), output.with_suffix(".log"))
        part.rename(output)
    top = json.loads(output.read_text())["modules"]["em_top"]
    names = defaultdict(list)
    for name, wire in top["netnames"].items():
        for bit in wire["bits"]:
            names[bit].append(name)
    parts = [(p["scope"].removeprefix("em_top."), p["name"]) for p in load_parts(design.features)]
    parts.sort(key=lambda part: -len(part[0]))
    behind: dict[str, Counter] = defaultdict(Counter)  # part, enable
    gates = [cell["connections"] for cell in top["cells"].values() if cell["type"] == "em_clock_gate"]
    enable = {gate["clk_o"][0]: gate["enable_i"][0] for gate in gates}
    for cell in top["cells"].values():
        if cell["type"] == "$_DFF_P_" and cell["connections"]["C"][0] in enable:
            register = _registers(names, cell["connections"]["Q"][0])
            part = next((name for scope, name in parts if register.startswith(scope + ".")), "apb")
            behind[part][enable[cell["connections"]["C"][0]]] += 1
    return {part: Counter(flops.values()) for part, flops in behind.items()}


def model_groups(design: Design) -> dict[str, Groups]:
    """What the program says, of parts that are not macros."""
    groups: dict[str, Groups] = {}
    for part in json.loads(Path(design.features).read_text())["parts"]:
        if not part["macros"]:
            groups[part["name"]] = Counter()
            for gates, flops in part["clock_groups"]:
                groups[part["name"]][round(flops)] += round(gates)
    return groups


def totals(groups: Groups, least: int) -> tuple[int, int]:
    """Gates of at least so many flip-flops, and the flip-flops behind them."""
    large = {flops: gates for flops, gates in groups.items() if flops >= least}
    return sum(large.values()), sum(flops * gates for flops, gates in large.items())


# Bounds in percent, of the whole design: gates, and flip-flops behind them. Memories have no error.
GATES_BOUND, FLOPS_BOUND = 2.0, 1.0
LEAST = (3, 4, 8)  # flip-flops that a gate is worth: the range of clock_gate_min_flops


def report(design: Design) -> int:
    """Compares model and netlist in TAP lines; 1 when a bound is broken."""
    netlist, model = netlist_groups(design), model_groups(design)
    memories = [part["name"] for part in load_parts(design.features) if part["kind"] == "memory" and not part["macros"]]
    broken = 0

    def line(good: bool, text: str) -> None:
        nonlocal broken
        broken += not good
        print(f"{'ok' if good else 'not ok'} - {text}")

    for part, groups in model.items():
        real = netlist.get(part, Counter())
        if groups != real:
            wrong = {flops: (groups[flops], real[flops]) for flops in sorted(groups | real) if groups[flops] != real[flops]}
            print(f"# {part}: flip-flops of a gate: (gates of the model, of the netlist): {wrong}")
    for least in LEAST:
        exact = sum(totals(netlist.get(part, Counter()), least) == totals(model[part], least) for part in memories)
        line(exact == len(memories), f"gates of {least} flip-flops or more: {exact} of {len(memories)} memories are exact")
        sums = [[sum(column) for column in zip(*(totals(groups, least) for groups in side.values()))] for side in (model, netlist)]
        for what, ours, theirs, bound in zip(("gates", "flip-flops behind them"), *sums, (GATES_BOUND, FLOPS_BOUND)):
            error = 100 * (ours / theirs - 1)
            line(abs(error) <= bound, f"{what}: {ours} of the model, {theirs} of the netlist, {error:+.1f} % (bound {bound:g})")
    return int(broken > 0)
