#!/bin/bash
# What a failing lock-step leaves behind, and waves: a faulty RTL of the tiny design, built once, and the true one with waves.
export EMAMBA_RTL_OPT=-O0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
emamba=$PWD/build/emamba
build/tests/random_case 5 "$work" configs/designs/tiny.yaml || exit 1
cp -r rtl "$work/fault"
requant="$work/fault/em_requant.sv"
sed -i 's/up      = shifted\[0\] & ((|lost) | shifted\[1\]);/up      = shifted[0];/' "$requant"
cmp -s "$requant" rtl/em_requant.sv && exit 1
cp configs/designs/tiny.yaml "$work/tiny.yaml"
sed -i "s#^technology: .*#technology: $PWD/configs/technology/gf22.yaml#" "$work/tiny.yaml"
tiny=(tiny.yaml -n network.safetensors -i frames.safetensors)

check() { # name, condition...
  local name=$1
  shift
  if "$@" >"$work/log" 2>&1; then echo "ok - $name"; else
    tail -n 5 "$work/log" | sed 's/^/# /'
    echo "not ok - $name"
  fi
}
says() { # status, pattern, command...
  local want=$1 pattern=$2 status
  shift 2
  "$@" >"$work/out" 2>&1
  status=$?
  [ "$status" -eq "$want" ] && grep -Eq "$pattern" "$work/out" && return
  echo "status $status, not $want with $pattern"
  tail -n 3 "$work/out"
  return 1
}
fault() { (cd "$work" && "$emamba" cosim "${tiny[@]}" --rtl "fault" "$@"); }
true_rtl() { (cd "$work" && "$emamba" cosim "${tiny[@]}" "$@"); }

# ---- The bundle ----

check "a fault is found and documented" says 1 "differ in cycle" fault --bundle bundle --report r.json --timeline t.json --power p.csv -o o.safetensors
cycle=$(sed -n 's/.*differ in cycle \([0-9]*\).*/\1/p' "$work/out")
check "records: no cycle twice, the first and the last are there, both sides alike in all but the last" /usr/bin/python3 - "$work/bundle/records.txt" "$cycle" <<'P2'
import re, sys
cycles = re.split(r"^cycle (\d+)\n", open(sys.argv[1]).read(), flags=re.M)[1:]
numbers, texts, last = [int(n) for n in cycles[::2]], cycles[1::2], int(sys.argv[2])
assert numbers == sorted(set(numbers)) and numbers[0] == max(0, last - 200) and numbers[-1] == last, numbers
side = lambda text, name: re.findall(rf"^ +{name} +(.*)$", text, flags=re.M)
differ = [n for n, text in zip(numbers, texts) if side(text, "model") != side(text, "RTL")]
assert differ == [last] and sum(len(side(text, "RTL")) for text in texts) > 10, differ
assert all("both" in text for text in texts)
P2
check "the command reproduces it from elsewhere" says 1 "differ in cycle $cycle:" bash -c "cd / && $(cat "$work/bundle/command.txt")"
check "the failing run's report says so, and what it did" /usr/bin/python3 -c "
import json, sys
r = json.load(open('$work/r.json'))
sys.exit(not ('differ in cycle $cycle' in r['failure'] and r['time']['cycles'] == $cycle and r['price_until_failure']['power_mw'] > 0
  and 'price' not in r))"
check "its timeline too" grep -q "differ in cycle $cycle" "$work/t.json"
check "and is JSON" /usr/bin/python3 -m json.tool "$work/t.json"
check "its power too" says 0 "the run failed: .*cycle $cycle" head -n 1 "$work/p.csv"
check "no results of a failed run" test ! -e "$work/o.safetensors"
check "the report of a failed run is printed" says 0 "^cycles   $cycle" "$emamba" report "$work/r.json"
check "a view beside the wave names its signals" grep -q "^TOP.em_top.u_apb.cycles_q" "$work/bundle/wave.gtkw"
check "and those of the failing unit" grep -Eq "^TOP.em_top.g_block.0..u_block" "$work/bundle/wave.gtkw"
width=$(grep -o "XOR 0x[0-9a-f]*" "$work/bundle/report.txt" | head -n 1)
check "a difference of codes is printed in their width ($width)" test "${#width}" -le 8


odd="$work/o'dd \$(touch x) ü"
mkdir "$odd" && cp "$work"/*.safetensors "$odd"
check "a deadlock in a folder of an odd name" says 1 "deadlock, nothing happened for 5 cycles" bash -c 'cd "$0" && "$@"' "$odd" "$emamba" cosim \
  "$work/tiny.yaml" -n network.safetensors -i frames.safetensors -q --watchdog 5 --bundle $'two\nlines'
check "its command is one line and reproduces it in a folder with quotes, blanks and line feeds in names" says 1 "deadlock, nothing happened for 5 cycles" \
  bash -c "$(cat "$odd"/two*/command.txt) --no-bundle"
check "and runs nothing else" test ! -e "$odd/x" -a ! -e x

cp -r rtl "$work/counts"
sed -i "s/tokens_q <= tokens_q + 32'd1;/tokens_q <= tokens_q + 32'd2;/" "$work/counts/em_perf_counters.sv"
counts() { (cd "$work" && "$emamba" cosim "${tiny[@]}" --rtl counts "$@"); }
check "a counter that differs is shown with its read-out" says 1 "axis_in, tokens counter, token 4: model 4, RTL 8, XOR 0xc" counts -q --no-bundle
cycle=$(sed -n 's/^first divergence: cycle \([0-9]*\),.*/\1/p' "$work/out")
matched=$(true_rtl -q | sed -n 's/.*matched \([0-9]*\) cycles.*/\1/p')
engines=$(true_rtl -q --report /dev/stdout 2>"$work/err" | /usr/bin/python3 -c "import json, sys; print(len(json.load(sys.stdin)['engines']))")
# Every counter takes two cycles; the tokens are the fourth of an engine's, read in the second.
check "in the cycle of its read-out, $cycle" test "$cycle" -eq $((matched - 8 * engines + 7))

