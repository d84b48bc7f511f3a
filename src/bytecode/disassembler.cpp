#include "bytecode/disassembler.h"

#include <map>
#include <unordered_map>

#include "bytecode/decode.h"
#include "bytecode/literals.h"
#include "bytecode/operand_text.h"

namespace devvm::bytecode {
namespace {

class FunctionText {
 public:
  FunctionText(const Module& module, uint32_t index, std::string& out)
      : module_(module), f_(module.functions[index]), index_(index), out_(out) {}

  void run() {
    scan();
    header();
    tables();
    code();
    out_ += ".end\n";
  }

 private:
  /// Finds instruction boundaries, labels, and the first index of equal constants.
  void scan() {
    size_t size = f_.code.size();
    isStart_.assign(size + 1, false);
    std::vector<int64_t> targets;
    decoded_ = 0;
    while (decoded_ < size) {
      Instruction in;
      if (decode(f_.code, decoded_, in) != DecodeStatus::kOk) break;
      isStart_[decoded_] = true;
      decoded_ = in.end();
      if (in.op == Op::kSwitch) {
        for (unsigned i = 0; i <= in.switchCases; ++i) targets.push_back(in.switchTarget(i));
      } else if (in.find('j') >= 0) {
        targets.push_back(in.target());
      }
    }
    isStart_[decoded_] = true;
    for (const ExceptionRegion& region : f_.regions) {
      for (uint32_t at : {region.start, region.end, region.handler}) targets.push_back(at);
    }
    for (const VariableEntry& variable : f_.variables) {
      for (uint32_t at : {variable.start, variable.end}) targets.push_back(at);
    }
    for (int64_t target : targets) {
      if (target >= 0 && target <= decoded_ && isStart_[static_cast<size_t>(target)])
        labels_[static_cast<uint32_t>(target)] = true;
    }
    for (uint32_t i = 0; i < f_.constants.size(); ++i) firstEqual_.emplace(constantKey(f_.constants[i]), i);
    int64_t last = -1;
    regularLines_ = true;
    for (const LineEntry& line : f_.lines) {
      regularLines_ = regularLines_ && int64_t{line.offset} > last && line.offset < decoded_ && isStart_[line.offset];
      last = line.offset;
    }
  }

  std::string place(int64_t offset) const {
    bool isLabel = offset >= 0 && offset <= decoded_ && labels_.count(static_cast<uint32_t>(offset)) != 0;
    return (isLabel ? "L" : "@") + std::to_string(offset);
  }

  void header() {
    out_ += "\n.function f" + std::to_string(index_) + " name=" + quoteText(f_.name);
    auto attribute = [this](const char* name, uint32_t value) {
      out_ += std::string(" ") + name + "=" + std::to_string(value);
    };
    attribute("params", f_.parameters);
    attribute("locals", f_.locals);
    attribute("stack", f_.maxStack);
    attribute("feedback", f_.feedbackSlots);
    if (f_.flags & kVararg) out_ += " vararg";
    if (f_.flags & kMainChunk) out_ += " chunk";
    if (f_.flags & kExactArity) out_ += " exact";
    if (f_.lineDefined != 0 || f_.lastLine != 0) {
      out_ += " defined=" + std::to_string(f_.lineDefined) + "-" + std::to_string(f_.lastLine);
    }
    bool anyRaw = false;
    for (SlotKind kind : f_.localKinds) anyRaw = anyRaw || kind != SlotKind::kValue;
    if (!f_.localKinds.empty() && !anyRaw) out_ += " kinds";
    out_ += '\n';
  }

  void tables() {
    for (size_t i = 0; i < f_.localKinds.size(); ++i) {
      if (f_.localKinds[i] == SlotKind::kValue) continue;
      out_ += "  .local " + std::to_string(i) + (f_.localKinds[i] == SlotKind::kI64 ? " i64\n" : " f64\n");
    }
    for (const Upvalue& upvalue : f_.upvalues) {
      constexpr const char* kFrom[] = {" local ", " upvalue ", " value "};
      out_ += "  .upvalue " + quoteText(upvalue.name) + kFrom[static_cast<size_t>(upvalue.from)] +
              std::to_string(upvalue.index) + "\n";
    }
    for (const Constant& constant : f_.constants) out_ += "  .const " + constantText(constant) + "\n";
    for (uint32_t child : f_.children) {
      bool exists = child < module_.functions.size();
      out_ += "  .child " + std::string(exists ? "f" : "") + std::to_string(child) + "\n";
    }
    for (const ExceptionRegion& region : f_.regions) {
      out_ += region.kind == ExceptionRegion::Kind::kCatch ? "  .catch " : "  .finally ";
      out_ += place(region.start) + " " + place(region.end) + " " + place(region.handler) + " " +
              std::to_string(region.depth) + "\n";
    }
    for (const VariableEntry& variable : f_.variables) {
      out_ += "  .var " + quoteText(variable.name) + " " + std::to_string(variable.slot) + " " + place(variable.start) +
              " " + place(variable.end) + (variable.isCell ? " cell\n" : "\n");
    }
    if (regularLines_) return;
    for (const LineEntry& line : f_.lines) {
      out_ += "  .line_entry " + std::to_string(line.offset) + " " + std::to_string(line.line) + " " +
              std::to_string(line.column) + "\n";
    }
  }

