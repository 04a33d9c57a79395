#!/bin/bash
# The library: its symbols and header, the examples against the installed copy, threads, the Python package, the manual.
source tests/suites/tap.sh
begin library
work=$PWD/$work
prefix="$work/a prefix"
mars=(configs/designs/mars.yaml configs/networks/mars-random.safetensors traces/mars-random.safetensors)

files_below() { (cd "$1" && find . ! -type d | sort); }
make_quietly() { env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL make -s "$@"; }

# ---- Symbols: what the header declares and nothing else ----
declared() { grep -oE '\bemamba_[a-z_]+\(' include/emamba.h | tr -d '(' | sort -u; }
symbols_shared() { diff <(declared) <(nm -D --defined-only build/libemamba.so | awk '{print $3}' | sort); }
symbols_static() { diff <(declared) <(nm -g --defined-only build/libemamba.a | awk 'NF == 3 {print $3}' | sort); }
version_everywhere() {
  local version
  version=$(cat VERSION)
  [ "$(build/emamba --version | cut -d' ' -f2)" = "$version" ] && [ -e "build/libemamba.so.$version" ] &&
    [ "$(PYTHONPATH=python /usr/bin/python3 -c 'import emamba; print(emamba.__version__)')" = "$version" ]
}
soname() { readelf -d build/libemamba.so | grep -q "soname: \[libemamba.so.$(cut -d. -f1 VERSION)\]"; }
check "shared library: exports what the header declares, no more" symbols_shared
check "static library: likewise" symbols_static
check "soname has the major version" soname
check "one version: program, library, Python" version_everywhere

# ---- The header: C and C++ alike ----
printf '#include "emamba.h"\nint main(void) { return emamba_version() == 0; }\n' >"$work/header.c"
cp "$work/header.c" "$work/header.cpp"
strict=(-Wall -Wextra -Wpedantic -Werror -fsyntax-only -Iinclude)
for compiler in gcc clang; do
  for standard in c99 c11 c17; do
    check "header: $compiler -std=$standard" $compiler -std=$standard "${strict[@]}" "$work/header.c"
  done
done
for compiler in g++ clang++; do
  for standard in c++17 c++20; do
    check "header: $compiler -std=$standard" $compiler -std=$standard "${strict[@]}" -Wold-style-cast "$work/header.cpp"
  done
done

# ---- Models alone link: nothing in models/ needs sim/ ----
models_alone() {
  printf '#include "models/time/timing.h"\nint main(void) { return 0; }\n' >"$work/models.c"
  gcc -std=c11 -I. "$work/models.c" -Wl,--whole-archive build/release/libem_models.a -Wl,--no-whole-archive -lm -o "$work/models"
}
check "libem_models.a links with models alone" models_alone

# ---- The installed copy ----
staged() {
  make_quietly install DESTDIR="$work/stage" PREFIX=/usr && make_quietly install PREFIX="$prefix" &&
    diff <(files_below "$work/stage/usr") <(files_below "$prefix") &&
    grep -q '^prefix=/usr$' "$work/stage/usr/lib/pkgconfig/emamba.pc"
}
uninstalled() { make_quietly uninstall DESTDIR="$work/stage" PREFIX=/usr && [ -z "$(files_below "$work/stage")" ]; }
check "make install: DESTDIR and PREFIX give the same files" staged
check "make uninstall leaves none" uninstalled

export PKG_CONFIG_PATH="$prefix/lib/pkgconfig"
export LD_LIBRARY_PATH="$prefix/lib"
config() { eval "flags=($(pkg-config "$@" emamba))"; }
build_c() { config --cflags --libs && gcc -std=c11 -Wall -Wextra -Wpedantic -Werror examples/run.c "${flags[@]}" -o "$work/run"; }
build_cpp() {
  config --cflags --libs &&
    g++ -std=c++17 -Wall -Wextra -Wpedantic -Werror examples/sweep.cpp "${flags[@]}" -o "$work/sweep"
}
build_static() {
  config --cflags && gcc -std=c11 examples/run.c "${flags[@]}" "$prefix/lib/libemamba.a" -lcjson -lyaml -lm -o "$work/run-static"
}
runs_like_the_program() { # program
  build/emamba run "${mars[0]}" -n "${mars[1]}" -i "${mars[2]}" -q --report "$work/report.json" &&
    "$1" "${mars[@]}" >"$work/said" && cat "$work/said" &&
    grep -q "^mars: 8 frames in $(/usr/bin/python3 -c "import json; print(json.load(open('$work/report.json'))['time']['cycles'])") cycles$" "$work/said"
}
refuses() { # text, command...
  local text=$1
  shift
  "$@" >"$work/said" 2>&1
  [ $? -eq 2 ] && grep -q "$text" "$work/said"
}
check "C example builds against the installed copy" build_c
check "C++ example builds against the installed copy" build_cpp
check "C example builds with the archive" build_static
check "C example runs: the program's cycles" runs_like_the_program "$work/run"
check "C example with the archive likewise" runs_like_the_program "$work/run-static"
check "C example: bad input is status 2 with the text" refuses "run: no.yaml: cannot open" "$work/run" no.yaml "${mars[@]:1}"
check "C++ example runs" "$work/sweep" "${mars[0]}" 0.21
best() { "$work/sweep" "${mars[0]}" 0.215 | grep -q '^best: 2 lanes'; }
check "C++ example finds the fastest within the area" best
installed_check() (cd / && "$prefix/bin/emamba" check "$prefix/share/emamba/configs/designs/mars.yaml" | grep -q '^price')
check "installed program checks and prices an installed design" installed_check

