#!/bin/bash
# What the program does with the files it is to write: refused before anything runs, or whole, under the right name,
# and nothing else left behind.
work=build/outputs
chmod -R u+w "$work" 2>/dev/null
rm -rf "$work" && mkdir -p "$work/out"
build/tests/random_case 5 "$work" configs/designs/tiny.yaml || exit 1
design=$work/design.yaml
sed "s#^technology: .*#technology: $PWD/configs/technology/gf22.yaml#" configs/designs/tiny.yaml >"$design"
tiny=("$design" -n "$work/network.safetensors" -i "$work/frames.safetensors")
run=(build/emamba run "${tiny[@]}")
"${run[@]}" -q --report "$work/report.json" || exit 1

check() { # name, condition's status
  if [ "$2" -eq 0 ]; then echo "ok - $1"; else
    sed 's/^/# /' "$work/err" 2>/dev/null
    echo "not ok - $1"
  fi
}
refused() { # name, pattern, command...: exit 2, one line, and nothing new in the folder of outputs
  local name=$1 pattern=$2 before status
  shift 2
  before=$(ls -lAR --time-style=+ "$work/out"; cat "$work/out"/* 2>/dev/null | cksum)
  "$@" >"$work/stdout" 2>"$work/err" </dev/null
  status=$?
  [ $status -eq 2 ] && [ "$(wc -l <"$work/err")" -eq 1 ] && grep -Eq -- "$pattern" "$work/err" && [ ! -s "$work/stdout" ] &&
    [ "$before" = "$(ls -lAR --time-style=+ "$work/out"; cat "$work/out"/* 2>/dev/null | cksum)" ]
  check "$name" $?
}
out=$work/out

# ---- Refused before the run ----
for option in -o --report --timeline --power; do
  others=(-o "$out/o" --report "$out/r" --timeline "$out/t" --power "$out/p")
  for i in 0 2 4 6; do [ "${others[i]}" = "$option" ] && others[i + 1]=$work/none/x; done
  refused "$option into a folder that is not there" "cannot write: there is no folder .*none/" "${run[@]}" "${others[@]}"
done
refused "an output that is a folder" "--report .*: cannot write: it is a folder" "${run[@]}" -o "$out/o" --report "$out"
refused "an output that ends in a slash" "it is a folder" "${run[@]}" --report "$out/new/"
refused "an output below a file" "cannot write" "${run[@]}" --report "$design/r.json"
refused "an output with a name too long" "File name too long" "${run[@]}" --report "$out/$(printf 'x%.0s' {1..300})"
refused "two outputs, one file" "--report .* is the file of --output too" "${run[@]}" -o "$out/same" --report "$out/same"
refused "two outputs, one file by another path" "is the file of" "${run[@]}" --timeline "$out/same" --report "$out/../out/./same"
ln -s real "$out/link"
refused "two outputs, one file by a link" "is the file of" "${run[@]}" --power "$out/real" --report "$out/link"
echo old >"$out/one" && ln "$out/one" "$out/two"
refused "two outputs, one file by a hard link" "is the file of" "${run[@]}" --power "$out/one" --report "$out/two"
for input in "$design" "$work/network.safetensors" "$work/frames.safetensors"; do
  sum=$(cksum <"$input")
  refused "an output that is the input ${input##*/}" "--report .* is the input" "${run[@]}" --report "$input"
  ln -f "$input" "$work/alias" && ln -sf "$PWD/$work/alias" "$work/soft"
  refused "an output that leads to the input ${input##*/}" "--output .* is the input" "${run[@]}" -o "$work/soft"
  [ "$sum" = "$(cksum <"$input")" ]
  check "the input ${input##*/} is as it was" $?
done
mkdir -p "$work/technology" && cp configs/technology/*.yaml "$work/technology"
sed "s#^technology: .*#technology: technology/gf22.yaml#" configs/designs/tiny.yaml >"$work/own.yaml"
own=(build/emamba run "$work/own.yaml" "${tiny[@]:1}")
refused "an output that is the technology" "is the input" "${own[@]}" --report "$work/technology/gf22.yaml"
refused "an output that is the calibration" "is the input" "${own[@]}" --report "$work/technology/calibration.yaml"
refused "check: a package over its design" "is the input" build/emamba check "$design" --package "$design"
refused "report: a page over the report" "is the input" build/emamba report "$work/report.json" --html "$work/report.json"
refused "report: over its technology" "is the input" build/emamba report "$work/report.json" --tech "$work/technology/gf22.yaml" \
  --report "$work/technology/gf22.yaml"
refused "compare: a page over the second report" "is the input" build/emamba compare configs/designs/tiny.yaml "$work/report.json" \
  --html "$work/report.json"
echo golden >"$out/golden" && chmod 444 "$out/golden"
refused "a write-protected file" "the file is write-protected" "${run[@]}" --report "$out/golden"
ln -s golden "$out/to-golden"
refused "a link to a write-protected file" "the file is write-protected" "${run[@]}" -o "$out/to-golden"
mkfifo "$work/fifo"
refused "a named pipe" "not a regular file" timeout 20 "${run[@]}" --report "$work/fifo"
refused "a device" "not a regular file" "${run[@]}" --report /dev/null
[ -p "$work/fifo" ] && [ -c /dev/null ]
check "pipe and device are as they were" $?
refused "results on standard output" "--output -: is not text" "${run[@]}" -o -
refused "results on /dev/stdout" "--output /dev/stdout: is not text" "${run[@]}" -o /dev/stdout
refused "two texts on standard output" "is the file of" "${run[@]}" --report - --power /dev/fd/1
refused "a descriptor that is not open" "Bad file descriptor" "${run[@]}" --report /dev/fd/77
ln -s loop "$out/loop"
refused "a loop of links" "symbolic links" "${run[@]}" --report "$out/loop"
for option in --wave --bundle; do
  refused "cosim $option into a folder that is not there" "there is no folder" build/emamba cosim "${tiny[@]}" "$option" "$work/none/x/w"
done
refused "cosim: a wave over the network" "is the input" build/emamba cosim "${tiny[@]}" --wave "$work/network.safetensors"

# ---- Written ----
echo old >"$out/target" && chmod 640 "$out/target" && ln -s target "$out/soft"
"${run[@]}" -q --report "$out/soft" 2>"$work/err"
[ -L "$out/soft" ] && [ "$(stat -c %a "$out/target")" = 640 ] && grep -q emamba-report "$out/target"
check "a link stays, its target is written and keeps its mode" $?
"${run[@]}" -q --report "$out/link" && [ -L "$out/link" ] && grep -q emamba-report "$out/real"
check "a link to nothing makes its target" $?
"${run[@]}" --report - >"$work/stdout" 2>"$work/err" && /usr/bin/python3 -m json.tool "$work/stdout" >/dev/null && grep -q engine "$work/err"
check "a report on standard output is all of it; the tables go to standard error" $?
"${run[@]}" -q --power /dev/stdout 2>"$work/err" | head -1 | grep -q ,
check "power on a pipe" $?
"${run[@]}" -q --timeline >(cat >"$work/stdout") 2>"$work/err" && sleep 0.2 && /usr/bin/python3 -m json.tool "$work/stdout" >/dev/null
check "a timeline into a process" $?
echo before >"$work/log" && build/emamba check "$design" --package /dev/stdout 2>/dev/null >>"$work/log" &&
  [ "$(head -1 "$work/log")" = before ] && grep -q em_design_pkg "$work/log"
check "a package appended by the shell" $?

# ---- Interrupted ----
/usr/bin/python3 - "$work" <<'P'
import json, struct, sys
folder = sys.argv[1]
blob = open(f'{folder}/frames.safetensors', 'rb').read()
size, = struct.unpack('<Q', blob[:8])
header = json.loads(blob[8:8 + size])
begin, end = header['frames']['data_offsets']
data = blob[8 + size:][begin:end]
data *= 30_000_000 // len(data)
shape = header['frames']['shape'][1:]
count = len(data) // (shape[0] * shape[1] * shape[2])
text = json.dumps({'frames': {'dtype': 'I8', 'shape': [count, *shape], 'data_offsets': [0, len(data)]}}).encode()
open(f'{folder}/many', 'wb').write(struct.pack('<Q', len(text)) + text + data)
P
mkdir "$work/interrupted"
for signal in INT TERM HUP; do
  env --default-signal=$signal build/emamba run "${tiny[@]:0:3}" -i "$work/many" -q --stall-in 0.5 --timeline "$work/interrupted/t" --report "$work/interrupted/r" &
  pid=$!
  for _ in {1..100}; do [ -n "$(ls -A "$work/interrupted")" ] && break || sleep 0.05; done
  [ -n "$(ls -A "$work/interrupted")" ] # it was in the middle of it
  began=$?
  kill -$signal $pid
  wait $pid 2>/dev/null
  status=$?
  [ $began -eq 0 ] && [ $status -eq $((128 + $(kill -l $signal))) ] && [ -z "$(ls -A "$work/interrupted")" ]
  check "SIG$signal leaves nothing, status $status" $?
done

# ---- Standard output ----
"${run[@]}" -q && cp "$work/report.json" "$work/second.json"
commands=("check $design" "run ${tiny[*]}" "report $work/report.json" "compare $work/report.json $work/second.json" "info $design"
  "help" "--version" "run --help" "help cosim" "run ${tiny[*]} --report -" "check $design --package -")
for command in "${commands[@]}"; do
  if [ -c /dev/full ]; then
    build/emamba $command >/dev/full 2>"$work/err"
    status=$?
    [ $status -eq 1 ] && [ "$(grep -c '^emamba: .*cannot write: No space left' "$work/err")" -eq 1 ]
    check "standard output is full: $command" $?
  fi
done
for command in "${commands[@]:0:9}"; do
  build/emamba $command >&- 2>"$work/err"
  status=$?
  [ $status -eq 1 ] && grep -q 'standard output: cannot write' "$work/err"
  check "standard output is closed: $command" $?
done
"${run[@]}" -q -o "$work/closed" >&- 2>"$work/err" && [ -s "$work/closed" ]
check "standard output is closed, and nothing is printed" $?
"${run[@]}" -q -o "$work/closed" 2>&- >&- <&- && build/emamba info "$work/closed" >/dev/null
check "all standard streams are closed" $?

# ---- Texts of a report are text ----
"${run[@]}" -q --report "$work/plain.json" --power "$work/plain.csv"
/usr/bin/python3 - "$work" <<'P'
import json, sys
work = sys.argv[1]
report = json.load(open(f"{work}/plain.json"))
evil = "\x1b[31mred\x07\r\n=1+1,\u202e"
report["design"]["name"] = report["design"]["file"] = report["frames_file"] = report["network"]["file"] = evil
json.dump(report, open(f"{work}/evil.json", "w"))
report["price"]["power_over_time"]["engines"][0]["name"] = '=cmd|"x"!A1'
json.dump(report, open(f"{work}/formula.json", "w"))
P
for command in "report $work/evil.json" "compare $work/evil.json $work/plain.json" "info $work/evil.json" \
  "report -q $work/evil.json --html $work/evil.html"; do
  build/emamba $command >"$work/stdout" 2>"$work/err"
  status=$?
  [ $status -eq 0 ] && ! LC_ALL=C grep -qE $'[\x1b\x07\r]|\xe2\x80\xae' "$work/stdout" "$work/err"
  check "no escape codes of a report's texts: ${command%% *}" $?
done
! LC_ALL=C grep -qE $'[\x1b\x07]|\xe2\x80\xae' "$work/evil.html"
check "nor in its page" $?
refused "a formula as an engine's name reaches no table" "is not the name of an engine" \
  build/emamba report -q "$work/formula.json" --power "$out/p.csv"
exit 0
