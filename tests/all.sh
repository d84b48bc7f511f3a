#!/usr/bin/env bash
# All tests (./dev test [--all]): format, layers, unit tests, assembly programs, Lua programs against the reference,
# random programs, g++, sanitizers. Ends with "N passed, N failed"; SEED=N repeats a run with its random choices.
set -uo pipefail
cd "$(dirname "$0")/.."
ALL=0
case ${1:-} in
  "") ;;
  --all) ALL=1 ;;
  *) echo "usage: ./dev test [--all]" >&2; exit 2 ;;
esac
JOBS=${JOBS:-$(nproc)}
SEED=${SEED:-$((RANDOM * 32768 + RANDOM))}
VM=build/release/devvm
passed=0
failed=0
failures=()
began=$SECONDS

say() { printf '\n== %s\n' "$*"; }

# step NAME COMMAND...: runs one suite; adds up its "N passed, N failed" line, or counts the suite as one test.
step() {
  local name=$1 log start=$SECONDS status line bad
  shift
  say "$name"
  log=$(mktemp)
  "$@" 2>&1 | tee "$log"
  status=${PIPESTATUS[0]}
  line=$(grep -Eo '^[0-9]+ passed, [0-9]+ failed' "$log" | tail -n 1)
  rm -f "$log"
  if [ -n "$line" ]; then
    passed=$((passed + $(cut -d' ' -f1 <<<"$line")))
    bad=$(cut -d' ' -f3 <<<"$line")
    if [ "$bad" -eq 0 ] && [ "$status" -ne 0 ]; then bad=1; fi
  else
    bad=$((status != 0))
    passed=$((passed + 1 - bad))
  fi
  failed=$((failed + bad))
  [ "$bad" -eq 0 ] || failures+=("$name")
  echo "-- $((SECONDS - start)) s"
  return $((bad != 0))
}

configure() {  # preset, tests on or off
  local preset=$1 log=build/$1/build.log
  cmake --preset "$preset" -DDEVVM_TESTS="$2" >/dev/null || return 1
  cmake --build --preset "$preset" -j "$JOBS" >"$log" 2>&1 && return 0
  grep -E 'error|FAILED|undefined' -A 3 "$log" | head -n 60
  return 1
}

unit() {
  local out status total bad
  out=$(ctest --test-dir "build/$1" --output-on-failure -j "$JOBS" 2>&1)
  status=$?
  total=$(grep -Eo 'out of [0-9]+' <<<"$out" | grep -Eo '[0-9]+' | tail -n 1)
  bad=$(grep -Eo '[0-9]+ tests? failed' <<<"$out" | grep -Eo '^[0-9]+' | tail -n 1)
  [ $status -eq 0 ] || grep -vE '^ *(Start|[0-9]+/[0-9]+ Test .* Passed)' <<<"$out" | tail -n 60
  [ -n "$total" ] && echo "$((total - ${bad:-0})) passed, ${bad:-0} failed"
  return $status
}

lua() { python3 tests/run.py --jobs "$JOBS" --vm "$@"; }
jq_cases() { python3 tests/jq/run.py --jobs "$JOBS" --vm "$@"; }
assembly() { python3 tests/asm/run.py --jobs "$JOBS" --devvm "$@"; }
lox() { python3 tests/lox/run.py --jobs "$JOBS" --vm "$@"; }
random() { python3 tests/generator/fuzz.py --jobs "$JOBS" --vm "$@"; }

# Every libFuzzer target for some seconds, from its own seeds; crashes stay in build/fuzz.
fuzzers() {
  local seconds=$1 bad=0 ran=0 target
  for target in lua_parser lox_parser load_module verifier pattern unpack module assembler; do
    if python3 tests/fuzz/run.py --build build/fuzzers --seconds "$seconds" "$target"; then ran=$((ran + 1)); else bad=$((bad + 1)); fi
  done
  echo "$ran passed, $bad failed"
  [ $bad -eq 0 ]
}

