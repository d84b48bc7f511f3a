// The recorded feedback of an isolate's functions, for people and for programs (`devvm profile --feedback`).
#pragma once

#include <string>

#include "runtime/isolate.h"

namespace devvm::jit {

/// A table: functions in order of module and line, one line for each site that was seen. Functions that never got warm,
/// and such as were freed, are not there.
std::string feedbackText(const runtime::Isolate& isolate);
/// The same as one JSON object.
std::string feedbackJson(const runtime::Isolate& isolate);
/// What was seen at the site of an instruction, in one line; empty: nothing.
std::string siteText(const runtime::Code& code, uint32_t offset);

}  // namespace devvm::jit
