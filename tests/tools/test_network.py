"""Loading a network: what the format and the hardware's limits refuse, and what they say."""

import dataclasses
import tempfile
import unittest
from pathlib import Path

import numpy as np
from support import random_network

from emamba_tools import network, safetensors


class Network(unittest.TestCase):
    def setUp(self):
        self.model = random_network(1)

    def refuses(self, pattern: str, **changes):
        """Each change updates (or, with None, deletes from) one of the network's mappings."""
        fields = {}
        for field, update in changes.items():
            merged = {**getattr(self.model, field), **update}
            fields[field] = {key: value for key, value in merged.items() if value is not None}
        with self.assertRaisesRegex(network.NetworkError, pattern):
            network.check(dataclasses.replace(self.model, **fields))

    def test_save_and_load_give_the_same_network(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "n.safetensors"
            network.save(path, self.model)
            got = network.load(path)
        self.assertEqual((got.shape, got.exponents), (self.model.shape, self.model.exponents))
        self.assertEqual(list(got.tensors), list(network.tensor_shapes(got.shape)))
        for name, tensor in self.model.tensors.items():
            self.assertTrue((got.tensors[name] == tensor).all())
        for name, table in self.model.pwl.items():
            self.assertEqual(got.pwl[name].metadata(), table.metadata())

    def test_a_file_of_another_format_is_refused(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "n.safetensors"
            for metadata in ({}, {"format": "emamba-network-2"}, {"format": network.FORMAT}):
                safetensors.save(path, {}, metadata)
                with self.assertRaisesRegex(network.NetworkError, "n.safetensors: "):
                    network.load(path)

    def test_names_must_be_complete_and_known(self):
        self.refuses("missing .'blocks.1.A'", tensors={"blocks.1.A": None})
        self.refuses("unknown .'extra'", tensors={"extra": np.zeros(1, np.int64)})
        self.refuses("missing .'blocks.0.y'", exponents={"blocks.0.y": None})
        self.refuses("missing .'blocks.0.x'", pwl={"blocks.0.x": None})
        self.refuses("missing .'K'", shape={"K": None})

    def test_shapes_must_hold_together(self):
        self.refuses("shape L", shape={"L": 7})
        self.refuses("shape P", shape={"P": 3})
        self.refuses("shape head ", shape={"head": "last"})
        self.refuses("shape N", shape={"N": 0})
        self.refuses("shape M", shape={"M": 10**12})
        self.refuses("conv_silu", shape={"conv_silu": 1})
        self.refuses("shape outputs", shape={"head": "none", "head_hidden": 0})
        self.refuses("embed.bias", tensors={"embed.bias": np.zeros(6, np.int64)})

    def test_exponents_have_a_range(self):
        self.refuses("-64..63", exponents={"output": 64})
        self.refuses("-64..63", exponents={"output": -7.0})
        self.refuses("A_bar", exponents={"blocks.0.A_bar": -6})

    def test_every_alignment_has_a_range(self):
        """Both ends of each range are accepted, and the next exponents refused."""
        e = self.model.exponents
        current, x = e["blocks.0.state"] - 7, e["blocks.0.x"]
        drive = e["blocks.0.B_bar"] + x
        direct = e["blocks.1.C"] + e["blocks.1.state"] - 7 - e["blocks.1.x"]
        least = min(e["blocks.0.norm"], e["blocks.0.norm.gamma"])
        # exponent to move: its value where the alignment is 0, the range, what the error names
        knobs = {
            "blocks.0.norm.beta": (least, None, 15, "below the norm.s greatest"),
            "blocks.0.D": (e["blocks.0.C"] + current - x, -7, 31, "blocks.0.D times x"),
            "blocks.1.D": (direct, -7, 31, "blocks.1.D times x"),
            "blocks.0.output_proj": (e["embed"], -15, 15, "output_proj above embed"),
            "blocks.1.output_proj": (e["blocks.0.output"], -15, 15, "above blocks.0.output"),
        }
        for name, node in {"embed": "patches", "blocks.0.conv": "blocks.0.conv.in",
                           "blocks.1.delta_proj": "blocks.1.delta_in", "head.0": "head.in",
                           "head.1": "head.act"}.items():  # fmt: skip
            bias = f"{name}.bias"
            knobs[bias] = (e[f"{name}.weight"] + e[node], -7, 15, f"{bias} above")
        for name, (zero, low, high, pattern) in knobs.items():
            for end, beyond in ((low, -1), (high, 1)):
                if end is not None:
                    self.accepts({name: zero + end})
                    self.refuses(pattern, exponents={name: zero + end + beyond})
        for end, beyond in ((-16, -1), (15, 1)):
            state = drive + 7 - end  # D follows, to stay within its own range
            D = e["blocks.0.C"] + state - 7 - x
            self.accepts({"blocks.0.state": state, "blocks.0.D": D})
            self.refuses("below B_bar.x", exponents={"blocks.0.state": state - beyond})

    def test_the_mean_is_aligned_to_the_last_block(self):
        """With head mean the program holds head.in against the last block's output: so do we."""
        shape = {**self.model.shape, "head": "mean", "head_hidden": 0}
        e = dict(self.model.exponents)
        e["blocks.1.output"] = 0
        ranges = [a for a in network.alignments(shape, e) if a.what.startswith("head.in above")]
        self.assertEqual([(a.least, a.most) for a in ranges], [(-15, 15)])
        self.assertEqual(ranges[0].shift, e["head.in"])

    def accepts(self, exponents: dict):
        network.check(
            dataclasses.replace(self.model, exponents={**self.model.exponents, **exponents})
        )

    def test_tables_have_limits(self):
        table = self.model.pwl["blocks.0.gate"]
        for field, value in {
            "thresholds": np.full(18, 256),
            "slopes": np.full(19, 2**15),
            "intercepts": np.full(19, -(2**31) - 1),
            "shift": 32,
        }.items():
            wrong = dataclasses.replace(table, **{field: value})
            self.refuses(f"blocks.0.gate {field}", pwl={"blocks.0.gate": wrong})
        falling = dataclasses.replace(table, thresholds=table.thresholds[::-1])
        self.refuses("nondecreasing", pwl={"blocks.0.gate": falling})
        unequal = dataclasses.replace(table, slopes=table.slopes[1:])
        self.refuses("sizes", pwl={"blocks.0.gate": unequal})

    def test_tables_have_1_to_32_segments(self):
        """As many as a design's units can have; the program checks them against the design."""
        for segments in (1, 2, 32):
            network.check(self.with_gate(segments))
        for segments in (0, 33):
            with self.assertRaisesRegex(network.NetworkError, "gate segments is .*1..32"):
                network.check(self.with_gate(segments))

    def with_gate(self, segments: int):
        thresholds = np.arange(segments + 1, dtype=np.int64)
        flat = np.zeros(segments + 2, np.int64)
        table = network.Pwl(thresholds, flat, flat, 0)
        return dataclasses.replace(self.model, pwl={**self.model.pwl, "blocks.0.gate": table})


if __name__ == "__main__":
    unittest.main()
