#!/bin/bash
# The report's page in a real browser, headless: every plot is drawn, nothing is NaN, no script error, nothing loaded from elsewhere.
work=build/html
rm -rf "$work" && mkdir -p "$work"
emamba=build/emamba
failures=0

if ! command -v chromium >/dev/null; then
  echo "ok - pages in a browser # SKIP chromium missing"
  exit 0
fi

dump() { # page without .html: its DOM after the scripts have run
  HOME=$PWD/$work timeout 120 chromium --headless --no-sandbox --disable-gpu --virtual-time-budget=20000 --dump-dom \
    "file://$PWD/$work/$1.html" >"$work/$1.dom" 2>"$work/$1.log"
}
examine() { # name, page, python expression of the DOM's facts
  local name=$1
  shift
  if /usr/bin/python3 - "$work" "$@" <<'P'
import re, sys
work, page, *plots = sys.argv[1:]
dom = open(f"{work}/{page}.dom").read()
text = open(f"{work}/{page}.html").read()
body = re.sub(r"<script.*?</script>", "", dom, flags=re.S)
assert 'data-state="drawn"' in dom, "the scripts did not run to the end"
error = re.search(r'<div id="error">(.*?)</div>', body, re.S)
assert error and error.group(1) == "", error and error.group(1)
for plot in plots:
    name, _, marks = plot.partition(":")
    found = re.search(rf'<svg[^>]* id="{name}".*?</svg>', body, re.S)
    assert found, f"{name} is not there"
    shapes = len(re.findall(r"<(rect|path|circle)", found.group(0)))
    assert shapes >= int(marks or 1), f"{name} has {shapes} shapes, wanted {marks}"
for bad in ("NaN", "undefined", "Infinity", "[object"):
    assert bad not in body, f"{bad} on the page: {body[max(0, body.index(bad) - 150):body.index(bad) + 50]}"
loads = re.findall(r'(?:src|href)="([^"]*)"|url\(([^)]*)\)|@import', text)
assert not loads, f"loads {loads}"
P
  then
    echo "ok - $name"
  else
    echo "not ok - $name"
    failures=$((failures + 1))
  fi
}

all=(plot-area:40 plot-area-total:2 plot-memories:10 plot-energy:60 plot-energy-total:4 plot-causes:4 plot-power:8 plot-occupancy:30
  plot-busy:30 plot-roofline:8 plot-tornado-area:4 plot-tornado-power:6)
for design in tiny parallel; do
  mkdir -p "$work/$design"
  build/tests/random_case 5 "$work/$design" "configs/designs/$design.yaml"
  $emamba run "configs/designs/$design.yaml" -n "$work/$design/network.safetensors" -i "$work/$design/frames.safetensors" -q \
    --report "$work/$design.json" || exit 1
  $emamba report "$work/$design.json" -q --html "$work/$design.html" || exit 1
  dump $design
  examine "page of $design: every plot is drawn" $design "${all[@]}"
done
# Long names and markup in a report's texts stay text.
/usr/bin/python3 - "$work/tiny.json" "$work/markup.json" <<'P'
import json, sys
report = json.load(open(sys.argv[1]))
report["network"]["file"] = "</script><script>throw 1</script><b>bold</b>"
json.dump(report, open(sys.argv[2], "w"))
P
$emamba report "$work/markup.json" -q --html "$work/markup.html" || exit 1
dump markup
examine "markup in a text stays text" markup plot-area:40
# More windows than a page draws, or a call takes as arguments.
/usr/bin/python3 - "$work/tiny.json" "$work/windows.json" <<'P'
import json, sys
report = json.load(open(sys.argv[1]))
report["time"]["cycles"] = 150_000
report["busy_windows"] = {"window_cycles": 1, "engines": [[w // 1000 % 2 for w in range(150_000)] for _ in report["engines"]]}
json.dump(report, open(sys.argv[2], "w"))
P
$emamba report "$work/windows.json" -q --html "$work/windows.html" || exit 1
dump windows
examine "page of 150,000 windows" windows plot-power:8 plot-busy:30
if [ "$(stat -c %s "$work/windows.html")" -lt 1000000 ]; then
  echo "ok - page of 150,000 windows is small"
else
  echo "not ok - page of 150,000 windows is small"
  failures=$((failures + 1))
fi
$emamba run configs/designs/tiny.yaml -n "$work/tiny/network.safetensors" -i "$work/tiny/frames.safetensors" -q --frames 1 \
  --report "$work/one.json" || exit 1
$emamba compare "$work/one.json" "$work/tiny.json" --html "$work/one.html" >/dev/null || exit 1
dump one
examine "page of a comparison with a single frame" one plot-area:4
if grep -q 'id="differences">Not the same in all reports: number of frames;' "$work/one.dom" &&
  ! grep -q '<text[^>]*>-</text>' "$work/one.dom"; then
  echo "ok - a single frame has the interval of many on the page, which says that their numbers differ"
else
  echo "not ok - a single frame has the interval of many on the page, which says that their numbers differ"
  failures=$((failures + 1))
fi
$emamba compare "$work/tiny.json" "$work/parallel.json" "$work/tiny.json" --html "$work/compare.html" >/dev/null || exit 1
dump compare
examine "page of a comparison" compare plot-area:6 plot-power:6 plot-energy-of-a-frame:6 plot-energy:9 plot-area-kinds:3
[ "$failures" -eq 0 ]
