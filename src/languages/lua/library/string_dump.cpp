// string.dump: a function and all functions inside it as a module of their own.
#include <vector>

#include "bytecode/module_file.h"
#include "languages/lua/library/string_library.h"
#include "runtime/code.h"

namespace devvm::lua {

using runtime::Code;

NativeResult stringDump(NativeCall& c) {
  Value f = c.arg(0);
  if (!f.isFunction()) return c.typeError(0, "function");
  if (runtime::kindOf(f.asObject()) != runtime::Kind::kClosure) return c.error("unable to dump given function");
  bool strip = !c.arg(1).isFalsy();

  bytecode::Module module;
  std::vector<const Code*> codes{runtime::as<runtime::Closure>(f)->code};
  module.source = codes[0]->module->source;
  module.language = codes[0]->module->language;
  // Breadth first; `codes` grows while it is walked.
  for (size_t i = 0; i < codes.size(); i++) {
    const Code& code = *codes[i];
    module.functions.push_back(*code.function);
    bytecode::Function& copy = module.functions.back();
    copy.children.clear();
    for (uint32_t k = 0; k < code.childCount; k++) {
      copy.children.push_back(static_cast<uint32_t>(codes.size()));
      codes.push_back(runtime::as<runtime::PrototypeObject>(code.children[k])->code);
    }
  }
  module.mainFunction = 0;
  // The function has no parent there: whoever loads it gives its upvalues, as cells or values like here.
  auto& upvalues = module.functions[0].upvalues;
  for (size_t i = 0; i < upvalues.size(); i++) {
    bool isCell = runtime::isKind(runtime::as<runtime::Closure>(f)->upvalues[i], runtime::Kind::kCell);
    upvalues[i].from = isCell ? bytecode::Upvalue::From::kParentLocal : bytecode::Upvalue::From::kParentValue;
    upvalues[i].index = 0;
  }
  std::vector<uint8_t> bytes = bytecode::writeModule(module, strip);
  if (!chargeBytes(c, bytes.size())) return c.raisePending();
  Value result = bytes.size() <= runtime::kMaxString ? runtime::newStringRaw(c.isolate, bytes.size()) : Value::nil();
  if (result.isNil()) return c.outOfMemory();
  std::memcpy(runtime::asString(result)->bytes, bytes.data(), bytes.size());
  return c.ret(result);
}

}  // namespace devvm::lua
