// Machine code in gdb's list: an object file in memory for each piece, with its name, lines and frames.
//
// gdb reads the list when the process stops in __jit_debug_register_code ("JIT Compilation Interface" in its manual);
// without a debugger that is an empty function.
#include <elf.h>

#include <mutex>
#include <unordered_map>

#include "jit/outside/debug_info.h"
#include "jit/outside/guest_frames.h"

// The names and layouts are gdb's.
extern "C" {
struct jit_code_entry {
  jit_code_entry* next_entry;
  jit_code_entry* prev_entry;
  const char* symfile_addr;
  uint64_t symfile_size;
};
struct jit_descriptor {
  uint32_t version;
  uint32_t action_flag;  // 1: relevant_entry was added, 2: it goes away
  jit_code_entry* relevant_entry;
  jit_code_entry* first_entry;
};
[[gnu::visibility("default")]] jit_descriptor __jit_debug_descriptor = {1, 0, nullptr, nullptr};
[[gnu::noinline, gnu::visibility("default")]] void __jit_debug_register_code() {
  asm volatile("" ::: "memory");  // calls of it must not be optimized away
}
}

namespace devvm::jit {

namespace {

/// All isolates of the process share the list.
std::mutex listMutex;

class Names {
 public:
  Names() { table.u8(0); }
  uint32_t add(std::string_view name) {
    auto at = static_cast<uint32_t>(table.size());
    table.text(name);
    return at;
  }
  ByteSink table;
};

/// An object file. The code itself is not in it: its section says where it stands in memory.
std::vector<uint8_t> objectFor(const WatchedCode& code, const FrameFacts& facts) {
  struct Section {
    const char* name;
    uint32_t type;
    uint64_t flags, address, size;
    const ByteSink* bytes;
    uint32_t link = 0, info = 0;
    uint64_t entry = 0;
  };
  constexpr uint16_t kText = 1, kNames = 3, kSectionNames = 4;
  Names names, sectionNames;
  ByteSink symbols;
  Elf64_Sym symbol{};
  symbols.raw(&symbol, sizeof symbol);  // the first is empty
  symbol.st_name = names.add(code.name);
  symbol.st_info = ELF64_ST_INFO(STB_GLOBAL, STT_FUNC);
  symbol.st_shndx = kText;
  symbol.st_value = reinterpret_cast<uintptr_t>(code.address);
  symbol.st_size = code.bytes;
  symbols.raw(&symbol, sizeof symbol);
  DebugInfo debug = debugInfoOf(code);
  ByteSink frames = frameSection(code, facts);

  std::vector<Section> sections = {
      {"", SHT_NULL, 0, 0, 0, nullptr},
      {".text", SHT_NOBITS, SHF_ALLOC | SHF_EXECINSTR, reinterpret_cast<uintptr_t>(code.address), code.bytes, nullptr},
      {".symtab", SHT_SYMTAB, 0, 0, 0, &symbols, kNames, 1, sizeof(Elf64_Sym)},
      {".strtab", SHT_STRTAB, 0, 0, 0, &names.table},
      {".shstrtab", SHT_STRTAB, 0, 0, 0, &sectionNames.table},
  };
  auto add = [&](const char* name, const ByteSink& bytes) {
    if (bytes.size() != 0) sections.push_back({name, SHT_PROGBITS, 0, 0, 0, &bytes});
  };
  add(".debug_info", debug.info);
  add(".debug_abbrev", debug.abbreviations);
  add(".debug_line", debug.lines);
  add(".debug_frame", frames);
  std::vector<uint32_t> nameOffsets;
  for (const Section& s : sections) nameOffsets.push_back(sectionNames.add(s.name));

  ByteSink body;  // behind the header
  std::vector<uint64_t> offsets;
  for (const Section& s : sections) {
    body.align(16);
    offsets.push_back(sizeof(Elf64_Ehdr) + body.size());
    if (s.bytes != nullptr) body.raw(*s.bytes);
  }
  body.align(16);
  Elf64_Ehdr head{};
  for (unsigned i = 0; i < SELFMAG; i++) head.e_ident[i] = static_cast<unsigned char>(ELFMAG[i]);
  head.e_ident[EI_CLASS] = ELFCLASS64;
  head.e_ident[EI_DATA] = ELFDATA2LSB;
  head.e_ident[EI_VERSION] = EV_CURRENT;
  head.e_type = ET_EXEC;  // addresses are final
  head.e_machine = EM_X86_64;
  head.e_version = EV_CURRENT;
  head.e_shoff = sizeof head + body.size();
  head.e_ehsize = sizeof head;
  head.e_shentsize = sizeof(Elf64_Shdr);
  head.e_shnum = static_cast<uint16_t>(sections.size());
  head.e_shstrndx = kSectionNames;
  ByteSink file;
  file.raw(&head, sizeof head);
  file.raw(body);
  for (size_t i = 0; i < sections.size(); i++) {
    const Section& s = sections[i];
    Elf64_Shdr h{};
    h.sh_name = nameOffsets[i];
    h.sh_type = s.type;
    h.sh_flags = s.flags;
    h.sh_addr = s.address;
    h.sh_offset = s.type == SHT_NULL ? 0 : offsets[i];
    h.sh_size = s.bytes != nullptr ? s.bytes->size() : s.size;
    h.sh_link = s.link;
    h.sh_info = s.info;
    h.sh_addralign = s.type == SHT_NULL ? 0 : 1;
    h.sh_entsize = s.entry;
    file.raw(&h, sizeof h);
  }
  return file.take();
}

class GdbInterface final : public CodeWatcher {
 public:
  explicit GdbInterface(FrameFacts facts) : facts_(std::move(facts)) {}
  ~GdbInterface() override {
    while (!entries_.empty()) freed(entries_.begin()->first);
  }

  void placed(const WatchedCode& code) override {
    auto one = std::make_unique<Entry>();
    one->object = objectFor(code, facts_);
    std::lock_guard lock(listMutex);
    jit_code_entry& e = one->entry;
    e = {__jit_debug_descriptor.first_entry, nullptr, reinterpret_cast<const char*>(one->object.data()),
         one->object.size()};
    if (e.next_entry != nullptr) e.next_entry->prev_entry = &e;
    __jit_debug_descriptor.first_entry = &e;
    tell(1, &e);
    entries_[code.address] = std::move(one);
  }

  void freed(const uint8_t* address) override {
    auto at = entries_.find(address);
    if (at == entries_.end()) return;
    {
      std::lock_guard lock(listMutex);
      jit_code_entry& e = at->second->entry;
      (e.prev_entry != nullptr ? e.prev_entry->next_entry : __jit_debug_descriptor.first_entry) = e.next_entry;
      if (e.next_entry != nullptr) e.next_entry->prev_entry = e.prev_entry;
      tell(2, &e);
    }
    entries_.erase(at);
  }

 private:
  struct Entry {
    jit_code_entry entry;
    std::vector<uint8_t> object;
  };
  static void tell(uint32_t action, jit_code_entry* entry) {
    __jit_debug_descriptor.action_flag = action;
    __jit_debug_descriptor.relevant_entry = entry;
    __jit_debug_register_code();
  }
  FrameFacts facts_;
  std::unordered_map<const uint8_t*, std::unique_ptr<Entry>> entries_;
};

}  // namespace

std::unique_ptr<CodeWatcher> makeGdbInterface(const FrameFacts& facts) { return std::make_unique<GdbInterface>(facts); }

}  // namespace devvm::jit