# ---- Co-simulation from an installed copy, which is not written to: the RTL is built in the user's cache ----
installed_cosim() {
  local design=$prefix/share/emamba/configs/designs/tiny.yaml before
  mkdir -p "$work/home" "$work/tiny" && build/tests/random_case 7 "$work/tiny" "$design" &&
    before=$(files_below "$prefix") || return
  (cd / && env -u EMAMBA_BUILD HOME="$work/home" "$prefix/bin/emamba" cosim "$design" \
    -n "$work/tiny/network.safetensors" -i "$work/tiny/frames.safetensors" --no-bundle) &&
    [ -n "$(files_below "$work/home/.cache/emamba")" ] && [ "$(files_below "$prefix")" = "$before" ]
}
check "an installed program co-simulates, and builds in the user's cache" installed_cosim

# ---- Manual and completion: every command and option stands in them ----
options() { build/emamba help | grep -oE '(^|[ ,])--[a-z-]+' | tr -d ' ,' | sort -u; }
completes() { # words of the command line...
  bash -c 'source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _emamba; printf "%s\n" "${COMPREPLY[@]}"' \
    bash "$prefix/share/bash-completion/completions/emamba" "$@"
}
manual_is_whole() {
  man -l "$prefix/share/man/man1/emamba.1" | col -b >"$work/manual" || return
  local option
  for option in $(options); do grep -q -e "$option" "$work/manual" || { echo "$option"; return 1; }; done
}
manual_warns_nothing() { [ -z "$(groff -man -ww -Tutf8 "$prefix/share/man/man1/emamba.1" 2>&1 >/dev/null)" ]; }
completion_of_commands() { completes emamba co | diff - <(printf 'cosim\ncompare\n'); }
completion_of_options() { completes emamba run --stall | diff - <(printf -- '--stall-in\n--stall-out\n'); }
completion_of_files() { completes emamba run configs/designs/mar | diff - <(echo configs/designs/mars.yaml); }
zsh_names_all() {
  local option
  for option in $(options | grep -v version); do
    grep -q -e "$option" "$prefix/share/zsh/site-functions/_emamba" || { echo "$option"; return 1; }
  done
}
check "manual page has every option" manual_is_whole
check "manual page: groff has no warning" manual_warns_nothing
check "bash completes commands" completion_of_commands
check "bash completes options of the command" completion_of_options
check "bash completes files" completion_of_files
check "zsh completion has every option" zsh_names_all

# ---- A decimal comma ----
decimal_comma() {
  mkdir -p "$work/locales"
  printf 'LC_NUMERIC\ndecimal_point ","\nthousands_sep ""\ngrouping -1\nEND LC_NUMERIC\n' >"$work/locales/comma"
  localedef -c --no-archive -i "$work/locales/comma" "$work/locales/comma_XX" >/dev/null 2>&1
  gcc -std=c11 -D_XOPEN_SOURCE=700 -I. tests/library/locale.c build/libemamba.so -Wl,-rpath,"$PWD/build" -o "$work/locale" &&
    LOCPATH="$work/locales" "$work/locale"
}
check "a program with a decimal comma gets the same numbers" decimal_comma

# ---- Threads ----
check "threads on shared and separate handles, under ThreadSanitizer" build/threaded/threads

# ---- Python: from the checkout, and installed with pip ----
unset LD_LIBRARY_PATH
PYTHONPATH=python:tests/tools /usr/bin/python3 tests/tools/tap.py tests/library || failures=$((failures + 1))
check "the tutorial's page is what comes out of its notebook" tools/notebook.py docs/tutorial/tutorial.py --check
pip_installs() (
  /usr/bin/python3 -m venv --system-site-packages "$work/venv" &&
    "$work/venv/bin/pip" install -q --no-build-isolation --no-index --no-deps . &&
    cd / && "$work/venv/bin/python" -c "
import emamba, sys
design = emamba.check('$prefix/share/emamba/configs/designs/mars.yaml')
assert emamba.__file__.startswith('$work/venv'), emamba.__file__
assert design.time()['interval_cycles'] == 3248"
)
check "pip installs the package from the checkout" pip_installs
[ "$failures" -eq 0 ]
