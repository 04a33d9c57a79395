"""check_schemas.py FOLDER...: every report, check, comparison, design and network below the folders obeys the schema of its format, and
twins with one fault do not. Prints TAP."""

import copy
import json
import struct
import sys
import warnings
from pathlib import Path

import yaml

warnings.simplefilter("ignore")
from jsonschema import Draft201909Validator as Validator  # noqa: E402

SCHEMAS = Path("docs/schemas")
validators = {}
for path in sorted(SCHEMAS.glob("*.schema.json")):
    schema = json.loads(path.read_text())
    Validator.check_schema(schema)
    assert schema["$id"].endswith(path.name), path
    validators[path.name.removesuffix(".schema.json")] = Validator(schema)


def network_metadata(path):
    with open(path, "rb") as file:
        (size,) = struct.unpack("<Q", file.read(8))
        metadata = json.loads(file.read(size)).get("__metadata__", {})
    return {key: json.loads(text) for key, text in metadata.items()} if "exponents" in metadata else None


def documents(folder):
    """(file, name of its format, document) of every file of ours that has a schema."""
    for path in sorted(Path(folder).rglob("[!.]*")):
        document = None
        if path.suffix == ".json":
            document = json.loads(path.read_text())
            name = document.get("format") if isinstance(document, dict) else None
        elif path.suffix == ".yaml":
            document = yaml.safe_load(path.read_text())
            keys = document if isinstance(document, dict) else {}
            name = "emamba-design-1" if "shape" in keys else "emamba-space-1" if {"designs", "vary"} <= set(keys) else None
            document = keys if name else None
        elif path.suffix == ".safetensors":
            document, name = network_metadata(path), "emamba-network-1"
        if document is not None and name in validators:
            yield path, name, document


def twins(document):
    """Documents with one fault each: a key that is not known, one that is missing, a number that is a text."""
    strange = copy.deepcopy(document)
    strange["Speed"] = 1
    yield "an unknown key", strange
    for key, value in document.items():
        without = copy.deepcopy(document)
        del without[key]
        if key in ("format", "shape", "time", "engines", "reports", "designs", "vary"):
            yield f"no {key}", without
        if isinstance(value, (dict, list)) and key != "pwl":
            other = copy.deepcopy(document)
            other[key] = "text"
            yield f"{key} is a text", other


seen, failed = {}, 0
for folder in sys.argv[1:]:
    for path, name, document in documents(folder):
        error = next(validators[name].iter_errors(document), None)
        if error is not None:
            failed += 1
            print(f"# {path}: {list(error.absolute_path)}: {error.message[:300]}")
            print(f"not ok - {path} obeys {name}")
        seen.setdefault(name, []).append(document)
for name, validator in validators.items():
    checked = seen.get(name, [])
    ok = len(checked) > 0
    for what, twin in twins(checked[0]) if ok else []:
        if validator.is_valid(twin):
            ok = False
            print(f"# accepts {what}")
    print(f"{'ok' if ok else 'not ok'} - {name}: {len(checked)} files obey it, faults do not")
    failed += not ok
sys.exit(failed > 0)
