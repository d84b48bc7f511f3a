// Tokens of Caml.
#pragma once

#include <cstdint>
#include <string_view>

#include "frontend/source.h"

namespace devvm::caml {

using frontend::Span;

enum class Tok : uint8_t {
  kEof,
  kLowerName,
  kUpperName,
  kInteger,  ///< integer; `suffix` l, L, n or 0
  kFloat,
  kString,       ///< text: the contents, escapes resolved
  kChar,         ///< integer: the byte
  kLabel,        ///< ~name:
  kOptionLabel,  ///< ?name:
  kPrefixOp,     ///< !... ~... ?...
  kPowerOp,      ///< **...
  kTimesOp,      ///< * / % ... and mod land lor lxor
  kShiftOp,      ///< lsl lsr asr
  kPlusOp,
  kAppendOp,   ///< ^... @...
  kCompareOp,  ///< =... <... >... |... &... $... !=
  kHashOp,
  kLetOp,  ///< let* and the like
  kAndOp,
#define KEYWORD(Name, text) k##Name,
#define SYMBOL(Name, text) k##Name,
#include "languages/caml/compiler/tokens.def"
#undef KEYWORD
#undef SYMBOL
  kCount
};

struct Token {
  Tok kind = Tok::kEof;
  char suffix = 0;
  Span span;
  std::string_view text;  ///< names, operators, contents of strings; literals of numbers as written
  int64_t integer = 0;
};

}  // namespace devvm::caml
