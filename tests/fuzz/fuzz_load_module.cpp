// libFuzzer target: any bytes as a binary chunk, through loader and verifier; what passes runs for a while in
// all tiers.
#include <cstdint>

#include "guest.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  runInAllTiers(data, size, DEVVM_LOAD_BINARY);
  return 0;
}
