// Loaded code of a function: what the interpreter runs. Owned by its PrototypeObject, outside the heap.
#pragma once

#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>

#include "bytecode/module.h"
#include "bytecode/verifier.h"
#include "runtime/machine_code.h"
#include "runtime/objects.h"

namespace devvm::runtime {

struct Language;

/// One receiver shape that a site met, and where its field is.
struct CacheWay {
  static constexpr uint32_t kStrings = UINT32_MAX;  ///< in place of a shape: any string (method calls)
  uint32_t shape = 0;
  uint32_t slot = 0;         ///< what CacheKind says
  uint32_t holderShape = 0;  ///< unique shape of the table in which the field was found, or target of a transition
  uint16_t how = 0;          ///< CacheKind
  uint16_t plain = 0;  ///< nil in an own slot needs no metamethod: 1 always (no metatable), 2 while the epoch holds
};

/// An inline cache or other feedback of one site. What the fields mean depends on the instruction; all zero at first.
struct FeedbackCell {
  uint32_t shape = 0;  ///< receiver shape whose field lies inline at byte offset `offset`
  uint32_t offset = 0;
  uint32_t epoch = 0;  ///< ShapeTable::prototypeEpoch for which the ways through metatables hold
  uint16_t misses = 0;
  uint8_t plain = 0;  ///< CacheWay::plain of `shape`
  uint8_t next = 0;   ///< way to replace next
  static constexpr unsigned kWays = 3;
  CacheWay ways[kWays];  ///< every other case: polymorphic sites
  /// The way for `shape`, or null.
  const CacheWay* find(uint32_t receiver) const {
    if (ways[0].shape == receiver) return &ways[0];
    if (ways[1].shape == receiver) return &ways[1];
    return ways[2].shape == receiver ? &ways[2] : nullptr;
  }
  /// The way to fill for a shape that has none yet.
  CacheWay& victim() {
    for (CacheWay& w : ways) {
      if (w.shape == 0) return w;
    }
    next = static_cast<uint8_t>((next + 1) % kWays);
    return ways[next];
  }
  /// Ways found through metatables are forgotten when those have changed.
  void renew(uint32_t now) {
    if (epoch == now) return;
    epoch = now;
    if (plain == 2) plain = 0;
    for (CacheWay& w : ways) w = CacheWay{};
  }
};
static_assert(sizeof(FeedbackCell) == 64);

enum class CacheKind : uint16_t {
  kEmpty = 0,
  kOwnInline,       ///< own field at byte offset `slot`
  kOwnOverflow,     ///< own field in props[slot]
  kHolderInline,    ///< field of the holder at byte offset `slot`
  kHolderOverflow,  ///< field of the holder in props[slot]
  kAbsent,          ///< no field anywhere on the chain: nil
  kAddInline,       ///< store adds a field: shape becomes holderShape, value at byte offset `slot`
  kAddOverflow,     ///< the same into props[slot], which has room
  kFunction,        ///< no field, and a metamethod that is a function: field of the holder, overflow if `plain` is 1
};

/// Source-level facts shared by all functions of a module.
struct ModuleInfo {
  std::string source;     ///< chunk name as given ("@file", "=name" or text)
  std::string shortName;  ///< as it stands in messages (bytecode::chunkId)
  std::string language;
  uint64_t codeHash = 0;  ///< bytecode::codeHash, if feedback is kept in files; else 0
};

struct Code {
  // `base` must come first: natives' NativeInfo has a null pointer there, so reloading it needs no test.
  char* base;                   ///< constants lie below (index i at base - 8 * (i + 1)), feedback cells from here up
  const uint8_t* entry;         ///< bytecode
  const uint8_t* start;         ///< where calls begin: `entry`, or a stub that counts calls or goes on in machine code
  const uint8_t* machineEntry;  ///< where calls from machine code go (null without compilers)
  uint32_t codeSize;
  uint16_t locals;  ///< local slots, parameters included
  uint16_t maxStack;
  uint8_t parameters;
  bool vararg;
  bool raw;  ///< some slot or operand may be raw i64/f64
  bool mainChunk;
  bool exactArity;  ///< another number of arguments than parameters is an error
  uint32_t constantCount;
  uint32_t feedbackCount;
  uint32_t stackNeeded;  ///< slots: header, locals, operands, margin for calls of metamethods
  std::unique_ptr<bytecode::Function>
      function;  ///< the loaded function: tables for debugging; its code is ours, patched
  std::shared_ptr<ModuleInfo> module;
  const Language* language = nullptr;  ///< null: the defaults in everything
  std::unique_ptr<Value[]> children;   ///< PrototypeObject values
  uint32_t childCount;
  uint32_t index = 0;                                     ///< of the function in its module
  std::unique_ptr<char[]> memory;                         ///< constants and feedback
  mutable std::unique_ptr<bytecode::OperandKinds> kinds;  ///< made when a collection meets a frame with raw slots
  Isolate* isolate = nullptr;
  Object* prototype = nullptr;                ///< the PrototypeObject that owns it
  size_t accounted = 0;                       ///< bytes of it in Isolate::external
  Code *previous = nullptr, *next = nullptr;  ///< in Isolate::codes
  uint64_t constantUpvalues = 0;              ///< bits of upvalues that always have the same value, for compilers
  uint32_t heat = 0;                          ///< calls left until the function is hot
  uint32_t loopHeat = 0;                      ///< polls left until a loop in it is hot
  bool warm = false;                          ///< its first half of calls or polls is over: feedback is collected
  std::unique_ptr<MachineCode> machine;
  std::unique_ptr<FunctionFeedback> feedbackVector;  ///< null until the function is warm
  std::shared_ptr<FunctionIdentity> identity;        ///< null until somebody refers to the function weakly

