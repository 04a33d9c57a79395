"""A minimal reader and writer of the safetensors format, for numpy arrays.

A file is an 8-byte little-endian header length, a JSON header {name: {dtype, shape, data_offsets}}
and the raw little-endian, row-major data, back to back. `__metadata__` in the header maps strings
to strings; here each of those strings is JSON text, as the project's files have it.
Source: the format's description at https://github.com/huggingface/safetensors.
"""

import json
import math
import os
from pathlib import Path
from typing import Any, Mapping

import numpy as np

DTYPES = {
    "I8": np.dtype("i1"),
    "U8": np.dtype("u1"),
    "I16": np.dtype("<i2"),
    "I32": np.dtype("<i4"),
    "I64": np.dtype("<i8"),
    "F32": np.dtype("<f4"),
    "F64": np.dtype("<f8"),
}
SHORT = {"F16": np.dtype("<f2"), "BF16": np.dtype("<u2")}  # floats that `load` can widen
NAMES = {dtype: name for name, dtype in DTYPES.items()}
HEADER_LIMIT = 100_000_000  # bytes; the format's own limit


class FormatError(ValueError):
    """The file is not valid; the message names the file, the place in it, and what is allowed."""


def load(path: str | Path, widen: bool = False) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """Read `path`: its tensors by name, in the file's order, and its metadata, parsed.

    With `widen` F16 and BF16 are allowed, too, and become float32, exactly. A metadata value that
    is not JSON text stays a string. Raises FormatError; OSError when the file cannot be read.
    """
    data = Path(path).read_bytes()
    size = int.from_bytes(data[:8], "little")
    if len(data) < 8 or size > min(len(data) - 8, HEADER_LIMIT):
        raise FormatError(f"{path}: header length {size} does not fit in {len(data)} bytes")
    try:
        header = json.loads(data[8 : 8 + size])
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise FormatError(f"{path}: header is not JSON: {error}") from None
    if not isinstance(header, dict):
        raise FormatError(f"{path}: header must be a JSON object")

    metadata = header.pop("__metadata__", {})
    if not isinstance(metadata, dict) or not all(isinstance(v, str) for v in metadata.values()):
        raise FormatError(f"{path}: __metadata__ must map strings to strings")
    body = memoryview(data)[8 + size :]
    tensors, covered, dtypes = {}, [], DTYPES | SHORT if widen else DTYPES
    for name, entry in header.items():
        tensors[name], span = _tensor(f"{path}: {name}", entry, body, dtypes)
        covered.append(span)
    end = 0
    for first, last in sorted(covered):
        if first != end:
            raise FormatError(f"{path}: data bytes {end} to {first} overlap or belong to no tensor")
        end = last
    if end != len(body):
        raise FormatError(f"{path}: {len(body)} bytes of data, of which tensors use {end}")
    return tensors, {key: _parse(value) for key, value in metadata.items()}


def save(path: str | Path, tensors: Mapping[str, np.ndarray], metadata: Mapping[str, Any]) -> None:
    """Write `tensors` in insertion order, and each metadata value as JSON text.

    The file appears whole or not at all: it is written under a temporary name and renamed.
    Raises FormatError for an array type that the format lacks; OSError.
    """
    header: dict[str, Any] = {}
    if metadata:
        header["__metadata__"] = {key: json.dumps(value) for key, value in metadata.items()}
    blobs, offset = [], 0
    for name, array in tensors.items():
        array = np.asarray(array)
        dtype = array.dtype.newbyteorder("<")
        if dtype not in NAMES:
            raise FormatError(f"{path}: {name}: type {array.dtype}; allowed: {list(DTYPES)}")
        blob = array.astype(dtype).tobytes()  # row-major, whatever the array is
        span = [offset, offset + len(blob)]
        header[name] = {"dtype": NAMES[dtype], "shape": list(array.shape), "data_offsets": span}
        blobs.append(blob)
        offset += len(blob)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)

    path = Path(os.path.realpath(path))  # a link stays, and leads to the new file
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with open(temporary, "wb") as file:
            file.write(len(text).to_bytes(8, "little") + text)
            file.writelines(blobs)
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def _widened(array: np.ndarray, dtype: str) -> np.ndarray:
    if dtype == "BF16":  # the upper half of a float32
        return (array.astype(np.uint32) << 16).view(np.float32)
    return array.astype(np.float32) if dtype == "F16" else array.copy()


def _tensor(where: str, entry: Any, body: memoryview,
            dtypes: Mapping[str, np.dtype]) -> tuple[np.ndarray, tuple[int, int]]:  # fmt: skip
    """One header entry's array (a copy) and its byte range in `body`."""
    if not isinstance(entry, dict):
        raise FormatError(f"{where}: entry must be a JSON object")
    dtype, shape, span = (entry.get(key) for key in ("dtype", "shape", "data_offsets"))
    if not isinstance(dtype, str) or dtype not in dtypes:
        raise FormatError(f"{where}: dtype {dtype!r}; allowed: {list(dtypes)}")
    if not _naturals(shape):
        raise FormatError(f"{where}: shape {shape!r} must be a list of integers >= 0")
    if not (_naturals(span) and len(span) == 2 and span[0] <= span[1] <= len(body)):
        raise FormatError(f"{where}: data_offsets {span!r} must lie in 0..{len(body)}")
    if math.prod(shape) * dtypes[dtype].itemsize != span[1] - span[0]:
        raise FormatError(f"{where}: {span[1] - span[0]} bytes are not {dtype} {shape}")
    array = np.frombuffer(body[span[0] : span[1]], dtypes[dtype]).reshape(shape)
    return _widened(array, dtype), (span[0], span[1])


def _naturals(value: Any) -> bool:
    return isinstance(value, list) and all(type(v) is int and v >= 0 for v in value)


def _parse(text: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return text
