// devvm jq: the reference jq command's command line.

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <sstream>

#include "interpreter/engine.h"
#include "jit/tiering/tiers.h"
#include "languages/jq/json_reader.h"
#include "languages/jq/program.h"
#include "tools/command.h"
#include "tools/options.h"
#include "tools/session.h"

extern char** environ;

namespace devvm::tools {

using namespace runtime;

namespace {

constexpr int kSystemError = 2, kCompileError = 3, kNoOutput = 4, kUncaught = 5;

struct NamedText {
  std::string name, value;
  enum class How : uint8_t { kText, kJson, kSlurp, kRaw } how;
};

struct Settings {
  bool nullInput = false, rawInput = false, slurp = false, raw = false, join = false, zero = false, exitStatus = false,
       stream = false, seq = false, unbuffered = false, fromFile = false, colours = false, noColours = false;
  jq::WriteOptions write{.indent = 2};
  std::string program;
  bool hasProgram = false;
  std::vector<std::string> files, searchList;
  std::vector<NamedText> named, positional;
};

bool readWhole(const std::string& path, std::string& text, std::string& error) {
  std::FILE* f = std::fopen(path.c_str(), "rb");
  if (f == nullptr) {
    error = std::strerror(errno);
    return false;
  }
  char buffer[1 << 16];
  errno = 0;
  while (size_t n = std::fread(buffer, 1, sizeof buffer, f)) text.append(buffer, n);
  bool ok = std::ferror(f) == 0;
  if (!ok) error = std::strerror(errno);
  std::fclose(f);
  return ok;
}

int wrongUsage(const std::string& message) {
  std::fprintf(stderr,
               "jq: error: %s\nUse jq --help for help with command-line options,\nor see the jq manpage, or online "
               "docs  at https://jqlang.github.io/jq\n",
               message.c_str());
  return kSystemError;
}

/// The command line; a status above 0 ends the command, -1 goes on.
int parse(const Arguments& a, Settings& s, IsolateOptions& options) {
  bool done = false;
  NamedText::How further = NamedText::How::kRaw;  // kRaw: files
  auto take = [&](size_t& i, size_t n, const char* what) {
    if (i + n < a.size()) return true;
    std::fprintf(stderr, "jq: error: %s\n", what);
    return false;
  };
  auto positional = [&](const char* text) {
    if (!s.hasProgram && !s.fromFile) {
      s.program = text;
      s.hasProgram = true;
    } else if (further == NamedText::How::kRaw) {
      s.files.emplace_back(text);
    } else {
      s.positional.push_back({"", text, further});
    }
  };
  for (size_t i = 0; i < a.size(); i++) {
    std::string_view o = a[i];
    if (done || o.size() < 2 || o[0] != '-') {
      positional(a[i]);
      continue;
    }
    if (o == "--") {
      done = true;
      continue;
    }
    if (o[1] != '-') {
      for (size_t k = 1; k < o.size(); k++) {
        switch (o[k]) {
          case 'n': s.nullInput = true; break;
          case 'r': s.raw = true; break;
          case 'j': s.raw = s.join = true; break;
          case 'a': s.write.ascii = true; break;
          case 's': s.slurp = true; break;
          case 'c': s.write.indent = -1, s.write.tabs = false; break;
          case 'S': s.write.sortKeys = true; break;
          case 'C': s.colours = true, s.noColours = false; break;
          case 'M': s.noColours = true, s.colours = false; break;
          case 'e': s.exitStatus = true; break;
          case 'R': s.rawInput = true; break;
          case 'h': std::fputs(commandNamed("jq").help, stdout); return kOk;
          case 'V': std::puts("jq-1.8.2 (devvm)"); return kOk;
          case 'f':
          case 'L': {
            bool module = o[k] == 'L';
            std::string value(o.substr(k + 1));
            if (value.empty()) {
              if (!take(i, 1,
                        module ? "-L takes a parameter: (e.g. -L /search/path or -L/search/path)"
                               : "-f takes a parameter (e.g. -f file)"))
                return kSystemError;
              value = a[++i];
            }
            if (module) {
              s.searchList.push_back(value);
            } else {
              if (s.hasProgram) s.files.insert(s.files.begin(), s.program);
              s.program = value;
              s.fromFile = s.hasProgram = true;
            }
            k = o.size();
            break;
          }
          default: return wrongUsage(std::string("Unknown option: ") + a[i]);
        }
      }
      continue;
    }
    auto isOption = [&](const char* name) { return o == name; };
    if (isOption("--null-input"))
      s.nullInput = true;
    else if (isOption("--raw-output"))
      s.raw = true;
    else if (isOption("--join-output"))
      s.raw = s.join = true;
    else if (isOption("--raw-output0"))
      s.raw = s.zero = true;
    else if (isOption("--ascii-output"))
      s.write.ascii = true;
    else if (isOption("--slurp"))
      s.slurp = true;
    else if (isOption("--compact-output"))
      s.write.indent = -1, s.write.tabs = false;
    else if (isOption("--sort-keys"))
      s.write.sortKeys = true;
    else if (isOption("--color-output"))
      s.colours = true, s.noColours = false;
    else if (isOption("--monochrome-output"))
      s.noColours = true, s.colours = false;
    else if (isOption("--exit-status"))
      s.exitStatus = true;
    else if (isOption("--raw-input"))
      s.rawInput = true;
    else if (isOption("--stream"))
      s.stream = true;
    else if (isOption("--seq"))
      s.seq = true;
    else if (isOption("--unbuffered"))
      s.unbuffered = true;
    else if (isOption("--tab"))
      s.write.tabs = true;
    else if (isOption("--help")) {
      std::fputs(commandNamed("jq").help, stdout);
      return kOk;
    } else if (isOption("--version")) {
      std::puts("jq-1.8.2 (devvm)");
      return kOk;
    } else if (isOption("--build-configuration")) {
      std::puts("devvm");
      return kOk;
    } else if (isOption("--args"))
      further = NamedText::How::kText;
    else if (isOption("--jsonargs"))
      further = NamedText::How::kJson;
    else if (isOption("--indent")) {
      if (!take(i, 1, "--indent takes one parameter")) return kSystemError;
      char* end;
      long n = std::strtol(a[++i], &end, 10);
      if (*end != '\0' || end == a[i]) return wrongUsage("--indent takes a number");
      if (n < -1) return wrongUsage("Cannot indent less than -1");
      if (n > 7) return wrongUsage("Cannot indent more than 7 characters");
      s.write.tabs = n == -1;
      s.write.indent = n <= 0 ? -1 : static_cast<int>(n);
    } else if (isOption("--from-file") || isOption("--library-path")) {
      if (!take(i, 1, "option takes one parameter")) return kSystemError;
      i++;
      if (isOption("--library-path")) {
        s.searchList.emplace_back(a[i]);
      } else {
        if (s.hasProgram) s.files.insert(s.files.begin(), s.program);
        s.program = a[i];
        s.fromFile = s.hasProgram = true;
      }
    } else if (isOption("--arg") || isOption("--argjson") || isOption("--slurpfile") || isOption("--rawfile")) {
      std::string what = std::string(o) + " takes two parameters (e.g. " + std::string(o) + " varname " +
                         (isOption("--arg")       ? "value"
                          : isOption("--argjson") ? "text"
                                                  : "filename") +
                         ")";
      if (!take(i, 2, what.c_str())) return kSystemError;
      NamedText::How how = isOption("--arg")         ? NamedText::How::kText
                           : isOption("--argjson")   ? NamedText::How::kJson
                           : isOption("--slurpfile") ? NamedText::How::kSlurp
                                                     : NamedText::How::kRaw;
      s.named.push_back({a[i + 1], a[i + 2], how});
      i += 2;
    } else {
      bool usedNext = false;
      std::string error;
      switch (parseOption(o, i + 1 < a.size() ? a[i + 1] : nullptr, usedNext, options, error)) {
        case ParseResult::kTaken: i += usedNext; break;
        case ParseResult::kWrong: return wrongUsage(error);
        case ParseResult::kOther: return wrongUsage(std::string("Unknown option: ") + a[i]);
      }
    }
  }
  return -1;
}

/// One run of the command.
class Run {
 public:
  Run(Settings& settings, const IsolateOptions& options) : s_(settings), isolate_(options) {}