  Value constant(uint32_t i) const { return reinterpret_cast<const Value*>(base)[-1 - static_cast<int64_t>(i)]; }
  Value* constants() { return reinterpret_cast<Value*>(base) - constantCount; }
  FeedbackCell* feedback() const { return reinterpret_cast<FeedbackCell*>(base); }
  size_t bytes() const;
  /// Offset of a place in the bytecode; 0 for `start` where that is a stub.
  uint32_t offsetOf(const uint8_t* pc) const {
    auto offset = static_cast<uint64_t>(pc - entry);
    return offset <= codeSize ? static_cast<uint32_t>(offset) : 0;
  }
  /// The bytecode address at which a frame of this function goes on when the frame `callee`, which it called, returns.
  const uint8_t* resumePoint(const Value* callee) const;
  /// No variable arguments, and `n` parameters.
  bool takesExactly(uint32_t n) const {
    uint16_t both;
    static_assert(sizeof(vararg) == 1);
    std::memcpy(&both, &parameters, sizeof both);
    return both == n && n < 256;
  }
  /// Whether a call with `n` arguments is an error.
  bool refuses(uint32_t n) const { return exactArity && n != parameters; }
};

/// Loads a verified module: interns constants, makes prototypes. Returns the main PrototypeObject, or nil when out of
/// memory. MAY COLLECT. `module` is consumed.
Value loadModule(Isolate& isolate, bytecode::Module&& module);
/// A closure of `prototype` with `count` upvalues, all nil (the caller fills them). MAY COLLECT.
Value newClosure(Isolate& isolate, Value prototype);
/// Closure of a main chunk whose upvalue 0 (if it has one) is a fresh cell with `env`. MAY COLLECT.
Value newMainClosure(Isolate& isolate, Value prototype, Value env);

/// Line of the instruction at byte `offset`, 0 if unknown.
uint32_t lineAt(const Code& code, uint32_t offset);

void visitPrototype(Object* o, heap::SlotVisitor& v);
void releasePrototype(Object* o, void* context);

}  // namespace devvm::runtime
