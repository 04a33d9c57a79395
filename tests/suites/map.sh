#!/bin/bash
# The register map: against the RTL, as IP-XACT, as the driver's header; the driver alone on bare metal.
# shellcheck source=tests/suites/tap.sh
. tests/suites/tap.sh
begin map
export EMAMBA_RTL_OPT=-O0 EMAMBA_RTL_VERILATE=-O0

build/tests/map_against_rtl configs/designs/tiny.yaml || failures=$((failures + 1))
# It can fail: a port that answers one unit too many, and one memory that ends a word late.
faulty() { # file, what it has, what it gets instead
  rm -rf "$work/rtl" && cp -r rtl "$work/rtl" && sed -i "s/$2/$3/" "$work/rtl/$1"
  ! cmp -s "rtl/$1" "$work/rtl/$1" && ! build/tests/map_against_rtl configs/designs/tiny.yaml --rtl "$work/rtl" >"$work/faulty.log"
}
check "map: a unit past the last is noticed" faulty em_apb.sv "unit_q >= 8'(Units)" "unit_q > 8'(Units)"

for design in tiny mars fmnist parallel; do
  build/emamba map configs/designs/$design.yaml --ip-xact "$work/$design.xml" --header "$work/$design.h" >"$work/$design.txt"
  check "map: $design: page, IP-XACT and header" test -s "$work/$design.xml" -a -s "$work/$design.h" -a -s "$work/$design.txt"
  /usr/bin/python3 tests/suites/check_ip_xact.py "$work/$design.xml" "$work/$design.txt" || failures=$((failures + 1))
done

[ -n "${EMAMBA_IPXACT_SCHEMA:-}" ] || echo "ok - ip-xact: validated by the schema # SKIP EMAMBA_IPXACT_SCHEMA does not name its folder"

# Bare metal: C99 without a library; the header of a design beside it.
bare() {
  printf '#include "%s/mars.h"\n#include "emamba.h"\nuint32_t gamma = EMAMBA_BLOCKS_1_NORM_GAMMA;\n' "$PWD/$work" >"$work/board.c"
  for source in sim/driver/emamba.c "$work/board.c"; do
    gcc -std=c99 -O2 -Wall -Wextra -Wpedantic -Wconversion -Werror -ffreestanding -nostdlib -Isim/driver -c "$source" \
      -o "$work/$(basename "$source" .c).o" || return
  done
  ! nm -u "$work/emamba.o" | grep . && ! nm "$work/emamba.o" | grep -i ' [bdc] '
}
check "map: the driver needs no library and keeps no memory" bare
check "map: the driver is C++ too" g++ -std=c++11 -Wall -Wextra -fsyntax-only -x c++ -Isim/driver sim/driver/emamba.h
[ "$failures" -eq 0 ]
