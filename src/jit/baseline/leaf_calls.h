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
/// Equality of two values that are no plain numbers, if no metamethod has a say.
Value leafEqual(Isolate* iso, Value a, Value b);
/// Element of a table outside its array part.
Value leafGetElement(Isolate* iso, Value table, Value key);
/// Stores an element that is not nil: behind the last one, or outside the array part.
bool leafSetElement(Isolate* iso, Value table, Value key, Value value);
/// Where the cell, or the shared cache, says that field `key` of the table is to be stored: iso->scratch.holder and
/// .slot are set; a field that is new has changed the table's shape.
bool leafSetPlace(Isolate* iso, Value table, const runtime::FeedbackCell* cell, Value key);
/// A store with its barrier; the value is in iso->scratch.a.
void leafStore(Isolate* iso, heap::Object* holder, Value* slot, Value value);
/// One step of a generic `for` over next or ipairs; `first` is the address of its first local (iterator), which has
/// `count` variables. 0: not such a loop, 1: at its end, 2: variables are set.
uint64_t leafForIn(Isolate* iso, Value* first, uint64_t count);

}  // namespace devvm::jit