  int run() {
    Isolate& iso = isolate_;
    if (!interpreter::initializeEngine(iso)) return noMemory();
    const char* problem = nullptr;
    if (iso.options.jit.mode != JitOptions::Mode::kOff) jit::enable(iso, &problem);
    auto host = std::make_unique<jq::Host>();
    host_ = host.get();
    iso.openFiles = std::move(host);
    if (iso.globals.isNil() || !jq::openLibrary(iso)) return noMemory();
    host_->emit = [this](Value v) { emit(v); };
    host_->input = [this](Handle v, std::string& error) { return nextInput(v, error); };
    host_->inputFilename = [this](Isolate& i) {
      return currentFile_.empty() ? Value::nil() : newString(i, currentFile_);
    };
    jq::CompileOptions compile;
    if (int status = variables(compile); status != kOk) return status;
    std::string source = s_.program;
    if (s_.fromFile) {
      std::string error;
      source.clear();
      if (!readWhole(s_.program, source, error)) {
        std::fprintf(stderr, "jq: error: Could not open %s: %s\n", s_.program.c_str(), error.c_str());
        return kSystemError;
      }
    }
    compile.readModule = [this](const jq::Import& i, const std::string& from, std::string& path, std::string& text,
                                std::string& error) { return readModule(i, from, path, text, error); };
    std::vector<std::string> messages;
    Rooted program(iso, Value::nil());
    importGlobals_ = &compile.globals;
    if (!jq::loadProgram(iso, source, compile, program, messages)) {
      for (const std::string& m : messages) std::fputs(m.c_str(), stderr);
      std::fprintf(stderr, "jq: %zu compile error%s\n", messages.size(), messages.size() == 1 ? "" : "s");
      return kCompileError;
    }
    int status = s_.nullInput ? process(program, Value::nil()) : kOk;
    if (!s_.nullInput) {
      Rooted value(iso, Value::nil());
      std::string error;
      while (true) {
        int there = nextInput(value, error);
        if (there == 0) break;
        if (there < 0) {
          flush();
          std::fprintf(stderr, "jq: parse error: %s\n", error.c_str());
          status = kUncaught;
          break;
        }
        status = process(program, *value);
        if (stopped_) break;
      }
    }
    flush();
    if (std::fflush(stdout) != 0 || std::ferror(stdout)) {
      std::fprintf(stderr, "jq: error: writing output failed: %s\n", std::strerror(errno));
      return kSystemError;
    }
    if (host_->halted) return host_->haltStatus;
    if (status == kOk && filesMissing_) status = kSystemError;
    if (status == kOk && s_.exitStatus) status = !anyOutput_ ? kNoOutput : lastFalsy_ ? kFailed : kOk;
    return status;
  }

