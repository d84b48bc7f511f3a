#include "jit/assembler/code_buffer.h"

#include <cstring>

namespace devvm::jit {

const char* codeErrorText(CodeError error) {
  switch (error) {
    case CodeError::kNone: return "no error";
    case CodeError::kOutOfMemory: return "out of memory";
    case CodeError::kTooLarge: return "the code is too large";
    case CodeError::kShortJumpTooFar: return "a short jump does not reach its target";
    case CodeError::kUnboundLabel: return "a label is used but not bound";
  }
  return "unknown error";
}

CodeBuffer::~CodeBuffer() {
  if (capacity_ != 0) std::free(begin_);
  std::free(constantTable_);
}

void CodeBuffer::reset() {
  cursor_ = begin_;
  awaited_ = 0;
  codeSize_ = 0;
  finished_ = false;
  error_ = CodeError::kNone;
  relocations_.clear();
  tags_.clear();
  constants_.clear();
  if (constantTable_ != nullptr) std::memset(constantTable_, 0, size_t{constantSlots_} * sizeof(uint32_t));
}

void CodeBuffer::fail(CodeError error) {
  if (error_ == CodeError::kNone) error_ = error;
}

void CodeBuffer::grow() {
  // After a failure writing starts again at the front: whoever writes needs no checks, and the bytes are never used.
  if (failed()) {
    cursor_ = begin_;
    return;
  }
  uint32_t used = position();
  uint32_t capacity = capacity_ == 0 ? 4096 : capacity_ * 2;
  if (capacity > limitBytes_ + kReserve) capacity = limitBytes_ + kReserve;
  if (used + kReserve >= capacity) {
    fail(CodeError::kTooLarge);
  } else {
    // Nothing is lost with scratch_: before a failure nothing is written to it.
    auto* bytes = static_cast<uint8_t*>(std::realloc(capacity_ == 0 ? nullptr : begin_, capacity));
    if (bytes != nullptr) {
      begin_ = bytes;
      cursor_ = bytes + used;
      limit_ = bytes + capacity - kReserve;
      capacity_ = capacity;
      return;
    }
    fail(CodeError::kOutOfMemory);
  }
  cursor_ = begin_;
}

void CodeBuffer::fillTo(uint32_t alignment, uint8_t fill) {
  assert(alignment != 0 && (alignment & (alignment - 1)) == 0 && alignment <= kPlaceAlignment);
  uint8_t* p = reserve();
  uint32_t count = (0u - position()) & (alignment - 1);
  std::memset(p, fill, count);
  commit(p + count);
}

void CodeBuffer::resolve(Label& label) {
  uint32_t target = label.bound_ - 1;
  uint32_t nearUse = label.nearUses_, shortUse = label.shortUses_;
  label.nearUses_ = label.shortUses_ = 0;
  if (failed()) return;  // the fields may be overwritten
  while (nearUse != 0) {
    uint8_t* field = begin_ + (nearUse - 1);
    auto link = base::readLittle<uint32_t>(field);
    uint32_t trailing = link & 15;
    if (trailing == kAddressUse) {
      base::writeLittle<uint64_t>(field, target);
    } else {
      base::writeLittle<uint32_t>(field, target - (nearUse - 1 + 4 + trailing));
    }
    nearUse = link >> 4;
    --awaited_;
  }
  while (shortUse != 0) {
    uint8_t* field = begin_ + (shortUse - 1);
    uint32_t back = *field, distance = target - shortUse;
    if (distance > 127) {
      fail(CodeError::kShortJumpTooFar);
      return;
    }
    *field = static_cast<uint8_t>(distance);
    shortUse = back == 0 ? 0 : shortUse - back;
    --awaited_;
  }
}

void CodeBuffer::linkShort(Label& label, uint8_t* field) {
  auto at = static_cast<uint32_t>(field - begin_);
  if (label.bound_ != 0) {
    auto distance = static_cast<int32_t>(label.bound_ - 1 - (at + 1));
    if (distance < -128 || distance > 127) fail(CodeError::kShortJumpTooFar);
    *field = static_cast<uint8_t>(distance);
    return;
  }
  // The field holds how far back the previous use is. Uses further apart than that cannot both reach the label.
  uint32_t back = label.shortUses_ == 0 ? 0 : at + 1 - label.shortUses_;
  if (back > 255) fail(CodeError::kShortJumpTooFar);
  *field = static_cast<uint8_t>(back);
  label.shortUses_ = at + 1;
  ++awaited_;
}

void CodeBuffer::emitAddressOf(Label& label) {
  uint8_t* field = reserve();
  auto at = static_cast<uint32_t>(field - begin_);
  addRelocation({at, RelocationKind::kOwnAbsolute64, 0});
  if (label.bound_ != 0) {
    base::writeLittle<uint64_t>(field, label.bound_ - 1);
  } else {
    base::writeLittle<uint64_t>(field, label.nearUses_ << 4 | kAddressUse);
    label.nearUses_ = at + 1;
    ++awaited_;
  }
  commit(field + 8);
}

namespace {

uint32_t hashConstant(uint64_t low, uint64_t high) {
  uint64_t h = (low ^ (high * 0x9E3779B97F4A7C15u)) * 0xD6E8FEB86659FD93u;
  return static_cast<uint32_t>(h >> 32);
}

}  // namespace

bool CodeBuffer::rehashConstants() {
  uint32_t slots = constantSlots_ == 0 ? 64 : constantSlots_ * 2;
  auto* table = static_cast<uint32_t*>(std::calloc(slots, sizeof(uint32_t)));
  if (table == nullptr) return false;
  for (uint32_t i = 0; i < constants_.size(); ++i) {
    uint32_t slot = hashConstant(constants_[i].low, constants_[i].high) & (slots - 1);
    while (table[slot] != 0) slot = (slot + 1) & (slots - 1);
    table[slot] = i + 1;
  }
  std::free(constantTable_);
  constantTable_ = table;
  constantSlots_ = slots;
  return true;
}

ConstantRef CodeBuffer::addConstant(uint64_t low, uint64_t high, uint32_t bytes) {
  if (constants_.size() * 2 >= constantSlots_ && !rehashConstants()) {
    fail(CodeError::kOutOfMemory);
    return {UINT32_MAX};
  }
  uint32_t slot = hashConstant(low, high) & (constantSlots_ - 1);
  for (; constantTable_[slot] != 0; slot = (slot + 1) & (constantSlots_ - 1)) {
    uint32_t index = constantTable_[slot] - 1;
    const Constant& constant = constants_[index];
    if (constant.low == low && constant.high == high && constant.bytes == bytes) return {index};
  }
  if (!constants_.append({low, high, bytes, Label()})) {
    fail(CodeError::kOutOfMemory);
    return {UINT32_MAX};
  }
  constantTable_[slot] = constants_.size();
  return {constants_.size() - 1};
}

uint32_t CodeBuffer::tagAt(uint32_t position, uint32_t none) const {
  uint32_t low = 0, high = tags_.size();  // the first tag behind `position`
  while (low < high) {
    uint32_t middle = (low + high) / 2;
    if (tags_[middle].position <= position) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low == 0 ? none : tags_[low - 1].tag;
}

bool CodeBuffer::finish() {
  codeSize_ = position();
  for (uint32_t bytes : {16u, 8u}) {
    bool first = true;
    for (uint32_t i = 0; i < constants_.size(); ++i) {
      if (constants_[i].bytes != bytes) continue;
      if (first) fillTo(bytes, 0xCC);  // should a jump ever end here, it traps
      first = false;
      bind(constants_[i].label);
      emit64(constants_[i].low);
      if (bytes == 16) emit64(constants_[i].high);
    }
  }
  finished_ = true;
  if (awaited_ != 0) fail(CodeError::kUnboundLabel);
  return !failed();
}

}  // namespace devvm::jit
