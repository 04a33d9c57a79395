"""check_accuracy.py FRAMES RESULTS REPORT: the report's accuracy against one computed here from labels and result codes."""

import json
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))
from emamba_tools import safetensors  # noqa: E402

frames, _ = safetensors.load(sys.argv[1])
results, metadata = safetensors.load(sys.argv[2])
accuracy = json.loads(Path(sys.argv[3]).read_text())["accuracy"]
codes = results["outputs"].astype(np.float64)
labels = frames["labels"][: len(codes)]

if labels.ndim == 1:
    right = int((codes.argmax(1) == labels).sum())
    wanted = {"frames": len(codes), "right": right, "top1_percent": 100 * right / len(codes)}
else:
    error = codes * 2.0 ** metadata["exponent"] - labels
    mae, rmse = np.abs(error).mean(0), np.sqrt((error**2).mean(0))
    wanted = {"frames": len(codes), "mae": mae.mean(), "rmse": rmse.mean(), "mae_by_output": mae, "rmse_by_output": rmse}
wrong = [key for key, value in wanted.items() if not np.allclose(accuracy[key], value, rtol=1e-12, atol=0)]
print("#", len(codes), "frames,", "differ:" if wrong else "same", *wrong)
sys.exit(bool(wrong))
