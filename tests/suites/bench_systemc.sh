#!/bin/bash
# The component in a platform against a plain loop over the same frames, in one process each; the best of three.
fmnist=(configs/designs/fmnist.yaml -n configs/networks/fmnist.safetensors -i build/fmnist-test.safetensors)
echo
echo "SystemC (docs/systemc.md), Fashion-MNIST, frames a second of process time against a plain loop's:"
export SYSTEMC_DISABLE_COPYRIGHT_MESSAGE=1
against_plain() { # name, frames, options...
  local name=$1 frames=$2
  shift 2
  for _ in 1 2 3; do build/emamba-platform "${fmnist[@]}" --frames "$frames" --bare "$@" | sed -n 's/^a plain loop: //p'; done |
    awk -v name="$name" '{ ratio = $NF == "it" ? $(NF - 2) : 0; if (ratio > best) { best = ratio; line = $0 } } END { printf "  %-44s %s\n", name, line }'
}
against_plain "model, a transaction a frame" 10000 --quantum 1000
against_plain "model, a transaction a frame, quantum 0" 10000 --quantum 0
against_plain "model, a transaction a beat" 10000 --burst beat --quantum 1000
against_plain "model, four phases, a transaction a frame" 10000 --style at
against_plain "model, four phases, a transaction a beat" 10000 --style at --burst beat
against_plain "model, at the pins" 300 --style pins
against_plain "RTL, a transaction a frame" 30 --side rtl --quantum 1000
