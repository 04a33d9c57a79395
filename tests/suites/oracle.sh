#!/bin/bash
# Random designs and networks of every shape, head and segment count: the program's codes against the contract in Python.
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cases=()
for seed in $(seq 1 40); do
  folder=$work/$seed
  mkdir -p "$folder" && build/tests/random_case "$seed" "$folder" 20000 || exit 1
  build/emamba run "$folder/design.yaml" -n "$folder/network.safetensors" -i "$folder/frames.safetensors" -q \
    -o "$folder/results.safetensors" || exit 1
  cases+=("$folder/network.safetensors" "$folder/frames.safetensors" "$folder/results.safetensors")
done
exec /usr/bin/python3 tests/suites/compare_python.py "${cases[@]}"
