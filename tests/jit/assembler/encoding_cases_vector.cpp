#include "encoding_cases.h"

namespace devvm::jit::test {

using namespace x64;

void addVectorCases(Cases& cases) {
  Assembler& a = cases.assembler();
  Rotation<Xmm> x(Cases::xmms());
  Rotation<Ymm> y(Cases::ymms());
  Rotation<Gpr> g(Cases::gprs());
  auto join = [](const std::string& mnemonic, std::initializer_list<std::string> operands) {
    std::string text = mnemonic;
    const char* separator = " ";
    for (const std::string& operand : operands) {
      text += separator + operand;
      separator = ", ";
    }
    return text;
  };

  // Crosses two lists of registers; `emit(first, second)` names the case itself.
#define PAIRS(first, second, ...)     \
  for (auto p : first) {              \
    for (auto q : second) __VA_ARGS__ \
  }
#define MEMORY(...) cases.withMemory([&](const Mem& m, const std::string& operand) __VA_ARGS__);

#define X64_SSE(method, prefix, map, opcode, bits)               \
  PAIRS(Cases::xmms(), Cases::xmms(), {                          \
    cases.begin(join(#method, {name(p), name(q)}));              \
    a.method(p, q);                                              \
  })                                                             \
  MEMORY({                                                       \
    Xmm r = x.next();                                            \
    cases.begin(join(#method, {name(r), sized(bits, operand)})); \
    a.method(r, m);                                              \
  })
#define X64_SSE_IMM(method, prefix, map, opcode, bits)                       \
  PAIRS(Cases::xmms(), Cases::xmms(), {                                      \
    for (int value : {0, 1, 2, 3}) {                                         \
      cases.begin(join(#method, {name(p), name(q), std::to_string(value)})); \
      a.method(p, q, static_cast<uint8_t>(value));                           \
    }                                                                        \
  })                                                                         \
  MEMORY({                                                                   \
    Xmm r = x.next();                                                        \
    cases.begin(join(#method, {name(r), sized(bits, operand), "1"}));        \
    a.method(r, m, 1);                                                       \
  })
#define MOVE(method, registers, rotation, bits)                  \
  PAIRS(registers, registers, {                                  \
    cases.begin(join(#method, {name(p), name(q)}));              \
    a.method(p, q);                                              \
  })                                                             \
  MEMORY({                                                       \
    auto r = rotation.next();                                    \
    cases.begin(join(#method, {name(r), sized(bits, operand)})); \
    a.method(r, m);                                              \
    cases.begin(join(#method, {sized(bits, operand), name(r)})); \
    a.method(m, r);                                              \
  })
#define X64_SSE_MOVE(method, loadPrefix, load, storePrefix, store, bits) MOVE(method, Cases::xmms(), x, bits)
#define X64_SSE_SHIFT(method, opcode, extension) \
  for (Xmm r : Cases::xmms()) {                  \
    cases.begin(join(#method, {name(r), "13"})); \
    a.method(r, 13);                             \
  }
#define AVX_OF_SIZE(method, registers, rotation, bits)                    \
  PAIRS(registers, registers, {                                           \
    auto r = rotation.next();                                             \
    cases.begin(join(#method, {name(r), name(p), name(q)}));              \
    a.method(r, p, q);                                                    \
    cases.begin(join(#method, {name(p), name(q), name(r)}));              \
    a.method(p, q, r);                                                    \
  })                                                                      \
  MEMORY({                                                                \
    auto r = rotation.next();                                             \
    auto s = static_cast<decltype(r)>(code(r) ^ 9);                       \
    cases.begin(join(#method, {name(r), name(s), sized(bits, operand)})); \
    a.method(r, s, m);                                                    \
  })
#define X64_AVX(method, prefix, map, w, opcode) \
  AVX_OF_SIZE(method, Cases::xmms(), x, 128)    \
  AVX_OF_SIZE(method, Cases::ymms(), y, 256)
#define X64_AVX_SCALAR(method, prefix, map, w, opcode) AVX_OF_SIZE(method, Cases::xmms(), x, 64)
#define AVX_UNARY_OF_SIZE(method, registers, rotation, bits)     \
  PAIRS(registers, registers, {                                  \
    cases.begin(join(#method, {name(p), name(q)}));              \
    a.method(p, q);                                              \
  })                                                             \
  MEMORY({                                                       \
    auto r = rotation.next();                                    \
    cases.begin(join(#method, {name(r), sized(bits, operand)})); \
    a.method(r, m);                                              \
  })
#define X64_AVX_UNARY(method, prefix, map, w, opcode) \
  AVX_UNARY_OF_SIZE(method, Cases::xmms(), x, 128)    \
  AVX_UNARY_OF_SIZE(method, Cases::ymms(), y, 256)
#define X64_AVX_MOVE(method, prefix, load, store) \
  MOVE(method, Cases::xmms(), x, 128)             \
  MOVE(method, Cases::ymms(), y, 256)

#include "jit/assembler/x64/forms.def"
#undef X64_SSE
#undef X64_SSE_IMM
#undef X64_SSE_MOVE
#undef X64_SSE_SHIFT
#undef X64_AVX
#undef X64_AVX_SCALAR
#undef X64_AVX_UNARY
#undef X64_AVX_MOVE

  // Between general and vector registers.
#define TO_VECTOR(method, mnemonic, bits)                  \
  PAIRS(Cases::xmms(), Cases::gprs(), {                    \
    cases.begin(join(mnemonic, {name(p), name(q, bits)})); \
    a.method(p, q);                                        \
  })
#define TO_GENERAL(method, mnemonic, bits)                 \
  PAIRS(Cases::gprs(), Cases::xmms(), {                    \
    cases.begin(join(mnemonic, {name(p, bits), name(q)})); \
    a.method(p, q);                                        \
  })
#define VECTOR_LOAD(method, mnemonic, bits)                       \
  MEMORY({                                                        \
    Xmm r = x.next();                                             \
    cases.begin(join(mnemonic, {name(r), sized(bits, operand)})); \
    a.method(r, m);                                               \
  })
#define GENERAL_LOAD(method, mnemonic, bits)                          \
  MEMORY({                                                            \
    Gpr r = g.next();                                                 \
    cases.begin(join(mnemonic, {name(r, bits), sized(64, operand)})); \
    a.method(r, m);                                                   \
  })
  TO_VECTOR(movd, "movd", 32)
  TO_VECTOR(movq, "movq", 64)
  TO_VECTOR(cvtsi2sd32, "cvtsi2sd", 32)
  TO_VECTOR(cvtsi2sd64, "cvtsi2sd", 64)
  TO_GENERAL(movd, "movd", 32)
  TO_GENERAL(movq, "movq", 64)
  TO_GENERAL(cvttsd2si32, "cvttsd2si", 32)
  TO_GENERAL(cvttsd2si64, "cvttsd2si", 64)
  TO_GENERAL(movmskpd, "movmskpd", 32)
  VECTOR_LOAD(movd, "movd", 32)
  VECTOR_LOAD(cvtsi2sd32, "cvtsi2sd", 32)
  VECTOR_LOAD(cvtsi2sd64, "cvtsi2sd", 64)
  GENERAL_LOAD(cvttsd2si32, "cvttsd2si", 32)
  GENERAL_LOAD(cvttsd2si64, "cvttsd2si", 64)
  PAIRS(Cases::xmms(), Cases::gprs(), {
    cases.begin(join("pinsrq", {name(p), name(q, 64), "1"}));
    a.pinsrq(p, q, 1);
    cases.begin(join("pextrq", {name(q, 64), name(p), "1"}));
    a.pextrq(q, p, 1);
    cases.begin(join("vmovmskpd", {name(q, 32), name(static_cast<Ymm>(p))}));
    a.vmovmskpd(q, static_cast<Ymm>(p));
  })
  PAIRS(Cases::xmms(), Cases::ymms(), {
    cases.begin(join("vextractf128", {name(p), name(q), "1"}));
    a.vextractf128(p, q, 1);
    cases.begin(join("vextracti128", {name(p), name(q), "1"}));
    a.vextracti128(p, q, 1);
    cases.begin(join("vbroadcastsd", {name(q), name(p)}));
    a.vbroadcastsd(q, p);
    cases.begin(join("vpbroadcastq", {name(q), name(p)}));
    a.vpbroadcastq(q, p);
    Ymm r = y.next();
    cases.begin(join("vinsertf128", {name(q), name(r), name(p), "1"}));
    a.vinsertf128(q, r, p, 1);
  })
  PAIRS(Cases::ymms(), Cases::ymms(), {
    cases.begin(join("vpsrlq", {name(p), name(q), "52"}));
    a.vpsrlq(p, q, 52);
    cases.begin(join("vpsllq", {name(p), name(q), "12"}));
    a.vpsllq(p, q, 12);
  })
  MEMORY({
    Xmm r = x.next();
    Ymm s = y.next();
    cases.begin(join("movd", {sized(32, operand), name(r)}));
    a.movd(m, r);
    cases.begin(join("pinsrq", {name(r), sized(64, operand), "1"}));
    a.pinsrq(r, m, 1);
    cases.begin(join("pextrq", {sized(64, operand), name(r), "1"}));
    a.pextrq(m, r, 1);
    cases.begin(join("vbroadcastsd", {name(s), sized(64, operand)}));
    a.vbroadcastsd(s, m);
    cases.begin(join("vpbroadcastq", {name(s), sized(64, operand)}));
    a.vpbroadcastq(s, m);
  })
  for (const MemoryCase& m : Cases::addresses()) {
    Xmm r = x.next();
    Ymm s = y.next();
    cases.begin(join("movsd", {name(r), sized(64, m.text)}));
    a.movsd(r, m.operand);
    cases.begin(join("vaddpd", {name(s), "ymm3", sized(256, m.text)}));
    a.vaddpd(s, ymm3, m.operand);
  }
}

}  // namespace devvm::jit::test
