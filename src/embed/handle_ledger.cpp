#include "embed/handle_ledger.h"

#include <dlfcn.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace devvm::embed {

namespace {

#ifdef NDEBUG
constexpr bool kDebug = false;
#else
constexpr bool kDebug = true;
#endif

void tell(const std::string& what) { std::fprintf(stderr, "devvm: %s\n", what.c_str()); }

}  // namespace

HandleLedger* HandleLedger::makeIfWanted() {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): hosts that change the environment beside threads have other worries
  return kDebug || std::getenv("DEVVM_CHECK_HANDLES") != nullptr ? new HandleLedger : nullptr;
}

std::string placeText(const void* address) {
  Dl_info info{};
  char text[32];
  if (dladdr(address, &info) == 0 || info.dli_fname == nullptr) {
    std::snprintf(text, sizeof text, "%p", address);
    return text;
  }
  const char* file = std::strrchr(info.dli_fname, '/');
  file = file != nullptr ? file + 1 : info.dli_fname;
  const void* base = info.dli_saddr != nullptr ? info.dli_saddr : info.dli_fbase;
  std::snprintf(text, sizeof text, "+0x%zx",
                static_cast<size_t>(static_cast<const char*>(address) - static_cast<const char*>(base)));
  // Functions that are not exported have no name here: addr2line takes the file's offsets.
  return info.dli_sname != nullptr ? std::string(info.dli_sname) + text + " (" + file + ")" : std::string(file) + text;
}

void HandleLedger::kept(uint32_t index, const void* caller) {
  if (index >= entries_.size()) entries_.resize(index + 1);
  entries_[index] = {caller};
}

void HandleLedger::released(uint32_t index, const void* caller) {
  if (index >= entries_.size()) {
    tell("a reference that devvm_keep never gave is released at " + placeText(caller));
    return;
  }
  Entry& e = entries_[index];
  if (e.releasedAt == nullptr) {
    e.releasedAt = caller;
    return;
  }
  tell("a kept reference is released twice: kept at " + placeText(e.keptAt) + ", released at " +
       placeText(e.releasedAt) + " and again at " + placeText(caller));
}

void HandleLedger::usedDead(uint32_t index) {
  if (index >= entries_.size() || entries_[index].releasedAt == nullptr || entries_[index].told) return;
  entries_[index].told = true;
  tell("a kept reference is used after its release: kept at " + placeText(entries_[index].keptAt) + ", released at " +
       placeText(entries_[index].releasedAt));
}

void HandleLedger::complain(const Entry& entry, const char* kind) {
  tell(std::string("a kept reference to a ") + kind + " is left at the end of its isolate: kept at " +
       placeText(entry.keptAt));
}

}  // namespace devvm::embed
