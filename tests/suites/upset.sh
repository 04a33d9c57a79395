#!/bin/bash
# Model and RTL while everything goes on that the pins allow: a random bus, stop and go, resets, reloading, wrong tlasts, bursts.
#   UPSETS: sessions of the random design (default 20), and half as many again of tiny
# shellcheck source=tests/suites/tap.sh
. tests/suites/tap.sh
begin upset
export EMAMBA_RTL_OPT=-O0 EMAMBA_RTL_VERILATE=-O0
case_of() { mkdir -p "$work/$1" && build/tests/random_case "$2" "$work/$1" "${@:3}"; }
inputs() { echo "$work/$1/design.yaml -n $work/$1/network.safetensors -i $work/$1/frames.safetensors"; }
# Matched, and what was to happen did: every count of the line is above 0.
upset() { # case, options...
  # shellcheck disable=SC2046
  build/emamba cosim $(inputs "$1") "${@:2}" -q >"$work/out" && cat "$work/out" &&
    grep -qE '^upset: [1-9][0-9]* starts, [1-9][0-9]* stops, [1-9][0-9]* resets, [1-9][0-9]* wrong tlasts, [1-9][0-9]* results; bus: [1-9][0-9]* reads, [1-9][0-9]* writes, [1-9][0-9]* slave errors$' "$work/out" &&
    grep -q '^lock-step: matched' "$work/out"
}
case_of tiny 3 configs/designs/tiny.yaml
check "upset: tiny" upset tiny --upset $((${UPSETS:-20} * 3 / 2)) --seed 1
case_of random 4 20000
check "upset: a random design" upset random --upset "${UPSETS:-20}" --seed 2
busy() { build/emamba cosim $(inputs tiny) --bus 0.9 -q | grep -E '^upset: 1 starts, 0 stops, 1 resets, 0 wrong tlasts, [0-9]+ results; bus: [1-9][0-9]* reads'; }
check "upset: a busy bus alone disturbs nothing" busy
same() { cmp <(build/emamba cosim $(inputs tiny) --upset 3 --seed "$1" -q) <(build/emamba cosim $(inputs tiny) --upset 3 --seed "$2" -q); }
check "upset: the same seed does the same" same 5 5
check "upset: another does not" bash -c "! $(declare -f same inputs); work=$work; ! same 5 6"
refused() { ! build/emamba cosim $(inputs tiny) --upset 3 --report "$work/report.json" 2>"$work/err" && grep -q 'cosim: --report is of a run without --upset' "$work/err" && [ ! -e "$work/report.json" ]; }
check "upset: what it cannot report it refuses" refused

# Counters of more than 16 bits, tokens of more than 8: a long run, all of them read and compared at its end.
case_of long 3 configs/designs/tiny.yaml 720
# shellcheck disable=SC2046
long() { build/emamba cosim $(inputs long) -q | awk '/^lock-step: matched/ { print; enough = $3 > 65536 } END { exit !enough }'; }
check "upset: counters beyond 2^16 cycles and 2^8 tokens" long
[ "$failures" -eq 0 ]
