// Prints docs/instruction-set.md, made from the opcode table. With --check FILE, compares instead and fails
// if the file is stale.
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include "bytecode/decode.h"
#include "bytecode/opcode.h"

namespace {

using namespace devvm::bytecode;

struct Family {
  std::string_view name;
  std::string_view title;
  std::string_view text;
};

constexpr Family kFamilies[] = {
    {"stack", "Stack", "Constants and moves on the operand stack."},
    {"locals", "Locals, cells, upvalues, globals",
     "A local has one declared kind for the whole function. A local of kind value may hold a cell between `new_cell` "
     "and the next "
     "write of a value; the verifier knows on which paths, and only there `get_cell` and `set_cell` are allowed (and "
     "nothing else). "
     "Locals that are no parameters start as nil; raw ones must be set before they are read."},
    {"arithmetic", "Generic arithmetic",
     "Operands are values; integers, floats, coercions and metamethods as the language says."},
    {"logic", "Logic", ""},
    {"comparison", "Comparisons", ""},
    {"control", "Control",
     "Every cycle must pass a charged back-edge: `loop`, `for_loop` or `for_in_test`, which lead backward and cost one "
     "unit of fuel "
     "when taken."},
    {"calls", "Calls",
     "An open list is a number of values on top of the stack that is known only at run time. The instruction after its "
     "producer must "
     "consume it. A call can ask for at most 254 results."},
    {"tables", "Tables", ""},
    {"closures", "Closures",
     "An upvalue of the child is a cell of the parent's local, an upvalue of the parent, or a copied value."},
    {"exceptions", "Exceptions and closing",
     "A handler starts with the stack cut to its region's depth and the exception pushed. Of nested regions the "
     "innermost, listed "
     "first, gets the exception."},
    {"coroutines", "Coroutines", ""},
    {"debug", "Debugging and assembly programs", ""},
    {"i64", "Raw i64",
     "Raw integers of 64 bits, in operand slots and in locals declared i64. No operation checks a type."},
    {"checked", "Raw i64 with overflow checks", ""},
    {"i63", "Raw i64 that wraps at 63 bits", "For languages whose integers have 63 bits."},
    {"f64", "Raw f64", "Raw floats of 64 bits, in operand slots and in locals declared f64."},
    {"blocks", "Tagged blocks", ""},
    {"arrays", "Arrays", ""},
    {"objects", "Objects and records", ""},
    {"buffers", "Byte buffers", ""},
};

std::string operandNames(std::string_view letters) {
  std::string text;
  for (char letter : letters) {
    const char* name = "";
    switch (letter) {
      case 'l': name = "local:u8"; break;
      case 'L': name = "local:u16"; break;
      case 'u': name = "upvalue:u8"; break;
      case 'k': name = "constant:u16"; break;
      case 'K': name = "constant:u32"; break;
      case 'f': name = "feedback:u16"; break;
      case 't': name = "types:u8"; break;
      case 'n': name = "count:u8"; break;
      case 'N': name = "count:u16"; break;
      case 'i': name = "integer:i8"; break;
      case 'I': name = "integer:i16"; break;
      case 'q': name = "index:u32"; break;
      case 'p': name = "child:u16"; break;
      case 'j': name = "jump:i32"; break;
      case 's': name = "table"; break;
      default: break;
    }
    if (!text.empty()) text += ' ';
    text += name;
  }
  return text;
}

std::string kinds(std::string_view letters) {
  std::string text;
  for (char letter : letters) {
    if (!text.empty()) text += ' ';
    text += letter == 'i' ? "i64" : letter == 'd' ? "f64" : letter == '?' ? "any" : "value";
  }
  return text;
}

/// In words for the opcodes whose effect depends on operands.
std::string_view computedEffect(Op op) {
  switch (op) {
    case Op::kPopN: return "n any →";
    case Op::kDup: return "a → a a";
    case Op::kSwap: return "a b → b a";
    case Op::kRot: return "a b c → b c a";
    case Op::kPick: return "a ... → a ... a";
    case Op::kGetLocal:
    case Op::kGetLocalW: return "→ any";
    case Op::kSetLocal:
    case Op::kSetLocalW: return "any →";
    case Op::kTeeLocal: return "any → any";
    case Op::kConcat: return "n values → value";
    case Op::kJumpIfFalseKeep:
    case Op::kJumpIfTrueKeep: return "value → (value if it jumps)";
    case Op::kForInCall: return "→ n values";
    case Op::kForInTest: return "n values →";
    case Op::kCall: return "callee, a values → r values";
    case Op::kCallOpen: return "callee, a values → open list";
    case Op::kCallVar: return "callee, a values, open list → r values";
    case Op::kCallVarOpen: return "callee, a values, open list → open list";
    case Op::kTailCall: return "callee, a values →";
    case Op::kTailCallVar: return "callee, a values, open list →";
    case Op::kReturn: return "n values →";
    case Op::kReturnVar: return "n values, open list →";
    case Op::kVararg: return "→ n values";
    case Op::kVarargOpen: return "→ open list";
    case Op::kPackList: return "n values, open list → list";
    case Op::kUnpackList: return "list → open list";
    case Op::kInitField: return "table value → table";
    case Op::kInitIndex: return "table key value → table";
    case Op::kSetList: return "table, n values → table";
    case Op::kSetListVar: return "table, n values, open list → table";
    case Op::kCoResume: return "coroutine, a values → r values";
    case Op::kCoYield: return "a values → r values";
    case Op::kNewBlock: return "n values → block";
    case Op::kSetPrototype: return "object prototype → object";
    case Op::kNewRecord: return "n values → object";
    default: return {};
  }
}

std::string effectText(Op op) {
  const OpInfo& info = opInfo(op);
  if (info.effect == "*") return std::string(computedEffect(op));
  size_t arrow = info.effect.find('>');
  std::string inputs = kinds(info.effect.substr(0, arrow)), outputs = kinds(info.effect.substr(arrow + 1));
  return inputs + (inputs.empty() ? "→" : " →") + (outputs.empty() ? "" : " ") + outputs;
}

std::string yes(const OpInfo& info, OpFlag flag) { return info.flags & flag ? "yes" : ""; }

std::string feedback(const OpInfo& info) {
  if (info.operands.find('f') != std::string_view::npos) return "slot";
  if (info.operands.find('t') != std::string_view::npos) return "types";
  return "";
}

class Writer {
 public:
  std::string run() {
    intro();
    for (const Family& family : kFamilies) table(family);
    fusedTable();
    return std::move(out_);
  }

