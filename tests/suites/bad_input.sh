#!/bin/bash
# Bad input at the program's edge: one clear line on standard error, exit status 2, and nothing written.
work=build/bad-input
rm -rf "$work" && mkdir -p "$work"
good=(configs/designs/fmnist.yaml -n configs/networks/fmnist.safetensors -i build/fmnist-test.safetensors)

refused() { # name, expected pattern, command...
  local name=$1 pattern=$2 status
  shift 2
  "$@" >"$work/out" 2>"$work/err"
  status=$?
  if [ $status -eq 2 ] && [ "$(wc -l <"$work/err")" -eq 1 ] && grep -Eq "$pattern" "$work/err" && [ ! -s "$work/out" ] &&
    ! ls "$work"/written* >/dev/null 2>&1; then
    echo "ok - $name: $(cat "$work/err")"
  else
    echo "# status $status; $(cat "$work/err")"
    rm -f "$work"/written*
    echo "not ok - $name"
  fi
}
run=(build/emamba run)
writes=(-o "$work/written.safetensors" --report "$work/written.json" --timeline "$work/written-t.json")
variant() { # file, sed command: a changed copy, whose path it prints
  local copy=configs/designs/.bad-$RANDOM.yaml
  sed "$2" "$1" >"$copy"
  if cmp -s "$1" "$copy"; then echo "$copy.is-not-changed"; else echo "$copy"; fi
}
trap 'rm -f configs/designs/.bad-*.yaml' EXIT

refused "no command" "no command; run, cosim" build/emamba
refused "a command that is unknown" "unknown command .*did you mean check" build/emamba chekc
refused "unknown option" "unknown option" "${run[@]}" "${good[@]}" --speed 3
refused "no network" "needs the network" "${run[@]}" configs/designs/fmnist.yaml
refused "probability above 1" "stall-in.*0 to 0.999999" "${run[@]}" "${good[@]}" --stall-in 1.5
refused "probability not a number" "stall-out" "${run[@]}" "${good[@]}" --stall-out nan
refused "a stall that never ends" "stall-in: with 1 the run would never end" "${run[@]}" "${good[@]}" --stall-in 1
refused "no frames" "frames: .0. is not a whole number from 1" "${run[@]}" "${good[@]}" --frames 0
refused "too many frames" "frames: 20000, but .* has 10000" "${run[@]}" "${good[@]}" --frames 20000
refused "run has no --rtl" "option of cosim" "${run[@]}" "${good[@]}" --rtl rtl
refused "missing design" "No such file" "${run[@]}" nothing.yaml "${good[@]:1}" "${writes[@]}"
refused "design is a folder" "." "${run[@]}" rtl "${good[@]:1}" "${writes[@]}"
refused "design of another shape" "shape\..* is .* in the network and" "${run[@]}" configs/designs/mars.yaml "${good[@]:1}" "${writes[@]}"
refused "unknown key" "yaml:[0-9]+: .*colour" "${run[@]}" "$(variant configs/designs/fmnist.yaml '$a colour: red')" "${good[@]:1}" "${writes[@]}"
refused "a key with a slip" "norm.units is missing: .*.uints. is unknown" "${run[@]}" "$(variant configs/designs/fmnist.yaml 's/units:/uints:/')" "${good[@]:1}" "${writes[@]}"
cp configs/designs/tiny.yaml "$work/copied.yaml"
refused "a design without its technology" "copied.yaml: its key technology, relative to its folder: .*gf22.yaml: cannot open" build/emamba check "$work/copied.yaml"
refused "missing key" "clock_mhz" "${run[@]}" "$(variant configs/designs/fmnist.yaml '/clock_mhz/d')" "${good[@]:1}" "${writes[@]}"
refused "lanes that do not fit" "conv.lanes: 5 does not divide ED = [0-9]+; the nearest that do are [0-9]+ and [0-9]+" "${run[@]}" \
  "$(variant configs/designs/fmnist.yaml 's/conv: {lanes: [0-9]*}/conv: {lanes: 5}/')" "${good[@]:1}" "${writes[@]}"
