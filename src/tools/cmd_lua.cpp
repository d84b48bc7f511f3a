// devvm lua: the reference interpreter's command line.

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "languages/lua/library/base.h"
#include "tools/command.h"
#include "tools/interactive.h"
#include "tools/options.h"
#include "tools/script_arguments.h"
#include "tools/session.h"

namespace devvm::tools {

using namespace runtime;

namespace {

constexpr const char* kUsageText =
    "usage: lua [options] [script [args]]\n"
    "Available options are:\n"
    "  -e stat   execute string 'stat'\n"
    "  -i        enter interactive mode after executing 'script'\n"
    "  -l mod    require library 'mod' into global 'mod'\n"
    "  -l g=mod  require library 'mod' into global 'g'\n"
    "  -v        show version information\n"
    "  -E        ignore environment variables\n"
    "  -W        turn warnings on\n"
    "  --        stop handling options\n"
    "  -         stop handling options and execute stdin\n";

struct Options {
  bool interactive = false, version = false, execute = false, noEnvironment = false;
  size_t script = 0;  ///< index of the script, or the number of arguments
  bool hasScript = false;
};

/// Reads the options; false: `bad` is the wrong one, `needsArgument` if its argument is missing.
bool collect(const Arguments& a, Options& o, const char*& bad, bool& needsArgument) {
  needsArgument = false;
  size_t i = 0;
  for (; i < a.size(); i++) {
    const char* s = a[i];
    bad = s;
    if (s[0] != '-') break;
    switch (s[1]) {
      case '-':
        if (s[2] != '\0') return false;
        i++;
        goto done;
      case '\0': goto done;
      case 'E':
        if (s[2] != '\0') return false;
        o.noEnvironment = true;
        break;
      case 'i': o.interactive = true; [[fallthrough]];
      case 'v':
        if (s[2] != '\0') return false;
        o.version = true;
        break;
      case 'W':
        if (s[2] != '\0') return false;
        break;
      case 'e': o.execute = true; [[fallthrough]];
      case 'l':
        if (s[2] == '\0') {
          i++;
          if (i == a.size() || a[i][0] == '-') {
            needsArgument = true;
            return false;
          }
        }
        break;
      default: return false;
    }
  }
done:
  o.script = i;
  o.hasScript = i < a.size();
  return true;
}

void showVersion() {
  std::puts("Lua 5.4.4  (DevVM 0.1.0)");
  std::fflush(stdout);
}

bool runText(Session& session, const std::string& text, const std::string& name) {
  Rooted chunk(session.isolate(), Value::nil());
  return session.loadText(text, name, chunk) && session.call(chunk, {});
}

bool runFile(Session& session, const std::string& path) {
  Rooted chunk(session.isolate(), Value::nil());
  return session.loadFile(path, chunk) && session.call(chunk, {});
}

bool runLibrary(Session& session, std::string_view name) {
  Isolate& iso = session.isolate();
  std::string global(name), module(name);
  size_t equals = name.find('=');
  if (equals != name.npos) {
    global = name.substr(0, equals);
    module = name.substr(equals + 1);
  }
  Rooted argument(iso, newString(iso, module));
  std::vector<Value> results;
  Value require = tableGetName(iso, asTable(iso.globals), "require");
  if (!session.call(require, {argument.get()}, &results)) return false;
  Rooted result(iso, results.empty() ? Value::nil() : results[0]);
  return tableSetName(iso, Handle(&iso.globals), global, result);
}

/// -e, -l, -W in order.
bool runOptions(Session& session, const Arguments& a, size_t end) {
  for (size_t i = 0; i < end; i++) {
    char o = a[i][1];
    if (o == 'W') {
      lua::setWarnings(session.isolate(), true);
    } else if (o == 'e' || o == 'l') {
      const char* text = a[i][2] != '\0' ? a[i] + 2 : a[++i];
      if (o == 'e' ? !runText(session, text, "=(command line)") : !runLibrary(session, text)) return false;
    }
  }
  return true;
}

bool runInit(Session& session) {
  const char* name = "LUA_INIT_5_4";
  const char* init = std::getenv(name);
  if (init == nullptr) init = std::getenv(name = "LUA_INIT");
  if (init == nullptr) return true;
  return init[0] == '@' ? runFile(session, init + 1) : runText(session, init, std::string("=") + name);
}

bool runScript(Session& session, const Arguments& a, const Options& o) {
  const char* name = a[o.script];
  bool input = std::strcmp(name, "-") == 0 && (o.script == 0 || std::strcmp(a[o.script - 1], "--") != 0);
  Rooted chunk(session.isolate(), Value::nil());
  if (!session.loadFile(input ? "" : name, chunk)) return false;
  std::vector<Value> values;
  RootedValues roots(session.isolate(), values);
  if (!scriptValues(session, values)) return false;
  roots.registerAll();
  return session.call(chunk, values);
}

}  // namespace

int runLua(const Arguments& all) { return runLuaAs((programPath() + " lua").c_str(), all); }

int runLuaAs(const char* path, const Arguments& all) {
  runtime::IsolateOptions options = programOptions();
  Arguments a;
  std::string error;
  size_t i = 0;
  for (; i < all.size(); i++) {  // our own options come first
    bool usedNext;
    ParseResult r = parseOption(all[i], i + 1 < all.size() ? all[i + 1] : nullptr, usedNext, options, error);
    if (r == ParseResult::kWrong) return usageError(commandNamed("lua"), error);
    if (r == ParseResult::kOther) break;
    i += usedNext;
  }
  a.assign(all.begin() + static_cast<ptrdiff_t>(i), all.end());
  Options o;
  const char* bad = nullptr;
  bool needsArgument;
  if (!collect(a, o, bad, needsArgument)) {
    std::fprintf(stderr, needsArgument ? "lua: '%s' needs argument\n" : "lua: unrecognized option '%s'\n", bad);
    std::fputs(kUsageText, stderr);
    return kFailed;
  }
  if (o.version) showVersion();
  SessionSettings settings;
  settings.programName = "lua";
  settings.noEnvironment = o.noEnvironment;
  Session session(options, settings);
  if (!session.ready()) return kFailed;
  if (!setArgTable(session, path, a, o.hasScript ? o.script : a.size())) return kFailed;
  if (!o.noEnvironment && !runInit(session)) return session.finish(true);
  if (!runOptions(session, a, o.script)) return session.finish(true);
  if (o.hasScript && !runScript(session, a, o)) return session.finish(true);
  if (o.interactive) {
    interact(session, false);
  } else if (!o.hasScript && !o.execute && !o.version) {
    if (isatty(0)) {
      showVersion();
      interact(session, false);
    } else {
      runFile(session, "");  // the reference does not look at the outcome
    }
  }
  return session.finish(false);
}

}  // namespace devvm::tools
