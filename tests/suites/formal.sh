#!/bin/bash
# Proofs by yosys' SAT solver, each with broken twins that must fail: the short form of `make formal`.
exec /usr/bin/python3 tests/formal/prove.py
