#!/bin/bash
# Campaigns: two networks of the tiny design under many stall seeds; the same store whatever the parts, threads and kills; a planted fault is
# found and documented; errors in a line; the page in a browser.
. "$(dirname "$0")/tap.sh"
begin campaign
emamba=$PWD/build/emamba
export EMAMBA_RTL_OPT=-O0 # and the same fault as in bundle.sh: builds are shared

says() { # status, pattern, command...: exits so, and prints one line on standard error that matches
  local status=$1 pattern=$2
  shift 2
  "$@" >"$work/out" 2>"$work/err"
  local was=$?
  cat "$work/err"
  [ "$was" -eq "$status" ] && [ "$(wc -l <"$work/err")" -eq 1 ] && grep -Eq -- "$pattern" "$work/err"
}
for n in 1 2; do
  mkdir "$work/case$n" && build/tests/random_case $n "$work/case$n" configs/designs/tiny.yaml || exit 1
  sed "s#^technology: .*#technology: $PWD/configs/technology/gf22.yaml#" configs/designs/tiny.yaml >"$work/case$n/design.yaml"
done
list() { printf '%s\n' "$@" >"$work/$1.yaml" && sed -i 1d "$work/$1.yaml"; }
list good "runs: [{folders: case?}]" "seeds: 0..3" "first_frames: 2"
run() { "$emamba" campaign "$work/good.yaml" -q "$@"; }

# ---- One content ----

check "8 co-simulations, one after the other" run -o "$work/one.sqlite"
check "all match, and it says how much was compared" bash -c "'$emamba' campaign '$work/one.sqlite' | grep -Eq ': 8 of 8 co-simulations matched, [1-9][0-9]+ cycles'"
check "nothing is left beside the store" test "$(ls "$work" | grep -c one.sqlite)" -eq 1
as_cosim() { # the cycles of a piece are those of the same cosim
  "$emamba" campaign "$work/one.sqlite" -q --json "$work/one.json" || return 1
  "$emamba" cosim "$work/case2/design.yaml" -n "$work/case2/network.safetensors" -i "$work/case2/frames.safetensors" --frames 2 --seed 3 \
    --stall-in 0.1 --stall-out 0.9 -q >"$work/cosim.txt" || return 1
  /usr/bin/python3 - "$work" <<'P'
import json, re, sys
work = sys.argv[1]
piece = json.load(open(work + "/one.json"))["runs"][1]["pieces"][3]
cycles, transactions = map(int, re.search(r"matched (\d+) cycles, (\d+) transactions", open(work + "/cosim.txt").read()).groups())
assert piece == {"seed": 3, "stall_in": 0.1, "stall_out": 0.9, "outcome": "matched", "cycles": cycles, "transactions": transactions,
                 "frames": 2}, piece
P
}
check "a piece is what cosim says" as_cosim
check "three side by side" run -o "$work/three.sqlite" -j3
check "the same bytes" cmp "$work/one.sqlite" "$work/three.sqlite"
for part in 2 1; do check "part $part of 2" run -o "$work/part$part.sqlite" --part $part/2; done
check "merged" "$emamba" campaign --merge "$work/merged.sqlite" "$work"/part[21].sqlite -q
check "the same bytes" cmp "$work/one.sqlite" "$work/merged.sqlite"
check "a merge that lacks a part says so" says 2 "the parts have 4 of 8 pieces" "$emamba" campaign --merge "$work/lacks.sqlite" "$work/part1.sqlite" -q
kill_and_resume() { # after the first pieces, kill -9; then go on
  "$emamba" campaign "$work/good.yaml" -q -o "$work/killed.sqlite" &
  local pid=$!
  for _ in $(seq 1000); do
    [ "$(stat -c %s "$work/killed.sqlite.partial-wal" 2>/dev/null || echo 0)" -gt 25000 ] && break
    sleep 0.01
  done
  kill -9 $pid
  wait $pid 2>/dev/null
  [ -e "$work/killed.sqlite.partial" ] && [ ! -e "$work/killed.sqlite" ] || return 1
  "$emamba" campaign "$work/good.yaml" -o "$work/killed.sqlite" --resume >"$work/resumed" || return 1
  grep -E '8 of 8 co-simulations, [1-9][0-9]* of them found there' "$work/resumed"
}
check "killed by -9 and resumed: what was run is found there" kill_and_resume
check "the same bytes" cmp "$work/one.sqlite" "$work/killed.sqlite"
sed -i 's/0\.\.3/0..4/' "$work/good.yaml"
check "with one more seed only that is run" bash -c "'$emamba' campaign '$work/good.yaml' -o '$work/killed.sqlite' --resume | grep -q '10 of 10 co-simulations, 8 of them'"