 private:
  void line(const std::string& text) { out_ += text + "\n"; }

  void intro() {
    unsigned page0 = 0, page1 = 0, fused = 0;
    for (unsigned i = 0; i < kOpTableSize; ++i) {
      auto op = static_cast<Op>(i);
      if (opInfo(op).mnemonic.empty()) continue;
      if (fusionOf(op) != nullptr) {
        ++fused;
      } else {
        ++(i < kPage1 ? page0 : page1);
      }
    }
    line("# Instruction set");
    line("");
    line(
        "Made by `tools/gen_docs` from `src/bytecode/opcodes.def` and `fusions.def`; do not edit. The text form is "
        "described in");
    line("[assembly.md](assembly.md).");
    line("");
    line(
        "The code of a function is a sequence of instructions for a stack machine. An instruction is an opcode of one "
        "byte, or the prefix");
    line(
        "byte 255 and a second byte (opcodes from 256 up), followed by its operands, little endian and unaligned. "
        "There are " +
        std::to_string(page0) + " opcodes");
    line("of one byte, " + std::to_string(page1) + " with the prefix and " + std::to_string(fused) +
         " fused ones. Numbers may change with the format version; names do not.");
    line("");
    line(
        "An operand slot holds a value, a raw i64 or a raw f64. The verifier knows which, at each instruction; there "
        "are no tags.");
    line("");
    line(
        "Columns: **no.** the opcode; **operands** name and width (`jump` counts from the end of the instruction; "
        "`table` is a u16 count n and");
    line(
        "n + 1 jumps of 32 bits, the last one the default); **stack** what is taken and left, the top at the right; "
        "**raises**, **allocates**");
    line(
        "(so a collection may run), **guest** (may run guest code: calls, metamethods); **feedback**: `slot`, a number "
        "of a feedback cell of the");
    line("function (slot 0 is shared and stays empty), or `types`, a byte which is 0 in module files.");
  }

