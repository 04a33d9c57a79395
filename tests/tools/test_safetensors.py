"""The safetensors reader and writer: round trips, and every way a file can be wrong."""

import json
import tempfile
import unittest
from pathlib import Path

import numpy as np
import support  # noqa: F401  first: it finds the tools

from emamba_tools import safetensors


def raw(header, body=b"", size=None) -> bytes:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return (len(text) if size is None else size).to_bytes(8, "little") + text + body


def entry(dtype="I8", shape=(2,), span=(0, 2)) -> dict:
    return {"dtype": dtype, "shape": list(shape), "data_offsets": list(span)}


class Safetensors(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = Path(folder.name) / "inner" / "file.safetensors"

    def test_round_trip_of_every_type(self):
        tensors = {
            f"t.{name}": np.arange(-3, 3).astype(dtype).reshape(2, 3)
            for name, dtype in safetensors.DTYPES.items()
        }
        tensors["scalar"] = np.array(7, np.int64)
        tensors["empty"] = np.zeros((0, 4), np.int8)
        metadata = {"shape": {"L": 3}, "origin": "text with \"quotes\" and \n", "n": -7}
        safetensors.save(self.path, tensors, metadata)
        got, meta = safetensors.load(self.path)
        self.assertEqual(meta, metadata)
        self.assertEqual(list(got), list(tensors))
        for name, array in tensors.items():
            self.assertEqual((got[name].dtype, got[name].shape), (array.dtype, array.shape))
            self.assertTrue((got[name] == array).all())

    def test_layout_is_the_published_one(self):
        array = np.asfortranarray(np.array([[1, 2], [3, 4]], ">i4"))
        safetensors.save(self.path, {"a": array}, {"k": [1]})
        data = self.path.read_bytes()
        size = int.from_bytes(data[:8], "little")
        header = json.loads(data[8 : 8 + size])
        self.assertEqual(header["__metadata__"], {"k": "[1]"})
        self.assertEqual(header["a"], entry("I32", (2, 2), (0, 16)))
        self.assertEqual(data[8 + size :], np.array([1, 2, 3, 4], "<i4").tobytes())

    def test_a_metadata_value_that_is_not_json_stays_text(self):
        self.path.parent.mkdir()
        self.path.write_bytes(raw({"__metadata__": {"format": "pt"}}))
        self.assertEqual(safetensors.load(self.path), ({}, {"format": "pt"}))

    def test_malformed_files_are_refused_by_name(self):
        self.path.parent.mkdir()
        cases = {
            "empty": b"",
            "short": b"\1\0\0",
            "length beyond the file": raw({}, size=100),
            "length beyond all files": raw({}, size=2**63),
            "not JSON": raw(b"{"),
            "not UTF-8": raw(b'{"\xff": 1}'),
            "not an object": raw([]),
            "metadata of numbers": raw({"__metadata__": {"a": 1}}),
            "entry of no object": raw({"a": 3}),
            "unknown type": raw({"a": entry("I4")}, b"12"),
            "type of no string": raw({"a": entry(["I8"])}, b"12"),
            "negative shape": raw({"a": entry(shape=(-2,))}, b"12"),
            "boolean shape": raw({"a": entry(shape=(True, 2))}, b"12"),
            "size against shape": raw({"a": entry(shape=(3,))}, b"12"),
            "huge shape": raw({"a": entry(shape=(2**40, 2**40))}, b"12"),
            "offsets reversed": raw({"a": entry(span=(2, 0))}, b"12"),
            "offsets outside": raw({"a": entry(span=(1, 3))}, b"12"),
            "offsets missing": raw({"a": {"dtype": "I8", "shape": [2]}}, b"12"),
            "overlap": raw({"a": entry(), "b": entry(span=(1, 3))}, b"123"),
            "hole": raw({"a": entry(), "b": entry(span=(3, 5))}, b"12345"),
            "left over": raw({"a": entry()}, b"123"),
        }
        for what, data in cases.items():
            with self.subTest(what):
                self.path.write_bytes(data)
                with self.assertRaisesRegex(safetensors.FormatError, "file.safetensors"):
                    safetensors.load(self.path)

    def test_a_failed_save_leaves_nothing(self):
        with self.assertRaises(safetensors.FormatError):
            safetensors.save(self.path, {"a": np.zeros(2, complex)}, {})
        self.assertFalse(self.path.exists())


if __name__ == "__main__":
    unittest.main()
