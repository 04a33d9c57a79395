#!/bin/bash
# Known faults in the RTL, each caught by lock-step in the cycle where it first shows; see tests/faults/faults.py.
export RTL_OPT=-O0 RTL_VERILATE=-O0 JOBS=1
exec /usr/bin/python3 tests/faults/faults.py
