// What machine code knows by heart: the roles of registers, and where fields of the runtime's structures lie.
//
//   rbx  the isolate                     r12  added to a value with tag "other", gives the object's address
//   rbp  the frame (fp)                  r13  the host's stack pointer
//   rsp  the host's stack, but at calls  r14  the tag of integers, in its place
//                                        r15  added to a table value, gives the table's address
//   rax, rcx, rdx, xmm0, xmm1: scratch within an instruction; the others hold operands (value_stack.h)
#pragma once

#include <cstddef>

#include "jit/assembler/x64/assembler.h"
#include "runtime/isolate.h"
#include "runtime/native.h"

namespace devvm::jit {

using heap::Value;
using x64::Gpr;
using x64::Mem;
using x64::Scale;
using x64::Xmm;

inline constexpr Gpr kIsolate = x64::rbx, kFrame = x64::rbp, kOtherBias = x64::r12, kHostStack = x64::r13,
                     kIntTag = x64::r14, kTableBias = x64::r15;
/// Registers that hold operands across instructions; every call of C++ loses them.
inline constexpr Gpr kOperandRegisters[] = {x64::rsi, x64::rdi, x64::r8, x64::r9, x64::r10, x64::r11};
inline constexpr Xmm kOperandFloats[] = {x64::xmm2, x64::xmm3, x64::xmm4, x64::xmm5, x64::xmm6, x64::xmm7};

/// What the way in pushes on the host's stack, in this order, and the way out takes back.
inline constexpr Gpr kSavedRegisters[] = {x64::rbx, x64::rbp, x64::r12, x64::r13, x64::r14, x64::r15};

inline constexpr uint64_t kOtherBiasBits = 0 - heap::tagBits(heap::Tag::kOther);
inline constexpr uint64_t kTableBiasBits = 0 - heap::tagBits(heap::Tag::kTable);

// These structures have base classes or members that make offsetof conditionally supported; both compilers support it.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Winvalid-offsetof"
namespace offset {
using runtime::Isolate;
inline constexpr int kBudget = offsetof(Isolate, budget), kFiber = offsetof(Isolate, fiber),
                     kStackLimit = offsetof(Isolate, stackLimit), kNativeStack = offsetof(Isolate, nativeStack),
                     kHooksOn = offsetof(Isolate, hooksOn), kLeavesMachine = offsetof(Isolate, leavesMachine),
                     kFinalizersDue = offsetof(Isolate, finalizersDue),
                     kGuardsUntilExit = offsetof(Isolate, guardsUntilExit),
                     kPrototypeEpoch = offsetof(Isolate, shapes) + offsetof(runtime::ShapeTable, prototypeEpoch),
                     kReturnSlot = offsetof(Isolate, machineReturn) + offsetof(Isolate::MachineReturn, calleeSlot),
                     kScratchHolder = offsetof(Isolate, scratch) + offsetof(Isolate::Scratch, holder),
                     kScratchSlot = offsetof(Isolate, scratch) + offsetof(Isolate::Scratch, slot),
                     kEmptyArray = offsetof(Isolate, emptyArray), kReadCache = offsetof(Isolate, readCache),
                     kWriteCache = offsetof(Isolate, writeCache),
                     kShapes = offsetof(Isolate, shapes) + offsetof(runtime::ShapeTable, byId);
inline constexpr int kFiberSp = offsetof(runtime::Fiber, sp), kFiberFp = offsetof(runtime::Fiber, fp),
                     kFiberPc = offsetof(runtime::Fiber, pc), kOpenCount = offsetof(runtime::Fiber, openCount),
                     kFiberLimit = offsetof(runtime::Fiber, limit), kFiberResumer = offsetof(runtime::Fiber, resumer),
                     kFiberStatus = offsetof(runtime::Fiber, status), kFiberIsMain = offsetof(runtime::Fiber, isMain),
                     kFiberDirty = offsetof(runtime::Fiber, dirty), kFiberStarted = offsetof(runtime::Fiber, started),
                     kFiberResumeDepth = offsetof(runtime::Fiber, resumeDepth),
                     kFiberUnyieldable = offsetof(runtime::Fiber, unyieldable),
                     kFiberHookMask = offsetof(runtime::Fiber, hookMask);
inline constexpr int kShapeOwner = offsetof(runtime::Shape, owner),
                     kShapeMetatable = offsetof(runtime::Shape, metatable),
                     kShapeFlags = offsetof(runtime::Shape, flags);
inline constexpr int kWord = offsetof(heap::Object, word), kKind = offsetof(heap::Object, kind),
                     kGc = offsetof(heap::Object, gc), kFlags = offsetof(heap::Object, flags);
inline constexpr int kTableArray = offsetof(runtime::Table, array), kTableProps = offsetof(runtime::Table, props);
inline constexpr int kArrayLength = offsetof(runtime::ValueArray, length),
                     kArraySlots = offsetof(runtime::ValueArray, slots);
inline constexpr int kCellValue = offsetof(runtime::Cell, value);
inline constexpr int kClosurePrototype = offsetof(runtime::Closure, prototype);
inline constexpr int kClosureCode = offsetof(runtime::Closure, code), kUpvalues = offsetof(runtime::Closure, upvalues);
inline constexpr int kNativeInfo = offsetof(runtime::Native, info),
                     kNativeUpvalues = offsetof(runtime::Native, upvalues);
inline constexpr int kFiberOfObject = offsetof(runtime::FiberObject, fiber);
inline constexpr int kInfoFast = offsetof(runtime::NativeInfo, fast),
                     kInfoOneResult = offsetof(runtime::NativeInfo, oneResult),
                     kInfoFunction = offsetof(runtime::NativeInfo, function),
                     kInfoIntrinsic = offsetof(runtime::NativeInfo, intrinsic);
inline constexpr int kCodeParameters = offsetof(runtime::Code, parameters),
                     kStackNeeded = offsetof(runtime::Code, stackNeeded),
                     kCodeMachineEntry = offsetof(runtime::Code, machineEntry),
                     kCodeStart = offsetof(runtime::Code, start), kCodeLocals = offsetof(runtime::Code, locals),
                     kCodeVararg = offsetof(runtime::Code, vararg),
                     kCodeExactArity = offsetof(runtime::Code, exactArity),
                     kCodeMachine = offsetof(runtime::Code, machine);
inline constexpr int kBodyEntry = offsetof(runtime::MachineCode, bodyEntry);
inline constexpr int kCellShape = offsetof(runtime::FeedbackCell, shape),
                     kCellOffset = offsetof(runtime::FeedbackCell, offset),
                     kCellEpoch = offsetof(runtime::FeedbackCell, epoch),
                     kCellPlain = offsetof(runtime::FeedbackCell, plain),
                     kCellWays = offsetof(runtime::FeedbackCell, ways);
inline constexpr int kWayShape = offsetof(runtime::CacheWay, shape), kWaySlot = offsetof(runtime::CacheWay, slot),
                     kWayHolder = offsetof(runtime::CacheWay, holderShape), kWayHow = offsetof(runtime::CacheWay, how),
                     kWayPlain = offsetof(runtime::CacheWay, plain);
inline const int kNurseryStart = static_cast<int>(offsetof(Isolate, heap)) + heap::Heap::nurseryStartOffset(),
                 kNurserySize = static_cast<int>(offsetof(Isolate, heap)) + heap::Heap::nurserySizeOffset(),
                 kNurseryTop = static_cast<int>(offsetof(Isolate, heap)) + heap::Heap::topOffset(),
                 kNurseryEnd = static_cast<int>(offsetof(Isolate, heap)) + heap::Heap::endOffset(),
                 kMarking = static_cast<int>(offsetof(Isolate, heap)) + heap::Heap::markingOffset();
}  // namespace offset
#pragma GCC diagnostic pop

/// The bits of floats are below this, those of all other values are not.
inline constexpr uint64_t kFirstNoDouble = heap::tagBits(heap::Tag::kSpecial);

template <typename T>
int64_t addressOf(T* function) {
  return static_cast<int64_t>(reinterpret_cast<uintptr_t>(function));
}

/// Where local `i`, or the word `i` below the header, lies relative to fp.
constexpr int localOffset(uint32_t i) { return -8 * (1 + static_cast<int>(i)); }

}  // namespace devvm::jit