# What a host does: installs the package elsewhere, finds it with CMake, builds the examples and runs them.
installed_package() {
  local folder status
  folder=$(mktemp -d)
  cmake --install build/release --prefix "$folder/devvm" >/dev/null &&
    cmake -S examples/embed -B "$folder/host" -G Ninja -DCMAKE_PREFIX_PATH="$folder/devvm" -DCMAKE_C_COMPILER=clang-19 \
      -DCMAKE_CXX_COMPILER=clang++-19 >/dev/null &&
    cmake --build "$folder/host" >/dev/null && ctest --test-dir "$folder/host" --output-on-failure &&
    "$folder/devvm/bin/devvm" run examples/lua/wordcount.lua README.md >/dev/null
  status=$?
  rm -rf "$folder"
  return $status
}

finish() {
  say "seed $SEED, $((SECONDS - began)) s"
  for f in "${failures[@]}"; do echo "failed: $f"; done
  echo "$passed passed, $failed failed"
  exit $((failed != 0))
}

# Every mode is run by --all; otherwise the interpreter, a moving collector, the baseline compiler, and one mode that the
# seed picks.
PICK=(switch fuel memory-limit gc-verify gc-mark optimizing-mark gc-stress-full baseline-warm baseline-stress baseline-refused jit-osr jit-reclaim jit-slices optimizing-sse2 optimizing-deopt
  optimizing-colouring optimizing-cold)
