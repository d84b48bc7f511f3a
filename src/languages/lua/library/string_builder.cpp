#include "languages/lua/library/string_builder.h"

#include <algorithm>

namespace devvm::lua {

using runtime::Buffer;

StringBuilder::StringBuilder(NativeCall& call, uint32_t slot) : call_(call), slot_(slot) {
  inHeap_ = !call.slot(slot).isNil();
  length_ = inHeap_ ? static_cast<size_t>(call.slot(slot + 1).asInt()) : 0;
}

char* StringBuilder::reserveSlow(size_t n) {
  if (inHeap_) {
    auto* buffer = runtime::as<Buffer>(call_.slot(slot_));
    if (buffer->word - length_ >= n) return reinterpret_cast<char*>(buffer->bytes) + length_;
  }
  Isolate& isolate = call_.isolate;
  size_t needed = length_ + n;
  size_t capacity = std::min(std::max(needed + needed / 2, size_t{2048}), runtime::kMaxString);
  heap::Object* fresh = nullptr;
  if (needed <= runtime::kMaxString) {
    fresh = isolate.heap.allocate(static_cast<uint8_t>(runtime::Kind::kBuffer), static_cast<uint32_t>(capacity), 0);
  }
  if (fresh == nullptr) {
    isolate.raiseOutOfMemory();
    return nullptr;
  }
  auto* bytes = reinterpret_cast<char*>(static_cast<Buffer*>(fresh)->bytes);
  const char* old = inHeap_ ? reinterpret_cast<char*>(runtime::as<Buffer>(call_.slot(slot_))->bytes) : local_;
  std::memcpy(bytes, old, length_);
  call_.setSlot(slot_, runtime::otherValue(fresh));
  inHeap_ = true;
  return bytes + length_;
}

bool StringBuilder::suspend() {
  if (!inHeap_ && length_ > 0 && reserveSlow(0) == nullptr) return false;
  if (inHeap_) call_.setSlot(slot_ + 1, Value::smallInt(static_cast<int64_t>(length_)));
  return true;
}

Value StringBuilder::finish() {
  if (!inHeap_) return runtime::newString(call_.isolate, {local_, length_});
  Value result = runtime::newStringRaw(call_.isolate, length_);
  if (!result.isNil()) {
    std::memcpy(runtime::asString(result)->bytes, runtime::as<Buffer>(call_.slot(slot_))->bytes, length_);
  }
  return result;
}

}  // namespace devvm::lua
