// What both dispatchers share: the registers of the interpreter and the words handlers are written in.
//
// A handler is written once, in handlers_*.inc, between HANDLER(Name) and a NEXT / JUMP_TO / RELOAD / SLOW. The tail
// dispatcher makes it a function that tail-calls the next handler; the switch dispatcher makes it a case.
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
#define SAVE()                   \
  do {                           \
    *--sp = tos;                 \
    runtime::Fiber* f_ = iso->fiber; \
    f_->sp = sp;                 \
    f_->fp = fp;                 \
    f_->pc = pc;                 \
  } while (0)
#define LOAD()                                   \
  do {                                           \
    runtime::Fiber* f_ = iso->fiber;             \
    sp = f_->sp;                                 \
    fp = f_->fp;                                 \
    pc = f_->pc;                                 \
    tos = *sp++;                                 \
    base = runtime::as<runtime::Closure>(fp[2])->code->base; \
  } while (0)

}  // namespace devvm::interpreter
