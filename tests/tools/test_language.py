"""Language models: units of text, perplexity, and the C model on one of any length."""

import math
import os
import tempfile
import unittest
from pathlib import Path

import numpy as np
from support import ROOT, TOOLS, run

try:
    import torch
except ImportError:
    torch = None

from emamba_tools import contract, network, safetensors, subwords

if torch:
    from emamba_tools import fitting, language, language_quantising
    from emamba_tools.model import Model, Numerics

SHIPPED = ROOT / "configs" / "networks" / "wikitext-2.safetensors"
WORDS = "the cat sat on a mat and the rat sat on the cat".split()


def text(count: int, seed: int) -> str:
    """`count` lines of words in a random order that favours neighbours."""
    rng = np.random.default_rng(seed)
    lines = []
    for _ in range(count):
        at, line = int(rng.integers(len(WORDS))), []
        for _ in range(12):
            line.append(WORDS[at])
            at = int(rng.integers(len(WORDS))) if rng.random() < 0.2 else (at + 1) % len(WORDS)
        lines.append(" ".join(line))
    return "\n".join(lines) + "\n"


def folder_of_text(folder: Path) -> Path:
    for name, lines, seed in (("train", 600, 1), ("valid", 400, 2), ("test", 60, 3)):
        (folder / f"wiki.{name}.tokens").write_text(text(lines, seed))
    return folder


