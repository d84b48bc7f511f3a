// From source text to a module: the prelude, imported modules, the program.
#include "languages/jq/compiler.h"

#include "languages/jq/generator.h"

namespace devvm::jq {

Generator::Generator(std::string_view source, const CompileOptions& options, std::vector<std::string>& messages)
    : source_(source), options_(options), messages_(messages) {}

void Generator::addModule(const Import& import, const std::string& from, const Scope*& scope, int depth) {
  std::string path, text, error;
  if (depth > 50) return fail("modules are imported too deeply", nullptr);
  if (!options_.readModule || !options_.readModule(import, from, path, text, error)) {
    return fail((error.empty() ? "module not found: " + import.path : error) + "\n", nullptr);
  }
  if (import.isData) return;  // a global that readModule has set
  std::vector<SourceError> errors;
  std::unique_ptr<Program> module = parse(text, true, errors);
  if (module == nullptr) {
    failed_ = true;
    for (const SourceError& e : errors) messages_.push_back(renderError(e, text, path));
    return;
  }
  const Scope* inner = nullptr;
  for (const Import& i : module->imports) addModule(i, path, inner, depth + 1);
  std::vector<Scope*> exported;
  for (Definition* d : module->top) {
    Scope* s = newScope(inner, Scope::Kind::kFunction, d->name);
    s->arity = d->parameters.size();
    s->definition = d;
    inner = s;
    exported.push_back(s);
  }
  for (Scope* e : exported) {
    Scope* s = newScope(scope, Scope::Kind::kFunction, import.name.empty() ? e->name : import.name + "::" + e->name);
    s->arity = e->arity;
    s->definition = e->definition;
    s->home = e;
    scope = s;
  }
  programs_.push_back(std::move(module));
}

std::unique_ptr<CompiledProgram> Generator::run(std::unique_ptr<Program> program) {
  result_ = std::make_unique<CompiledProgram>();
  std::vector<SourceError> errors;
  std::unique_ptr<Program> prelude = parse(preludeSource(), true, errors);
  if (prelude == nullptr) {
    for (const SourceError& e : errors) messages_.push_back(renderError(e, preludeSource(), "<builtin>"));
    return nullptr;
  }
  for (Definition* d : prelude->top) {
    Scope* s = newScope(nullptr, Scope::Kind::kFunction, d->name);
    s->arity = d->parameters.size();
    s->definition = d;
    builtins_[d->name + "/" + std::to_string(s->arity)] = s;
  }
  Node* body = program->body;
  programs_.push_back(std::move(program));
  programs_.push_back(std::move(prelude));
  const Scope* scope = nullptr;
  // Modules may be added while the list is walked: by index.
  for (size_t i = 0; i < programs_[0]->imports.size(); i++) addModule(programs_[0]->imports[i], "", scope, 0);
  if (failed_) return nullptr;

  FunctionState* main = beginFunction(1, "main");
  main->function.flags = bytecode::kMainChunk;
  Continuation out;
  out.cheap = true;
  out.run = [this](const Datum& d, bool) {
    global("emit");
    load(d.value);
    emit(Op::kCall, 1, 0);
  };
  Datum input{localOperand(0), {}, false};
  if (body == nullptr) {
    out.run(input, false);
  } else {
    push(body, input, scope, out, false);
  }
  endFunction();
  if (failed_) return nullptr;
  result_->module = std::make_unique<bytecode::Module>();
  result_->module->language = "jq";
  result_->module->source = "=jq";
  for (bytecode::Function& f : functions_) result_->module->functions.push_back(std::move(f));
  return std::move(result_);
}

std::unique_ptr<CompiledProgram> compile(std::string_view source, const CompileOptions& options,
                                         std::vector<std::string>& messages) {
  std::vector<SourceError> errors;
  std::unique_ptr<Program> program = parse(source, false, errors);
  if (program == nullptr) {
    for (const SourceError& e : errors) messages.push_back(renderError(e, source, "<top-level>"));
    return nullptr;
  }
  return Generator(source, options, messages).run(std::move(program));
}

std::vector<std::string> builtinNames() {
  std::vector<std::string> names{"empty/0", "error/0", "path/1", "range/2"};
  std::vector<SourceError> errors;
  std::unique_ptr<Program> prelude = parse(preludeSource(), true, errors);
  if (prelude == nullptr) return names;
  for (const Definition* d : prelude->top) {
    if (d->name[0] != '_') names.push_back(d->name + "/" + std::to_string(d->parameters.size()));
  }
  return names;
}

}  // namespace devvm::jq
