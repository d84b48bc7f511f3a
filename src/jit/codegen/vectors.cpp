// Loops over elements of arrays, four rounds at once (jit/ir/vector_program.h).

#include "jit/assembler/x64/cpu.h"
#include "jit/codegen/emitter.h"
#include "jit/ir/vector_program.h"

namespace devvm::jit {

using namespace x64;
using ir::VectorCode;

namespace {

// Who holds what: all registers are free here.
constexpr Gpr kLeft = rcx, kIndex = rdx, kFirst = r9;
constexpr Gpr kArrays[ir::kVectorArrays] = {rsi, rdi, r8};
constexpr unsigned kElements = 1;  ///< ymm1 and so on: elements of the arrays
constexpr unsigned kScalars = kElements + ir::kVectorArrays;
constexpr unsigned kStack = kScalars + ir::kVectorScalars;
constexpr Ymm kOdd = ymm12, kLimit = ymm13, kSign = ymm14;
// Of integers: their tag and the sign bit of 48 bits; that bit; the tag.
constexpr Ymm kFlip = ymm13, kBias = ymm14, kTag = ymm15;
static_assert(kStack + ir::kVectorStack <= 12);
constexpr int32_t kLanes = 4;

Ymm ymm(unsigned number) { return static_cast<Ymm>(number); }
Xmm low(Ymm r) { return static_cast<Xmm>(r); }

}  // namespace

/// What the program computes from the elements in registers, and its stores.
void Emitter::vectorRound(uint64_t program) {
  std::vector<unsigned> stack;
  auto computed = [&stack] {
    unsigned count = 0;
    for (unsigned r : stack) count += r >= kStack;
    return ymm(kStack + count);
  };
  for (uint32_t i = 0;; i++) {
    VectorCode code = ir::vectorCode(program, i);
    if (code == VectorCode::kEnd) return;
    if (code <= VectorCode::kScalar4) {
      // Elements and scalars have numbers like their codes.
      static_assert(kElements == static_cast<unsigned>(VectorCode::kArray0));
      static_assert(kScalars == static_cast<unsigned>(VectorCode::kScalar0));
      stack.push_back(static_cast<unsigned>(code));
      continue;
    }
    Ymm last = ymm(stack.back());
    stack.pop_back();
    if (code == VectorCode::kStore) {
      auto array = static_cast<unsigned>(ir::vectorCode(program, ++i)) - kElements;
      a.vmovupd(Mem(kArrays[array], kIndex, Scale::k8, offset::kArraySlots), last);
      continue;
    }
    Ymm first = last;
    bool isUnary = code == VectorCode::kSqrt || code == VectorCode::kNeg;
    if (!isUnary) {
      first = ymm(stack.back());
      stack.pop_back();
    }
    Ymm to = computed();
    switch (code) {
      case VectorCode::kAdd: a.vaddpd(to, first, last); break;
      case VectorCode::kSub: a.vsubpd(to, first, last); break;
      case VectorCode::kMul: a.vmulpd(to, first, last); break;
      case VectorCode::kDiv: a.vdivpd(to, first, last); break;
      case VectorCode::kSqrt: a.vsqrtpd(to, last); break;
      default: a.vxorpd(to, last, kSign); break;
    }
    stack.push_back(static_cast<unsigned>(to));
  }
}

/// The same of integers. All that is stored lies in registers until it is known that everything was an immediate
/// integer, and is one: `end` is where it was not.
void Emitter::vectorIntRound(uint64_t program, Label& end) {
  std::vector<unsigned> stack;
  std::vector<std::pair<unsigned, unsigned>> stores;  // arrays, and what goes there
  auto computed = [&stack, &stores] {
    unsigned count = static_cast<unsigned>(stores.size());
    for (unsigned r : stack) count += r >= kStack;
    return ymm(kStack + count);
  };
  auto pop = [&stack] {
    Ymm last = ymm(stack.back());
    stack.pop_back();
    return last;
  };
  uint32_t i = 0;
  for (VectorCode code; (code = ir::vectorCode(program, i)) != VectorCode::kEnd; i++) {
    if (code <= VectorCode::kScalar4) {
      stack.push_back(static_cast<unsigned>(code));
      continue;
    }
    Ymm last = pop();
    if (code == VectorCode::kStore) {
      // From 2^47 on what fits has no bits in place of the tag.
      Ymm to = computed();
      a.vpaddq(to, last, kBias);
      a.vpor(kOdd, kOdd, to);
      stores.emplace_back(static_cast<unsigned>(ir::vectorCode(program, ++i)) - kElements, static_cast<unsigned>(to));
      continue;
    }
    if (code == VectorCode::kShift) {
      auto high = static_cast<uint32_t>(ir::vectorCode(program, ++i));
      auto low = static_cast<uint32_t>(ir::vectorCode(program, ++i));
      auto count = static_cast<uint8_t>((high & 3) << 4 | low);
      Ymm to = computed();
      (high & ir::kShiftRight) != 0 ? a.vpsrlq(to, last, count) : a.vpsllq(to, last, count);
      stack.push_back(static_cast<unsigned>(to));
      continue;
    }
    Ymm first = pop(), to = computed();
    switch (code) {
      case VectorCode::kAdd: a.vpaddq(to, first, last); break;
      case VectorCode::kSub: a.vpsubq(to, first, last); break;
      case VectorCode::kAnd: a.vpand(to, first, last); break;
      case VectorCode::kOr: a.vpor(to, first, last); break;
      default: a.vpxor(to, first, last); break;
    }
    stack.push_back(static_cast<unsigned>(to));
  }
  a.vptest(kOdd, kTag);
  a.jcc(Condition::kNotZero, end);
  for (const auto& [array, value] : stores) {
    a.vpxor(ymm(value), ymm(value), kFlip);
    a.vmovupd(Mem(kArrays[array], kIndex, Scale::k8, offset::kArraySlots), ymm(value));
  }
}

void Emitter::emitVectorMap(const Node* n) { vectorMap(n, false); }
void Emitter::emitVectorMapInts(const Node* n) { vectorMap(n, true); }

/// Not while the collector marks: it wants to know what is replaced.
void Emitter::vectorMap(const Node* n, bool ints) {
  if (!cpuFeatures().avx2) {
    a.xor32(rax, rax);
    return storeResult(rax);
  }
  std::vector<regalloc::Move> moves;
  for (uint32_t i = 0; i < n->inputCount(); i++) {
    Place to = i == 0 ? Place::gpr(code(kLeft)) : Place::gpr(code(kIndex));
    if (i >= ir::kVectorFirstArray) to = Place::gpr(code(kArrays[(i - ir::kVectorFirstArray) % ir::kVectorArrays]));
    if (i >= ir::kVectorFirstScalar) to = Place::xmm(kScalars + i - ir::kVectorFirstScalar);
    moves.push_back({placeOf(n->input(i)), to, n->input(i)});
  }
  moveAll(moves);
  uint32_t scalars = n->inputCount() - ir::kVectorFirstScalar;
  uint32_t arrays = 1;
  for (uint32_t i = 1; i < ir::kVectorArrays; i++) {
    if (n->input(ir::kVectorFirstArray + i) != n->input(ir::kVectorFirstArray)) arrays = i + 1;
  }
  for (uint32_t i = 0; i < arrays; i++) {
    const Node* array = n->input(ir::kVectorFirstArray + i);
    if (s_.isAddress[s_.same(array)->id] == 0) a.lea64(kArrays[i], Mem(kArrays[i], kOtherBias));
  }
  // As many rounds as there is fuel for, and a multiple of four.
  Label &enough = newLabel(), &loop = newLabel(), &end = newLabel(), &none = newLabel(), &done = newLabel();
  a.mov64(rax, Mem(kIsolate, offset::kBudget));
  a.cmp64(kLeft, rax);
  a.jcc(Condition::kLessEqual, enough);
  a.mov64(kLeft, rax);
  a.bind(enough);
  a.and64(kLeft, Imm(-kLanes));
  a.jcc(Condition::kLessEqual, none);
  a.cmp8(Mem(kIsolate, offset::kMarking), 0);
  a.jcc(Condition::kNotZero, none);
  // Only instructions with a VEX prefix from here to vzeroupper: others would wait for the upper halves.
  for (uint32_t i = 0; i < scalars; i++) a.vbroadcastsd(ymm(kScalars + i), low(ymm(kScalars + i)));
  auto spreadBits = [this](Ymm to, uint64_t bits) { a.vbroadcastsd(to, a.literal64(bits)); };
  constexpr uint64_t kIntSign = uint64_t{1} << 47, kIntTagBits = heap::tagBits(heap::Tag::kInt);
  if (ints) {
    spreadBits(kFlip, kIntTagBits | kIntSign);
    spreadBits(kBias, kIntSign);
    spreadBits(kTag, kIntTagBits);
  } else {
    // What is no double has the bits of one of the highest negative numbers.
    spreadBits(kLimit, kFirstNoDouble - 1);
    spreadBits(kSign, uint64_t{1} << 63);
  }
  a.mov64(kFirst, kIndex);
  a.bind(loop);
  for (uint32_t i = 0; i < arrays; i++) {
    Ymm element = ymm(kElements + i), odd = i == 0 ? kOdd : ymm0;
    a.vmovupd(element, Mem(kArrays[i], kIndex, Scale::k8, offset::kArraySlots));
    if (ints) {
      // Without the tag, from 2^47 on: nothing is left in place of the tag, and the sign is extended by subtracting.
      a.vpxor(element, element, kFlip);
      i == 0 ? a.vpor(kOdd, element, element) : a.vpor(kOdd, kOdd, element);
      a.vpsubq(element, element, kBias);
      continue;
    }
    a.vpcmpgtq(odd, element, kLimit);
    a.vpand(odd, odd, element);
    if (i != 0) a.vpor(kOdd, kOdd, odd);
  }
  if (ints) {
    vectorIntRound(n->aux, end);
  } else {
    a.vptest(kOdd, kSign);
    a.jcc(Condition::kNotZero, end);
    vectorRound(n->aux);
  }
  a.add64(kIndex, Imm(kLanes));
  a.sub64(kLeft, Imm(kLanes));
  a.jcc(Condition::kNotZero, loop);
  a.bind(end);
  a.vzeroupper();
  a.mov64(rax, kIndex);
  a.sub64(rax, kFirst);
  a.sub64(Mem(kIsolate, offset::kBudget), rax);
  a.jmp(done);
  a.bind(none);
  a.xor32(rax, rax);
  a.bind(done);
  storeResult(rax);
}

}  // namespace devvm::jit
