// The syntax tree of a Lox program to bytecode.
//
// Functions take a receiver before their parameters (nil for those that are no methods), so that a method call is one
// `self` and one `call`. An instance is a table whose metatable belongs to its class; a class is the function that
// makes instances, called "class NAME". What Lox cannot say by opcodes are natives in the environment, under names with
// parentheses (runtime.cpp).
#pragma once

#include "bytecode/module.h"
#include "languages/lox/ast.h"

namespace devvm::lox {

/// False: the module cannot hold it; `error` says why, at `line`.
bool generate(Function* main, const frontend::SourceFile& source, std::string chunkName, bytecode::Module& module,
              std::string& error, uint32_t& line);

/// How the functions that make instances are named.
inline constexpr std::string_view kClassPrefix = "class ";

}  // namespace devvm::lox
