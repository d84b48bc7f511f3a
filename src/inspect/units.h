// Numbers for people: bytes, durations and parts of a whole with three digits or so.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace devvm::inspect {

/// "812 B", "3.4 KiB", "120 MiB".
std::string bytesText(size_t bytes);
/// "850 ns", "12.3 us", "4.56 ms", "1.20 s".
std::string durationText(uint64_t nanos);
/// "12.3%".
std::string percentText(double part);
/// `text` with blanks in front until it has `width` characters.
std::string padLeft(std::string text, size_t width);
/// The same with the blanks behind.
std::string padRight(std::string text, size_t width);

}  // namespace devvm::inspect
