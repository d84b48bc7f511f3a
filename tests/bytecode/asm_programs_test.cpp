// All programs under tests/asm: what the text form, the file format and the verifier say about them without
// running them. (What they do when run is checked by tests/asm/run.py.)
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "bytecode/stack_effect.h"
#include "helpers.h"

namespace devvm::bytecode {
namespace {

struct Program {
  std::filesystem::path path;
  std::string text;
  std::string reject;  ///< expected verifier message, or empty
};

std::vector<Program> programs() {
  std::vector<Program> result;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(DEVVM_ASM_TESTS)) {
    if (entry.path().extension() != ".dvs") continue;
    std::ifstream file(entry.path(), std::ios::binary);
    std::stringstream text;
    text << file.rdbuf();
    Program program{entry.path(), text.str(), ""};
    std::string line;
    while (std::getline(text, line)) {
      constexpr std::string_view kMark = "; expect reject: ";
      if (size_t at = line.find(kMark); at != std::string::npos) program.reject = line.substr(at + kMark.size());
    }
    result.push_back(std::move(program));
  }
  return result;
}

TEST(AsmPrograms, AssembleRoundTripAndVerify) {
  for (const Program& program : programs()) {
    SCOPED_TRACE(program.path.string());
    Module module;
    std::vector<AssemblyError> errors;
    bool good = assemble(program.text, "@" + program.path.filename().string(), module, errors);
    ASSERT_TRUE(good) << errors[0].text();
    std::vector<uint8_t> bytes = writeModule(module);
    Module read, again;
    ModuleFileError fileError;
    ASSERT_TRUE(readModule(bytes, read, fileError)) << fileError.text();
    ASSERT_TRUE(assemble(disassemble(read), "@other", again, errors));
    EXPECT_EQ(writeModule(again), bytes);
    std::string message = rejection(module);
    if (program.reject.empty()) {
      EXPECT_EQ(message, "");
    } else {
      EXPECT_NE(message.find(program.reject), std::string::npos)
          << "found: " << message << "\nexpected: " << program.reject;
    }
    EXPECT_EQ(rejection(read), message);
  }
}

/// The depth analysis and the verifier are written apart from each other; they must agree on every function.
TEST(AsmPrograms, DepthsAreExact) {
  unsigned compared = 0;
  for (const Program& program : programs()) {
    if (!program.reject.empty()) continue;
    Module module = assembled(program.text);
    for (size_t i = 0; i < module.functions.size(); ++i) {
      std::string error;
      uint32_t offset = 0;
      uint16_t depth = 0;
      ASSERT_TRUE(computeMaxStack(module.functions[i], depth, error, offset)) << program.path << error;
      Module other = module;
      other.functions[i].maxStack = depth;
      EXPECT_EQ(rejection(other), "") << program.path;
      if (depth == 0) continue;
      other.functions[i].maxStack = static_cast<uint16_t>(depth - 1);
      EXPECT_NE(rejection(other), "") << program.path;
      ++compared;
    }
  }
  EXPECT_GT(compared, 100u);
}

TEST(AsmPrograms, DamageIsSafe) {
  Random random(11);
  for (const Program& program : programs()) {
    Module module = assembled(program.text);
    for (int round = 0; round < 30; ++round) {
      Module other = module;
      Function& f = other.functions[random.below(other.functions.size())];
      if (f.code.empty()) continue;
      for (uint64_t k = 1 + random.below(3); k > 0; --k)
        f.code[random.below(f.code.size())] = static_cast<uint8_t>(random.next());
      VerifyError error;
      verify(other, error);
    }
  }
}

TEST(AsmPrograms, AtLeastTwentyPerFamily) {
  std::map<std::string, unsigned> count;
  for (const Program& program : programs()) ++count[program.path.parent_path().filename().string()];
  for (const char* family :
       {"stack", "locals", "arithmetic", "logic", "control", "calls", "tables", "closures", "exceptions", "coroutines",
        "debug", "i64", "checked", "i63", "f64", "blocks", "arrays", "objects", "buffers"}) {
    EXPECT_GE(count[family], 20u) << family;
  }
}

}  // namespace
}  // namespace devvm::bytecode
