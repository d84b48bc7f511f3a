// What becomes an instruction of its own and what becomes part of another: decided before registers are allocated.
#pragma once

#include <vector>

#include "jit/regalloc/constraints.h"

namespace devvm::jit {

/// How a node becomes code.
enum class Form : uint8_t {
  kPlain,
  kSame,       ///< its value is that of its input: at most a check
  kCondition,  ///< a comparison that its only user, a branch or guard, makes
  kOffset,     ///< a sum with a constant, part of addresses and of what exits write only
  kAgain,      ///< loaded wherever it is used: calls lie between, and words above them are few
};

struct Selection {
  regalloc::Constraints constraints;
  std::vector<Form> forms;         ///< by node id
  std::vector<uint8_t> isAddress;  ///< by node id: an array whose register holds its address, not its value
  bool hasCalls = false;           ///< of guest code

  Form form(const ir::Node* n) const { return forms[n->id]; }
  /// The bits of which value a node has.
  const ir::Node* same(const ir::Node* n) const { return constraints.sameAs[n->id]; }
};

/// Chooses forms and writes down what every step wants. Null, or why there can be no code.
const char* select(const ir::Graph& graph, Selection& selection);

/// An index or a sum with a constant in front of it: `node` + `offset`.
struct IndexParts {
  const ir::Node* node;
  int64_t offset;
};
IndexParts indexParts(const Selection& selection, const ir::Node* index);

/// Whether a value is certain to be no heap object.
bool isNoObject(const ir::Node* value);

}  // namespace devvm::jit
