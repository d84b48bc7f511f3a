// Lox, the language of Robert Nystrom's "Crafting Interpreters", as the framework sees it.
#pragma once

#include "frontend/front_end.h"

namespace devvm::lox {

extern const frontend::FrontEnd kFrontEnd;

}  // namespace devvm::lox
