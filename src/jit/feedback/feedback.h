// What one function was seen to do, instruction by instruction: the FeedbackVector (docs/feedback.md).
//
// A vector is made when its function gets warm and lives as long as the function's Code, outside of the heap: its
// address is fixed, and it holds no guest value. The interpreter fills it in profiled slices (recorder.h), machine code
// adds what its rare paths learn. Everything in it is a hint: empty means "not seen", never "cannot be".
//
// For compilers:
//
//     const FeedbackVector* feedback = feedbackOf(code);          // null: nothing known
//     TypeSet left = typesAt(feedback, whole.offset, 0);          // empty if unknown
//     if (left.isOnlyFloats()) ...
//
// A bytecode instruction is at most one site, fused ones, too: of their components only one has operands of which
// something is to be learnt, and a tail that stays in the code is an instruction (and a site) of its own at its own
// offset. (tests/jit/feedback checks that for every row of fusions.def.)
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "bytecode/opcode.h"
#include "jit/feedback/type_set.h"
#include "runtime/code.h"

namespace devvm::jit {

using bytecode::Op;

enum class SiteKind : uint8_t {
  kArithmetic,   ///< operands left, right (or one); result
  kCompare,      ///< operands left, right; a fused branch has a site of its own at its offset
  kBranch,       ///< operand: what is tested; counts
  kLoop,         ///< numeric `for`: operand: the index; counts
  kField,        ///< operand: object; result. Shapes are in the site's inline cache
  kSetField,     ///< operands: object, nothing, value
  kElement,      ///< operands: object, key; result; access
  kSetElement,   ///< operands: object, key, value; access
  kCall,         ///< operand: callee; targets; result where one is wanted
  kLoopPrepare,  ///< operands: start, limit, step of a numeric `for`
  kAllocation,   ///< fate
};
const char* siteKindName(SiteKind kind);

/// Where elements were that a site read or wrote: bits of Site::access.
enum Access : uint8_t {
  kInArray = 1,    ///< within the array part
  kAppended = 2,   ///< right behind its last element
  kElsewhere = 4,  ///< in a dictionary, or nowhere
  kByString = 8,   ///< the key was a string
  kNotATable = 16,
};

/// What machine code of a site met outside of its straight line: bits of Site::paths.
enum Path : uint8_t {
  kRare = 1,  ///< left to the interpreter
};

/// One place of a function.
struct Site {
  static constexpr unsigned kOperands = 3;
  uint32_t offset = 0;  ///< of the bytecode instruction
  Op op = Op::kNop;     ///< the component of it that the site is about
  SiteKind kind = SiteKind::kArithmetic;
  uint8_t length = 0;                ///< of the instruction, in bytes
  uint16_t sources[kOperands] = {};  ///< where the recorder finds operands: see source()
  uint8_t access = 0;                ///< elements: Access
  uint8_t paths = 0;                 ///< Path, written by machine code
  TypeSet operands[kOperands];
  TypeSet result;
  uint32_t count = 0;  ///< times recorded; branches and loops: times taken. Sticks at its maximum
  uint32_t other = 0;  ///< branches and loops: times not taken; calls, allocations, fields: index in the vector's list

  bool isBranch() const { return kind == SiteKind::kBranch || kind == SiteKind::kLoop; }
  bool wasSeen() const { return count != 0 || (isBranch() && other != 0) || !result.isEmpty() || paths != 0; }
};
static_assert(sizeof(Site) == 32);

/// Whom a call site called: up to kMost functions. Functions that are gone leave an entry that names nobody.
class CallTargets {
 public:
  static constexpr unsigned kMost = 4;
  struct Target {
    std::shared_ptr<const runtime::FunctionIdentity>
        function;                                 ///< bytecode function; its code is null once it is freed
    const runtime::NativeInfo* native = nullptr;  ///< or a native function
    uint32_t count = 0;
    bool isUsed() const { return function != nullptr || native != nullptr; }
  };
  Target targets[kMost];
  bool megamorphic = false;  ///< more than those
  uint32_t others = 0;       ///< calls of what is no function (call metamethods) or of further functions

  /// Notes calls of a function, or of a native one.
  void add(runtime::Code& code, uint32_t calls);
  void add(const runtime::NativeInfo& native, uint32_t calls) { add(nullptr, &native, calls); }
  /// The only bytecode function that was called, or null.
  const runtime::Code* onlyFunction() const;

