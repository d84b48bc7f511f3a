// libFuzzer target: the first byte says where the format ends and the packed bytes begin.
#include <cstdint>

#include "guest.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static Guest guest;
  static devvm_ref f = guest.function(
      "local s, p = ... pcall(string.packsize, p) pcall(string.unpack, p, s, 3)\n"
      "local v = table.pack(string.unpack(p, s)) pcall(string.pack, p, table.unpack(v, 1, v.n))");
  guest.callWithParts(f, data, size);
  return 0;
}