 private:
  int noMemory() {
    std::fputs("jq: error: not enough memory\n", stderr);
    return kUncaught;
  }

  void flush() {
    std::fwrite(out_.data(), 1, out_.size(), stdout);
    out_.clear();
    std::fflush(stdout);
  }

  void emit(Value v) {
    anyOutput_ = true;
    lastFalsy_ = v.isFalsy();
    if (s_.seq) out_ += '\x1e';
    if (s_.raw && v.isString() && !s_.write.ascii) {
      out_ += asString(v)->view();
    } else if (s_.raw && v.isString()) {
      std::string quoted;
      jq::writeString(asString(v)->view(), true, quoted);
      out_ += quoted;
    } else {
      jq::writeJson(isolate_, v, s_.write, out_);
    }
    if (s_.zero) {
      out_ += '\0';
    } else if (!s_.join) {
      out_ += '\n';
    }
    if (s_.unbuffered || out_.size() > (1u << 16)) {
      std::fwrite(out_.data(), 1, out_.size(), stdout);
      out_.clear();
      if (s_.unbuffered) std::fflush(stdout);
    }
  }

  std::string place() const {
    return currentName_.empty() ? "<unknown>" : (currentName_ + ":" + std::to_string(host_->inputLine));
  }

  int process(Handle program, Value input) {
    Value argument = input;
    std::vector<Value> results;
    anyHere_ = false;
    if (isolate_.call(*program, &argument, 1, results)) return kOk;
    if (host_->halted) {
      stopped_ = true;
      return host_->haltStatus;
    }
    flush();
    switch (isolate_.failure) {
      case Failure::kFuel: return stop("fuel exhausted");
      case Failure::kDeadline: return stop("time limit exceeded");
      case Failure::kKilled: return stop("killed");
      default: break;
    }
    std::fprintf(stderr, "jq: error (at %s)%s\n", place().c_str(),
                 jq::errorText(isolate_, isolate_.pendingError).c_str());
    return kUncaught;
  }
  int stop(const char* why) {
    std::fprintf(stderr, "jq: error: %s\n", why);
    stopped_ = true;
    return kUncaught;
  }

