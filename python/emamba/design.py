"""Designs: their numbers, what they take and cost, and runs."""

import ctypes
import json
from ctypes import byref, c_double
from typing import Iterator, Optional

from . import _library
from ._library import KEY_CHARS, Handle, PriceTotals, RunOptions, Timing, call, path_bytes, plain, text
from .inputs import Frames, Network
from .result import Result


class Design(Handle):
    """A design file. Numbers are read and changed by the names of the file: design["engines.ssm.lanes"] = 4."""

    kind = "design"

    def __init__(self, path):
        super().__init__("design_open", path_bytes(path))

    @classmethod
    def parse(cls, source: str, path="design.yaml") -> "Design":
        """From the text of a design file; the technology is sought beside `path`."""
        encoded = source.encode()
        return cls._adopt("design_parse", encoded, len(encoded), path_bytes(path))

    @classmethod
    def _adopt(cls, open_name: str, *arguments) -> "Design":
        design = cls.__new__(cls)
        Handle.__init__(design, open_name, *arguments)
        return design

    def copy(self) -> "Design":
        """Another design, to be changed on its own."""
        return self._adopt("design_copy", self)

    @property
    def name(self) -> str:
        return plain("design_name", self).decode()

    def keys(self) -> Iterator[str]:
        """Names of all numbers that apply to this design."""
        name = ctypes.create_string_buffer(KEY_CHARS)
        index = 0
        while plain("design_key", self, index, name):
            yield name.value.decode()
            index += 1

    def __iter__(self) -> Iterator[str]:
        return self.keys()

    def __getitem__(self, key: str):
        value = c_double()
        call("design_get", self, key.encode(), byref(value))
        return int(value.value) if value.value.is_integer() else value.value

    def __setitem__(self, key: str, value: float) -> None:
        call("design_set", self, key.encode(), value)

    def set_technology(self, path) -> None:
        """Price with another technology file from now on."""
        call("design_set_technology", self, path_bytes(path))

    def save(self, path) -> None:
        call("design_save", self, path_bytes(path))

    def check(self, network=None, frames=None) -> None:
        """Raise BadInput when the design is not legal, or network or frames do not fit."""
        call("check", self, _network(network), _frames(frames))

    def check_rtl(self) -> None:
        """Raise BadInput when the RTL cannot be built for it."""
        call("check_rtl", self)

    def time(self) -> dict:
        """latency_cycles of the first frame; interval_cycles and frames_per_second in the steady state."""
        timing = Timing()
        call("time", self, byref(timing))
        return {name: getattr(timing, name) for name, _ in Timing._fields_} | {"exact": bool(timing.exact)}

    def engine_times(self, frames: int = 8) -> dict:
        """The counters of every engine after so many frames back to back."""
        return json.loads(text("time_json", self, frames))

    def price(self) -> dict:
        """area_um2, power_mw and energy_per_frame_pj, each {low, nominal, high}; switching as of random data."""
        totals = PriceTotals()
        call("price", self, byref(totals))
        return {
            name: {bound: getattr(getattr(totals, name), bound) for bound in ("low", "nominal", "high")}
            for name, _ in PriceTotals._fields_
        }

    def price_parts(self) -> dict:
        """The whole price: parts, modules, sensitivity, notes; "price" of a report."""
        return json.loads(text("price_json", self))

    def run(
        self,
        network,
        frames,
        *,
        count: Optional[int] = None,
        seed: int = 0,
        stall_in: float = 0,
        stall_out: float = 0,
        power_window_cycles: int = 0,
        toggles: bool = False,
        report: bool = True,
    ) -> Result:
        """Run `frames` (an array int8 [n, H, W, C], a file, or Frames) through `network` (a file or a Network).

        count: only the first so many. toggles: count bit toggles, so that energies are those of this data.
        report: False leaves the outputs alone.
        """
        for name, value in {"count": 1 if count is None else count, "seed": seed, "window": power_window_cycles}.items():
            if not 0 <= value < 2**64 or (name == "count" and value == 0):
                raise _library.BadInput(f"{name}: {value}, must be a whole number, 1 or more frames")
        options = RunOptions(count or 0, seed, stall_in, stall_out, power_window_cycles, toggles, not report)
        return Result("run", self, _network(network), _frames(frames), byref(options))


def _network(network):
    return network if network is None or isinstance(network, Network) else Network(network)


def _frames(frames):
    return frames if frames is None or isinstance(frames, Frames) else Frames(frames)


def check(design, network=None, frames=None) -> Design:
    """The design of a file, checked; with network and frames checked against each other."""
    opened = design if isinstance(design, Design) else Design(design)
    opened.check(network, frames)
    return opened


def price(design) -> dict:
    """Design.price of a file."""
    return (design if isinstance(design, Design) else Design(design)).price()
