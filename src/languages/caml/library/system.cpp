// Input, output, and the system.
#include <cstdio>
#include <cstdlib>
#include <ctime>

#include "languages/caml/library/natives.h"
#include "runtime/isolate.h"
#include "runtime/numbers.h"
#include "runtime/strings.h"
#include "runtime/tables.h"

namespace devvm::caml {

using namespace runtime;

namespace {

std::FILE* fileOf(Value channel) { return channel.asInt() == 2 ? stderr : channel.asInt() == 0 ? stdin : stdout; }

/// caml_output channel s
NativeResult output(NativeCall& c) {
  std::string_view s = c.stringArg(1);
  std::fwrite(s.data(), 1, s.size(), fileOf(c.arg(0)));
  return returnUnit(c);
}

NativeResult flush(NativeCall& c) {
  std::fflush(fileOf(c.arg(0)));
  return returnUnit(c);
}

/// caml_input_line channel: without its end; End_of_file.
NativeResult inputLine(NativeCall& c) {
  std::fflush(stdout);
  std::string line;
  int ch = EOF;
  bool any = false;
  while ((ch = std::getc(stdin)) != EOF) {
    any = true;
    if (ch == '\n') break;
    line += static_cast<char>(ch);
  }
  if (!any) return raiseNamed(c, "End_of_file");
  Value v = newString(c.isolate, line);
  return v.isNil() ? c.outOfMemory() : c.ret(v);
}

NativeResult inputChar(NativeCall& c) {
  int ch = std::getc(stdin);
  return ch == EOF ? raiseNamed(c, "End_of_file") : c.ret(Value::smallInt(ch));
}

NativeResult exitNow(NativeCall& c) {
  std::fflush(stdout);
  c.isolate.failure = Failure::kExit;
  c.isolate.exitStatus = static_cast<int>(c.arg(0).asInt() & 255);
  return c.raisePending();
}

NativeResult time(NativeCall& c) { return c.ret(Value::number(static_cast<double>(std::clock()) / CLOCKS_PER_SEC)); }

NativeResult charString(NativeCall& c) { return c.ret(c.isolate.singleBytes[c.arg(0).asInt() & 255]); }

/// caml_set_global name value: for what C++ looks for.
NativeResult setGlobal(NativeCall& c) {
  Rooted value(c.isolate, c.arg(1));
  Rooted globals(c.isolate, *c.upvalue(0));
  std::string name(c.stringArg(0));
  return tableSetName(c.isolate, globals, name, value) ? returnUnit(c) : c.outOfMemory();
}

constexpr NativeEntry kEntries[] = {{"caml_output", output},        {"caml_flush", flush},
                                    {"caml_input_line", inputLine}, {"caml_input_char", inputChar},
                                    {"caml_sys_exit", exitNow},     {"caml_sys_time", time},
                                    {"caml_set_global", setGlobal}, {"caml_char_string", charString}};

}  // namespace

std::span<const NativeEntry> systemNatives() { return kEntries; }

}  // namespace devvm::caml
