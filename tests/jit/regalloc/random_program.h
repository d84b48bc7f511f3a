// Random graphs with loops, joins, calls and frame states, and the constraints of an invented machine for them.
#pragma once

#include <cstdint>
#include <random>

#include "jit/regalloc/constraints.h"

namespace devvm::jit::regalloc {

struct ProgramShape {
  uint32_t statements = 60;  ///< about
  uint32_t values = 12;      ///< variables that the program reads and assigns
  uint32_t callsInHundred = 5;
  uint32_t statesInHundred = 20;
  uint32_t rareInHundred = 30;  ///< branches of which one side is rare
  uint32_t gprs = 8, xmms = 8;
  bool clobbers = true;
};

/// A strict graph without critical edges, ordered.
class RandomProgram {
 public:
  RandomProgram(uint32_t seed, const ProgramShape& shape);
  ir::Graph graph;
  Constraints constraints;

 private:
  void statements(uint32_t count, uint32_t depth);
  void simple();
  void branch(uint32_t count, uint32_t depth);
  void loop(uint32_t count, uint32_t depth);
  ir::Node* use(bool isFloat);
  ir::Node* add(ir::Op op, std::initializer_list<ir::Node*> inputs, uint64_t aux = 0);
  ir::FrameState* state();
  void demand();
  uint32_t below(uint32_t n) { return n == 0 ? 0 : static_cast<uint32_t>(random_() % n); }
  bool chance(uint32_t hundredth) { return below(100) < hundredth; }
  bool isFloat(size_t variable) const { return variable % 3 == 2; }

  ProgramShape shape_;
  std::mt19937 random_;
  ir::Block* block_ = nullptr;
  ir::Function* function_ = nullptr;
  std::vector<ir::Node*> variables_;
  bool rare_ = false;
};

}  // namespace devvm::jit::regalloc
