// string.pack, packsize, unpack.
#include <bit>
#include <climits>
#include <cstddef>
#include <cstring>

#include "languages/lua/library/string_builder.h"
#include "languages/lua/library/string_library.h"

namespace devvm::lua {

using runtime::asString;

namespace {

constexpr int kMostIntBytes = 16;
constexpr int kMostBytes = INT_MAX;
constexpr int kNativeAlignment = alignof(std::max_align_t) < 8 ? alignof(std::max_align_t) : 8;

enum class Option : uint8_t {
  kInt,
  kUnsigned,
  kFloat,
  kDouble,
  kFixed,
  kCounted,
  kZeroEnded,
  kPadding,
  kAlign,
  kNothing,
};

/// Reads a format string option by option. The string may move between options: every call derives it anew.
class FormatReader {
 public:
  explicit FormatReader(NativeCall& call) : call_(call) {}

  // Of the option just read:
  int size = 0;  ///< its bytes
  int fill = 0;  ///< padding bytes in front of it
  bool little = std::endian::native == std::endian::little;

  /// As C strings go, a NUL ends the format.
  bool atEnd() { return peek() == '\0'; }

  /// Reads the next option, placed at `offset`. False after raising.
  bool next(uint64_t offset, Option& option) {
    if (++options_ % 1024 == 0 && !call_.charge(1024 / kElementsPerUnit)) return false;
    if (!readOption(option, size)) return false;
    int align = size;
    if (option == Option::kAlign) {
      Option following = Option::kNothing;
      if (atEnd()) return badAlign();
      if (!readOption(following, align)) return false;
      if (following == Option::kFixed || align == 0) return badAlign();
    }
    fill = 0;
    if (align <= 1 || option == Option::kFixed) return true;
    if (align > maxAlign_) align = maxAlign_;
    if ((align & (align - 1)) != 0) {
      call_.argError(0, "format asks for alignment not power of 2");
      return false;
    }
    fill = (align - static_cast<int>(offset & static_cast<uint64_t>(align - 1))) & (align - 1);
    return true;
  }

 private:
  char peek() { return asString(call_.arg(0))->bytes[at_]; }
  bool badAlign() {
    call_.argError(0, "invalid next option for option 'X'");
    return false;
  }
  int number(int otherwise) {
    if (peek() < '0' || peek() > '9') return otherwise;
    int n = 0;
    do {
      n = n * 10 + (peek() - '0');
      at_++;
    } while (peek() >= '0' && peek() <= '9' && n <= (kMostBytes - 9) / 10);
    return n;
  }
  bool sizeLimit(int otherwise, int& out) {
    out = number(otherwise);
    if (out > 0 && out <= kMostIntBytes) return true;
    call_.error("integral size (%d) out of limits [1,%d]", out, kMostIntBytes);
    return false;
  }
  bool readOption(Option& option, int& bytes) {
    char letter = peek();
    at_++;
    bytes = 0;
    auto is = [&](Option o, size_t n) {
      option = o;
      bytes = static_cast<int>(n);
      return true;
    };
    switch (letter) {
      case 'b': return is(Option::kInt, 1);
      case 'B': return is(Option::kUnsigned, 1);
      case 'h': return is(Option::kInt, sizeof(short));
      case 'H': return is(Option::kUnsigned, sizeof(short));
      case 'l': return is(Option::kInt, sizeof(long));
      case 'L': return is(Option::kUnsigned, sizeof(long));
      case 'j': return is(Option::kInt, 8);
      case 'J': return is(Option::kUnsigned, 8);
      case 'T': return is(Option::kUnsigned, sizeof(size_t));
      case 'f': return is(Option::kFloat, 4);
      case 'n':
      case 'd': return is(Option::kDouble, 8);
      case 'i': option = Option::kInt; return sizeLimit(sizeof(int), bytes);
      case 'I': option = Option::kUnsigned; return sizeLimit(sizeof(int), bytes);
      case 's': option = Option::kCounted; return sizeLimit(sizeof(size_t), bytes);
      case 'c':
        option = Option::kFixed;
        bytes = number(-1);
        if (bytes >= 0) return true;
        call_.error("missing size for format option 'c'");
        return false;
      case 'z': return is(Option::kZeroEnded, 0);
      case 'x': return is(Option::kPadding, 1);
      case 'X': return is(Option::kAlign, 0);
      case '<': little = true; return is(Option::kNothing, 0);
      case '>': little = false; return is(Option::kNothing, 0);
      case '=': little = std::endian::native == std::endian::little; return is(Option::kNothing, 0);
      case ' ': return is(Option::kNothing, 0);
      case '!': option = Option::kNothing; return sizeLimit(kNativeAlignment, maxAlign_);
      default: call_.error("invalid format option '%c'", letter); return false;
    }
  }

