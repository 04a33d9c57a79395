"""The Python package over the library: the same numbers as the program's, its texts as exceptions, no copies."""

import gc
import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import numpy as np

import emamba

ROOT = Path(__file__).resolve().parents[2]
DESIGN = ROOT / "configs/designs/mars.yaml"
NETWORK = ROOT / "configs/networks/mars-random.safetensors"
FRAMES = ROOT / "traces/mars-random.safetensors"
PROGRAM = os.environ.get("EMAMBA_PROGRAM", str(ROOT / "build/emamba"))


def frames_of_the_file() -> np.ndarray:
    """The frames array, read on its own: the last bytes of the file, [8, 8, 8, 5]."""
    header = int.from_bytes(FRAMES.read_bytes()[:8], "little")
    begin, end = json.loads(FRAMES.read_bytes()[8 : 8 + header])["frames"]["data_offsets"]
    data = np.frombuffer(FRAMES.read_bytes(), np.int8)
    return data[8 + header + begin : 8 + header + end].reshape(8, 8, 8, 5)


class Runs(unittest.TestCase):
    def test_outputs_cycles_and_price_are_those_of_the_program(self):
        with tempfile.TemporaryDirectory() as folder:
            out, report = Path(folder, "out.safetensors"), Path(folder, "report.json")
            subprocess.run(
                [PROGRAM, "run", DESIGN, "-n", NETWORK, "-i", FRAMES, "-q", "-o", out, "--report", report, "--toggles"],
                check=True,
            )
            result = emamba.Design(DESIGN).run(NETWORK, FRAMES, toggles=True)
            result.save(Path(folder, "mine.safetensors"))
            result.save_report(Path(folder, "mine.json"))
            self.assertEqual(out.read_bytes(), Path(folder, "mine.safetensors").read_bytes())
            theirs = json.loads(report.read_text())
        for key in ("time", "engines", "memories", "nodes", "price", "provenance"):
            self.assertEqual(theirs[key], result.report[key], key)

    def test_array_gives_what_the_file_gives(self):
        design = emamba.Design(DESIGN)
        of_array = design.run(emamba.Network(NETWORK.read_bytes()), frames_of_the_file())
        np.testing.assert_array_equal(of_array.outputs, design.run(NETWORK, FRAMES).outputs)
        np.testing.assert_array_equal(of_array.values, of_array.outputs * 2.0**of_array.exponent)

    def test_strided_array_is_the_same_as_its_copy(self):
        frames = frames_of_the_file()
        wide = np.zeros((8, 8, 8, 10), np.int8)
        wide[..., ::2] = frames
        design = emamba.Design(DESIGN)
        np.testing.assert_array_equal(
            design.run(NETWORK, wide[..., ::2]).outputs, design.run(NETWORK, frames).outputs
        )

    def test_contiguous_array_is_lent_not_copied(self):
        frames = frames_of_the_file().copy()
        lent = emamba.Frames(frames)
        design = emamba.Design(DESIGN)
        before = design.run(NETWORK, lent).outputs.copy()
        frames[...] = 0
        self.assertFalse(np.array_equal(design.run(NETWORK, lent).outputs, before))

    def test_outputs_outlive_the_result_and_are_read_only(self):
        outputs = emamba.Design(DESIGN).run(NETWORK, FRAMES, report=False).outputs
        copy = outputs.copy()
        gc.collect()
        np.testing.assert_array_equal(outputs, copy)
        with self.assertRaises(ValueError):
            outputs[0, 0] = 1

    def test_labels_make_the_accuracy(self):
        network = emamba.Network(NETWORK)
        plain = emamba.Design(DESIGN).run(network, FRAMES)
        labels = (plain.values + 0.25).astype(np.float32)
        result = emamba.Design(DESIGN).run(network, emamba.Frames(frames_of_the_file(), labels, unit="m"))
        self.assertAlmostEqual(result.report["accuracy"]["mae"], 0.25)
        self.assertEqual(result.report["accuracy"]["unit"], "m")
        classes = plain.outputs.argmax(axis=1)
        result = emamba.Design(DESIGN).run(network, emamba.Frames(frames_of_the_file(), classes))
        self.assertEqual(result.report["accuracy"]["top1_percent"], 100)

    def test_report_false_leaves_the_report_out(self):
        self.assertIsNone(emamba.Design(DESIGN).run(NETWORK, FRAMES, report=False).report)

    def test_engines_and_modules_are_pandas_frames(self):
        try:
            import pandas  # noqa: F401
        except ImportError:
            self.skipTest("no python3-pandas")
        result = emamba.Design(DESIGN).run(NETWORK, FRAMES)
        self.assertEqual(result.engines.loc["blocks.0.ssm", "tokens"], 8 * 16)
        total = result.report["price"]["totals"]["area_um2"]
        self.assertAlmostEqual(result.modules["area_um2"].sum(), total, places=3)