class Subwords(unittest.TestCase):
    def test_units_give_the_text_back(self):
        words = [" aab", " ab", "\n", " <unk>", " aab", " caab", " aaaa"] * 60
        made = subwords.build(words, 12)
        ids = subwords.encode(words, made)
        self.assertEqual("".join(made.units[i] for i in ids), "".join(words))
        self.assertEqual(ids.max(), len(made.units) - 1)  # the last pair is in use
        self.assertEqual(subwords.of_metadata(made.metadata()), made)

    def test_the_most_frequent_pair_comes_first(self):
        made = subwords.build([" xy"] * 100 + [" xz"] * 60, 9)
        self.assertEqual(made.units[-2:], [" x", " xy"])

    def test_runs_are_paired_from_the_left(self):
        for length in range(1, 9):
            made = subwords.Vocabulary(["a", "aa"], [(0, 0)])
            flat = np.array([0] * length + [subwords.END])
            got, _ = subwords._merged(flat, np.ones(length + 1), made.merges[0], 1)
            self.assertEqual(got.tolist(), [1] * (length // 2) + [0] * (length % 2) + [subwords.END])

    def test_rare_and_new_characters_are_unknown(self):
        made = subwords.build([" ab"] * 100 + [" q"], 7)
        ids = subwords.encode([" q", " ab", " é"], made)
        self.assertEqual("".join(made.units[i] for i in ids), " � ab �")

    def test_a_vocabulary_that_does_not_fit_is_refused(self):
        made = subwords.build([" ab"] * 100, 7).metadata()
        for wrong in ({"units": made["units"]}, {**made, "merges": [[0, 99]]}, 3, {**made, "units": [""]}):
            with self.assertRaises(ValueError):
                subwords.of_metadata(wrong)
        with self.assertRaises(ValueError):
            subwords.build([" ab"] * 100, 3)


@unittest.skipUnless(torch, "torch is not installed")
class Perplexity(unittest.TestCase):
    def test_surprise_is_the_cross_entropy_and_its_gradient(self):
        generator = torch.Generator().manual_seed(1)
        for classes in (2, 16, 37, 256):
            logits = torch.randn(6, 5, classes, generator=generator) * 8
            texts = torch.randint(classes, (6, 6, 1, 1), generator=generator)
            found = []
            for of in (lambda x: language.surprises(x, texts),
                       lambda x: torch.nn.functional.cross_entropy(
                           x.transpose(1, 2), texts[:, 1:, 0, 0], reduction="none")):  # fmt: skip
                x = logits.clone().requires_grad_()
                nats = of(x)
                (nats * torch.arange(30).reshape(6, 5)).sum().backward()
                found.append((nats.detach(), x.grad))
            for fast, slow in zip(*found):
                self.assertLess((fast - slow).abs().max(), 1e-4 * slow.abs().max())

    def test_an_even_guess_has_the_perplexity_of_the_vocabulary(self):
        nats = language.surprises(torch.zeros(2, 9, 7), torch.zeros(2, 10, 1, 1))
        self.assertAlmostEqual(language.perplexity(nats.numpy()), 7, places=4)

    def test_texts_follow_each_other(self):
        texts = language.texts(np.arange(14), 4)[:, :, 0, 0].tolist()
        self.assertEqual(texts, [[0, 1, 2, 3, 4], [4, 5, 6, 7, 8], [8, 9, 10, 11, 12]])
        with self.assertRaises(ValueError):
            language.texts(np.arange(4), 4)

    def test_length_changes_nothing_but_the_cuts(self):
        fitting.settle()
        generator = torch.Generator().manual_seed(1)
        from emamba_tools import shapes

        shape = language.shape(shapes.parse(["D=8", "ED=16", "N=4", "M=1", "head_hidden=0"]), 8, 4, 9)
        made = language.Language(Model(shape, generator), generator)
        ids = np.arange(65) * 5 % 9
        short, long = (language.measured(made, Numerics(), ids, n) for n in (8, 64))
        self.assertLess(np.abs(short[0] - long[0, :8]).max(), 1e-5)  # from the same empty state
        self.assertGreater(np.abs(short[1] - long[0, 8:16]).max(), 1e-4)


@unittest.skipUnless(torch, "torch is not installed")
class EndToEnd(unittest.TestCase):
    def test_train_quantise_and_measure(self):
        program = ROOT / "build" / "emamba"
        if not program.exists():
            self.skipTest("build/emamba is not built")
        with tempfile.TemporaryDirectory() as name:
            folder = folder_of_text(Path(name))
            common = ["--folder", folder, "--length", 32]

            def tool(*arguments, folder=folder):
                done = run(TOOLS / "language.py", *arguments, "--folder", folder)
                self.assertEqual(done.returncode, 0, done.stderr)
                return done.stdout

            layer, float_, net = (folder / f"{n}.safetensors" for n in ("layer", "float", "int8"))
            tool("train", "-o", layer, "--norm", "layer", "--shape", "D=8", "ED=16", "N=4", "R=2",
                 "M=1", "head_hidden=0", "--width", 8, "--units", 24, *common[2:], "--epochs", 2)  # fmt: skip
            tool("train", "-o", float_, "--from", layer, "--epochs", 1, *common[2:])
            said = tool("quantise", float_, "-o", net, "--epochs", 1, *common[2:])
            self.assertIn("INT8 as written, all of test: perplexity", said)
            self.assertEqual(network.load(net).shape["head"], "token")
            design = folder / "design.yaml"
            design.write_text(DESIGN.format(technology=ROOT / "configs/technology/gf22.yaml"))
            picture = folder / "perplexity.svg"
            lines = tool("perplexity", net, "-o", picture, "--float", layer, float_, "--design", design,
                         "--lengths", 32, 64, 128, "--units", 1025).splitlines()  # fmt: skip
            self.assertIn("<svg", picture.read_text())
            rows = {line[:24].strip(): line[24:].split() for line in lines if line[:3].strip() and line.startswith("  ")}
            names = ["float, layer norm", "float, range norm", "PWL float, range norm", "INT8 (C model)"]
            self.assertEqual(list(rows), names)
            even = 24  # the perplexity of a guess
            for row in rows.values():
                self.assertTrue(all(1 < float(cell) < even / 1.5 for cell in row[:3]), row)
            lines = tool("widths", net, "-o", picture, "--lengths", 64, 128, "--units", 1025,
                         "--bits", 8, 17).splitlines()  # fmt: skip
            found = {line.split()[0]: line.split()[1:] for line in lines[-2:]}
            int8 = rows["INT8 (C model)"]
            self.assertEqual([found["64"][1], found["128"][1]], int8[1:3])  # 17 bits: the same codes
            self.assertNotEqual(found["128"][0], found["128"][1])
            frames = folder / "frames.safetensors"
            tool("frames", net, "-o", frames, *common[2:], "--count", 2)
            self.assertEqual(safetensors.load(frames)[0]["frames"].shape, (2, 32, 1, 8))
            units = language_quantising.load_units(language_quantising.units_path(net))
            self.assertTrue(math.isfinite(units.exponent))

    def test_the_shipped_network_on_its_trace(self):
        program = ROOT / "build" / "emamba"
        if not program.exists():
            self.skipTest("build/emamba is not built")
        net, trace = SHIPPED, ROOT / "traces" / "wikitext-2.safetensors"
        with tempfile.TemporaryDirectory() as name:
            out = Path(name) / "out"
            done = run("run", ROOT / "configs/designs/wikitext-2.yaml", "-n", net, "-i", trace,
                       "-o", out, "-q", program=program)  # fmt: skip
            self.assertEqual(done.returncode, 0, done.stderr)
            codes = safetensors.load(out)[0]["outputs"]
        frames = safetensors.load(trace)[0]["frames"]
        self.assertTrue((codes == contract.forward(network.load(net), frames)).all())
        units = language_quantising.load_units(language_quantising.units_path(net))
        ids = [int((units.codes == row).all(1).argmax()) for row in frames[0, :, 0]]
        said = "".join(units.vocabulary.units[i] for i in ids)
        self.assertTrue(said.startswith("\n = Robert <unk> =\n"), said)
        logits = torch.from_numpy(codes.reshape(512, -1)).float() * 2.0 ** network.load(net).exponents["output"]
        nats = torch.nn.functional.cross_entropy(logits[:-1], torch.tensor(ids[1:]))
        self.assertLess(nats.exp(), 16)  # of 256, on a start that says little

    @unittest.skipUnless((Path(os.environ.get("EMAMBA_DATA", "/nonexistent")) / "wikitext-2").exists(),
                         "EMAMBA_DATA does not name a folder with wikitext-2")  # fmt: skip
    def test_the_shipped_network_keeps_its_promise_at_every_length(self):
        with tempfile.TemporaryDirectory() as name:
            done = run(TOOLS / "language.py", "perplexity", SHIPPED, "-o", f"{name}/p.svg",
                       "--units", 8193, "--lengths", 512, 8192)  # fmt: skip
            self.assertEqual(done.returncode, 0, done.stderr)
        figures = [float(cell) for line in done.stdout.splitlines() if "INT8" in line
                   for cell in line[24:].split()[:2]]  # fmt: skip
        self.assertEqual(len(figures), 4)
        self.assertLess(figures[0], 13)
        for short, long in (figures[:2], figures[2:]):
            self.assertLess(abs(long / short - 1), 0.05)

    def test_bad_input_is_one_line(self):
        with tempfile.TemporaryDirectory() as name:
            done = run(TOOLS / "language.py", "train", "-o", f"{name}/x", "--folder", name)
            self.assertEqual((done.returncode, done.stderr.count("\n")), (2, 1))
            self.assertIn("wiki.train.tokens: not found", done.stderr)
            done = run(TOOLS / "language.py", "frames", ROOT / "configs/networks/fmnist.safetensors",
                       "-o", f"{name}/x")  # fmt: skip
            self.assertEqual((done.returncode, done.stderr.count("\n")), (2, 1))


DESIGN = """name: test
technology: {technology}
clock_mhz: 100
vdd_mv: 800
temperature_c: 25
shape:
  H: 32
  W: 1
  C: 8
  P: 1
  L: 32
  D: 8
  ED: 16
  N: 4
  R: 2
  K: 4
  M: 1
  conv_silu: true
  head: token
  head_hidden: 0
  outputs: 24
stream: {{in_bytes: 8, out_bytes: 8}}
engines:
  patch_embed: {{in_lanes: 8, out_lanes: 8}}
  norm: {{units: 8}}
  in_proj: {{in_lanes: 8, out_lanes: 8}}
  conv: {{lanes: 8}}
  param_proj: {{in_lanes: 8, out_lanes: 5}}
  delta_proj: {{in_lanes: 2, out_lanes: 8}}
  ssm: {{lanes: 16}}
  out_proj: {{in_lanes: 8, out_lanes: 8}}
  head_0: {{in_lanes: 8, out_lanes: 8}}
depth_tokens: {{frame: 1, tok: 8, u: 2, sz: 2, x: 4, g: 4, p: 4, delta: 2, q: 2, store: 2, out: 2}}
"""
