#include "bytecode/module_file.h"

#include <algorithm>
#include <bit>
#include <unordered_map>

#include "base/bytes.h"

namespace devvm::bytecode {
namespace {

/// Strings up to this length are stored once and referred to; longer ones stand where they are used. So a
/// reference of two bytes can never unfold into a large string, and memory stays bounded by the file size.
constexpr size_t kMaxPooledString = 64;

constexpr uint8_t kKnownFlags = kVararg | kMainChunk | kExactArity;

enum class Tag : uint8_t { kNil, kFalse, kTrue, kInteger, kFloat, kString };

uint64_t canonicalBits(double value) {
  auto bits = std::bit_cast<uint64_t>(value);
  if (value == value) return bits;
  return (bits & (uint64_t{1} << 63)) | 0x7FF8'0000'0000'0000u;
}

uint32_t zigzag(uint32_t delta) { return delta << 1 ^ (delta & 0x8000'0000u ? UINT32_MAX : 0); }
uint32_t unzigzag(uint32_t value) { return value >> 1 ^ (value & 1 ? UINT32_MAX : 0); }

// ---- writing --------------------------------------------------------------------------------------

class Writer {
 public:
  Writer(const Module& module, bool strip) : module_(module), strip_(strip) {}

  std::vector<uint8_t> run() {
    // The body comes first because it finds out which strings there are.
    string(strip_ ? std::string() : module_.source);
    string(module_.language);
    number(static_cast<uint32_t>(module_.functions.size()));
    number(module_.mainFunction);
    for (const Function& f : module_.functions) function(f);
    std::vector<uint8_t> body = std::move(out_);

    out_.assign(std::begin(kModuleMagic), std::end(kModuleMagic));
    out_.push_back(kModuleVersion);
    base::appendLittle<uint32_t>(out_, instructionSetFingerprint());
    number(static_cast<uint32_t>(pool_.size()));
    for (const std::string* text : pool_) {
      number(static_cast<uint32_t>(text->size()));
      out_.insert(out_.end(), text->begin(), text->end());
    }
    out_.insert(out_.end(), body.begin(), body.end());
    return std::move(out_);
  }

 private:
  void byte(unsigned value) { out_.push_back(static_cast<uint8_t>(value)); }

  void number(uint64_t value) {
    while (value >= 0x80) {
      byte(static_cast<unsigned>(value & 0x7F) | 0x80);
      value >>= 7;
    }
    byte(static_cast<unsigned>(value));
  }

  void string(const std::string& text) {
    if (text.size() > kMaxPooledString) {
      number(uint64_t{text.size()} << 1 | 1);
      out_.insert(out_.end(), text.begin(), text.end());
      return;
    }
    auto [entry, added] = poolIndex_.emplace(text, pool_.size());
    if (added) pool_.push_back(&entry->first);
    number(uint64_t{entry->second} << 1);
  }

  void constant(const Constant& value) {
    if (std::holds_alternative<std::monostate>(value)) {
      byte(static_cast<unsigned>(Tag::kNil));
    } else if (auto* flag = std::get_if<bool>(&value)) {
      byte(static_cast<unsigned>(*flag ? Tag::kTrue : Tag::kFalse));
    } else if (auto* integer = std::get_if<int64_t>(&value)) {
      byte(static_cast<unsigned>(Tag::kInteger));
      base::appendLittle<int64_t>(out_, *integer);
    } else if (auto* real = std::get_if<double>(&value)) {
      byte(static_cast<unsigned>(Tag::kFloat));
      base::appendLittle<uint64_t>(out_, canonicalBits(*real));
    } else {
      byte(static_cast<unsigned>(Tag::kString));
      string(std::get<std::string>(value));
    }
  }

  void function(const Function& f) {
    string(f.name);
    number(f.lineDefined);
    number(f.lastLine);
    byte(f.flags);
    byte(f.parameters);
    number(f.locals);
    number(f.maxStack);
    number(f.feedbackSlots);
    byte(f.localKinds.empty() ? 0 : 1);
    for (SlotKind kind : f.localKinds) byte(static_cast<unsigned>(kind));
    number(f.code.size());
    out_.insert(out_.end(), f.code.begin(), f.code.end());
    number(f.constants.size());
    for (const Constant& value : f.constants) constant(value);
    number(f.children.size());
    for (uint32_t child : f.children) number(child);
    number(f.upvalues.size());
    for (const Upvalue& upvalue : f.upvalues) {
      byte(static_cast<unsigned>(upvalue.from));
      byte(upvalue.index);
      string(strip_ ? std::string() : upvalue.name);
    }
    number(f.regions.size());
    for (const ExceptionRegion& region : f.regions) {
      byte(static_cast<unsigned>(region.kind));
      number(region.start);
      number(region.end);
      number(region.handler);
      number(region.depth);
    }
    number(strip_ ? 0 : f.lines.size());
    number(strip_ ? 0 : f.variables.size());
    if (strip_) return;
    LineEntry last;
    for (const LineEntry& entry : f.lines) {
      number(zigzag(entry.offset - last.offset));
      number(zigzag(entry.line - last.line));
      number(entry.column);
      last = entry;
    }
    for (const VariableEntry& variable : f.variables) {
      string(variable.name);
      number(variable.start);
      number(variable.end);
      number(variable.slot);
      byte(variable.isCell);
    }
  }

  const Module& module_;
  bool strip_;
  std::vector<uint8_t> out_;
  std::unordered_map<std::string, size_t> poolIndex_;
  std::vector<const std::string*> pool_;
};

// ---- reading --------------------------------------------------------------------------------------

class Reader {
 public:
  Reader(std::span<const uint8_t> bytes, ModuleFileError& error) : in_(bytes), error_(error) {}

  bool run(Module& module) {
    if (header() && pool() && body(module)) return true;
    if (error_.message.empty()) {
      error_ = {in_.failedAt(), "the file ends too early"};
    }
    return false;
  }

 private:
  bool fail(size_t offset, std::string message) {
    if (error_.message.empty() && in_.ok()) error_ = {offset, std::move(message)};
    in_.fail();
    return false;
  }
  bool fail(std::string message) { return fail(in_.offset(), std::move(message)); }

  uint8_t byte(unsigned limit, const char* what) {
    size_t at = in_.offset();
    auto value = in_.read<uint8_t>();
    if (in_.ok() && value > limit) fail(at, std::string(what) + " " + std::to_string(value) + " does not exist");
    return in_.ok() ? value : 0;
  }

  /// A number up to `limit`, in groups of seven bits, lowest first.
  uint64_t number(uint64_t limit, const char* what) {
    size_t at = in_.offset();
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 63; shift += 7) {
      auto next = in_.read<uint8_t>();
      if (!in_.ok()) return 0;
      value |= uint64_t{next & 0x7Fu} << shift;
      if (next & 0x80) continue;
      if (value > limit) break;
      if (next == 0 && shift > 0) {
        fail(at, std::string(what) + " is not written in the shortest way");
        return 0;
      }
      return value;
    }
    fail(at, std::string(what) + " is too large");
    return 0;
  }
  uint32_t number32(const char* what) { return static_cast<uint32_t>(number(UINT32_MAX, what)); }

  /// A number of things of which each takes at least `bytesEach` bytes: more cannot follow.
  size_t count(size_t bytesEach, const char* what) {
    size_t at = in_.offset();
    auto value = static_cast<size_t>(number(UINT32_MAX, what));
    if (in_.ok() && value > in_.remaining() / bytesEach) {
      fail(at, std::string(what) + " " + std::to_string(value) + " exceeds what the file can hold");
    }
    return in_.ok() ? value : 0;
  }

  std::string bytes(size_t size) {
    auto span = in_.readBytes(size);
    return std::string(span.begin(), span.end());
  }

  std::string string() {
    size_t at = in_.offset();
    uint64_t reference = number(uint64_t{1} << 34, "a string reference");
    if (!in_.ok()) return {};
    auto rest = static_cast<size_t>(reference >> 1);
    if (reference & 1) {
      if (rest <= kMaxPooledString) {
        fail(at, "a short string stands outside of the pool");
        return {};
      }
      return bytes(rest);
    }
    if (rest >= strings_.size()) {
      fail(at, "string " + std::to_string(rest) + " does not exist");
      return {};
    }
    return strings_[rest];
  }

  bool header() {
    for (uint8_t expected : kModuleMagic) {
      size_t at = in_.offset();
      if (in_.read<uint8_t>() != expected) return fail(at, "this is not a DevVM module");
    }
    auto version = in_.read<uint8_t>();
    if (in_.ok() && version != kModuleVersion) {
      return fail(4, "module format version " + std::to_string(version) + " is not known (this program reads version " +
                         std::to_string(kModuleVersion) + ")");
    }
    auto fingerprint = in_.read<uint32_t>();
    if (in_.ok() && fingerprint != instructionSetFingerprint()) {
      return fail(5, "the module was made for another instruction set; compile it again");
    }
    return in_.ok();
  }

  bool pool() {
    size_t size = count(1, "the number of strings");
    strings_.reserve(size);
    for (size_t i = 0; i < size && in_.ok(); ++i) {
      auto length = static_cast<size_t>(number(kMaxPooledString, "a string's length"));
      strings_.push_back(bytes(length));
    }
    return in_.ok();
  }

  bool body(Module& module) {
    module.source = string();
    module.language = string();
    size_t functions = count(16, "the number of functions");
    size_t at = in_.offset();
    module.mainFunction = number32("the main function");
    if (in_.ok() && module.mainFunction >= functions) {
      return fail(at, "function " + std::to_string(module.mainFunction) + " does not exist");
    }
    module.functions.clear();
    module.functions.reserve(functions);
    for (size_t i = 0; i < functions && in_.ok(); ++i) function(module.functions.emplace_back());
    if (in_.ok() && in_.remaining() != 0) return fail("bytes follow the end of the module");
    return in_.ok();
  }

  Constant constant() {
    switch (static_cast<Tag>(byte(static_cast<unsigned>(Tag::kString), "constant type"))) {
      case Tag::kNil: break;
      case Tag::kFalse: return false;
      case Tag::kTrue: return true;
      case Tag::kInteger: return in_.read<int64_t>();
      case Tag::kFloat: return std::bit_cast<double>(canonicalBits(std::bit_cast<double>(in_.read<uint64_t>())));
      case Tag::kString: return string();
    }
    return std::monostate{};
  }

  void function(Function& f) {
    f.name = string();
    f.lineDefined = number32("the first line");
    f.lastLine = number32("the last line");
    size_t at = in_.offset();
    f.flags = in_.read<uint8_t>();
    if (in_.ok() && (f.flags & ~kKnownFlags)) fail(at, "unknown function flags");
    f.parameters = in_.read<uint8_t>();
    f.locals = static_cast<uint16_t>(number(UINT16_MAX, "the number of locals"));
    f.maxStack = static_cast<uint16_t>(number(UINT16_MAX, "the operand stack size"));
    f.feedbackSlots = static_cast<uint16_t>(number(UINT16_MAX, "the number of feedback slots"));
    if (byte(1, "form of local kinds") == 1) {
      at = in_.offset();
      if (f.locals == 0) fail(at, "kinds of locals without locals");
      for (auto kind : in_.readBytes(f.locals)) {
        if (kind > static_cast<uint8_t>(SlotKind::kF64))
          fail(at, "local kind " + std::to_string(kind) + " does not exist");
        f.localKinds.push_back(static_cast<SlotKind>(kind));
      }
    }
    size_t codeSize = count(1, "the code size");
    auto code = in_.readBytes(codeSize);
    f.code.assign(code.begin(), code.end());
    fill(f.constants, 1, "the number of constants", [this] { return constant(); });
    fill(f.children, 1, "the number of child functions", [this] { return number32("a child function"); });
    fill(f.upvalues, 3, "the number of upvalues", [this] {
      Upvalue upvalue;
      upvalue.from =
          static_cast<Upvalue::From>(byte(static_cast<unsigned>(Upvalue::From::kParentValue), "upvalue origin"));
      upvalue.index = in_.read<uint8_t>();
      upvalue.name = string();
      return upvalue;
    });
    fill(f.regions, 5, "the number of exception regions", [this] {
      ExceptionRegion region;
      region.kind = static_cast<ExceptionRegion::Kind>(
          byte(static_cast<unsigned>(ExceptionRegion::Kind::kFinally), "exception region kind"));
      region.start = number32("a region's start");
      region.end = number32("a region's end");
      region.handler = number32("a region's handler");
      region.depth = number32("a region's depth");
      return region;
    });
    size_t lines = count(3, "the number of line entries");
    size_t variables = count(5, "the number of variables");
    f.lines.reserve(lines);
    LineEntry last;
    for (size_t i = 0; i < lines && in_.ok(); ++i) {
      last.offset += unzigzag(number32("a line entry's offset"));
      last.line += unzigzag(number32("a line"));
      last.column = number32("a column");
      f.lines.push_back(last);
    }
    f.variables.reserve(variables);
    for (size_t i = 0; i < variables && in_.ok(); ++i) {
      VariableEntry variable;
      variable.name = string();
      variable.start = number32("a variable's start");
      variable.end = number32("a variable's end");
      variable.slot = static_cast<uint16_t>(number(UINT16_MAX, "a variable's slot"));
      variable.isCell = byte(1, "variable form") == 1;
      f.variables.push_back(std::move(variable));
    }
  }

  template <typename T, typename ReadOne>
  void fill(std::vector<T>& items, size_t bytesEach, const char* what, ReadOne readOne) {
    size_t size = count(bytesEach, what);
    items.reserve(size);
    for (size_t i = 0; i < size && in_.ok(); ++i) items.push_back(readOne());
  }

  base::ByteReader in_;
  ModuleFileError& error_;
  std::vector<std::string> strings_;
};

}  // namespace

std::string ModuleFileError::text() const { return "byte " + std::to_string(offset) + ": " + message; }

bool isModuleFile(std::span<const uint8_t> bytes) {
  return bytes.size() >= sizeof kModuleMagic &&
         std::equal(std::begin(kModuleMagic), std::end(kModuleMagic), bytes.begin());
}

std::vector<uint8_t> writeModule(const Module& module, bool strip) { return Writer(module, strip).run(); }

bool readModule(std::span<const uint8_t> bytes, Module& module, ModuleFileError& error) {
  error = {};
  return Reader(bytes, error).run(module);
}

uint32_t instructionSetFingerprint() {
  static const uint32_t fingerprint = [] {
    uint32_t hash = 2166136261u;
    auto mix = [&hash](std::string_view text) {
      for (char c : text) hash = (hash ^ static_cast<uint8_t>(c)) * 16777619u;
      hash = (hash ^ 0xFFu) * 16777619u;
    };
    for (unsigned i = 0; i < kOpTableSize; ++i) {
      const OpInfo& info = opInfo(static_cast<Op>(i));
      mix(info.mnemonic);
      mix(info.operands);
    }
    return hash;
  }();
  return fingerprint;
}

}  // namespace devvm::bytecode
