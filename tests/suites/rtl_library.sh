#!/bin/bash
# The RTL library is the RTL that was asked for: found by contents, whole or not there, one build at a time, from and to any folder.
# One real build; then a Verilator that counts its builds and hands that library out again.
. tests/suites/tap.sh
begin rtl_library
export EMAMBA_RTL_OPT=-O0 EMAMBA_RTL_VERILATE=-O0
work=$(realpath "$work")
emamba=$(realpath build/emamba)
mkdir "$work/tiny" "$work/bin"
build/tests/random_case 5 "$work/tiny" configs/designs/tiny.yaml
tiny=(configs/designs/tiny.yaml -n "$work/tiny/network.safetensors" -i "$work/tiny/frames.safetensors" --no-bundle)
cosim() { "$emamba" cosim "${tiny[@]}" "$@"; }
said() { grep -E "$1" "$work/last"; } # in what the check before printed

# A project whose path has a blank and an apostrophe, and whose build folder is a link.
project="$work/it's my \$project"
mkdir -p "$project" "$work/scratch"
cp -r configs rtl sim models Makefile "$project"
ln -s "$work/scratch" "$project/build"
cp build/emamba "$work/scratch"
elsewhere() { (cd "$project" && build/emamba cosim "${tiny[@]}"); }
check "a project's path with a blank, a quote and a dollar; build is a link" elsewhere
cp "$work"/scratch/rtl/*/*/libem_rtl.so "$work/real.so"

# make there, with the flags that decide what is compiled anew, and a processor that lacks what the program needs.
cp VERSION "$project"
object=build/release/models/base/status.o
compiles() { (cd "$project" && make ARCH="$1" $object | grep -q -e "-c models/base/status.c"); }
compiles_not() { ! compiles "$1"; }
check "make in such a path" compiles -march=x86-64
check "the same flags: nothing to do" compiles_not -march=x86-64
check "another ARCH: compiled anew" compiles -march=x86-64-v2
if "$emamba" --version >/dev/null && valgrind -q /bin/true && ! valgrind -q "$emamba" --version >"$work/last" 2>&1; then
  check "a processor without the program's instructions is told in a line" said "was built for a processor with .* lacks"
else
  echo "ok - a processor without the program's instructions # SKIP valgrind has all that this build needs"
fi

cat >"$work/bin/verilator" <<FAKE
#!/bin/sh
if [ "\$1" = --version ]; then echo "Verilator of the test"; exit; fi
echo begin >>"$work/builds"
env >"$work/environment"
sleep "\$(cat "$work/sleep")"
cp "$work/next.so" libem_rtl.so
mkdir obj
touch obj/Vem_top.cpp
echo "all:;" >obj/Vem_top.mk
echo end >>"$work/builds"
FAKE
chmod +x "$work/bin/verilator"
export PATH="$work/bin:$PATH" EMAMBA_BUILD="$work/build"
echo 0 >"$work/sleep"
cp "$work/real.so" "$work/next.so"
builds() { # number, cosim's options...
  local wanted=$1 got
  shift
  cosim "$@" || return 1
  got=$(grep -c begin "$work/builds")
  [ "$got" -eq "$wanted" ] || { echo "$got builds, $wanted expected"; return 1; }
}
check "the first time it is built, where EMAMBA_BUILD says" builds 1
check "then it is there" builds 1
check "the environment decides nothing" env RTL=/nonexistent ARCH=-march=none BUILD=x MAKEFLAGS=-n CXX=false JOBS=x "$emamba" cosim "${tiny[@]}"
check "and nothing was built for it" builds 1
check "--build says where, before EMAMBA_BUILD" builds 2 --build "$work/other build"
check "a build sees no variables of the caller" bash -c "! grep -E '^(HOME|EMAMBA_)' '$work/environment'"

mkdir "$work/x" "$work/y"
cp -r rtl "$work/x/rtl" && cp -r rtl "$work/y/rtl"
check "a copy of the RTL is the same RTL" builds 2 --rtl "$work/x/rtl"
echo "// changed" >>"$work/y/rtl/em_requant.sv"
touch -d 2020-01-01 "$work/y/rtl/em_requant.sv"
check "another RTL of the same folder name, with an older time, is another" builds 3 --rtl "$work/y/rtl"
sed -i 's/em_top.sv/em_top.sv\r/' "$work/x/rtl/files.f"
check "another files.f is another" builds 4 --rtl "$work/x/rtl"
evil="$work/p';touch evil;'\$(touch evil)\`touch evil\` : é"
mkdir "$evil" && cp -r rtl "$evil/rtl" && echo "// evil" >>"$evil/rtl/em_top.sv"
check "no text of a path reaches a shell" builds 5 --rtl "$evil/rtl"
check "and nothing of it was run" bash -c "[ -z \"\$(find . -name evil -newer '$work/real.so')\" ]"

package=$(echo "$work"/build/rtl/*/em_design_pkg.sv)
cp "$package" "$work/package" && sed -i 's/SsmLanes = 8/SsmLanes = 4/' "$package"
cosim -q >/dev/null 2>&1
check "a package in the build folder that is not the design's is renewed" cmp "$package" "$work/package"

# One that is no library, then the same again.
change() { echo "// $1" >>"$work/y/rtl/em_requant.sv"; }
change broken
head -c 5000 "$work/real.so" >"$work/next.so"
fails() { ! cosim "$@"; }
check "half a library is refused" fails --rtl "$work/y/rtl"
cp "$work/real.so" "$work/next.so"
check "and is built again" builds 7 --rtl "$work/y/rtl"

# The lock belongs to the build.
change killed
echo 3 >"$work/sleep"
"$emamba" cosim "${tiny[@]}" -q --rtl "$work/y/rtl" >/dev/null 2>&1 &
first=$!
sleep 1
kill -9 $first
wait $first 2>/dev/null
check "another design's or RTL's library does not wait" bash -c "! '$emamba' cosim ${tiny[*]@Q} 2>&1 | grep waiting"
check "after kill -9 the next one" builds 9 --rtl "$work/y/rtl"
cp "$work/log" "$work/last"
check "says that it waits" said "waiting for another"
check "and its build begins after the other's end" bash -c "[ \"\$(tail -4 '$work/builds' | xargs)\" = 'begin end begin end' ]"
check "nothing is left over" bash -c "! ls -d '$work'/build/rtl/*/*.part"

echo 0 >"$work/sleep"
if [ "$(id -u)" -eq 0 ]; then
  chmod -R a+rX "$work"
  nobody() { setpriv --reuid=65534 --regid=65534 --clear-groups "$emamba" cosim "${tiny[@]}" "$@"; }
  check "another user uses a library that is there" nobody
  change nobody
  cannot() { ! nobody --rtl "$work/y/rtl"; }
  check "and cannot build one there" cannot
  cp "$work/log" "$work/last"
  check "which is said in a line" said "EMAMBA_BUILD names another folder"
fi
[ "$failures" -eq 0 ]
