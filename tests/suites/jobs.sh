#!/bin/bash
# The three jobs of docs/tutorial/jobs.md: every command runs as it stands there, and finds what the page says. TAP.
source tests/suites/tap.sh
begin jobs
page=docs/tutorial/jobs.md
/usr/bin/python3 - $page "$work" <<'P'
import re, sys
blocks = re.findall(r"^```sh( fails)?\n(.*?)^```", open(sys.argv[1]).read(), flags=re.M | re.S)
assert len(blocks) >= 6 and sum(fails != "" for fails, _ in blocks) == 1
for i, (fails, text) in enumerate(blocks):
    open(f"{sys.argv[2]}/block{i}{fails.replace(' ', '.')}.sh", "w").write("set -euo pipefail\n" + text)
P
export EMAMBA_BUILD=$PWD/$work
fails() { ! bash "$1" >"$work/words" 2>&1; }
for block in "$work"/block?*.sh; do
  what=$(sed -n 2p "$block" | cut -c 1-60)
  case $block in
    *.fails.sh)
      if ! command -v verilator >/dev/null; then
        echo "ok - $what # SKIP verilator missing"
        continue
      fi
      check "fails as the page says: $what" fails "$block"
      check "with the page's words" grep -qF "$(grep '^first divergence' $page)" "$work/words"
      ;;
    *) check "runs: $what" bash "$block" ;;
  esac
done
check "the design keeps the budget" /usr/bin/python3 -c "
import json
r = json.load(open('build/jobs/best.json'))
assert r['time']['frames_per_second'] >= 50000 and r['price']['bounds']['area_um2']['nominal'] <= 0.25e6"
check "the table has five rows, every one with error bars" /usr/bin/python3 -c "
lines = [l for l in open('build/jobs/five.tex').read().splitlines() if l.startswith('mars-')]
assert len(lines) == 5 and all(l.count('num{') >= 9 for l in lines), lines"
[ "$failures" -eq 0 ]
