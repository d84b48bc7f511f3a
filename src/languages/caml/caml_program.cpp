#include "languages/caml/caml_program.h"

#include <cstdio>
#include <cstring>

#include "bytecode/verifier.h"
#include "languages/caml/compiler/compiler.h"
#include "languages/caml/library/natives.h"
#include "runtime/code.h"
#include "runtime/native.h"
#include "runtime/tables.h"

namespace devvm::caml {

using namespace runtime;

namespace {

constexpr int kUncaught = 2;  // exit status, as the reference's

NativeResult endProgram(NativeCall& c, int status) {
  c.isolate.failure = Failure::kExit;
  c.isolate.exitStatus = status;
  return c.raisePending();
}

/// Runs upvalue 0, then what at_exit registered (the library's `do_at_exit`), also after an exception.
NativeResult runProgram(NativeCall& c) {
  switch (c.state()) {
    case 0: c.push(*c.upvalue(0)); return c.callProtected(0, 0, 1);
    case 1: {
      bool failed = c.failed();
      if (failed) {
        std::fflush(stdout);
        std::string text = describeUncaught(c.isolate, c.top());
        std::fwrite(text.data(), 1, text.size(), stderr);
        std::fflush(stderr);
      }
      Value atExit = tableGetName(c.isolate, asTable(*c.upvalue(1)), "do_at_exit");
      if (atExit.isFunction()) {
        c.push(atExit);
        c.push(Value::smallInt(0));
        return c.callProtected(1, 0, failed ? 3 : 2);
      }
      return failed ? endProgram(c, kUncaught) : c.ret();
    }
    case 2: return c.failed() ? endProgram(c, kUncaught) : c.ret();
    default: return endProgram(c, kUncaught);
  }
}

const NativeInfo kRunProgram = {.function = runProgram, .name = "(main program)", .hidden = true};

}  // namespace

bool loadProgram(Isolate& isolate, std::string_view text, std::string_view fileName, Handle result,
                 std::string& diagnostics) {
  CompileResult compiled = compile(text, fileName);
  diagnostics = compiled.diagnostics;
  if (compiled.module == nullptr) return false;
  bytecode::VerifyError error;
  if (!bytecode::verify(*compiled.module, error)) {
    diagnostics += "devvm: internal error: " + error.text(*compiled.module) + "\n";
    return false;
  }
  Rooted globals(isolate, newTable(isolate));
  // Its fields are constants of compiled code.
  if (globals.get().isNil() || !tableMakeUnique(isolate, globals, false) || !registerNatives(isolate, globals))
    return false;
  Rooted prototype(isolate, loadModule(isolate, std::move(*compiled.module)));
  if (prototype.get().isNil()) return false;
  Rooted main(isolate, newMainClosure(isolate, prototype, globals));
  if (main.get().isNil()) return false;
  result.set(newNative(isolate, &kRunProgram, 2));
  if (result.get().isNil()) return false;
  auto* native = result.as<Native>();
  isolate.heap.store(native, &native->upvalues[0], *main);
  isolate.heap.store(native, &native->upvalues[1], *globals);
  return true;
}

}  // namespace devvm::caml