  void code() {
    size_t nextLine = 0;
    uint16_t highestSlot = 0;
    for (uint32_t offset = 0; offset < decoded_;) {
      Instruction in = decodeVerified(f_.code, offset);
      if (regularLines_ && nextLine < f_.lines.size() && f_.lines[nextLine].offset == offset) {
        const LineEntry& line = f_.lines[nextLine++];
        out_ += "  .line " + std::to_string(line.line);
        if (line.column != 0) out_ += ":" + std::to_string(line.column);
        out_ += '\n';
      }
      label(offset);
      instruction(in, highestSlot);
      offset = in.end();
    }
    label(decoded_);
    if (decoded_ == f_.code.size()) return;
    constexpr size_t kBytesPerLine = 16;
    for (size_t i = decoded_; i < f_.code.size(); ++i) {
      out_ += (i - decoded_) % kBytesPerLine == 0 ? "  .bytes " : " ";
      out_ += std::to_string(f_.code[i]);
      if ((i - decoded_) % kBytesPerLine == kBytesPerLine - 1 || i + 1 == f_.code.size()) out_ += '\n';
    }
  }

  void label(uint32_t offset) {
    if (labels_.count(offset) != 0) out_ += "L" + std::to_string(offset) + ":\n";
  }

  void instruction(const Instruction& in, uint16_t& highestSlot) {
    out_ += "    ";
    out_ += in.info->mnemonic;
    if (in.op == Op::kSwitch) {
      for (unsigned i = 0; i < in.switchCases; ++i) out_ += " " + place(in.switchTarget(i));
      out_ += " else " + place(in.switchTarget(in.switchCases)) + "\n";
      return;
    }
    std::string feedback;
    for (unsigned i = 0; i < in.operandCount; ++i) {
      int64_t value = in.operands[i];
      switch (in.info->operands[i]) {
        case 'k':
        case 'K': {
          auto index = static_cast<uint64_t>(value);
          bool spelt = in.op != Op::kNewRecord && index < f_.constants.size() &&
                       firstEqual_.at(constantKey(f_.constants[index])) == index;
          out_ += " " + (spelt ? constantText(f_.constants[index]) : "#" + std::to_string(index));
          break;
        }
        case 'j': out_ += " " + place(value); break;
        case 'f':
          if (value != nextFeedbackSlot(highestSlot)) feedback = " !" + std::to_string(value);
          if (value > highestSlot) highestSlot = static_cast<uint16_t>(value);
          break;
        case 't':
          if (value != 0) feedback = " ?" + std::to_string(value);
          break;
        default: out_ += " " + std::to_string(value);
      }
    }
    out_ += feedback;
    std::string comment = operandComment(module_, f_, in);
    if (!comment.empty()) out_ += "  ; " + comment;
    out_ += '\n';
  }

  const Module& module_;
  const Function& f_;
  uint32_t index_;
  std::string& out_;
  std::vector<bool> isStart_;
  std::map<uint32_t, bool> labels_;
  std::unordered_map<std::string, uint32_t> firstEqual_;
  uint32_t decoded_ = 0;  ///< bytes of code that decode as instructions
  bool regularLines_ = true;
};

}  // namespace

std::string disassemble(const Module& module) {
  std::string out = ".exact\n.source " + quoteText(module.source) + "\n.language " + quoteText(module.language) + "\n";
  if (module.mainFunction < module.functions.size()) out += ".main f" + std::to_string(module.mainFunction) + "\n";
  for (uint32_t i = 0; i < module.functions.size(); ++i) FunctionText(module, i, out).run();
  return out;
}

}  // namespace devvm::bytecode
