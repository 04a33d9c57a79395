#!/bin/bash
# What the program is on terminals: no colours and no control codes, plain letters where there is no UTF-8, stages of a long build. TAP.
source tests/suites/tap.sh
begin terminal
emamba=$PWD/build/emamba
unset COLUMNS
export EMAMBA_BUILD=$PWD/$work/rtl
build/tests/random_case 5 "$work" configs/designs/tiny.yaml
tiny=(configs/designs/tiny.yaml -n "$work/network.safetensors" -i "$work/frames.safetensors")
$emamba run "${tiny[@]}" -q --report "$work/report.json"
$emamba run "${tiny[@]}" -q --frames 1 --report "$work/one.json"

# A terminal of 80 columns: what stands on it after the command.
on_terminal() { # environment..., command
  env -u NO_COLOR "${@:1:$#-1}" script -qec "stty cols 80 rows 24; ${*: -1}" /dev/null
}
without_codes() { ! LC_ALL=C grep -q $'[\x01-\x08\x0b\x0c\x0e-\x1f\x7f]' "$1"; }
plain() { without_codes "$1" && ! LC_ALL=C grep -q $'[\x80-\xff]' "$1"; }
wide() { # columns of the widest line with more than two words
  tr -d '\r' <"$1" | awk 'NF > 2 && length($0) > most { most = length($0) } END { print most }'
}
for command in "report $work/report.json --details all" "compare $work/report.json $work/one.json" "check configs/designs/tiny.yaml"; do
  for setting in "TERM=xterm LC_ALL=C" "TERM=dumb LC_ALL=C" "NO_COLOR=1 TERM=xterm-256color LC_ALL=C"; do
    # shellcheck disable=SC2086
    on_terminal $setting "$emamba $command" >"$work/out"
    check "${command%% *} with $setting: plain ASCII, no codes" plain "$work/out"
    check "${command%% *} with $setting: fits 80 columns" [ "$(wide "$work/out")" -le 80 ]
  done
  on_terminal TERM=xterm LC_ALL=C.UTF-8 "$emamba $command" >"$work/out"
  check "${command%% *} with UTF-8: no codes" without_codes "$work/out"
  check "${command%% *} with UTF-8: mm², and no mm2" bash -c "grep -q 'mm²' $work/out && ! grep -q '[0-9 /]mm2' $work/out"
done

# A Verilator that takes its time: what is told of its stages.
mkdir -p "$work/bin" "$work/rtl/rtl"
cat >"$work/bin/verilator" <<'V'
#!/bin/sh
case "$*" in *--version*) exec /usr/bin/verilator "$@" ;; esac
mkdir -p obj && sleep 0.6 && printf 1234 >obj/a.cpp && : >obj/Vem_top.mk && sleep 0.6 && : >obj/Vem_top__ALL.a && sleep 0.6
exit 1
V
chmod +x "$work/bin/verilator"
echo "5 40 2 4" >"$work/rtl/rtl/last-build"
build=("TERM=xterm" "PATH=$PWD/$work/bin:$PATH")
stages=("1 of 3: Verilator translates it" "2 of 3: its C++ is compiled" "3 of 3: it is linked")
in_order() { # file: the stages stand in it in their order
  /usr/bin/python3 -c "
import sys
text = open(sys.argv[1], newline='').read()
places = [text.find(stage) for stage in sys.argv[2:]]
assert -1 not in places and places == sorted(places), places" "$1" "${stages[@]}"
}
if [ -x /usr/bin/verilator ]; then
  on_terminal "${build[@]}" "$emamba cosim ${tiny[*]}" >"$work/out"
  check "on a terminal the stages of a build are told" in_order "$work/out"
  check "with what is left, from the last build here" grep -q 'compiled, [0-9]* s, about 4[0-9] s left' "$work/out"
  env "${build[@]}" "$emamba" cosim "${tiny[@]}" 2>"$work/out"
  check "elsewhere a line a stage" bash -c "[ \$(grep -c '^emamba: building the RTL, [123] of 3: ' $work/out) -eq 3 ]"
  on_terminal "${build[@]}" TERM=dumb "$emamba cosim ${tiny[*]}" >"$work/out"
  check "on a dumb terminal a line a stage" bash -c "[ \$(grep -c '^emamba: building the RTL, [123] of 3: ' $work/out) -eq 3 ]"
  env "${build[@]}" "$emamba" cosim -q "${tiny[@]}" 2>"$work/out"
  check "with -q nothing is told but the fault" [ "$(wc -l <"$work/out")" -eq 1 ]
else
  echo "ok - stages of a build # SKIP verilator missing"
fi
[ "$failures" -eq 0 ]
