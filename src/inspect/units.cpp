#include "inspect/units.h"

#include <cstdio>

namespace devvm::inspect {

namespace {

/// Three significant digits while there is a fraction worth showing.
std::string scaled(double value, const char* unit) {
  char text[40];
  std::snprintf(text, sizeof text, value < 10 ? "%.2f %s" : value < 100 ? "%.1f %s" : "%.0f %s", value, unit);
  return text;
}

}  // namespace

std::string bytesText(size_t bytes) {
  static constexpr const char* kUnits[] = {"KiB", "MiB", "GiB", "TiB"};
  if (bytes < 1024) return std::to_string(bytes) + " B";
  double value = static_cast<double>(bytes) / 1024;
  size_t unit = 0;
  while (value >= 1000 && unit + 1 < std::size(kUnits)) {
    value /= 1024;
    unit++;
  }
  return scaled(value, kUnits[unit]);
}

std::string durationText(uint64_t nanos) {
  if (nanos < 1000) return std::to_string(nanos) + " ns";
  auto value = static_cast<double>(nanos);
  if (nanos < 1'000'000) return scaled(value / 1e3, "us");
  if (nanos < 1'000'000'000) return scaled(value / 1e6, "ms");
  return scaled(value / 1e9, "s");
}

std::string percentText(double part) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f%%", part * 100);
  return text;
}

std::string padLeft(std::string text, size_t width) {
  return text.size() >= width ? text : std::string(width - text.size(), ' ') + text;
}

std::string padRight(std::string text, size_t width) {
  if (text.size() < width) text.append(width - text.size(), ' ');
  return text;
}

}  // namespace devvm::inspect
