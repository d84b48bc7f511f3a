// libFuzzer target: the first byte says where the pattern ends and the subject begins.
#include <cstdint>

#include "guest.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static Guest guest;
  static devvm_ref f = guest.function(
      "local s, p = ... string.find(s, p) string.match(s, p, 2) string.gsub(s, p, '<%0>')\n"
      "for a, b in string.gmatch(s, p) do if not a then break end end string.gsub(s, p, p)");
  if (size < 1) return 0;
  size_t pattern = data[0] < size ? data[0] : size - 1;
  const char* text = reinterpret_cast<const char*>(data) + 1;
  uint32_t scope = devvm_open_scope(guest);
  devvm_ref arguments[] = {devvm_string(guest, text + pattern, size - 1 - pattern), devvm_string(guest, text, pattern)};
  guest.call(f, arguments, 2);
  devvm_close_scope(guest, scope);
  return 0;
}
