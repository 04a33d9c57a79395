#!/bin/bash
# The tour's patches, on a copy of the project: a knob, whose tests pass and whose model and RTL agree; a column of the report.
source tests/suites/tap.sh
begin tour
patches=$PWD/docs/tour
tree=$PWD/$work/tree

copy() { mkdir -p "$tree" && git ls-files -z | tar -cf - --null -T - | tar -xf - -C "$tree"; }
apply() { patch -s -p1 -d "$tree" <"$patches/$1.patch"; }
touches() { [ "$(grep -c '^diff' "$patches/$1.patch")" -le "$2" ]; }
build() {
  env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL make -s -C "$tree" -j"$(nproc)" RELEASE='-O0 -fPIC' build/emamba \
    build/tests/test_design build/tests/test_graph build/tests/random_case
}
in_tree() { (cd "$tree" && "$@"); }
cycles() { in_tree build/emamba check "$1" | awk '$1 == "blocks.0.norm" {print $2}'; }
turn_knob() { # from, to: the design with commit_cycles 3
  sed 's/^  norm: *{units: \([0-9]*\)}/  norm: {units: \1, commit_cycles: 3}/' "$1" >"$2" && ! cmp -s "$1" "$2"
}
two_more() {
  turn_knob "$tree/configs/designs/tiny.yaml" "$tree/configs/designs/knob.yaml" &&
    [ "$(cycles configs/designs/knob.yaml)" -eq $(($(cycles configs/designs/tiny.yaml) + 2)) ]
}
lock_step() {
  mkdir -p "$tree/build/knob" && in_tree build/tests/random_case 7 build/knob configs/designs/knob.yaml &&
    in_tree build/emamba cosim configs/designs/knob.yaml -n build/knob/network.safetensors -i build/knob/frames.safetensors \
      --seed 3 --stall-in 0.3 --stall-out 0.3
}
column() {
  COLUMNS=200 in_tree build/emamba run configs/designs/mars.yaml -n configs/networks/mars-random.safetensors \
    -i traces/mars-random.safetensors --report build/column.json --details engines | grep -q '^engine .*blocked %' &&
    in_tree build/emamba report build/column.json -q --csv - | grep -q '"engines","axis_in","blocked_percent",,[0-9]' &&
    in_tree build/emamba report build/column.json -q --html - | grep -q '"key":"blocked_percent","title":"blocked %"' &&
    /usr/bin/python3 -c "
import json
for engine in json.load(open('$tree/build/column.json'))['engines']:
    assert abs(engine['blocked_percent'] - 100 * engine['blocked_cycles'] / engine['total_cycles']) < 1e-9, engine"
}
check "a copy of the project" copy
check "the knob's patch applies" apply knob
check "it touches eight files" touches knob 8
check "the column's patch applies" apply column
check "it touches one file" touches column 1
check "the patched project builds" build
check "the column stands on the terminal, in the report, in its CSV and on its page" column
check "its design tests pass" in_tree build/tests/test_design
check "its graph tests pass: T of the page, in random designs" in_tree build/tests/test_graph
check "a design without the key takes as long as before, with commit_cycles 3 two cycles a token more" two_more
check "model and RTL agree in every cycle" lock_step
[ "$failures" -eq 0 ]
