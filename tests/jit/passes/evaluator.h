// Runs a graph as its operations are described, without any compiler: to compare what graphs do before and after
// passes.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "jit/ir/ir.h"

namespace devvm::jit::ir::testing {

struct Object;

/// A value of the guest or a raw one: an integer of any width, a double, a boolean, nil, or an object.
struct Datum {
  enum Kind : uint8_t { kNil, kBool, kInt, kFloat, kObject } kind = kNil;
  uint64_t bits = 0;
  Object* object = nullptr;

  static Datum ofInt(int64_t i) { return {kInt, static_cast<uint64_t>(i), nullptr}; }
  static Datum ofFloat(double d);
  static Datum ofBool(bool b) { return {kBool, b, nullptr}; }
  int64_t integer() const { return static_cast<int64_t>(bits); }
  double number() const { return std::bit_cast<double>(bits); }
  bool isFalsy() const { return kind == kNil || (kind == kBool && bits == 0); }
  friend bool operator==(const Datum& a, const Datum& b) {
    return a.kind == b.kind && a.bits == b.bits && a.object == b.object;
  }
};

/// A table, or a cell (its content is field 0).
struct Object {
  std::string name;
  bool isTable = true;
  uint64_t shape = 0;
  std::map<uint64_t, Datum> fields;  ///< by offset
  std::vector<Datum> array;
};

/// What a run does that others see.
struct Run {
  enum End : uint8_t { kReturned, kLeft, kTooLong, kBroken } end = kReturned;
  std::string results;             ///< and what memory holds then
  std::string leftBy;              ///< kLeft: the frame state and its values; kBroken: what went wrong
  std::vector<std::string> trace;  ///< calls, with what memory held
  /// All places by which it came and where it might have been left: states with values and memory, and how many calls
  /// there had been.
  std::map<std::string, bool> places;
};

/// `slots`: the words at entry. Objects among them are changed. Runs at most so many blocks.
Run evaluate(const Graph& graph, const std::vector<Datum>& slots, size_t blocks = 2000);

}  // namespace devvm::jit::ir::testing
