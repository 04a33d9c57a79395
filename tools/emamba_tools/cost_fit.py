"""What the cost model is fitted to and how: samples of area and energy, coefficients, errors."""

import hashlib
import json
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from emamba_tools import gate_sim, liberty, netlist, sweep, synthesis, timing
from emamba_tools.least_squares import relative_fit

QUANTITIES = ("gates", "flops", "switching", "depth")
SUMS = QUANTITIES[:3]  # the others do not add up over parts: of a design they are its deepest engine's
# Samples that weigh less in a fit of energy: an error of this share of a run's energy counts as a whole error.
NEGLIGIBLE_SHARE = 2e-3


@dataclass
class Sample:
    """One part: what was measured, and the features that the model has for it."""

    where: str  # design or run, part
    group: str  # design or run
    kind: str
    features: dict[str, float]
    measured: float
    scale: float  # what an error is relative to
    cycles: int = 0  # of the run


@dataclass
class Stimulus:
    """A run of a design; options as those of `emamba run`."""

    name: str
    network: Path
    frames: Path
    options: tuple[str, ...]

    @property
    def arguments(self) -> list[str]:
        return ["-n", str(self.network), "-i", str(self.frames), *self.options]


class Bench:
    """Measures designs, with a cache of every synthesis and every gate-level run."""

    def __init__(self) -> None:
        self.library = liberty.load(synthesis.LIBERTY)
        self.modules = synthesis.ModuleCache()
        self.runs = self.modules.folder / "runs"
        self.runs.mkdir(exist_ok=True)
        self._folder = tempfile.TemporaryDirectory()
        self.netlist_file = Path(self._folder.name) / "netlist.bin"
        self._elaborated: tuple[str, netlist.Netlist] | None = None
        self._pins: tuple[str, gate_sim.Pins] | None = None

    def _netlist(self, design: sweep.Design, parts: list[dict]) -> netlist.Netlist:
        """The design's netlist; the last one is kept."""
        if self._elaborated is None or self._elaborated[0] != design.name:
            modules = self.modules.design(design.package)
            self._elaborated = design.name, netlist.elaborate(modules, self.library, parts)
        return self._elaborated[1]

    def _prepared(self, design: sweep.Design, parts: list[dict]) -> gate_sim.Pins:
        """Its pins, when the netlist file is the design's."""
        if self._pins is None or self._pins[0] != design.name:
            elaborated = self._netlist(design, parts)
            gate_sim.write(elaborated, self.library, self.netlist_file)
            self._pins = design.name, gate_sim.pin_energies(elaborated, self.library)
        return self._pins[1]

    def _key(self, *texts: str | bytes) -> str:
        digest = hashlib.sha256()
        for text in texts:
            digest.update(text if isinstance(text, bytes) else text.encode())
        return digest.hexdigest()[:24]

    def sizes(self, design: sweep.Design) -> dict[str, list[Sample]]:
        """Samples of gates and of flip-flops; macros have neither."""
        parts = netlist.load_parts(design.features)
        scopes = json.dumps([part["scope"] for part in parts])
        path = self.runs / f"{self._key(design.package.read_bytes(), scopes)}.size.json"
        if not path.exists():
            gates, flops = netlist.sizes(self._netlist(design, parts), self.library, len(parts))
            path.write_text(json.dumps({"gates": gates.tolist(), "flops": flops.tolist()}))
        measured = json.loads(path.read_text())
        return {
            quantity: [
                Sample(f"{design.name} {part['name']}", design.name, part["kind"], part[quantity], value, value)
                for part, value in zip(parts, measured[quantity])
                if not part["macros"]
            ]
            for quantity in ("gates", "flops")
        }

    def depths(self, design: sweep.Design) -> list[Sample]:
        """Samples of logic depth in FO4, of the engines that have a longest path of their own."""
        parts = netlist.load_parts(design.features)
        scopes = json.dumps([part["scope"] for part in parts])
        path = self.runs / f"{self._key(design.package.read_bytes(), scopes, timing.METHOD)}.depth.json"
        if not path.exists():
            buffered = timing.buffered(self._netlist(design, parts), self.library)
            longest = timing.Paths(buffered, self.library).longest(len(parts)) / timing.fo4_ns(self.library)
            path.write_text(json.dumps({"fo4": longest.tolist()}))
        measured = json.loads(path.read_text())["fo4"]
        return [
            Sample(f"{design.name} {part['name']}", design.name, part["kind"], part["depth"], value, value)
            for part, value in zip(parts, measured)
            if part["depth"]
        ]

    def energy(self, design: sweep.Design, stimulus: Stimulus, mac_fj: float) -> list[Sample]:
        """Samples of switching energy in MACs."""
        parts = netlist.load_parts(design.features)
        inputs = [design.path.read_bytes(), stimulus.network.read_bytes(), stimulus.frames.read_bytes()]
        path = self.runs / f"{self._key(*inputs, ' '.join(stimulus.options), gate_sim.METHOD)}.energy.json"
        arguments = [str(design.path), *stimulus.arguments]
        if not path.exists():
            pins = self._prepared(design, parts)
            energies = gate_sim.run(self.netlist_file, pins, arguments, len(parts))
            path.write_text(json.dumps({"energy_fj": energies.tolist()}))
        measured = np.array(json.loads(path.read_text())["energy_fj"]) / mac_fj
        cycles, features = gate_sim.features(arguments)
        run, total = f"{design.name}/{stimulus.name}", measured.sum()
        return [
            Sample(
                f"{run} {part['name']}",
                run,
                part["kind"],
                work,
                value,
                max(value, NEGLIGIBLE_SHARE * total),
                cycles,
            )
            for part, work, value in zip(parts, features, measured)
            if not part["macros"]
        ]