refused "a depth of 0" "1\.\.1024|1 to 1024" "${run[@]}" "$(variant configs/designs/fmnist.yaml 's/^  u: [0-9]*/  u: 0/')" "${good[@]:1}" "${writes[@]}"
refused "a value that is no number" "yaml:[0-9]+" "${run[@]}" "$(variant configs/designs/fmnist.yaml 's/^  u: [0-9]*/  u: two/')" "${good[@]:1}" "${writes[@]}"
head -c 5000 configs/networks/fmnist.safetensors >"$work/cut.safetensors"
refused "a network cut short" "cut.safetensors" "${run[@]}" configs/designs/fmnist.yaml -n "$work/cut.safetensors" -i build/fmnist-test.safetensors "${writes[@]}"
refused "frames as network" "format|metadata" "${run[@]}" configs/designs/fmnist.yaml -n build/fmnist-test.safetensors -i build/fmnist-test.safetensors "${writes[@]}"
refused "network as frames" "frames" "${run[@]}" configs/designs/fmnist.yaml -n configs/networks/fmnist.safetensors -i configs/networks/fmnist.safetensors "${writes[@]}"
: >"$work/empty"
refused "an empty network" "empty|short|small|bytes" "${run[@]}" configs/designs/fmnist.yaml -n "$work/empty" -i build/fmnist-test.safetensors "${writes[@]}"
printf '\x93NUMPY\x01\x00v\x00' >"$work/array.npy"
refused "a NumPy array as frames" "array.npy: not a safetensors file: it looks like a NumPy array" "${run[@]}" "${good[@]:0:3}" -i "$work/array.npy" "${writes[@]}"
refused "info of a NumPy array" "looks like a NumPy array" build/emamba info "$work/array.npy"
printf 'GGUF\x03\x00\x00\x00' >"$work/model.gguf"
refused "a GGUF model as network" "looks like a GGUF model" "${run[@]}" configs/designs/fmnist.yaml -n "$work/model.gguf" -i build/fmnist-test.safetensors
printf '\x00\x00\x00\x00\x00\x00\x00\x02{}' >"$work/big"
refused "a big-endian header" "big-endian" build/emamba info "$work/big"
printf '\x03\x00\x00\x00\x00\x00\x00\x00 {}' >"$work/blank"
refused "a header that begins with a blank" "must begin with \{" build/emamba info "$work/blank"
printf 'name: a\n# \n# M\xfcnchen\n' >"$work/latin.yaml"
refused "a design in Latin-1" "latin.yaml:3: " build/emamba check "$work/latin.yaml"
echo '{"format": "something"}' >"$work/other.json"
refused "info of JSON that is not ours" "no report, timeline or features of ours" build/emamba info "$work/other.json"
refused "a report of something else" "not a report" build/emamba report "$work/other.json"
echo '{"format": "emamba-report-1"}' >"$work/hollow.json"
refused "a hollow report" "has no" build/emamba report "$work/hollow.json"
refused "cosim refuses what run refuses" "does not divide" build/emamba cosim \
  "$(variant configs/designs/fmnist.yaml 's/conv: {lanes: [0-9]*}/conv: {lanes: 5}/')" "${good[@]:1}" "${writes[@]}"

# Reports: stored by a run, then edited by hand. Every one is refused when it is to be priced again.
tiny=(configs/designs/tiny.yaml -n "$work/network.safetensors" -i "$work/frames.safetensors")
build/tests/random_case 5 "$work" configs/designs/tiny.yaml
build/emamba run "${tiny[@]}" --toggles -q --report "$work/good.json"
edited() { # python statements on `report`: the path of an edited copy
  local copy=$work/edited-$RANDOM.json
  /usr/bin/python3 -c "
import json, sys
report = json.load(open('$work/good.json'))
$1
json.dump(report, open('$copy', 'w'))"
  echo "$copy"
}
reprice() { # name, pattern, edit
  refused "$1" "$2" build/emamba report "$(edited "$3")" --tech configs/technology/gf22.yaml --report "$work/written.json" \
    --html "$work/written.html" --power "$work/written.csv"
}
reprice "a report without a design" "edited-[0-9]+.json: the report has no \"design\"" "del report['design']"
reprice "a report with another lane count" "hash.* is not that of its design" "report['design']['keys']['engines.conv.lanes'] = 1"
reprice "a report with lanes that do not fit" "edited.*conv.lanes: 3 does not divide" "report['design']['keys']['engines.conv.lanes'] = 3"
reprice "a report with a lane count that is no number" "engines.conv.lanes.* must be a whole number" \
  "report['design']['keys']['engines.conv.lanes'] = 'two'"