  NativeCall& call_;
  size_t at_ = 0;
  uint64_t options_ = 0;
  int maxAlign_ = 1;
};

/// Writes the low bytes of n; bytes beyond the eighth are those of its sign.
void writeInteger(char* to, uint64_t n, bool negative, int size, bool little) {
  for (int i = 0; i < size; i++) {
    uint8_t byte = i < 8 ? static_cast<uint8_t>(n >> (8 * i)) : negative ? 0xFF : 0;
    to[little ? i : size - 1 - i] = static_cast<char>(byte);
  }
}

bool appendInteger(StringBuilder& out, const FormatReader& format, uint64_t n, bool negative) {
  char bytes[kMostIntBytes];
  writeInteger(bytes, n, negative, format.size, format.little);
  return out.append({bytes, static_cast<size_t>(format.size)});
}

bool appendZeros(StringBuilder& out, size_t n) {
  if (n == 0) return true;
  char* to = out.reserve(n);
  if (to == nullptr) return false;
  std::memset(to, 0, n);
  out.commit(n);
  return true;
}

/// The integer at `from`. False after raising if it does not fit.
bool readInteger(NativeCall& c, const char* from, bool little, int size, bool isSigned, int64_t& out) {
  uint64_t n = 0;
  int used = size < 8 ? size : 8;
  for (int i = used - 1; i >= 0; i--) n = n << 8 | static_cast<uint8_t>(from[little ? i : size - 1 - i]);
  if (size < 8 && isSigned) {
    uint64_t sign = uint64_t{1} << (size * 8 - 1);
    n = (n ^ sign) - sign;
  }
  uint8_t beyond = isSigned && static_cast<int64_t>(n) < 0 ? 0xFF : 0;
  for (int i = used; i < size; i++) {
    if (static_cast<uint8_t>(from[little ? i : size - 1 - i]) != beyond) {
      c.error("%d-byte integer does not fit into Lua Integer", size);
      return false;
    }
  }
  out = static_cast<int64_t>(n);
  return true;
}

/// Appends argument i as the option says. False after raising.
bool packOption(NativeCall& c, StringBuilder& out, const FormatReader& format, Option option, uint32_t i,
                uint64_t& total) {
  auto refuse = [&](const char* message) {
    c.argError(i, message);
    return false;
  };
  int size = format.size;
  if (!c.has(i)) {  // the reference has a nil of its own behind the arguments
    bool text = option == Option::kFixed || option == Option::kCounted || option == Option::kZeroEnded;
    return refuse(text ? "string expected, got nil" : "number expected, got nil");
  }
  switch (option) {
    case Option::kInt: {
      int64_t n;
      if (!c.checkInteger(i, n)) return false;
      if (size < 8) {
        int64_t limit = int64_t{1} << (size * 8 - 1);
        if (n < -limit || n >= limit) return refuse("integer overflow");
      }
      return appendInteger(out, format, static_cast<uint64_t>(n), n < 0);
    }
    case Option::kUnsigned: {
      int64_t n;
      if (!c.checkInteger(i, n)) return false;
      if (size < 8 && static_cast<uint64_t>(n) >> (size * 8) != 0) return refuse("unsigned overflow");
      return appendInteger(out, format, static_cast<uint64_t>(n), false);
    }
    case Option::kFloat: {
      double d;
      if (!c.checkNumber(i, d)) return false;
      return appendInteger(out, format, std::bit_cast<uint32_t>(static_cast<float>(d)), false);
    }
    case Option::kDouble: {
      double d;
      if (!c.checkNumber(i, d)) return false;
      return appendInteger(out, format, std::bit_cast<uint64_t>(d), false);
    }
    case Option::kFixed: {
      if (!c.checkString(i)) return false;
      size_t length = c.stringArg(i).size();
      if (length > static_cast<size_t>(size)) return refuse("string longer than given size");
      return out.append(c.argHandle(i)) && appendZeros(out, static_cast<size_t>(size) - length);
    }
    case Option::kCounted: {
      if (!c.checkString(i)) return false;
      size_t length = c.stringArg(i).size();
      if (size < 8 && length >> (size * 8) != 0) return refuse("string length does not fit in given size");
      total += length;
      return appendInteger(out, format, length, false) && out.append(c.argHandle(i));
    }
    case Option::kZeroEnded: {
      if (!c.checkString(i)) return false;
      std::string_view text = c.stringArg(i);
      if (text.find('\0') != std::string_view::npos) return refuse("string contains zeros");
      total += text.size() + 1;
      return out.append(c.argHandle(i)) && out.append('\0');
    }
    default: return true;
  }
}

}  // namespace

NativeResult stringPack(NativeCall& c) {
  if (!c.checkString(0)) return c.raisePending();
  c.setSlots(2);
  StringBuilder out(c, 0);
  FormatReader format(c);
  uint64_t total = 0, charged = 0;
  uint32_t argument = 0;
  while (!format.atEnd()) {
    Option option = Option::kNothing;
    if (!format.next(total, option)) return c.raisePending();
    total += static_cast<uint64_t>(format.fill) + static_cast<uint64_t>(format.size);
    if (!appendZeros(out, static_cast<size_t>(format.fill))) return c.raisePending();
    if (option == Option::kPadding) {
      if (!out.append('\0')) return c.raisePending();
    } else if (option != Option::kAlign && option != Option::kNothing) {
      if (!packOption(c, out, format, option, ++argument, total)) return c.raisePending();
    }
    if (total - charged >= 4096) {
      if (!chargeBytes(c, total - charged)) return c.raisePending();
      charged = total;
    }
  }
  if (!chargeBytes(c, total - charged)) return c.raisePending();
  Value result = out.finish();
  return result.isNil() ? c.outOfMemory() : c.ret(result);
}

NativeResult stringPackSize(NativeCall& c) {
  if (!c.checkString(0)) return c.raisePending();
  FormatReader format(c);
  int64_t total = 0;
  while (!format.atEnd()) {
    Option option = Option::kNothing;
    if (!format.next(static_cast<uint64_t>(total), option)) return c.raisePending();
    if (option == Option::kCounted || option == Option::kZeroEnded) return c.argError(0, "variable-length format");
    int64_t size = int64_t{format.size} + format.fill;
    if (total > kMostBytes - size) return c.argError(0, "format result too large");
    total += size;
  }
  return c.ret(Value::smallInt(total));
}

NativeResult stringUnpack(NativeCall& c) {
  int64_t from;
  if (!c.checkString(0) || !c.checkString(1) || !c.optInteger(2, 1, from)) return c.raisePending();
  uint64_t length = c.stringArg(1).size();
  uint64_t at = startPosition(from, length) - 1;
  if (at > length) return c.argError(2, "initial position out of string");
  FormatReader format(c);
  uint32_t n = 0;
  while (!format.atEnd()) {
    Option option = Option::kNothing;
    if (!format.next(at, option)) return c.raisePending();
    uint64_t size = static_cast<uint64_t>(format.size);
    if (static_cast<uint64_t>(format.fill) + size > length - at) return c.argError(1, "data string too short");
    at += static_cast<uint64_t>(format.fill);
    if (n >= 24 && n % 64 == 24) {  // there is room for 32 at first
      if (n >= kMostSlots || !c.ensure(96)) return c.error("stack overflow (too many results)");
      if (!c.charge(64 / kElementsPerUnit)) return c.raisePending();
    }
    const char* data = asString(c.arg(1))->bytes + at;
    switch (option) {
      case Option::kInt:
      case Option::kUnsigned: {
        int64_t number;
        if (!readInteger(c, data, format.little, format.size, option == Option::kInt, number)) return c.raisePending();
        c.push(runtime::makeInteger(c.isolate, number));
        break;
      }
      case Option::kFloat:
      case Option::kDouble: {
        int64_t bits = 0;
        if (!readInteger(c, data, format.little, format.size, false, bits)) return c.raisePending();
        double d = option == Option::kDouble ? std::bit_cast<double>(bits)
                                             : static_cast<double>(std::bit_cast<float>(static_cast<uint32_t>(bits)));
        c.push(Value::canonical(d));
        break;
      }
      case Option::kFixed:
        if (!chargeBytes(c, size)) return c.raisePending();
        c.push(runtime::substring(c.isolate, c.arg(1), at, size));
        break;
      case Option::kCounted: {
        int64_t bytes;
        if (!readInteger(c, data, format.little, format.size, false, bytes)) return c.raisePending();
        if (static_cast<uint64_t>(bytes) > length - at - size) return c.argError(1, "data string too short");
        if (!chargeBytes(c, static_cast<uint64_t>(bytes))) return c.raisePending();
        c.push(runtime::substring(c.isolate, c.arg(1), at + size, static_cast<size_t>(bytes)));
        at += static_cast<uint64_t>(bytes);
        break;
      }
      case Option::kZeroEnded: {
        size_t bytes = std::strlen(data);
        if (at + bytes >= length) return c.argError(1, "unfinished string for format 'z'");
        if (!chargeBytes(c, bytes)) return c.raisePending();
        c.push(runtime::substring(c.isolate, c.arg(1), at, bytes));
        at += bytes + 1;
        break;
      }
      case Option::kPadding:
      case Option::kAlign:
      case Option::kNothing: at += size; continue;
    }
    if (c.top().isNil()) return c.outOfMemory();
    n++;
    at += size;
  }
  c.push(Value::smallInt(static_cast<int64_t>(at) + 1));
  return c.retTop(n + 1);
}

}  // namespace devvm::lua
