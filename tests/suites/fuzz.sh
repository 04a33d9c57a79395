#!/bin/bash
# Every loader under libFuzzer with the sanitizers, from valid seeds: FUZZ_RUNS inputs each (default 20,000).
runs=${FUZZ_RUNS:-20000}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work"/seeds/{network,frames,design,technology,fit,report} "$work"/corpus
build/fuzz/make_seeds "$work/seeds" || exit 1
cp configs/designs/*.yaml "$work/seeds/design/"
cp configs/technology/gf22.yaml "$work/seeds/technology/"
cp configs/technology/calibration.yaml "$work/seeds/fit/"
# The report target edits a valid report; its inputs are which values become what.
build/tests/random_case 5 "$work" configs/designs/tiny.yaml
build/emamba run configs/designs/tiny.yaml -n "$work/network.safetensors" -i "$work/frames.safetensors" --frames 1 --toggles -q \
  --power-window 1000 --report "$work/report.json" || exit 1
export EMAMBA_FUZZ_REPORT=$work/report.json
printf '\001\100\000\001\200' >"$work/seeds/report/edit"
echo '{"format": "emamba-report-1", "frames": 1, "design": {"keys": {}}}' >"$work/seeds/report/hollow.json"
fuzz() { # target, dictionary
  mkdir -p "$work/corpus/$1"
  if build/fuzz/fuzz_"$1" -runs="$runs" -seed=1 -max_len=16384 -dict=tests/fuzz/"$2".dict -artifact_prefix=build/ \
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
runs=$((runs / 4)) fuzz report safetensors &
runs=$((runs / 4)) fuzz fit yaml &
wait
