#include "languages/jq/program.h"

#include "bytecode/verifier.h"
#include "runtime/code.h"

namespace devvm::jq {

using namespace runtime;

bool setVariable(Isolate& isolate, std::string_view name, Handle value) {
  return tableSetName(isolate, Handle(&isolate.globals), "$" + std::string(name), value);
}

bool loadProgram(Isolate& isolate, std::string_view source, const CompileOptions& options, Handle result,
                 std::vector<std::string>& messages) {
  std::unique_ptr<CompiledProgram> program = compile(source, options, messages);
  if (program == nullptr) return false;
  for (const LiteralConstant& l : program->literals) {
    Rooted v(isolate, numberFromText(isolate, l.text));
    if ((*v).isNil() || !tableSetName(isolate, Handle(&isolate.globals), l.name, v)) {
      messages.push_back("jq: error: not enough memory\n");
      return false;
    }
  }
  bytecode::VerifyError error;
  if (!bytecode::verify(*program->module, error)) {
    messages.push_back("jq: error: the compiler made code that is not valid: " + error.text(*program->module) + "\n");
    return false;
  }
  Rooted prototype(isolate, loadModule(isolate, std::move(*program->module)));
  if (!(*prototype).isNil()) result.set(newMainClosure(isolate, prototype, isolate.globals));
  if ((*result).isNil()) messages.push_back("jq: error: not enough memory\n");
  return !(*result).isNil();
}

std::string errorText(Isolate& isolate, Value error) {
  if (isBlock(error, kPassingTag)) return errorText(isolate, asBlock(error)->slots[0]);
  if (isBlock(error, kBreakTag)) return ": break";
  Value v = isBlock(error, kErrorTag) ? asBlock(error)->slots[0] : error;
  if (v.isString()) return ": " + std::string(asString(v)->view());
  return " (not a string): " + toJson(isolate, v);
}

}  // namespace devvm::jq
