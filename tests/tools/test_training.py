"""Training: every shape learns, equal seeds give equal files, augmentation and distillation."""

import contextlib
import io
import re
import tempfile
import unittest
from pathlib import Path

import numpy as np
from support import TOOLS, run

try:
    import torch
except ImportError:
    torch = None

from emamba_tools import datasets, network

if torch:
    from emamba_tools import fitting, shapes
    from emamba_tools.model import Model


def bright_corners(count: int, seed: int) -> datasets.Frames:
    """Frames [count,8,8,1] of noise with one brighter quarter, whose number is the class."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 4, count)
    codes = rng.normal(0, 20, (count, 8, 8, 1))
    for frame, label in zip(codes, labels):
        frame[label // 2 * 4 :][:4, label % 2 * 4 :][:, :4] += 60
    return datasets.Frames(codes.clip(-128, 127).astype(np.int8), labels, -7)


@unittest.skipUnless(torch, "torch is not installed")
class Training(unittest.TestCase):
    def fit(self, frames: datasets.Frames, norm: str = "range", **changes) -> tuple:
        """A trained model and its outputs on the frames it learned from."""
        pairs = {"P": 4, "D": 8, "ED": 16, "N": 2, "head_hidden": 8, **changes}
        values = shapes.parse([f"{key}={value}" for key, value in pairs.items()])
        shape = shapes.of_frames(values, [frames])
        model = Model(shape, torch.Generator().manual_seed(1), norm)
        fitting.settle()
        x = fitting.to_values(frames.codes, frames.exponent)
        loss = fitting.goal(frames.labels, shape.outputs, 0.05)
        with contextlib.redirect_stdout(io.StringIO()):
            fitting.fit(model, x, loss, lambda: "", fitting.Plan(1, 15, 2e-2, 0.2, 0.0))
        return model, fitting.outputs(model, x).numpy()

    def test_every_shape_learns_classes(self):
        frames = bright_corners(512, 1)
        for changes in ({}, {"head_hidden": 0, "M": 1}, {"conv_silu": "no", "K": 2, "R": 1},
                        {"norm": "layer"}):  # fmt: skip
            with self.subTest(**changes):
                _, outputs = self.fit(frames, **changes)
                self.assertGreater((outputs.argmax(1) == frames.labels).mean(), 0.9)

    def test_values_are_learned_by_token_and_by_frame(self):
        frames = bright_corners(512, 2)
        mean = frames.codes.reshape(512, 2, 4, 2, 4).mean((2, 4)).reshape(512, 4) / 128
        sign = np.where(frames.labels % 2, 1, -1)
        signed = (frames.codes * sign[:, None, None, None]).clip(-128, 127).astype(np.int8)
        for changes, codes, labels in (
            ({}, frames.codes, mean),
            ({"head": "none"}, frames.codes, np.repeat(mean, 8, 1)),  # each token's own mean
            ({"head": "mean", "head_hidden": 0}, signed, sign[:, None]),
        ):
            with self.subTest(**changes):
                valued = frames._replace(codes=codes, labels=labels.astype(np.float32))
                _, outputs = self.fit(valued, **changes)
                error = ((outputs - labels) ** 2).mean() / labels.var()
                self.assertLess(error, 0.2)

    def test_equal_seeds_give_equal_files(self):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            frames = folder / "frames.safetensors"
            datasets.save(frames, bright_corners(300, 3)._replace(origin="corners"))
            made, codes = folder / "float.safetensors", folder / "network.safetensors"
            contents = []
            for seed in (1, 1, 2):
                done = run(TOOLS / "train.py", *[frames] * 3, "-o", made, "--shape", "P=4", "D=8",
                           "ED=16", "N=2", "--epochs", 2, "--seed", seed, "--mirror",
                           "--shift", 1)  # fmt: skip
                self.assertEqual((done.returncode, done.stderr), (0, ""))
                contents.append(made.read_bytes())
                if seed == 2:
                    break
                tuned = run(TOOLS / "quantise.py", made, *[frames] * 3, "-o", codes, "--epochs", 1,
                           "--seed", seed, "--knots", "moved")  # fmt: skip
                self.assertEqual((tuned.returncode, tuned.stderr), (0, ""))
                contents.append(codes.read_bytes())
            self.assertEqual(contents[:2], contents[2:4])
            self.assertNotEqual(contents[0], contents[4])
            model = network.load(codes)
            for words in ("corners; tools/train.py", "seed 1; tools/quantise.py", "PWL float:"):
                self.assertIn(words, model.origin)
            by = r"INT8 rounded by [\w-]+"
            for kind in ("float", "PWL float", by, "INT8 fine-tuned", "INT8"):
                line = rf"(?m)^{kind}: validation top-1 [\d.]+ %, test top-1"
                self.assertRegex(tuned.stdout, line)
            self.assertTrue(re.search(r"off the rounded secant: 0$", tuned.stdout.strip()))

    def test_mirrored_and_moved_frames(self):
        frames = torch.arange(2 * 3 * 4 * 1.0).reshape(2, 3, 4, 1).repeat(50, 1, 1, 1)
        generator = torch.Generator().manual_seed(1)
        mirrored = fitting.augmented(frames, True, 0, generator)
        flipped = (mirrored == frames.flip(2)).all(1).all(1).flatten()
        same = (mirrored == frames).all(1).all(1).flatten()
        self.assertTrue((flipped | same).all() and flipped.any() and same.any())
        moved = fitting.augmented(frames, False, 1, generator)
        centres = {tuple(frame[1, 1:3, 0].tolist()) for frame in moved[::2]}
        first = frames[0, :, :, 0]  # rows 0..2, columns 0..3
        want = {(float(first[r, min(c, 3)]), float(first[r, min(c + 1, 3)]))
                for r in range(3) for c in range(3)}  # fmt: skip
        self.assertEqual(centres, want)
        self.assertTrue((moved.amax((1, 2, 3)) <= frames.amax((1, 2, 3))).all())

    def test_distillation_mixes_label_and_teacher(self):
        frames = bright_corners(8, 4)
        made = torch.randn(8, 4, generator=torch.Generator().manual_seed(1))
        wanted = torch.randn(8, 4, generator=torch.Generator().manual_seed(2))
        plain = fitting.goal(frames.labels, 4, 0.0)
        mixed = fitting.distilled(plain, lambda _: wanted, 0.7, True)(made, torch.arange(8), None)
        logs = made - made.exp().sum(1, keepdim=True).log()
        by_label = -logs[torch.arange(8), torch.from_numpy(frames.labels)].mean()
        by_teacher = -(wanted.exp() / wanted.exp().sum(1, keepdim=True) * logs).sum(1).mean()
        self.assertAlmostEqual(mixed.item(), (0.3 * by_label + 0.7 * by_teacher).item(), places=5)

    def test_a_resumed_training_ends_where_the_whole_one_does(self):
        frames = bright_corners(300, 5)
        x = fitting.to_values(frames.codes, frames.exponent)
        fitting.settle()
        with tempfile.TemporaryDirectory() as name:
            output = Path(name) / "made"

            def trained(stop: int | None, resume: bool, command: str = "this") -> Model:
                values = shapes.parse(["P=4", "D=4", "ED=8", "N=2", "head_hidden=0"])
                model = Model(shapes.of_frames(values, [frames]), torch.Generator().manual_seed(1))
                epochs = []

                def progress() -> str:
                    epochs.append(1)
                    if len(epochs) == stop:
                        raise KeyboardInterrupt
                    return ""

                plan = fitting.Plan(1, 4, 1e-2, 0.2, 0.01, batch=64, mirror=True, shift=1, drop=0.1)
                keeper = fitting.Keeper(output, command, resume)
                with contextlib.redirect_stdout(io.StringIO()):
                    fitting.fit(model, x, fitting.goal(frames.labels, 4, 0.0), progress, plan, keeper)
                self.assertEqual(len(epochs), 2 if resume else 4)
                return model

            whole = trained(None, False).state_dict()
            with self.assertRaises(KeyboardInterrupt):
                trained(2, False)
            resumed = trained(None, True).state_dict()
            for key, value in whole.items():
                self.assertTrue((value == resumed[key]).all(), key)
            with self.assertRaisesRegex(ValueError, "of another command: this"):
                trained(None, True, "that")
            (Path(name) / "made.unfinished").write_bytes(b"nothing")
            with self.assertRaisesRegex(ValueError, "not what --resume needs"):
                trained(None, True)

    def test_missing_points_leave_the_others_in_order_at_the_front(self):
        points = torch.zeros(200, 4, 4, 3)
        points.view(200, 16, 3)[:, :12, 0] = torch.arange(1.0, 13)
        made = fitting.with_missing(points, 0.25, torch.Generator().manual_seed(1))
        counts = set()
        for cloud in made.view(200, 16, 3):
            left = cloud[:, 0][cloud[:, 0] != 0]
            counts.add(len(left))
            self.assertTrue((cloud[: len(left), 0] == left).all())
            self.assertTrue((left.diff() > 0).all() and (cloud[:, 1:] == 0).all())
        self.assertGreater(len(counts), 6)
        missing = 1 - (made != 0).sum().item() / (points != 0).sum().item()
        self.assertAlmostEqual(missing, 0.25, delta=0.04)

    def test_distillation_of_values_is_the_mean_rms_against_the_teacher(self):
        made, wanted = torch.zeros(4, 2), torch.tensor([[1.0, 2.0]] * 4)
        mixed = fitting.distilled(lambda *_: torch.tensor(3.0), lambda _: wanted, 0.5, False)
        self.assertAlmostEqual(mixed(made, None, None).item(), 0.5 * 3 + 0.5 * 1.5, places=5)


if __name__ == "__main__":
    unittest.main()
