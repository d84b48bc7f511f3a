// Who allocates what: samples with the stacks that took them.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "heap/allocation_sampler.h"
#include "inspect/stack_walk.h"
#include "runtime/isolate.h"

namespace devvm::inspect {

/// Bytes between samples on average, unless somebody says otherwise.
inline constexpr size_t kSampleBytes = size_t{512} << 10;

/// A place in the program.
struct ProfileFrame {
  std::string function;  ///< "update", "main chunk", "string.format"
  std::string file;      ///< empty: a native
  uint32_t line = 0;     ///< being executed
  bool operator==(const ProfileFrame&) const = default;
};
/// "update game.lua:120".
std::string frameText(const ProfileFrame& frame);

/// A stack, by its innermost frame; `parent` is the stack of the callers.
struct ProfileStack {
  uint32_t parent;
  uint32_t frame;  ///< index of a ProfileFrame
};
inline constexpr uint32_t kNoStack = 0;  ///< the parent of outermost frames; it has no frame

/// What was allocated; estimates.
struct Allocated {
  uint64_t samples = 0;
  double bytes = 0, objects = 0;
  Allocated& operator+=(const Allocated& o) {
    samples += o.samples;
    bytes += o.bytes;
    objects += o.objects;
    return *this;
  }
};

class AllocationProfile final : public heap::AllocationObserver {
 public:
  /// Listens from now on until it is destroyed or stopped.
  AllocationProfile(runtime::Isolate& isolate, size_t interval);
  ~AllocationProfile() override { stop(); }
  AllocationProfile(const AllocationProfile&) = delete;
  AllocationProfile& operator=(const AllocationProfile&) = delete;
  void stop();

  uint32_t here() override;
  void sampled(uint32_t where, const heap::Object& object, size_t size, double bytes) override;

  struct Key {
    uint32_t stack;
    uint8_t kind;
    auto operator<=>(const Key&) const = default;
  };
  const std::vector<ProfileFrame>& frames() const { return frames_; }
  const std::vector<ProfileStack>& stacks() const { return stacks_; }
  const std::map<Key, Allocated>& samples() const { return samples_; }
  size_t interval() const { return interval_; }
  static const char* kindName(uint8_t kind);
  /// What all samples stand for.
  Allocated total() const;
  /// Bytes that the program allocated meanwhile, exactly.
  uint64_t allocated() const;

 private:
  uint32_t frameOf(const WalkedFrame& frame);
  uint32_t push(uint32_t stack, uint32_t frame);

  runtime::Isolate& isolate_;
  size_t interval_;
  uint64_t allocatedBefore_, allocatedAfter_ = 0;
  bool listening_ = true;
  std::vector<WalkedFrame> walked_;
  std::vector<ProfileFrame> frames_;
  std::vector<ProfileStack> stacks_;
  std::map<Key, Allocated> samples_;
  std::unordered_map<uint64_t, uint32_t> children_;  // stack and frame: the stack with it on top
  // Functions may be freed and others come to lie in their place: who keeps an identity knows them apart.
  std::map<std::pair<const void*, uint32_t>, uint32_t> known_;
  std::vector<std::shared_ptr<runtime::FunctionIdentity>> identities_;
};

/// A table for people: kinds, sites, and the stacks that allocate most.
std::string allocationText(const AllocationProfile& profile, const std::string& program);
/// Everything, for programs.
std::string allocationJson(const AllocationProfile& profile, const std::string& program);

/// A flame graph (Gregg, "The flame graph", CACM 59(6), 2016): callers below, width is bytes. One file; in a browser a
/// click makes a frame as wide as the picture, a search marks frames.
std::string allocationFlame(const AllocationProfile& profile, const std::string& program);

}  // namespace devvm::inspect
