// An isolate for one fuzzer run: little fuel, little memory, no capabilities, and nothing that writes to the terminal.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "devvm/devvm.h"

class Guest {
 public:
  Guest() {
    devvm_config config = {};
    config.size = sizeof config;
    config.memory_bytes = 64u << 20;
    config.flags = DEVVM_DETERMINISTIC;
    vm_ = devvm_create(&config);
    if (vm_ == nullptr || devvm_open_libraries(vm_) != DEVVM_OK) std::abort();
    // Errors are as interesting without their text on the terminal, and the standard streams need no capability.
    uint32_t scope = devvm_open_scope(vm_);
    devvm_ref quiet = function(
        "print, warn = select, select io.output = nil io.stdout, io.stderr, io.stdin = nil io.write, io.read = nil");
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
  void call(devvm_ref f, const devvm_ref* arguments, uint32_t count) {
    devvm_set_fuel(vm_, 100'000);
    devvm_call(vm_, f, arguments, count, nullptr, 0, nullptr);
  }

 private:
  devvm_isolate* vm_ = nullptr;
};
