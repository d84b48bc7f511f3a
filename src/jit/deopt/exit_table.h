// What the interpreter's frames must hold wherever optimized code may stop: at guards, polls, and calls under way.
//
// The optimizing compiler fills an ExitTableBuilder while it writes code; the ExitTable stays with the code. A record
// is found by the return address of the call that stops there. Words of a frame are numbered from the header down: word
// i is fp[-1 - i] (docs/optimizing-jit.md).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "heap/object.h"
#include "jit/ir/ir.h"
#include "runtime/code.h"

namespace devvm::jit {

enum class ExitKind : uint8_t {
  kGuard,   ///< something is not as was expected: the interpreter does the instruction
  kCall,    ///< a guest call under way: the state behind it, without its results
  kPoll,    ///< the isolate wants to look around before the instruction
  kMemory,  ///< memory is wanted, by way of a collection if need be; as a guard, if there is none
};

/// Where a value is found when optimized code stops.
struct ValuePlace {
  enum Kind : uint8_t { kDead, kConstant, kGpr, kXmm, kWord, kObject, kVirtual, kKinds };
  enum Form : uint8_t {
    kTagged,   ///< a heap::Value
    kInt,      ///< a raw int64
    kFloat,    ///< a raw double
    kBool,     ///< 0 or 1, in the lowest byte
    kIntPlus,  ///< a raw int64, to which `bits` is to be added; in registers and words
    kAddress,  ///< of an object with the tag "other"; in ExitRecord::live only
    kForms,
  };
  Kind kind = kDead;
  Form form = kTagged;
  uint32_t index = 0;  ///< of the register (as the processor numbers them), the word, or in ExitRecord::objects
  uint64_t bits = 0;   ///< of a constant; the address of an object's place (runtime::CodeObject); see kIntPlus

  static ValuePlace dead() { return {}; }
  static ValuePlace constant(uint64_t bits, Form form = kTagged) { return {kConstant, form, 0, bits}; }
  static ValuePlace object(uint64_t address) { return {kObject, kTagged, 0, address}; }
  static ValuePlace gpr(uint32_t index, Form form) { return {kGpr, form, index, 0}; }
  static ValuePlace xmm(uint32_t index, Form form = kFloat) { return {kXmm, form, index, 0}; }
  static ValuePlace word(uint32_t index, Form form) { return {kWord, form, index, 0}; }
  ValuePlace plus(int64_t summand) const { return {kind, kIntPlus, index, static_cast<uint64_t>(summand)}; }
  static ValuePlace virtualObject(uint32_t index) { return {kVirtual, kTagged, index, 0}; }
  bool operator==(const ValuePlace&) const = default;
};

/// An object that optimized code did without, and that has to be made with the frames.
struct ExitObject {
  enum Kind : uint8_t { kTable, kCell, kClosure };
  Kind kind = kTable;
  uint32_t shape = 0;                   ///< of tables
  const runtime::Code* code = nullptr;  ///< of closures
  std::vector<ValuePlace> values;       ///< inline slots, content, upvalues; of objects only those in front of it
};

/// One interpreter frame of a record.
struct ExitFrame {
  const runtime::Code* code = nullptr;
  uint32_t offset = 0;  ///< of the bytecode instruction at which the interpreter goes on; callers: behind the call
  uint32_t depth = 0;   ///< operands; of callers, and of the innermost frame of a call, those below the callee's slot
  uint8_t wanted = 0;   ///< of the same: results that go there, as runtime::Link::wanted; else operands that are a list
  bool tailCalled = false;         ///< of inlined frames: it took the place of one that made a tail call
  ValuePlace callee;               ///< the closure, of inlined frames
  uint32_t varargs = 0;            ///< of inlined frames: variable arguments
  uint32_t extra = 0;              ///< of those whose function has some: all arguments and the callee (Link::extra)
  std::vector<ValuePlace> values;  ///< locals, variable arguments, operands: code->locals + varargs + depth of them
  /// Word of the first local. Set by ExitTable; the builder derives it: calls of inlined functions stand where the
  /// interpreter would have them.
  uint32_t firstLocal = 0;
};

struct ExitRecord {
  uint32_t machine = 0;  ///< offset of the return address in the code
  ExitKind kind = ExitKind::kGuard;
  /// Units of fuel that were taken for what comes behind this place (poll_many): who leaves here gives them back. Less
  /// than 64; calls have none.
  uint8_t ahead = 0;
  ir::Op reason = ir::Op::kExit;  ///< of guards: the operation that failed
  /// Of guards: the instruction because of which it is there, by which failures are counted; null: the one at which the
  /// innermost frame goes on.
  const runtime::Code* origin = nullptr;
  uint32_t originOffset = 0;
  std::vector<ExitFrame> frames;  ///< outermost first
  /// Calls: words between the outermost frame's locals and its operands, which the interpreter would not have.
  uint32_t gap = 0;
  std::vector<uint32_t> tagged;  ///< calls: words that hold tagged values, for the collector
  std::vector<ValuePlace> live;  ///< memory: all registers and words with values or addresses, for the collector
  std::vector<ExitObject> objects;
};

class ExitTable final : public runtime::FrameMaps {
 public:
  ExitTable() = default;

  /// The record of a return address (as an offset in the code). False: there is none.
  bool find(uint32_t machine, ExitRecord& out) const;
  /// Appends the frames of a record, outermost first; nothing: there is none.
  void frames(uint32_t machine, std::vector<runtime::VirtualFrame>& out) const override;
  /// Shows the collector the tagged words of a frame that a call at `machine` has stopped.
  void visit(heap::SlotVisitor& visitor, heap::Value* fp, uint32_t machine) const override;
  /// Shows it the live places of a frame that waits for memory at `machine`; `registers` are those of a RegisterSave.
  void visitStopped(heap::SlotVisitor& visitor, heap::Value* fp, uint32_t machine, uint64_t* registers) const override;

  size_t count() const { return index_.size(); }
  /// Machine offset of record `i`, ascending.
  uint32_t machineOf(size_t i) const { return index_[i].machine; }
  size_t bytes() const;

 private:
  friend class ExitTableBuilder;
  struct Entry {
    uint32_t machine, at;
  };
  const uint8_t* at(uint32_t machine) const;
  void visitShapes(heap::SlotVisitor& visitor) const;

  std::vector<Entry> index_;  ///< ascending by machine offset
  std::vector<uint8_t> bytes_;
  std::vector<uint64_t> constants_;
  std::vector<const runtime::Code*> codes_;
  std::vector<uint32_t> shapes_;  ///< of tables among the objects
};

/// Collects records in any order while code is written.
class ExitTableBuilder {
 public:
  /// `record.frames` must have all values; their firstLocal is not looked at.
  void add(const ExitRecord& record);
  /// Ends it. No two records may have the same machine offset.
  ExitTable finish();

  /// Words from the frame's header down to the slot of the callee that record `frames` call, or to their lowest
  /// operand.
  static uint32_t wordsOf(std::span<const ExitFrame> frames);

 private:
  void put(uint64_t number);
  void put(const ValuePlace& place);
  void put(const runtime::Code* code);
  void put(const ExitObject& object);

  ExitTable table_;
};

/// One line for people: "24 call @12 [r3:int w0 -] / w4 @8 [x1:float | w9] tagged w0 w4".
std::string text(const ExitRecord& record);

}  // namespace devvm::jit