  void table(const Family& family) {
    line("");
    line("## " + std::string(family.title));
    line("");
    if (!family.text.empty()) {
      line(std::string(family.text));
      line("");
    }
    line("| no. | mnemonic | operands | stack | raises | allocates | guest | feedback | meaning |");
    line("| --- | --- | --- | --- | --- | --- | --- | --- | --- |");
    for (unsigned i = 0; i < kOpTableSize; ++i) {
      auto op = static_cast<Op>(i);
      const OpInfo& info = opInfo(op);
      if (info.mnemonic.empty() || info.family != family.name) continue;
      line("| " + std::to_string(i) + " | `" + std::string(info.mnemonic) + "` | " + operandNames(info.operands) +
           " | " + effectText(op) + " | " + yes(info, kMayRaise) + " | " + yes(info, kMayAllocate) + " | " +
           yes(info, kMayRunGuest) + " | " + feedback(info) + " | " + std::string(info.meaning) + " |");
    }
  }

  void fusedTable() {
    line("");
    line("## Fused instructions");
    line("");
    line(
        "A fused instruction stands for a sequence and has the operands of its components, in order. Where the last "
        "component is marked");
    line(
        "with `+`, it stays in the code, whole, right behind the fused instruction, which executes it too and skips "
        "it; a slow path can");
    line(
        "leave the fused instruction there, and other code may jump there. No jump target or region boundary lies "
        "inside a sequence.");
    line("");
    line("| no. | mnemonic | operands | stands for |");
    line("| --- | --- | --- | --- |");
    size_t count = 0;
    const FusionInfo* all = fusions(count);
    for (size_t i = 0; i < count; ++i) {
      std::string sequence;
      for (unsigned c = 0; c < all[i].count; ++c) {
        if (c > 0) sequence += "; ";
        bool tail = all[i].tail && c + 1u == all[i].count;
        sequence += (tail ? "+ `" : "`") + std::string(opInfo(all[i].components[c]).mnemonic) + "`";
      }
      line("| " + std::to_string(static_cast<unsigned>(all[i].fused)) + " | `" +
           std::string(opInfo(all[i].fused).mnemonic) + "` | " + operandNames(opInfo(all[i].fused).operands) + " | " +
           sequence + " |");
    }
  }

  std::string out_;
};

/// Whether the generator knows every family and every computed effect.
bool complete() {
  bool good = true;
  for (unsigned i = 0; i < kOpTableSize; ++i) {
    auto op = static_cast<Op>(i);
    const OpInfo& info = opInfo(op);
    if (info.mnemonic.empty() || fusionOf(op) != nullptr) continue;
    bool known = false;
    for (const Family& family : kFamilies) known = known || family.name == info.family;
    if (known && (info.effect != "*" || !computedEffect(op).empty())) continue;
    std::fprintf(stderr, "gen_docs: nothing is written about the family or effect of %s\n",
                 std::string(info.mnemonic).c_str());
    good = false;
  }
  return good;
}

bool readFile(const char* path, std::string& text) {
  std::FILE* file = std::fopen(path, "rb");
  if (file == nullptr) return false;
  char buffer[4096];
  while (size_t size = std::fread(buffer, 1, sizeof buffer, file)) text.append(buffer, size);
  std::fclose(file);
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  if (!complete()) return 1;
  std::string text = Writer().run();
  if (argc == 1) {
    std::fwrite(text.data(), 1, text.size(), stdout);
    return 0;
  }
  if (argc != 3 || std::string_view(argv[1]) != "--check") {
    std::fprintf(stderr, "usage: gen_docs [--check FILE]\n");
    return 2;
  }
  std::string found;
  if (!readFile(argv[2], found)) {
    std::fprintf(stderr, "gen_docs: cannot read %s\n", argv[2]);
    return 1;
  }
  if (found == text) return 0;
  std::fprintf(stderr, "gen_docs: %s is stale; write it anew with gen_docs > %s\n", argv[2], argv[2]);
  return 1;
}
