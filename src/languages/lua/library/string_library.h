// The natives of the string library, by file.
#pragma once

#include <cstdint>

#include "languages/lua/library/library_support.h"

namespace devvm::lua {

/// A start position as the library takes them: from 1, negative from the end; at least 1.
inline size_t startPosition(int64_t i, size_t length) {
  if (i > 0) return static_cast<size_t>(i);
  if (i == 0 || i < -static_cast<int64_t>(length)) return 1;
  return length + static_cast<size_t>(i) + 1;
}
/// An end position: negative from the end; at most `length`.
inline size_t endPosition(int64_t i, size_t length) {
  if (i > static_cast<int64_t>(length)) return length;
  if (i >= 0) return static_cast<size_t>(i);
  if (i < -static_cast<int64_t>(length)) return 0;
  return length + static_cast<size_t>(i) + 1;
}

// string_patterns.cpp
NativeResult stringFind(NativeCall& c);
NativeResult stringMatch(NativeCall& c);
NativeResult stringGmatch(NativeCall& c);
NativeResult stringGsub(NativeCall& c);
// string_format.cpp
NativeResult stringFormat(NativeCall& c);
// string_pack.cpp
NativeResult stringPack(NativeCall& c);
NativeResult stringPackSize(NativeCall& c);
NativeResult stringUnpack(NativeCall& c);
// string_dump.cpp
NativeResult stringDump(NativeCall& c);
// string_arithmetic.cpp
extern const LibraryEntry kStringMetamethods[];
extern const size_t kStringMetamethodCount;

}  // namespace devvm::lua
