// An isolate for one fuzzer run: little fuel, little memory, no capabilities, and nothing that writes to the terminal;
// and a way to run a chunk in all tiers, which must agree.
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include "devvm/devvm.h"

class Guest {
 public:
  /// Calls until a function is compiled; 0: everything is interpreted.
  explicit Guest(uint64_t threshold = 0) {
    devvm_config config = {};
    config.size = sizeof config;
    config.memory_bytes = 64u << 20;
    config.flags = DEVVM_DETERMINISTIC;
    if (threshold != 0) config.flags |= DEVVM_JIT;
    config.jit_threshold = threshold;
    config.jit_bytes = 256u << 10;  // soon full, so that code is refused and discarded, too
    vm_ = devvm_create(&config);
    if (vm_ == nullptr || devvm_open_libraries(vm_) != DEVVM_OK) std::abort();
    // Errors are as interesting without their text on the terminal, and the standard streams need no capability.
    uint32_t scope = devvm_open_scope(vm_);
    // When something is collected differs between tiers (machine code is memory, too), and programs could see it.
    devvm_ref quiet = function(
        "print, warn, collectgarbage = select, select, select io.output = nil\n"
        "io.stdout, io.stderr, io.stdin = nil io.write, io.read = nil");
    call(quiet, nullptr, 0);
    devvm_close_scope(vm_, scope);
  }
  ~Guest() { devvm_destroy(vm_); }
  Guest(const Guest&) = delete;
  Guest& operator=(const Guest&) = delete;
  operator devvm_isolate*() { return vm_; }  // NOLINT: stands for it

  /// A function that lives as long as the guest.
  devvm_ref function(const char* text) {
    devvm_ref f = DEVVM_NONE;
    if (devvm_load(vm_, text, std::strlen(text), "=fuzz", DEVVM_LOAD_TEXT, &f) != DEVVM_OK) std::abort();
    return devvm_keep(vm_, f);
  }
  /// Calls with two strings: what follows the first bytes of the data, and those; the very first byte says how many.
  void callWithParts(devvm_ref f, const uint8_t* data, size_t size) {
    if (size < 1) return;
    size_t first = data[0] < size ? data[0] : size - 1;
    const char* text = reinterpret_cast<const char*>(data) + 1;
    uint32_t scope = devvm_open_scope(vm_);
    devvm_ref arguments[] = {devvm_string(vm_, text + first, size - 1 - first), devvm_string(vm_, text, first)};
    call(f, arguments, 2);
    devvm_close_scope(vm_, scope);
  }
  /// Calls with little fuel; every way to end is fine but a crash.
  devvm_status call(devvm_ref f, const devvm_ref* arguments, uint32_t count) {
    devvm_set_fuel(vm_, kFuel);
    return devvm_call(vm_, f, arguments, count, nullptr, 0, nullptr);
  }

  static constexpr uint64_t kFuel = 20'000;

 private:
  devvm_isolate* vm_ = nullptr;
};

/// Loads the bytes and calls what they are a few times, in an isolate for each tier: interpreted, everything compiled
/// at once, and compiled after some calls with what was seen in them. All end in the same way, with the same fuel used
/// and the same error.
inline void runInAllTiers(const uint8_t* data, size_t size, uint32_t mode) {
  constexpr int kCalls = 4;
  struct End {
    devvm_status status = DEVVM_OK;
    uint64_t fuel = 0;
    std::string message;
  } first[kCalls];
  for (uint64_t threshold : {0u, 1u, 3u}) {
    Guest guest(threshold);
    devvm_ref f = DEVVM_NONE;
    if (devvm_load(guest, data, size, "=fuzz", mode, &f) != DEVVM_OK) return;
    for (int i = 0; i < kCalls; i++) {
      End& end = first[i];
      devvm_status status = guest.call(f, nullptr, 0);
      if (status == DEVVM_MEMORY) return;  // machine code takes some: no comparison from here on
      End now{status, devvm_fuel_used(guest), status == DEVVM_ERROR ? devvm_error_message(guest, nullptr) : ""};
      if (threshold == 0) {
        end = now;
      } else if (now.status != end.status || now.fuel != end.fuel || now.message != end.message) {
        std::fprintf(stderr,
                     "call %d, compiled after %d: status %d, fuel %d, %s\ninterpreted: status %d, fuel %d, %s\n", i,
                     static_cast<int>(threshold), now.status, static_cast<int>(now.fuel), now.message.c_str(),
                     end.status, static_cast<int>(end.fuel), end.message.c_str());
        std::abort();
      }
    }
  }
}
