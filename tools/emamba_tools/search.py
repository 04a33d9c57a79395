"""The work of tools/search.py: successive halving over shapes, on accuracy and cost together."""

import argparse
import json
import math
import os
import subprocess
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch

from . import checkpoint, datasets, fitting, network, plot, quantisation, quantising, scores, search_space
from .contract import forward
from .model import Model, Numerics
from .rounding import Secants
from .search_space import Candidate

PEAK_RATE, WARM_UP, DECAY, SMOOTHING = 6e-3, 0.15, 0.02, 0.05
TUNE_RATE, TUNE_WARM_UP = 2e-4, 0.1
COSTS = {"energy": ("energy_pj", 1e-3, "nJ a frame"), "latency": ("latency_us", 1.0, "us")}
CURVES = ("float", "PWL float", "INT8")  # eMamba's approximations, one after the other
BLUE, ORANGE, GREY = "#2060a0", "#c06020", "#808080"


class Entry(NamedTuple):
    """A candidate that is still in the race: its cost, and its accuracy on the validation frames."""

    candidate: Candidate
    cost: float
    accuracy: float


def write(path: Path, value: dict) -> dict:
    """JSON, whole or not at all."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    temporary.write_text(json.dumps(value, indent=1, sort_keys=True) + "\n")
    os.replace(temporary, path)
    return value


def kept(path: Path, make) -> dict:
    """What stands at `path`, or else what `make` gives, kept there: the unit of --resume."""
    return json.loads(path.read_text()) if path.exists() else write(path, make())


# ---- Cost: the exact front of all lanes and depths of the shape ----


def run(command: list) -> None:
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False)
    if done.returncode:
        raise ValueError((done.stderr or done.stdout).strip().splitlines()[-1])


def cost_of(one: Candidate, options: argparse.Namespace, frame: tuple, outputs: int) -> dict:
    """The cheapest design of all that keep the rate: its cost, figures and file."""
    folder = options.output / "costs"
    design, space = folder / f"{one.name}.base.yaml", folder / f"{one.name}.space.yaml"
    front, picked = folder / f"{one.name}.front.json", folder / f"{one.name}.yaml"
    design.write_text(search_space.design(one.name, one.shape(frame, outputs), one.segments))
    objectives = "interval, area, energy" if options.cost == "energy" else "latency, area"
    rate = options.frames_per_s
    space.write_text(f"designs: [{design.name}]\nvary: {{lanes: all, depths: sufficient}}\n"
                     f"limits: {{frames_per_s: \">= {rate}\"}}\nobjectives: [{objectives}]\n")  # fmt: skip
    store = folder / f"{one.name}.sqlite"
    for rest in folder.glob(f"{one.name}.sqlite*"):
        rest.unlink()
    run([options.program, "explore", space, "-q", "-o", store, "--json", front])
    points = json.loads(front.read_text())["points"]
    key, unit, _ = COSTS[options.cost]
    best = min(range(len(points)), key=lambda i: (points[i][key], points[i]["area_um2"]))
    run([options.program, "explore", store, "-q", "--pick", best + 1, "-o", picked])
    store.unlink()
    front.unlink()
    figures = {name: points[best][name] for name in ("interval_cycles", "latency_us", "area_um2", "energy_pj")}
    return {"cost": points[best][key] * unit, "design": picked.name, **figures}


# ---- Accuracy: trained, calibrated, tuned with the contract in the forward pass ----


def rounded(model: Model, seen, segments: int, validation: datasets.Frames):
    """The calibration that does best on the validation frames: score, exponents, functions, tables,
    numerics."""
    trials = []
    for rule in quantisation.RULES:
        exponents = quantisation.calibrate(model, seen, rule, validation.exponent)
        functions = quantisation.functions(model.shape, exponents, seen if segments else None, segments or None)
        tables, _ = quantisation.tables(functions, exponents)
        numerics = quantisation.rounding(functions, tables, exponents)
        trials.append((quantising.score(model, numerics, validation), exponents, functions, tables, numerics))
    return trials[scores.best([trial[0] for trial in trials])]


def trained(one: Candidate, epochs: int, seed: int, tune: int, parts: list[datasets.Frames],
            options: argparse.Namespace, stem: Path) -> dict:  # fmt: skip
    """Train anew for so many epochs and quantise; with `tune` epochs of fine-tuning also the test
    frames are looked at and the network is written. Percent of frames right, by numerics."""
    train, validation, test = parts
    frame, outputs = train.codes.shape[1:], int(train.labels.max()) + 1
    model = Model(one.shape(frame, outputs), torch.Generator().manual_seed(seed))
    frames = fitting.to_values(train.codes, train.exponent)
    loss = fitting.goal(train.labels, outputs, SMOOTHING)
    mirrored = bool(options.mirror)

    def fit(peak: float, warm_up: float, count: int, name: str) -> None:
        plan = fitting.Plan(seed, count, peak, warm_up, DECAY, 256, mirrored, options.shift)
        keeper = fitting.Keeper(stem.with_name(f"{stem.name}.{name}"), f"{one.name} {count} {seed}", True)
        fitting.fit(model, frames, loss, lambda: one.name, plan, keeper)
        keeper.finish()

    fit(PEAK_RATE, WARM_UP, epochs, "train")
    seen = quantisation.observe(model, frames[: quantising.CALIBRATION_FRAMES])
    reached, exponents, functions, tables, numerics = rounded(model, seen, one.segments, validation)
    made = {"epochs": epochs, "seed": seed, "validation": reached.figure}
    if not tune:
        return made
    by = {"float": Numerics(), "PWL float": Secants(functions)}
    made["test"] = {name: quantising.score(model, way, test).figure for name, way in by.items()}
    before = {name: value.clone() for name, value in model.state_dict().items()}
    model.numerics = numerics
    fit(TUNE_RATE, TUNE_WARM_UP, tune, "tune")
    tuned = quantising.score(model, numerics, validation)
    made["tuned"] = scores.best([reached, tuned]) == 1
    if made["tuned"]:
        made["validation"] = tuned.figure
    else:
        model.load_state_dict(before)
    origin = f"tools/search.py: {one.name}, {epochs} epochs, seed {seed}; {train.origin}"
    exported = quantisation.export(model, exponents, tables, origin)
    codes = forward(exported, test.codes)
    made["test"]["INT8"] = scores.score(codes * 2.0 ** exponents["output"], test.labels).figure
    network.save(stem.with_name(f"{stem.name}.safetensors"), exported)
    made["network"], made["parameters"] = f"{stem.name}.safetensors", exported.parameters
    return made


# ---- Halving ----


def fronts(entries: list[Entry]) -> list[list[Entry]]:
    """Front after front: no entry is beaten, in cost and accuracy, by one of its own or a later."""
    left, peeled = list(entries), []
    while left:
        front = [a for a in left if not any(
            b.cost <= a.cost and b.accuracy >= a.accuracy and (b.cost, b.accuracy) != (a.cost, a.accuracy)
            for b in left)]  # fmt: skip
        peeled.append(sorted(front, key=lambda entry: entry.cost))
        left = [entry for entry in left if entry not in front]
    return peeled


def halved(entries: list[Entry]) -> list[Entry]:
    """The better half: whole fronts first, of the last one those that are spread most evenly."""
    wanted, chosen = math.ceil(len(entries) / 2), []
    for front in fronts(entries):
        room = wanted - len(chosen)
        if len(front) <= room:
            chosen += front
        elif room > 0:
            places = np.linspace(0, len(front) - 1, room) if room > 1 else [len(front) - 1]
            chosen += [front[round(place)] for place in places]
    return chosen


def standard_error(values: list[float], frames: int) -> float:
    """Of a mean over seeds: what seeds and the number of frames leave open."""
    share = sum(values) / len(values) / 100
    of_frames = 100 * math.sqrt(share * (1 - share) / frames)
    of_seeds = float(np.std(values, ddof=1)) / math.sqrt(len(values)) if len(values) > 1 else 0.0
    return math.hypot(of_frames, of_seeds)


# ---- The whole ----


def race(options: argparse.Namespace, parts: list[datasets.Frames], say) -> list[Entry]:
    """Rounds of training twice as long for half as many; what is left, with what it reached."""
    train = parts[0]
    frame, outputs = train.codes.shape[1:], int(train.labels.max()) + 1
    few = [datasets.first(train, min(options.brief_frames, len(train.codes))), *parts[1:]]
    entries = []
    for one in search_space.drawn(options.candidates, options.seed, frame):
        found = kept(options.output / "costs" / f"{one.name}.json", lambda: cost_of(one, options, frame, outputs))
        entries.append(Entry(one, found["cost"], 0.0))
        say(f"{one.name}: {found['cost']:.4g} {COSTS[options.cost][2]}, {found['area_um2'] * 1e-6:.4f} mm2")
    for turn in range(options.rounds):
        epochs, reached = options.epochs * 2**turn, []
        for entry in entries:
            stem = options.output / "trained" / f"{entry.candidate.name}.round{turn + 1}"
            made = kept(stem.with_name(f"{stem.name}.json"), lambda: trained(
                entry.candidate, epochs, options.seed, 0, few, options, stem))  # fmt: skip
            reached.append(entry._replace(accuracy=made["validation"]))
            say(f"round {turn + 1}: {entry.candidate.name}: {made['validation']:.2f} %")
        entries = halved(reached)
    return sorted(entries, key=lambda entry: entry.cost)


def finals(options: argparse.Namespace, parts: list[datasets.Frames], entries: list[Entry], say) -> list[dict]:
    """Those that are left, trained on all frames with several seeds: means and standard errors."""
    rows = []
    for entry in entries:
        name, runs = entry.candidate.name, []
        for seed in range(options.seed, options.seed + options.seeds):
            stem = options.output / "trained" / f"{name}.seed{seed}"
            runs.append(kept(stem.with_name(f"{stem.name}.json"), lambda: trained(
                entry.candidate, options.final_epochs, seed, options.tune, parts, options, stem)))  # fmt: skip
            say(f"final: {name}, seed {seed}: " + ", ".join(f"{k} {v:.2f} %" for k, v in runs[-1]["test"].items()))
        best = max(runs, key=lambda made: made["validation"])
        curves = {curve: [made["test"][curve] for made in runs] for curve in CURVES}
        cost = json.loads((options.output / "costs" / f"{name}.json").read_text())
        rows.append({
            "name": name, **cost, "parameters": best["parameters"],
            "network": f"trained/{best['network']}", "design": f"costs/{cost['design']}",
            "accuracy": {c: {"mean": sum(v) / len(v), "error": standard_error(v, len(parts[2].codes))}
                         for c, v in curves.items()},
        })  # fmt: skip
    accurate = [row["accuracy"]["INT8"]["mean"] for row in rows]
    for row, mine in zip(rows, accurate):
        row["on_front"] = not any(
            other["cost"] <= row["cost"] and theirs >= mine and (other["cost"], theirs) != (row["cost"], mine)
            for other, theirs in zip(rows, accurate))  # fmt: skip
    return rows


def picture(options: argparse.Namespace, rows: list[dict]) -> None:
    """Accuracy against cost: exact functions, piecewise-linear ones, INT8, with standard errors."""
    blocks, curves = "", []
    colours = dict(zip(CURVES, (GREY, BLUE, ORANGE)))
    titles = dict(zip(CURVES, ("exact functions, float", "piecewise linear, float", "INT8 (ships)")))
    for number, curve in enumerate(CURVES):
        points = [(r["cost"], r["accuracy"][curve]["mean"], r["accuracy"][curve]["error"]) for r in rows]
        blocks += plot.block(f"c{number}", points)
        curves.append(f"$c{number} using 1:2:3 with yerrorlines linewidth 2 linecolor '{colours[curve]}' "
                      f"title '{titles[curve]}'")  # fmt: skip
    script = blocks + f"""
