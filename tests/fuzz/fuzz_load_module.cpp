// libFuzzer target: any bytes as a binary chunk, through loader and verifier; what passes runs for a while.
#include <cstdint>

#include "guest.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  Guest guest;
  devvm_ref f = DEVVM_NONE;
  if (devvm_load(guest, data, size, "=fuzz", DEVVM_LOAD_BINARY, &f) == DEVVM_OK) guest.call(f, nullptr, 0);
  return 0;
}
