#include "jit/outside/debug_info.h"

namespace devvm::jit {

namespace {

// From the DWARF standard.
enum Tag : unsigned { kCompileUnit = 0x11, kSubprogram = 0x2E };
enum Attribute : unsigned {
  kName = 0x03,
  kStatementList = 0x10,
  kLowPc = 0x11,
  kHighPc = 0x12,
  kLanguage = 0x13,
  kFolder = 0x1B,
  kProducer = 0x25,
  kFile = 0x3A,
  kLine = 0x3B,
  kExternal = 0x3F,
};
enum Form : unsigned { kAddress = 0x01, kData4 = 0x06, kText = 0x08, kData1 = 0x0B, kFlag = 0x0C, kUleb = 0x0F };
enum LineOp : unsigned { kExtended = 0, kCopy = 1, kAdvancePc = 2, kAdvanceLine = 3 };
enum ExtendedLineOp : unsigned { kEndSequence = 1, kSetAddress = 2 };
/// There is no number for Lua; names and lines are all that is told, and any language will do.
constexpr unsigned kLanguageC = 2;
constexpr unsigned kVersion = 3;

void declare(ByteSink& out, unsigned number, Tag tag, bool children,
             std::initializer_list<std::pair<Attribute, Form>> attributes) {
  out.uleb(number);
  out.uleb(tag);
  out.u8(children);
  for (auto [attribute, form] : attributes) {
    out.uleb(attribute);
    out.uleb(form);
  }
  out.u16(0);
}

ByteSink lineProgram(const WatchedCode& code, std::string_view file) {
  ByteSink head;
  head.u8(1);                         // least length of an instruction
  head.u8(1);                         // entries are statements
  head.u8(static_cast<uint8_t>(-5));  // of special opcodes, which are not
  head.u8(14);                        // used
  head.u8(13);                        // opcodes from here on are special
  for (unsigned operands : {0, 1, 1, 1, 1, 0, 0, 0, 1, 0, 0, 1}) head.u8(operands);  // of those below
  head.u8(0);                                                                        // no more folders
  head.text(file);
  head.u8(0);
  head.u8(0);
  head.u8(0);
  head.u8(0);  // no more files

  ByteSink program;
  program.u8(kExtended);
  program.uleb(9);
  program.u8(kSetAddress);
  program.address(code.address);
  uint32_t at = 0;
  int64_t line = 1;
  for (const WatchedCode::Line& l : code.lines) {
    if (l.line == 0) continue;
    program.u8(kAdvancePc);
    program.uleb(l.machine - at);
    program.u8(kAdvanceLine);
    program.sleb(l.line - line);
    program.u8(kCopy);
    at = l.machine;
    line = l.line;
  }
  program.u8(kAdvancePc);
  program.uleb(code.instructions - at);
  program.u8(kExtended);
  program.uleb(1);
  program.u8(kEndSequence);

  ByteSink out;
  out.u32(2 + 4 + head.size() + program.size());
  out.u16(kVersion);
  out.u32(head.size());
  out.raw(head);
  out.raw(program);
  return out;
}

}  // namespace

DebugInfo debugInfoOf(const WatchedCode& code) {
  DebugInfo out;
  if (code.file.empty() || code.lines.empty()) return out;
  size_t slash = code.file.rfind('/');
  std::string_view folder(code.file.data(), slash), file(code.file.data() + slash + 1, code.file.size() - slash - 1);

  declare(out.abbreviations, 1, kCompileUnit, true,
          {{kProducer, kText},
           {kLanguage, kData1},
           {kName, kText},
           {kFolder, kText},
           {kLowPc, kAddress},
           {kHighPc, kAddress},
           {kStatementList, kData4}});
  declare(
      out.abbreviations, 2, kSubprogram, false,
      {{kExternal, kFlag}, {kName, kText}, {kFile, kUleb}, {kLine, kUleb}, {kLowPc, kAddress}, {kHighPc, kAddress}});
  out.abbreviations.u8(0);

  ByteSink unit;
  unit.u16(kVersion);
  unit.u32(0);  // abbreviations
  unit.u8(8);   // bytes of an address
  unit.uleb(1);
  unit.text("DevVM");
  unit.u8(kLanguageC);
  unit.text(file);
  unit.text(folder);
  unit.address(code.address);
  unit.address(code.address + code.instructions);
  unit.u32(0);  // lines
  unit.uleb(2);
  unit.u8(1);
  unit.text(code.name);
  unit.uleb(1);
  unit.uleb(code.line);
  unit.address(code.address);
  unit.address(code.address + code.instructions);
  unit.u8(0);  // no more in the unit
  out.info.u32(unit.size());
  out.info.raw(unit);
  out.lines = lineProgram(code, file);
  return out;
}

}  // namespace devvm::jit
