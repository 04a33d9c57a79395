"""libemamba through ctypes: where it is, its functions, statuses as exceptions."""

import ctypes
import ctypes.util
import os
from ctypes import POINTER, byref, c_char, c_char_p, c_double, c_int, c_int8, c_size_t, c_uint64, c_void_p
from pathlib import Path


class Error(Exception):
    """What the library refused or could not do: file, place, cause and what is allowed, in one line."""


class BadInput(Error, ValueError):
    """A file or an argument is wrong."""


class Failed(Error, RuntimeError):
    """Memory is short, or a file cannot be written."""


class ErrorText(ctypes.Structure):
    _fields_ = [("text", c_char * 640)]


class Timing(ctypes.Structure):
    _fields_ = [
        ("latency_cycles", c_uint64),
        ("interval_cycles", c_double),
        ("exact", c_int),
        ("latency_us", c_double),
        ("interval_us", c_double),
        ("frames_per_second", c_double),
    ]


class Range(ctypes.Structure):
    _fields_ = [("low", c_double), ("nominal", c_double), ("high", c_double)]


class PriceTotals(ctypes.Structure):
    _fields_ = [("area_um2", Range), ("power_mw", Range), ("energy_per_frame_pj", Range)]


class RunOptions(ctypes.Structure):
    _fields_ = [
        ("frames", c_uint64),
        ("seed", c_uint64),
        ("stall_in", c_double),
        ("stall_out", c_double),
        ("power_window_cycles", c_uint64),
        ("toggles", c_int),
        ("no_report", c_int),
    ]


KEY_CHARS = 64

# Functions that return a status; their last argument, the error, is added by call().
_STATUS = {
    "design_open": [c_char_p, POINTER(c_void_p)],
    "design_parse": [c_char_p, c_size_t, c_char_p, POINTER(c_void_p)],
    "design_copy": [c_void_p, POINTER(c_void_p)],
    "design_set_technology": [c_void_p, c_char_p],
    "design_get": [c_void_p, c_char_p, POINTER(c_double)],
    "design_set": [c_void_p, c_char_p, c_double],
    "design_save": [c_void_p, c_char_p],
    "network_open": [c_char_p, POINTER(c_void_p)],
    "network_parse": [c_char_p, c_size_t, POINTER(c_void_p)],
    "frames_open": [c_char_p, POINTER(c_void_p)],
    "frames_lend": [c_void_p, c_uint64, c_uint64, c_uint64, c_uint64, POINTER(c_void_p)],
    "frames_lend_classes": [c_void_p, c_void_p],
    "frames_lend_values": [c_void_p, c_void_p, c_uint64, c_char_p],
    "check": [c_void_p, c_void_p, c_void_p],
    "check_rtl": [c_void_p],
    "time": [c_void_p, POINTER(Timing)],
    "price": [c_void_p, POINTER(PriceTotals)],
    "time_json": [c_void_p, c_uint64, POINTER(c_void_p)],
    "price_json": [c_void_p, POINTER(c_void_p)],
    "run": [c_void_p, c_void_p, c_void_p, POINTER(RunOptions), POINTER(c_void_p)],
    "result_save": [c_void_p, c_char_p],
    "result_save_report": [c_void_p, c_char_p],
}

# Name: (result, arguments).
_PLAIN = {
    "version": (c_char_p, []),
    "free": (None, [c_void_p]),
    "design_name": (c_char_p, [c_void_p]),
    "design_key": (c_int, [c_void_p, c_size_t, c_char_p]),
    "design_close": (None, [c_void_p]),
    "network_close": (None, [c_void_p]),
    "network_input_exponent": (c_int, [c_void_p]),
    "network_output_exponent": (c_int, [c_void_p]),
    "frames_close": (None, [c_void_p]),
    "frames_count": (c_uint64, [c_void_p]),
    "result_outputs": (POINTER(c_int8), [c_void_p, POINTER(c_uint64), POINTER(c_uint64)]),
    "result_exponent": (c_int, [c_void_p]),
    "result_cycles": (c_uint64, [c_void_p]),
    "result_report": (c_char_p, [c_void_p]),
    "result_close": (None, [c_void_p]),
}


def _load() -> ctypes.CDLL:
    """$EMAMBA_LIBRARY; else the one in the package; else that of the checkout; else the installed one."""
    here = Path(__file__).resolve().parent
    chosen = os.environ.get("EMAMBA_LIBRARY")
    near = [here / "libemamba.so", here.parents[1] / "build" / "libemamba.so"]
    path = chosen or next((str(p) for p in near if p.exists()), None) or ctypes.util.find_library("emamba")
    if path is None:
        raise ImportError("libemamba.so is not installed; `make install`, or name it in EMAMBA_LIBRARY")
    library = ctypes.CDLL(path)
    for name, arguments in _STATUS.items():
        function = getattr(library, f"emamba_{name}")
        function.argtypes, function.restype = [*arguments, POINTER(ErrorText)], c_int
    for name, (result, arguments) in _PLAIN.items():
        function = getattr(library, f"emamba_{name}")
        function.argtypes, function.restype = arguments, result
    return library


_library = _load()


def call(name: str, *arguments) -> None:
    """Call a function that returns a status; raises BadInput or Failed with its text."""
    error = ErrorText()
    status = getattr(_library, f"emamba_{name}")(*arguments, byref(error))
    if status:
        raise (BadInput if status == 2 else Failed)(error.text.decode(errors="replace"))


def plain(name: str, *arguments):
    """Call any other function."""
    return getattr(_library, f"emamba_{name}")(*arguments)


def text(name: str, *arguments) -> str:
    """Call a function that hands out a text."""
    pointer = c_void_p()
    call(name, *arguments, byref(pointer))
    try:
        return ctypes.string_at(pointer).decode()
    finally:
        plain("free", pointer)


def path_bytes(path) -> bytes:
    """A path as the library takes it."""
    encoded = os.fsencode(path)
    if b"\0" in encoded:
        raise BadInput("a path with a zero byte")
    return encoded


def version() -> str:
    """The version of the library."""
    return plain("version").decode()


class Handle:
    """Owns one handle of the library; `kind` names its functions."""

    kind = ""

    def __init__(self, open_name: str, *arguments):
        self._handle = c_void_p()
        call(open_name, *arguments, byref(self._handle))

    @property
    def _as_parameter_(self):
        return self._handle

    def __del__(self):
        handle, self._handle = getattr(self, "_handle", None), None
        if handle:
            plain(f"{self.kind}_close", handle)
