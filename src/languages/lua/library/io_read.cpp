// Reading by formats: numbers, lines, so many bytes, everything.

#include <cctype>
#include <cerrno>
#include <cstring>
#include <string>

#include "languages/lua/library/base.h"
#include "languages/lua/library/io_file.h"
#include "languages/lua/library/string_builder.h"
#include "languages/lua/library/waiting.h"

namespace devvm::lua {

namespace {

constexpr size_t kChunk = 8192;
constexpr size_t kLongestNumeral = 200;

/// Collects the longest text that begins like a numeral, as the reference does: what does not turn out to be one is
/// lost except for the character that showed it.
class NumeralReader {
 public:
  explicit NumeralReader(std::FILE* stream) : stream_(stream) {}

  std::string_view read() {
    do {
      next_ = getc_unlocked(stream_);
    } while (isspace(next_));
    accept('-', '+');
    bool hex = false;
    int digits = 0;
    if (accept('0', '0')) {
      if (accept('x', 'X')) {
        hex = true;
      } else {
        digits = 1;
      }
    }
    digits += acceptDigits(hex);
    if (accept('.', '.')) digits += acceptDigits(hex);
    if (digits > 0 && (hex ? accept('p', 'P') : accept('e', 'E'))) {
      accept('-', '+');
      acceptDigits(false);
    }
    ungetc(next_, stream_);
    return {text_, tooLong_ ? 0 : length_};
  }

 private:
  bool take() {
    if (length_ >= kLongestNumeral) {
      tooLong_ = true;
      return false;
    }
    text_[length_++] = static_cast<char>(next_);
    next_ = getc_unlocked(stream_);
    return true;
  }
  bool accept(char a, char b) { return (next_ == a || next_ == b) && take(); }
  int acceptDigits(bool hex) {
    int n = 0;
    while ((hex ? isxdigit(next_) : isdigit(next_)) && take()) n++;
    return n;
  }

  std::FILE* stream_;
  int next_ = 0;
  size_t length_ = 0;
  bool tooLong_ = false;
  char text_[kLongestNumeral];
};

/// Reads one value and pushes it, nil if there was nothing to read.
class Reader {
 public:
  Reader(NativeCall& call, std::FILE* stream) : c_(call), stream_(stream) { waits_ = mayWait(stream); }
  /// False after raising.
  bool number();
  bool line(bool chop);
  bool bytes(uint64_t wanted);  ///< UINT64_MAX: everything
  bool atEnd();
  bool success() const { return success_; }

 private:
  size_t available() const { return static_cast<size_t>(stream_->_IO_read_end - stream_->_IO_read_ptr); }
  /// Where input may be long in coming: waits for it within the limits. False: stop.
  bool await() { return !waits_ || available() != 0 || waitForInput(c_.isolate, fileno(stream_)); }
  void beginText() {
    c_.setSlot(0, Value::nil());
    c_.setSlot(1, Value::nil());
  }
  bool pushText(StringBuilder& text) { return push(text.finish()); }
  bool push(Value v) {
    c_.push(v);
    return !v.isNil() || c_.isolate.raiseOutOfMemory();
  }
  bool fail() {
    success_ = false;
    c_.push(Value::nil());
    return true;
  }

