// The interactive loop, shared by `devvm lua -i` and `devvm repl`.
#pragma once

#include "tools/session.h"

namespace devvm::tools {

/// Reads and runs until the end of input. `rich`: tables are shown with their contents, history is kept.
void interact(Session& session, bool rich);

}  // namespace devvm::tools
