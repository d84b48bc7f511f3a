// An isolate with the standard library, and short ways to run texts.
#pragma once

#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <vector>

#include "devvm/devvm.h"

struct Host {
  explicit Host(devvm_config config = {}) {
    config.size = sizeof config;
    vm = devvm_create(&config);
    if (vm == nullptr || devvm_open_libraries(vm) != DEVVM_OK) std::abort();
  }
  ~Host() { devvm_destroy(vm); }
  Host(const Host&) = delete;
  Host& operator=(const Host&) = delete;
  operator devvm_isolate*() { return vm; }  // NOLINT: stands for it

  devvm_ref load(const std::string& text) {
    devvm_ref f = DEVVM_NONE;
    EXPECT_EQ(devvm_load(vm, text.data(), text.size(), "=test", DEVVM_LOAD_TEXT, &f), DEVVM_OK)
        << devvm_error_message(vm, nullptr);
    return f;
  }
  /// Runs a text; its first result as text is left in `result`.
  devvm_status run(const std::string& text, const std::vector<devvm_ref>& arguments = {}) {
    uint32_t scope = devvm_open_scope(vm);
    devvm_ref r = DEVVM_NONE;
    devvm_status status =
        devvm_call(vm, load(text), arguments.data(), static_cast<uint32_t>(arguments.size()), &r, 1, nullptr);
    const char* s = devvm_get_string(vm, r, nullptr);
    result = s != nullptr ? s : devvm_type_name(vm, r);
    if (devvm_kind_of(vm, r) == DEVVM_KIND_BOOLEAN) result = devvm_is_true(vm, r) ? "true" : "false";
    devvm_close_scope(vm, scope);
    return status;
  }
  std::string message() { return devvm_error_message(vm, nullptr); }

  devvm_isolate* vm = nullptr;
  std::string result;
};
