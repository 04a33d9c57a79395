#!/bin/bash
# What reports are written as for other programs and papers, how they look on terminals, and the schemas of all formats. TAP.
source tests/suites/tap.sh
begin exports
export LC_ALL=C
emamba=build/emamba
python() { /usr/bin/python3 -c "
import csv, json, re, sys
from decimal import Decimal
load = lambda path: json.load(open(path), parse_float=Decimal)
$1" "${@:2}"; }
for design in tiny parallel; do
  mkdir -p "$work/$design"
  build/tests/random_case 5 "$work/$design" "configs/designs/$design.yaml"
  $emamba run "configs/designs/$design.yaml" -n "$work/$design/network.safetensors" -i "$work/$design/frames.safetensors" -q \
    --report "$work/$design.json"
done
tiny=(configs/designs/tiny.yaml -n "$work/tiny/network.safetensors" -i "$work/tiny/frames.safetensors")
$emamba run "${tiny[@]}" -q --toggles --stall-in 0.3 --seed 3 --report "$work/toggles.json"
$emamba run "${tiny[@]}" -q --frames 1 --report "$work/one.json"
$emamba run configs/designs/mars.yaml -n configs/networks/mars.safetensors -i traces/mars-random.safetensors -q --report "$work/mars.json"
for seed in 21 22 23; do
  mkdir -p "$work/random$seed" && build/tests/random_case $seed "$work/random$seed"
  $emamba run "$work/random$seed/design.yaml" -n "$work/random$seed/network.safetensors" -i "$work/random$seed/frames.safetensors" -q \
    --report "$work/random$seed/report.json"
  $emamba check "$work/random$seed/design.yaml" --json "$work/random$seed/check.json" >/dev/null
done
five=("$work/mars.json" "$work/parallel.json" "$work/tiny.json" "$work/toggles.json" "$work/one.json")

# ---- Terminal ----

fits() { # columns, command...: no line is wider, but for a single word
  COLUMNS=$1 LC_ALL=C.UTF-8 "${@:2}" | python "
for line in sys.stdin.read().split('\n'):
    assert len(line) <= int(sys.argv[1]) or len(line.split()) < 3, line" "$1"
}
check "a comparison of five fits 100 columns" fits 100 $emamba compare "${five[@]}"
check "with UTF-8 a comparison has mm² and µm²" bash -c "LC_ALL=C.UTF-8 $emamba compare $work/mars.json $work/tiny.json >$work/out &&
  grep -q '^area, mm²' $work/out && grep -q '^area, µm²' $work/out && ! grep -Eq '[ /][mu]m2' $work/out"
check "engines on the terminal are those of the report" python "
import os, subprocess
text = subprocess.run([sys.argv[1], 'report', sys.argv[2], '--details', 'engines'], capture_output=True, text=True, env={**os.environ, 'COLUMNS': '400'}).stdout
lines = text.split('\nengine ')[1].split('\n\n')[0].splitlines()[1:]
report = load(sys.argv[2])
assert len(lines) == len(report['engines']) + 1
for line, engine in zip(lines, report['engines']):
    words = line.split()
    assert words[0] == engine['name'] and [int(w) for w in words[1:6]] == [int(engine[k]) for k in
        ('tokens', 'cycles_per_token', 'busy_cycles', 'starved_cycles', 'blocked_cycles')], line" $emamba "$work/mars.json"
# ---- CSV ----

check "CSV of five reports" $emamba compare "${five[@]}" --csv "$work/five.csv"
check "it has every figure as it stands in the reports, and bounds" python "
rows = {(r['report'], r['table'], r['name'], r['figure']): r for r in csv.DictReader(open(sys.argv[1]))}
tables = {'engines': ('engines', 'engine_totals'), 'memories': ('memories', 'memory_totals'), 'nodes': ('nodes', 'node_totals')}
seen = 0
for path in sys.argv[2:]:
    report = load(path)
    price = report['price']
    lists = [(name, report[a], report[b]) for name, (a, b) in tables.items()]
    lists += [(name, price[name], price['totals']) for name in ('modules', 'parts')]
    for name, parts, totals in lists:
        for part in parts + [{**totals, 'name': 'total'}]:
            for key, value in part.items():
                if not isinstance(value, str):
                    assert float(rows[path, name, part['name'], key]['nominal']) == float(value), (path, name, part['name'], key)
                    seen += 1
    for key in ('area_um2', 'power_mw', 'energy_per_frame_pj'):
        row = rows[path, 'design', report['design']['name'], key]
        for end in ('low', 'nominal', 'high'):
            assert abs(Decimal(row[end]) / price['bounds'][key][end] - 1) < Decimal('1e-12'), (key, end)
assert seen > 10000 and len(rows) > seen, seen" "$work/five.csv" "${five[@]}"
check "modules of the CSV sum to the total in the last digit" python "
rows = [r for r in csv.DictReader(open(sys.argv[1])) if r['table'] == 'modules' and r['report'] == sys.argv[2]]
for key in {r['figure'] for r in rows}:
    total = [Decimal(r['nominal']) for r in rows if r['figure'] == key and r['name'] == 'total']
    assert [sum(Decimal(r['nominal']) for r in rows if r['figure'] == key and r['name'] != 'total')] == total, key" \
  "$work/five.csv" "$work/mars.json"
python "
report = load(sys.argv[1])
report['design']['name'] = '=1+1'
json.dump(report, open(sys.argv[2], 'w'), default=float)" "$work/tiny.json" "$work/formula.json"
check "a formula as a name stays a text in the CSV" bash -c "$emamba report $work/formula.json -q --csv $work/formula.csv && grep -q \"\\\"'=1+1\\\"\" $work/formula.csv"

# ---- LaTeX ----

check "a table for a paper" $emamba compare "${five[@]}" --latex "$work/five.tex"
check "it has a row a design, the same columns in each, and error bars that are the report's" python "
text = open(sys.argv[1]).read()
lines = [line for line in text.splitlines() if line.endswith(r'\\\\')]
assert len(lines) == 1 + len(sys.argv[2:]) and len({line.count('&') for line in lines}) == 1, lines
assert text.count('{') == text.count('}') and all(rule in text for rule in ('toprule', 'midrule', 'bottomrule'))
columns = [c.strip() for c in lines[0].split('&')]
power = next(i for i, c in enumerate(columns) if c.startswith('Power'))
for line, path in zip(lines[1:], sys.argv[2:]):
    bounds = load(path)['price']['bounds']['power_mw']
    nominal, above, below = (Decimal(v) for v in re.findall(r'num\{([0-9.]+)\}', line.split('&')[power]))
    step = Decimal(1).scaleb(nominal.as_tuple().exponent)
    for shown, true in (nominal, bounds['nominal']), (above, bounds['high'] - bounds['nominal']), (below, bounds['nominal'] - bounds['low']):
        assert abs(shown - true) <= step / 2 + step / 1000, (line, true)" "$work/five.tex" "${five[@]}"
if command -v pdflatex >/dev/null; then
  (echo '\documentclass{article}\usepackage{booktabs,siunitx}\begin{document}' && cat "$work/five.tex" && echo '\end{document}') >"$work/page.tex"
  check "LaTeX takes it" pdflatex -interaction=nonstopmode -halt-on-error -output-directory "$work" "$work/page.tex"
fi

# ---- Comparison ----

check "compare in order of area, as JSON" $emamba compare "${five[@]}" --order area --json "$work/five-by-area.json"
check "its order, bounds and ratios are those of the reports; keys that differ are named" python "
told = load(sys.argv[1])
areas = [r['figures']['area_um2']['nominal'] for r in told['reports']]
assert areas == sorted(areas) and len(areas) == 5
reports = [load(r['file']) for r in told['reports']]
for r, report in zip(told['reports'], reports):
    for key in ('area_um2', 'power_mw', 'energy_per_frame_pj'):
        for end, value in report['price']['bounds'][key].items():
            assert abs(r['figures'][key][end] - value) <= abs(value) * Decimal('1e-12'), (key, end)
keys = {k for report in reports for k in report['design']['keys']}
differ = {k for k in keys if len({report['design']['keys'].get(k) for report in reports}) > 1}
assert set(told['keys_that_differ']) == differ and len(differ) > 10
assert all(told['keys_that_differ'][k] == [report['design']['keys'].get(k) for report in reports] for k in differ)" "$work/five-by-area.json"
check "compare shows throughput, accuracy and what differs" bash -c "$emamba compare ${five[*]} >$work/out && grep -q '^throughput, frames/s' $work/out &&
  grep -q '^RMSE' $work/out && grep -Eq '^engines.conv.lanes +1 +4' $work/out"
check "nothing is written when a report lacks something" bash -c "! $emamba compare $work/tiny.json configs/designs/tiny.yaml --csv $work/no.csv 2>/dev/null && [ ! -e $work/no.csv ]"

# ---- Components ----

check "components as YAML" $emamba report "$work/mars.json" -q --accelergy "$work/mars.yaml"
check "areas, leakage and energies of its actions are those of the report" /usr/bin/python3 -c "
import json, sys, yaml
table = yaml.safe_load(open(sys.argv[1]))['emamba_components']
price = json.load(open(sys.argv[2]))['price']
total = price['totals']
assert abs(sum(c['area'] for c in table['components']) - total['area_um2']) < 1e-3
assert abs(sum(c['leakage_mw'] for c in table['components']) - total['leakage_mw']) < 1e-6
work = sum(a['energy'] * a['count_per_frame'] for c in table['components'] for a in c['actions'])
assert abs(work / ((total['switching_pj'] + total['sram_pj']) / price['point']['frames']) - 1) < 1e-4, work" "$work/mars.yaml" "$work/mars.json"

# ---- Schemas ----

rm -f "$work/formula.json"
# Spaces: the example of the page, and those of the program's own tests.
sed -n '/^```yaml/,/^```/p' docs/explore.md | sed '/^```/d' >"$work/space-page.yaml"
cat >"$work/space-lists.yaml" <<'S'
designs: [mars.yaml, {design: fmnist.yaml, accuracy: 90.7, accuracy_unit: "% top-1"}]
vary: {lanes: {engines.conv.lanes: [1, 2]}, depths: {depth_tokens.tok: [4, 5]}, vdd_mv: [650, 800]}
limits: {accuracy: ">= 90", interval_us: "<= 40"}
method: {nsga2: 300, seed: 1}
S
for design in tiny mars fmnist; do $emamba check configs/designs/$design.yaml --json "$work/$design.check.json" >/dev/null; done
/usr/bin/python3 tests/suites/check_schemas.py "$work" configs || failures=$((failures + 1))
[ "$failures" -eq 0 ]
