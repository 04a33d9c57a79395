"""Networks and frames."""

from ctypes import c_void_p

import numpy as np

from ._library import BadInput, Handle, call, path_bytes, plain


class Network(Handle):
    """A network file, or its bytes."""

    kind = "network"

    def __init__(self, source):
        if isinstance(source, (bytes, bytearray, memoryview)):
            super().__init__("network_parse", bytes(source), len(source))
        else:
            super().__init__("network_open", path_bytes(source))

    @property
    def input_exponent(self) -> int:
        """A frame's code stands for code * 2^input_exponent."""
        return plain("network_input_exponent", self)

    @property
    def output_exponent(self) -> int:
        return plain("network_output_exponent", self)

    def quantise(self, values) -> np.ndarray:
        """Values as frames for this network: rounded to the nearest code, saturated."""
        codes = np.rint(np.asarray(values, dtype=np.float64) * 2.0**-self.input_exponent)
        return np.clip(codes, -128, 127).astype(np.int8)


class Frames(Handle):
    """A frames file, or an array int8 [n, H, W, C], with labels for the report's accuracy if there are any.

    labels: classes, an integer a frame; or values, [n, outputs], in `unit`. An array that is contiguous is used where
    it lies; it must not change while a run reads it.
    """

    kind = "frames"

    def __init__(self, source, labels=None, unit: str = ""):
        self._lent = []  # keeps the arrays alive
        if not isinstance(source, np.ndarray):
            super().__init__("frames_open", path_bytes(source))
            if labels is not None:
                raise BadInput("labels: a frames file has its own")
            return
        if source.dtype != np.int8 or source.ndim != 4:
            raise BadInput(f"frames: {source.dtype} {list(source.shape)}, must be int8 [n, H, W, C]")
        super().__init__("frames_lend", self._lend(source), *source.shape)
        if labels is not None:
            self._label(np.asarray(labels), unit)

    def _lend(self, array: np.ndarray) -> c_void_p:
        array = np.ascontiguousarray(array)
        self._lent.append(array)
        return c_void_p(array.ctypes.data)

    def _label(self, labels: np.ndarray, unit: str) -> None:
        if len(labels.shape) not in (1, 2) or labels.shape[0] != len(self):
            raise BadInput(f"labels: {list(labels.shape)}, must be [{len(self)}] classes or [{len(self)}, outputs] values")
        if labels.ndim == 1:
            if labels.dtype.kind not in "iu":
                raise BadInput(f"labels: {labels.dtype}, classes are integers")
            call("frames_lend_classes", self, self._lend(labels.astype(np.int64, copy=False)))
        else:
            values = self._lend(labels.astype(np.float32, copy=False))
            call("frames_lend_values", self, values, labels.shape[1], unit.encode())

    def __len__(self) -> int:
        return plain("frames_count", self)
