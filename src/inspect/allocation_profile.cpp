#include "inspect/allocation_profile.h"

#include "runtime/kinds.h"

namespace devvm::inspect {

using namespace runtime;

namespace {

/// Deeper stacks lose their outermost frames.
constexpr size_t kMostFrames = 200;
constexpr const char* kCut = "(deeper stacks)";

std::string baseName(const std::string& source) {
  std::string name = source.substr(!source.empty() && (source[0] == '@' || source[0] == '=') ? 1 : 0);
  if (!source.empty() && source[0] == '@') return name.substr(name.rfind('/') + 1);
  size_t end = name.find('\n');
  if (end != name.npos) name = name.substr(0, end) + "...";
  return name.size() > 40 ? name.substr(0, 40) + "..." : name;
}

ProfileFrame describe(const Code& code, uint32_t line) {
  const bytecode::Function& f = *code.function;
  const char* other = f.lineDefined == 0 ? "main chunk" : "function";
  std::string name = f.name.empty() || f.lineDefined == 0 ? other : f.name;
  return {std::move(name), baseName(code.module->source), line};
}

}  // namespace

std::string frameText(const ProfileFrame& frame) {
  return frame.file.empty() ? frame.function : frame.function + " " + frame.file + ":" + std::to_string(frame.line);
}

AllocationProfile::AllocationProfile(Isolate& isolate, size_t interval)
    : isolate_(isolate), interval_(interval), allocatedBefore_(isolate.heap.stats().bytesAllocated) {
  stacks_.push_back({kNoStack, 0});
  heap::sampleAllocations(isolate.heap, this, interval);
}

void AllocationProfile::stop() {
  if (!listening_) return;
  listening_ = false;
  heap::sampleAllocations(isolate_.heap, nullptr, 0);
  allocatedAfter_ = isolate_.heap.stats().bytesAllocated;
}

uint64_t AllocationProfile::allocated() const {
  return (listening_ ? isolate_.heap.stats().bytesAllocated : allocatedAfter_) - allocatedBefore_;
}

const char* AllocationProfile::kindName(uint8_t kind) {
  return kind < static_cast<uint8_t>(Kind::kCount) ? kKindInfos[kind].name : "?";
}

Allocated AllocationProfile::total() const {
  Allocated all;
  for (const auto& [key, amount] : samples_) all += amount;
  return all;
}

uint32_t AllocationProfile::frameOf(const WalkedFrame& frame) {
  const void* function = frame.native;
  uint32_t line = 0;
  if (frame.code != nullptr) {
    auto* code = const_cast<Code*>(frame.code);
    if (code->identity == nullptr) code->identity = std::make_shared<FunctionIdentity>(FunctionIdentity{code});
    function = code->identity.get();
    line = lineAt(*code, frame.offset);
  }
  auto [at, fresh] = known_.try_emplace({function, line}, static_cast<uint32_t>(frames_.size()));
  if (fresh) {
    if (frame.code != nullptr) {
      identities_.push_back(frame.code->identity);
      frames_.push_back(describe(*frame.code, line));
    } else {
      const char* name = frame.native != nullptr ? frame.native->name : kCut;
      frames_.push_back({name != nullptr ? name : "native", "", 0});
    }
  }
  return at->second;
}

uint32_t AllocationProfile::push(uint32_t stack, uint32_t frame) {
  auto [at, fresh] = children_.try_emplace(uint64_t{stack} << 32 | frame, static_cast<uint32_t>(stacks_.size()));
  if (fresh) stacks_.push_back({stack, frame});
  return at->second;
}

uint32_t AllocationProfile::here() {
  uint32_t stack = kNoStack;
  if (walkStack(isolate_, kMostFrames, walked_)) stack = push(stack, frameOf({}));
  for (size_t i = walked_.size(); i-- > 0;) stack = push(stack, frameOf(walked_[i]));
  return stack;
}

void AllocationProfile::sampled(uint32_t where, const heap::Object& object, size_t size, double bytes) {
  samples_[{where, object.kind}] += {1, bytes, bytes / static_cast<double>(size)};
}

}  // namespace devvm::inspect
