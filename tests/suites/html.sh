#!/bin/bash
# The pages of reports and comparisons in a real browser, headless: tests/suites/check_page.py says what is held.
source tests/suites/tap.sh
begin html
emamba=build/emamba
if ! command -v chromium >/dev/null; then
  echo "ok - pages in a browser # SKIP chromium missing"
  exit 0
fi
for design in tiny parallel; do
  mkdir -p "$work/$design"
  build/tests/random_case 5 "$work/$design" "configs/designs/$design.yaml"
  $emamba run "configs/designs/$design.yaml" -n "$work/$design/network.safetensors" -i "$work/$design/frames.safetensors" -q \
    --report "$work/$design.json" || exit 1
done
/usr/bin/python3 - "$work" <<'P'
import json, struct, sys
work = sys.argv[1]
report = lambda: json.load(open(f"{work}/tiny.json"))
def save(name, changed):
    json.dump(changed, open(f"{work}/{name}.json", "w"))
# Long names and markup in a report's texts stay text.
markup = report()
markup["network"]["file"] = "</script><script>throw 1</script><b>bold</b>"
save("markup", markup)
# More windows than a page draws, or a call takes as arguments.
windows = report()
windows["time"]["cycles"] = 150_000
windows["busy_windows"] = {"window_cycles": 1, "engines": [[w // 1000 % 2 for w in range(150_000)] for _ in windows["engines"]]}
save("windows", windows)
# The same four frames 2,500 times.
with open(f"{work}/tiny/frames.safetensors", "rb") as file:
    (size,) = struct.unpack("<Q", file.read(8))
    header, data = json.loads(file.read(size)), file.read()
offset = 0
body = b""
for key, tensor in header.items():
    if key != "__metadata__":
        begin, end = tensor["data_offsets"]
        many = data[begin:end] * 2500
        tensor["shape"][0] *= 2500
        tensor["data_offsets"] = [offset, offset + len(many)]
        offset += len(many)
        body += many
text = json.dumps(header).encode()
text += b" " * (-len(text) % 8)
with open(f"{work}/many.safetensors", "wb") as file:
    file.write(struct.pack("<Q", len(text)) + text + body)
P
tiny=(configs/designs/tiny.yaml -n "$work/tiny/network.safetensors" -q)
$emamba run "${tiny[@]}" -i "$work/many.safetensors" --report "$work/frames.json" || exit 1
$emamba run "${tiny[@]}" -i "$work/tiny/frames.safetensors" --frames 1 --report "$work/first.json" || exit 1
for page in tiny parallel markup windows frames; do
  $emamba report "$work/$page.json" -q --html "$work/$page.html" || exit 1
done
$emamba compare "$work/first.json" "$work/tiny.json" --html "$work/one.html" >/dev/null || exit 1
$emamba compare "$work/tiny.json" "$work/parallel.json" "$work/tiny.json" --html "$work/compare.html" >/dev/null || exit 1
/usr/bin/python3 tests/suites/check_page.py "$work"
