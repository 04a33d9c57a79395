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
  echo "$copy"
}
trap 'rm -f configs/designs/.bad-*.yaml' EXIT

refused "no command" "unknown command" build/emamba
refused "unknown option" "unknown option" "${run[@]}" "${good[@]}" --speed 3
refused "no network" "needs a network" "${run[@]}" configs/designs/fmnist.yaml
refused "probability above 1" "stall-in.*0 to 1" "${run[@]}" "${good[@]}" --stall-in 1.5
refused "probability not a number" "stall-out" "${run[@]}" "${good[@]}" --stall-out nan
refused "too many frames" "frames: 20000, but .* has 10000" "${run[@]}" "${good[@]}" --frames 20000
refused "run has no --rtl" "option of cosim" "${run[@]}" "${good[@]}" --rtl rtl
refused "missing design" "No such file" "${run[@]}" nothing.yaml "${good[@]:1}" "${writes[@]}"
refused "design is a folder" "." "${run[@]}" rtl "${good[@]:1}" "${writes[@]}"
refused "design of another shape" "shape\..* is .* in the network and" "${run[@]}" configs/designs/mars.yaml "${good[@]:1}" "${writes[@]}"
refused "unknown key" "yaml:[0-9]+: .*colour" "${run[@]}" "$(variant configs/designs/fmnist.yaml '$a colour: red')" "${good[@]:1}" "${writes[@]}"
refused "missing key" "clock_mhz" "${run[@]}" "$(variant configs/designs/fmnist.yaml '/clock_mhz/d')" "${good[@]:1}" "${writes[@]}"
refused "lanes that do not fit" "conv.lanes: 5 does not divide ED = 48; the nearest that do are 4 and 6" "${run[@]}" \
  "$(variant configs/designs/fmnist.yaml 's/conv: {lanes: 1}/conv: {lanes: 5}/')" "${good[@]:1}" "${writes[@]}"
refused "a depth of 0" "1\.\.1024|1 to 1024" "${run[@]}" "$(variant configs/designs/fmnist.yaml 's/  u: 2/  u: 0/')" "${good[@]:1}" "${writes[@]}"
refused "a value that is no number" "yaml:[0-9]+" "${run[@]}" "$(variant configs/designs/fmnist.yaml 's/  u: 2/  u: two/')" "${good[@]:1}" "${writes[@]}"
head -c 5000 configs/networks/fmnist.safetensors >"$work/cut.safetensors"
refused "a network cut short" "cut.safetensors" "${run[@]}" configs/designs/fmnist.yaml -n "$work/cut.safetensors" -i build/fmnist-test.safetensors "${writes[@]}"
refused "frames as network" "format|metadata" "${run[@]}" configs/designs/fmnist.yaml -n build/fmnist-test.safetensors -i build/fmnist-test.safetensors "${writes[@]}"
refused "network as frames" "frames" "${run[@]}" configs/designs/fmnist.yaml -n configs/networks/fmnist.safetensors -i configs/networks/fmnist.safetensors "${writes[@]}"
: >"$work/empty"
refused "an empty network" "empty|short|small|bytes" "${run[@]}" configs/designs/fmnist.yaml -n "$work/empty" -i build/fmnist-test.safetensors "${writes[@]}"
echo '{"format": "something"}' >"$work/other.json"
refused "a report of something else" "not a report" build/emamba report "$work/other.json"
echo '{"format": "emamba-report-1"}' >"$work/hollow.json"
refused "a hollow report" "has no" build/emamba report "$work/hollow.json"
refused "cosim refuses what run refuses" "does not divide" build/emamba cosim \
  "$(variant configs/designs/fmnist.yaml 's/conv: {lanes: 1}/conv: {lanes: 5}/')" "${good[@]:1}" "${writes[@]}"
