#!/bin/bash
# Known faults in the RTL, each caught by lock-step in the cycle where it first shows; see tests/faults/faults.py.
export EMAMBA_RTL_OPT=-O0 EMAMBA_RTL_VERILATE=-O0
exec /usr/bin/python3 tests/faults/faults.py