  /// Opens the next file for reading. False: there is none.
  bool openNext() {
    reader_.reset();
    if (file_ != nullptr && file_ != stdin) std::fclose(file_);
    file_ = nullptr;
    while (true) {
      if (s_.files.empty()) {
        if (usedStdin_) return false;
        usedStdin_ = true;
        file_ = stdin;
        currentName_ = "<stdin>";
        currentFile_.clear();
        break;
      }
      if (nextFile_ >= s_.files.size()) return false;
      const std::string& path = s_.files[nextFile_++];
      if (path == "-") {
        file_ = stdin;
        currentName_ = "<stdin>";
        currentFile_.clear();
        break;
      }
      file_ = std::fopen(path.c_str(), "rb");
      if (file_ != nullptr) {
        currentName_ = currentFile_ = path;
        break;
      }
      std::fprintf(stderr, "jq: error: Could not open %s: %s\n", path.c_str(), std::strerror(errno));
      filesMissing_ = true;
    }
    return true;
  }

  bool refill(std::string& text) {
    if (file_ == nullptr) return false;
    constexpr size_t kChunk = size_t{1} << 18;
    if (!out_.empty() && file_ == stdin) flush();
    size_t before = text.size();
    text.resize(before + kChunk);
    ssize_t n;
    do {
      n = ::read(fileno(file_), text.data() + before, kChunk);
    } while (n < 0 && errno == EINTR);
    if (n < 0) {
      std::fprintf(stderr, "jq: error: Could not read %s: %s\n", currentName_.c_str(), std::strerror(errno));
      filesMissing_ = true;
      n = 0;
    }
    text.resize(before + static_cast<size_t>(n));
    if (s_.seq) {
      for (size_t i = before; i < text.size(); i++) {
        if (text[i] == '\x1e') text[i] = ' ';
      }
    }
    return n > 0;
  }

  int nextInput(Handle value, std::string& error) {
    if (s_.rawInput) return nextRaw(value);
    if (!s_.slurp) return s_.stream ? nextEvent(value, error) : nextValue(value, error);
    if (slurped_) return 0;
    slurped_ = true;
    Rooted all(isolate_, jq::newArray(isolate_, 16)), one(isolate_, Value::nil());
    while (true) {
      int there = s_.stream ? nextEvent(one, error) : nextValue(one, error);
      if (there < 0) return there;
      if (there == 0) break;
      if ((*all).isNil() || jq::arrayPush(isolate_, all, one).isNil()) {
        error = "not enough memory";
        return -1;
      }
    }
    value.set(*all);
    return 1;
  }

  int nextValue(Handle value, std::string& error) {
    while (true) {
      if (!reader_) {
        if (failed_ || !openNext()) return 0;
        reader_ = std::make_unique<jq::JsonReader>(isolate_, std::string(),
                                                   [this](std::string& text) { return refill(text); });
        host_->inputLine = 0;
      }
      switch (reader_->next(value)) {
        case jq::JsonReader::Outcome::kValue: host_->inputLine = reader_->lines(); return 1;
        case jq::JsonReader::Outcome::kEnd: reader_.reset(); break;
        case jq::JsonReader::Outcome::kOutOfMemory: error = "not enough memory"; return -1;
        case jq::JsonReader::Outcome::kError:
          host_->inputLine = reader_->lines();
          error = reader_->error();
          failed_ = true;
          return -1;
      }
    }
  }

  int nextRaw(Handle value) {
    std::string line;
    if (s_.slurp) {
      if (slurped_) return 0;
      slurped_ = true;
      while (openNext()) {
        while (refill(line)) {
        }
      }
      value.set(newString(isolate_, line));
      return 1;
    }
    while (true) {
      size_t end = rawText_.find('\n', rawAt_);
      if (end != rawText_.npos) {
        line = rawText_.substr(rawAt_, end - rawAt_);
        rawAt_ = end + 1;
        host_->inputLine++;
        break;
      }
      if (rawAt_ > (1u << 16)) {
        rawText_.erase(0, rawAt_);
        rawAt_ = 0;
      }
      if (file_ != nullptr && refill(rawText_)) continue;
      if (file_ == nullptr || !openNextRaw()) {
        if (file_ == nullptr && !rawBegun_) {
          rawBegun_ = true;
          if (openNext()) continue;
        }
        if (rawAt_ >= rawText_.size()) return 0;
        line = rawText_.substr(rawAt_);
        rawAt_ = rawText_.size();
        break;
      }
    }
    value.set(newString(isolate_, line));
    return 1;
  }
  bool openNextRaw() { return openNext(); }

