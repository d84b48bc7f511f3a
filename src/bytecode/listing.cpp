// Listings of modules for people and for programs.
#include <cstdio>

#include "bytecode/decode.h"
#include "bytecode/disassembler.h"
#include "bytecode/literals.h"
#include "bytecode/operand_text.h"

namespace devvm::bytecode {
namespace {

constexpr size_t kMnemonicWidth = 16;

std::string padded(std::string text, size_t width) {
  if (text.size() < width) text.append(width - text.size(), ' ');
  return text;
}

std::string number(uint32_t value, size_t width) {
  std::string text = std::to_string(value);
  return text.size() < width ? std::string(width - text.size(), ' ') + text : text;
}

/// Operands for people: constants spelt out, jumps as "-> offset", no feedback operands.
std::string operandsText(const Function& f, const Instruction& in) {
  std::string text;
  auto add = [&text](const std::string& part) { text += (text.empty() ? "" : " ") + part; };
  if (in.op == Op::kSwitch) {
    for (unsigned i = 0; i < in.switchCases; ++i) add(std::to_string(i) + "->" + std::to_string(in.switchTarget(i)));
    add("else->" + std::to_string(in.switchTarget(in.switchCases)));
    return text;
  }
  for (unsigned i = 0; i < in.operandCount; ++i) {
    int64_t value = in.operands[i];
    switch (in.info->operands[i]) {
      case 'f':
      case 't': break;
      case 'k':
      case 'K': {
        bool known = in.op != Op::kNewRecord && static_cast<uint64_t>(value) < f.constants.size();
        add(known ? constantText(f.constants[static_cast<size_t>(value)]) : "#" + std::to_string(value));
        break;
      }
      case 'j': add("-> " + std::to_string(value)); break;
      default: add(std::to_string(value));
    }
  }
  return text;
}

const char* kindWord(SlotKind kind) {
  return kind == SlotKind::kI64 ? "i64" : kind == SlotKind::kF64 ? "f64" : "value";
}
const char* fromWord(Upvalue::From from) {
  constexpr const char* kWords[] = {"local", "upvalue", "value"};
  return kWords[static_cast<size_t>(from)];
}
const char* regionWord(ExceptionRegion::Kind kind) {
  return kind == ExceptionRegion::Kind::kCatch ? "catch" : "finally";
}

class Listing {
 public:
  Listing(const Module& module, const ListingOptions& options) : module_(module), options_(options) {
    size_t at = 0;
    std::string_view text = options.sourceText;
    while (at < text.size()) {
      size_t end = std::min(text.find('\n', at), text.size());
      sourceLines_.push_back(text.substr(at, end - at));
      at = end + 1;
    }
  }

  std::string run() {
    out_ = paint(kDim, "module " + quoteText(module_.source) + ", language " + quoteText(module_.language)) + "\n";
    for (uint32_t i = 0; i < module_.functions.size(); ++i) function(i);
    return std::move(out_);
  }

 private:
  enum Color { kDim, kName, kMnemonic, kComment, kHeading };

  std::string paint(Color color, const std::string& text) const {
    if (!options_.colors || text.empty()) return text;
    constexpr const char* kCodes[] = {"2", "33", "36", "32", "1"};
    return std::string("\x1b[") + kCodes[color] + "m" + text + "\x1b[0m";
  }

  void function(uint32_t index) {
    const Function& f = module_.functions[index];
    std::string title = "function " + std::to_string(index);
    if (!f.name.empty()) {
      std::string quoted = quoteText(f.name);
      title += " " + quoted.substr(1, quoted.size() - 2);
    }
    if (index == module_.mainFunction) title += " (main)";
    if (f.lastLine != 0) title += ", lines " + std::to_string(f.lineDefined) + "-" + std::to_string(f.lastLine);
    out_ += "\n" + paint(kHeading, title) + "\n";
    out_ += "  " + std::to_string(f.parameters) + " parameters" + (f.isVararg() ? " and more" : "") + ", " +
            std::to_string(f.locals) + " locals, " + std::to_string(f.maxStack) + " operand slots, " +
            std::to_string(f.feedbackSlots) + " feedback slots, " + std::to_string(f.code.size()) + " bytes\n";
    section(f.upvalues.size(), "upvalues", [&](size_t i) {
      const Upvalue& u = f.upvalues[i];
      return u.name + " from " + fromWord(u.from) + " " + std::to_string(u.index);
    });
    section(f.constants.size(), "constants", [&](size_t i) { return constantText(f.constants[i]); });
    section(f.children.size(), "child functions",
            [&](size_t i) { return "function " + std::to_string(f.children[i]); });
    section(f.localKinds.size(), "kinds of locals", [&](size_t i) { return std::string(kindWord(f.localKinds[i])); });
    section(f.variables.size(), "variables", [&](size_t i) {
      const VariableEntry& v = f.variables[i];
      return quoteText(v.name) + " in local " + std::to_string(v.slot) + (v.isCell ? " (cell)" : "") + ", bytes " +
             std::to_string(v.start) + " to " + std::to_string(v.end);
    });
    section(f.regions.size(), "exception regions", [&](size_t i) {
      const ExceptionRegion& r = f.regions[i];
      return std::string(regionWord(r.kind)) + " bytes " + std::to_string(r.start) + " to " + std::to_string(r.end) +
             " at " + std::to_string(r.handler) + ", keeping " + std::to_string(r.depth) + " slots";
    });
    code(f);
  }