 private:
  void add(runtime::Code* code, const runtime::NativeInfo* native, uint32_t calls);
};

/// Shapes of the tables that a site for a field met: hints, whose numbers may be those of other shapes by now.
struct ShapesMet {
  static constexpr unsigned kMost = 8;
  uint32_t shapes[kMost] = {};  ///< 0: none
  bool more = false;
  void add(uint32_t shape);
};

/// Adds, sticking at the maximum.
constexpr void addUp(uint32_t& n, uint32_t more) { n = n + more < n ? UINT32_MAX : n + more; }
inline void countUp(uint32_t& n) { addUp(n, 1); }

/// What became of tables that a site made; sampled.
struct AllocationFate {
  uint32_t sampled = 0;   ///< tables followed
  uint32_t survived = 0;  ///< of these: alive at the next collection
  uint32_t died = 0;
  uint32_t elements = 0, fields = 0;  ///< most that one had by then
  TypeSet elementTypes;               ///< of the first elements by then
};

class FeedbackVector final : public runtime::FunctionFeedback {
 public:
  /// An empty vector for a function; null without memory, or if there is nothing (or too much) to record.
  static std::unique_ptr<FeedbackVector> make(const runtime::Code& code);

  /// The site at a bytecode offset, or null.
  const Site* find(uint32_t offset) const;
  Site* find(uint32_t offset) { return const_cast<Site*>(static_cast<const FeedbackVector*>(this)->find(offset)); }
  const std::vector<Site>& sites() const { return sites_; }
  std::vector<Site>& sites() { return sites_; }

  /// Null: none seen.
  const CallTargets* targetsOf(const Site& call) const { return targets_[call.other].get(); }
  /// The same, made if there is none; null without memory.
  CallTargets* makeTargets(const Site& call);
  /// Of a site for a field; null: none.
  const ShapesMet* shapesOf(const Site& field) const { return field.other != 0 ? &shapes_[field.other - 1] : nullptr; }
  void metShape(Site& field, uint32_t shape);
  AllocationFate& fateOf(const Site& allocation) { return fates_[allocation.other]; }
  const AllocationFate& fateOf(const Site& allocation) const { return fates_[allocation.other]; }

  /// Memory of it; grows with the targets that are met.
  size_t bytes() const { return bytes_; }

  uint32_t calls = 0;      ///< entries in the interpreter that were counted
  uint32_t loopPolls = 0;  ///< polls that found the interpreter in one of its loops
  uint32_t steps = 0;      ///< instructions of it that went through profiled slices
  size_t accounted = 0;    ///< bytes for which the isolate was charged (the compilers' business)

 private:
  size_t bytes_ = 0;
  std::vector<Site> sites_;                            ///< ascending by offset
  std::vector<std::unique_ptr<CallTargets>> targets_;  ///< most sites never run in a slice
  std::vector<AllocationFate> fates_;
  std::vector<ShapesMet> shapes_;
};

/// The function's feedback, or null.
inline FeedbackVector* feedbackOf(const runtime::Code& code) {
  return static_cast<FeedbackVector*>(code.feedbackVector.get());
}

/// Types seen for operand `operand` (0: left, object, callee; 1: right, key; 2: value) of the operation at a bytecode
/// offset, which is that of the whole instruction for fused ones. Empty: nothing known. `feedback` may be null.
inline TypeSet typesAt(const FeedbackVector* feedback, uint32_t offset, unsigned operand) {
  const Site* s = feedback != nullptr ? feedback->find(offset) : nullptr;
  return s != nullptr ? s->operands[operand] : TypeSet();
}
/// Types of results seen of the operation at a bytecode offset.
inline TypeSet resultAt(const FeedbackVector* feedback, uint32_t offset) {
  const Site* s = feedback != nullptr ? feedback->find(offset) : nullptr;
  return s != nullptr ? s->result : TypeSet();
}

/// How the recorder finds an operand before the instruction runs.
enum class Source : uint8_t { kNone, kStack, kLocal, kUpvalue, kFixed };
constexpr uint16_t source(Source s, uint32_t index = 0) {
  return static_cast<uint16_t>(static_cast<uint32_t>(s) << 12 | (index & 0xFFF));
}
constexpr Source sourceOf(uint16_t s) { return static_cast<Source>(s >> 12); }
constexpr uint32_t sourceIndex(uint16_t s) { return s & 0xFFFu; }

/// Whether a component opcode is a site.
bool isSite(Op op, SiteKind& kind);

}  // namespace devvm::jit
