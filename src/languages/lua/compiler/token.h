// Tokens of Lua source.
#pragma once

#include <cstdint>

#include "frontend/symbols.h"

namespace devvm::lua {

using frontend::Symbol;

/// Token kinds. A token of one character has that character's code as its kind, also where it is no token
/// of the language; those that are have names here, but code may say tok('+') as well.
enum class Tok : uint16_t {
  kPlus = '+',
  kMinus = '-',
  kStar = '*',
  kSlash = '/',
  kPercent = '%',
  kCaret = '^',
  kHash = '#',
  kAmpersand = '&',
  kTilde = '~',
  kPipe = '|',
  kLess = '<',
  kGreater = '>',
  kAssign = '=',
  kParenOpen = '(',
  kParenClose = ')',
  kBraceOpen = '{',
  kBraceClose = '}',
  kBracketOpen = '[',
  kBracketClose = ']',
  kSemicolon = ';',
  kColon = ':',
  kComma = ',',
  kDot = '.',
  kFirstWord = 257,
  kAnd = kFirstWord,
  kBreak,
  kDo,
  kElse,
  kElseif,
  kEnd,
  kFalse,
  kFor,
  kFunction,
  kGoto,
  kIf,
  kIn,
  kLocal,
  kNil,
  kNot,
  kOr,
  kRepeat,
  kReturn,
  kThen,
  kTrue,
  kUntil,
  kWhile,
  kFirstOther,
  kIntegerDivide = kFirstOther,
  kConcat,
  kDots,
  kEqual,
  kGreaterEqual,
  kLessEqual,
  kNotEqual,
  kShiftLeft,
  kShiftRight,
  kDoubleColon,
  kEndOfText,
  kFloat,
  kInteger,
  kName,
  kString,
};

constexpr Tok tok(char c) { return static_cast<Tok>(static_cast<unsigned char>(c)); }

struct Token {
  Tok kind = Tok::kEndOfText;
  uint32_t line = 1;            ///< where the token ends: error messages give this line
  uint32_t column = 0;          ///< where the token begins, from 1; 0 if it began on an earlier line
  uint32_t begin = 0, end = 0;  ///< bytes of the source
  union {
    Symbol* symbol = nullptr;  ///< names and strings
    int64_t integer;
    double number;
  };
};

}  // namespace devvm::lua
