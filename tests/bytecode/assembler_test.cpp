#include "helpers.h"

namespace devvm::bytecode {
namespace {

std::string firstError(const std::string& text) {
  Module module;
  std::vector<AssemblyError> errors;
  if (assemble(text, "@test.dvs", module, errors)) return "";
  return errors.empty() ? "no error was given" : errors[0].text();
}

void expectRoundTrip(const Module& module) {
  std::string text = disassemble(module);
  Module again;
  std::vector<AssemblyError> errors;
  ASSERT_TRUE(assemble(text, "@other", again, errors)) << errors[0].text() << "\n" << text;
  EXPECT_EQ(writeModule(again), writeModule(module)) << text;
}

TEST(Assembler, Comfort) {
  Module module = assembled(R"(
; a comment
.function main
  .local counter
  .local total i64
again:  ; labels may have comments
    get_local counter  ; as well as code
    const 0xFF, 
    add
    set_local counter
    i64_small 3
    set_local total
    jump out
out: return0
.end
)");
  const Function& f = module.functions[0];
  EXPECT_EQ(module.language, "asm");
  EXPECT_EQ(module.source, "@test.dvs");
  EXPECT_EQ(f.name, "main");
  EXPECT_EQ(f.locals, 2);
  EXPECT_EQ(f.maxStack, 2);
  EXPECT_EQ(f.localKinds, (std::vector<SlotKind>{SlotKind::kValue, SlotKind::kI64}));
  EXPECT_EQ(f.constants.size(), 1u);
  EXPECT_EQ(std::get<int64_t>(f.constants[0]), 255);
  EXPECT_TRUE(f.flags & kMainChunk);
  ASSERT_FALSE(f.lines.empty());
  EXPECT_EQ(f.lines[0].line, 7u) << "lines are those of the text";
  EXPECT_EQ(rejection(module), "");
}

TEST(Assembler, ParametersUpvaluesAndChildrenByName) {
  Module module = assembled(R"(
.function main
  .local n
    new_cell n
    closure step
    return1
.end
.function step
  .param a
  .param b
  .upvalue n local n
    get_local a
    get_local b
    add
    set_upvalue n
    return0
.end
)");
  EXPECT_EQ(module.functions[1].parameters, 2);
  EXPECT_EQ(module.functions[1].upvalues[0].index, 0);
  EXPECT_EQ(module.functions[0].children, std::vector<uint32_t>{1});
  EXPECT_EQ(rejection(module), "");
}

TEST(Assembler, Records) {
  Module module = assembled(body("", "const \"y\"\nconst 1\nconst 2\nnew_record \"x\" \"y\"\nreturn1"));
  const Function& f = module.functions[0];
  Instruction in = decodeVerified(f.code, 9);
  ASSERT_EQ(in.op, Op::kNewRecord);
  EXPECT_EQ(in.operands[0], 2);
  EXPECT_EQ(std::get<std::string>(f.constants[static_cast<size_t>(in.operands[1])]), "x");
  EXPECT_EQ(std::get<std::string>(f.constants[static_cast<size_t>(in.operands[1]) + 1]), "y");
}

TEST(Assembler, ErrorsHavePlaces) {
  struct Case {
    const char* text;
    const char* message;
  };
  for (const Case& c : std::initializer_list<Case>{
           {"", "1:1: there is no function"},
           {"nop", "1:1: an instruction outside of a function"},
           {".function main\n  frobnicate\n.end", "2:3: unknown instruction 'frobnicate'"},
           {".function main\n  jump nowhere\n.end", "2:8: label 'nowhere' is not defined"},
           {".function main\nx: nop\nx: nop\n.end", "3:1: label 'x' is defined twice"},
           {".function main\n  int8 200\n.end", "2:8: the integer must lie between -128 and 127"},
           {".function main\n  int8\n.end", "2:7: expected the integer, found the end of the line"},
           {".function main\n  int8 1 2\n.end", "2:10: unexpected 2 after int8"},
           {".function main\n  get_local y\n.end", "2:13: unknown local 'y'"},
           {".function main\n  get_upvalue y\n.end", "2:15: unknown upvalue 'y'"},
           {".function main\n  closure f\n return0\n.end", "2:11: unknown function 'f'"},
           {".function main\n  const \"abc\n.end", "2:9: the string is not closed"},
           {".function main\n  const \"\\q\"\n.end", "2:9: unknown escape"},
           {".function main\n  const 12ab\n.end", "2:9: malformed number"},
           {".function main\n  const 99999999999999999999\n.end", "2:9: the integer does not fit"},
           {".function main\n  const 1e999\n.end", "2:9: the float is out of range"},
           {".function main\n  const %\n.end", "2:9: unexpected character"},
           {".function main\n  nop", "1:11: the function has no .end"},
           {".function main\n.end\n.function main\n.end", "3:11: function 'main' is defined twice"},
           {".function main bogus=1\n.end", "1:16: unknown attribute 'bogus'"},
           {".function main params=300\n.end", "1:23: the number of parameters must lie"},
           {".function main\n.bogus\n.end", "2:1: unknown directive .bogus"},
           {".main other\n.function main\nreturn0\n.end", "1:7: unknown function 'other'"},
           {".function main\n.local x\n.local x\n.end", "3:8: local 'x' is declared twice"},
           {".function main\n.upvalue x nowhere 3\n.end", "2:12: expected local, upvalue or value"},
           {".function main\n get_local 300\n.end", "2:12: the number of a local must lie"},
           {".line 3", "1:1: .line outside of a function"},
       }) {
    std::string error = firstError(c.text);
    EXPECT_EQ(error.rfind(c.message, 0), 0u) << "found: " << error << "\nexpected: " << c.message;
  }
}

TEST(Assembler, SeveralErrorsPerRun) {
  Module module;
  std::vector<AssemblyError> errors;
  std::string text = ".function main\n";
  for (int i = 0; i < 50; ++i) text += "wrong\n";
  EXPECT_FALSE(assemble(text + ".end\n", "@x", module, errors));
  EXPECT_EQ(errors.size(), 20u);
  EXPECT_EQ(errors[0].line, 2u);
  EXPECT_EQ(errors[19].line, 21u);
}

TEST(RoundTrip, EveryInstruction) {
  for (unsigned i = 0; i < kOpTableSize; ++i) {
    auto op = static_cast<Op>(i);
    const OpInfo& info = opInfo(op);
    if (info.mnemonic.empty()) continue;
    for (int64_t value : {0, 1, 77}) {
      Module module;
      Function& f = module.functions.emplace_back();
      auto number = static_cast<unsigned>(op);
      if (number >= kPage1) f.code.push_back(kPrefixByte);
      f.code.push_back(static_cast<uint8_t>(number));
      for (char letter : info.operands) {
        if (letter == 's') {
          base::appendLittle<uint16_t>(f.code, static_cast<uint16_t>(value));
          for (int64_t k = 0; k <= value; ++k) base::appendLittle<int32_t>(f.code, static_cast<int32_t>(k * value));
        } else {
          f.code.resize(f.code.size() + operandBytes(letter), static_cast<uint8_t>(value));
        }
      }
      f.code.push_back(static_cast<uint8_t>(Op::kReturn0));
      f.constants = {std::string("a"), 1.5, int64_t{7}, 1.5};
      f.locals = 3;
      f.feedbackSlots = 9;
      expectRoundTrip(module);
    }
  }
}

/// Modules of random bytes where code should be, and random tables: the text form must keep them exactly.
TEST(RoundTrip, RandomModules) {
  Random random(7);
  for (int round = 0; round < 2'000; ++round) {
    Module module;
    module.source = "@r";
    size_t functions = 1 + random.below(3);
    module.mainFunction = static_cast<uint32_t>(random.below(functions));
    for (size_t i = 0; i < functions; ++i) {
      Function& f = module.functions.emplace_back();
      f.name = random.below(2) ? "odd \"name\"\n\xFF" : "";
      f.flags = static_cast<uint8_t>(random.below(4));
      f.parameters = static_cast<uint8_t>(random.below(5));
      f.locals = static_cast<uint16_t>(random.below(10));
      f.maxStack = static_cast<uint16_t>(random.below(10));
      f.feedbackSlots = static_cast<uint16_t>(random.below(10));
      f.lineDefined = static_cast<uint32_t>(random.below(5));
      f.lastLine = static_cast<uint32_t>(random.below(5));
      if (f.locals > 0 && random.below(2)) {
        for (int k = 0; k < f.locals; ++k)
          f.localKinds.push_back(static_cast<SlotKind>(random.below(random.below(2) ? 3 : 1)));
      }
      for (uint64_t k = random.below(60); k > 0; --k)
        f.code.push_back(static_cast<uint8_t>(random.below(4) ? random.below(8) : random.next()));
      auto somewhere = [&] { return static_cast<uint32_t>(random.below(f.code.size() + 5)); };
      f.constants = {std::string("x"), int64_t{-5}, 0.25, true, std::monostate{}, std::string("x"), -0.0};
      for (uint64_t k = random.below(3); k > 0; --k)
        f.children.push_back(static_cast<uint32_t>(random.below(functions + 2)));
      for (uint64_t k = random.below(3); k > 0; --k) {
        f.upvalues.push_back({static_cast<Upvalue::From>(random.below(3)), static_cast<uint8_t>(random.next()),
                              random.below(2) ? "up" : ""});
      }
      for (uint64_t k = random.below(3); k > 0; --k) {
        f.regions.push_back({static_cast<ExceptionRegion::Kind>(random.below(2)), somewhere(), somewhere(), somewhere(),
                             static_cast<uint32_t>(random.below(9))});
      }
      uint32_t last = 0;
      for (uint64_t k = random.below(4); k > 0; --k) {
        last = random.below(4) ? last + static_cast<uint32_t>(random.below(9)) : somewhere();
        f.lines.push_back({last, static_cast<uint32_t>(random.below(100)), static_cast<uint32_t>(random.below(3))});
      }
      for (uint64_t k = random.below(3); k > 0; --k) {
        f.variables.push_back(
            {"v\t", somewhere(), somewhere(), static_cast<uint16_t>(random.below(300)), random.below(2) == 1});
      }
    }
    expectRoundTrip(module);
    listing(module, {true, "line one\nline two"});
    listingJson(module);
    VerifyError error;
    verify(module, error);
    if (HasFailure()) return;
  }
}

TEST(Assembler, RandomTextIsSafe) {
  const char* words[] = {
      ".function", "main",   ".end", "\n",     "\n",     "jump",        "L:",         "L",       "const",
      "\"s\"",     "1",      "-3",   "2.5",    "#",      "!",           "?",          "@",       "=",
      "params",    ".local", ".var", ".catch", "switch", "else",        "new_record", "closure", ".upvalue",
      "local",     ".line",  ":",    ".bytes", ".child", "get_field_l", "for_in",     "\"",      ";",
      ".exact",    "locals", "i64",  "0x",     "99999",  "call"};
  Random random(3);
  for (int round = 0; round < 20'000; ++round) {
    std::string text = random.below(2) ? ".function main\n" : "";
    for (uint64_t k = random.below(40); k > 0; --k) {
      text += words[random.below(std::size(words))];
      text += random.below(5) ? " " : "\n";
    }
    if (random.below(2)) text += "\n.end\n";
    Module module;
    std::vector<AssemblyError> errors;
    bool good = assemble(text, "@x", module, errors);
    ASSERT_EQ(good, errors.empty());
    if (good) {
      VerifyError error;
      verify(module, error);
      expectRoundTrip(module);
    }
  }
}

TEST(Listing, ShowsEverything) {
  Module module = assembled(R"(
.function main
  .local x
  .upvalue _ENV local 0
  .line 1
s:  get_global _ENV "print"
    const "hi"
    call 1 0
    .line 2
    jump e
e:  return0
h:  return1
    .catch s e h 0
    .var "x" x s e
.end)");
  std::string text = listing(module, {false, "print('hi')\nreturn"});
  for (const char* part : {"function 0 main (main)", "1 | print('hi')", "2 | return", "get_global", "\"print\"",
                           "catch bytes 0 to", "-> ", "[2]", "upvalues", "\"x\" in local 0"}) {
    EXPECT_NE(text.find(part), std::string::npos) << part << "\n" << text;
  }
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
  EXPECT_NE(listing(module, {true, {}}).find('\x1b'), std::string::npos);
  std::string json = listingJson(module);
  EXPECT_NE(json.find("\"op\":\"get_global\""), std::string::npos);
  EXPECT_EQ(instructionText(module.functions[0], 0), "get_global 0 \"print\"");
}

}  // namespace
}  // namespace devvm::bytecode