  /// --stream: the events of one value after another.
  int nextEvent(Handle value, std::string& error) {
    if (events_.isNil()) isolate_.permanentRoots.push_back(&events_);
    while (events_.isNil() || eventAt_ >= jq::arrayLength(events_)) {
      Rooted v(isolate_, Value::nil());
      int there = nextValue(v, error);
      if (there <= 0) return there;
      Rooted events(isolate_, jq::newArray(isolate_, 16)), path(isolate_, jq::newArray(isolate_, 0));
      if (!addEvents(v, path, events, true)) {
        error = "not enough memory";
        return -1;
      }
      events_ = *events;
      eventAt_ = 0;
    }
    value.set(jq::arrayAt(events_, eventAt_++));
    return 1;
  }

  bool addEvents(Handle v, Handle path, Handle events, bool top) {
    Isolate& iso = isolate_;
    bool isArray = jq::isArray(*v);
    uint32_t n = isArray ? jq::arrayLength(*v) : (*v).isTable() ? jq::memberCount(iso, *v) : 0;
    Rooted event(iso, jq::newArray(iso, 2));
    if ((*event).isNil()) return false;
    if (n == 0)
      return !jq::arrayPush(iso, event, path).isNil() && !jq::arrayPush(iso, event, v).isNil() &&
             !jq::arrayPush(iso, events, event).isNil();
    Rooted keys(iso, isArray ? Value::nil() : jq::keysOf(iso, v, false)), key(iso, Value::nil()),
        item(iso, Value::nil()), longer(iso, Value::nil());
    for (uint32_t i = 0; i < n; i++) {
      key.set(isArray ? Value::number(i) : jq::arrayAt(*keys, i));
      item.set(isArray ? jq::arrayAt(*v, i) : jq::member(iso, *v, asString(*key)));
      longer.set(jq::arrayCopy(iso, path, jq::arrayLength(*path) + 1));
      if ((*longer).isNil() || jq::arrayPush(iso, longer, key).isNil() || !addEvents(item, longer, events, false))
        return false;
    }
    (void)top;
    return !jq::arrayPush(iso, event, longer).isNil() && !jq::arrayPush(iso, events, event).isNil();
  }

  // ---- variables ----
  int variables(jq::CompileOptions& compile) {
    Isolate& iso = isolate_;
    Rooted named(iso, jq::newObject(iso, 8)), positional(iso, jq::newArray(iso, 8)), v(iso, Value::nil()),
        args(iso, jq::newObject(iso, 2));
    for (const NamedText& t : s_.named) {
      if (int status = valueOf(t, v); status != kOk) return status;
      if (!jq::setMemberNamed(iso, named, t.name, v) || !jq::setVariable(iso, t.name, v)) return noMemory();
      compile.globals.push_back(t.name);
    }
    for (const NamedText& t : s_.positional) {
      if (int status = valueOf(t, v); status != kOk) return status;
      if (jq::arrayPush(iso, positional, v).isNil()) return noMemory();
    }
    if (!jq::setMemberNamed(iso, args, "positional", positional) || !jq::setMemberNamed(iso, args, "named", named))
      return noMemory();
    jq::setVariable(iso, "ARGS", args);
    Rooted environment(iso, jq::newObject(iso, 8));
    for (char** e = environ; *e != nullptr; e++) {
      std::string_view entry = *e;
      size_t eq = entry.find('=');
      if (eq == entry.npos) continue;
      v.set(newString(iso, entry.substr(eq + 1)));
      if (!jq::setMemberNamed(iso, environment, entry.substr(0, eq), v)) return noMemory();
    }
    jq::setVariable(iso, "ENV", environment);
    compile.globals.insert(compile.globals.end(), {"ARGS", "ENV"});
    return kOk;
  }

