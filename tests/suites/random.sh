#!/bin/bash
# Random legal designs and networks, each RTL built and run in lock-step under random stalls: RANDOM_DESIGNS designs (default 4) with
# RANDOM_SEEDS stall seeds each (default 5). Reproduce one: the command is printed with the failure. RANDOM_BASE moves the seeds.
designs=${RANDOM_DESIGNS:-4} seeds=${RANDOM_SEEDS:-5} base=${RANDOM_BASE:-1}
export EMAMBA_RTL_OPT=-O0

one_design() { # seed
  local folder=build/random/$1 command
  rm -rf "$folder" && mkdir -p "$folder"
  build/tests/random_case "$1" "$folder" 60000 || { echo "not ok - random design $1 (generator)"; return; }
  for ((s = 0; s < seeds; s++)); do
    command="build/emamba cosim $folder/design.yaml -n $folder/network.safetensors -i $folder/frames.safetensors --seed $s"
    # Seed 0 runs freely; the others stall the streams at every combination of rates.
    if [ "$s" -gt 0 ]; then command+=" --stall-in 0.$((s * 37 % 10)) --stall-out 0.$((s * 53 % 10))"; fi
    if $command -q --bundle "$folder/failure" >"$folder/log" 2>&1; then
      echo "ok - design $1 seed $s: $(tail -n 1 "$folder/log")"
    else
      sed 's/^/# /' "$folder/log"
      echo "not ok - design $1 seed $s: EMAMBA_RTL_OPT=-O0 $command"
    fi
  done
  rm -rf "build/rtl/$(build/emamba check "$folder/design.yaml" | sed -n 's/.*hash \([0-9a-f]*\).*/\1/p')"
}
export -f one_design
export seeds
seq "$base" $((base + designs - 1)) | xargs -P 2 -I{} bash -c 'one_design {}'
