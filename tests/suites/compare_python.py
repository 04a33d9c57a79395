"""compare_python.py {NETWORK FRAMES RESULTS}...: RESULTS against the integer contract in Python.

Code for code. A TAP line for each three files; exit status 1 when a code differs.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))
from emamba_tools import contract, network, safetensors  # noqa: E402

failed = False
names = iter(sys.argv[1:])
for network_file, frames_file, results_file in zip(names, names, names):
    outputs = safetensors.load(results_file)[0]["outputs"]
    frames = safetensors.load(frames_file)[0]["frames"]
    expected = contract.forward(network.load(network_file), frames[: len(outputs)])
    wrong = int((expected != outputs).sum())
    verdict = "not ok" if wrong else "ok"
    print(f"{verdict} - {network_file}: {outputs.size} codes, {wrong} differ from the model in Python")
    failed |= wrong != 0
sys.exit(failed)
