// What the assembler remembers of a function until its text and its neighbours have been read. Not for use
// outside this folder.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "bytecode/module.h"

namespace devvm::bytecode {

struct Position {
  uint32_t line = 0, column = 0;
};

/// A place in a function that may be bound later: a label, or a byte offset written as @n.
struct Place {
  bool isLabel = false;
  std::string label;
  int64_t offset = 0;
  Position position;
};

/// What a function still needs when its text has been read.
struct PendingFunction {
  std::string symbol;
  Position position;
  uint32_t headerLine = 0;
  struct Jump {
    uint32_t at;    ///< where the i32 stands
    uint32_t base;  ///< end of the instruction
    Place place;
  };
  struct Region {
    ExceptionRegion::Kind kind;
    Place start, end, handler;
    uint32_t depth;
  };
  struct Variable {
    VariableEntry entry;
    Place start, end;
  };
  struct Child {
    std::string symbol;  ///< empty: `index`
    uint32_t index;
    Position position;
  };
  struct UpvalueSource {
    size_t upvalue;
    std::string name;  ///< of a local or upvalue of the parent
    Position position;
  };
  std::vector<Jump> jumps;
  std::vector<Region> regions;
  std::vector<Variable> variables;
  std::vector<Child> children;
  std::vector<UpvalueSource> upvalueSources;
  std::unordered_map<std::string, uint32_t> labels;
  std::unordered_map<std::string, uint16_t> localNames;
  std::unordered_map<std::string, uint32_t> constants;  ///< by constantKey: first index
  std::vector<std::pair<uint32_t, SlotKind>> kinds;
  bool hasLocals = false, hasStack = false, hasFeedback = false, hasParameters = false, hasLines = false,
       forceKinds = false;
  bool hasDefined = false;
  uint32_t usedLocals = 0;
  uint16_t highestSlot = 0;
  bool usesSlots = false;
  uint32_t lastAutoLine = 0;
  uint32_t lastLineOffset = UINT32_MAX;  ///< of the last .line directive
};

}  // namespace devvm::bytecode
