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
#define LEAF(name, mnemonic, inputs, writes, collects, meaning) {mnemonic, inputs, writes != 0, collects != 0, meaning},
#include "jit/ir/leaves.def"
  };
  return kLeaves[static_cast<size_t>(leaf)];
}

Type inputType(Op op, uint32_t i) {
  switch (op) {
    case Op::kPhi:
    case Op::kVirtualTable:
    case Op::kVirtualCell:
    case Op::kVirtualClosure: return Type::kSame;
    case Op::kVectorMapInts: return i < 2 || i >= 5 ? Type::kInt : Type::kTagged;
    case Op::kVectorMap: return i < 2 ? Type::kInt : i < 5 ? Type::kTagged : Type::kFloat;
    case Op::kCheckIndex:
    case Op::kCheckNotZero:
    case Op::kCheckSmall:
    case Op::kVararg:
    case Op::kVarargAt:
    case Op::kIntAdd:
    case Op::kIntSub:
    case Op::kIntMul:
    case Op::kIntNeg:
    case Op::kIntDiv:
    case Op::kIntMod:
    case Op::kIntAnd:
    case Op::kIntOr:
    case Op::kIntXor:
    case Op::kIntNot:
    case Op::kIntShl:
    case Op::kIntShr:
    case Op::kIntShlBy:
    case Op::kIntShrBy:
    case Op::kIntSarBy:
    case Op::kIntWrap63:
    case Op::kIntQuot:
    case Op::kIntRem:
    case Op::kIntRor32By:
    case Op::kIntToFloat:
    case Op::kIntEq:
    case Op::kIntLt:
    case Op::kIntLe:
    case Op::kIntLtU:
    case Op::kBoxSmall:
    case Op::kBoxInt: return Type::kInt;
    case Op::kCheckIntegral:
    case Op::kCheckTruncated:
    case Op::kFloatAdd:
    case Op::kFloatSub:
    case Op::kFloatMul:
    case Op::kFloatDiv:
    case Op::kFloatNeg:
    case Op::kFloatAbs:
    case Op::kFloatSqrt:
    case Op::kFloatFloor:
    case Op::kFloatCeil:
    case Op::kFloatMod:
    case Op::kFloatPow:
    case Op::kFloatEq:
    case Op::kFloatLt:
    case Op::kFloatLe:
    case Op::kBoxFloat: return Type::kFloat;
    case Op::kCheckTrue:
    case Op::kCheckFalse:
    case Op::kNot:
    case Op::kBoxBool:
    case Op::kBranch: return Type::kBool;
    case Op::kStoreByte: return i == 0 ? Type::kTagged : Type::kInt;
    case Op::kLoadElement:
    case Op::kStoreElement:
    case Op::kLoadItem:
    case Op::kStoreItem:
    case Op::kLoadByte:
    case Op::kStringByte: return i == 1 ? Type::kInt : Type::kTagged;
    case Op::kIntSelect: return i == 0 ? Type::kBool : Type::kInt;
    default: return Type::kTagged;
  }
}

const char* typeName(Type type) {
  constexpr const char* kNames[] = {"none", "tagged", "int", "float", "bool", "same"};
  return kNames[static_cast<size_t>(type)];
}

const char* aliasName(Alias alias) {
  constexpr const char* kNames[] = {"none",     "shapes", "fields",       "props", "arrays", "lengths", "elements",
                                    "upvalues", "cells",  "block_fields", "items", "bytes",  "epoch",   "all"};
  return kNames[static_cast<size_t>(alias)];
}

}  // namespace devvm::jit::ir
