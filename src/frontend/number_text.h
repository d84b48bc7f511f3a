// Exact conversion of numerals to numbers, independent of the locale.
#pragma once

#include <cstdint>
#include <string_view>
#include <variant>

namespace devvm::frontend {

/// A number, or monostate if the text is no numeral.
using Number = std::variant<std::monostate, int64_t, double>;

/// Converts a whole text without sign or blanks: decimal integers, which become floats where they do not fit
/// 64 bits; hexadecimal integers (0x..), which wrap around at 64 bits; decimal floats and hexadecimal floats
/// (binary exponent after p), correctly rounded to nearest, ties to even. Too large floats become infinite.
Number parseNumeral(std::string_view text);

}  // namespace devvm::frontend