# ---- Fit ----


def fit(samples: Iterable[Sample], kind: str) -> dict[str, float]:
    """Coefficients by feature."""
    mine = [sample for sample in samples if sample.kind == kind and sample.measured > 0]
    if not mine:
        return {name: 0.0 for sample in samples if sample.kind == kind for name in sample.features}
    names = list(mine[0].features)
    table = np.array([[sample.features[name] for name in names] for sample in mine])
    weights = np.array([sample.scale for sample in mine])
    coefficients = relative_fit(table, np.array([sample.measured for sample in mine]), weights)
    return dict(zip(names, coefficients.tolist()))


def predict(sample: Sample, coefficients: dict[str, float]) -> float:
    return sum(coefficients[name] * value for name, value in sample.features.items())


@dataclass
class Errors:
    """In percent."""

    samples: int
    mean: float
    max: float
    worst: str

    @staticmethod
    def of(samples: Iterable[Sample], coefficients: dict[str, float]) -> "Errors":
        errors = [
            (abs(100 * (predict(sample, coefficients) - sample.measured) / sample.scale), sample.where)
            for sample in samples
            if sample.scale > 0
        ]
        if not errors:
            return Errors(0, 0.0, 0.0, "")
        worst = max(errors)
        return Errors(len(errors), float(np.mean([error for error, _ in errors])), worst[0], worst[1])


def wholes(samples: Iterable[Sample], quantity: str, model: dict[str, dict[str, float]]) -> dict[str, tuple[float, float]]:
    """Model and measurement of every design or run: sums over its parts, or the largest part's."""
    join = (lambda a, b: a + b) if quantity in SUMS else max
    found: dict[str, tuple[float, float]] = {}
    for sample in samples:
        before = found.get(sample.group, (0.0, 0.0))
        found[sample.group] = join(before[0], predict(sample, model[sample.kind])), join(before[1], sample.measured)
    return found


class Measured:
    """Samples of every quantity."""

    def __init__(self) -> None:
        self.samples: dict[str, list[Sample]] = {quantity: [] for quantity in QUANTITIES}
        self.designs, self.runs = 0, 0

    def add(self, bench: Bench, design: sweep.Design, runs: list[Stimulus], mac_fj: float) -> None:
        for quantity, samples in bench.sizes(design).items():
            self.samples[quantity] += samples
        self.samples["depth"] += bench.depths(design)
        for run in runs:
            self.samples["switching"] += bench.energy(design, run, mac_fj)
        self.designs += 1
        self.runs += len(runs)

    def last(self, design: sweep.Design) -> str:
        gates = sum(s.measured for s in self.samples["gates"] if s.group == design.name)
        return f"{gates / 1000:.0f} kGE"

    def kinds(self) -> list[str]:
        return list(dict.fromkeys(sample.kind for sample in self.samples["gates"]))

    def of(self, quantity: str, kind: str) -> list[Sample]:
        return [sample for sample in self.samples[quantity] if sample.kind == kind]
