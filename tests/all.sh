#!/usr/bin/env bash
# All tests (./dev test [--all]): unit tests, assembly programs, Lua programs against the reference, generated programs.
# Ends with "N passed, N failed".
set -uo pipefail
cd "$(dirname "$0")/.."
ALL=0
[ "${1:-}" = "--all" ] && ALL=1
JOBS=${JOBS:-$(nproc)}
SEED=${SEED:-1}  # fixed, so that a change is judged by itself; ./dev fuzz goes further
passed=0
failed=0
failures=()

say() { printf '\n== %s\n' "$*"; }

# step NAME COMMAND...: runs one suite; adds up its "N passed, N failed" line, or counts the suite as one test.
step() {
  local name=$1
  shift
  say "$name"
  local log
  log=$(mktemp)
  "$@" 2>&1 | tee "$log"
  local status=${PIPESTATUS[0]} line
  line=$(grep -Eo '^[0-9]+ passed, [0-9]+ failed' "$log" | tail -n 1)
  if [ -n "$line" ]; then
    passed=$((passed + $(cut -d' ' -f1 <<<"$line")))
    local bad
    bad=$(cut -d' ' -f3 <<<"$line")
    failed=$((failed + bad))
    if [ "$bad" -eq 0 ] && [ "$status" -ne 0 ]; then failed=$((failed + 1)); fi
    if [ "$bad" -ne 0 ] || [ "$status" -ne 0 ]; then failures+=("$name"); fi
  elif [ "$status" -eq 0 ]; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    failures+=("$name")
  fi
  rm -f "$log"
}

configure() {  # preset, tests on or off
  cmake --preset "$1" -DDEVVM_TESTS="$2" >/dev/null || return 1
  local log=build/$1/build.log
  if cmake --build "build/$1" -j "$JOBS" >"$log" 2>&1; then return 0; fi
  grep -E 'error|FAILED' -A 3 "$log" | head -n 60
  return 1
}

unit() {
  local out
  out=$(ctest --test-dir "build/$1" --output-on-failure -j "$JOBS" 2>&1)
  local status=$?
  echo "$out" | tail -n 40
  local total bad
  total=$(grep -Eo 'out of [0-9]+' <<<"$out" | grep -Eo '[0-9]+' | tail -n 1)
  bad=$(grep -Eo '[0-9]+ tests? failed' <<<"$out" | grep -Eo '^[0-9]+' | tail -n 1)
  [ -n "$total" ] && echo "$((total - ${bad:-0})) passed, ${bad:-0} failed"
  return $status
}

step "build release (clang 19)" configure release ON
step "unit tests" unit release
VM=build/release/devvm
if [ -f tests/asm/run.py ]; then step "assembly programs" python3 tests/asm/run.py --devvm $VM --jobs "$JOBS"; fi

# Every mode that the runner knows is run by --all; otherwise the interpreter and one that the seed picks.
PICK=(switch fuel)
picked=${PICK[$((SEED % ${#PICK[@]}))]}
say "seed $SEED picks mode $picked"
if [ $ALL -eq 1 ]; then modes=(--mode all); else modes=(--mode interpreter --mode "$picked"); fi
step "Lua programs against lua5.4" python3 tests/run.py --vm $VM --jobs "$JOBS" "${modes[@]}"

seconds=$([ $ALL -eq 1 ] && echo 600 || echo 120) count=$([ $ALL -eq 1 ] && echo 1000000 || echo 600)
step "random programs, $seconds s, seed $SEED" python3 tests/generator/fuzz.py --vm $VM --seconds "$seconds" --count "$count" --seed "$SEED"

step "build g++ 12" configure gcc OFF
step "Lua programs, g++ 12" python3 tests/run.py --vm build/gcc/devvm --jobs "$JOBS" --mode interpreter --filter programs

if [ $ALL -eq 1 ]; then
  step "build address and undefined sanitizers" configure asan ON
  step "unit tests, sanitizers" unit asan
  step "Lua programs, sanitizers" python3 tests/run.py --vm build/asan/devvm --jobs "$JOBS" --mode interpreter --mode switch --timeout 120
  step "build thread sanitizer" configure tsan ON
  step "unit tests, thread sanitizer" unit tsan
fi

say "seed $SEED"
for f in "${failures[@]:-}"; do [ -n "$f" ] && echo "failed: $f"; done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
