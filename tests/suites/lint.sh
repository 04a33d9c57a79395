#!/bin/bash
# The RTL of every shipped design and some random ones: Verilator -Wall without a warning, yosys without an error; the C: clang-format.
/usr/bin/python3 tests/suites/check_rooms.py
/usr/bin/python3 tests/suites/check_docs.py
rtl=$(pwd)/rtl
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
packages=()
for design in configs/designs/*.yaml; do packages+=("$design"); done
if [ -x build/tests/random_case ]; then
  for seed in 101 102 103 104 105 106; do
    mkdir -p "$work/$seed"
    build/tests/random_case "$seed" "$work/$seed" 60000 && packages+=("$work/$seed/design.yaml")
  done
fi
listed() { grep -v '^[/#]' "$1/files.f" | sed "s|^|$1/|"; }
mapfile -t sources < <(listed "$rtl")
mapfile -t probes < <(listed "$rtl/probe")
for design in "${packages[@]}"; do
  package=$work/em_design_pkg.sv
  build/emamba check "$design" --package "$package" >/dev/null || { echo "not ok - $design"; continue; }
  if verilator --lint-only -Wall --assert --top-module em_top "$rtl/lint.vlt" "$package" \
    "${sources[@]}" "${probes[@]}" >"$work/log" 2>&1; then
    echo "ok - verilator -Wall: $design"
  else
    sed 's/^/# /' "$work/log" | head -n 30
    echo "not ok - verilator -Wall: $design"
  fi
done
for design in configs/designs/tiny.yaml configs/designs/fmnist.yaml; do
  build/emamba check "$design" --package "$work/em_design_pkg.sv" >/dev/null
  if timeout 600 yosys -q -p "read_verilog -sv $work/em_design_pkg.sv ${sources[*]}; hierarchy -check -top em_top; \
    proc; opt_expr; opt_clean; check -assert" >"$work/log" 2>&1; then
    echo "ok - yosys: $design"
  else
    tail -n 20 "$work/log" | sed 's/^/# /'
    echo "not ok - yosys: $design"
  fi
done
if git ls-files '*.[ch]' | xargs clang-format --dry-run -Werror >"$work/log" 2>&1; then
  echo "ok - clang-format"
else
  head -n 10 "$work/log" | sed 's/^/# /'
  echo "not ok - clang-format (make format)"
fi
