#include "jit/ir/ir.h"

namespace devvm::jit::ir {

namespace {

constexpr int8_t kAny = -1;

// Short names for the table's columns.
namespace columns {
constexpr int8_t ANY = kAny;
constexpr uint8_t P = kPure, G = kGuard, R = kReads, W = kWrites, C = kCalls, S = kSafepoint, A = kFresh,
                  T = kTerminator;
constexpr OpInfo kOps[] = {
#define IR(name, mnemonic, inputs, type, flags, aux, alias, meaning) \
  {mnemonic, inputs, Type::k##type, flags, Aux::k##aux, Alias::k##alias, meaning},
#include "jit/ir/ops.def"
};
}  // namespace columns

}  // namespace

const OpInfo& opInfo(Op op) { return columns::kOps[static_cast<size_t>(op)]; }

bool findOp(std::string_view mnemonic, Op& op) {
  for (size_t i = 0; i < static_cast<size_t>(Op::kCount); i++) {
    if (mnemonic != columns::kOps[i].mnemonic) continue;
    op = static_cast<Op>(i);
    return true;
  }
  return false;
}

const LeafInfo& leafInfo(Leaf leaf) {
  static constexpr LeafInfo kLeaves[] = {
#define LEAF(name, mnemonic, inputs, writes, meaning) {mnemonic, inputs, writes != 0, meaning},
#include "jit/ir/leaves.def"
  };
  return kLeaves[static_cast<size_t>(leaf)];
}

const char* typeName(Type type) {
  constexpr const char* kNames[] = {"none", "tagged", "int", "float", "bool", "same"};
  return kNames[static_cast<size_t>(type)];
}

const char* aliasName(Alias alias) {
  constexpr const char* kNames[] = {"none",     "shapes",   "fields", "props", "arrays", "lengths",
                                    "elements", "upvalues", "cells",  "epoch", "all"};
  return kNames[static_cast<size_t>(alias)];
}

}  // namespace devvm::jit::ir
