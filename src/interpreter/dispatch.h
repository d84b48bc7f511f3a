// What both dispatchers share: the registers of the interpreter and the words handlers are written in.
//
// A handler is written once, in handlers_*.inc, between HANDLER(Name) and a NEXT / JUMP_TO / RELOAD / SLOW. The tail
// dispatcher makes it a function that tail-calls the next handler; the switch dispatcher makes it a case.
//
// PART(Name) is a piece of a handler that others go on with by GO(Name): what would burden their straight case with a
// stack frame or with registers to save.
//
// Registers:  iso   the isolate             pc  the current instruction
//             sp    second operand slot     tos the top operand slot (see fiber.h for the spare word)
//             fp    frame                   base constants below, feedback cells above
//
// Slow paths are ordinary functions on a fiber whose registers are saved (fiber.sp includes tos). They leave the fiber
// where execution goes on: next instruction, a frame pushed for a metamethod, or an exception handler.
#pragma once

#include <cstring>

#include "bytecode/opcode.h"
#include "interpreter/calls.h"
#include "interpreter/element_access.h"
#include "interpreter/frame_layout.h"
#include "interpreter/interpreter.h"
#include "interpreter/slow_paths.h"
#include "runtime/isolate.h"

namespace devvm::interpreter {

using bytecode::Op;
using heap::loadSlot;
using heap::Tag;

/// An opcode that no verified module has: raises an internal error and leaves to the host.
void invalidOpcode(Isolate& iso);
/// Next entry of a traversal without metamethods, `cell` remembering the position; key nil at the end. False: the
/// ordinary way has to say what is wrong.
bool nextEntry(Isolate& iso, runtime::Table* t, Value control, runtime::FeedbackCell& cell, Value& key, Value& value);
/// The float nearest to `i`. On x86-64 the instruction leaves half of its register as it was, and so waits for whatever
/// wrote that last: a division of another handler, say. Clearing it first ends that.
inline double intToDouble(int64_t i) {
#if defined(__x86_64__) && defined(__GNUC__)
  double d;
  __asm__("xorps %0, %0\n\tcvtsi2sdq %1, %0" : "=&x"(d) : "r"(i));
  return d;
#else
  return static_cast<double>(i);
#endif
}
/// Whether element length + 1 of `t` may be stored right into the array part.
inline bool appendIsPlain(Isolate& iso, runtime::Table* t) {
  runtime::Shape& shape = iso.shapes.of(t);
  return shape.metatable.isNil() && !shape.dictionary();
}

template <typename T>
inline T readUnaligned(const uint8_t* p) {
  T v;
  std::memcpy(&v, p, sizeof v);
  return v;
}

// ---- operands ----
#define U8(at) (static_cast<uint32_t>(pc[at]))
#define I8(at) (static_cast<int64_t>(static_cast<int8_t>(pc[at])))
#define U16(at) (static_cast<uint32_t>(readUnaligned<uint16_t>(pc + (at))))
#define I16(at) (static_cast<int64_t>(readUnaligned<int16_t>(pc + (at))))
#define U32(at) (readUnaligned<uint32_t>(pc + (at)))
#define I32(at) (readUnaligned<int32_t>(pc + (at)))

/// What a slow path has to know: two values, operand slots to drop, bytes to where the result goes on.
#define OPERANDS(first, second, pops_n, to_next) \
  do {                                           \
    iso->scratch.a = (first);                    \
    iso->scratch.b = (second);                   \
    iso->scratch.pops = (pops_n);                \
    iso->scratch.length = (to_next);             \
  } while (0)

// ---- registers ----
#define LOCAL(i) (fp[-1 - static_cast<int64_t>(i)])
#define CONSTANT(i) (reinterpret_cast<const Value*>(base)[-1 - static_cast<int64_t>(i)])
#define CELL(i) (reinterpret_cast<runtime::FeedbackCell*>(base)[i])
#define PUSH(v)     \
  do {              \
    Value v_ = (v); \
    *--sp = tos;    \
    tos = v_;       \
  } while (0)
#define DROP() (tos = *sp++)
#define SAVE()                       \
  do {                               \
    *--sp = tos;                     \
    runtime::Fiber* f_ = iso->fiber; \
    f_->sp = sp;                     \
    f_->fp = fp;                     \
    f_->pc = pc;                     \
  } while (0)
#define LOAD()                                               \
  do {                                                       \
    runtime::Fiber* f_ = iso->fiber;                         \
    sp = f_->sp;                                             \
    fp = f_->fp;                                             \
    pc = f_->pc;                                             \
    tos = *sp++;                                             \
    base = runtime::as<runtime::Closure>(fp[2])->code->base; \
  } while (0)

// ---- numbers ----
#define BOTH_INT(a, b) (((a).bits() & (b).bits()) >= heap::tagBits(heap::Tag::kInt))
#define BOTH_DOUBLE(a, b) ((a).isDouble() && (b).isDouble())
// Integers are added with the payload shifted to the top of the word, where the processor's overflow flag tells whether
// the result still is an immediate.
#define SHIFTED(v) (static_cast<int64_t>((v).bits() << 16))
#define INT_FROM_SHIFTED(r) Value::fromBits(heap::tagBits(heap::Tag::kInt) | static_cast<uint64_t>(r) >> 16)

// ---- shared bodies ----
/// Integers beyond the immediates, operands in iso->scratch.
#define WIDE_BODY(op)                               \
  Value a_ = iso->scratch.a, b_ = iso->scratch.b;   \
  if (a_.isAnyInt() && b_.isAnyInt()) {             \
    Value wide_ = wideArithmetic<op>(*iso, a_, b_); \
    if (!wide_.isAbsent()) [[likely]] {             \
      if (iso->scratch.pops == 0) *--sp = tos;      \
      if (iso->scratch.pops == 2) sp++;             \
      tos = wide_;                                  \
      NEXT(iso->scratch.length);                    \
    }                                               \
  }                                                 \
  SLOW(slowArith<op>);

/// Stores into a slot of `object`, does `ADJUST`, advances pc by n. Where the collector wants to know of the store it
/// is done out of line, so that the handlers need no frame.
#define STORE_NEXT(object, address, stored, ADJUST, n)               \
  do {                                                               \
    heap::Object* holder_ = (object);                                \
    Value* slot_at_ = (address);                                     \
    if (iso->heap.needsStoreBarrier(holder_, stored)) [[unlikely]] { \
      iso->scratch.a = (stored);                                     \
      iso->scratch.holder = holder_;                                 \
      iso->scratch.slot = slot_at_;                                  \
      ADJUST;                                                        \
      pc += (n);                                                     \
      BARRIER();                                                     \
    }                                                                \
    heap::initSlot(slot_at_, stored);                                \
    ADJUST;                                                          \
    NEXT(n);                                                         \
  } while (0)
// A table value and its tag make the pointer: what is no table gives an address that no object has.
#define TABLE(v) (reinterpret_cast<runtime::Table*>((v).bits() ^ heap::tagBits(heap::Tag::kTable)))
#define IS_TABLE(v) ((((v).bits() ^ heap::tagBits(heap::Tag::kTable)) >> heap::kTagShift) == 0)
#define FIELD_AT(t, offset) (reinterpret_cast<Value*>(reinterpret_cast<char*>(t) + (offset)))
#define PROPS_SLOT(t, i) (&runtime::as<runtime::ValueArray>((t)->props)->slots[i])
#define WAY(kind) (static_cast<uint16_t>(runtime::CacheKind::kind))

/// The cell of the site whose operands are in iso->scratch: the last operand of the instruction.
#define SITE_CELL() CELL(readUnaligned<uint16_t>(pc + iso->scratch.length - 2))

/// The site's way for a shape, or the one that other sites found.
#define WAY_OF(shape, shared)                                                         \
  cell_.find(shape) != nullptr ? cell_.find(shape)                                    \
  : current_                   ? iso->shared.find(shape, iso->scratch.b, cell_.epoch) \
                               : nullptr

/// The field of iso->scratch.a by the cell's ways, through own slots and holders; falls out if no way fits.
#define WAYS_LOOKUP(RESULT)                                                                                    \
  Value obj_ = iso->scratch.a;                                                                                 \
  runtime::FeedbackCell& cell_ = SITE_CELL();                                                                  \
  if (IS_TABLE(obj_)) {                                                                                        \
    auto* t_ = TABLE(obj_);                                                                                    \
    bool current_ = cell_.epoch == iso->shapes.prototypeEpoch;                                                 \
    if (t_->word == cell_.shape) {                                                                             \
      if (cell_.plain == 2 && current_) {                                                                      \
        Value v_ = loadSlot(FIELD_AT(t_, cell_.offset));                                                       \
        RESULT(v_);                                                                                            \
      }                                                                                                        \
      if (Value v_ = loadSlot(FIELD_AT(t_, cell_.offset)); !v_.isNil()) RESULT(v_);                            \
    } else if (const runtime::CacheWay* way_ = WAY_OF(t_->word, readCache)) {                                  \
      if (way_->how == WAY(kOwnInline)) {                                                                      \
        Value v_ = loadSlot(FIELD_AT(t_, way_->slot));                                                         \
        if (!v_.isNil() || way_->plain == 1 || (way_->plain == 2 && current_)) RESULT(v_);                     \
      } else if (way_->how == WAY(kOwnOverflow)) {                                                             \
        Value v_ = loadSlot(PROPS_SLOT(t_, way_->slot));                                                       \
        if (!v_.isNil() || way_->plain == 1 || (way_->plain == 2 && current_)) RESULT(v_);                     \
      } else if (current_) {                                                                                   \
        if (way_->how == WAY(kHolderInline)) {                                                                 \
          Value v_ = loadSlot(FIELD_AT(runtime::asTable(iso->shapes[way_->holderShape].owner), way_->slot));   \
          if (!v_.isNil()) RESULT(v_);                                                                         \
        } else if (way_->how == WAY(kHolderOverflow)) {                                                        \
          Value v_ = loadSlot(PROPS_SLOT(runtime::asTable(iso->shapes[way_->holderShape].owner), way_->slot)); \
          if (!v_.isNil()) RESULT(v_);                                                                         \
        } else if (way_->how == WAY(kAbsent)) {                                                                \
          RESULT(Value::nil());                                                                                \
        }                                                                                                      \
      }                                                                                                        \
    }                                                                                                          \
  }

#define WAYS_GET_RESULT(v)                   \
  do {                                       \
    if (iso->scratch.pops == 0) *--sp = tos; \
    tos = (v);                               \
    NEXT(iso->scratch.length);               \
  } while (0)
// No method at all is an error that only the slow path can name.
#define WAYS_SELF_RESULT(v)                  \
  do {                                       \
    Value method_ = (v);                     \
    if (method_.isNil()) SLOW(slowSelf);     \
    if (iso->scratch.pops == 0) *--sp = tos; \
    *--sp = method_;                         \
    tos = obj_;                              \
    NEXT(iso->scratch.length);               \
  } while (0)
/// The cell's way to a metamethod that is a function, for a table without the field: CALL does the rest.
#define WAYS_FUNCTION(CALL)                                          \
  if (IS_TABLE(obj_) && cell_.epoch == iso->shapes.prototypeEpoch) { \
    const runtime::CacheWay* way_ = cell_.find(TABLE(obj_)->word);   \
    if (way_ != nullptr && way_->how == WAY(kFunction)) {            \
      Value function_ = loadSlot(HOLDER_SLOT(way_));                 \
      if (function_.isFunction()) CALL(function_);                   \
    }                                                                \
  }
/// Where the way's field lies in its holder: inline, or in the other storage if `plain` says so.
#define HOLDER_SLOT(way)                                                                              \
  ((way)->plain == 0 ? FIELD_AT(runtime::asTable(iso->shapes[(way)->holderShape].owner), (way)->slot) \
                     : PROPS_SLOT(runtime::asTable(iso->shapes[(way)->holderShape].owner), (way)->slot))
#define CALL_INDEX(function)                         \
  do {                                               \
    if (iso->scratch.pops == 0) *--sp = tos;         \
    *--sp = (function);                              \
    *--sp = obj_;                                    \
    *--sp = iso->scratch.b;                          \
    iso->calling = {2, 1, pc + iso->scratch.length}; \
    GO(Metamethod);                                  \
  } while (0)
#define CALL_NEW_INDEX(function)                     \
  do {                                               \
    if (iso->scratch.pops == 2) sp++;                \
    *--sp = (function);                              \
    *--sp = obj_;                                    \
    *--sp = iso->scratch.b;                          \
    *--sp = tos;                                     \
    iso->calling = {3, 0, pc + iso->scratch.length}; \
    GO(Metamethod);                                  \
  } while (0)

#define WAYS_GET_BODY          \
  WAYS_LOOKUP(WAYS_GET_RESULT) \
  WAYS_FUNCTION(CALL_INDEX)    \
  SLOW(slowGetCached);
#define WAYS_SELF_BODY                                                             \
  WAYS_LOOKUP(WAYS_SELF_RESULT)                                                    \
  if (obj_.isString() && cell_.epoch == iso->shapes.prototypeEpoch) {              \
    if (const runtime::CacheWay* way_ = cell_.find(runtime::CacheWay::kStrings)) { \
      Value v_ = loadSlot(HOLDER_SLOT(way_));                                      \
      if (!v_.isNil()) WAYS_SELF_RESULT(v_);                                       \
    }                                                                              \
  }                                                                                \
  SLOW(slowSelf);

/// Stores tos in the field of iso->scratch.a by the cell's ways; scratch.pops slots go.
#define WAYS_SET_BODY(otherwise)                                                                              \
  Value obj_ = iso->scratch.a;                                                                                \
  runtime::FeedbackCell& cell_ = SITE_CELL();                                                                 \
  if (IS_TABLE(obj_)) {                                                                                       \
    auto* t_ = TABLE(obj_);                                                                                   \
    bool current_ = cell_.epoch == iso->shapes.prototypeEpoch;                                                \
    if (t_->word == cell_.shape) {                                                                            \
      Value* slot_ = FIELD_AT(t_, cell_.offset);                                                              \
      if (!slot_->isNil() || cell_.plain == 1 || (cell_.plain == 2 && current_)) WAYS_STORE(t_, slot_);       \
    } else if (const runtime::CacheWay* way_ = WAY_OF(t_->word, writeCache)) {                                \
      if (way_->how == WAY(kOwnInline)) {                                                                     \
        Value* slot_ = FIELD_AT(t_, way_->slot);                                                              \
        if (!slot_->isNil() || way_->plain == 1 || (way_->plain == 2 && current_)) WAYS_STORE(t_, slot_);     \
      } else if (way_->how == WAY(kOwnOverflow)) {                                                            \
        Value* slot_ = PROPS_SLOT(t_, way_->slot);                                                            \
        auto* props_ = runtime::as<runtime::ValueArray>(t_->props);                                           \
        if (!slot_->isNil() || way_->plain == 1 || (way_->plain == 2 && current_)) WAYS_STORE(props_, slot_); \
      } else if (current_) {                                                                                  \
        if (way_->how == WAY(kAddInline)) {                                                                   \
          t_->word = way_->holderShape;                                                                       \
          WAYS_STORE(t_, FIELD_AT(t_, way_->slot));                                                           \
        }                                                                                                     \
        if (way_->how == WAY(kAddOverflow) && !t_->props.isNil()) {                                           \
          auto* props_ = runtime::as<runtime::ValueArray>(t_->props);                                         \
          if (way_->slot < props_->capacity()) {                                                              \
            t_->word = way_->holderShape;                                                                     \
            if (props_->length <= way_->slot) props_->length = way_->slot + 1;                                \
            WAYS_STORE(props_, &props_->slots[way_->slot]);                                                   \
          }                                                                                                   \
        }                                                                                                     \
      }                                                                                                       \
    }                                                                                                         \
  }                                                                                                           \
  WAYS_FUNCTION(CALL_NEW_INDEX)                                                                               \
  SLOW(otherwise);
#define WAYS_STORE(object, address) \
  STORE_NEXT(object, address, tos, (sp += iso->scratch.pops, tos = sp[-1]), iso->scratch.length)

/// An element that is not there yet: right behind the last one if there is room, else the slow way.
#define APPEND_BODY                                                                                \
  auto* t_ = runtime::asTable(iso->scratch.a);                                                     \
  auto* a_ = t_->arrayStorage();                                                                   \
  if (iso->scratch.b == Value::smallInt(int64_t{a_->length} + 1) && a_->length < a_->capacity() && \
      appendIsPlain(*iso, t_)) {                                                                   \
    Value* at_ = &a_->slots[a_->length++];                                                         \
    STORE_NEXT(a_, at_, tos, (sp += iso->scratch.pops, tos = sp[-1]), iso->scratch.length);        \
  }                                                                                                \
  SET_ELSEWHERE_BODY

/// Elements outside the array part, operands in iso->scratch: straight from and to the table where it alone has a say.
#define GET_ELSEWHERE_BODY                                                    \
  if (IS_TABLE(iso->scratch.a)) {                                             \
    Value v_ = elementElsewhere(*iso, TABLE(iso->scratch.a), iso->scratch.b); \
    if (!v_.isAbsent()) {                                                     \
      sp[-1] = tos;                                                           \
      sp += static_cast<int64_t>(iso->scratch.pops) - 1;                      \
      tos = v_;                                                               \
      NEXT(iso->scratch.length);                                              \
    }                                                                         \
  }                                                                           \
  SLOW(slowGet);
#define SET_ELSEWHERE_BODY                                                                                            \
  if (IS_TABLE(iso->scratch.a) && !tos.isNil() && storeElsewhere(*iso, TABLE(iso->scratch.a), iso->scratch.b, tos)) { \
    sp += iso->scratch.pops;                                                                                          \
    tos = sp[-1];                                                                                                     \
    NEXT(iso->scratch.length);                                                                                        \
  }                                                                                                                   \
  SLOW(slowSet);

// Keeps the compiler from making a call of memmove out of a loop that copies a word or two.
#define OPAQUE(pointer) asm("" : "+r"(pointer))

}  // namespace devvm::interpreter
