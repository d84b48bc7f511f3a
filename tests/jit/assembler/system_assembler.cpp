#include "system_assembler.h"

#include <elf.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>

namespace devvm::jit::test {

namespace {

// A folder that goes away with its files.
struct TemporaryFolder {
  TemporaryFolder() {
    char name[] = "/tmp/devvm-asm-XXXXXX";
    if (mkdtemp(name) != nullptr) path = name;
  }
  ~TemporaryFolder() {
    for (const char* file : {"a.s", "a.o", "a.bin", "log", "out"}) unlink((path + "/" + file).c_str());
    rmdir(path.c_str());
  }
  std::string path;
};

std::vector<uint8_t> readFile(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// The section .text of an object file.
std::vector<uint8_t> textSection(const std::vector<uint8_t>& object) {
  Elf64_Ehdr header;
  if (object.size() < sizeof header) return {};
  std::memcpy(&header, object.data(), sizeof header);
  auto section = [&](size_t i) {
    Elf64_Shdr s;
    std::memcpy(&s, object.data() + header.e_shoff + i * sizeof s, sizeof s);
    return s;
  };
  Elf64_Shdr names = section(header.e_shstrndx);
  for (size_t i = 0; i < header.e_shnum; ++i) {
    Elf64_Shdr s = section(i);
    if (std::strcmp(reinterpret_cast<const char*>(object.data() + names.sh_offset + s.sh_name), ".text") == 0) {
      return {object.begin() + static_cast<long>(s.sh_offset),
              object.begin() + static_cast<long>(s.sh_offset + s.sh_size)};
    }
  }
  return {};
}

}  // namespace

std::vector<uint8_t> assemble(const std::string& text, std::string* error) {
  TemporaryFolder folder;
  std::string base = folder.path + "/";
  std::ofstream(base + "a.s") << ".intel_syntax noprefix\n.text\n" << text;
  std::string command = "as --64 -o " + base + "a.o " + base + "a.s 2> " + base + "log";
  int status = std::system(command.c_str());
  std::vector<uint8_t> log = readFile(base + "log");
  if (status != 0 || !log.empty()) {
    error->assign(log.begin(), log.begin() + static_cast<long>(std::min<size_t>(log.size(), 4000)));
    if (error->empty()) *error = "as (binutils) does not run";
    return {};
  }
  return textSection(readFile(base + "a.o"));
}

std::vector<std::string> disassemble(const std::vector<uint8_t>& slots, std::string* error) {
  if (slots.empty()) return {};
  TemporaryFolder folder;
  std::string base = folder.path + "/";
  std::ofstream(base + "a.bin", std::ios::binary)
      .write(reinterpret_cast<const char*>(slots.data()), static_cast<long>(slots.size()));
  std::string command = "objdump -D -b binary -m i386:x86-64 -M intel --no-show-raw-insn " + base + "a.bin > " + base +
                        "out 2> " + base + "log";
  if (std::system(command.c_str()) != 0) *error = "objdump does not run";
  std::vector<std::string> result(slots.size() / 16);
  std::ifstream in(base + "out");
  for (std::string line; std::getline(in, line);) {
    size_t colon = line.find(":\t");
    if (colon == std::string::npos) continue;
    size_t at = std::strtoul(line.c_str(), nullptr, 16);
    std::string instruction = line.substr(colon + 2);
    while (!instruction.empty() && instruction.back() == ' ') instruction.pop_back();
    if (at / 16 >= result.size() || instruction == "int3") continue;
    std::string& slot = result[at / 16];
    if (!slot.empty()) slot += "; ";
    slot += instruction;
  }
  return result;
}

}  // namespace devvm::jit::test
