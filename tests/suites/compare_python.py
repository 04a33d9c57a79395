"""compare_python.py NETWORK FRAMES RESULTS: the codes of RESULTS against the integer contract in Python, code for code."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))
from emamba_tools import contract, network, safetensors  # noqa: E402

model = network.load(sys.argv[1])
results, _ = safetensors.load(sys.argv[3])
outputs = results["outputs"]
frames, _ = safetensors.load(sys.argv[2])
expected = contract.forward(model, frames["frames"][: len(outputs)])
wrong = int((expected != outputs).sum())
print(f"# {outputs.size} codes, {wrong} differ")
sys.exit(wrong != 0)
