"""What a run yields."""

import json
from ctypes import addressof, byref, c_uint64
from functools import cached_property

import numpy as np

from ._library import Handle, call, path_bytes, plain


class Result(Handle):
    """Outputs, cycles and the report of a run."""

    kind = "result"

    @property
    def outputs(self) -> np.ndarray:
        """int8 [n, outputs], the library's own memory (read-only); it lives as long as any view of it."""
        count, width = c_uint64(), c_uint64()
        codes = plain("result_outputs", self, byref(count), byref(width))
        return np.asarray(_Owned(addressof(codes.contents), (count.value, width.value), self))

    @property
    def exponent(self) -> int:
        return plain("result_exponent", self)

    @property
    def values(self) -> np.ndarray:
        """The outputs as numbers, float64 [n, outputs]."""
        return np.ldexp(self.outputs.astype(np.float64), self.exponent)

    @property
    def cycles(self) -> int:
        return plain("result_cycles", self)

    @cached_property
    def report(self) -> dict:
        """The report (docs/formats.md); None when the run was asked for none."""
        text = plain("result_report", self)
        return None if text is None else json.loads(text)

    @property
    def engines(self):
        """A pandas DataFrame: a row an engine, the report's figures as columns."""
        return _frame(self.report["engines"])

    @property
    def modules(self):
        """A pandas DataFrame of the price: a row a module, area, power and energy as columns."""
        return _frame(self.report["price"]["modules"])

    def save(self, path) -> None:
        """Write the outputs as a results file."""
        call("result_save", self, path_bytes(path))

    def save_report(self, path) -> None:
        """Write the report, which `emamba report` and `emamba compare` read."""
        call("result_save_report", self, path_bytes(path))


class _Owned:
    """An array in memory that belongs to a result, and keeps it alive."""

    def __init__(self, address, shape, owner):
        self._owner = owner
        self.__array_interface__ = {
            "version": 3,
            "typestr": "|i1",
            "shape": shape,
            "data": (address, True),
        }


def _frame(rows):
    import pandas

    return pandas.DataFrame(rows).set_index("name")
