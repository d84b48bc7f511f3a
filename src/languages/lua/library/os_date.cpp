#include "languages/lua/library/os_date.h"

#include <climits>
#include <ctime>
#include <string>

#include "languages/lua/library/base.h"

namespace devvm::lua {

using runtime::Capability;
using runtime::Rooted;

namespace {

/// A field of a date table: its name, the member of tm, what the table's number is ahead by, and what stands for a
/// missing one (-1: it must be there).
struct DateField {
  const char* name;
  int tm::* member;
  int ahead;
  int otherwise;
};
constexpr DateField kFields[] = {
    {"year", &tm::tm_year, 1900, -1}, {"month", &tm::tm_mon, 1, -1}, {"day", &tm::tm_mday, 0, -1},
    {"hour", &tm::tm_hour, 0, 12},    {"min", &tm::tm_min, 0, 0},    {"sec", &tm::tm_sec, 0, 0},
};
constexpr DateField kComputed[] = {{"yday", &tm::tm_yday, 1, 0}, {"wday", &tm::tm_wday, 1, 0}};

/// Conversions of strftime that C99 knows: letters, and pairs after E and O.
bool isConversion(std::string_view text, size_t& length) {
  constexpr std::string_view kPlain = "aAbBcCdDeFgGhHIjmMnprRStTuUVwWxXyYzZ%", kAfterE = "cCxXyY",
                             kAfterO = "deHImMSuUVwWy";
  if (text.empty()) return false;
  length = 1;
  if (kPlain.find(text[0]) != kPlain.npos) return true;
  length = 2;
  if (text.size() < 2) return false;
  return (text[0] == 'E' && kAfterE.find(text[1]) != kAfterE.npos) ||
         (text[0] == 'O' && kAfterO.find(text[1]) != kAfterO.npos);
}

bool setNumber(Isolate& iso, Handle table, const DateField& field, const tm& date) {
  Rooted v(iso, Value::smallInt(int64_t{date.*field.member} + field.ahead));
  return runtime::tableSetName(iso, table, field.name, v);
}

bool setAllFields(Isolate& iso, Handle table, const tm& date) {
  for (const DateField& f : kFields) {
    if (!setNumber(iso, table, f, date)) return false;
  }
  for (const DateField& f : kComputed) {
    if (!setNumber(iso, table, f, date)) return false;
  }
  if (date.tm_isdst < 0) return true;
  Rooted v(iso, Value::boolean(date.tm_isdst != 0));
  return runtime::tableSetName(iso, table, "isdst", v);
}

/// The value of a field of a date table, on top of the slots, as an int of struct tm. False after raising.
bool takeField(NativeCall& c, const DateField& field, int& out) {
  Value v = c.pop();
  int64_t n;
  c.isolate.chargeNumeral(v);
  if (!runtime::toInteger(v, n)) {
    if (!v.isNil()) {
      (void)c.error("field '%s' is not an integer", field.name);
      return false;
    }
    if (field.otherwise < 0) {
      (void)c.error("field '%s' missing in date table", field.name);
      return false;
    }
    out = field.otherwise;
    return true;
  }
  bool fits = n >= 0 ? n - field.ahead <= INT_MAX : n >= int64_t{INT_MIN} + field.ahead;
  if (!fits) {
    (void)c.error("field '%s' is out-of-bound", field.name);
    return false;
  }
  out = static_cast<int>(n - field.ahead);
  return true;
}

NativeResult returnTime(NativeCall& c, time_t t) {
  if (t == static_cast<time_t>(-1)) return c.error("time result cannot be represented in this installation");
  Value v = runtime::makeInteger(c.isolate, t);
  return v.isNil() ? c.outOfMemory() : c.ret(v);
}

}  // namespace

NativeResult osDifftime(NativeCall& c) {
  int64_t later, earlier;
  if (!c.checkInteger(0, later) || !c.checkInteger(1, earlier)) return c.raisePending();
  return c.ret(Value::number(std::difftime(later, earlier)));
}

NativeResult osTime(NativeCall& c) {
  struct Locals {
    int32_t at = 0;
    int32_t values[std::size(kFields)] = {};
    int32_t unused = 0;
  } v;
  if (c.state() != 0) loadLocals(c, v);
  switch (c.state()) {
    case 0:
      if (c.isNoneOrNil(0)) {
        if (!checkCapability(c, Capability::kClock)) return c.raisePending();
        return returnTime(c, std::time(nullptr));
      }
      if (!c.checkTable(0)) return c.raisePending();
      c.setSlots(localSlots<Locals>());
      // Metamethods of the table are respected, so each field may be a call.
      for (v.at = 0; v.at <= static_cast<int32_t>(std::size(kFields)); v.at++) {
        c.push(c.arg(0));
        c.push(
            runtime::intern(c.isolate, v.at < static_cast<int32_t>(std::size(kFields)) ? kFields[v.at].name : "isdst"));
        if (c.top().isNil()) return c.outOfMemory();
        DEVVM_AWAIT(c, v, getTop(c), 1);
        if (v.at == static_cast<int32_t>(std::size(kFields))) break;
        if (!takeField(c, kFields[v.at], v.values[v.at])) return c.raisePending();
      }
  }
  tm date{};
  for (size_t i = 0; i < std::size(kFields); i++) date.*kFields[i].member = v.values[i];
  Value dst = c.pop();
  date.tm_isdst = dst.isNil() ? -1 : !dst.isFalsy();
  time_t t = std::mktime(&date);
  if (!setAllFields(c.isolate, c.argHandle(0), date)) return c.outOfMemory();
  return returnTime(c, t);
}

NativeResult osDate(NativeCall& c) {
  if (!c.isNoneOrNil(0) && !c.checkString(0)) return c.raisePending();
  int64_t seconds;
  if (c.isNoneOrNil(1)) {
    if (!checkCapability(c, Capability::kClock)) return c.raisePending();
    seconds = std::time(nullptr);
  } else if (!c.checkInteger(1, seconds)) {
    return c.raisePending();
  }
  std::string format(c.isNoneOrNil(0) ? "%c" : c.stringArg(0));
  bool utc = format.starts_with("!");
  if (utc) format.erase(0, 1);
  time_t t = seconds;
  tm date;
  if ((utc ? gmtime_r(&t, &date) : localtime_r(&t, &date)) == nullptr) {
    return c.error("date result cannot be represented in this installation");
  }
  Isolate& iso = c.isolate;
  if (format == "*t") {
    c.push(runtime::newTable(iso, 0, 9));
    if (c.top().isNil() || !setAllFields(iso, Handle(c.fiber.sp), date)) return c.outOfMemory();
    return c.retTop(1);
  }
  if (!chargeBytes(c, format.size())) return c.raisePending();
  std::string out;
  for (size_t i = 0; i < format.size();) {
    if (format[i] != '%') {
      out += format[i++];
      continue;
    }
    size_t length;
    std::string_view rest = std::string_view(format).substr(i + 1);
    if (!isConversion(rest, length)) {
      return c.argError(0, "invalid conversion specifier '%" + std::string(rest.substr(0, rest.find('\0'))) + "'");
    }
    constexpr uint64_t kUnitsPerConversion = 50;
    if (!c.charge(kUnitsPerConversion)) return c.raisePending();
    char buffer[256];
    out.append(buffer, std::strftime(buffer, sizeof buffer, format.substr(i, length + 1).c_str(), &date));
    i += length + 1;
  }
  Value v = runtime::newString(iso, out);
  return v.isNil() ? c.outOfMemory() : c.ret(v);
}

}  // namespace devvm::lua
