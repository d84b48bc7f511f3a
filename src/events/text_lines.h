// Events as lines for people: "jit: tier up game.lua:12, 888 bytes: calls".
#pragma once

#include <cstdio>

#include "events/event_bus.h"

namespace devvm::events {

class TextLines final : public Subscriber {
 public:
  /// Writes to `file`, which stays the caller's. `topic` begins every line and must outlive the object.
  TextLines(std::FILE* file, const char* topic) : file_(file), topic_(topic) {}
  void onEvent(const Event& event) override;

 private:
  std::FILE* file_;
  const char* topic_;
};

}  // namespace devvm::events