# ---- Waves ----

# The values of the cycle counter in a wave, by the reader that the writer of waves comes with.
cat >"$work/cycles.c" <<'C'
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fstapi.h"

static fstHandle counter;

static void print(void *context, uint64_t time, fstHandle signal, const unsigned char *value) {
  (void)context;
  if (signal == counter) {
    printf("%llu %llu\n", (unsigned long long)time, strtoull((const char *)value, NULL, 2));
  }
}

int main(int argc, char **argv) {
  void *wave = argc == 2 ? fstReaderOpen(argv[1]) : NULL;
  struct fstHier *item;
  while (wave != NULL && (item = fstReaderIterateHier(wave)) != NULL) {
    if (item->htyp == FST_HT_SCOPE) {
      fstReaderPushScope(wave, item->u.scope.name, NULL);
    } else if (item->htyp == FST_HT_UPSCOPE) {
      fstReaderPopScope(wave);
    } else if (item->htyp == FST_HT_VAR && strncmp(item->u.var.name, "cycles_q", 8) == 0 &&
               strcmp(fstReaderGetCurrentFlatScope(wave), "TOP.em_top.u_apb") == 0) {
      counter = item->u.var.handle;
    }
  }
  if (wave == NULL || counter == 0) {
    return 1;
  }
  fstReaderSetFacProcessMaskAll(wave);
  fstReaderIterBlocks(wave, print, NULL, NULL);
  printf("end %llu\n", (unsigned long long)fstReaderGetEndTime(wave));
  return 0;
}
C
fst=$(verilator --getenv VERILATOR_ROOT)/include/gtkwave
gcc -w -O1 -DFST_CONFIG_INCLUDE='"fst_config.h"' "-I$fst" "$work/cycles.c" "$fst/fstapi.c" "$fst/lz4.c" "$fst/fastlz.c" -lz -lpthread -o "$work/cycles"
cycles_of() { # WAVE VIEW FIRST LAST: the wave holds these cycles, settled at the times that its view tells
  "$work/cycles" "$1" | /usr/bin/python3 -c "
import re, sys
first, last = int(sys.argv[2]), int(sys.argv[3])
view = open(sys.argv[1]).read()
origin = int(re.search(r'settles at time (\d+) \+ 2 c', view)[1])
lines = [line.split() for line in sys.stdin]
changes = [(int(time), int(value)) for time, value in lines[:-1]]
# From the edge before a cycle the counter is the cycle; the first change is the state in which the wave begins.
assert [value for _, value in changes[:last - first + 1]] == list(range(first, last + 1)), changes[:5]
assert changes[0][0] <= origin + 2 * first, changes[0]
assert all(time == origin + 2 * cycle - 1 for time, cycle in changes[1:]), changes[:5]
assert int(lines[-1][1]) >= origin + 2 * last + 1 and re.search(rf'^\*-4 {origin + 2 * first} ', view, re.M)" "$2" "$3" "$4"
}

check "a window of a wave" says 0 matched true_rtl -q --wave w.fst --wave-from 100 --wave-to 200
check "it holds those cycles at the times that its view tells" cycles_of "$work/w.fst" "$work/w.gtkw" 100 200
check "and ends with them" test "$("$work/cycles" "$work/w.fst" | grep -c ' 20[2-9]$')" -eq 0
check "the wave is there, with its view, and nothing else" test -s "$work/w.fst" -a -s "$work/w.gtkw" -a -z "$(cd "$work" && echo .*fst*tmp | grep -v '\*')"
check "a window that the run does not reach is refused" says 2 "wave-from" true_rtl -q --wave w2.fst --wave-from 100000
check "a window that ends before it begins is refused" says 2 "wave-from" true_rtl -q --wave w2.fst --wave-from 20 --wave-to 10
check "a window without a wave is refused" says 2 "need --wave" true_rtl -q --wave-from 20
check "no wave of these" test ! -e "$work/w2.fst"
check "a wave into a folder that is not there is refused before the run" says 2 "no folder" true_rtl --wave nowhere/w.fst
check "a wave at a folder is refused" says 2 "bundle" true_rtl --wave bundle
mkfifo "$work/pipe"
check "a wave at a pipe is refused, and the pipe stays" bash -c "cd '$work' && ! timeout 60 '$emamba' cosim ${tiny[*]} --wave pipe && test -p pipe"
check "a wave at a device is refused" says 2 "/dev/null" true_rtl --wave /dev/null
check "a wave that does not fit is a failure" says 1 "cannot write the wave|File too large" bash -c "ulimit -f 100; cd '$work' && '$emamba' cosim ${tiny[*]} -q --wave full.fst"
check "and leaves nothing" test -z "$(cd "$work" && ls -A | grep full)"
for signal in INT:130 TERM:143; do
  env --default-signal=INT "$emamba" cosim "$work/tiny.yaml" -n "$work/network.safetensors" -i "$work/frames.safetensors" -q \
    --stall-in 0.9999 --stall-out 0.9999 --wave "$work/cut.fst" >"$work/out" 2>&1 &
  sleep 3
  kill "-${signal%:*}" $!
  wait $!
  status=$?
  check "SIG${signal%:*} ends it in order: status $status" test "$status" -eq "${signal#*:}"
  check "SIG${signal%:*}: no temporary file is left" test -z "$(cd "$work" && ls -A | grep -E 'tmp$')"
  check "SIG${signal%:*}: the wave up to then is there" test -s "$work/cut.fst"
  rm -f "$work"/cut.*
done
true