reprice "a report with a key too many" "keys, must have" "report['design']['keys']['engines.conv.colour'] = 1"
reprice "a report with a supply of 0" "vdd_mv.* must be in 100..2000" "report['design']['vdd_mv'] = 0"
reprice "a report with a negative clock" "clock_mhz.* must be in" "report['design']['clock_mhz'] = -100"
reprice "a report without clock gating" "clock_gating" "del report['design']['clock_gating']"
reprice "a report with an engine too few" "engines.* members, must have" "report['engines'].pop()"
reprice "a report with engines in another order" "stands where the design has" "report['engines'].reverse()"
reprice "a report with other busy cycles" "do not sum to the run's" "report['engines'][3]['busy_cycles'] += 1"
reprice "a report with other tokens" "busy_cycles of .* but its tokens make" "report['engines'][3]['tokens'] //= report['design']['keys']['shape.L']"
reprice "a report with half a token" "tokens.* must be a whole number" "report['engines'][3]['tokens'] = 1.5"
reprice "a report with other reads" "reads of .* but its tokens make" "report['memories'][3]['reads'] += 1"
reprice "a report that toggles too much" "toggles more bits than it moves" "report['memories'][0]['read_toggle_bits'] = 1e12"
reprice "a report without frames" "frames.* must not be 0" "report['frames'] = 0"
reprice "a report with other frames" "not those of" "report['frames'] += 1"
reprice "a report of 1e300 cycles" "cycles.* must be a whole number" "report['time']['cycles'] = 1e300"
reprice "a report with other windows" "do not sum to the busy cycles" "report['busy_windows']['engines'][2][0] += 1"
reprice "a report with windows of no length" "window_cycles" "report['busy_windows']['window_cycles'] = 0"
reprice "a report with a window too few" "numbers for every engine" "report['busy_windows']['engines'][0].pop()"
mkdir -p "$work/technology"
sed 's/value: 3[05], low: 15, high: 4[05], unit: C/value: 1, low: 1, high: 25, unit: C/' configs/technology/gf22.yaml >"$work/technology/hot.yaml"
refused "a price beyond all measure" "hot.yaml at 800 mV and 150 C: .* no sane price" build/emamba report \
  "$(edited "report['design']['temperature_c'] = 150")" --tech "$work/technology/hot.yaml" --report "$work/written.json"
power() { # name, pattern, edit
  refused "$1" "$2" build/emamba report "$(edited "$3")" -q --power "$work/written.csv"
}
power "power of no engines" "0 engines, must have 1 to" "report['price']['power_over_time']['engines'] = []"
power "power of an engine too few" "engines.* members, must have" "report['price']['power_over_time']['engines'].pop()"
power "power of windows that are no array" "numbers for every engine" "report['busy_windows']['engines'][1] = 5"
power "power of windows that are too few" "numbers for every engine" "report['busy_windows']['engines'][1].pop()"
power "power of windows that are texts" "must hold numbers" "report['busy_windows']['engines'][1][0] = 'busy'"
power "power of windows of no length" "does not fit" "report['busy_windows']['window_cycles'] = 0"
power "power of 1e300 cycles" "cycles.* must be a whole number" "report['time']['cycles'] = 1e300"
power "power that is negative" "busy_mw.* must be in" "report['price']['power_over_time']['engines'][0]['busy_mw'] = -1"
refused "a report without a price's totals" "has no \"totals\"" build/emamba report "$(edited "del report['price']['totals']")" --details price
refused "a price that is a text" "is not a number" build/emamba report "$(edited "report['price']['totals']['power_mw'] = 'low'")" --details price
refused "a report cut short" "not JSON" build/emamba report "$(head -c 9000 "$work/good.json" >"$work/cut.json"; echo "$work/cut.json")"
refused "a technology that is not there" "nothing.yaml: cannot open" build/emamba report "$work/good.json" --tech nothing.yaml
refused "a design as technology" "yaml" build/emamba report "$work/good.json" --tech configs/designs/tiny.yaml
refused "report: an unknown option" "unknown option" build/emamba report "$work/good.json" --speed
refused "report: two reports" "exactly one" build/emamba report "$work/good.json" "$work/good.json"
refused "compare: one report" "at least two" build/emamba compare "$work/good.json"
refused "compare: a report without a price" "has no \"price\"" build/emamba compare "$work/good.json" "$(edited "del report['price']")" \
  --html "$work/written.html"
refused "compare: no such report" "cannot open" build/emamba compare "$work/good.json" "$work/nothing.json"
refused "power windows that are no number" "power-window" build/emamba run "${tiny[@]}" --power-window few
truncate -s 8G "$work/huge.yaml"
refused "a design of 8 GB, without reading it" "8589934592 bytes; at most 1048576" \
  bash -c "ulimit -v 2000000; exec build/emamba check $work/huge.yaml"
refused "a run that would never end" "stall-in: with 1 the run would never end" build/emamba run "${tiny[@]}" --stall-in 1
refused "clock gating that is neither" "clock_gating: must be true or false" "${run[@]}" \
  "$(variant configs/designs/fmnist.yaml 's/^clock_gating: true/clock_gating: sometimes/')" "${good[@]:1}" "${writes[@]}"
