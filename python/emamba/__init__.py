"""The eMamba accelerator's model: values to the bit, cycles to the cycle, activity, area, power and energy.

    import emamba
    design = emamba.Design("configs/designs/mars.yaml")
    result = design.run("network.safetensors", frames)   # int8 [n, H, W, C], or a file
    result.outputs                                       # int8 [n, outputs]
    result.report["time"]["interval_cycles"]

A thin layer over libemamba (emamba.h); arrays are not copied on either side.
"""

from ._library import BadInput, Error, Failed, version as _version
from .design import Design, check, price
from .inputs import Frames, Network
from .result import Result

__version__ = _version()
__all__ = ["BadInput", "Design", "Error", "Failed", "Frames", "Network", "Result", "check", "price"]
