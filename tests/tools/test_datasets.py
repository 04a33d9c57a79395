"""The loaders, on small files in the datasets' true formats that are made here."""

import gzip
import struct
import tempfile
import unittest
from pathlib import Path

import numpy as np
from support import TOOLS, run

from emamba_tools import cifar10, datasets, fashion_mnist, mars, safetensors, wikitext2


class Folder(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def refuses(self, pattern: str, module, part: str):
        with self.assertRaisesRegex(datasets.DatasetError, pattern):
            module.load(part, self.folder)


class FashionMnist(Folder):
    def write(self, stem: str, count: int):
        images = np.arange(count * 784, dtype=np.uint32).astype(np.uint8).reshape(count, 28, 28)
        header = b"\0\0\x08\x03" + struct.pack(">3I", count, 28, 28)
        path = self.folder / f"{stem}-images-idx3-ubyte.gz"
        path.write_bytes(gzip.compress(header + images.tobytes()))
        labels = (np.arange(count) % 10).astype(np.uint8)
        header = b"\0\0\x08\x01" + struct.pack(">I", count)
        path = self.folder / f"{stem}-labels-idx1-ubyte.gz"
        path.write_bytes(gzip.compress(header + labels.tobytes()))
        return images, labels

    def test_pixels_and_labels_and_the_held_out_part(self):
        images, labels = self.write("train", 5_003)
        train = fashion_mnist.load("train", self.folder)
        validation = fashion_mnist.load("validation", self.folder)
        self.assertEqual((len(train.codes), len(validation.codes), train.exponent), (3, 5_000, -7))
        self.assertTrue((train.codes[..., 0].astype(int) + 128 == images[:3]).all())
        self.assertTrue((validation.labels == labels[3:]).all())

    def test_what_is_no_idx_file_is_refused(self):
        self.refuses("not found", fashion_mnist, "test")
        path = self.folder / "t10k-images-idx3-ubyte.gz"
        for data, pattern in ((b"plain", "cannot be read"), (gzip.compress(b"\0\0\x09\x01"), "IDX"),
                              (gzip.compress(b"\0\0\x08\x03\0"), "cut short"),
                              (gzip.compress(b"\0\0\x08\x01\0\0\0\x05abc"), "data")):  # fmt: skip
            path.write_bytes(data)
            self.refuses(pattern, fashion_mnist, "test")


class Cifar10(Folder):
    def test_planes_become_channels(self):
        rng = np.random.default_rng(1)
        pixels = rng.integers(0, 256, (7, 3, 32, 32)).astype(np.uint8)
        data = b"".join(bytes([n]) + pixels[n].tobytes() for n in range(7))
        (self.folder / "test_batch.bin").write_bytes(data)
        frames = cifar10.load("test", self.folder)
        self.assertEqual((frames.codes.shape, frames.exponent), ((7, 32, 32, 3), -7))
        self.assertEqual(frames.labels.tolist(), list(range(7)))
        for n, row, column, channel in ((0, 0, 0, 0), (6, 31, 2, 1), (3, 5, 30, 2)):
            want = int(pixels[n, channel, row, column]) - 128
            self.assertEqual(int(frames.codes[n, row, column, channel]), want)

    def test_the_training_set_is_five_files_in_order(self):
        for number in range(1, 6):
            record = bytes([number]) + bytes([number]) * 3072
            (self.folder / f"data_batch_{number}.bin").write_bytes(record * 1_001)
        train = cifar10.load("train", self.folder)
        self.assertEqual(train.labels.tolist(), [1] * 5)
        held_out = cifar10.load("validation", self.folder)
        self.assertEqual((len(held_out.codes), int(held_out.labels[-1])), (5_000, 5))

    def test_cut_files_and_wrong_labels_are_refused(self):
        self.refuses("not found; expected from cifar-10-binary", cifar10, "test")
        path = self.folder / "test_batch.bin"
        for data, pattern in ((b"", "records of 3073"), (b"\0" * 3000, "records of 3073"),
                              (b"\x0a" * 3073, "label 10")):  # fmt: skip
            path.write_bytes(data)
            self.refuses(pattern, cifar10, "test")


class Mars(Folder):
    def setUp(self):
        super().setUp()
        rng = np.random.default_rng(2)
        self.features = {part: rng.normal(0, 1, (n, 8, 8, 5)).clip(-3.9, 3.9)
                         for part, n in (("train", 50), ("validate", 4), ("test", 6))}  # fmt: skip
        self.labels = {part: rng.normal(0, 1, (len(x), 57)) for part, x in self.features.items()}
        for part in self.features:
            self.write(part, np.asfortranarray if part == "test" else np.ascontiguousarray)

    def write(self, part: str, order):
        np.save(self.folder / f"featuremap_{part}.npy", order(self.features[part]))
        np.save(self.folder / f"labels_{part}.npy", order(self.labels[part]))

    def test_either_order_gives_the_nearest_codes(self):
        with open(self.folder / "featuremap_test.npy", "rb") as file:
            self.assertIn(b"'fortran_order': True", file.read(128))
        for part, name in mars.PARTS.items():
            frames = mars.load(part, self.folder)
            # 99.8 % of a normal distribution lie within 3.09: 2 bits before the point
            self.assertEqual((frames.exponent, frames.label_unit), (-5, "m"))
            value = self.features[name][3, 1, 6, 4]
            self.assertEqual(int(frames.codes[3, 1, 6, 4]), round(value * 32))
            self.assertTrue((frames.labels == self.labels[name].astype(np.float32)).all())
            self.assertEqual((frames.labels.dtype, frames.codes.dtype), (np.float32, np.int8))

    def test_a_training_on_more_holds_a_fifth_of_the_validation_frames_out(self):
        rng = np.random.default_rng(3)
        self.features["validate"] = rng.normal(0, 1, (1_020, 8, 8, 5))
        self.labels["validate"] = np.tile(np.arange(1_020.0)[:, None], 57)
        self.write("validate", np.ascontiguousarray)
        train, out = (mars.load(part, self.folder, more=True) for part in ("train", "validation"))
        self.assertEqual((len(train.codes), len(out.codes)), (50 + 820, 200))
        numbers = out.labels[:, 0].astype(int).tolist()
        self.assertEqual(numbers, [*range(400, 500), *range(900, 1_000)])
        self.assertEqual(train.labels[50:, 0].tolist(), [n for n in range(1_020) if n not in numbers])
        whole = mars.load("validation", self.folder).codes
        self.assertTrue((out.codes == whole[numbers]).all())

    def test_what_is_too_large_saturates(self):
        self.features["test"][0, 0, 0, :2] = 50, -50
        self.write("test", np.ascontiguousarray)
        codes = mars.load("test", self.folder).codes
        self.assertEqual(codes[0, 0, 0, :2].tolist(), [127, -128])

    def test_other_arrays_are_refused(self):
        path = self.folder / "labels_test.npy"
        for array, pattern in ((np.zeros((6, 57), np.float32), "float64"),
                               (np.zeros((6, 56)), "must be"), (np.full((6, 57), np.nan), "finite"),
                               (np.zeros((5, 57)), "6 test features and 5 labels")):  # fmt: skip
            np.save(path, array)
            self.refuses(pattern, mars, "test")
        path.write_bytes(b"no array")
        self.refuses("not an .npy file", mars, "test")
        path.unlink()
        self.refuses("not found; expected from github.com/SizheAn/MARS", mars, "test")

    def test_made_up_frames_come_from_their_seed(self):
        first, again, other = (mars.random(seed, 3) for seed in (1, 1, 2))
        self.assertTrue((first.codes == again.codes).all() and (first.labels == again.labels).all())
        self.assertTrue((first.codes != other.codes).any())
        self.assertEqual((first.codes.shape, first.labels.shape), ((3, 8, 8, 5), (3, 57)))


class WikiText2(Folder):
    def write(self, **texts: str):
        for name, text in texts.items():
            (self.folder / f"wiki.{name}.tokens").write_text(text)

    def test_words_become_rows_of_one_table(self):
        text = " = Title = \n\n" + "the cat saw the <unk> \n" * 30
        self.write(train=text, test="the cat \n" * 40)
        ids, size = wikitext2.word_ids("train", self.folder)
        self.assertEqual(ids[:11].tolist(), [0, 1, 0, 2, 2, 3, 4, 5, 3, 6, 2])
        self.assertEqual(size, 7)
        frames = wikitext2.load("train", self.folder)
        self.assertEqual(frames.codes.shape, (len(ids) // 64, 64, 1, 32))
        self.assertIsNone(frames.labels)
        rows = frames.codes.reshape(-1, 32)
        for t, word in enumerate(ids[: len(rows)]):
            self.assertTrue((rows[t] == wikitext2.table(size)[word]).all())
        # the same words have the same rows in another part
        other = wikitext2.load("test", self.folder).codes.reshape(-1, 32)
        self.assertTrue((other[0] == rows[5]).all())

    def test_unknown_words_need_an_entry(self):
        self.write(train="a <unk> b\n", valid="c\n" * 64)
        self.assertEqual(wikitext2.word_ids("validation", self.folder)[0][0], 1)
        self.write(train="a b\n")
        self.refuses("no <unk>", wikitext2, "validation")

    def test_short_and_missing_files_are_refused(self):
        self.refuses("wiki.train.tokens: not found", wikitext2, "train")
        self.write(train="a b c\n")
        self.refuses("a frame needs 64", wikitext2, "train")


class Command(Folder):
    def test_a_missing_dataset_is_one_line_and_status_2(self):
        output = self.folder / "out.safetensors"
        for name in ("fashion-mnist", "cifar-10", "mars", "wikitext-2"):
            done = run(TOOLS / "frames.py", name, "-o", output, "--folder", self.folder)
            self.assertEqual((done.returncode, done.stderr.count("\n")), (2, 1), done.stderr)
            self.assertIn(f"{self.folder}/", done.stderr)
            self.assertFalse(output.exists())

    def test_a_file_says_what_it_holds(self):
        output = self.folder / "out.safetensors"
        done = run(TOOLS / "frames.py", "mars-random", "-o", output, "--count", 3, "--seed", 4)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        tensors, metadata = safetensors.load(output)
        self.assertTrue((tensors["frames"] == mars.random(4, 3).codes).all())
        self.assertEqual((metadata["exponent"], metadata["label_unit"]), (-5, "m"))
        self.assertTrue(metadata["origin"].startswith("mars-random: tools/frames.py"))

    def test_frames_files_that_are_none_are_refused(self):
        path = self.folder / "f.safetensors"
        good = {"frames": np.zeros((2, 1, 1, 1), np.int8), "labels": np.zeros(2, np.int64)}
        for changes, metadata, pattern in (
            ({"frames": np.zeros((2, 1, 1), np.int8)}, {"exponent": -7}, "must hold `frames`"),
            ({"labels": np.zeros(3, np.int64)}, {"exponent": -7}, "labels are"),
            ({"labels": np.full(2, -1)}, {"exponent": -7}, "labels are"),
            ({"labels": np.full((2, 3), np.inf, np.float32)}, {"exponent": -7}, "finite"),
            ({}, {}, "exponent is None"),
        ):
            safetensors.save(path, {**good, **changes}, metadata)
            with self.assertRaisesRegex(ValueError, pattern):
                datasets.load(path)
        safetensors.save(path, {"frames": good["frames"]}, {"exponent": -7})
        with self.assertRaisesRegex(ValueError, "no tensor `labels`"):
            datasets.load(path)
        self.assertIsNone(datasets.load(path, labelled=False).labels)


if __name__ == "__main__":
    unittest.main()
