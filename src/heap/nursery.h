// The young generation: one reserved range with two halves for survivors and an eden.
//
//   +-----------+-----------+----------------------------------------+
//   | survivors | survivors |  eden: objects | free -> top    limit  |
//   +-----------+-----------+----------------------------------------+
//
// Pages take memory when first touched: a program that allocates little never pays for the size of the eden.
#pragma once

#include "heap/object.h"
#include "heap/os_memory.h"

namespace devvm::heap {

class Nursery {
 public:
  Nursery() = default;
  ~Nursery();
  Nursery(const Nursery&) = delete;
  Nursery& operator=(const Nursery&) = delete;

  /// False when the system has no memory. The eden can grow() from `edenBytes` up to `mostBytes`, for which addresses
  /// are reserved. `rolling` (stress mode): allocation goes on behind the last objects after
  /// a collection instead of starting over, so that old addresses stay poisoned for long.
  bool create(size_t edenBytes, size_t mostBytes, bool rolling);
  /// Between collections, when the eden is empty: gives it another size, as far as addresses are reserved.
  void resize(size_t edenBytes);

  uintptr_t start() const { return reinterpret_cast<uintptr_t>(base_); }
  size_t bytes() const { return bytes_; }
  size_t edenBytes() const { return edenBytes_; }
  size_t mostBytes() const { return mostBytes_; }  ///< of the eden
  char* edenStart() const { return edenFrom_; }    ///< where allocation started after the last collection
  char* edenEnd() const { return edenEnd_; }
  size_t survivorBytes() const { return static_cast<size_t>(survivorTop_ - survivorFrom_); }
  /// Bytes that may have pages in memory. `top`: the allocation pointer of the eden.
  size_t touchedBytes(const char* top) const;
  char* survivorsStart() const { return survivorFrom_; }
  char* survivorsEnd() const { return survivorTop_; }

  // ---- during a minor collection ----
  /// The other half becomes the one that is filled.
  void beginMinor();
  /// Room for a survivor; nullptr when the half is full.
  char* allocateSurvivor(size_t bytes) {
    char* p = toTop_;
    if (bytes > static_cast<size_t>(toEnd_ - p)) return nullptr;
    toTop_ = p + bytes;
    if constexpr (kAsan) unpoison(p, bytes);
    return p;
  }
  char* toStart() const { return toFrom_; }
  char* toTop() const { return toTop_; }
  size_t halfBytes() const { return halfBytes_; }
  /// All young objects that were not copied are gone. `top`: the allocation pointer of the eden. Returns its new
  /// value. `trashFree`: overwrites what was left.
  char* finishMinor(char* top, bool trashFree);
  /// As finishMinor after a full collection: the nursery is empty.
  char* finishFull(char* top, bool trashFree);

 private:
  char* restart(char* top, bool trashFree);

  char* base_ = nullptr;
  size_t bytes_ = 0;
  size_t edenBytes_ = 0;
  size_t mostBytes_ = 0;  // of the eden
  size_t halfBytes_ = 0;  // of each half of the survivors: what the largest eden takes
  unsigned toHalf_ = 0;   // index of the half that beginMinor() will fill
  char* survivorFrom_ = nullptr;
  char* survivorTop_ = nullptr;
  char* toFrom_ = nullptr;
  char* toTop_ = nullptr;
  char* toEnd_ = nullptr;
  char* edenFrom_ = nullptr;
  char* edenEnd_ = nullptr;
  char* edenHigh_ = nullptr;  // highest allocation pointer so far
  size_t survivorsHigh_ = 0;  // most survivors so far
  bool rolling_ = false;
};

}  // namespace devvm::heap
