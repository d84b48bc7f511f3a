#include "bytecode/operand_text.h"

#include "bytecode/literals.h"

namespace devvm::bytecode {

std::string variableName(const Function& function, uint16_t slot, uint32_t offset) {
  for (const VariableEntry& variable : function.variables) {
    if (variable.slot == slot && variable.start <= offset && offset < variable.end) return variable.name;
  }
  return {};
}

std::string operandComment(const Module& module, const Function& function, const Instruction& in) {
  std::string comment;
  auto add = [&comment](const std::string& text) {
    if (text.empty()) return;
    // Names come from files; a comment must stay on its line.
    std::string quoted = quoteText(text);
    if (!comment.empty()) comment += ", ";
    comment += quoted.substr(1, quoted.size() - 2);
  };
  for (unsigned i = 0; i < in.operandCount; ++i) {
    auto value = static_cast<uint64_t>(in.operands[i]);
    switch (in.info->operands[i]) {
      case 'l':
      case 'L': add(variableName(function, static_cast<uint16_t>(value), in.offset)); break;
      case 'u':
        if (value < function.upvalues.size()) add(function.upvalues[value].name);
        break;
      case 'p':
        if (value < function.children.size() && function.children[value] < module.functions.size()) {
          add(module.functions[function.children[value]].name);
        }
        break;
      default: break;
    }
  }
  return comment;
}

}  // namespace devvm::bytecode
