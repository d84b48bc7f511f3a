// Bump allocation for trees and graphs: nodes live until the arena dies and have no destructors to run.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <new>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace devvm::base {

/// Asked now and then, with the bytes a compilation holds, whether it may go on.
struct Watcher {
  bool (*mayGoOn)(void* context, size_t bytes) = nullptr;
  void* context = nullptr;
};

class Arena {
 public:
  Arena() = default;
  /// The watcher is asked with every new block. A refusal is noted; whoever fills the arena looks at stopped().
  explicit Arena(Watcher watcher) : watcher_(watcher) {}
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;

  /// Raw storage, aligned for any node; lives as long as the arena.
  void* allocate(size_t size) {
    size = (size + kAlignment - 1) & ~(kAlignment - 1);
    if (size > static_cast<size_t>(limit_ - next_)) grow(size);
    char* result = next_;
    next_ += size;
    return result;
  }

  /// Forgets all nodes. One block stays for those to come.
  void reset() {
    if (blocks_.empty()) return;
    blocks_.erase(blocks_.begin() + 1, blocks_.end());
    bytes_ = firstBlock_;
    next_ = blocks_.front().get();
    limit_ = next_ + bytes_;
  }

  bool stopped() const { return stopped_; }
  size_t bytes() const { return bytes_; }

  /// A new T in the arena. T must not need a destructor.
  template <typename T, typename... Args>
  T* make(Args&&... args) {
    static_assert(std::is_trivially_destructible_v<T>);
    static_assert(alignof(T) <= kAlignment);
    return new (allocate(sizeof(T))) T{std::forward<Args>(args)...};
  }

  /// A copy of `text` in the arena.
  std::string_view copy(std::string_view text) {
    if (text.empty()) return {};
    auto* p = static_cast<char*>(allocate(text.size()));
    std::memcpy(p, text.data(), text.size());
    return {p, text.size()};
  }

 private:
  static constexpr size_t kAlignment = 8;
  static constexpr size_t kBlock = size_t{32} << 10;

  void grow(size_t size) {
    size_t block = size > kBlock ? size : kBlock;
    blocks_.push_back(std::make_unique_for_overwrite<char[]>(block));
    next_ = blocks_.back().get();
    limit_ = next_ + block;
    if (bytes_ == 0) firstBlock_ = block;
    bytes_ += block;
    if (watcher_.mayGoOn != nullptr && !stopped_) stopped_ = !watcher_.mayGoOn(watcher_.context, bytes_);
  }

  std::vector<std::unique_ptr<char[]>> blocks_;
  char* next_ = nullptr;
  char* limit_ = nullptr;
  size_t bytes_ = 0, firstBlock_ = 0;
  Watcher watcher_;
  bool stopped_ = false;
};

/// A growing sequence of T in an arena, linked in blocks of one: cheap to append to at both ends, and
/// iterable. Used for the lists of a syntax tree, whose lengths are not known when they begin.
template <typename T>
class ArenaList {
 public:
  struct Node {
    T value;
    Node* next;
  };

  class Iterator {
   public:
    explicit Iterator(Node* node) : node_(node) {}
    T& operator*() const { return node_->value; }
    T* operator->() const { return &node_->value; }
    Iterator& operator++() {
      node_ = node_->next;
      return *this;
    }
    bool operator==(const Iterator& other) const { return node_ == other.node_; }
    bool operator!=(const Iterator& other) const { return node_ != other.node_; }

   private:
    Node* node_;
  };

  void append(Arena& arena, T value) {
    Node* node = arena.make<Node>(value, nullptr);
    if (last_ != nullptr) {
      last_->next = node;
    } else {
      first_ = node;
    }
    last_ = node;
    ++size_;
  }

  void prepend(Arena& arena, T value) {
    first_ = arena.make<Node>(value, first_);
    if (last_ == nullptr) last_ = first_;
    ++size_;
  }

  uint32_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  T& front() const { return first_->value; }
  T& back() const { return last_->value; }
  Iterator begin() const { return Iterator(first_); }
  Iterator end() const { return Iterator(nullptr); }
  /// For loops that must know whether an element is the last one.
  Node* first() const { return first_; }

 private:
  Node* first_ = nullptr;
  Node* last_ = nullptr;
  uint32_t size_ = 0;
};

}  // namespace devvm::base
