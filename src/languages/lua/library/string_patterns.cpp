// string.find, match, gmatch and gsub.
#include <algorithm>
#include <cstdio>

#include "languages/lua/library/pattern_matcher.h"
#include "languages/lua/library/string_builder.h"
#include "languages/lua/library/string_library.h"

namespace devvm::lua {

namespace {

/// The reference leaves the pattern matcher alone if none of these is in the pattern.
bool hasSpecials(std::string_view pattern) { return pattern.find_first_of("^$*+?.([%-") != std::string_view::npos; }

/// Where `what` (not empty) first occurs in `text`, or npos.
size_t findPlain(std::string_view text, std::string_view what) {
  // Candidates by their first byte as long as few of them fail: then the search that is linear in the worst case.
  const char *at = text.data(), *end = at + text.size();
  for (int failures = 0; failures < 16; failures++) {
    if (static_cast<size_t>(end - at) < what.size()) return std::string_view::npos;
    auto room = static_cast<size_t>(end - at) - what.size() + 1;
    at = static_cast<const char*>(std::memchr(at, what[0], room));
    if (at == nullptr) return std::string_view::npos;
    if (std::memcmp(at, what.data(), what.size()) == 0) return static_cast<size_t>(at - text.data());
    at++;
  }
  auto* found = static_cast<const char*>(memmem(at, static_cast<size_t>(end - at), what.data(), what.size()));
  return found != nullptr ? static_cast<size_t>(found - text.data()) : std::string_view::npos;
}

/// Pushes capture i of the last match [start, end) of `subject`. MAY COLLECT. False after raising.
bool pushCapture(NativeCall& c, PatternMatcher& m, int i, Handle subject, size_t start, size_t end) {
  if (!m.checkCapture(i)) return false;
  PatternMatcher::Range r{start, static_cast<int64_t>(end - start)};
  if (i < m.captures()) r = m.capture(i);
  if (r.length == PatternMatcher::kPosition) {
    c.push(Value::smallInt(static_cast<int64_t>(r.start) + 1));
    return true;
  }
  c.push(runtime::substring(c.isolate, *subject, r.start, static_cast<size_t>(r.length)));
  return !c.top().isNil() || c.isolate.raiseOutOfMemory();
}

/// Pushes all captures, or the whole match if there are none and `whole`. -1 after raising. MAY COLLECT.
int pushCaptures(NativeCall& c, PatternMatcher& m, Handle subject, size_t start, size_t end, bool whole) {
  int n = m.captures() == 0 && whole ? 1 : m.captures();
  for (int i = 0; i < n; i++) {
    if (!pushCapture(c, m, i, subject, start, end)) return -1;
  }
  return n;
}

/// Room for all captures and what else a match pushes.
bool ensureCaptures(NativeCall& c) { return c.ensure(PatternMatcher::kMaxCaptures + 32); }

NativeResult findOrMatch(NativeCall& c, bool find) {
  int64_t from;
  if (!c.checkString(0) || !c.checkString(1) || !c.optInteger(2, 1, from)) return c.raisePending();
  if (!ensureCaptures(c)) return c.raisePending();
  std::string_view subject = c.stringArg(0), pattern = c.stringArg(1);
  size_t at = startPosition(from, subject.size()) - 1;
  if (at > subject.size()) return c.ret(Value::nil());
  if (find && (!c.arg(3).isFalsy() || !hasSpecials(pattern))) {
    size_t found = pattern.empty() ? 0 : findPlain(subject.substr(at), pattern);
    bool absent = found == std::string_view::npos;
    if (!chargeBytes(c, absent ? subject.size() - at : found + pattern.size())) return c.raisePending();
    if (absent) return c.ret(Value::nil());
    size_t looked = at + found;
    return c.ret(Value::smallInt(static_cast<int64_t>(looked) + 1),
                 Value::smallInt(static_cast<int64_t>(looked + pattern.size())));
  }
  bool anchored = !pattern.empty() && pattern[0] == '^';
  if (anchored) pattern.remove_prefix(1);
  PatternMatcher m(c, subject, pattern);
  size_t start = at;
  int64_t end = anchored ? m.match(at) : m.search(at, start);
  if (m.failed()) return m.raise();
  if (!m.chargeRest()) return c.raisePending();
  if (end == PatternMatcher::kNoMatch) return c.ret(Value::nil());
  if (find) {
    c.push(Value::smallInt(static_cast<int64_t>(start) + 1));
    c.push(Value::smallInt(end));
  }
  int n = pushCaptures(c, m, c.argHandle(0), start, static_cast<size_t>(end), !find);
  if (n < 0) return c.raisePending();
  return c.retTop(static_cast<uint32_t>(n) + (find ? 2 : 0));
}

// ---- gmatch ----

enum GmatchUpvalue : uint32_t { kSubject, kPattern, kNext, kLastEnd, kGmatchUpvalues };

NativeResult gmatchNext(NativeCall& c) {
  if (!ensureCaptures(c)) return c.raisePending();
  // The iterator may be collected or called again by a finalizer while captures are made: keep the subject here.
  c.push(*c.upvalue(kSubject));
  Handle subject = c.slotHandle(0);
  std::string_view text = subject.string()->view();
  size_t at = static_cast<size_t>((*c.upvalue(kNext)).asInt());
  int64_t lastEnd = (*c.upvalue(kLastEnd)).asInt();
  PatternMatcher m(c, text, c.upvalue(kPattern).string()->view());
  while (at <= text.size()) {
    size_t start = at;
    int64_t end = m.search(at, start);
    if (m.failed()) return m.raise();
    if (end == PatternMatcher::kNoMatch) break;
    if (end != lastEnd) {
      if (!m.chargeRest()) return c.raisePending();
      c.setUpvalue(kNext, Value::smallInt(end));
      c.setUpvalue(kLastEnd, Value::smallInt(end));
      int n = pushCaptures(c, m, subject, start, static_cast<size_t>(end), true);
      return n < 0 ? c.raisePending() : c.retTop(static_cast<uint32_t>(n));
    }
    at = start + 1;
  }
  if (!m.chargeRest()) return c.raisePending();
  return c.ret();
}

constexpr NativeInfo kGmatchNext{.function = gmatchNext,
                                 .name = "string.gmatch iterator",
                                 .signature = "iterator()",
                                 .documentation = "Gives the captures of the next match."};

// ---- gsub ----

/// What gsub knows between two callbacks. Offsets are in the subject.
struct GsubLocals {
  int64_t at = 0;        ///< where the next match is tried
  int64_t copied = 0;    ///< everything before is in the result
  int64_t lastEnd = -1;  ///< end of the last match
  int64_t count = 0;     ///< replacements so far
  int64_t most = 0;      ///< no more than these
  int64_t start = 0;     ///< the match whose replacement is awaited
  int32_t changed = 0;
  int32_t padding = 0;
};
constexpr uint32_t kGsubBuffer = localSlots<GsubLocals>();  // StringBuilder's two slots lie behind the locals

/// Appends the replacement string (argument 2) with its %-items filled in. False after raising. MAY COLLECT.
bool appendReplacement(NativeCall& c, PatternMatcher& m, StringBuilder& out, size_t start, size_t end) {
  Handle replacement = c.argHandle(2), subject = c.argHandle(0);
  size_t length = replacement.string()->length(), done = 0;
  for (;;) {
    const char* text = replacement.string()->bytes;
    auto* percent = static_cast<const char*>(std::memchr(text + done, '%', length - done));
    size_t stop = percent != nullptr ? static_cast<size_t>(percent - text) : length;
    if (!out.append(replacement, done, stop - done)) return false;
    if (stop == length) return true;
    char item = replacement.string()->bytes[stop + 1];  // NUL at the end
    done = stop + 2;
    if (item == '%') {
      if (!out.append('%')) return false;
    } else if (item == '0') {
      if (!out.append(subject, start, end - start)) return false;
    } else if (item >= '1' && item <= '9') {
      int i = item - '1';
      if (!m.checkCapture(i)) return false;
      PatternMatcher::Range r{start, static_cast<int64_t>(end - start)};
      if (i < m.captures()) r = m.capture(i);
      if (r.length == PatternMatcher::kPosition) {
        char digits[32];
        if (!out.append({digits, runtime::formatInteger(static_cast<int64_t>(r.start) + 1, digits)})) return false;
      } else if (!out.append(subject, r.start, static_cast<size_t>(r.length))) {
        return false;
      }
    } else {
      c.error("invalid use of '%%' in replacement string");
      return false;
    }
  }
}

/// Takes the value on top as the replacement of the match [v.start, v.at). False after raising. MAY COLLECT.
bool takeReplacement(NativeCall& c, StringBuilder& out, GsubLocals& v) {
  Value r = c.top();
  if (r.isFalsy()) {  // the match stays: it is copied with what follows
    c.pop();
    return true;
  }
  if (!r.isString() && !r.isNumber()) {
    c.error("invalid replacement value (a %s)", runtime::typeName(r));
    return false;
  }
  v.changed = 1;
  if (!out.append(c.argHandle(0), static_cast<size_t>(v.copied), static_cast<size_t>(v.start - v.copied))) return false;
  v.copied = v.at;
  bool ok;
  if (r.isString()) {
    ok = out.append(Handle(c.fiber.sp));
  } else {
    char text[64];
    ok = out.append({text, runtime::formatNumber(c.top(), text)});
  }
  c.pop();
  return ok;
}

/// The field of a table without __index that a capture names; no string is made for it. absent(): not so simple.
Value quickField(NativeCall& c, PatternMatcher& m, size_t start, size_t end) {
  Value table = c.arg(2);
  if (!isPlainTable(c.isolate, table, kReads)) return Value::absent();
  PatternMatcher::Range r{start, static_cast<int64_t>(end - start)};
  if (m.captures() > 0) r = m.capture(0);
  if (r.length < 0) return Value::absent();
  std::string_view name = c.stringArg(0).substr(r.start, static_cast<size_t>(r.length));
  runtime::String* key = runtime::findInterned(c.isolate, name);
  return key != nullptr ? runtime::tableGetString(c.isolate, runtime::asTable(table), key) : Value::nil();
}

NativeResult gsub(NativeCall& c) {
  GsubLocals v;
  if (!ensureCaptures(c)) return c.raisePending();
  if (c.state() == 0) {
    if (!c.checkString(0) || !c.checkString(1)) return c.raisePending();
    Value r = c.arg(2);
    int64_t most;
    int64_t all = static_cast<int64_t>(c.stringArg(0).size()) + 1;
    if (!c.optInteger(3, all, most)) return c.raisePending();
    if (!r.isNumber() && !r.isString() && !r.isTable() && !r.isFunction())
      return c.typeError(2, "string/function/table");
    if (!r.isTable() && !r.isFunction() && !c.checkString(2)) return c.raisePending();
    v.most = std::min(most, all);
    c.setSlots(kGsubBuffer + 2);
  } else {
    loadLocals(c, v);
  }
  StringBuilder out(c, kGsubBuffer);
  std::string_view pattern = c.stringArg(1);
  bool anchored = !pattern.empty() && pattern[0] == '^';
  auto subjectNow = [&] { return c.stringArg(0); };
  auto patternNow = [&] { return c.stringArg(1).substr(anchored ? 1 : 0); };
  PatternMatcher m(c, subjectNow(), patternNow());
  if (c.state() != 0 && !takeReplacement(c, out, v)) return c.raisePending();

  while (v.count < v.most) {
    if (c.state() != 0 && anchored) break;
    m.rebase(subjectNow(), patternNow());
    size_t length = subjectNow().size(), start = static_cast<size_t>(v.at);
    int64_t end = anchored ? m.match(start) : m.search(start, start);
    if (m.failed()) return m.raise();
    if (end == PatternMatcher::kNoMatch) break;
    if (end == v.lastEnd) {  // an empty match right behind the last one
      if (anchored || start >= length) break;
      v.at = static_cast<int64_t>(start) + 1;
      continue;
    }
    v.count++;
    v.start = static_cast<int64_t>(start);
    v.at = v.lastEnd = end;
    Value r = c.arg(2);
    if (r.isString()) {
      v.changed = 1;
      if (!out.append(c.argHandle(0), static_cast<size_t>(v.copied), start - static_cast<size_t>(v.copied)) ||
          !appendReplacement(c, m, out, start, static_cast<size_t>(end)))
        return c.raisePending();
      v.copied = end;
      if (anchored) break;
      continue;
    }
    Step step = Step::done();
    if (r.isFunction()) {
      c.push(r);
      int n = pushCaptures(c, m, c.argHandle(0), start, static_cast<size_t>(end), true);
      if (n < 0) return c.raisePending();
      step = Step::call(n);
    } else if (Value field = quickField(c, m, start, static_cast<size_t>(end)); !field.isAbsent()) {
      c.push(field);
    } else {
      c.push(r);
      if (!pushCapture(c, m, 0, c.argHandle(0), start, static_cast<size_t>(end))) return c.raisePending();
      step = getTop(c);
      if (step.isRaised()) return c.raisePending();
    }
    if (!step.isDone()) {
      if (!m.chargeRest() || !out.suspend()) return c.raisePending();
      saveLocals(c, v);
      return c.call(step.arguments(), 1, 1);
    }
    if (!takeReplacement(c, out, v)) return c.raisePending();
    if (anchored) break;
  }
  if (!m.chargeRest()) return c.raisePending();
  Value result = c.arg(0);
  if (v.changed) {
    size_t copied = static_cast<size_t>(v.copied);
    if (!out.append(c.argHandle(0), copied, subjectNow().size() - copied)) return c.raisePending();
    if (!chargeBytes(c, out.length())) return c.raisePending();
    result = out.finish();
    if (result.isNil()) return c.outOfMemory();
  }
  return c.ret(result, Value::smallInt(v.count));
}

}  // namespace

NativeResult stringFind(NativeCall& c) { return findOrMatch(c, true); }
NativeResult stringMatch(NativeCall& c) { return findOrMatch(c, false); }
NativeResult stringGsub(NativeCall& c) { return gsub(c); }

NativeResult stringGmatch(NativeCall& c) {
  int64_t from;
  if (!c.checkString(0) || !c.checkString(1) || !c.optInteger(2, 1, from)) return c.raisePending();
  size_t length = c.stringArg(0).size();
  size_t at = std::min(startPosition(from, length) - 1, length + 1);
  Value iterator = runtime::newNative(c.isolate, &kGmatchNext, kGmatchUpvalues);
  if (iterator.isNil()) return c.outOfMemory();
  auto* native = runtime::as<runtime::Native>(iterator);
  heap::initSlot(&native->upvalues[kSubject], c.arg(0));
  heap::initSlot(&native->upvalues[kPattern], c.arg(1));
  heap::initSlot(&native->upvalues[kNext], Value::smallInt(static_cast<int64_t>(at)));
  heap::initSlot(&native->upvalues[kLastEnd], Value::smallInt(-1));
  return c.ret(iterator);
}

}  // namespace devvm::lua
