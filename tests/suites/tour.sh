#!/bin/bash
# The tour's knob: the patch applies to a copy of the project, whose tests pass and whose model and RTL still agree.
source tests/suites/tap.sh
begin tour
patch=$PWD/docs/tour/knob.patch
tree=$PWD/$work/tree

copy_and_patch() {
  mkdir -p "$tree" && git ls-files -z | tar -cf - --null -T - | tar -xf - -C "$tree" && patch -s -p1 -d "$tree" <"$patch"
}
files() { [ "$(grep -c '^diff' "$patch")" -le 8 ]; }
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
check "the patch applies" copy_and_patch
check "it touches eight files" files
check "the patched project builds" build
check "its design tests pass" in_tree build/tests/test_design
check "its graph tests pass: T of the page, in random designs" in_tree build/tests/test_graph
check "a design without the key takes as long as before, with commit_cycles 3 two cycles a token more" two_more
check "model and RTL agree in every cycle" lock_step
[ "$failures" -eq 0 ]