set title 'top-1 on the test frames, %, against {options.cost}, {COSTS[options.cost][2]}'
set logscale x; set key bottom right; set offsets graph 0.05, graph 0.05
plot {', '.join(curves)}
"""
    plot.svg(options.output / "front.svg", 900, 520, script)


def page(options: argparse.Namespace, rows: list[dict]) -> None:
    """front.html: the picture, a table, what was asked. Works offline."""
    unit = COSTS[options.cost][2]
    cells = "\n".join(
        "<tr{}><td>{}</td><td>{:.4g}</td><td>{:.4f}</td><td>{:.0f}</td><td>{}</td>{}<td>{}</td></tr>".format(
            ' class="front"' if row["on_front"] else "", row["name"], row["cost"], row["area_um2"] * 1e-6,
            row["interval_cycles"], row["parameters"],
            "".join(f"<td>{row['accuracy'][c]['mean']:.2f} &plusmn; {row['accuracy'][c]['error']:.2f}</td>" for c in CURVES),
            row["design"])
        for row in rows)  # fmt: skip
    svg = (options.output / "front.svg").read_text()
    text = f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>eMamba: accuracy against {options.cost}</title>
<style>body {{ font: 15px/1.45 system-ui, sans-serif; max-width: 1100px; margin: 24px auto; padding: 0 16px; }}
table {{ border-collapse: collapse; font-variant-numeric: tabular-nums; }} th, td {{ padding: 3px 12px 3px 0;
border-bottom: 1px solid #d5dae0; text-align: left; }} tr.front td {{ font-weight: 600; }} svg {{ max-width: 100%; height: auto; }}
</style></head><body><h1>Accuracy against {options.cost}</h1>
<p>{options.candidates} candidates, {options.rounds} rounds from {options.epochs} epochs, {len(rows)} finalists with {options.final_epochs}
epochs and {options.seeds} seeds; at least {options.frames_per_s} frames a second. Costs are those of the best of all designs of the
shape (emamba explore). Accuracies: test frames, mean over seeds and standard error. Bold: no other is as good in both.</p>
{svg[svg.index("<svg"):]}
<table><tr><th>candidate</th><th>{unit}</th><th>mm2</th><th>cycles a frame</th><th>parameters</th><th>float, %</th><th>PWL, %</th>
<th>INT8, %</th><th>design</th></tr>
{cells}
</table></body></html>
"""
    temporary = options.output / f".front.html.{os.getpid()}"
    temporary.write_text(text)
    os.replace(temporary, options.output / "front.html")


