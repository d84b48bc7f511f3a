// libFuzzer target: the first byte says where the format ends and the packed bytes begin.
#include <cstdint>

#include "guest.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static Guest guest;
  static devvm_ref f = guest.function(
      "local s, p = ... pcall(string.packsize, p) pcall(string.unpack, p, s, 3)\n"
      "local v = table.pack(string.unpack(p, s)) pcall(string.pack, p, table.unpack(v, 1, v.n))");
  if (size < 1) return 0;
  size_t format = data[0] < size ? data[0] : size - 1;
  const char* text = reinterpret_cast<const char*>(data) + 1;
  uint32_t scope = devvm_open_scope(guest);
  devvm_ref arguments[] = {devvm_string(guest, text + format, size - 1 - format), devvm_string(guest, text, format)};
  guest.call(f, arguments, 2);
  devvm_close_scope(guest, scope);
  return 0;
}
