// Writers of code out of the straight line: small functions that wait until that is whole.
#pragma once

#include <cstdint>
#include <type_traits>

#include "base/arena.h"

namespace devvm::jit {

/// A queue of functions in an arena. What they capture is plain: values, and references to what lives as long.
class ColdPieces {
 public:
  explicit ColdPieces(base::Arena& arena) : arena_(arena) {}

  template <typename Writer>
  void add(Writer writer) {
    struct Stored : Piece {
      Writer writer;
    };
    static_assert(std::is_trivially_destructible_v<Writer>);
    auto* piece = arena_.make<Stored>(Piece{[](Piece* p) { static_cast<Stored*>(p)->writer(); }, nullptr}, writer);
    (last_ != nullptr ? last_->next : first_) = piece;
    last_ = piece;
    size_++;
  }

  /// All that were added so far.
  uint32_t size() const { return size_; }
  bool empty() const { return first_ == nullptr; }
  /// Runs the oldest, which may add others, and takes it off.
  void runFirst() {
    Piece* piece = first_;
    piece->run(piece);
    first_ = piece->next;
    if (first_ == nullptr) last_ = nullptr;
  }

 private:
  struct Piece {
    void (*run)(Piece*);
    Piece* next;
  };

  base::Arena& arena_;
  Piece* first_ = nullptr;
  Piece* last_ = nullptr;
  uint32_t size_ = 0;
};

}  // namespace devvm::jit