def joint_space(options: argparse.Namespace, rows: list[dict]) -> None:
    """joint.yaml: every finalist with its accuracy, for `emamba explore`."""
    designs = "\n".join(
        f"  - {{design: {row['design']}, network: {row['network']}, accuracy: {row['accuracy']['INT8']['mean']:.2f}, "
        'accuracy_unit: "% top-1"}' for row in rows)  # fmt: skip
    (options.output / "joint.yaml").write_text(
        f"designs:\n{designs}\nvary: {{lanes: all, depths: sufficient}}\n"
        "objectives: [interval, area, energy, accuracy]\n")  # fmt: skip


def work(options: argparse.Namespace, say=print) -> list[dict]:
    """From candidates to the joint front. Raises ValueError, OSError."""
    fitting.settle()
    parts = [datasets.load(path) for path in (options.train, options.validation, options.test)]
    if any(part.labels.dtype != np.int64 for part in parts):
        raise ValueError("labels must be classes")
    asked = {key: str(value) for key, value in vars(options).items() if key not in ("output", "program")}
    for folder in (options.output, options.output / "costs", options.output / "trained"):
        folder.mkdir(exist_ok=True)
    if kept(options.output / "asked.json", lambda: asked) != asked:
        raise ValueError(f"{options.output}: is of another search ({options.output / 'asked.json'}); -o another folder")
    rows = finals(options, parts, race(options, parts, say), say)
    write(options.output / "front.json", {"format": "emamba-search-1", "asked": asked, "finalists": rows})
    picture(options, rows)
    page(options, rows)
    joint_space(options, rows)
    return rows
