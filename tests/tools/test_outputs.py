"""Outputs of the tools: refused before anything runs, or whole; links stay."""

import os
import tempfile
import unittest
from pathlib import Path

from support import ROOT, TOOLS, run

MADE_UP = ("mars-random", "--count", "2")


class Outputs(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def refused(self, pattern: str, tool: str, *arguments):
        done = run(TOOLS / tool, *arguments)
        self.assertEqual((done.returncode, done.stderr.count("\n")), (2, 1), done.stderr)
        self.assertRegex(done.stderr, pattern)

    def test_what_cannot_be_written_is_refused_first(self):
        none = self.folder / "none"
        self.refused("no folder", "frames.py", *MADE_UP, "-o", none / "f.safetensors")
        self.refused("not a regular file", "frames.py", *MADE_UP, "-o", self.folder)
        self.refused("not a regular file", "frames.py", *MADE_UP, "-o", "/dev/null")
        kept = self.folder / "kept"
        kept.write_text("kept")
        kept.chmod(0o444)
        self.refused("write-protected", "frames.py", *MADE_UP, "-o", kept)
        self.assertEqual(kept.read_text(), "kept")
        for tool in ("train.py", "quantise.py"):
            files = [none] * (3 if tool == "train.py" else 4)
            self.refused("no folder", tool, *files, "-o", none / "x")

    def test_an_input_is_no_output(self):
        frames = self.folder / "frames.safetensors"
        self.assertEqual(run(TOOLS / "frames.py", *MADE_UP, "-o", frames).returncode, 0)
        before = frames.read_bytes()
        link = self.folder / "link"
        link.symlink_to(frames)
        network = ROOT / "configs" / "networks" / "mars-random.safetensors"
        for output in (frames, link):
            self.refused("is the input", "check.py", "pwl", network, "-i", frames, "-o", output)
        self.assertEqual(frames.read_bytes(), before)

    def test_a_link_stays(self):
        link, target = self.folder / "link", self.folder / "target"
        link.symlink_to(target)
        self.assertEqual(run(TOOLS / "frames.py", *MADE_UP, "-o", link).returncode, 0)
        self.assertTrue(link.is_symlink() and target.is_file())
        self.assertEqual(sorted(os.listdir(self.folder)), ["link", "target"])


if __name__ == "__main__":
    unittest.main()
