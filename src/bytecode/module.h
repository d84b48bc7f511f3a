// A module in memory: what front ends build, the file format stores, the verifier checks and the runtime
// loads. Plain data; owns everything by value; knows nothing of heaps.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "bytecode/opcode.h"

namespace devvm::bytecode {

/// A constant of the pool. Strings are bytes, interned when the module is loaded.
using Constant = std::variant<std::monostate, bool, int64_t, double, std::string>;

/// Feedback slot 0 is never filled: a cache there must stay empty, so that it always misses. It belongs to
/// all instructions for which a function has no slots left; every other slot belongs to one instruction.
inline constexpr uint16_t kSharedFeedbackSlot = 0;

/// Declared kind of a local slot, for the whole function.
enum class SlotKind : uint8_t { kValue, kI64, kF64 };

/// What closure captures for one upvalue of the child function.
struct Upvalue {
  enum class From : uint8_t {
    kParentLocal,    ///< the cell in the parent's local `index`
    kParentUpvalue,  ///< the parent's upvalue `index`
    kParentValue,    ///< a copy of the value in the parent's local `index` (never assigned later)
  };
  From from = From::kParentLocal;
  uint8_t index = 0;
  std::string name;  ///< empty when stripped
};

/// Where an exception raised in [start, end) continues. Earlier entries win (inner regions first).
struct ExceptionRegion {
  enum class Kind : uint8_t { kCatch, kFinally };
  Kind kind = Kind::kCatch;
  uint32_t start = 0, end = 0;  ///< byte offsets, end exclusive
  uint32_t handler = 0;         ///< byte offset; entered with the stack cut to `depth` and the exception pushed
  uint32_t depth = 0;           ///< operand stack depth (slots) kept at entry
};

/// From `offset` up to the next entry's offset the code belongs to this place.
struct LineEntry {
  uint32_t offset = 0;
  uint32_t line = 0;
  uint32_t column = 0;  ///< 0: unknown
};

/// A source variable living in a local slot over [start, end).
struct VariableEntry {
  std::string name;
  uint32_t start = 0, end = 0;  ///< byte offsets
  uint16_t slot = 0;
  bool isCell = false;  ///< the slot holds a cell with the value
};

enum FunctionFlag : uint8_t {
  kVararg = 1,
  kMainChunk = 2,
  kExactArity = 4,  ///< calls with another number of arguments raise; not with kVararg
};

struct Function {
  std::string name;          ///< for tracebacks of languages that name functions; may be empty
  uint32_t lineDefined = 0;  ///< 0 for a main chunk
  uint32_t lastLine = 0;
  uint8_t flags = 0;
  uint8_t parameters = 0;  ///< fixed parameters, in locals 0 ..
  uint16_t locals = 0;     ///< number of local slots, parameters included
  uint16_t maxStack = 0;   ///< operand stack slots needed, open lists excluded
  uint16_t feedbackSlots = 0;
  std::vector<SlotKind> localKinds;  ///< empty: all kValue; else one per local
  std::vector<uint8_t> code;
  std::vector<Constant> constants;
  std::vector<uint32_t> children;  ///< indices into Module::functions; closure's operand indexes this
  std::vector<Upvalue> upvalues;
  std::vector<ExceptionRegion> regions;
  std::vector<LineEntry> lines;
  std::vector<VariableEntry> variables;

  bool isVararg() const { return flags & kVararg; }
};

struct Module {
  std::string source;    ///< chunk name as the language gives it (Lua: "@file" or "=stdin" or the text)
  std::string language;  ///< "lua", "asm" ...
  std::vector<Function> functions;
  uint32_t mainFunction = 0;
};

}  // namespace devvm::bytecode
