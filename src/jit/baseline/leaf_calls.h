// C++ functions that machine code calls without leaving its frame: they neither allocate in a way that could collect,
// nor raise, nor look at the frame. Where they cannot do it they answer absent() (or false): the interpreter does it
// then.
#pragma once

#include "runtime/isolate.h"

namespace devvm::jit {

using heap::Value;
using runtime::Arith;
using runtime::Isolate;

/// Any arithmetic on numbers; integers outside the immediate range are boxed while the nursery has room.
template <Arith op>
Value leafArithmetic(Isolate* iso, Value a, Value b);
template <>
Value leafArithmetic<Arith::kPow>(Isolate* iso, Value a, Value b);
/// Equality of two values of one type other than number, if no metamethod has a say.
Value leafEqual(Isolate* iso, Value a, Value b);
/// Element of a table that is not in its array part, or nil there.
Value leafGetElement(Isolate* iso, Value table, Value key);
/// Stores an element where the array part alone has no answer: nil or over nil, behind the last one, outside.
bool leafSetElement(Isolate* iso, Value table, Value key, Value value);
/// Field of a table under an interned string, or of the tables behind it by __index.
Value leafGetField(Isolate* iso, Value table, Value key);
/// Stores into a field of a table where it alone has a say, and has room: true, or false.
bool leafSetField(Isolate* iso, Value table, Value key, Value value);
/// Key behind another one in the table's order, nil at the end.
Value leafNext(Isolate* iso, Value table, Value key);
/// Whether storing nil in field `key` (an interned string) changes nothing and nobody has a say.
bool leafIsAbsent(Isolate* iso, Value table, Value key);
/// Length of a table that no metamethod gives.
Value leafLength(Isolate* iso, Value table);
/// A new table with so much room, a cell, a closure of the child function of the frame: while the nursery has room.
Value leafNewTable(Isolate* iso, uint64_t elements, uint64_t fields);
Value leafNewCell(Isolate* iso, Value value);
Value leafClosure(Isolate* iso, uint64_t child, const Value* frame);
/// The `count` values from `top` upwards, strings and numbers, joined: the lowest is the last one. Short results only,
/// while the nursery has room.
Value leafConcat(Isolate* iso, const Value* top, uint64_t count);
/// Pushes the variable arguments of a frame, whose stack ends at `sp`, as the fiber's open list, if they are few and
/// fit. False: nothing was done.
bool leafVarargOpen(Isolate* iso, const Value* frame, Value* sp);
/// A store with its barrier; the value is in iso->scratch.a.
void leafStore(Isolate* iso, heap::Object* holder, Value* slot, Value value);
/// One step of a generic `for` over next or ipairs; `first` is the address of its first local (iterator), which has
/// `count` variables. 0: not such a loop, 1: at its end, 2: variables are set.
uint64_t leafForIn(Isolate* iso, Value* first, uint64_t count);

}  // namespace devvm::jit
