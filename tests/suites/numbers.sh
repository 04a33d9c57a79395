#!/bin/bash
# Every number is what it says: intervals, limits, what a report was made from, timelines, extreme sizes. TAP.
source tests/suites/tap.sh
begin numbers
export COLUMNS=200
emamba=build/emamba
python() { /usr/bin/python3 -c "
import json, sys
load = lambda path: json.load(open(path))
$1" "${@:2}"; }
mars=(configs/designs/mars.yaml -n configs/networks/mars-random.safetensors)
trace=traces/mars-random.safetensors
repeat() { # frames file, times, out: its frames over and over
  python "
import struct
data = open(sys.argv[1], 'rb').read()
size = struct.unpack('<Q', data[:8])[0]
header, data = json.loads(data[8:8 + size]), data[8 + size:]
tensor = header['frames']
data = data[slice(*tensor['data_offsets'])] * int(sys.argv[2])
tensor = {'dtype': 'I8', 'shape': [tensor['shape'][0] * int(sys.argv[2])] + tensor['shape'][1:], 'data_offsets': [0, len(data)]}
header = json.dumps({'__metadata__': {'exponent': header['__metadata__']['exponent']}, 'frames': tensor}).encode()
open(sys.argv[3], 'wb').write(struct.pack('<Q', len(header)) + header + data)" "$@"
}
variant() { # design, sed command: a changed copy, whose path it prints
  local copy
  copy=$(mktemp "$work/design-XXXXXX.yaml")
  sed -e "s#^technology: .*#technology: $PWD/configs/technology/gf22.yaml#" -e "$2" "$1" >"$copy"
  echo "$copy"
}
repeat $trace 125 "$work/many.safetensors"

# ---- Timelines ----

timeline() { # timeline: slices of a row neither overlap nor vanish, and are as long as their cycles
  python "
from fractions import Fraction
trace = json.loads(open(sys.argv[1]).read(), parse_float=Fraction, parse_int=Fraction)
clock, rows = Fraction(sys.argv[2]), {}
for event in trace['traceEvents']:
    if event['ph'] == 'X':
        rows.setdefault(event['tid'], []).append(event)
assert rows
for row in rows.values():
    end = 0
    for event in row:
        assert event['ts'] >= end and event['dur'] > 0, event
        end = event['ts'] + event['dur']
        cycle = event['args']['start_cycle'] + event['args']['cycles']
        assert abs(end - cycle / clock) <= Fraction(1, 10 ** 6), (event, cycle / clock)
assert trace['otherData']['complete'] == 'yes'" "$@"
}
for clock in 0.001 1.7 613 999.9 3333 10000; do
  $emamba run "$(variant configs/designs/mars.yaml "s/^clock_mhz: .*/clock_mhz: $clock/")" "${mars[@]:1}" -i $trace -q --timeline "$work/t.json"
  check "timeline at $clock MHz: slices touch, none vanishes" timeline "$work/t.json" $clock
done
mkdir -p "$work/tracks" && build/tests/random_case 5 "$work/tracks" configs/designs/tiny.yaml
$emamba run configs/designs/tiny.yaml -n "$work/tracks/network.safetensors" -i "$work/tracks/frames.safetensors" -q \
  --timeline "$work/tracks.json" --power "$work/tracks.csv"
check "timeline: buffers hold what their depth allows, are full while their writer is blocked, and empty in the end; power is that of the CSV; a frame is a flow" python "
import bisect, csv, yaml
events = load(sys.argv[1])['traceEvents']
depths = yaml.safe_load(open(sys.argv[3]))['depth_tokens']
names = {e['tid']: e['args']['name'] for e in events if e['name'] == 'thread_name'}
tracks, flows = {}, {}
for e in events:
    if e['ph'] == 'C':
        tracks.setdefault(e['name'], []).append((e['ts'], *e['args'].values()))
    elif e['ph'] in 'stf':
        flows.setdefault(e['id'], []).append((e['ts'], e['ph'], e['tid']))
power = [p for t, p in tracks.pop('power')]
rows = list(csv.DictReader(open(sys.argv[2])))
assert len(power) == len(rows) + 1 and all(abs(float(p) - float(r['total_mw'])) < 1e-6 for p, r in zip(power, rows))
assert len(tracks) == 20, sorted(tracks)
for name, points in tracks.items():
    assert 0 <= min(v for t, v in points) and max(v for t, v in points) <= depths[name.split()[1].split('.')[-1]] and points[-1][1] == 0, name
outputs = {'axis_in': 'frame', 'patch_embed': 'blocks.0.tok', 'blocks.0.norm': 'blocks.0.u', 'blocks.0.in_proj': 'blocks.0.sz', 'blocks.0.ssm': 'blocks.0.q'}
blocked = 0
for e in events:
    buffer = outputs.get(names.get(e.get('tid'))) if e['name'] == 'blocked' else None
    if buffer:
        points = tracks['buffer ' + buffer]
        held = points[bisect.bisect_right([t for t, v in points], e['ts']) - 1][1]
        assert held == depths[buffer.split('.')[-1]], (e, held)
        blocked += 1
assert blocked > 5 and len(flows) == 4 and all([p for t, p, i in sorted(f)] == ['s'] + ['t'] * (len(names) - 2) + ['f'] for f in flows.values())" "$work/tracks.json" "$work/tracks.csv" configs/designs/tiny.yaml
$emamba run "${mars[@]}" -i "$work/many.safetensors" -q --timeline "$work/cut.json" --timeline-slices 5000 2>"$work/words"
check "a timeline that is cut says so on the terminal" grep -q 'timeline is cut after cycle [0-9]* of' "$work/words"
check "a timeline that is cut says so in the file, and holds all up to there" python "
trace = load(sys.argv[1])
assert 'cut after cycle' in trace['otherData']['complete'], trace['otherData']
cut = int(trace['otherData']['complete'].split('cycle ')[1].split(',')[0])
assert any(e['name'] == 'process_labels' and str(cut) in e['args']['labels'] for e in trace['traceEvents'])
ends = [e['args']['start_cycle'] + e['args']['cycles'] for e in trace['traceEvents'] if e['ph'] == 'X']
assert max(ends) == cut and len(ends) >= 5000" "$work/cut.json"
$emamba run "${mars[@]}" -i "$work/many.safetensors" -q --timeline "$work/whole.json" --timeline-slices 10000000 2>"$work/words"
check "with more slices it is whole, without a word" bash -c "! grep -q timeline $work/words && grep -q '\"complete\": \"yes\"' $work/whole.json"

# ---- Text that is no text ----

odd=$work/$'\xff\xe2\x82 \xc3\xa4.safetensors'
cp $trace "$odd"
$emamba run "${mars[@]}" -i "$odd" -q --report "$work/odd.json"
check "a report of a path that is not UTF-8 is JSON, with its bytes in it" python "
assert load(sys.argv[1])['frames_file'].endswith('/@xff@xe2@x82 ä.safetensors'.replace('@', chr(92)))" "$work/odd.json"
check "a report of a path that is not UTF-8 is read again, as tables and as a page" $emamba report "$work/odd.json" -q --html "$work/odd.html"

# ---- Intervals, power and what limits ----

alternating=$(variant configs/designs/tiny.yaml 's/units: 2/units: 4/; s/^\(  in_proj: {in_lanes: 2, out_lanes:\) 4/\1 8/; s/^\(  ssm: {lanes:\) 8/\1 4/; s/^\(  in_bytes:\) 4/\1 16/; s/^\(  tok:\) 4/\1 3/; s/^\(  u:\) 2/\1 1/; s/^\(  sz:\) 2/\1 1/; s/^\(  x:\) 2/\1 5/; s/^\(  g:\) 2/\1 9/; s/^\(  store:\) 8/\1 4/; s/^\(  [pq]:\) 2/\1 3/; s/^\(  delta:\) 2/\1 3/')
build/tests/random_case 5 "$work" configs/designs/tiny.yaml
repeat "$work/frames.safetensors" 100 "$work/tiny-many.safetensors"
tiny() { $emamba run "$alternating" -n "$work/network.safetensors" -i "$work/tiny-many.safetensors" -q "$@"; }
for n in 1 2 3 8 40 397; do tiny --frames $n --report "$work/n$n.json"; done
check "interval, power, energy a frame and what limits are the same for any number of frames" python "
first, *others = (load(path) for path in sys.argv[1:])
for other in others:
    assert other['time']['limit'] == first['time']['limit'] and other['time']['steady_state'] == first['time']['steady_state']
    assert other['time']['interval_cycles'] == first['time']['interval_cycles']
    for key, bounds in first['price']['bounds'].items():
        rounding = 1e-3 * len(first['price']['parts']) if key == 'energy_per_frame_pj' else 1e-6 * bounds['nominal']
        assert all(abs(bounds[k] - other['price']['bounds'][key][k]) <= rounding for k in bounds), key
    assert abs(other['price']['single_frame']['energy_per_frame_pj'] / first['price']['single_frame']['energy_per_frame_pj'] - 1) < 1e-6
    assert other['price']['power_over_time']['window_cycles'] == first['price']['power_over_time']['window_cycles']
steady = first['time']['steady_state']
assert steady['shortest_interval_cycles'] < first['time']['interval_cycles'] < steady['longest_interval_cycles'], steady
assert 'alternating' in first['time']['interval_basis'] and first['time']['limit']['kind'] == 'buffers'
runs = [report['price']['run']['energy_per_frame_pj'] for report in (first, *others)]
assert runs[0] > runs[-1] > first['price']['bounds']['energy_per_frame_pj']['nominal'], runs
assert abs(runs[0] - first['price']['single_frame']['energy_per_frame_pj']) < 1e-3" "$work"/n{1,2,3,8,40,397}.json
check "the interval is what the run settles into" python "
few, many = (load(path)['time'] for path in sys.argv[1:])
steady = many['steady_state']
assert (397 - 40) % steady['period_frames'] == 0
assert (many['cycles'] - few['cycles']) == (397 - 40) / steady['period_frames'] * steady['period_cycles']" "$work/n40.json" "$work/n397.json"
$emamba check "$alternating" >"$work/alternating.txt"
check "check says that it alternates, and which depths would free it" bash -c \
  "grep -q '^interval steady state, alternating' $work/alternating.txt && grep -Eq '^limit +buffers, freed by depth_tokens' $work/alternating.txt"
check "check names all engines that tie" bash -c "$emamba check configs/spaces/mars-by-hand.yaml |
  grep -q '^limit *patch_embed, blocks.\*.norm, blocks.\*.in_proj, blocks.\*.out_proj, each busy 3248 cycles a frame'"
freed=$(python "
import re
text = open(sys.argv[2]).read()
for key, depth in re.findall(r'depth_tokens\.(\w+) (\d+) instead', open(sys.argv[1]).read().split('\nslack')[0]):
    text = re.sub(rf'(?m)^(  {key}:) \d+', rf'\1 {depth}', text)
open(sys.argv[2] + '.freed.yaml', 'w').write(text)
print(sys.argv[2] + '.freed.yaml')" "$work/alternating.txt" "$alternating")
check "with these depths the engines limit" bash -c "$emamba check '$freed' | grep '^limit' | grep -qv buffers"

under_stalls() { # seeds: never better than the steady state, whatever the number of frames
  local seed n
  for seed in 1 2 3 4 5 6; do
    for n in 1 2 3 50; do
      tiny --frames $n --stall-out 0.97 --stall-in 0.1 --seed $seed --report "$work/s$n.json" || return 1
      python "
report = load(sys.argv[1])
time = report['time']
steady = time['steady_state']['period_cycles'] / time['steady_state']['period_frames']
assert time['interval_cycles'] >= steady >= time['limit']['busiest_cycles_per_frame']
measured = time['first_to_last_result_cycles'] / max(1, report['frames'] - 1)
assert time['interval_cycles'] == (measured if report['frames'] > 1 and measured >= steady else steady), time
assert ('under stalls' in time['interval_basis']) == (report['frames'] > 1), time" "$work/s$n.json" || return 1
    done
  done
}
check "under stalls the interval is the mean, and never better than the steady state without" under_stalls

# ---- What a report was made from ----

run() { $emamba run "${mars[@]}" -i $trace -q --report "$@"; }
run "$work/a.json"
run "$work/b.json" --stall-in 0.9 --seed 7
run "$work/c.json" --frames 2
check "a report has its options, hashes, version and commit" python "
a, b = (load(path) for path in sys.argv[1:])
assert b['options'] == {'seed': 7, 'stall_in': 0.9, 'stall_out': 0, 'toggles': False, 'power_window_cycles': 0}
for report in (a, b):
    assert all(len(text) == 16 for text in (report['design']['hash'], report['network']['hash'], report['frames_hash']))
    assert report['program_version'] == open('VERSION').read().strip() and len(report['program_commit']) >= 7
assert a['network']['hash'] == b['network']['hash'] and a['frames_hash'] == b['frames_hash']" "$work/a.json" "$work/b.json"
check "its tables show the stalls" bash -c "$emamba report $work/b.json | grep -q '^stalls   in 0.9, out 0, seed 7' && ! $emamba report $work/a.json | grep -q ^stalls"
changed() { # file, out: one byte of its data is another one
  python "
data = bytearray(open(sys.argv[1], 'rb').read())
data[-1] ^= 1
open(sys.argv[2], 'wb').write(data)" "$@"
}
changed configs/networks/mars-random.safetensors "$work/other-network.safetensors"
changed $trace "$work/other-frames.safetensors"
$emamba run configs/designs/mars.yaml -n "$work/other-network.safetensors" -i $trace -q --report "$work/d.json"
$emamba run "${mars[@]}" -i "$work/other-frames.safetensors" -q --report "$work/e.json"
$emamba run configs/designs/tiny.yaml -n "$work/network.safetensors" -i "$work/frames.safetensors" -q --report "$work/f.json"
told() { # report, pattern of what is not the same, quantities without ratio
  $emamba compare "$work/a.json" "$work/$1.json" >"$work/compare.txt" && grep -Eq "not the same in all reports: $2;" "$work/compare.txt" || return 1
  python "
import re
text = open(sys.argv[1]).read().split('\n\n')[1:]
without = {part.split(',')[0].strip() for part in text if 'no ratio' in part}
assert without == set(filter(None, sys.argv[2].split(','))), without" "$work/compare.txt" "$3"
}
check "compare tells of stalls" told b stalls "cycles,latency,interval,throughput,power,energy a frame,energy a MAC,efficiency"
check "compare tells of the number of frames" told c "number of frames" cycles
check "compare tells of another network" told d network ""
check "compare tells of other frames" told e frames ""
check "compare tells of another shape" told f "shape, network.*" "cycles,latency,interval,throughput,energy a frame"

# ---- No price ----

elsewhere=$(mktemp -d) # a project has a calibration
trap 'rm -rf "$elsewhere"' EXIT
mkdir -p "$elsewhere/technology"
cp $emamba "$elsewhere/emamba"
cp configs/technology/gf22.yaml "$elsewhere/technology/"
sed 's#^technology: .*#technology: technology/gf22.yaml#' configs/designs/mars.yaml >"$elsewhere/mars.yaml"
lost=("$elsewhere/mars.yaml" "${mars[@]:1}" -i $trace)
check "without a calibration check prints cycles, and one line says why there is no price" bash -c \
  "$elsewhere/emamba check ${lost[0]} >$work/out && grep -q 'interval 3248' $work/out &&
   [ \$(grep -c 'no area, power or energy: no calibration.yaml beside .*technology/gf22.yaml, and none in the project' $work/out) = 1 ]"
check "so does run, whose report says it too" bash -c "$elsewhere/emamba run ${lost[*]} --report $work/lost.json >$work/out &&
  grep -q 'interval 3248' $work/out && grep -q 'no area, power or energy: no calibration.yaml' $work/out && grep -q no_price $work/lost.json"
refused() { # pattern, command...: exit 2, one line, no file written
  "${@:2}" >"$work/out" 2>"$work/err"
  [ $? -eq 2 ] && [ "$(wc -l <"$work/err")" -eq 1 ] && grep -Eq "$1" "$work/err" && [ ! -e "$work/power.csv" ]
}
check "without a calibration --power is refused before the run" refused "power: no calibration.yaml beside" \
  "$elsewhere/emamba" run "${lost[@]}" --power "$work/power.csv"
check "compare takes a report without a price" bash -c "$emamba compare $work/a.json $work/lost.json >$work/out && grep -q 'not the same.*price' $work/out"
hot=$(variant configs/designs/mars.yaml 's/^temperature_c: .*/temperature_c: 150/')
sed 's/value: 3[05], low: 15, high: 4[05], unit: C/value: 1, low: 1, high: 25, unit: C/' configs/technology/gf22.yaml >"$elsewhere/technology/hot.yaml"
sed -i "s#^technology: .*#technology: $elsewhere/technology/hot.yaml#" "$hot"
check "a price beyond all measure does not forbid cycles: check" bash -c \
  "$emamba check $hot >$work/out && grep -q 'interval 3248' $work/out && grep -q 'no area, power or energy: .*no sane price' $work/out"
check "a price beyond all measure does not forbid cycles: run" bash -c \
  "$emamba run $hot ${mars[*]:1} -i $trace --report $work/hot.json >$work/out && grep -q 'no area, power or energy: .*no sane price' $work/out"
check "but --power, before the run" refused "power: .*no sane price" $emamba run "$hot" "${mars[@]:1}" -i $trace --power "$work/power.csv"

# ---- Large ----

huge=$(variant configs/designs/mars.yaml 's/^\(  H:\) .*/\1 4194304/; s/^\(  W:\) .*/\1 1/; s/^\(  C:\) .*/\1 4/; s/^\(  P:\) .*/\1 1/; s/^\(  L:\) .*/\1 4194304/; s/^\(  M:\) .*/\1 64/; s/^\(  head:\) .*/\1 mean/; s/^engines:/engines:\n  pool: {lanes: 1}/; s/^\(  hidden:\) .*/  pooled: 2\n\1 2/; s/^\(  frame:\) .*/\1 1/')
check "4 million tokens in 64 blocks: check ends at once" timeout 20 $emamba check "$huge"
heads=$(variant configs/designs/mars.yaml 's/^\(  head_hidden:\) .*/\1 65536/; s/head_1: {in_lanes: [0-9]*/head_1: {in_lanes: 1/; s/^\(  outputs:\) .*/\1 65536/')
check "a head of 2^32 steps is refused with its key" refused "yaml:[0-9]+: engines.head_1.in_lanes: .* 4294967296 cycles" $emamba check "$heads"

[ "$failures" -eq 0 ]
