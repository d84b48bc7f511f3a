// math.random: xoshiro256** (Blackman & Vigna, "Scrambled linear pseudorandom number generators", ACM TOMS 2021), with
// the seeding and the projections of the reference, so that seeded sequences are the same.
#pragma once

#include "languages/lua/library/library_support.h"

namespace devvm::lua {

NativeResult mathRandom(NativeCall& c);
NativeResult mathRandomSeed(NativeCall& c);
Value fastRandom(Isolate& isolate, const Value* args, uint32_t count);
/// Seeds the isolate's generator: fixed if the isolate is deterministic, else from the system.
void seedFromSystem(Isolate& isolate);

}  // namespace devvm::lua
