#include "encoding_cases.h"

namespace devvm::jit::test {

using namespace x64;

std::string name(Gpr r, unsigned bits) {
  static const char* const kNames[4][16] = {
      {"al", "cl", "dl", "bl", "spl", "bpl", "sil", "dil", "r8b", "r9b", "r10b", "r11b", "r12b", "r13b", "r14b",
       "r15b"},
      {"ax", "cx", "dx", "bx", "sp", "bp", "si", "di", "r8w", "r9w", "r10w", "r11w", "r12w", "r13w", "r14w", "r15w"},
      {"eax", "ecx", "edx", "ebx", "esp", "ebp", "esi", "edi", "r8d", "r9d", "r10d", "r11d", "r12d", "r13d", "r14d",
       "r15d"},
      {"rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15"},
  };
  return kNames[bits == 8 ? 0 : bits == 16 ? 1 : bits == 32 ? 2 : 3][code(r)];
}
std::string name(Xmm r) { return "xmm" + std::to_string(code(r)); }
std::string name(Ymm r) { return "ymm" + std::to_string(code(r)); }

std::string sized(unsigned bits, const std::string& text) {
  switch (bits) {
    case 8: return "byte ptr " + text;
    case 16: return "word ptr " + text;
    case 32: return "dword ptr " + text;
    case 64: return "qword ptr " + text;
    case 128: return "xmmword ptr " + text;
    case 256: return "ymmword ptr " + text;
    default: return text;
  }
}

void Cases::begin(const std::string& text) {
  assembler_.fillTo(16, 0xCC);
  slots_.push_back(assembler_.position() / 16);
  texts_.push_back(text);
}

void Cases::end() { assembler_.fillTo(16, 0xCC); }

namespace {

template <typename T>
std::vector<T> allRegisters() {
  std::vector<T> all;
  for (int i = 0; i < 16; ++i) all.push_back(static_cast<T>(i));
  return all;
}

std::string withDisplacement(int32_t d) { return d < 0 ? std::to_string(d) : "+" + std::to_string(d); }

}  // namespace

const std::vector<Gpr>& Cases::gprs() {
  static const std::vector<Gpr> kAll = allRegisters<Gpr>();
  return kAll;
}
const std::vector<Xmm>& Cases::xmms() {
  static const std::vector<Xmm> kAll = allRegisters<Xmm>();
  return kAll;
}
const std::vector<Ymm>& Cases::ymms() {
  static const std::vector<Ymm> kAll = allRegisters<Ymm>();
  return kAll;
}

const std::vector<MemoryCase>& Cases::bases() {
  static const std::vector<MemoryCase> kAll = [] {
    std::vector<MemoryCase> all;
    for (Gpr base : gprs()) {
      for (int32_t d : {0, 8, 0x1234}) all.push_back({Mem(base, d), "[" + name(base, 64) + withDisplacement(d) + "]"});
    }
    for (Gpr index : gprs()) {
      if (index == rsp) continue;
      Gpr base = static_cast<Gpr>(15 - code(index));
      all.push_back({Mem(base, index, Scale::k8, 16), "[" + name(base, 64) + "+" + name(index, 64) + "*8+16]"});
    }
    return all;
  }();
  return kAll;
}

const std::vector<MemoryCase>& Cases::addresses() {
  static const std::vector<MemoryCase> kAll = [] {
    std::vector<MemoryCase> all;
    for (Gpr base : gprs()) {
      for (int32_t d : {0, 1, -1, 127, 128, -128, -129, INT32_MAX, INT32_MIN}) {
        all.push_back({Mem(base, d), "[" + name(base, 64) + withDisplacement(d) + "]"});
      }
      for (Gpr index : gprs()) {
        if (index == rsp) continue;
        for (unsigned scale = 0; scale < 4; ++scale) {
          for (int32_t d : {0, -8, 0x12345}) {
            std::string text = "[" + name(base, 64) + "+" + name(index, 64) + "*" + std::to_string(1 << scale);
            all.push_back({Mem(base, index, static_cast<Scale>(scale), d), text + withDisplacement(d) + "]"});
          }
        }
      }
    }
    for (Gpr index : gprs()) {
      if (index == rsp) continue;
      // (With scale 1 the system assembler makes the index a base, which is shorter: so does who writes the code.)
      for (unsigned scale = 1; scale < 4; ++scale) {
        for (int32_t d : {0, 64, -70000}) {
          all.push_back({Mem::indexed(index, static_cast<Scale>(scale), d),
                         "[" + name(index, 64) + "*" + std::to_string(1 << scale) + withDisplacement(d) + "]"});
        }
      }
    }
    for (int32_t d : {0, 0x1000, INT32_MAX, INT32_MIN}) {
      all.push_back({Mem::absolute(d), "[" + std::to_string(d) + "]"});
    }
    return all;
  }();
  return kAll;
}

std::vector<int32_t> Cases::immediates(unsigned bits) {
  if (bits == 8) return {0, 1, 0x42, 127, -1, -128};
  if (bits == 16) return {0, 1, 127, 128, -1, -128, -129, 255, 256, 32767, -32768};
  return {0, 1, 127, 128, -1, -128, -129, 255, 256, 0x12345678, INT32_MAX, INT32_MIN};
}

void addIntegerCases(Cases& cases) {
  Assembler& a = cases.assembler();
  Rotation<Gpr> other(Cases::gprs());
  auto text = [](const char* mnemonic, const std::string& x) { return std::string(mnemonic) + " " + x; };
  auto text2 = [](const char* mnemonic, const std::string& x, const std::string& y) {
    return std::string(mnemonic) + " " + x + ", " + y;
  };

  // Two operands: all pairs of registers, memory both ways, constants.
#define REGISTERS(method, mnemonic, bits)                         \
  for (Gpr x : Cases::gprs()) {                                   \
    for (Gpr y : Cases::gprs()) {                                 \
      cases.begin(text2(mnemonic, name(x, bits), name(y, bits))); \
      a.method(x, y);                                             \
    }                                                             \
  }
#define LOADS(method, mnemonic, bits, memoryBits)                            \
  cases.withMemory([&](const Mem& m, const std::string& operand) {           \
    Gpr r = other.next();                                                    \
    cases.begin(text2(mnemonic, name(r, bits), sized(memoryBits, operand))); \
    a.method(r, m);                                                          \
  });
#define STORES(method, mnemonic, bits)                                 \
  cases.withMemory([&](const Mem& m, const std::string& operand) {     \
    Gpr r = other.next();                                              \
    cases.begin(text2(mnemonic, sized(bits, operand), name(r, bits))); \
    a.method(m, r);                                                    \
  });
#define CONSTANTS(method, mnemonic, bits)                                 \
  for (int32_t value : Cases::immediates(bits)) {                         \
    for (Gpr r : Cases::gprs()) {                                         \
      cases.begin(text2(mnemonic, name(r, bits), std::to_string(value))); \
      a.method(r, value);                                                 \
    }                                                                     \
  }
#define MEMORY_CONSTANTS(method, mnemonic, bits)                             \
  {                                                                          \
    std::vector<int32_t> values = Cases::immediates(bits);                   \
    Rotation<int32_t> value(values);                                         \
    cases.withMemory([&](const Mem& m, const std::string& operand) {         \
      int32_t v = value.next();                                              \
      cases.begin(text2(mnemonic, sized(bits, operand), std::to_string(v))); \
      a.method(m, v);                                                        \
    });                                                                      \
  }

#define ALU_OF_SIZE(name, bits)        \
  REGISTERS(name##bits, #name, bits)   \
  LOADS(name##bits, #name, bits, bits) \
  STORES(name##bits, #name, bits)      \
  CONSTANTS(name##bits, #name, bits)   \
  MEMORY_CONSTANTS(name##bits, #name, bits)
#define X64_ALU(name, extension) ALU_OF_SIZE(name, 8) ALU_OF_SIZE(name, 16) ALU_OF_SIZE(name, 32) ALU_OF_SIZE(name, 64)

#define UNARY_OF_SIZE(method, bits)                                \
  for (Gpr r : Cases::gprs()) {                                    \
    cases.begin(text(#method, name(r, bits)));                     \
    a.method##bits(r);                                             \
  }                                                                \
  cases.withMemory([&](const Mem& m, const std::string& operand) { \
    cases.begin(text(#method, sized(bits, operand)));              \
    a.method##bits(m);                                             \
  });
#define X64_UNARY(name, opcode, extension) \
  UNARY_OF_SIZE(name, 8) UNARY_OF_SIZE(name, 16) UNARY_OF_SIZE(name, 32) UNARY_OF_SIZE(name, 64)

#define SHIFT_OF_SIZE(method, bits)                                             \
  for (Gpr r : Cases::gprs()) {                                                 \
    for (int count : {0, 1, 2, 7, 31, 63}) {                                    \
      cases.begin(text2(#method, name(r, bits), std::to_string(count)));        \
      a.method##bits(r, static_cast<uint8_t>(count));                           \
    }                                                                           \
    cases.begin(text2(#method, name(r, bits), "cl"));                           \
    a.method##bits##Cl(r);                                                      \
  }                                                                             \
  cases.withMemory([&](const Mem& m, const std::string& operand) {              \
    for (int count : {1, 5}) {                                                  \
      cases.begin(text2(#method, sized(bits, operand), std::to_string(count))); \
      a.method##bits(m, static_cast<uint8_t>(count));                           \
    }                                                                           \
    cases.begin(text2(#method, sized(bits, operand), "cl"));                    \
    a.method##bits##Cl(m);                                                      \
  });
#define X64_SHIFT(name, extension) \
  SHIFT_OF_SIZE(name, 8) SHIFT_OF_SIZE(name, 16) SHIFT_OF_SIZE(name, 32) SHIFT_OF_SIZE(name, 64)

#define SHIFT_X_OF_SIZE(method, bits)                                                        \
  for (Gpr x : Cases::gprs()) {                                                              \
    for (Gpr y : Cases::gprs()) {                                                            \
      Gpr z = other.next();                                                                  \
      cases.begin(text2(#method, name(x, bits), name(y, bits)) + ", " + name(z, bits));      \
      a.method##bits(x, y, z);                                                               \
      cases.begin(text2(#method, name(z, bits), name(x, bits)) + ", " + name(y, bits));      \
      a.method##bits(z, x, y);                                                               \
    }                                                                                        \
  }                                                                                          \
  cases.withMemory([&](const Mem& m, const std::string& operand) {                           \
    Gpr x = other.next(), y = static_cast<Gpr>(code(x) ^ 8);                                 \
    cases.begin(text2(#method, name(x, bits), sized(bits, operand)) + ", " + name(y, bits)); \
    a.method##bits(x, m, y);                                                                 \
  });
#define X64_SHIFT_X(name, prefix) SHIFT_X_OF_SIZE(name, 32) SHIFT_X_OF_SIZE(name, 64)

#define BIT_TEST_OF_SIZE(method, bits)                                 \
  REGISTERS(method##bits, #method, bits)                               \
  for (Gpr r : Cases::gprs()) {                                        \
    for (int bit : {0, 1, 31, 63}) {                                   \
      cases.begin(text2(#method, name(r, bits), std::to_string(bit))); \
      a.method##bits(r, static_cast<uint8_t>(bit));                    \
    }                                                                  \
  }                                                                    \
  cases.withMemory([&](const Mem& m, const std::string& operand) {     \
    cases.begin(text2(#method, sized(bits, operand), "17"));           \
    a.method##bits(m, 17);                                             \
  });
#define X64_BIT_TEST(name, opcode, extension) BIT_TEST_OF_SIZE(name, 32) BIT_TEST_OF_SIZE(name, 64)

#define X64_BIT_SCAN(name, prefix, opcode) \
  REGISTERS(name##32, #name, 32)           \
  REGISTERS(name##64, #name, 64)           \
  LOADS(name##32, #name, 32, 32)           \
  LOADS(name##64, #name, 64, 64)

#define X64_WIDEN(method, mnemonic, from, to, map, opcode)       \
  for (Gpr x : Cases::gprs()) {                                  \
    for (Gpr y : Cases::gprs()) {                                \
      cases.begin(text2(#mnemonic, name(x, to), name(y, from))); \
      a.method(x, y);                                            \
    }                                                            \
  }                                                              \
  LOADS(method, #mnemonic, to, from)

#include "jit/assembler/x64/forms.def"
#undef X64_ALU
#undef X64_UNARY
#undef X64_SHIFT
#undef X64_SHIFT_X
#undef X64_BIT_TEST
#undef X64_BIT_SCAN
#undef X64_WIDEN

  // Moves, and every address there is.
#define MOVES(bits)                          \
  REGISTERS(mov##bits, "mov", bits)          \
  LOADS(mov##bits, "mov", bits, bits)        \
  STORES(mov##bits, "mov", bits)             \
  MEMORY_CONSTANTS(mov##bits, "mov", bits)   \
  REGISTERS(test##bits, "test", bits)        \
  STORES(test##bits, "test", bits)           \
  CONSTANTS(test##bits, "test", bits)        \
  MEMORY_CONSTANTS(test##bits, "test", bits) \
  REGISTERS(xchg##bits, "xchg", bits)        \
  STORES(xchg##bits, "xchg", bits)           \
  REGISTERS(cmpxchg##bits, "cmpxchg", bits)  \
  STORES(cmpxchg##bits, "cmpxchg", bits)     \
  STORES(xadd##bits, "xadd", bits)
  MOVES(8)
  MOVES(16)
  MOVES(32)
  MOVES(64)
  CONSTANTS(mov8, "mov", 8)
  CONSTANTS(mov16, "mov", 16)
  CONSTANTS(mov32, "mov", 32)
  for (Gpr r : Cases::gprs()) {
    // Zero-extended in 5 bytes, sign-extended in 7, all 64 bits in 10.
    for (int64_t value : {int64_t{0}, int64_t{1}, int64_t{0x7FFFFFFF}, int64_t{0x80000000}, int64_t{0xFFFFFFFF}}) {
      cases.begin(text2("mov", name(r, 32), std::to_string(value)));
      a.mov64(r, value);
    }
    for (int64_t value : {int64_t{-1}, int64_t{INT32_MIN}}) {
      cases.begin(text2("mov", name(r, 64), std::to_string(value)));
      a.mov64(r, value);
    }
    for (int64_t value :
         {int64_t{0x100000000}, int64_t{INT32_MIN} - 1, INT64_MAX, INT64_MIN, int64_t{0x123456789ABCDEF}}) {
      cases.begin(text2("movabs", name(r, 64), std::to_string(value)));
      a.mov64(r, value);
    }
    cases.begin(text2("movabs", name(r, 64), "7"));
    a.mov64Full(r, 7);
  }
  for (const MemoryCase& m : Cases::addresses()) {
    Gpr r = other.next();
    cases.begin(text2("lea", name(r, 64), m.text));
    a.lea64(r, m.operand);
    cases.begin(text2("mov", sized(8, m.text), name(r, 8)));
    a.mov8(m.operand, r);
    cases.begin(text2("cmp", sized(32, m.text), "1000"));
    a.cmp32(m.operand, 1000);
  }
  LOADS(lea32, "lea", 32, 0)
  LOADS(lea64, "lea", 64, 0)

  for (Gpr r : Cases::gprs()) {
    cases.begin(text("push", name(r, 64)));
    a.push(r);
    cases.begin(text("pop", name(r, 64)));
    a.pop(r);
    cases.begin(text("bswap", name(r, 32)));
    a.bswap32(r);
    cases.begin(text("bswap", name(r, 64)));
    a.bswap64(r);
  }
  for (int32_t value : Cases::immediates(32)) {
    cases.begin(text("push", std::to_string(value)));
    a.push(value);
  }
  cases.withMemory([&](const Mem& m, const std::string& operand) {
    cases.begin(text("push", sized(64, operand)));
    a.push(m);
    cases.begin(text("pop", sized(64, operand)));
    a.pop(m);
    cases.begin(text("prefetcht0", operand));
    a.prefetcht0(m);
    cases.begin(text("prefetchnta", operand));
    a.prefetchnta(m);
    cases.begin(text("prefetchw", operand));
    a.prefetchw(m);
    Gpr r = other.next();
    cases.begin(text2("lock cmpxchg", sized(64, operand), name(r, 64)));
    a.lock();
    a.cmpxchg64(m, r);
    cases.begin(text2("rorx", name(r, 64), sized(64, operand)) + ", 21");
    a.rorx64(r, m, 21);
    cases.begin(text2("rorx", name(r, 32), sized(32, operand)) + ", 21");
    a.rorx32(r, m, 21);
    for (int32_t factor : {24, 1000}) {
      cases.begin(text2("imul", name(r, 64), sized(64, operand)) + ", " + std::to_string(factor));
      a.imul64(r, m, factor);
      cases.begin(text2("imul", name(r, 32), sized(32, operand)) + ", " + std::to_string(factor));
      a.imul32(r, m, factor);
    }
  });
  for (Gpr x : Cases::gprs()) {
    for (Gpr y : Cases::gprs()) {
      for (int32_t factor : {-128, 127, 128, INT32_MIN}) {
        cases.begin(text2("imul", name(x, 64), name(y, 64)) + ", " + std::to_string(factor));
        a.imul64(x, y, factor);
        cases.begin(text2("imul", name(x, 32), name(y, 32)) + ", " + std::to_string(factor));
        a.imul32(x, y, factor);
      }
      cases.begin(text2("rorx", name(x, 64), name(y, 64)) + ", 63");
      a.rorx64(x, y, 63);
      cases.begin(text2("rorx", name(x, 32), name(y, 32)) + ", 31");
      a.rorx32(x, y, 31);
    }
  }
#define X64_PLAIN(method, text, ...) \
  cases.begin(text);                 \
  a.method();
#include "jit/assembler/x64/forms.def"
#undef X64_PLAIN
  for (uint32_t bytes = 1; bytes <= 9; ++bytes) {
    cases.begin(".nops " + std::to_string(bytes) + ", 9");
    a.nop(bytes);
  }
}

void addControlCases(Cases& cases) {
  Assembler& a = cases.assembler();
  Rotation<Gpr> other(Cases::gprs());
  unsigned labels = 0;
#define X64_CONDITION(ending, condition)                                                                \
  for (Gpr x : Cases::gprs()) {                                                                         \
    cases.begin(std::string("set" ending " ") + name(x, 8));                                            \
    a.setcc(Condition::condition, x);                                                                   \
    for (Gpr y : Cases::gprs()) {                                                                       \
      cases.begin(std::string("cmov" ending " ") + name(x, 64) + ", " + name(y, 64));                   \
      a.cmov64(Condition::condition, x, y);                                                             \
      cases.begin(std::string("cmov" ending " ") + name(x, 32) + ", " + name(y, 32));                   \
      a.cmov32(Condition::condition, x, y);                                                             \
    }                                                                                                   \
  }                                                                                                     \
  cases.withMemory([&](const Mem& m, const std::string& operand) {                                      \
    Gpr r = other.next();                                                                               \
    cases.begin("set" ending " " + sized(8, operand));                                                  \
    a.setcc(Condition::condition, m);                                                                   \
    cases.begin("cmov" ending " " + name(r, 32) + ", " + sized(32, operand));                           \
    a.cmov32(Condition::condition, r, m);                                                               \
    cases.begin("cmov" ending " " + name(r, 64) + ", " + sized(64, operand));                           \
    a.cmov64(Condition::condition, r, m);                                                               \
  });                                                                                                   \
  {                                                                                                     \
    /* Near forward, which the system assembler must be asked for; short forward; the same backward. */ \
    Label near, brief, back;                                                                            \
    std::string n = std::to_string(labels++);                                                           \
    cases.begin(".Lback" + n + ": {disp32} j" ending " .Lnear" + n);                                    \
    a.bind(back);                                                                                       \
    a.jcc(Condition::condition, near);                                                                  \
    cases.begin("j" ending " .Lbrief" + n);                                                             \
    a.jcc(Condition::condition, brief, Distance::kShort);                                               \
    cases.begin("j" ending " .Lback" + n);                                                              \
    a.jcc(Condition::condition, back);                                                                  \
    cases.begin("{disp32} j" ending " .Lback" + n);                                                     \
    a.jcc(Condition::condition, back, Distance::kNear);                                                 \
    cases.begin(".Lnear" + n + ": .Lbrief" + n + ": nop");                                              \
    a.bind(near);                                                                                       \
    a.bind(brief);                                                                                      \
    a.nop();                                                                                            \
  }
#include "jit/assembler/x64/forms.def"
#undef X64_CONDITION

  for (Gpr r : Cases::gprs()) {
    cases.begin("jmp " + name(r, 64));
    a.jmp(r);
    cases.begin("call " + name(r, 64));
    a.call(r);
  }
  cases.withMemory([&](const Mem& m, const std::string& operand) {
    cases.begin("jmp " + sized(64, operand));
    a.jmp(m);
    cases.begin("call " + sized(64, operand));
    a.call(m);
  });
  // Jumps over distances at the edge of one byte, both ways. The instruction is 2 bytes long when short.
  for (uint32_t gap : {0u, 1u, 125u, 126u, 127u, 128u, 300u}) {
    Label ahead, back;
    std::string n = std::to_string(labels++), fill = ".fill " + std::to_string(gap) + ", 1, 0x90\n";
    cases.begin(std::string(gap > 127 ? "" : "{disp32} ") + "jmp .Lahead" + n + "\n" + fill + ".Lahead" + n + ": nop");
    a.jmp(ahead);
    for (uint32_t i = 0; i < gap; ++i) a.nop();
    a.bind(ahead);
    a.nop();
    cases.begin(".Lback" + n + ":\n" + fill + "jmp .Lback" + n);
    a.bind(back);
    for (uint32_t i = 0; i < gap; ++i) a.nop();
    a.jmp(back);
    if (gap < 128) {
      Label brief;
      cases.begin("jmp .Lshort" + n + "\n" + fill + ".Lshort" + n + ": nop");
      a.jmp(brief, Distance::kShort);
      for (uint32_t i = 0; i < gap; ++i) a.nop();
      a.bind(brief);
      a.nop();
    }
  }
  Label function;
  cases.begin("call .Lfunction");
  a.call(function);
  cases.begin(".Lfunction: ret\n call .Lfunction");
  a.bind(function);
  a.ret();
  a.call(function);
}

}  // namespace devvm::jit::test
