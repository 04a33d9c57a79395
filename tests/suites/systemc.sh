#!/bin/bash
# The accelerator in SystemC: the component's answers, model and RTL in lock-step under random transactions, and the platform against
# `emamba run` in the last cycle and every code. SYSTEMC_FULL=1: 1,000 random sequences, and 100 frames of every shipped network.
# shellcheck source=tests/suites/tap.sh
source tests/suites/tap.sh
begin systemc
export SYSTEMC_DISABLE_COPYRIGHT_MESSAGE=1 EMAMBA_RTL_OPT=-O0 EMAMBA_RTL_VERILATE=-O0
full=${SYSTEMC_FULL:-0}

mkdir -p "$work/tiny"
build/tests/random_case 13 "$work/tiny" configs/designs/tiny.yaml
tiny=(configs/designs/tiny.yaml "$work/tiny/network.safetensors" "$work/tiny/frames.safetensors")

prefixed() { sed "s/^\(not \)\?ok - /&$1: /"; }
tap() { # name, command...: the command's own TAP lines
  local name=$1
  shift
  "$@" >"$work/log" 2>&1
  local status=$?
  grep -E '^(not )?ok|^#' "$work/log" | prefixed "$name"
  if [ "$status" -ne 0 ]; then
    failures=$((failures + 1))
    grep -qE '^not ok' "$work/log" || { tail -5 "$work/log" | sed 's/^/# /'; echo "not ok - $name: exit status $status"; }
  fi
}
tap "component, model" build/sanitized/systemc-component model "${tiny[@]}" "$work/model"
tap "component, both" build/release/systemc-component both "${tiny[@]}" "$work/both"

sequences=3
[ "$full" = 0 ] || sequences=1000
for ((seed = 1; seed <= sequences; seed++)); do
  tap "random transactions $seed" build/release/systemc-sequences "${tiny[@]}" "$seed" 200
done

# The platform gives the cycle and the codes of `emamba run`, whatever the quantum and style.
same_as_run() { # run's options, platform's options, design network frames...
  local run=$1 options=$2 design=$3 network=$4 frames=$5
  shift 5
  # shellcheck disable=SC2086
  build/emamba run "$design" -n "$network" -i "$frames" "$@" $run -q -o "$work/run.safetensors" --report "$work/run.json" &&
    ${PLATFORM:-build/emamba-platform} "$design" -n "$network" -i "$frames" "$@" $run $options -o "$work/platform.safetensors" >"$work/out" || return 1
  cmp "$work/run.safetensors" "$work/platform.safetensors" || return 1
  local cycles
  cycles=$(/usr/bin/python3 -c "import json; print(json.load(open('$work/run.json'))['time']['cycles'])")
  grep -q "^platform: [0-9]* frames, last cycle $((cycles - 1)), .*\b0 late" "$work/out" || { tail -1 "$work/out"; echo "run: $cycles cycles"; return 1; }
}
platform() { # design network frames [limit]
  local name
  name=$(basename "$1" .yaml)
  for options in "--quantum 0" "--quantum 10" "--quantum 1000" "--burst beat --quantum 0" "--style at" "--style at --burst beat --quantum 0"; do
    check "$name: $options" same_as_run "" "$options" "$@"
  done
  check "$name: pins" same_as_run "" "--style pins" "$@"
  check "$name: pins, stalls at both ends" same_as_run "--stall-in 0.3 --stall-out 0.4 --seed 7" "--style pins" "$@"
  check "$name: stalls at both ends" same_as_run "--stall-in 0.3 --stall-out 0.4 --seed 7" "--quantum 1000" "$@"
}
platform "${tiny[@]}"
platform configs/designs/mars.yaml configs/networks/mars-random.safetensors traces/mars-random.safetensors
PLATFORM=build/sanitized/emamba-platform check "mars: sanitized, at, stalls" same_as_run "--stall-in 0.2 --seed 1" "--style at" \
  configs/designs/mars.yaml configs/networks/mars-random.safetensors traces/mars-random.safetensors
check "tiny: both in lock-step, at the pins" same_as_run "" "--side both --style pins" "${tiny[@]}"
check "tiny: both in lock-step, at the pins, stalls" same_as_run "--stall-in 0.5 --stall-out 0.5 --seed 3" "--side both --style pins" "${tiny[@]}"
# As the suite `bundle` builds it.
wave() { (unset EMAMBA_RTL_VERILATE; same_as_run "" "$@"); }
check "tiny: a wave of the RTL alone" wave "--side rtl --set wave=$work/wave.fst --set wave_from=100 --set wave_to=900" "${tiny[@]}"
check "tiny: the wave is an FST file" test "$(od -An -tx1 -N1 "$work/wave.fst")" = " 00"
check "tiny: RTL alone" same_as_run "" "--side rtl" "${tiny[@]}"
check "tiny: both in lock-step" same_as_run "" "--side both" "${tiny[@]}"
check "tiny: compared every cycle" grep -q ' [1-9][0-9]* cycles compared, 0 divergences,' "$work/out"

