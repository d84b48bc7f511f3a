// The functions of libedit that the prompt uses, loaded when a prompt is wanted: programs that only run scripts do not
// pay for it at every start, and a machine without it gets plain lines.
#pragma once

#include <dlfcn.h>
#include <histedit.h>

namespace devvm::tools {

#define DEVVM_EDIT_FUNCTIONS(X) \
  X(el_init)                    \
  X(el_end)                     \
  X(el_set) X(el_gets) X(el_line) X(el_insertstr) X(el_reset) X(el_resize) X(history_init) X(history_end) X(history)

struct EditLibrary {
#define X(name) decltype(&::name) name = nullptr;
  DEVVM_EDIT_FUNCTIONS(X)
#undef X

  /// The library, or null if the system has none.
  static const EditLibrary* get() {
    static const EditLibrary library = [] {
      EditLibrary l;
      void* handle = dlopen("libedit.so.2", RTLD_NOW | RTLD_LOCAL);
      if (handle == nullptr) handle = dlopen("libedit.so.0", RTLD_NOW | RTLD_LOCAL);
      if (handle == nullptr) return l;
      l.complete_ = true;
#define X(function)                                                               \
  l.function = reinterpret_cast<decltype(&::function)>(dlsym(handle, #function)); \
  l.complete_ = l.complete_ && l.function != nullptr;
      DEVVM_EDIT_FUNCTIONS(X)
#undef X
      return l;
    }();
    return library.complete_ ? &library : nullptr;
  }

 private:
  bool complete_ = false;
};
#undef DEVVM_EDIT_FUNCTIONS

}  // namespace devvm::tools
