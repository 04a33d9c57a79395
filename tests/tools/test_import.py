"""Checkpoints in Mamba's layout: read in every type and cut, folded for free, run by the C model."""

import json
import math
import tempfile
import unittest
from pathlib import Path

import numpy as np
from support import ROOT, TOOLS, run

try:
    import torch
except ImportError:
    torch = None

from emamba_tools import contract, network, safetensors

if torch:
    from emamba_tools import fitting, importing, mamba_checkpoint, mamba_design
    from emamba_tools.model import Numerics

D, ED, N, R, K, M, UNITS = 16, 32, 4, 3, 4, 2, 256


def checkpoint(seed: int = 1) -> dict[str, np.ndarray]:
    """Random tensors in the layout, at the scales of Mamba's own initialisation."""
    rng = np.random.default_rng(seed)

    def even(bound: float, *size: int) -> np.ndarray:
        return rng.uniform(-bound, bound, size).astype(np.float32)

    width = np.exp(rng.uniform(math.log(0.001), math.log(0.1), (M, ED)))
    tensors = {"backbone.embedding.weight": even(0.5, UNITS, D),
               "backbone.norm_f.weight": 1 + even(0.5, D)}  # fmt: skip
    for layer in range(M):
        tensors |= {f"backbone.layers.{layer}.{name}": value for name, value in {
            "norm.weight": 1 + even(0.5, D),
            "mixer.in_proj.weight": even(D**-0.5, 2 * ED, D),
            "mixer.conv1d.weight": even(0.5, ED, 1, K),
            "mixer.conv1d.bias": even(0.5, ED),
            "mixer.x_proj.weight": even(ED**-0.5, R + 2 * N, ED),
            "mixer.dt_proj.weight": even(R**-0.5, ED, R),
            "mixer.dt_proj.bias": np.log(np.expm1(width[layer])).astype(np.float32),
            "mixer.A_log": np.log(np.tile(np.arange(1, N + 1), (ED, 1))).astype(np.float32),
            "mixer.D": 1 + even(0.1, ED),
            "mixer.out_proj.weight": even(ED**-0.5, D, ED),
        }.items()}  # fmt: skip
    return tensors


def short(tensors: dict[str, np.ndarray], dtype: str) -> bytes:
    """A safetensors file of float32 tensors as F16 or, cut off, BF16."""
    header, body = {}, b""
    for name, value in tensors.items():
        if dtype == "F16":
            blob = value.astype("<f2").tobytes()
        else:
            blob = (np.ascontiguousarray(value).view("<u4") >> 16).astype("<u2").tobytes()
        header[name] = {"dtype": dtype, "shape": list(value.shape),
                        "data_offsets": [len(body), len(body) + len(blob)]}  # fmt: skip
        body += blob
    text = json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + body


def by_the_paper(t: dict[str, np.ndarray], ids: np.ndarray) -> np.ndarray:
    """The logits [L,units] of Mamba for ids [L], in float64, written down from its paper."""
    t = {name: value.astype(np.float64) for name, value in t.items()}

    def norm(x: np.ndarray, weight: np.ndarray) -> np.ndarray:
        return x / np.sqrt((x**2).mean(-1, keepdims=True) + 1e-5) * weight

    def silu(x: np.ndarray) -> np.ndarray:
        return x / (1 + np.exp(-x))

    tok = t["backbone.embedding.weight"][ids]
    for layer in range(M):
        m = {name.split(f"layers.{layer}.")[1]: v for name, v in t.items() if f".{layer}." in name}
        x, z = np.split(norm(tok, m["norm.weight"]) @ m["mixer.in_proj.weight"].T, 2, axis=1)
        padded = np.vstack([np.zeros((K - 1, ED)), x])
        taps = m["mixer.conv1d.weight"][:, 0]
        x = silu(sum(padded[k : k + len(x)] * taps[:, k] for k in range(K)) + m["mixer.conv1d.bias"])
        dt, B, C = np.split(x @ m["mixer.x_proj.weight"].T, [R, R + N], axis=1)
        delta = np.log1p(np.exp(dt @ m["mixer.dt_proj.weight"].T + m["mixer.dt_proj.bias"]))
        h, A, y = np.zeros((ED, N)), -np.exp(m["mixer.A_log"]), []
        for at in range(len(ids)):
            h = np.exp(delta[at][:, None] * A) * h + np.outer(delta[at] * x[at], B[at])
            y.append(h @ C[at] + m["mixer.D"] * x[at])
        tok = tok + (np.array(y) * silu(z)) @ m["mixer.out_proj.weight"].T
    vocabulary = t.get("lm_head.weight", t["backbone.embedding.weight"])
    return norm(tok, t["backbone.norm_f.weight"]) @ vocabulary.T


