"""tools/search.py: halving against its definition; a small search to its end, again, and resumed."""

import json
import random
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import numpy as np
from emamba_tools import datasets, search, search_space

ROOT = Path(__file__).resolve().parents[2]
TOOL, EMAMBA = ROOT / "tools" / "search.py", ROOT / "build" / "emamba"


def beaten(a: search.Entry, b: search.Entry) -> bool:
    return b.cost <= a.cost and b.accuracy >= a.accuracy and (b.cost < a.cost or b.accuracy > a.accuracy)


class Halving(unittest.TestCase):
    def test_each_front_is_what_nothing_left_beats(self):
        source = random.Random(1)
        for count in range(1, 30):
            entries = [search.Entry(index, source.randint(1, 8), source.randint(1, 8)) for index in range(count)]
            left = list(entries)
            for front in search.fronts(entries):
                wanted = [a for a in left if not any(beaten(a, b) for b in left)]
                self.assertEqual(sorted(front), sorted(wanted))
                left = [entry for entry in left if entry not in front]
            self.assertEqual(left, [])
            kept = search.halved(entries)
            self.assertEqual(len(kept), (count + 1) // 2)
            self.assertEqual(len(set(kept)), len(kept))
            best = search.fronts(entries)[0]
            self.assertTrue(set(best) <= set(kept) or set(kept) <= set(best))

    def test_standard_error_has_the_seeds_and_the_frames(self):
        self.assertAlmostEqual(search.standard_error([90.0], 10_000), 0.3)
        self.assertAlmostEqual(search.standard_error([89.0, 91.0], 10_000), (0.09 + 1) ** 0.5)

    def test_candidates_follow_from_the_seed(self):
        self.assertEqual(search_space.drawn(20, 3, (28, 28, 1)), search_space.drawn(20, 3, (28, 28, 1)))
        self.assertNotEqual(search_space.drawn(20, 3, (28, 28, 1)), search_space.drawn(20, 4, (28, 28, 1)))
        self.assertEqual({one.P for one in search_space.drawn(20, 3, (8, 8, 1))}, {4})
        with self.assertRaisesRegex(ValueError, "none of the patch sides"):
            search_space.drawn(2, 1, (9, 9, 1))


class Search(unittest.TestCase):
    def test_a_small_search_ends_goes_on_and_is_the_same_again(self):
        if not EMAMBA.exists():
            self.skipTest("build/emamba missing")
        with tempfile.TemporaryDirectory() as folder:
            frames, out = Path(folder) / "frames.safetensors", Path(folder) / "out"
            source = np.random.default_rng(1)
            labels = source.integers(0, 3, 300)
            codes = source.integers(-20, 20, (300, 8, 8, 1)).astype(np.int8)
            codes[np.arange(300), labels * 2] += 60  # a bright row says which class
            datasets.save(frames, datasets.Frames(codes, labels.astype(np.int64), -7))
            command = [sys.executable, TOOL, frames, frames, frames, "-o", out, "--candidates", "2", "--rounds", "1",
                       "--brief-frames", "256", "--final-epochs", "1", "--frames-per-s", "1000"]  # fmt: skip

            def run(*more: str, status: int = 0) -> str:
                done = subprocess.run([*command, *more], capture_output=True, text=True, check=False)
                self.assertEqual(done.returncode, status, done.stderr)
                return done.stderr

            run()
            front = (out / "front.json").read_bytes()
            rows = json.loads(front)["finalists"]
            self.assertEqual(len(rows), 1)
            self.assertTrue(any(row["on_front"] for row in rows))
            for row in rows:
                run_model = [EMAMBA, "run", out / row["design"], "-n", out / row["network"], "-i", frames, "-q"]
                self.assertEqual(subprocess.run(run_model, capture_output=True, check=False).returncode, 0)
            page = (out / "front.html").read_text()
            self.assertTrue("<svg" in page and rows[0]["name"] in page and "http" not in page.replace("http://www.w3.org", ""))
            self.assertIn("accuracy", (out / "joint.yaml").read_text())
            made = sorted((out / "trained").glob("*.json"))
            times = [path.stat().st_mtime_ns for path in made]
            run()
            self.assertEqual(times, [path.stat().st_mtime_ns for path in made])
            self.assertEqual(front, (out / "front.json").read_bytes())
            made[-1].unlink()  # as if killed before its end
            run()
            self.assertEqual(front, (out / "front.json").read_bytes())
            self.assertIn("another search", run("--seed", "9", status=2))

    def test_what_is_asked_is_checked(self):
        done = subprocess.run([sys.executable, TOOL, "a", "b", "c", "-o", "d", "--candidates", "1"], capture_output=True,
                              text=True, check=False)  # fmt: skip
        self.assertEqual(done.returncode, 2)
        self.assertIn("--candidates is 1; must be at least 2", done.stderr)


if __name__ == "__main__":
    unittest.main()
