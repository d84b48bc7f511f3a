// The functions of `os` about dates.
#pragma once

#include "languages/lua/library/library_support.h"

namespace devvm::lua {

NativeResult osDate(NativeCall& c);
NativeResult osDifftime(NativeCall& c);
NativeResult osTime(NativeCall& c);

}  // namespace devvm::lua