AT_ONCE="--jit=baseline --jit-threshold=1"
OPTIMIZED="--jit=optimizing --jit-threshold=2 --jit-optimize-at-once"
picked=${PICK[$((SEED % ${#PICK[@]}))]}
echo "seed $SEED (repeat with SEED=$SEED ./dev test); it picks mode $picked"

step "format" ./dev lint --format
step "layers" python3 tests/layers/check.py
step "build release (clang 19)" configure release ON || finish
step "unit tests" unit release
step "installed package" installed_package
step "Caml" python3 tests/caml/run.py --vm $VM --mode interpreter --mode default --mode baseline-at-once \
  --mode optimizing-at-once --mode optimizing-deopt --mode optimizing-stress --mode gc-stress
step "hostile Caml texts" python3 tests/caml/limits.py $VM
step "commands" python3 tests/tools/run.py --vm $VM
step "graphs and passes" python3 tests/jit/run.py --devvm $VM
step "jq cases" jq_cases $VM
step "jq cases, optimizing at once" jq_cases $VM --mode optimizing-at-once
step "assembly programs" assembly $VM --mode interpreter=--jit=off --mode "switch=--jit=off --dispatch=switch" \
  --mode "gc-stress=--jit=off --gc-stress=move" \
  --mode "baseline-at-once=$AT_ONCE" --mode "jit-osr=$AT_ONCE --jit-stress=osr:3" --mode "jit-reclaim=$AT_ONCE --jit-stress=reclaim:11" --mode "optimizing-at-once=$OPTIMIZED"
step "Lox programs" lox $VM
step "damaged Lox programs, 20 seconds" python3 tests/lox/fuzz.py --vm $VM --seconds 20 --seed "$SEED"
if [ $ALL -eq 1 ]; then
  step "Lox programs, every mode" lox $VM --mode all
  step "assembly programs, other modes" assembly $VM --mode "gc-verify=--jit=off --gc-verify" \
    --mode "fuel=--jit=off --fuel=1000000000000" --mode "memory-limit=--jit=off --memory-limit=4G" --mode "baseline-stress=$AT_ONCE --gc-stress=move" \
    --mode "baseline-switch=$AT_ONCE --dispatch=switch" --mode "baseline-verify=$AT_ONCE --gc-verify" \
    --mode "baseline-fuel=$AT_ONCE --fuel=1000000000000" --mode "baseline-refused=$AT_ONCE --jit-refuse" \
    --mode "optimizing-deopt=$OPTIMIZED --jit-stress=deopt:3" --mode "optimizing-colouring=$OPTIMIZED --jit-allocator=colouring"
  step "Lua programs against lua5.4, every mode" lua $VM --mode all
  step "random programs, 10 minutes" random $VM --seconds 600 --seed "$SEED"
  for mode in switch gc-stress gc-verify baseline baseline-at-once baseline-stress optimizing-at-once optimizing-deopt; do
    step "random programs, $mode, 1 minute" random $VM --seconds 60 --seed "$SEED" --mode $mode
  done
else
  step "Lua programs against lua5.4" lua $VM --mode interpreter --mode gc-stress --mode default --mode baseline-at-once \
    --mode optimizing-at-once --mode "$picked"
  step "Lua programs under compiler stress" lua $VM --mode jit-osr --mode jit-reclaim --mode optimizing-at-once \
    --mode optimizing-colouring --mode optimizing-deopt --mode optimizing-background --filter jit/ --filter coroutines/
  step "random programs, 2 minutes" random $VM --seconds 120 --seed "$SEED"
  step "random programs, baseline compiler, 30 seconds" random $VM --seconds 30 --seed "$SEED" --mode baseline-at-once
  step "random programs, optimizing compiler, 1 minute" random $VM --seconds 60 --seed "$SEED" --mode optimizing-at-once
fi

tests=$([ $ALL -eq 1 ] && echo ON || echo OFF)
if step "build g++" configure gcc "$tests"; then
  [ $ALL -eq 0 ] || step "unit tests, g++" unit gcc
  step "Lua programs, g++" lua build/gcc/devvm --mode interpreter
  step "assembly programs, g++" assembly build/gcc/devvm
fi

export ASAN_SYMBOLIZER_PATH=${ASAN_SYMBOLIZER_PATH:-$(command -v llvm-symbolizer-19)}
export TSAN_OPTIONS="external_symbolizer_path=$ASAN_SYMBOLIZER_PATH ${TSAN_OPTIONS:-}"
if step "build address and undefined-behaviour sanitizers" configure asan "$tests"; then
  step "Lua programs, sanitizers" lua build/asan/devvm --mode interpreter --timeout 120
  step "assembly programs, sanitizers" assembly build/asan/devvm
  step "Lox programs, sanitizers" lox build/asan/devvm --mode interpreter
  step "jq cases, sanitizers" jq_cases build/asan/devvm
  step "Caml, sanitizers" python3 tests/caml/run.py --vm build/asan/devvm
  if [ $ALL -eq 1 ]; then
    step "unit tests, sanitizers" unit asan
    step "Lua programs, sanitizers, other modes" lua build/asan/devvm --mode switch --mode gc-stress \
      --mode baseline-at-once --mode optimizing-at-once --timeout 240
    step "assembly programs, sanitizers, baseline" assembly build/asan/devvm --mode "baseline-at-once=$AT_ONCE" \
      --mode "baseline-warm=--jit=baseline --jit-threshold=4" \
      --mode "optimizing-at-once=$OPTIMIZED"
    step "random programs, sanitizers, 1 minute" random build/asan/devvm --seconds 60 --seed "$SEED"
  fi
fi
if [ $ALL -eq 1 ]; then
  if step "build thread sanitizer" configure tsan ON; then
    step "unit tests, thread sanitizer" unit tsan
    step "Lua programs, thread sanitizer" lua build/tsan/devvm --mode interpreter --timeout 240
    step "Lua programs, thread sanitizer, compiled" lua build/tsan/devvm --mode baseline-at-once --mode jit-reclaim --mode optimizing-at-once \
      --mode optimizing-background --timeout 240 --filter jit/ --filter coroutines/ --filter gc/
  fi
  if step "build libFuzzer targets" configure fuzzers ON; then step "libFuzzer targets, 10 s each" fuzzers 10; fi
fi
finish
