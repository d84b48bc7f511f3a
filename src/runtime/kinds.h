// The table of heap object kinds for the collector, made from kinds.def.
#pragma once

#include "heap/object.h"

namespace devvm::runtime {

/// One entry for each Kind.
extern const heap::KindInfo kKindInfos[];

void visitUserdata(heap::Object* o, heap::SlotVisitor& v);

}  // namespace devvm::runtime
