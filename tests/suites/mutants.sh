#!/bin/bash
# A few dozen mutants over every file of the RTL, in one model, each run in lock-step: the short form of `make mutate`.
. tests/suites/tap.sh
begin mutants_test
report=$work/report.tsv
tools() { tools/mutate.py --mutants 30 --seed 3 --least 75 -q -o "$report" "$@"; }
check "mutants: at least three in four are killed, in one model beside the true RTL, which matches" tools
late() { ! grep "^killed late" "$report"; }
check "mutants: each where the oracle without a model first sees it" late
again() { before=$(cat "$report") && tools && [ "$before" = "$(cat "$report")" ]; }
check "mutants: what the report has is not run again" again
none() { tools --of em_nothing.sv; [ $? -eq 2 ]; }
check "mutants: a file that is not there" none
grep '^alive' "$work/report.tsv" | sed 's/^/# /'
[ "$failures" -eq 0 ]
