#include "tools/disassembly.h"

#include <capstone/capstone.h>
#include <dlfcn.h>

#include <cstdio>

namespace devvm::tools {

namespace {

#define DEVVM_CAPSTONE_FUNCTIONS(X) X(cs_open) X(cs_close) X(cs_option) X(cs_disasm_iter) X(cs_malloc) X(cs_free)

struct CapstoneLibrary {
#define X(name) decltype(&::name) name = nullptr;
  DEVVM_CAPSTONE_FUNCTIONS(X)
#undef X

  /// The library, or null if the system has none. Layouts differ between major versions: only ours will do.
  static const CapstoneLibrary* get() {
    static const CapstoneLibrary library = [] {
      CapstoneLibrary l;
#define DEVVM_TEXT2(x) #x
#define DEVVM_TEXT(x) DEVVM_TEXT2(x)
      void* handle = dlopen("libcapstone.so." DEVVM_TEXT(CS_API_MAJOR), RTLD_NOW | RTLD_LOCAL);
      if (handle == nullptr) return l;
      l.complete_ = true;
#define X(function)                                                               \
  l.function = reinterpret_cast<decltype(&::function)>(dlsym(handle, #function)); \
  l.complete_ = l.complete_ && l.function != nullptr;
      DEVVM_CAPSTONE_FUNCTIONS(X)
#undef X
      return l;
    }();
    return library.complete_ ? &library : nullptr;
  }

 private:
  bool complete_ = false;
};
#undef DEVVM_CAPSTONE_FUNCTIONS

uint8_t numberOf(x86_reg r) {
  static constexpr x86_reg kRegisters[] = {X86_REG_RAX, X86_REG_RCX, X86_REG_RDX, X86_REG_RBX, X86_REG_RSP, X86_REG_RBP,
                                           X86_REG_RSI, X86_REG_RDI, X86_REG_R8,  X86_REG_R9,  X86_REG_R10, X86_REG_R11,
                                           X86_REG_R12, X86_REG_R13, X86_REG_R14, X86_REG_R15};
  for (uint8_t i = 0; i < 16; i++) {
    if (kRegisters[i] == r) return i;
  }
  return MachineInstruction::kNoRegister;
}

void takeOperands(const cs_insn& in, MachineInstruction& m) {
  const cs_x86& x = in.detail->x86;
  bool jumps = false;
  for (uint8_t i = 0; i < in.detail->groups_count; i++) {
    jumps = jumps || in.detail->groups[i] == CS_GRP_JUMP || in.detail->groups[i] == CS_GRP_CALL;
  }
  for (uint8_t i = 0; i < x.op_count; i++) {
    const cs_x86_op& o = x.operands[i];
    if (o.type == X86_OP_IMM) {
      (jumps ? m.hasTarget : m.hasImmediate) = true;
      (jumps ? m.target : m.immediate) = static_cast<uint64_t>(o.imm);
    } else if (o.type == X86_OP_MEM) {
      m.hasMemory = true;
      m.bytes = o.size;
      m.displacement = o.mem.disp;
      m.ripRelative = o.mem.base == X86_REG_RIP;
      if (m.ripRelative) {
        m.displacement += static_cast<int64_t>(in.address + in.size);
      } else {
        m.base = numberOf(static_cast<x86_reg>(o.mem.base));
        m.index = numberOf(static_cast<x86_reg>(o.mem.index));
      }
    }
  }
}

}  // namespace

bool disassembleMachineCode(std::span<const uint8_t> code, uint64_t address, std::vector<MachineInstruction>& out,
                            std::string& error) {
  const CapstoneLibrary* library = CapstoneLibrary::get();
  csh handle = 0;
  if (library == nullptr || library->cs_open(CS_ARCH_X86, CS_MODE_64, &handle) != CS_ERR_OK) {
    error = "the library Capstone is not installed (Debian's package libcapstone" DEVVM_TEXT(CS_API_MAJOR) ")";
    return false;
  }
  library->cs_option(handle, CS_OPT_DETAIL, CS_OPT_ON);
  cs_insn* in = library->cs_malloc(handle);
  const uint8_t* at = code.data();
  size_t left = code.size();
  uint64_t where = address;
  while (left > 0 && in != nullptr) {
    MachineInstruction& m = out.emplace_back();
    m.offset = static_cast<uint32_t>(where - address);
    if (library->cs_disasm_iter(handle, &at, &left, &where, in)) {
      m.length = in->size;
      m.text = in->mnemonic;
      if (in->op_str[0] != '\0') m.text += std::string(" ") + in->op_str;
      takeOperands(*in, m);
    } else {
      char text[16];
      std::snprintf(text, sizeof text, "db 0x%02x", *at);
      m.length = 1;
      m.text = text;
      at++, left--, where++;
    }
  }
  if (in != nullptr) library->cs_free(in, 1);
  library->cs_close(&handle);
  return true;
}

}  // namespace devvm::tools
