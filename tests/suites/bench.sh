#!/bin/bash
# Speeds side by side on the MARS design (with the conformance network where EMAMBA_CONFORMANCE names it, else a random one) and on
# Fashion-MNIST; memory of every mode of the C model.
set -e
work=build/bench
mkdir -p "$work"
if [ -n "${EMAMBA_CONFORMANCE:-}" ]; then
  network=$EMAMBA_CONFORMANCE/mars.safetensors frames=$EMAMBA_CONFORMANCE/mars-frames.safetensors
else
  build/tests/random_case 5 "$work" configs/designs/mars.yaml
  network=$work/network.safetensors frames=$work/frames.safetensors
fi
build/emamba bench configs/designs/mars.yaml -n "$network" -i "$frames"
fmnist=(configs/designs/fmnist.yaml -n configs/networks/fmnist.safetensors -i build/fmnist-test.safetensors)
echo
echo "memory of the C modes (peak resident, kB), Fashion-MNIST, 10,000 frames:"
for mode in "run" "run --stall-in 0.2 --stall-out 0.2 --frames 200" "run --timeline $work/timeline.json"; do
  # shellcheck disable=SC2086
  /usr/bin/python3 - "$mode" build/emamba ${mode%% *} "${fmnist[@]}" -q $(cut -s -d' ' -f2- <<<"$mode") <<'P'
import resource, subprocess, sys
subprocess.run(sys.argv[2:], check=True)
print(f"  {sys.argv[1]:60s} {resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss}")
P
done
/usr/bin/python3 - build/emamba check configs/designs/fmnist.yaml <<'P'
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL)
print(f"  {'check (timing only)':60s} {resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss}")
P
echo
echo "exact fronts, one core; the largest is CIFAR-10 with D 64, ED 128, N 16, R 4, M 4:"
sed -e 's/^\( *D\): .*/\1: 64/; s/^\( *ED\): .*/\1: 128/; s/^\( *N\): .*/\1: 16/; s/^\( *R\): .*/\1: 4/; s/^\( *M\): .*/\1: 4/' \
  -e "s|\.\./technology|$PWD/configs/technology|" configs/designs/cifar-10.yaml >"$work/larger.yaml"
build/tests/explore_bench configs/designs/mars.yaml configs/designs/fmnist.yaml "$work/larger.yaml"
