#include "heap/nursery.h"

#include <algorithm>

namespace devvm::heap {

Nursery::~Nursery() {
  if (base_ != nullptr) unmapMemory(base_, bytes_);
}

bool Nursery::create(size_t edenBytes, size_t mostBytes, bool rolling) {
  edenBytes_ = roundUp(std::max<size_t>(edenBytes, 64u << 10), kPageBytes);
  mostBytes_ = rolling ? edenBytes_ : std::max(roundUp(mostBytes, kPageBytes), edenBytes_);
  halfBytes_ = roundUp(mostBytes_ / 2, kPageBytes);
  bytes_ = mostBytes_ + 2 * halfBytes_;
  base_ = static_cast<char*>(mapMemory(bytes_, kPageBytes));
  if (base_ == nullptr) return false;
  rolling_ = rolling;
  edenFrom_ = base_ + 2 * halfBytes_;
  edenEnd_ = edenFrom_ + edenBytes_;
  edenHigh_ = edenFrom_;
  survivorFrom_ = survivorTop_ = base_ + halfBytes_;
  return true;
}

void Nursery::resize(size_t edenBytes) {
  edenBytes_ = std::min(roundUp(edenBytes, kPageBytes), mostBytes_);
  edenEnd_ = base_ + 2 * halfBytes_ + edenBytes_;
}

void Nursery::beginMinor() {
  toFrom_ = toTop_ = base_ + toHalf_ * halfBytes_;
  toEnd_ = toFrom_ + roundUp(edenBytes_ / 2, kPageBytes);
}

char* Nursery::restart(char* top, bool trashFree) {
  if (trashFree) {
    trash(edenFrom_, static_cast<size_t>(top - edenFrom_));
    trash(survivorFrom_, static_cast<size_t>(survivorTop_ - survivorFrom_));
  }
  edenHigh_ = std::max(edenHigh_, top);
  char* eden = base_ + 2 * halfBytes_;
  // When rolling, start over only once less than half is left.
  edenFrom_ = rolling_ && static_cast<size_t>(edenEnd_ - top) > edenBytes_ / 2 ? top : eden;
  return edenFrom_;
}

char* Nursery::finishMinor(char* top, bool trashFree) {
  char* newTop = restart(top, trashFree);
  survivorFrom_ = toFrom_;
  survivorTop_ = toTop_;
  survivorsHigh_ = std::max(survivorsHigh_, survivorBytes());
  toFrom_ = toTop_ = toEnd_ = nullptr;
  toHalf_ ^= 1;
  return newTop;
}

char* Nursery::finishFull(char* top, bool trashFree) {
  char* newTop = restart(top, trashFree);
  survivorTop_ = survivorFrom_;
  return newTop;
}

size_t Nursery::touchedBytes(const char* top) const {
  return static_cast<size_t>(std::max<const char*>(edenHigh_, top) - (edenEnd_ - edenBytes_)) + 2 * survivorsHigh_;
}

}  // namespace devvm::heap