  template <typename Describe>
  void section(size_t count, const char* title, Describe describe) {
    if (count == 0) return;
    out_ += "  " + paint(kDim, title) + "\n";
    for (size_t i = 0; i < count; ++i) out_ += "    " + number(static_cast<uint32_t>(i), 3) + "  " + describe(i) + "\n";
  }

  void code(const Function& f) {
    out_ += "  " + paint(kDim, "code") + "\n";
    size_t nextLine = 0;
    uint32_t offset = 0, shownLine = 0;
    while (offset < f.code.size()) {
      std::string where;
      while (nextLine < f.lines.size() && f.lines[nextLine].offset <= offset) {
        const LineEntry& line = f.lines[nextLine++];
        where = "[" + std::to_string(line.line) + (line.column != 0 ? ":" + std::to_string(line.column) : "") + "]";
        // Entries that only change the column stay under the same source line.
        if (line.line >= 1 && line.line <= sourceLines_.size() && line.line != shownLine) {
          shownLine = line.line;
          out_ +=
              "    " + paint(kComment, number(line.line, 5) + " | " + std::string(sourceLines_[line.line - 1])) + "\n";
        }
      }
      Instruction in;
      if (decode(f.code, offset, in) != DecodeStatus::kOk) {
        out_ += "    " + number(offset, 6) + "  the rest is not code (" + std::to_string(f.code.size() - offset) +
                " bytes)\n";
        return;
      }
      std::string line = "    " + number(offset, 6) + "  " + paint(kDim, padded(where, 8)) + " ";
      std::string operands = operandsText(f, in), comment = operandComment(module_, f, in);
      std::string mnemonic(in.info->mnemonic);
      bool last = operands.empty() && comment.empty();
      line += paint(kMnemonic, last ? mnemonic : padded(mnemonic, kMnemonicWidth));
      if (!operands.empty()) line += " " + (comment.empty() ? operands : padded(operands, 12));
      if (!comment.empty()) line += paint(kName, "  ; " + comment);
      out_ += line + "\n";
      offset = in.end();
    }
  }

  const Module& module_;
  const ListingOptions& options_;
  std::vector<std::string_view> sourceLines_;
  std::string out_;
};

// ---- JSON -----------------------------------------------------------------------------------------

/// Bytes that are not ASCII become \u00XX, one for each byte, so that any name gives valid JSON.
std::string jsonText(std::string_view text) {
  std::string result = "\"";
  for (char c : text) {
    auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      result += '\\';
      result += c;
    } else if (byte >= 0x20 && byte < 0x7F) {
      result += c;
    } else {
      char buffer[8];
      std::snprintf(buffer, sizeof buffer, "\\u%04x", byte);
      result += buffer;
    }
  }
  return result + '"';
}

/// Integers and floats beyond what JSON readers keep exactly become text.
std::string jsonConstant(const Constant& constant) {
  auto object = [](const char* type, const std::string& value) {
    return std::string("{\"type\":\"") + type + "\",\"value\":" + value + "}";
  };
  if (auto* text = std::get_if<std::string>(&constant)) return object("string", jsonText(*text));
  if (std::holds_alternative<int64_t>(constant)) return object("integer", jsonText(constantText(constant)));
  if (std::holds_alternative<double>(constant)) return object("float", jsonText(constantText(constant)));
  if (std::holds_alternative<bool>(constant)) return object("boolean", constantText(constant));
  return object("nil", "null");
}

class Json {
 public:
  std::string run(const Module& module) {
    out_ = "{\"source\":" + jsonText(module.source) + ",\"language\":" + jsonText(module.language) +
           ",\"main\":" + std::to_string(module.mainFunction) + ",\"functions\":";
    list(module.functions, [&](const Function& f) { function(module, f); });
    return out_ + "}\n";
  }

