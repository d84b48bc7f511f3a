// Who keeps references of an isolate, for finding those that are never released, or released twice. On in debug builds,
// and in others when the environment has DEVVM_CHECK_HANDLES.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace devvm::embed {

class HandleLedger {
 public:
  /// Null where nobody checks.
  static HandleLedger* makeIfWanted();

  /// Reference number `index` was registered, or is released, by the code to which `caller` returns. Numbers come
  /// back only where nobody checks, so that a second release cannot hit another reference.
  void kept(uint32_t index, const void* caller);
  void released(uint32_t index, const void* caller);
  /// A released reference was used as if it were one.
  void usedDead(uint32_t index);
  /// At the end of an isolate: tells of each reference that is left. `kindOf` names what it refers to.
  template <typename KindOf>
  void finish(KindOf kindOf) {
    for (uint32_t i = 0; i < entries_.size(); i++) {
      if (entries_[i].releasedAt == nullptr) complain(entries_[i], kindOf(i));
    }
  }

 private:
  struct Entry {
    const void* keptAt = nullptr;
    const void* releasedAt = nullptr;
    bool told = false;  ///< that it was used when it was dead
  };
  static void complain(const Entry& entry, const char* kind);
  std::vector<Entry> entries_;
};

/// "function+0x12 (program)": where machine code of the host stands.
std::string placeText(const void* address);

}  // namespace devvm::embed