@unittest.skipUnless(torch, "torch is not installed")
class Import(unittest.TestCase):
    def setUp(self):
        fitting.settle()
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        rng = np.random.default_rng(3)
        self.ids = torch.from_numpy(rng.integers(0, UNITS, (4, 33)))

    def save(self, tensors: dict[str, np.ndarray]) -> Path:
        safetensors.save(self.folder / "model.safetensors", tensors, {})
        return self.folder

    def of(self, tensors: dict[str, np.ndarray]):
        return mamba_checkpoint.network_of(mamba_checkpoint.load(self.save(tensors)), 32)

    def test_the_network_is_mamba(self):
        own = checkpoint() | {"lm_head.weight": checkpoint(7)["backbone.embedding.weight"]}
        for tensors in (checkpoint(), own):
            text = self.of(tensors)
            with torch.no_grad():
                made = text.logits(importing.run(text, self.ids[:1, :-1], Numerics()))[0].numpy()
            wanted = by_the_paper(tensors, self.ids[0, :-1].numpy())
            self.assertLess(np.abs(made - wanted).max(), 1e-4 * np.abs(wanted).max())

    def test_every_type_and_cut_is_read(self):
        coarse = {name: (value.view("<u4") & 0xFFFF0000).view("<f4")
                  for name, value in checkpoint().items()}  # fmt: skip
        wanted = mamba_checkpoint.load(self.save(coarse))
        for dtype, off in (("BF16", 0), ("F16", 1e-3)):
            (self.folder / "model.safetensors").write_bytes(short(coarse, dtype))
            found = mamba_checkpoint.load(self.folder)
            for a, b in zip(wanted.layers, found.layers):
                for name, value in a.items():
                    self.assertLessEqual((value - b[name]).abs().max(), off * value.abs().max())
        (self.folder / "model.safetensors").unlink()
        names = sorted(coarse)
        shards = {"one.safetensors": names[::2], "two.safetensors": names[1::2]}
        for file, inside in shards.items():
            safetensors.save(self.folder / file, {name: coarse[name] for name in inside}, {})
        of = {name: file for file, inside in shards.items() for name in inside}
        index = self.folder / mamba_checkpoint.INDEX
        index.write_text(json.dumps({"weight_map": of}))
        for path in (self.folder, index):
            found = mamba_checkpoint.load(path)
            self.assertTrue(torch.equal(found.layers[1]["A"], wanted.layers[1]["A"]))

    def test_names_of_hugging_face_are_read(self):
        tensors = checkpoint()
        tensors["backbone.embeddings.weight"] = tensors.pop("backbone.embedding.weight")
        (self.folder / "config.json").write_text('{"layer_norm_epsilon": 1e-3}')
        found = mamba_checkpoint.load(self.save(tensors))
        self.assertEqual((len(found.layers), found.epsilon), (M, 1e-3))

    def test_folding_is_free_and_takes_the_mean_away(self):
        text = self.of(checkpoint())
        made = [(name, text) for name, text, _ in self.first(text, 2)]
        self.assertEqual([name for name, _ in made], ["the checkpoint", "norms folded, stream rotated"])
        judge = importing.Judge(self.ids)
        judge.cost(self.of(checkpoint()), Numerics())
        self.assertLess(abs(judge.cost(made[1][1], Numerics()).divergence), 1e-6)
        # the mean of a token is where the stream has least: far below that of a random component
        keeping = importing.Kept(["blocks.0.output"])
        importing.run(made[1][1], self.ids[:, :-1], keeping)
        tok = keeping.found["blocks.0.output"]
        self.assertLess(tok.mean(-1).square().mean() * D, 0.5 * tok.square().mean())

    def first(self, text, count):
        found = []
        for step in importing.steps(text, self.ids):
            found.append(step)
            if len(found) == count:
                break
        return found

    def test_relu_is_the_best_line(self):
        text = self.of(checkpoint())
        kept = importing.Kept(["blocks.0.delta_proj"])
        importing.run(text, self.ids[:, :-1], kept)
        u = kept.found["blocks.0.delta_proj"].detach().flatten(0, 1).double().numpy()
        importing.to_relu(text, self.ids[:, :-1])
        importing.run(text, self.ids[:, :-1], kept)
        line = kept.found["blocks.0.delta_proj"].detach().flatten(0, 1).double().numpy()
        for channel in range(0, ED, 7):
            a, b = np.polyfit(u[:, channel], np.log1p(np.exp(u[:, channel])), 1)
            self.assertLess(np.abs(a * u[:, channel] + b - line[:, channel]).max(), 1e-5)

    def test_a_trained_checkpoint_is_imported(self):
        (self.folder / "wiki.train.tokens").write_text("abcdefgh " * 800)
        (self.folder / "wiki.valid.tokens").write_text("abcdefgh " * 80)
        made = self.folder / "trained"
        done = run(TOOLS / "language.py", "checkpoint", "-o", made, "--folder", self.folder, "--length",
                   16, "--epochs", 3, "--rate", 1e-2, "--shape", "D=8", "ED=16", "N=4", "R=1", "M=1")  # fmt: skip
        self.assertEqual(done.returncode, 0, done.stderr)
        words = self.folder / "wiki.valid.tokens"
        net = self.folder / "n.safetensors"
        done = run(TOOLS / "import_mamba.py", made, "-o", net, "--text", words, "--length", 16, "--count", 4)
        self.assertEqual(done.returncode, 0, done.stderr)
        own, last = (float(line.split("perplexity ")[1].split(",")[0])
                     for line in (done.stdout.splitlines()[0], done.stdout.splitlines()[5]))  # fmt: skip
        self.assertLess(own, 4)  # of 256; it has learned the eight letters' order
        self.assertLess(last, 4 * own)

    def test_the_program_runs_what_is_imported(self):
        program = ROOT / "build" / "emamba"
        if not program.exists():
            self.skipTest("build/emamba is not built")
        self.save(checkpoint())
        words = self.folder / "text"
        words.write_bytes(np.random.default_rng(5).bytes(16 * 4 + 1))
        net, design, frames, out = (self.folder / name for name in ("n.safetensors", "d.yaml", "f", "o"))
        done = run(TOOLS / "import_mamba.py", self.folder, "-o", net, "--text", words, "--length", 16,
                   "--count", 2, "--design", design, "--cycles", 100, "--frames", frames)  # fmt: skip
        self.assertEqual(done.returncode, 0, done.stderr)
        costs = [float(line.split()[-5]) for line in done.stdout.splitlines() if "nats from" in line]
        self.assertEqual(len(costs), 6)
        self.assertLess(costs[1], 1e-4)
        self.assertLess(costs[5], 0.2)
        done = run("run", design, "-n", net, "-i", frames, "-o", out, program=program)
        self.assertEqual(done.returncode, 0, done.stderr)
        codes = safetensors.load(out)[0]["outputs"]
        wanted = contract.forward(network.load(net), safetensors.load(frames)[0]["frames"])
        self.assertTrue((codes == wanted).all() and len(np.unique(codes)) > 50)

    def test_a_design_is_as_fast_as_asked(self):
        text = self.of(checkpoint())
        for cycles in (40, 200, 3000):
            design = self.folder / "design.yaml"
            design.write_text(mamba_design.text("x", text.model.shape, cycles))
            program = ROOT / "build" / "emamba"
            if not program.exists():
                self.skipTest("build/emamba is not built")
            done = run("check", design, program=program)
            self.assertEqual(done.returncode, 0, done.stderr)
            rows = [line.split() for line in done.stdout.splitlines()]
            most = max(int(row[1]) for row in rows if len(row) > 1 and row[1].isdigit() and row[0].startswith(("blocks", "patch")))
            self.assertLessEqual(most, cycles + 3 + (R + 2 * N) + 10)

    def test_what_is_not_the_layout_is_refused_in_a_line(self):
        good = checkpoint()
        in_proj = "backbone.layers.1.mixer.in_proj.weight"
        cases = {
            f"{in_proj} is missing": {n: v for n, v in good.items() if n != in_proj},
            "backbone.layers.1.mixer.in_proj.bias has no place": good | {in_proj[:-6] + "bias": good[in_proj][0]},
            f"{in_proj} is [63, 16]; must be [64, 16]": good | {in_proj: good[in_proj][1:]},
            "must be F32, F16 or BF16, and finite": good | {in_proj: good[in_proj] * np.inf},
            "no tensor backbone.layers.0": {"x": np.zeros(3, np.float32)},
            "lm_head is [256, 15]": good | {"lm_head.weight": np.zeros((256, 15), np.float32)},
        }  # fmt: skip
        words = self.folder / "text"
        words.write_bytes(b"a" * 99)
        for message, tensors in cases.items():
            with np.errstate(invalid="ignore"):
                self.save(tensors)
            with self.assertRaises(mamba_checkpoint.CheckpointError) as raised:
                mamba_checkpoint.load(self.folder)
            self.assertIn(message, str(raised.exception))
        for index in ("{", '{"weight_map": {}}', '{"weight_map": {"x": "../x"}}', "[]"):
            (self.folder / "i.json").write_text(index)
            with self.assertRaises(mamba_checkpoint.CheckpointError):
                mamba_checkpoint.load(self.folder / "i.json")
        self.save(good)
        done = run(TOOLS / "import_mamba.py", self.folder, "-o", self.folder / "n", "--text", words)
        self.assertEqual((done.returncode, done.stderr.count("\n")), (2, 1))
        self.assertIn("99 units; 16 texts of 256 need 4097", done.stderr)
