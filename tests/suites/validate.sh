#!/bin/bash
# The shipped fit against two small designs, synthesised and run gate by gate here: TAP lines with bounds. What is measured is
# kept in build/calibrate/; the long form is `make validate`.
exec /usr/bin/python3 tools/calibrate.py --validate --short --tap