  int valueOf(const NamedText& t, Handle v) {
    std::string text = t.value, error;
    if (t.how == NamedText::How::kSlurp || t.how == NamedText::How::kRaw) {
      text.clear();
      if (!readWhole(t.value, text, error)) {
        std::fprintf(stderr, "jq: error: Bad JSON in --%s %s %s: Could not open %s: %s\n",
                     t.how == NamedText::How::kRaw ? "rawfile" : "slurpfile", t.name.c_str(), t.value.c_str(),
                     t.value.c_str(), error.c_str());
        return kSystemError;
      }
    }
    if (t.how == NamedText::How::kText || t.how == NamedText::How::kRaw) {
      v.set(newString(isolate_, text));
      return (*v).isNil() ? noMemory() : kOk;
    }
    jq::JsonReader reader(isolate_, text);
    if (t.how == NamedText::How::kJson) {
      if (reader.next(v) == jq::JsonReader::Outcome::kValue) {
        Rooted more(isolate_, Value::nil());
        if (reader.next(more) == jq::JsonReader::Outcome::kEnd && reader.error().empty()) return kOk;
      }
      std::fprintf(stderr, "jq: error: Invalid JSON text passed to --%s\n", t.name.empty() ? "jsonargs" : "argjson");
      return kSystemError;
    }
    Rooted all(isolate_, jq::newArray(isolate_, 4)), one(isolate_, Value::nil());
    while (reader.next(one) == jq::JsonReader::Outcome::kValue) jq::arrayPush(isolate_, all, one);
    if (!reader.error().empty()) {
      std::fprintf(stderr, "jq: error: Bad JSON in --slurpfile %s %s: %s\n", t.name.c_str(), t.value.c_str(),
                   reader.error().c_str());
      return kSystemError;
    }
    v.set(*all);
    return kOk;
  }

  // ---- modules ----
  bool readModule(const jq::Import& i, const std::string& from, std::string& path, std::string& text,
                  std::string& error) {
    std::vector<std::string> places = s_.searchList;
    if (places.empty()) {
      if (const char* home = std::getenv("HOME")) places.push_back(std::string(home) + "/.jq");
      places.emplace_back(".");
    }
    std::string folder = from.find('/') == from.npos ? "." : from.substr(0, from.rfind('/'));
    if (!from.empty()) places.insert(places.begin(), folder);
    std::string last = i.path.substr(i.path.rfind('/') == i.path.npos ? 0 : i.path.rfind('/') + 1);
    std::string ending = i.isData ? ".json" : ".jq";
    for (const std::string& p : places) {
      for (const std::string& candidate : {p + "/" + i.path + ending, p + "/" + i.path + "/" + last + ending}) {
        std::string why;
        text.clear();
        path = candidate;
        if (!readWhole(candidate, text, why)) continue;
        if (!i.isData) return true;
        Rooted all(isolate_, jq::newArray(isolate_, 4)), one(isolate_, Value::nil());
        jq::JsonReader reader(isolate_, text);
        while (reader.next(one) == jq::JsonReader::Outcome::kValue) jq::arrayPush(isolate_, all, one);
        if (!reader.error().empty()) {
          error = candidate + ": " + reader.error();
          return false;
        }
        jq::setVariable(isolate_, i.name, all);
        jq::setVariable(isolate_, i.name + "::" + i.name, all);
        importGlobals_->push_back(i.name);
        importGlobals_->push_back(i.name + "::" + i.name);
        return true;
      }
    }
    error = "module not found: " + i.path;
    return false;
  }

  Settings& s_;
  Isolate isolate_;
  jq::Host* host_ = nullptr;
  std::string out_;
  bool anyOutput_ = false, anyHere_ = false, lastFalsy_ = false, stopped_ = false, filesMissing_ = false,
       failed_ = false, slurped_ = false;
  bool usedStdin_ = false, rawBegun_ = false;
  std::FILE* file_ = nullptr;
  size_t nextFile_ = 0;
  std::string currentFile_, currentName_, rawText_;
  size_t rawAt_ = 0;
  std::unique_ptr<jq::JsonReader> reader_;
  Value events_;
  uint32_t eventAt_ = 0;
  std::vector<std::string>* importGlobals_ = nullptr;
};

}  // namespace

int runJq(const Arguments& arguments) {
  Settings settings;
  IsolateOptions options = programOptions();
  if (int status = parse(arguments, settings, options); status >= 0) return status;
  if (!settings.hasProgram) {
    std::fputs(commandNamed("jq").help, stderr);
    return kSystemError;
  }
  if (const char* specification = std::getenv("JQ_COLORS");
      specification != nullptr && !jq::setColours(specification)) {
    std::fputs("Failed to set $JQ_COLORS\n", stderr);
  }
  settings.write.colours = settings.colours || (!settings.noColours && colours(1));
  Run run(settings, options);
  return run.run();
}

}  // namespace devvm::tools
