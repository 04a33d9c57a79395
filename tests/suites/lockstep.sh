#!/bin/bash
# The shipped designs in lock-step with their RTL; what must fail, fails as documented; the conformance vectors.
export EMAMBA_RTL_OPT=${EMAMBA_RTL_OPT:--O1}
work=build/lockstep
rm -rf "$work" && mkdir -p "$work"
failures=0

check() { # name, condition...
  local name=$1
  shift
  if "$@"; then
    echo "ok - $name"
  else
    [ -f "$work/log" ] && tail -n 5 "$work/log" | sed 's/^/# /'
    echo "not ok - $name"
    failures=$((failures + 1))
  fi
}
cosim() { build/emamba cosim "$@" >"$work/log" 2>"$work/err"; }
fails_with() { # status, pattern, command...
  local status=$1 pattern=$2
  shift 2
  "$@" >"$work/log" 2>&1
  [ $? -eq "$status" ] && grep -Eq "$pattern" "$work/log"
}
matched() { grep -Eq '^lock-step: matched [0-9]+ cycles, [0-9]+ transactions, '"$1"' frames$' "$work/log"; }

fmnist=(configs/designs/fmnist.yaml -n configs/networks/fmnist.safetensors -i build/fmnist-test.safetensors)
check "fmnist: 8 frames" cosim "${fmnist[@]}" --frames 8 -o "$work/free.safetensors" --report "$work/report.json" --timeline "$work/timeline.json"
check "fmnist: says what it matched" matched 8
for seed in 1 2; do
  check "fmnist: stalls, seed $seed" cosim "${fmnist[@]}" --frames 4 --seed $seed --stall-in 0.$((seed * 4)) --stall-out 0.$((9 - seed)) -o "$work/stalled$seed.safetensors"
done
build/emamba run "${fmnist[@]}" --frames 4 -q -o "$work/run4.safetensors"
build/emamba run "${fmnist[@]}" --frames 8 -q -o "$work/run8.safetensors" --report "$work/run.json"
check "fmnist: results of run and cosim are the same" cmp -s "$work/free.safetensors" "$work/run8.safetensors"
check "fmnist: results do not depend on stalls" cmp -s "$work/stalled1.safetensors" "$work/run4.safetensors"
/usr/bin/python3 tests/suites/compare_python.py configs/networks/fmnist.safetensors build/fmnist-test.safetensors "$work/run8.safetensors"
check "report: parts sum to totals, run equals cosim" /usr/bin/python3 tests/suites/check_report.py "$work/report.json" "$work/run.json"
check "report: prints from the file" fails_with 0 "^limit " build/emamba report "$work/report.json"
check "timeline: JSON with slices" /usr/bin/python3 -c "
import json, sys
events = json.load(open('$work/timeline.json'))['traceEvents']
slices = [e for e in events if e['ph'] == 'X']
sys.exit(not (len(slices) > 1000 and all(e['dur'] > 0 for e in slices)))"

# The other networks that ship.
check "fmnist-small: 8 frames" cosim configs/designs/fmnist-small.yaml -n configs/networks/fmnist-small.safetensors -i build/fmnist-test.safetensors --frames 8
check "fmnist-small: says what it matched" matched 8
check "mars, random network: 8 frames" cosim configs/designs/mars.yaml -n configs/networks/mars-random.safetensors -i traces/mars-random.safetensors \
  -o "$work/mars-random.safetensors" --report "$work/mars-random.json"
check "mars, random network: says what it matched" matched 8
check "accuracy: classes" /usr/bin/python3 tests/suites/check_accuracy.py build/fmnist-test.safetensors "$work/run8.safetensors" "$work/run.json"
check "accuracy: MAE and RMSE by output" /usr/bin/python3 tests/suites/check_accuracy.py traces/mars-random.safetensors "$work/mars-random.safetensors" "$work/mars-random.json"

for design in tiny mars parallel cifar-10; do
  mkdir -p "$work/$design"
  build/tests/random_case 5 "$work/$design" configs/designs/$design.yaml
  check "$design: random network" cosim "configs/designs/$design.yaml" -n "$work/$design/network.safetensors" -i "$work/$design/frames.safetensors" --seed 3 --stall-in 0.3 --stall-out 0.3
done
tiny=(configs/designs/tiny.yaml -n "$work/tiny/network.safetensors" -i "$work/tiny/frames.safetensors")
check "tiny: with assertions and a wave of the whole run" cosim "${tiny[@]}" --wave "$work/tiny.fst" --stall-in 0.5 --stall-out 0.5
check "tiny: the wave is there" test -s "$work/tiny.fst"
check "tiny: no progress for as long as the watchdog waits is a deadlock that names who waits" \
  fails_with 1 "axis_in waits for a free slot in frame, which patch_embed has not released" \
  build/emamba cosim "${tiny[@]}" --watchdog 5 --bundle "$work/deadlock" -q
check "tiny: its bundle says so" grep -q "deadlock: nothing happened for 5 cycles" "$work/deadlock/report.txt"
check "tiny: cycles in which the source offers nothing are not the watchdog's" \
  cosim "${tiny[@]}" --stall-in 0.999 --watchdog 200 -q
