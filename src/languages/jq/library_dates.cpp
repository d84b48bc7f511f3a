// Dates: seconds since 1970, broken down times, and texts.
#include <sys/time.h>

#include <cmath>
#include <ctime>

#include "languages/jq/library.h"

namespace devvm::jq {

using namespace runtime;

namespace {

NativeResult now(NativeCall& c) {
  timeval t;
  gettimeofday(&t, nullptr);
  return number(c, static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6);
}

NativeResult brokenDown(NativeCall& c, const tm& t, double seconds) {
  Value v[] = {Value::number(t.tm_year + 1900), Value::number(t.tm_mon), Value::number(t.tm_mday),
               Value::number(t.tm_hour),        Value::number(t.tm_min), Value::number(seconds),
               Value::number(t.tm_wday),        Value::number(t.tm_yday)};
  return give(c, arrayOf(c.isolate, v, 8));
}

template <bool kLocal>
NativeResult breakDown(NativeCall& c) {
  const char* name = kLocal ? "localtime" : "gmtime";
  if (!isNumber(c.arg(0))) return raiseText(c, std::string(name) + "() requires a number");
  double d = numberOf(c.arg(0));
  if (!(std::fabs(d) < 6.7e16))
    return raiseText(c, std::string("error converting number of seconds since epoch to datetime"));
  auto seconds = static_cast<time_t>(std::floor(d));
  tm t{};
  if ((kLocal ? localtime_r(&seconds, &t) : gmtime_r(&seconds, &t)) == nullptr)
    return raiseText(c, "error converting number of seconds since epoch to datetime");
  return brokenDown(c, t, t.tm_sec + (d - std::floor(d)));
}

/// A tm of a broken down time; false with a message.
bool toTm(NativeCall& c, Value v, const char* name, tm& t, std::string& error) {
  t = {};
  if (!isArray(v)) {
    error = std::string(name) + " requires array of 6 numbers";
    return false;
  }
  double part[8] = {};
  uint32_t n = arrayLength(v);
  if (n < 6) {
    error = std::string(name) + " requires array of 6 numbers";
    return false;
  }
  for (uint32_t i = 0; i < 8 && i < n; i++) {
    if (!isNumber(arrayAt(v, i))) {
      error = std::string(name) + " requires parsed datetime inputs";
      return false;
    }
    part[i] = numberOf(arrayAt(v, i));
    if (!(std::fabs(part[i]) < 2e9)) {
      error = std::string(name) + " requires parsed datetime inputs";
      return false;
    }
  }
  (void)c;
  t.tm_year = static_cast<int>(part[0]) - 1900;
  t.tm_mon = static_cast<int>(part[1]);
  t.tm_mday = static_cast<int>(part[2]);
  t.tm_hour = static_cast<int>(part[3]);
  t.tm_min = static_cast<int>(part[4]);
  t.tm_sec = static_cast<int>(part[5]);
  t.tm_wday = static_cast<int>(part[6]);
  t.tm_yday = static_cast<int>(part[7]);
  return true;
}

NativeResult mktimeNative(NativeCall& c) {
  tm t;
  std::string error;
  if (!toTm(c, c.arg(0), "mktime", t, error)) return raiseText(c, error);
  return number(c, static_cast<double>(timegm(&t)));
}

template <bool kLocal>
NativeResult formatTime(NativeCall& c) {
  const char* name = kLocal ? "strflocaltime/1" : "strftime/1";
  tm t{};
  std::string error;
  if (isNumber(c.arg(0))) {
    double d = numberOf(c.arg(0));
    auto seconds = static_cast<time_t>(std::fabs(d) < 6.7e16 ? std::floor(d) : 0);
    if ((kLocal ? localtime_r(&seconds, &t) : gmtime_r(&seconds, &t)) == nullptr)
      return raiseText(c, "error converting number of seconds since epoch to datetime");
  } else if (!isArray(c.arg(0))) {
    return raiseText(c, std::string(name) + " requires parsed datetime inputs");
  } else if (!toTm(c, c.arg(0), name, t, error)) {
    return raiseText(c, error);
  }
  if (!c.arg(1).isString()) return raiseText(c, std::string(name) + " requires a string format");
  std::string pattern(c.stringArg(1));
  if (pattern.empty()) return text(c, "");
  if (!kLocal) t.tm_zone = "UTC";
  if (t.tm_wday < 0 || t.tm_wday > 6) t.tm_wday = 0;
  if (t.tm_mon < 0 || t.tm_mon > 11) t.tm_mon = 0;
  if (kLocal && isArray(c.arg(0))) {
    tm copy = t;
    copy.tm_isdst = -1;
    mktime(&copy);
    t.tm_zone = copy.tm_zone;
    t.tm_gmtoff = copy.tm_gmtoff;
  }
  std::string out(4096, '\0');
  size_t n = strftime(out.data(), out.size(), pattern.c_str(), &t);
  if (n == 0) return raiseText(c, std::string(name) + ": unknown system failure");
  out.resize(n);
  return text(c, out);
}

NativeResult parseTime(NativeCall& c) {
  if (!c.arg(0).isString()) return raiseText(c, std::string("strptime/1 requires string inputs and arguments"));
  if (!c.arg(1).isString()) return raiseText(c, std::string("strptime/1 requires string inputs and arguments"));
  std::string s(c.stringArg(0)), pattern(c.stringArg(1));
  tm t{};
  t.tm_wday = 8;
  t.tm_yday = 367;
  const char* end = strptime(s.c_str(), pattern.c_str(), &t);
  if (end == nullptr || *end != '\0')
    return raiseText(c, "date \"" + s + "\" does not match format \"" + pattern + "\"");
  if (t.tm_wday == 8 || t.tm_yday == 367) {
    tm copy = t;
    timegm(&copy);
    t.tm_wday = copy.tm_wday;
    t.tm_yday = copy.tm_yday;
  }
  return brokenDown(c, t, t.tm_sec);
}

}  // namespace

void addDateFilters(FilterList& list) {
  const Filter all[] = {
      {"now/0", now},
      {"gmtime/0", breakDown<false>},
      {"localtime/0", breakDown<true>},
      {"mktime/0", mktimeNative},
      {"strftime/1", formatTime<false>},
      {"strflocaltime/1", formatTime<true>},
      {"strptime/1", parseTime},
  };
  list.insert(list.end(), std::begin(all), std::end(all));
}

}  // namespace devvm::jq