 private:
  template <typename T, typename One>
  void list(const std::vector<T>& items, One one) {
    out_ += '[';
    bool first = true;
    for (const T& item : items) {
      if (!first) out_ += ',';
      first = false;
      one(item);
    }
    out_ += ']';
  }
  void field(const char* name, uint64_t value) { out_ += std::string(",\"") + name + "\":" + std::to_string(value); }
  void key(const char* name) { out_ += std::string(",\"") + name + "\":"; }

  void function(const Module& module, const Function& f) {
    out_ += "{\"name\":" + jsonText(f.name);
    field("lineDefined", f.lineDefined);
    field("lastLine", f.lastLine);
    key("vararg");
    out_ += f.isVararg() ? "true" : "false";
    field("parameters", f.parameters);
    field("locals", f.locals);
    field("maxStack", f.maxStack);
    field("feedbackSlots", f.feedbackSlots);
    key("localKinds");
    list(f.localKinds, [&](SlotKind kind) { out_ += jsonText(kindWord(kind)); });
    key("constants");
    list(f.constants, [&](const Constant& c) { out_ += jsonConstant(c); });
    key("children");
    list(f.children, [&](uint32_t child) { out_ += std::to_string(child); });
    key("upvalues");
    list(f.upvalues, [&](const Upvalue& u) {
      out_ += "{\"name\":" + jsonText(u.name) + ",\"from\":" + jsonText(fromWord(u.from));
      field("index", u.index);
      out_ += '}';
    });
    key("regions");
    list(f.regions, [&](const ExceptionRegion& r) {
      out_ += std::string("{\"kind\":") + jsonText(regionWord(r.kind));
      field("start", r.start);
      field("end", r.end);
      field("handler", r.handler);
      field("depth", r.depth);
      out_ += '}';
    });
    key("lines");
    list(f.lines, [&](const LineEntry& line) {
      out_ += "{\"offset\":" + std::to_string(line.offset);
      field("line", line.line);
      field("column", line.column);
      out_ += '}';
    });
    key("variables");
    list(f.variables, [&](const VariableEntry& v) {
      out_ += "{\"name\":" + jsonText(v.name);
      field("slot", v.slot);
      field("start", v.start);
      field("end", v.end);
      key("cell");
      out_ += v.isCell ? "true}" : "false}";
    });
    key("code");
    out_ += '[';
    for (uint32_t offset = 0; offset < f.code.size();) {
      if (offset != 0) out_ += ',';
      Instruction in;
      if (decode(f.code, offset, in) != DecodeStatus::kOk) {
        out_ += "{\"offset\":" + std::to_string(offset) + ",\"bad\":true}";
        break;
      }
      out_ += "{\"offset\":" + std::to_string(offset) + ",\"op\":" + jsonText(in.info->mnemonic) + ",\"operands\":[";
      for (unsigned i = 0; i < in.operandCount; ++i) out_ += (i ? "," : "") + std::to_string(in.operands[i]);
      out_ += "],\"text\":" + jsonText(operandsText(f, in)) +
              ",\"comment\":" + jsonText(operandComment(module, f, in)) + "}";
      offset = in.end();
    }
    out_ += "]}";
  }

  std::string out_;
};

}  // namespace

std::string listing(const Module& module, const ListingOptions& options) { return Listing(module, options).run(); }

std::string listingJson(const Module& module) { return Json().run(module); }

std::string instructionText(const Function& function, uint32_t offset) {
  Instruction in;
  if (offset > function.code.size() || decode(function.code, offset, in) != DecodeStatus::kOk)
    return "(not an instruction)";
  std::string operands = operandsText(function, in);
  return std::string(in.info->mnemonic) + (operands.empty() ? "" : " " + operands);
}

std::string instructionNames(const Function& function, uint32_t offset) {
  Instruction in;
  if (offset > function.code.size() || decode(function.code, offset, in) != DecodeStatus::kOk) return {};
  return operandComment(Module(), function, in);
}

}  // namespace devvm::bytecode