class Designs(unittest.TestCase):
    def test_numbers_are_read_and_changed_by_name(self):
        design = emamba.Design(DESIGN)
        self.assertEqual(design.name, "mars")
        self.assertEqual(design["engines.ssm.lanes"], 2)
        other = design.copy()
        other["engines.ssm.lanes"] = 1
        self.assertEqual(design["engines.ssm.lanes"], 2)
        self.assertGreater(other.time()["interval_cycles"], design.time()["interval_cycles"])
        self.assertLess(other.price()["area_um2"]["nominal"], design.price()["area_um2"]["nominal"])
        self.assertIn("clock_mhz", list(design))

    def test_saved_design_is_the_same(self):
        design = emamba.Design(DESIGN)
        design["depth_tokens.tok"] = 5
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "saved.yaml")
            design.save(path)
            again = emamba.Design.parse(path.read_text(), DESIGN)
        self.assertEqual({key: design[key] for key in design}, {key: again[key] for key in again})

    def test_engine_times_sum_to_the_cycles(self):
        times = emamba.Design(DESIGN).engine_times(4)
        for engine in times["engines"]:
            total = engine["busy_cycles"] + engine["starved_cycles"] + engine["blocked_cycles"]
            self.assertEqual(total, times["cycles"], engine["name"])

    def test_price_parts_sum_to_its_total(self):
        design = emamba.Design(DESIGN)
        parts = design.price_parts()
        self.assertAlmostEqual(sum(p["area_um2"] for p in parts["parts"]), parts["totals"]["area_um2"], places=3)
        totals = emamba.price(design)
        for bound in ("low", "nominal", "high"):
            for key in ("area_um2", "power_mw", "energy_per_frame_pj"):
                self.assertAlmostEqual(totals[key][bound] / parts["bounds"][key][bound], 1, places=5)


class Errors(unittest.TestCase):
    def test_texts_are_those_of_the_program(self):
        with tempfile.TemporaryDirectory() as folder:
            bad = Path(folder, "bad.yaml")
            bad.write_text(DESIGN.read_text().replace("lanes: 2", "lanes: 0"))
            with self.assertRaises(emamba.BadInput) as raised:
                emamba.check(bad)
            done = subprocess.run([PROGRAM, "check", bad], capture_output=True, text=True, check=False)
        self.assertEqual(done.stderr, f"emamba: {raised.exception}\n")
        self.assertEqual(done.returncode, 2)

    def test_bad_arguments_are_refused_before_the_library(self):
        design = emamba.Design(DESIGN)
        for frames in (np.zeros((8, 8, 5), np.int8), np.zeros((1, 8, 8, 5), np.uint8), np.zeros((0, 8, 8, 5), np.int8)):
            with self.assertRaises(emamba.BadInput):
                design.run(NETWORK, frames)
        for options in ({"count": 0}, {"count": -1}, {"seed": -1}, {"stall_in": 1}, {"stall_out": float("nan")}):
            with self.assertRaises(emamba.BadInput):
                design.run(NETWORK, FRAMES, **options)
        for key, value in (("no.key", 1), ("engines.ssm.lanes", 0), ("clock_mhz", float("nan"))):
            with self.assertRaises(emamba.BadInput):
                design[key] = value

    def test_a_file_that_cannot_be_written_is_a_failure(self):
        result = emamba.Design(DESIGN).run(NETWORK, FRAMES)
        with self.assertRaises(emamba.Failed) as raised:
            result.save("/no/such/folder/out.safetensors")
        self.assertIn("/no/such/folder/out.safetensors", str(raised.exception))

    def test_import_without_the_library_says_where_it_is_sought(self):
        code = "import ctypes.util; ctypes.util.find_library = lambda name: None; import emamba"
        with tempfile.TemporaryDirectory() as folder:
            shutil.copytree(Path(emamba.__file__).parent, Path(folder, "emamba"))
            Path(folder, "emamba/libemamba.so").unlink(missing_ok=True)
            environment = {"PYTHONPATH": folder, "PATH": os.environ["PATH"]}
            done = subprocess.run(
                [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False
            )
        self.assertIn("EMAMBA_LIBRARY", done.stderr)


if __name__ == "__main__":
    unittest.main()
