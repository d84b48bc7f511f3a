// One compiled function in detail: source, bytecode and machine code together, as text or JSON.
#pragma once

#include <string>
#include <vector>

#include "base/json_writer.h"
#include "jit/tiering/code_records.h"

namespace devvm::tools {

/// Whether the record is one of a function that `wanted` names: NAME (whole, or what stands behind its last '.' or
/// ':'), NAME:LINE, :LINE, or "main" for a main chunk.
bool isNamed(const jit::CodeRecord& record, std::string_view wanted);
/// The same for a function of that name, which begins on that line (0: a main chunk).
bool isNamed(const std::string& name, uint32_t line, std::string_view wanted);

/// Lines of the source of a function's chunk: of its file, or of the text that it is. None: it cannot be read.
std::vector<std::string> sourceLines(const runtime::Code& code);

/// The record must have its function and a copy of its machine code. Without Capstone bytes stand for the machine code.
std::string jitListing(runtime::Isolate& isolate, const jit::CodeRecord& record, bool counted, bool colours);
/// The same facts: keys "bytecode" and "machineCode" of an object that is open.
void jitListingJson(base::JsonWriter& out, runtime::Isolate& isolate, const jit::CodeRecord& record);

}  // namespace devvm::tools
