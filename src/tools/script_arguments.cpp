#include "tools/script_arguments.h"

namespace devvm::tools {

using namespace runtime;

bool setArgTable(Session& session, const char* program, const Arguments& arguments, size_t script) {
  Isolate& iso = session.isolate();
  Rooted table(iso, newTable(iso));
  Rooted value(iso, Value::nil());
  bool ok = !table.get().isNil();
  // Without a script the program itself stands at 0.
  int64_t zero = script < arguments.size() ? static_cast<int64_t>(script) : -1;
  int64_t first = -zero - 1;
  for (int64_t i = first; ok && i < static_cast<int64_t>(arguments.size()) - zero; i++) {
    value.set(newString(iso, i == first ? program : arguments[static_cast<size_t>(zero + i)]));
    ok = !value.get().isNil() && tableSetInt(iso, table, i, value);
  }
  ok = ok && tableSetName(iso, Handle(&iso.globals), "arg", table);
  if (!ok) session.complain("not enough memory");
  return ok;
}

bool scriptValues(Session& session, std::vector<Value>& values) {
  Isolate& iso = session.isolate();
  Value table = tableGetName(iso, asTable(iso.globals), "arg");
  if (!table.isTable()) {
    session.complain("'arg' is not a table");
    return false;
  }
  int64_t n = tableLength(iso, asTable(table));
  for (int64_t i = 1; i <= n; i++) values.push_back(tableGetInt(iso, asTable(table), i));
  return true;
}

bool setScriptArguments(Session& session, const char* program, const Arguments& arguments, size_t script,
                        std::vector<Value>& values) {
  return setArgTable(session, program, arguments, script) && scriptValues(session, values);
}

Program::Program(Session& session, std::string_view command, const Arguments& arguments, size_t script)
    : session_(session), chunk_(session.isolate(), Value::nil()), roots_(session.isolate(), values_) {
  std::string path = std::string_view(arguments[script]) == "-" ? "" : arguments[script];
  std::string program = programPath() + " " + std::string(command);
  if (!setScriptArguments(session, program.c_str(), arguments, script, values_)) return;
  roots_.registerAll();
  loaded_ = session.loadFile(path, chunk_);
}

}  // namespace devvm::tools
