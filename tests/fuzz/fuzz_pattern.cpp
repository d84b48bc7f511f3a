// libFuzzer target: the first byte says where the pattern ends and the subject begins.
#include <cstdint>

#include "guest.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static Guest guest;
  static devvm_ref f = guest.function(
      "local s, p = ... string.find(s, p) string.match(s, p, 2) string.gsub(s, p, '<%0>')\n"
      "for a, b in string.gmatch(s, p) do if not a then break end end string.gsub(s, p, p)");
  guest.callWithParts(f, data, size);
  return 0;
}