  NativeCall& c_;
  std::FILE* stream_;
  bool success_ = true;
  bool waits_;
};

bool Reader::number() {
  if (!await()) return false;
  NumeralReader reader(stream_);
  runtime::Number n;
  if (!runtime::parseNumber(reader.read(), n)) return fail();
  return push(n.isInteger ? runtime::makeInteger(c_.isolate, n.integer) : Value::canonical(n.real));
}

bool Reader::line(bool chop) {
  beginText();
  StringBuilder text(c_, 0);
  constexpr size_t kPiece = 256;
  for (;;) {
    char* to = text.reserve(kPiece);
    if (to == nullptr) return false;
    size_t n = 0;
    int ch = 0;
    while (n < kPiece) {
      if (!await()) return false;
      ch = getc_unlocked(stream_);
      if (ch == EOF) break;
      to[n++] = static_cast<char>(ch);
      if (ch == '\n') break;
    }
    bool complete = n > 0 && to[n - 1] == '\n';
    if (complete && chop) n--;
    text.commit(n);
    if (!chargeBytes(c_, n)) return false;
    if (complete) return pushText(text);
    if (ch == EOF) return text.length() > 0 ? pushText(text) : fail();
  }
}

bool Reader::bytes(uint64_t wanted) {
  beginText();
  StringBuilder text(c_, 0);
  // One character first: a large request would bypass the stream's buffer, and with it the check that this is a file
  // to read from at all.
  if (!await()) return false;
  int first = getc_unlocked(stream_);
  if (first == EOF) return wanted == UINT64_MAX ? pushText(text) : fail();
  ungetc(first, stream_);
  while (text.length() < wanted) {
    uint64_t left = wanted - text.length();
    // Room grows with what is there: a large request costs no memory before its bytes exist.
    size_t piece = text.length() < kChunk ? kChunk : text.length();
    if (piece > left) piece = static_cast<size_t>(left);
    if (waits_) {  // what has come, and no more
      if (!await()) return false;
      if (available() == 0) {
        int next = getc_unlocked(stream_);
        if (next == EOF) break;
        ungetc(next, stream_);
      }
      if (piece > available()) piece = available();
    }
    char* to = text.reserve(piece);
    if (to == nullptr) return false;
    size_t n = fread_unlocked(to, 1, piece, stream_);
    text.commit(n);
    if (!chargeBytes(c_, n)) return false;
    if (n < piece) break;
  }
  return text.length() > 0 || wanted == UINT64_MAX ? pushText(text) : fail();
}

bool Reader::atEnd() {
  if (!await()) return false;
  int ch = getc_unlocked(stream_);
  ungetc(ch, stream_);
  return ch == EOF ? fail() : push(c_.isolate.emptyString);
}

Value formatValue(NativeCall& c, const ReadFormats& f, uint32_t i) {
  return f.fromUpvalues ? *c.upvalue(f.upvalue + i) : c.arg(f.first + i);
}

/// One value by format i. False after raising.
bool readOne(NativeCall& c, Reader& reader, const ReadFormats& formats, uint32_t i) {
  Value format = formatValue(c, formats, i);
  uint32_t number = formats.first + i;
  if (format.isNumber()) {
    int64_t n;
    if (!runtime::toIntegerNoString(format, n)) {
      (void)c.argError(number, "number has no integer representation");
      return false;
    }
    if (n < 0) return c.isolate.raiseOutOfMemory();  // it is a huge count for the reference
    return n == 0 ? reader.atEnd() : reader.bytes(static_cast<uint64_t>(n));
  }
  if (!format.isString()) {
    bool none = !formats.fromUpvalues && !c.has(number);
    (void)c.argError(number, "string expected, got " + (none ? "no value" : runtime::typeNameFull(c.isolate, format)));
    return false;
  }
  const char* p = runtime::asString(format)->bytes;
  if (*p == '*') p++;
  switch (*p) {
    case 'n': return reader.number();
    case 'l': return reader.line(true);
    case 'L': return reader.line(false);
    case 'a': return reader.bytes(UINT64_MAX);
    default: break;
  }
  (void)c.argError(number, "invalid format");
  return false;
}

}  // namespace

bool readFile(NativeCall& c, std::FILE* stream, const ReadFormats& formats, uint32_t& pushed) {
  if (stream == stdin && !flushPrinted(c.isolate)) return false;
  std::clearerr(stream);
  errno = 0;
  c.setSlots(2);
  Reader reader(c, stream);
  pushed = 0;
  if (formats.count == 0) {
    if (!reader.line(true)) return false;
    pushed = 1;
  } else {
    if (!c.ensure(formats.count + 3)) return false;
    for (uint32_t i = 0; i < formats.count && reader.success(); i++) {
      if (!readOne(c, reader, formats, i)) return false;
      pushed++;
    }
  }
  if (!std::ferror(stream)) return true;
  int code = errno;
  c.push(Value::nil());
  c.push(runtime::newString(c.isolate, std::strerror(code)));
  if (c.top().isNil()) return c.isolate.raiseOutOfMemory();
  c.push(Value::smallInt(code));
  pushed = 3;
  return true;
}

}  // namespace devvm::lua
