// Events as JSON lines: one object a line, "event" and "ns" (monotonic) first.
#pragma once

#include <cstdio>

#include "events/event_bus.h"

namespace devvm::events {

class JsonLines final : public Subscriber {
 public:
  /// Writes to `file`, which stays the caller's.
  explicit JsonLines(std::FILE* file) : file_(file) {}
  void onEvent(const Event& event) override;

 private:
  std::FILE* file_;
};

/// Reads "calls,instructions,allocation,collections,errors" or "all" and adds them to `out`. False: `unknown` is a name
/// that is none.
bool parseEventSet(std::string_view names, EventSet& out, std::string_view& unknown);

}  // namespace devvm::events
