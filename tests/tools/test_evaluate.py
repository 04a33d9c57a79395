"""tools/evaluate.py: its table against an own computation; published and promised figures on MARS
and CIFAR-10 where EMAMBA_DATA names the folder that holds them."""

import os
import re
import tempfile
import unittest
from pathlib import Path

import numpy as np
from support import ROOT, TOOLS, random_frames, run

from emamba_tools import contract, datasets, evaluation, mars, network

PROGRAM = ROOT / "build" / "emamba"
DESIGNS, SHIPPED = ROOT / "configs" / "designs", ROOT / "configs" / "networks"
CONFORMANCE = os.environ.get("EMAMBA_CONFORMANCE")


def needs_data(name: str):
    """Skips where EMAMBA_DATA does not hold dataset `name`."""
    data = os.environ.get("EMAMBA_DATA")
    if not data:
        return unittest.skip(f"EMAMBA_DATA is not set: {name} not evaluated")
    missing = not (Path(data) / name).exists()
    return unittest.skipIf(missing, f"EMAMBA_DATA has no {name}: not evaluated")


def evaluate(dataset: str, path: Path, *more) -> str:
    done = run(TOOLS / "evaluate.py", dataset, path, *more)
    assert done.returncode == 0, done.stderr
    return done.stdout


def figures(table: str, row: str) -> list[float]:
    """The numbers of the row that ends in `row`, in the part about INT8."""
    part = table[table.index("INT8 (C model)") :]
    return [float(v) for v in re.search(rf"{re.escape(row)} +([\d. ]+)", part)[1].split()]


@unittest.skipUnless(PROGRAM.exists(), "build/emamba is not built")
class Evaluate(unittest.TestCase):
    def test_the_table_on_made_up_frames(self):
        rng = np.random.default_rng(1)
        path = SHIPPED / "mars-random.safetensors"
        with tempfile.TemporaryDirectory() as name:
            features = rng.normal(0, 1, (40, 8, 8, 5)).clip(-3.9, 3.9)
            labels = rng.normal(0, 1, (40, 57))
            for part in ("train", "test"):
                np.save(Path(name) / f"featuremap_{part}.npy", features)
                np.save(Path(name) / f"labels_{part}.npy", labels)
            table = evaluate("mars", path, "--folder", name, "--design", DESIGNS / "mars.yaml")
        model = network.load(path)
        codes = contract.forward(model, np.rint(features * 32).astype(np.int8))
        error = codes * 2.0 ** model.exponents["output"] - labels.astype(np.float32)
        for row, want in (("MAE", np.abs(error).mean()),
                          ("RMSE, mean of 57", np.sqrt((error**2).mean(0)).mean()),
                          ("RMSE, of all values", np.sqrt((error**2).mean()))):  # fmt: skip
            self.assertEqual([f"{v:.2f}" for v in figures(table, row)], [f"{100 * want:.2f}"])

    def test_the_c_model_gives_the_codes_of_the_integer_model(self):
        for name in ("mars", "cifar-10"):
            model = network.load(SHIPPED / f"{name}.safetensors")
            frames = random_frames(1, model.shape, 12)
            made = evaluation.by_the_c_model(
                PROGRAM, DESIGNS / f"{name}.yaml", SHIPPED / f"{name}.safetensors",
                datasets.Frames(frames, None, model.exponents["input"]),
            )  # fmt: skip
            wrong = (made != contract.forward(model, frames)).sum()
            self.assertEqual((made.shape, wrong), ((12, model.shape["outputs"]), 0), name)

    def test_bad_input_is_one_line_and_status_2(self):
        path = SHIPPED / "mars-random.safetensors"
        with tempfile.TemporaryDirectory() as empty:
            for more in ((path, "--folder", empty), (path, "--program", Path(empty) / "none"),
                         (Path(empty) / "none", "--folder", empty), (path, "--float", path)):  # fmt: skip
                done = run(TOOLS / "evaluate.py", "mars", *more)
                self.assertEqual((done.returncode, done.stderr.count("\n")), (2, 1), done.stderr)

    def test_subjects_are_the_runs_of_the_official_test_part(self):
        groups = mars.groups(7_984)
        self.assertEqual([*groups], ["all", "s. 2 to 4", *(f"subject {n}" for n in range(1, 5))])
        lengths = [len(range(7_984)[rows]) for rows in groups.values()]
        self.assertEqual(lengths, [7_984, 5_622, 2_362, 2_327, 1_769, 1_526])
        self.assertEqual([*mars.groups(40)], ["all"])

    @needs_data("mars")
    def test_the_conformance_network_has_its_figures_on_mars(self):
        if not CONFORMANCE:
            self.skipTest("EMAMBA_CONFORMANCE is not set: its network not evaluated")
        table = evaluate("mars", Path(CONFORMANCE) / "mars.safetensors")
        self.assertEqual(figures(table, "MAE")[0], 6.11)
        rmse = figures(table, "RMSE, mean of 57")
        self.assertEqual([rmse[0], *rmse[2:]], [8.36, 8.05, 8.95, 7.60, 8.45])

    @needs_data("mars")
    def test_the_shipped_network_keeps_its_promise_on_mars(self):
        path = SHIPPED / "mars.safetensors"
        model = network.load(path)
        self.assertLessEqual(model.parameters, 15_717)
        recorded = {kind: re.search(rf"[.;] {kind}: test MAE ([\d.]+) m, RMSE ([\d.]+) m",
                                    model.origin).groups() for kind in ("float", "INT8")}  # fmt: skip
        table = evaluate("mars", path)
        rmse = figures(table, "RMSE, mean of 57")
        self.assertAlmostEqual(rmse[0], 100 * float(recorded["INT8"][1]), delta=0.006)
        self.assertLessEqual(rmse[1], 8.4)
        self.assertLessEqual(rmse[0] - 100 * float(recorded["float"][1]), 0.2)

    @needs_data("cifar-10-batches-bin")
    def test_the_shipped_network_keeps_its_promise_on_cifar_10(self):
        path = SHIPPED / "cifar-10.safetensors"
        model = network.load(path)
        self.assertLessEqual(model.parameters, 150_000)
        recorded = {kind: float(re.search(rf"[.;] {kind}: test top-1 ([\d.]+) %", model.origin)[1])
                    for kind in ("float", "INT8")}  # fmt: skip
        reached = figures(evaluate("cifar-10", path), "INT8 (C model)")[0]
        self.assertEqual(reached, recorded["INT8"])
        self.assertGreaterEqual(reached, 80)
        self.assertLessEqual(recorded["float"] - reached, 1)


if __name__ == "__main__":
    unittest.main()
