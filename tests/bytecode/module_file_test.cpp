#include <cmath>
#include <cstring>

#include "bytecode/literals.h"
#include "helpers.h"

namespace devvm::bytecode {
namespace {

/// A module with something in every table.
Module fullModule() {
  return assembled(R"(
.source "@full.lua"
.language "lua"
.function main vararg
  .local x
  .local y f64
  .upvalue _ENV local 0
  .line 1:5
start:
    const "a string"
    const "a string of more than sixty-four bytes, which is written where it is used and not pooled"
    const 12345678901
    const 3.5
    const -nan
    pop_n 5
    .line 2
    get_global _ENV "print"
    int8 5
    call 1 0
    new_cell x
    closure child
    set_cell x
end:
    return0
handler:
    return1
last:
    .catch start end handler 0
    .var "x" x start end cell
    .const true
    .const false
    .const nil
.end
.function child params=2 defined=3-9
  .upvalue x local x
  .upvalue env upvalue _ENV
  .finally a b c 0
  .line 4
a:  get_local 0
    get_field "name"
b:  return1
c:  rethrow
.end
)");
}

bool readBack(const std::vector<uint8_t>& bytes, Module& module, std::string* message = nullptr) {
  ModuleFileError error;
  bool good = readModule(bytes, module, error);
  if (message != nullptr) *message = error.text();
  EXPECT_EQ(good, error.message.empty());
  if (!good) {
    EXPECT_LE(error.offset, bytes.size()) << error.message;
  }
  return good;
}

TEST(ModuleFile, RoundTrip) {
  Module module = fullModule();
  EXPECT_EQ(rejection(module), "");
  std::vector<uint8_t> bytes = writeModule(module);
  EXPECT_TRUE(isModuleFile(bytes));
  EXPECT_EQ(bytes[0], 0x1B);
  Module again;
  std::string message;
  ASSERT_TRUE(readBack(bytes, again, &message)) << message;
  EXPECT_EQ(writeModule(again), bytes);
  EXPECT_EQ(disassemble(again), disassemble(module));
  EXPECT_EQ(again.source, "@full.lua");
  EXPECT_EQ(again.functions[0].variables[0].isCell, true);
  EXPECT_EQ(again.functions[0].lines[0].column, 5u);
  EXPECT_EQ(again.functions[0].localKinds[1], SlotKind::kF64);
  EXPECT_EQ(again.functions[1].regions[0].kind, ExceptionRegion::Kind::kFinally);
  EXPECT_EQ(rejection(again), "");
}

TEST(ModuleFile, Strip) {
  Module module = fullModule();
  std::vector<uint8_t> bytes = writeModule(module, true);
  EXPECT_LT(bytes.size(), writeModule(module).size());
  Module again;
  ASSERT_TRUE(readBack(bytes, again));
  EXPECT_EQ(again.source, "");
  EXPECT_EQ(again.language, "lua");
  for (const Function& f : again.functions) {
    EXPECT_TRUE(f.lines.empty());
    EXPECT_TRUE(f.variables.empty());
    for (const Upvalue& u : f.upvalues) EXPECT_TRUE(u.name.empty());
  }
  EXPECT_EQ(again.functions[0].code, module.functions[0].code);
  EXPECT_EQ(writeModule(again, true), bytes);
  EXPECT_EQ(rejection(again), "");
}

TEST(ModuleFile, NansBecomeCanonicalAndKeepTheirSign) {
  Module module = assembled(body("", "return0"));
  auto nan = [](uint64_t bits) {
    double value;
    std::memcpy(&value, &bits, 8);
    return value;
  };
  module.functions[0].constants = {nan(0x7FF0'0000'0000'0001u), nan(0xFFFF'FFFF'FFFF'FFFFu)};
  Module again;
  ASSERT_TRUE(readBack(writeModule(module), again));
  EXPECT_EQ(constantText(again.functions[0].constants[0]), "nan");
  EXPECT_EQ(constantKey(again.functions[0].constants[0]), constantKey(nan(0x7FF8'0000'0000'0000u)));
  EXPECT_EQ(constantKey(again.functions[0].constants[1]), constantKey(nan(0xFFF8'0000'0000'0000u)));
}

TEST(ModuleFile, EveryTruncationIsAnError) {
  std::vector<uint8_t> bytes = writeModule(fullModule());
  for (size_t size = 0; size < bytes.size(); ++size) {
    std::vector<uint8_t> part(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
    Module module;
    EXPECT_FALSE(readBack(part, module)) << size;
  }
}

TEST(ModuleFile, TrailingBytesAreAnError) {
  std::vector<uint8_t> bytes = writeModule(fullModule());
  bytes.push_back(0);
  Module module;
  std::string message;
  EXPECT_FALSE(readBack(bytes, module, &message));
  EXPECT_NE(message.find("follow the end"), std::string::npos) << message;
}

TEST(ModuleFile, HeaderErrors) {
  std::vector<uint8_t> good = writeModule(fullModule());
  struct Case {
    size_t at;
    const char* message;
  };
  for (const Case& c : std::initializer_list<Case>{
           {0, "not a DevVM module"}, {3, "not a DevVM module"}, {4, "version"}, {5, "instruction set"}}) {
    std::vector<uint8_t> bytes = good;
    bytes[c.at] ^= 0x40;
    Module module;
    std::string message;
    EXPECT_FALSE(readBack(bytes, module, &message));
    EXPECT_NE(message.find(c.message), std::string::npos) << message;
    EXPECT_EQ(message.rfind("byte " + std::to_string(c.at) + ":", 0), 0u) << message;
  }
}

/// What can be read must be safe to verify, print and write.
void exercise(const Module& module) {
  VerifyError error;
  bool good = verify(module, error);
  std::string text = disassemble(module);
  listing(module, {});
  listingJson(module);
  if (!good) return;
  for (const Function& f : module.functions) {
    OperandKinds kinds(f);
    usesRawKinds(f);
    std::vector<OperandKind> found;
    for (uint32_t offset = 0; offset <= f.code.size(); ++offset) kinds.at(offset, found);
  }
}

TEST(ModuleFile, EveryFlippedBitIsSafe) {
  std::vector<uint8_t> good = writeModule(fullModule());
  unsigned read = 0;
  for (size_t at = 0; at < good.size(); ++at) {
    for (unsigned bit = 0; bit < 8; ++bit) {
      std::vector<uint8_t> bytes = good;
      bytes[at] ^= static_cast<uint8_t>(1u << bit);
      Module module;
      if (!readBack(bytes, module)) continue;
      ++read;
      exercise(module);
      EXPECT_EQ(writeModule(module).size() > 0, true);
    }
  }
  EXPECT_GT(read, 100u);
}

TEST(ModuleFile, RandomDamageIsSafe) {
  std::vector<uint8_t> good = writeModule(fullModule());
  Random random(42);
  for (int round = 0; round < 20'000; ++round) {
    std::vector<uint8_t> bytes = good;
    for (uint64_t changes = 1 + random.below(6); changes > 0; --changes) {
      size_t at = random.below(bytes.size());
      switch (random.below(4)) {
        case 0: bytes[at] = static_cast<uint8_t>(random.next()); break;
        case 1: bytes[at] = 0xFF; break;
        case 2: bytes.erase(bytes.begin() + static_cast<std::ptrdiff_t>(at)); break;
        default:
          bytes.insert(bytes.begin() + static_cast<std::ptrdiff_t>(at), static_cast<uint8_t>(random.next()));
          break;
      }
    }
    Module module;
    if (readBack(bytes, module)) exercise(module);
  }
}

TEST(ModuleFile, SmallFilesCannotAskForMuchMemory) {
  // Counts of four billion behind a valid header, in every place where a count may stand.
  std::vector<uint8_t> good = writeModule(fullModule());
  for (size_t at = 9; at < good.size(); ++at) {
    std::vector<uint8_t> bytes(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(at));
    for (uint8_t byte : {0xFF, 0xFF, 0xFF, 0xFF, 0x0F}) bytes.push_back(byte);
    bytes.insert(bytes.end(), good.begin() + static_cast<std::ptrdiff_t>(at), good.end());
    Module module;
    readBack(bytes, module);
  }
}

TEST(ModuleFile, RepeatedStringsDoNotMultiply) {
  // Long strings are written at each use, so that the memory needed stays in proportion to the file.
  Module module = assembled(body("", "return0"));
  std::string text(1000, 'x');
  for (int i = 0; i < 100; ++i) module.functions[0].constants.push_back(text);
  std::vector<uint8_t> bytes = writeModule(module);
  EXPECT_GT(bytes.size(), 100'000u);
  Module again;
  ASSERT_TRUE(readBack(bytes, again));
  EXPECT_EQ(again.functions[0].constants.size(), 100u);
}

TEST(ModuleFile, OutputIsDeterministic) { EXPECT_EQ(writeModule(fullModule()), writeModule(fullModule())); }

}  // namespace
}  // namespace devvm::bytecode
