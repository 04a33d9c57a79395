#!/bin/bash
# Every number is what it says: intervals, limits, what a report was made from, timelines, extreme sizes. TAP.
work=build/numbers
rm -rf "$work" && mkdir -p "$work"
emamba=build/emamba
failures=0

check() { # name, command...
  local name=$1
  shift
  if "$@" >"$work/log" 2>&1; then
    echo "ok - $name"
  else
    tail -n 8 "$work/log" | sed 's/^/# /'
    echo "not ok - $name"
    failures=$((failures + 1))
  fi
}
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

[ "$failures" -eq 0 ]
