#!/bin/bash
# Prices at the program's edge: sums, pricing again, other technologies, power over time, comparisons, check.
source tests/suites/tap.sh
begin price
export LC_ALL=C
emamba=build/emamba
python() { /usr/bin/python3 -c "
import json, sys
from decimal import Decimal
load = lambda path: json.load(open(path), parse_float=Decimal)
$1" "${@:2}"; }

run() { # design, options...
  $emamba run "configs/designs/$1.yaml" -n "$work/$1/network.safetensors" -i "$work/$1/frames.safetensors" -q "${@:2}"
}
for design in tiny mars parallel; do
  mkdir -p "$work/$design"
  build/tests/random_case 5 "$work/$design" "configs/designs/$design.yaml"
done
run tiny --report "$work/tiny.json"
run tiny --report "$work/toggles.json" --toggles --power "$work/tiny.csv" --power-window 100
run tiny --report "$work/stalled.json" --stall-in 0.4 --stall-out 0.3 --seed 2
run mars --report "$work/mars.json" --toggles --power "$work/mars.csv"
run parallel --report "$work/parallel.json"
sed 's/^clock_gating: true/clock_gating: false/; s/^vdd_mv: 800/vdd_mv: 650/; s/^temperature_c: 25/temperature_c: 85/; s/^clock_mhz: 100/clock_mhz: 1.7/' \
  configs/designs/mars.yaml >configs/designs/.price.yaml
trap 'rm -f configs/designs/.price.yaml' EXIT
$emamba run configs/designs/.price.yaml -n "$work/mars/network.safetensors" -i "$work/mars/frames.safetensors" -q --report "$work/other-point.json"
for report in tiny toggles stalled mars parallel other-point; do
  check "$report: parts equal modules equal totals, bounds in order" /usr/bin/python3 tests/suites/check_report.py "$work/$report.json"
  technology=$(python "print(load(sys.argv[1])['price']['technology']['file'])" "$work/$report.json")
  check "$report: priced again with the technology it names" $emamba report "$work/$report.json" --tech "$technology" -q --report "$work/again.json"
  check "$report: it is the same report, byte for byte" cmp "$work/$report.json" "$work/again.json"
done

# Every head, lane and depth: random designs, every second one with stalls and toggles.
priced_again() { # seed
  local folder=$work/random$1 options=()
  mkdir -p "$folder" && build/tests/random_case "$1" "$folder" || return 1
  [ $(($1 % 2)) -eq 1 ] || options=(--toggles --stall-in 0.3 --stall-out 0.2)
  $emamba run "$folder/design.yaml" -n "$folder/network.safetensors" -i "$folder/frames.safetensors" -q --report "$folder/report.json" \
    "${options[@]}" && /usr/bin/python3 tests/suites/check_report.py "$folder/report.json" &&
    $emamba report "$folder/report.json" --tech "$PWD/configs/technology/gf22.yaml" -q --report "$folder/again.json" && python "
a, b = (load(path) for path in sys.argv[1:])
for report in (a, b):
    del report['price']['technology']
assert a == b" "$folder/report.json" "$folder/again.json"
}
for seed in 11 12 13 14 15 16 17 18; do check "random design $seed: sums, and the same when priced again" priced_again $seed; done

sed 's/^vdd_mv: .*/vdd_mv: 300/' configs/designs/tiny.yaml >configs/designs/.price.yaml
check "no price at or below the threshold, said in a line" bash -c \
  "$emamba check configs/designs/.price.yaml >$work/threshold && grep -q interval $work/threshold && grep -q 'no price at 300 mV: the threshold is 300 mV' $work/threshold"

# The clock that the deepest engine allows: a note beyond its nominal, explore refuses what no range reaches.
limit() { # design, options...: the nominal limit in MHz, of `check --json`
  $emamba check "configs/designs/$1.yaml" --json "$work/limit.json" "${@:2}" >/dev/null && python "
clock = load(sys.argv[1])['price']['clock']
assert 0 < clock['limit_mhz']['low'] < clock['limit_mhz']['nominal'] < clock['limit_mhz']['high'] and clock['limit_fo4'] > 0
print(clock['limit_mhz']['nominal'])" "$work/limit.json"
}
at_800=$(limit mars)
check "a clock below the limit is not doubted" bash -c "! $emamba check configs/designs/mars.yaml --set clock_mhz=100 | grep -q 'the clock of'"
check "a clock above it is, and the engine is named" bash -c \
  "$emamba check configs/designs/mars.yaml --set clock_mhz=$(python "print(int(float(sys.argv[1])) + 1)" "$at_800") | tr '\n' ' ' | tr -s ' ' |
  grep -q 'MHz is doubtful: blocks.0.conv has paths of [0-9]* FO4, good for'"
check "a lower supply lowers the limit as it slows the logic" python "
low, high = float(sys.argv[1]), float(sys.argv[2])
assert abs(low / high / (((0.65 - 0.3) ** 1.3 / 0.65) / ((0.8 - 0.3) ** 1.3 / 0.8)) - 1) < 1e-6, (low, high)" "$(limit mars --set vdd_mv=650)" "$at_800"
mkdir -p "$work/technology"
check "half as fast an inverter halves it" bash -c "sed '/^  fo4_ps:/,/unit/ s/value: 13, low: 8, high: 20/value: 26, low: 8, high: 40/' \
  configs/technology/gf22.yaml >$work/technology/other.yaml && $emamba report $work/mars.json --tech $work/technology/other.yaml -q --report $work/other.json"
check "half as fast: so it says" python "
a, b = (load(path)['price']['clock'] for path in sys.argv[1:])
assert abs(float(a['limit_mhz']['nominal']) / float(b['limit_mhz']['nominal']) - 2) < 1e-9 and a['limit_engine'] == b['limit_engine']" \
  "$work/mars.json" "$work/other.json"
printf 'designs: [{design: %s/configs/designs/tiny.yaml}]\nvary: {clock_mhz: [100, 5000]}\n' "$PWD" >"$work/fast.yaml"
check "explore refuses a clock out of reach" bash -c \
  "$emamba explore $work/fast.yaml -o $work/fast.sqlite 2>$work/out; [ \$? -eq 2 ] && grep -q 'at 800 mV the clock of 5000 MHz is out of reach: ' $work/out && [ \$(wc -l <$work/out) -eq 1 ]"

# Another technology: twice the MAC energy doubles switching and nothing else.
sed 's/{value: 0.085, low: 0.06, high: 0.12/{value: 0.17, low: 0.12, high: 0.24/' configs/technology/gf22.yaml >"$work/technology/other.yaml"
check "another technology elsewhere" $emamba report "$work/mars.json" --tech "$work/technology/other.yaml" -q --report "$work/other.json"
check "another technology: its figures are other ones, and sum up" /usr/bin/python3 tests/suites/check_report.py "$work/other.json"
check "another technology: only switching has doubled" python "
a, b = (load(path)['price']['totals'] for path in sys.argv[1:])
assert abs(b['switching_pj'] - 2 * a['switching_pj']) < 1, (a, b)
assert all(a[key] == b[key] for key in ('area_um2', 'clock_pj', 'sram_pj', 'leakage_pj'))" "$work/mars.json" "$work/other.json"
check "the other operating point: leakage as the law says, clock not gated" python "
a, b = (load(path)['price'] for path in sys.argv[1:])
for macro, doubling in (False, 30), (True, 35):
    here, there = (sum(float(p['leakage_mw']) for p in price['parts'] if (p['macro_area_um2'] > 0) == macro) for price in (a, b))
    assert abs(there / here / (2 ** (60 / doubling) * (650 / 800) ** 2) - 1) < 1e-3, (macro, here, there)
assert b['totals']['clock_mw'] == b['clock']['ungated_mw'] > b['clock']['gated_mw']
assert b['totals']['area_um2'] == a['totals']['area_um2']" "$work/mars.json" "$work/other-point.json"

# Slow clocks, joules, ranges down to 0: what is printed stays exact, and nothing is rounded away.
sed 's/^clock_mhz: .*/clock_mhz: 0.001/; s/^vdd_mv: .*/vdd_mv: 2000/; s/^temperature_c: .*/temperature_c: 150/' configs/designs/tiny.yaml >configs/designs/.price.yaml
tiny=(-n "$work/tiny/network.safetensors" -i "$work/tiny/frames.safetensors" -q)
$emamba run configs/designs/.price.yaml "${tiny[@]}" --report "$work/slow.json" --power "$work/slow.csv"
check "1 kHz: every engine switches" python "
price = load(sys.argv[1])['price']
assert all(part['switching_mw'] > 0 for part in price['parts'] if part['kind'] == 'engine')" "$work/slow.json"
check "1 kHz: sums and bounds" /usr/bin/python3 tests/suites/check_report.py "$work/slow.json"
technology() { sed -E "$1" configs/technology/gf22.yaml >"$work/technology/other.yaml"; }
technology 's/value: 3[05], low: 15, high: 4[05], unit: C/value: 7.5, low: 7, high: 25, unit: C/'
check "a run of many joules" $emamba report "$work/slow.json" --tech "$work/technology/other.yaml" -q --report "$work/joules.json" --power "$work/joules.csv"
check "a run of many joules: sums hold, in a coarser resolution" /usr/bin/python3 tests/suites/check_report.py "$work/joules.json"
check "a run of many joules: it has them, and rows of its power sum up" python "
import csv
assert load(sys.argv[1])['price']['totals']['energy_pj'] > 10 ** 13
for row in csv.DictReader(open(sys.argv[2])):
    assert sum(Decimal(v) for k, v in row.items() if k.endswith('_mw') and k != 'total_mw') == Decimal(row['total_mw']), row" \
  "$work/joules.json" "$work/joules.csv"
technology 's/^node_nm: .*/node_nm: 28/; /logic_leakage_nw_per_ge:/,/unit/ s/low: [0-9.]+/low: 0/; /sram_macro_min_bits:/,/unit/ s/value: [0-9]+, low: [0-9]+/value: 8192, low: 1/'
check "a range of energy from 0" $emamba report "$work/slow.json" --tech "$work/technology/other.yaml" --report "$work/from-0.json"
check "a range of energy from 0: efficiency is unbounded, in tables too" bash -c "$emamba report $work/from-0.json --details price | grep -q 'TOPS/W (.*unbounded)' &&
  /usr/bin/python3 tests/suites/check_report.py $work/from-0.json && $emamba compare $work/from-0.json $work/slow.json | grep -q unbounded"
check "macros as the design was built: the new technology is not their source" python "
report = load(sys.argv[1])
assert report['price']['efficiency']['tops_per_w']['high'] is None
macro, = (c for c in report['provenance'] if c['name'] == 'sram_macro_min_bits')
assert macro['value'] == report['design']['macro_min_bits'] != 8192, macro
assert (macro['kind'], macro['source']) == ('assumed', 'as the design was built'), macro" "$work/from-0.json"
check "published figures: node and leakage are told of where they differ" python "
slow, other = (load(path)['price']['anchors'] for path in sys.argv[1:])
assert 'Same node.' in slow[0]['comparable'] and 'Theirs at 22 nm, here 28 nm.' in other[0]['comparable']
assert '% of it is leakage' in slow[2]['comparable'] and slow[2]['kind'] == 'derived'
assert abs(float(slow[2]['published']) - 13.49 / 100 / 0.350 * 1000) < 0.001" "$work/slow.json" "$work/from-0.json"

# Power over time.
for name in tiny mars; do
  report=$name
  [ $name = tiny ] && report=toggles
  check "$name: power over time sums by row, and to the run's energy" python "
import csv
report = load(sys.argv[1])
rows = list(csv.DictReader(open(sys.argv[2])))
price, cycles, energy = report['price'], report['time']['cycles'], 0.0
length = report['busy_windows']['window_cycles']
assert len(rows) == -(-cycles // length) <= 2000
for i, row in enumerate(rows):
    parts = [Decimal(v) for k, v in row.items() if k.endswith('_mw') and k != 'total_mw']
    assert sum(parts) == Decimal(row['total_mw']), row
    here = min(length, cycles - i * length)
    energy += float(row['total_mw']) * here / float(report['design']['clock_mhz']) * 1e3
assert abs(energy / float(price['run']['energy_per_frame_pj'] * report['frames']) - 1) < 1e-3, energy
if length == price['power_over_time']['window_cycles']:
    peak = max(float(row['total_mw']) for row in rows)
    assert abs(peak / float(price['power_over_time']['peak_mw']) - 1) < 1e-3
" "$work/$report.json" "$work/$name.csv"
done
check "power over time from a stored report is the same" $emamba report "$work/mars.json" -q --power "$work/again.csv"
check "power over time, compared" cmp "$work/mars.csv" "$work/again.csv"
check "a window of 100 cycles was taken" python "assert load(sys.argv[1])['busy_windows']['window_cycles'] == 100" "$work/toggles.json"
python "
report = load(sys.argv[1])
report['options']['power_window_cycles'] = 3
json.dump(report, open(sys.argv[2], 'w'), default=float)" "$work/toggles.json" "$work/merged.json"
check "windows that were merged are told of, also when priced again" bash -c \
  "$emamba report $work/merged.json --tech configs/technology/gf22.yaml | grep -q 'note: *.*windows of 3 cycles would be .* 100 cycles each'"

check "weights that few chips would hold are told of" bash -c \
  "$emamba check configs/designs/wikitext-2.yaml --set shape.M=48 --set shape.D=512 --set shape.ED=1024 | \
   grep -Eq 'note: +7[0-9.]+ MB of weights .* streamed .* GB/s'"
check "those of a small design are not" bash -c "! $emamba check configs/designs/wikitext-2.yaml | grep -q 'MB of weights'"

# Reading, comparing, checking.
check "report prints a summary of one screen" bash -c "$emamba report $work/mars.json >$work/summary && [ \$(wc -l <$work/summary) -le 24 ] &&
  grep -q '^cycles ' $work/summary && grep -q '^  energy ' $work/summary && grep -q '^more ' $work/summary"
check "report prints modules and totals when asked to" bash -c "$emamba report $work/mars.json --details price | grep -Eq '^total +[0-9.]+ +[0-9.]+'"
check "rows are the report's, each rounded to three digits" python "
import subprocess
text = subprocess.run([sys.argv[1], 'report', sys.argv[2], '--details', 'price'], capture_output=True, text=True).stdout
price = load(sys.argv[2])['price']
rows = [line.split() for line in text.split('module (um2, uW)')[1].split('rounded')[0].splitlines()[1:]]
keys = ['gates_ge', 'area_um2', 'switching_mw', 'clock_mw', 'sram_mw', 'leakage_mw', 'power_mw']
assert [row[0] for row in rows] == [module['name'] for module in price['modules']] + ['total']
for row, module in zip(rows, price['modules'] + [price['totals']]):
    for shown, key in zip(row[1:], keys):
        exact = module[key] * (1000 if key.endswith('mw') else 1)
        assert abs(Decimal(shown) - exact) <= abs(exact) * Decimal('0.00501'), (row[0], key)" $emamba "$work/mars.json"
check "every table and line fits 80 columns, and 60" python "
import os, subprocess
for columns in 60, 80:
    text = subprocess.run([sys.argv[1], 'report', sys.argv[2], '--details', 'all'], capture_output=True, text=True,
                          env=os.environ | {'COLUMNS': str(columns), 'LC_ALL': 'C.UTF-8'}).stdout
    assert 'mm²' in text and max(len(line) for line in text.split('\\n')) <= columns, columns" $emamba "$work/mars.json"
check "plain characters where the locale knows no others" bash -c "LC_ALL=C $emamba report $work/mars.json --details all | { ! LC_ALL=C grep -q '[^ -~]'; }"
check "a detail that is none" bash -c "! $emamba report $work/mars.json --details engine 2>$work/err && grep -q 'none of engines, memories, nodes, price and all' $work/err"
check "compare: ratios to the first" bash -c "$emamba compare $work/tiny.json $work/tiny.json $work/parallel.json >$work/compare.txt &&
  grep -A2 '^area, mm2' $work/compare.txt | grep -Eq '^  2 .* x 1 '"
run tiny --frames 1 --report "$work/one.json"
check "compare: a single frame has the same interval, power and energy; the number of frames is told of" bash -c \
  "$emamba compare $work/tiny.json $work/one.json >$work/compare.txt && for figure in interval power 'energy a frame'; do
    grep -A2 \"^\$figure,\" $work/compare.txt | grep -Eq '^  2 .* x 1 ' || exit 1; done &&
  grep -q 'of one technology' $work/compare.txt && grep -q 'not the same in all reports: number of frames;' $work/compare.txt &&
  grep -A2 '^cycles' $work/compare.txt | grep -Eq '^  2 .* no ratio'"
check "compare: technologies and temperatures that differ are told of" bash -c "$emamba compare $work/tiny.json $work/from-0.json >$work/compare.txt &&
  grep -Eq 'not the same in all reports: technology, temperature, supply, clock;' $work/compare.txt && ! grep -q 'of one technology' $work/compare.txt"
check "check prints area and power of a timing-only run, marked as random data" bash -c \
  "$emamba check configs/designs/mars.yaml >$work/check.txt && grep -Eq 'area +[0-9.]+ mm2' $work/check.txt && grep -q 'random' $work/check.txt"
[ "$failures" -eq 0 ]
