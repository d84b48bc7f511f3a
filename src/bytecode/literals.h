// Literals of the text form, and keys that tell constants apart.
#pragma once

#include <string>
#include <string_view>

#include "bytecode/module.h"

namespace devvm::bytecode {

/// A byte string that equal constants, and only those, have in common. Floats are told apart by their bits.
std::string constantKey(const Constant& value);

/// `text` in double quotes, all but printable ASCII escaped.
std::string quoteText(std::string_view text);

/// The shortest text that reads back as the same float; always with a point, an exponent, or a word
/// (inf, -inf, nan, -nan), so that it differs from integers.
std::string floatText(double value);

/// A constant as the text form writes it.
std::string constantText(const Constant& value);

/// Feedback slot that an instruction gets when none is written, given the highest number used so far in the
/// function (0: none).
inline uint16_t nextFeedbackSlot(uint16_t highest) {
  constexpr uint16_t kMaxFeedbackSlots = 65'000;
  return highest < kMaxFeedbackSlots ? static_cast<uint16_t>(highest + 1) : kSharedFeedbackSlot;
}

}  // namespace devvm::bytecode