# The same program as RISC-V firmware in QEMU.
if type qemu-system-riscv64 >/dev/null 2>&1; then
  check "tiny: firmware" same_as_run "" "--firmware build/emamba-firmware.elf" "${tiny[@]}"
  check "Fashion-MNIST: firmware, at" same_as_run "" "--firmware build/emamba-firmware.elf --style at" \
    configs/designs/fmnist.yaml configs/networks/fmnist.safetensors build/fmnist-test.safetensors --frames 10
  PLATFORM=build/sanitized/emamba-platform check "tiny: firmware, pins, sanitized" same_as_run "" \
    "--firmware build/emamba-firmware.elf --style pins" "${tiny[@]}"
  # A read past the last unit is a bus error (2), a start goes (0), a write while it runs is a bus error, a stop goes.
  bus_faults() {
    build/emamba-platform "${tiny[0]}" -n "${tiny[1]}" -i "${tiny[2]}" --firmware build/tests/bus_fault.elf >"$work/out" 2>&1
    [ $? -eq 1 ] && grep -q "with status $((2 | 2 << 16)), before the last result" "$work/out"
  }
  check "firmware sees slave errors as bus faults" bus_faults
else
  echo "ok - firmware # SKIP no qemu-system-riscv64"
fi

if [ "$full" != 0 ]; then
  for name in fmnist fmnist-small; do
    platform "configs/designs/$name.yaml" "configs/networks/$name.safetensors" build/fmnist-test.safetensors --frames 100
  done
  platform configs/designs/cifar-10.yaml configs/networks/cifar-10.safetensors "${CIFAR_FRAMES:?frames of CIFAR-10}" --frames 100
fi

# A difference is an error with a bundle: the RTL with one fault.
rm -rf "$work/rtl" && cp -r rtl "$work/rtl"
sed -i 's/busy_q <= busy_q + 32.d1;/busy_q <= busy_q + 32'"'"'d2;/' "$work/rtl/em_perf_counters.sv"
sed -i 's/RegStatus:   global_rdata = {31.d0, tlast_error_q};/RegStatus:   global_rdata = {31'"'"'d1, tlast_error_q};/' "$work/rtl/em_apb.sv"
diverges() {
  build/emamba-platform "${tiny[0]}" -n "${tiny[1]}" -i "${tiny[2]}" --side both --set rtl="$work/rtl" --set bundle="$work/bundle" >"$work/out" 2>&1
  [ $? -eq 1 ] && grep -q "/emamba/diverged: clock cycle [0-9]*, run cycle [0-9]*: prdata_o is 0x0 in the model and 0x2 in the RTL; bundle: " "$work/out" &&
    grep -q "prdata_o" "$work/bundle/report.txt" && grep -q "RTL .*prdata 00000002" "$work/bundle/pins.txt" && grep -q emamba-platform "$work/bundle/command.txt"
}
check "a fault in the RTL is an error with a bundle" diverges

refused() { # pattern, arguments...
  local pattern=$1 status
  shift
  build/emamba-platform "$@" >"$work/out" 2>&1
  status=$?
  cat "$work/out"
  [ "$status" -eq 2 ] && [ "$(wc -l <"$work/out")" -eq 1 ] && grep -q "^emamba-platform: .*$pattern" "$work/out"
}
check "bad usage: a side" refused "model, rtl or both" "${tiny[0]}" -n "${tiny[1]}" -i "${tiny[2]}" --side left
check "bad usage: a parameter" refused "no parameter \"colour\"" "${tiny[0]}" -n "${tiny[1]}" -i "${tiny[2]}" --set colour=red
check "bad usage: a quantum" refused "a number in 0" "${tiny[0]}" -n "${tiny[1]}" -i "${tiny[2]}" --quantum -1
check "bad usage: no such firmware" refused "none.elf: No such file" "${tiny[0]}" -n "${tiny[1]}" -i "${tiny[2]}" --firmware none.elf
check "bad usage: too many frames" refused "but .* has 3" "${tiny[0]}" -n "${tiny[1]}" -i "${tiny[2]}" --frames 99
check "bad input: no such design" refused "none.yaml" none.yaml -n "${tiny[1]}" -i "${tiny[2]}"
[ "$failures" -eq 0 ]
