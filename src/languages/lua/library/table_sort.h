// table.sort.
#pragma once

#include "languages/lua/library/library_support.h"

namespace devvm::lua {

NativeResult tableSort(NativeCall& c);

}  // namespace devvm::lua