check "tiny: a sink that never takes anything is a deadlock that names who waits" \
  fails_with 1 "axis_out waits for the sink" build/emamba cosim "${tiny[@]}" --stall-out 1 --bundle "$work/sink" -q
check "tiny: a source that never offers anything is a deadlock" \
  fails_with 1 "axis_in waits for the source" build/emamba cosim "${tiny[@]}" --stall-in 1 --no-bundle -q
check "tiny: which is said not to be the design's" grep -q "stall-in 1 never offers a beat" "$work/log"
check "tiny: and is told in the report and the power" fails_with 1 "never takes one" \
  build/emamba cosim "${tiny[@]}" --stall-out 1 --no-bundle -q --report "$work/sink.json" --power "$work/sink.csv"
check "tiny: up to then" grep -q "the run failed: .*stall-out 1" "$work/sink.csv"

# A failure's bundle: made from an RTL with one fault.
rm -rf "$work/rtl-fault" && cp -r rtl "$work/rtl-fault"
sed -i 's/code_o = -magnitude;/code_o = ~magnitude;/' "$work/rtl-fault/em_divider.sv"
check "bundle: a faulty RTL fails with the first divergence" fails_with 1 "first divergence: cycle [0-9]+, blocks.0.u, data, token [0-9]+, element [0-9]+: model -?[0-9]+, RTL -?[0-9]+, XOR 0x" \
  build/emamba cosim "${tiny[@]}" --rtl "$work/rtl-fault" --bundle "$work/bundle" -q
for part in report.txt records.txt wave.fst command.txt; do check "bundle: $part" test -s "$work/bundle/$part"; done
check "bundle: the records show both sides" grep -q "RTL   writes" "$work/bundle/records.txt"
cycle=$(sed -n 's/^first divergence: cycle \([0-9]*\),.*/\1/p' "$work/bundle/report.txt")
check "bundle: its command fails in the same cycle" fails_with 1 "first divergence: cycle $cycle," bash -c "$(cat "$work/bundle/command.txt") --no-bundle"

# Model and RTL of different designs refuse to run together.
hash_of() { build/emamba check "$1" | sed -n 's/.*hash \([0-9a-f]*\).*/\1/p'; }
mine=build/rtl/$(hash_of configs/designs/tiny.yaml)
others=(build/rtl/"$(hash_of configs/designs/mars.yaml)"/*/libem_rtl.so)
cp -r "$mine" "$work/saved"
for library in "$mine"/*/libem_rtl.so; do cp --remove-destination "${others[0]}" "$library"; done
check "another design's RTL is refused" fails_with 1 "different designs" build/emamba cosim "${tiny[@]}" --no-bundle -q
rm -rf "$mine" && cp -r "$work/saved" "$mine"

if [ ! -d "${EMAMBA_DATA:-/nonexistent}/cifar-10-batches-bin" ]; then
  echo "ok - cifar-10: 2 images # SKIP EMAMBA_DATA does not name a folder with cifar-10-batches-bin"
else
  tools/frames.py cifar-10 --part test -o "$work/cifar-10.safetensors" >/dev/null
  check "cifar-10: 2 images" cosim configs/designs/cifar-10.yaml -n configs/networks/cifar-10.safetensors \
    -i "$work/cifar-10.safetensors" --frames 2
fi

if [ -z "${LOCKSTEP_LONG:-}" ]; then
  echo "ok - wikitext-2: a text of 512 units # SKIP LOCKSTEP_LONG is not set"
else
  text=(configs/designs/wikitext-2.yaml -n configs/networks/wikitext-2.safetensors -i traces/wikitext-2.safetensors)
  check "wikitext-2: a text of 512 units" cosim "${text[@]}"
  check "wikitext-2: stalled" cosim "${text[@]}" --stall-in 0.2 --stall-out 0.3 --seed 7
fi

if [ -z "${EMAMBA_CONFORMANCE:-}" ]; then
  echo "ok - conformance vectors # SKIP EMAMBA_CONFORMANCE does not name their folder"
else
  vectors=(configs/designs/mars.yaml -n "$EMAMBA_CONFORMANCE/mars.safetensors" -i "$EMAMBA_CONFORMANCE/mars-frames.safetensors")
  same_codes() {
    /usr/bin/python3 -c "
import sys
codes = [open(path, 'rb').read()[-798:] for path in sys.argv[1:]]
same = sum(a == b for a, b in zip(*codes))
print('#', same, 'of 798 codes')
sys.exit(same != 798)" "$EMAMBA_CONFORMANCE/mars-expected.safetensors" "$1"
  }
  build/emamba run "${vectors[@]}" -q -o "$work/mars-run.safetensors"
  check "conformance: 798 of 798 codes, C model" same_codes "$work/mars-run.safetensors"
  check "conformance: lock-step" cosim "${vectors[@]}" -o "$work/mars-cosim.safetensors"
  check "conformance: 798 of 798 codes, with the RTL" same_codes "$work/mars-cosim.safetensors"
fi
[ "$failures" -eq 0 ]
