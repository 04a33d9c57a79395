#!/bin/bash
# Threads change no byte of what a run writes; the units without the machine's vectors are built and pass their tests.
work=build/lanes
rm -rf "$work" && mkdir -p "$work"

check() { # name, condition's status
  if [ "$2" -eq 0 ]; then echo "ok - $1"; else
    tail -n 20 "$work/log" 2>/dev/null | sed 's/^/# /'
    echo "not ok - $1"
  fi
}

# ---- Threads ----
fmnist=(configs/designs/fmnist.yaml -n configs/networks/fmnist.safetensors -i build/fmnist-test.safetensors)
run() { # name, options: a run's outputs, report without what a clock says, power
  local name=$1
  shift
  build/emamba run "${fmnist[@]}" -q --frames 333 "$@" -o "$work/$name.out" --report "$work/$name.json" --power "$work/$name.csv" &&
    sed -i -E '/wall|per_second/d' "$work/$name.json"
}
same() { # two names
  for kind in out json csv; do cmp "$work/$1.$kind" "$work/$2.$kind" || return 1; done
}
for options in "" "--toggles" "--toggles --stall-in 0.3 --stall-out 0.2 --seed 5"; do
  # shellcheck disable=SC2086
  run one $options >"$work/log" 2>&1
  check "a run with one thread $options" $?
  for threads in 2 3 200; do
    # shellcheck disable=SC2086
    run many $options -j "$threads" >"$work/log" 2>&1 && same one many >>"$work/log" 2>&1
    check "-j $threads $options: the same bytes" $?
  done
done
run fewer --toggles --frames 332 >"$work/log" 2>&1
! same one fewer >/dev/null 2>&1
check "another number of frames gives other bytes" $?
[ "$(build/emamba run "${fmnist[@]}" -j 0 2>&1 | wc -l)" -eq 1 ]
check "-j 0 is refused" $?

# ---- Without AVX2 ----
portable=build/portable
tests=(arith linear norm conv ssm pool pwl forward batches core toggles)
programs=()
for test in "${tests[@]}"; do programs+=("$portable/tests/test_$test"); done
make -s -j"$(nproc)" BUILD="$portable" ARCH=-march=x86-64 "${programs[@]}" >"$work/log" 2>&1 && [ ! -s "$work/log" ]
check "built for any x86-64 without a warning" $?
for program in "${programs[@]}"; do
  CMOCKA_MESSAGE_OUTPUT=STDOUT "$program" >"$work/log" 2>&1
  check "${program##*/} for any x86-64" $?
done
