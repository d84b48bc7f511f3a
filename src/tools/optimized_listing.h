// One function's optimized code in detail: calls that were taken in, checks that went, exits, and machine code beside
// operations and source, as text or JSON.
#pragma once

#include <string>

#include "base/json_writer.h"
#include "jit/tiering/code_records.h"

namespace devvm::tools {

/// The record must be one of optimized code whose function exists.
std::string optimizedListing(runtime::Isolate& isolate, const jit::CodeRecord& record, bool colours);
/// The same facts, into an object that is open.
void optimizedListingJson(base::JsonWriter& out, runtime::Isolate& isolate, const jit::CodeRecord& record);

/// What was seen at an instruction, with the shapes that its inline cache knows; empty: nothing, or the function is
/// gone.
std::string seenAt(runtime::Isolate& isolate, const runtime::Code* code, uint32_t offset);
/// Whether a function that a record names still exists.
bool isAlive(const runtime::Isolate& isolate, const runtime::Code* code);

}  // namespace devvm::tools
