// Which metamethod an instruction calls where its operands ask for one.
#pragma once

#include "bytecode/opcode.h"
#include "runtime/shape.h"

namespace devvm::jit {

/// Of arithmetic and bitwise instructions with two operands.
inline runtime::Meta metaOf(bytecode::Op op) {
  using bytecode::Op;
  using runtime::Meta;
  switch (op) {
    case Op::kAdd: return Meta::kAdd;
    case Op::kSub: return Meta::kSub;
    case Op::kMul: return Meta::kMul;
    case Op::kDiv: return Meta::kDiv;
    case Op::kMod: return Meta::kMod;
    case Op::kPow: return Meta::kPow;
    case Op::kIDiv: return Meta::kIDiv;
    case Op::kBAnd: return Meta::kBAnd;
    case Op::kBOr: return Meta::kBOr;
    case Op::kBXor: return Meta::kBXor;
    case Op::kShl: return Meta::kShl;
    default: return Meta::kShr;
  }
}

}  // namespace devvm::jit
