#!/bin/bash
# Every loader under libFuzzer with the sanitizers, from valid seeds: FUZZ_RUNS inputs each (default 20,000).
runs=${FUZZ_RUNS:-20000}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work"/seeds/{network,frames,design,technology} "$work"/corpus
build/fuzz/make_seeds "$work/seeds" || exit 1
cp configs/designs/*.yaml "$work/seeds/design/"
cp configs/technology/*.yaml "$work/seeds/technology/"
fuzz() { # target, dictionary
  mkdir -p "$work/corpus/$1"
  if build/fuzz/fuzz_"$1" -runs="$runs" -seed=1 -max_len=8192 -dict=tests/fuzz/"$2".dict -artifact_prefix=build/ \
    "$work/corpus/$1" "$work/seeds/$1" >"$work/$1.log" 2>&1; then
    echo "ok - fuzz_$1: $runs inputs without a crash"
  else
    tail -n 30 "$work/$1.log" | sed 's/^/# /'
    echo "not ok - fuzz_$1"
  fi
}
fuzz network safetensors &
fuzz frames safetensors &
wait
fuzz design yaml &
fuzz technology yaml &
wait
