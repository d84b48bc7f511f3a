// Exact conversion of numerals to numbers, independent of the locale. One grammar for source texts, strings and files:
// Lua's, which is C's strtod and strtoll without words such as "inf" and with integers told from floats.
#pragma once

#include <cstdint>
#include <string_view>

namespace devvm::base {

struct Number {  // a parsed number
  bool isInteger;
  int64_t integer;
  double real;
};

/// Converts a whole text, blanks around it and a sign allowed: decimal integers, which become floats where they do not
/// fit 64 bits; hexadecimal integers (0x..), which wrap around at 64 bits; decimal and hexadecimal floats (binary
/// exponent after p), correctly rounded to nearest, ties to even. Too large floats become infinite. False if the text
/// is no numeral.
bool parseNumber(std::string_view text, Number& out);

}  // namespace devvm::base
