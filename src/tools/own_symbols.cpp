#include "tools/own_symbols.h"

#include <cxxabi.h>
#include <elf.h>
#include <link.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace devvm::tools {

namespace {

/// Reads `count` items at an offset; false if the file has no such bytes.
template <typename T>
bool readAt(std::FILE* f, uint64_t offset, size_t count, std::vector<T>& out) {
  if (count > (size_t{64} << 20) / sizeof(T)) return false;
  out.resize(count);
  return std::fseek(f, static_cast<long>(offset), SEEK_SET) == 0 &&
         std::fread(out.data(), sizeof(T), count, f) == count;
}

uintptr_t loadBias() {
  uintptr_t bias = 0;
  // The program itself comes first.
  dl_iterate_phdr(
      [](dl_phdr_info* info, size_t, void* out) {
        *static_cast<uintptr_t*>(out) = info->dlpi_addr;
        return 1;
      },
      &bias);
  return bias;
}

/// "void devvm::jit::leafStore(devvm::runtime::Isolate*, ...)" to "leafStore".
std::string shortened(std::string text) {
  // Arguments: from the last parenthesis that nothing but qualifiers follows; those of template arguments do not count.
  int angle = 0;
  size_t end = text.size();
  for (size_t i = 0; i < text.size(); i++) {
    if (text[i] == '<') angle++;
    if (text[i] == '>') angle--;
    if (text[i] == '(' && angle == 0 && text.compare(i, 21, "(anonymous namespace)") != 0) {
      end = i;
      break;
    }
  }
  text.resize(end);
  size_t start = 0;
  angle = 0;
  for (size_t i = 0; i < text.size(); i++) {
    if (text[i] == '<') angle++;
    if (text[i] == '>') angle--;
    if (angle == 0 && (text[i] == ':' || text[i] == ' ')) start = i + 1;
  }
  return text.substr(start);
}

}  // namespace

OwnSymbols::OwnSymbols() {
  std::FILE* f = std::fopen("/proc/self/exe", "rb");
  if (f == nullptr) return;
  std::vector<Elf64_Ehdr> head;
  std::vector<Elf64_Shdr> sections;
  bool ok = readAt(f, 0, 1, head) && std::memcmp(head[0].e_ident, ELFMAG, SELFMAG) == 0 &&
            head[0].e_shentsize == sizeof(Elf64_Shdr) && readAt(f, head[0].e_shoff, head[0].e_shnum, sections);
  for (size_t i = 0; ok && i < sections.size(); i++) {
    const Elf64_Shdr& s = sections[i];
    if (s.sh_type != SHT_SYMTAB || s.sh_link >= sections.size()) continue;
    std::vector<Elf64_Sym> all;
    std::vector<char> names;
    if (!readAt(f, s.sh_offset, s.sh_size / sizeof(Elf64_Sym), all)) break;
    if (!readAt(f, sections[s.sh_link].sh_offset, sections[s.sh_link].sh_size, names)) break;
    names_.assign(names.data(), names.size());
    uintptr_t bias = loadBias();
    for (const Elf64_Sym& symbol : all) {
      if (ELF64_ST_TYPE(symbol.st_info) != STT_FUNC || symbol.st_value == 0) continue;
      if (symbol.st_name < names_.size()) symbols_.push_back({bias + symbol.st_value, symbol.st_name});
    }
    break;
  }
  std::fclose(f);
  std::sort(symbols_.begin(), symbols_.end(), [](const Symbol& a, const Symbol& b) { return a.address < b.address; });
}

std::string OwnSymbols::nameAt(uintptr_t address) const {
  auto at = std::lower_bound(symbols_.begin(), symbols_.end(), address,
                             [](const Symbol& s, uintptr_t wanted) { return s.address < wanted; });
  if (at == symbols_.end() || at->address != address) return {};
  const char* name = names_.c_str() + at->name;
  int status = 0;
  char* whole = abi::__cxa_demangle(name, nullptr, nullptr, &status);
  std::string text = status == 0 ? shortened(whole) : name;
  std::free(whole);
  return text;
}

}  // namespace devvm::tools
