// libFuzzer target: any bytes as a Lua text. It compiles or is an error; what compiles runs for a while in all
// tiers.
#include <cstdint>

#include "guest.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  runInAllTiers(data, size, DEVVM_LOAD_TEXT);
  return 0;
}
