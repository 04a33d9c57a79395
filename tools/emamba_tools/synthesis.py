"""Gates of a design's RTL: yosys, module by module, with a cache of modules.

The hierarchy is kept: a parameterised module is synthesised once, in any design, and its netlist stored under
build/calibrate/ by the hash of the RTL, the recipe and its parameters. SRAM macros stay black boxes.
"""

import gzip
import hashlib
import json
import re
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CACHE = ROOT / "build" / "calibrate"
LIBERTY = Path("/usr/share/qflow/tech/osu018/osu018_stdcells.lib")
ABC_SCRIPT = "strash; ifraig; scorr; dc2; strash; map -B 0.9; topo; buffer -c; upsize; dnsize; stime -p\n"
# synth without its own abc pass, which the mapping below would only repeat.
RECIPE = """
synth -top {top} -noabc
dfflibmap -liberty {liberty}
abc -liberty {liberty} -script {abc}
opt_clean -purge
write_json {json}
"""
MACRO = "em_sram_macro"


@dataclass
class Cell:
    """A library cell, a macro or an instance of a module."""

    type: str
    name: str
    pins: dict[str, list[int | str]]  # bits: net numbers of the module, or "0", "1", "x"


@dataclass
class Module:
    """A synthesised module; `words` of a macro, else 0."""

    ports: dict[str, tuple[str, list[int | str]]]  # direction and bits
    cells: list[Cell] = field(default_factory=list)
    words: int = 0


def sources() -> list[Path]:
    """The synthesisable RTL, in order."""
    lines = (ROOT / "rtl" / "files.f").read_text().split("\n")
    return [ROOT / "rtl" / line for line in lines if line and line[0] not in "/#"]


def yosys(script: str, log: Path, timeout: int = 1800) -> None:
    """Runs a script; a failure says where the log is."""
    path = log.with_suffix(".ys")
    path.write_text(script)
    done = subprocess.run(["yosys", "-q", "-l", str(log), str(path)], capture_output=True, text=True, timeout=timeout)
    if done.returncode:
        raise RuntimeError(f"yosys: {done.stderr.strip().splitlines()[-1:]}; see {log}")


def version() -> str:
    """ "0.23", of yosys."""
    text = subprocess.run(["yosys", "-V"], capture_output=True, text=True, check=True).stdout
    return text.split()[1]


def recipe_hash() -> str:
    """Of all that a module's netlist depends on but its parameters."""
    digest = hashlib.sha256((version() + RECIPE.replace("{top}", "em_top") + ABC_SCRIPT).encode() + LIBERTY.read_bytes())
    for path in sources():
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _base_name(module: str, attributes: dict) -> str:
    return attributes.get("hdlname", module).lstrip("\\")


def _from_json(name: str, data: dict) -> Module:
    ports = {port: (p["direction"], p["bits"]) for port, p in data["ports"].items()}
    if _base_name(name, data["attributes"]) == MACRO:
        return Module(ports, words=int(data["parameter_default_values"]["Words"], 2))
    cells = [Cell(c["type"], instance, c["connections"]) for instance, c in data["cells"].items()]
    return Module(ports, cells)


class ModuleCache:
    """Synthesised modules by yosys's name of them, which holds the parameters."""

    def __init__(self, folder: Path = CACHE):
        self.folder = folder / recipe_hash()
        self.modules = self.folder / "modules"
        self.modules.mkdir(parents=True, exist_ok=True)

    def _path(self, name: str) -> Path:
        return self.modules / f"{hashlib.sha256(name.encode()).hexdigest()[:24]}.json.gz"

    def load(self, name: str) -> Module:
        with gzip.open(self._path(name), "rt") as file:
            data = json.load(file)
        cells = [Cell(*cell) for cell in data["cells"]]
        return Module({port: tuple(p) for port, p in data["ports"].items()}, cells, data["words"])

    def store(self, name: str, module: Module) -> None:
        data = {
            "ports": module.ports,
            "cells": [[c.type, c.name, c.pins] for c in module.cells],
            "words": module.words,
        }
        part = self._path(name).with_suffix(".part")
        with gzip.open(part, "wt", compresslevel=1) as file:
            json.dump(data, file, separators=(",", ":"))
        part.rename(self._path(name))

    def has(self, name: str) -> bool:
        return self._path(name).exists()

    def design(self, package: Path) -> dict[str, Module]:
        """All modules of the design whose SystemVerilog package is `package`; em_top among them."""
        key = hashlib.sha256(package.read_bytes()).hexdigest()[:16]
        folder = self.folder / "designs" / key
        listing = folder / "modules.txt"
        top = f"em_top {key}"
        if not listing.exists() or not self.has(top):
            folder.mkdir(parents=True, exist_ok=True)
            self._synthesise(package, folder, top)
        names = listing.read_text().split("\n")
        return {name: self.load(top if name == "em_top" else name) for name in names if name}

    def _synthesise(self, package: Path, folder: Path, top: str) -> None:
        rtlil, found, netlist = folder / "design.il", folder / "found.txt", folder / "netlist.json"
        read = " ".join(str(path) for path in [package, *sources()])
        yosys(
            f"read_verilog -sv {read}\nhierarchy -check -top em_top\n"
            f"write_rtlil {rtlil}\ntee -q -o {found} ls\n",
            folder / "read.log",
        )
        names = [line.strip() for line in found.read_text().split("\n") if re.match(r"^  \S", line)]
        names = [name.lstrip("\\") if name.startswith("\\") else name for name in names]
        known = [name for name in names if name != "em_top" and self.has(name)]
        macros = [name for name in names if name.endswith(f"\\{MACRO}") or f"\\{MACRO}\\" in name]
        abc = folder / "abc.script"
        abc.write_text(ABC_SCRIPT)
        boxes = "".join(f"blackbox {name}\n" for name in [*known, *macros])
        yosys(
            f"read_rtlil {rtlil}\n{boxes}" + RECIPE.format(top="em_top", liberty=LIBERTY, abc=abc, json=netlist),
            folder / "synth.log",
        )
        modules = json.loads(netlist.read_text())["modules"]
        for name in names:
            if name not in known:
                self.store(top if name == "em_top" else name, _from_json(name, modules[name]))
        (folder / "modules.txt").write_text("\n".join(names) + "\n")
        for path in (rtlil, netlist, folder / "synth.log", folder / "read.log"):
            path.unlink()

    def unit(self, source: Path, top: str) -> dict[str, Module]:
        """All modules of `top`, a module of `source` around one of the RTL."""
        folder = self.folder / "units" / hashlib.sha256(source.read_bytes()).hexdigest()[:16]
        netlist, abc = folder / "netlist.json", folder / "abc.script"
        if not netlist.exists():
            folder.mkdir(parents=True, exist_ok=True)
            abc.write_text(ABC_SCRIPT)
            read = " ".join(str(path) for path in sources() if path.stem != "em_top")
            recipe = RECIPE.format(top=top, liberty=LIBERTY, abc=abc, json=netlist)
            yosys(
                f"read_verilog -sv {read} {source}\nhierarchy -check -top {top}\n{recipe}", folder / "synth.log"
            )
        modules = json.loads(netlist.read_text())["modules"]
        return {name: _from_json(name, data) for name, data in modules.items()}
