#!/bin/bash
# Random legal designs and networks, each RTL built and run in lock-step under random stalls, as a campaign (docs/campaigns.md):
# RANDOM_DESIGNS designs (default 4) with RANDOM_SEEDS stall seeds each (default 5). RANDOM_BASE moves the designs. RANDOM_RESUME: set, goes on
# with what a run before has left. Each failure's bundle has the command that repeats it.
designs=${RANDOM_DESIGNS:-4} seeds=${RANDOM_SEEDS:-5} base=${RANDOM_BASE:-1} work=build/random
export EMAMBA_RTL_OPT=-O0
[ -n "${RANDOM_RESUME:-}" ] || rm -rf "$work"
mkdir -p "$work"
for ((seed = base; seed < base + designs; seed++)); do
  folder=$work/$(printf %06d "$seed")
  [ -e "$folder/frames.safetensors" ] && continue
  rm -rf "$folder" && mkdir "$folder" && build/tests/random_case "$seed" "$folder" 60000 || { echo "not ok - random design $seed (generator)"; exit 1; }
done
printf '%s\n' "runs: [{folders: '[0-9]*'}]" "seeds: 0..$((seeds - 1))" "keep_builds: false" >"$work/random.yaml"
build/emamba campaign "$work/random.yaml" -o "$work/random.sqlite" --resume -j2 --json "$work/random.json" >"$work/log" 2>&1
status=$?
[ -e "$work/random.json" ] || sed 's/^/# /' "$work/log"
/usr/bin/python3 - "$work/random.json" <<'P' || exit 1
import json, sys
campaign = json.load(open(sys.argv[1]))
for run in campaign["runs"]:
    for piece in run["pieces"]:
        name = f"{run['design']} seed {piece['seed']}"
        if piece["outcome"] == "matched":
            print(f"ok - {name}: {piece['cycles']} cycles, {piece['transactions']} transactions")
        else:
            print(f"# {piece.get('bundle')}\nnot ok - {name}: {piece['text']}")
P
[ $status -eq 0 ]