# ---- A planted fault ----

cp -r rtl "$work/fault"
sed -i 's/up      = shifted\[0\] & ((|lost) | shifted\[1\]);/up      = shifted[0];/' "$work/fault/em_requant.sv"
check "the fault is one" bash -c "! cmp -s '$work/fault/em_requant.sv' rtl/em_requant.sv"
list faulty "runs:" "  - {design: case1/design.yaml, network: [case1/network.safetensors], frames: case1/frames.safetensors}" "  - {folders: case2}" \
  "seeds: [0, 4]" "first_frames: 2" "stalls: {in: 0.2, out: 0}"
check "it is found" says 1 "[1-4] of 4 co-simulations failed" "$emamba" campaign "$work/faulty.yaml" --rtl "$work/fault" -q -j2 -o "$work/faulty.sqlite" --html "$work/faulty.html" --json "$work/faulty.json"
documented() { # every failure: a bundle with its parts, whose command repeats it
  local bundle
  for bundle in "$work"/faulty.sqlite.failures/*; do
    for part in report.txt records.txt wave.fst command.txt; do [ -s "$bundle/$part" ] || return 1; done
  done
  /usr/bin/python3 - "$work" <<'P'
import json, os, sys
campaign = json.load(open(sys.argv[1] + "/faulty.json"))
failed = [piece for run in campaign["runs"] for piece in run["pieces"] if piece["outcome"] == "diverged"]
assert len(failed) == campaign["totals"]["failed"] == len(os.listdir(sys.argv[1] + "/faulty.sqlite.failures")) > 0
assert all("differ in cycle" in piece["text"] and os.path.isdir(piece["bundle"]) and piece["report"] for piece in failed)
P
}
check "each failure has its bundle" documented
again() { "$emamba" campaign "$work/faulty.sqlite" >"$work/out" 2>/dev/null; [ $? -eq 1 ] && grep -q "bundle: .*/run000001-seed" "$work/out"; }
check "the store says so again" again
for part in 1 2; do
  check "part $part of 2 finds its failures" "$emamba" campaign "$work/faulty.yaml" --rtl "$work/fault" -q --part $part/2 -o "$work/bad$part.sqlite"
done
moved() {
  says 1 "co-simulations failed" "$emamba" campaign --merge "$work/bad.sqlite" "$work"/bad[12].sqlite -q && cmp "$work/bad.sqlite" "$work/faulty.sqlite" &&
    diff <(ls "$work/bad.sqlite.failures") <(ls "$work/faulty.sqlite.failures") && [ ! -e "$work/bad1.sqlite.failures" ]
}
check "merged: the same bytes, and the bundles with them" moved

# ---- The page ----

page() {
  local script='document.querySelector(".seed.bad").click(); document.getElementById("only").click(); document.body.dataset.tried = "yes";'
  sed "s|</body>|<script>$script</script></body>|" "$work/faulty.html" >"$work/tried.html"
  HOME=$PWD/$work timeout 120 chromium --headless --no-sandbox --disable-gpu --virtual-time-budget=10000 --dump-dom "file://$PWD/$work/tried.html" \
    >"$work/dom" 2>"$work/chromium"
  /usr/bin/python3 - "$work" <<'P'
import json, re, sys
dom, text = open(sys.argv[1] + "/dom").read(), open(sys.argv[1] + "/faulty.html").read()
campaign = json.load(open(sys.argv[1] + "/faulty.json"))
body = re.sub(r"<script.*?</script>", "", dom, flags=re.S)
assert 'data-state="drawn"' in dom and 'data-tried="yes"' in dom and '<div id="error"></div>' in body
assert not re.findall(r'(?:src|href)="([^"]*)"|url\(([^)]*)\)|@import', text), "it loads something"
assert len(re.findall(r"<details", body)) == campaign["totals"]["failed"] and len(re.findall(r"<details[^>]*open", body)) == 1
bad = sum(any(p["outcome"] != "matched" for p in run["pieces"]) for run in campaign["runs"])
assert len(re.findall(r"<tr data-run", body)) == bad and "differ in cycle" in body and "command.txt" not in body
P
}
if command -v chromium >/dev/null; then check "the page in a browser: failures, their reports, the filter" page; else
  echo "ok - the page in a browser # SKIP chromium missing"
fi

# ---- What goes wrong ----

refused() { # name, pattern, lines...
  list bad "${@:3}"
  check "$1" says 2 "$2" "$emamba" campaign "$work/bad.yaml" -o "$work/none.sqlite" -q
  check "$1: nothing is written" test -z "$(ls "$work" | grep none.sqlite)"
}
refused "no runs" "bad.yaml:1: .*runs must be a list" "seeds: 0..3"
refused "an unknown key" "bad.yaml:2: seed: unknown key; did you mean seeds" "runs: [{folders: case1}]" "seed: 3"
refused "a pattern that nothing matches" "no file is named so" "runs: [{folders: 'nowhere*'}]"
refused "a file that is not there" "case1/nothing.safetensors: cannot open" "runs: [{design: case1/design.yaml, network: case1/nothing.safetensors, frames: case1/frames.safetensors}]"
refused "a network of another shape" "shape" "runs: [{design: case1/design.yaml, network: $PWD/configs/networks/fmnist.safetensors, frames: case1/frames.safetensors}]"
refused "a run that is there twice" "is there twice" "runs: [{folders: case1}, {folders: case1}]"
refused "a seed that is there twice" "3 is there twice" "runs: [{folders: case1}]" "seeds: [3, 3]"
refused "seeds backwards" "the first before the last" "runs: [{folders: case1}]" "seeds: 3..1"
refused "stalls beyond 1" "bad.yaml:2: stalls.in: " "runs: [{folders: case1}]" "stalls: {in: 2, out: 0}"
refused "RTL that is not there" "nowhere" "runs: [{folders: case1}]" "rtl: nowhere"
cp -r rtl "$work/broken" && echo "module em_top; endmodulee" >>"$work/broken/em_top.sv"
echo "keep_builds: false" >>"$work/good.yaml"
check "RTL that cannot be built" says 1 "1 runs could not be made, --resume tries them again: .*build.log" "$emamba" campaign "$work/good.yaml" --rtl "$work/broken" --part 1/10 -q -o "$work/unbuilt.sqlite"
echo "designs: [$PWD/configs/designs/tiny.yaml]
vary: {lanes: {engines.conv.lanes: [1, 2]}}
method: enumerate" >"$work/space.yaml"
check "a store of explore" bash -c "'$emamba' explore '$work/space.yaml' -q -o '$work/space.sqlite'"
check "is none of campaign" says 2 "a store of emamba explore" "$emamba" campaign "$work/space.sqlite"
check "nor the other way round" says 2 "another command" "$emamba" explore "$work/one.sqlite"
check "a store is there" says 2 "is there; --resume goes on" run -o "$work/one.sqlite"
[ "$failures" -eq 0 ]
