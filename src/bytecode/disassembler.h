// Modules as text: the form that the assembler reads back, a listing for people, and JSON.
#pragma once

#include <string>
#include <string_view>

#include "bytecode/module.h"

namespace devvm::bytecode {

/// Text that assembles to a module which is written to the same bytes. Works for any module, also for code
/// that the verifier would reject.
std::string disassemble(const Module& module);

struct ListingOptions {
  bool colors = false;          ///< ANSI escape sequences
  std::string_view sourceText;  ///< if given, source lines stand above the code made from them
};

/// A listing with byte offsets, constants, lines, upvalues, variables and exception regions.
std::string listing(const Module& module, const ListingOptions& options);

/// The same facts as one JSON object.
std::string listingJson(const Module& module);

/// One instruction as text: mnemonic and operands, with constants spelt out and jump targets as byte
/// offsets; for error messages and traces.
std::string instructionText(const Function& function, uint32_t offset);

/// Names of the locals and upvalues that the instruction names; empty if nothing is known.
std::string instructionNames(const Function& function, uint32_t offset);

}  // namespace devvm::bytecode
