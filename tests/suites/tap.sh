# shellcheck shell=bash
# For suites, which source it: a folder of their own and TAP lines. `[ "$failures" -eq 0 ]` ends a suite.
failures=0
export COLUMNS=1000 # lines of the program are not folded

# A fresh folder build/NAME, in $work.
begin() { # name
  work=build/$1
  rm -rf "$work" && mkdir -p "$work"
}

# ok when the command succeeds; else not ok, with the last lines that it printed.
check() { # name, command...
  local name=$1
  shift
  if "$@" >"$work/log" 2>&1; then
    echo "ok - $name"
  else
    tail -n 12 "$work/log" | sed 's/^/# /'
    echo "not ok - $name"
    failures=$((failures + 1))
  fi
}
