#include "tools/session.h"

#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <span>

#include "bytecode/assembler.h"
#include "bytecode/chunk_id.h"
#include "bytecode/module_file.h"
#include "bytecode/verifier.h"
#include "interpreter/engine.h"
#include "jit/tiering/tiers.h"
#include "languages/caml/caml_program.h"
#include "languages/lua/library/library.h"
#include "languages/lua/library/waiting.h"
#include "languages/lua/lua_chunk.h"
#include "runtime/frames.h"
#include "tools/heap_module.h"
#include "tools/module_input.h"
#include "tools/options.h"

namespace devvm::tools {

using namespace runtime;

namespace {

/// What Ctrl-C stops; a second one ends the process.
std::atomic<Isolate*> interruptible{nullptr};

void onInterrupt(int signal) {
  std::signal(signal, SIG_DFL);
  if (Isolate* iso = interruptible.load()) iso->interruptRequested.store(true);
}

/// Ctrl-C asks the guest to stop. The handler runs on a stack of its own: machine code calls on the guest's stacks,
/// which have no room for what the system puts there (docs/baseline-jit.md).
void watchInterrupts() {
  alignas(16) static char memory[size_t{64} << 10];
  stack_t now = {};
  if (sigaltstack(nullptr, &now) == 0 && (now.ss_flags & SS_DISABLE) != 0) {
    stack_t own = {};
    own.ss_sp = memory;
    own.ss_size = sizeof memory;
    sigaltstack(&own, nullptr);
  }
  struct sigaction action = {};
  action.sa_handler = onInterrupt;
  action.sa_flags = SA_ONSTACK | SA_RESTART;
  sigaction(SIGINT, &action, nullptr);
}

/// The message handler: error values become text with a traceback, as the reference's lua does.
NativeResult messageHandler(NativeCall& c) {
  std::string message;
  Value error = c.arg(0);
  if (c.state() == 1) {
    if (c.top().isString()) return c.ret(c.top());  // what __tostring says stands alone
    error = c.arg(0);
  } else if (error.isString()) {
    message = asString(error)->view();
  } else if (error.isNumber()) {
    char text[64];
    message.assign(text, formatNumber(error, text));
  } else {
    Value mm = metamethod(c.isolate, error, Meta::kToString);
    if (!mm.isNil()) {
      c.push(mm);
      c.push(error);
      return c.call(1, 1, 1);
    }
  }
  if (!error.isString() && !error.isNumber()) {
    message = std::string("(error object is a ") + typeName(error) + " value)";
  }
  std::string text = traceback(c.isolate, c.fiber, &message, 1);
  Value s = newString(c.isolate, text);
  return s.isNil() ? c.outOfMemory() : c.ret(s);
}

const NativeInfo kMessageHandler = {.function = messageHandler, .name = "(traceback)"};

bool endsWith(std::string_view s, std::string_view end) {
  return s.size() >= end.size() && s.substr(s.size() - end.size()) == end;
}

}  // namespace

Session::Session(const IsolateOptions& options, const SessionSettings& settings)
    : programName_(settings.programName), language_(settings.language) {
  isolate_ = std::make_unique<Isolate>(options);
  isolate_->permanentRoots.push_back(&handler_);
  ready_ = interpreter::initializeEngine(*isolate_);
  if (ready_ && options.jit.mode != JitOptions::Mode::kOff) {
    const char* problem = nullptr;
    if (jit::enable(*isolate_, &problem) && problem != nullptr) complain(problem);
  }
  if (ready_ && settings.noEnvironment) {
    Rooted yes(*isolate_, Value::boolean(true));
    ready_ = tableSetName(*isolate_, Handle(&isolate_->registry), "LUA_NOENV", yes);
  }
  ready_ = ready_ && lua::openAll(*isolate_);
  ready_ = ready_ && preloadHeapModule(*isolate_);
  if (ready_) handler_ = newNative(*isolate_, &kMessageHandler);
  ready_ = ready_ && !handler_.isNil();
  if (!ready_) complain("not enough memory");
  ready_ = ready_ && startTrace();
  std::string why;
  if (ready_ && !jit::loadFeedback(*isolate_, why)) complain("ignored " + options.jit.loadFeedback + ": " + why);
}

bool Session::open(const std::string& path, std::unique_ptr<std::FILE, FileCloser>& file) {
  file.reset(std::fopen(path.c_str(), "w"));
  if (file != nullptr) return true;
  complain("cannot write " + path + ": " + std::strerror(errno));
  return false;
}

void Session::listen(events::Subscriber& subscriber, events::EventSet events) {
  bus_.subscribe(subscriber, events);
  isolate_->events = &bus_;
  interpreter::eventsChanged(*isolate_);
}

bool Session::startTrace() {
  const TraceSettings& trace = traceSettings();
  if (trace.jit) {
    compilationLog_ = std::make_unique<events::TextLines>(stderr, "jit");
    listen(*compilationLog_, events::kCompilationEvents);
  }
  if (trace.collections != inspect::LogForm::kNone) {
    if (!trace.collectionFile.empty() && !open(trace.collectionFile, collectionFile_)) return false;
    collectionLog_ = std::make_unique<inspect::CollectionLog>(
        isolate_->heap, trace.collections, collectionFile_ != nullptr ? collectionFile_.get() : stderr, false);
    listen(*collectionLog_, events::kCollectionEvents);
  }
  if (trace.events == 0) return true;
  if (!trace.file.empty() && !open(trace.file, traceFile_)) return false;
  tracer_ = std::make_unique<events::JsonLines>(traceFile_ != nullptr ? traceFile_.get() : stderr);
  listen(*tracer_, trace.events);
  return true;
}

Session::~Session() { interruptible.store(nullptr); }

void Session::complain(std::string_view message) {
  if (ended_) {
    lua::flushOrDrop(stdout);  // a program that was stopped does not wait for its reader
  } else {
    std::fflush(stdout);
  }
  if (!programName_.empty()) std::fprintf(stderr, "%s: ", programName_.c_str());
  std::fwrite(message.data(), 1, message.size(), stderr);
  std::fputc('\n', stderr);
  std::fflush(stderr);
}

bool Session::tryLoad(std::string_view text, const std::string& chunkName, Handle result, std::string& message,
                      bool& incomplete) {
  Isolate& iso = *isolate_;
  lua::ChunkError error;
  if (lua::loadChunk(iso, text, chunkName, lua::kTextChunks | lua::kBinaryChunks, "bt", Handle(&iso.globals), result,
                     error)) {
    return true;
  }
  message = error.outOfMemory ? "not enough memory" : error.stopped ? "time limit exceeded" : error.message;
  incomplete = error.incomplete;
  return false;
}

bool Session::loadText(std::string_view text, const std::string& chunkName, Handle result) {
  std::string message;
  bool incomplete;
  if (endsWith(chunkName, ".dvs")) {
    bytecode::Module module;
    std::vector<bytecode::AssemblyError> errors;
    if (!bytecode::assemble(text, chunkName, module, errors)) {
      for (const auto& e : errors) complain(chunkName.substr(1) + ":" + e.text());
      return false;
    }
    bytecode::VerifyError error;
    if (!bytecode::verify(module, error)) {
      complain(chunkName.substr(1) + ": " + error.text(module));
      return false;
    }
    if (module.source.empty()) module.source = chunkName;
    Rooted prototype(*isolate_, loadModule(*isolate_, std::move(module)));
    if (!prototype.get().isNil()) result.set(newMainClosure(*isolate_, prototype, isolate_->globals));
    if (!result.get().isNil()) return true;
    complain("not enough memory");
    return false;
  }
  if (endsWith(chunkName, ".ml")) {
    std::string diagnostics;
    bool ok = caml::loadProgram(*isolate_, text, chunkName.substr(1), result, diagnostics);
    std::fflush(stdout);
    std::fwrite(diagnostics.data(), 1, diagnostics.size(), stderr);
    std::fflush(stderr);
    if (!ok) failedStatus_ = kUsage;
    return ok;
  }
  if (tryLoad(text, chunkName, result, message, incomplete)) return true;
  complain(message);
  return false;
}

bool Session::loadSource(const frontend::FrontEnd& language, std::string text, const std::string& chunkName,
                         Handle result) {
  language_ = &language;
  frontend::SourceFile source(std::string(bytecode::chunkId(chunkName)), std::move(text));
  frontend::Diagnostics said(source);
  bytecode::Module module;
  failedStatus_ = language.compileStatus;
  bool ok = language.compile(said, {.chunkName = chunkName, .watcher = {}}, module);
  if (!said.all().empty()) {
    std::string report = language.report != nullptr ? language.report(said) : frontend::renderAll(said);
    std::fflush(stdout);
    std::fwrite(report.data(), 1, report.size(), stderr);
  }
  return ok && loadCompiled(language, std::move(module), result);
}

bool Session::loadCompiled(const frontend::FrontEnd& language, bytecode::Module&& module, Handle result) {
  Isolate& iso = *isolate_;
  language_ = &language;
  failedStatus_ = language.errorStatus;
  bytecode::VerifyError error;
  if (!bytecode::verify(module, error)) {
    complain(module.source + ": " + error.text(module));
    return false;
  }
  if (!language.open(iso)) {
    complain("not enough memory");
    return false;
  }
  Rooted prototype(iso, loadModule(iso, std::move(module)));
  if (!(*prototype).isNil()) result.set(newMainClosure(iso, prototype, language.environment(iso)));
  handler_ =
      (*result).isNil() || language.messageHandler == nullptr ? handler_ : newNative(iso, language.messageHandler);
  if (!(*result).isNil() && !handler_.isNil()) return true;
  complain("not enough memory");
  return false;
}

bool Session::loadFile(const std::string& path, Handle result) {
  std::string text, message;
  size_t limit = isolate_->options.limits.memoryBytes ? isolate_->options.limits.memoryBytes : SIZE_MAX;
  if (!lua::readChunkFile(path, limit, text, message)) {
    complain(message);
    return false;
  }
  if (std::string why; isNoModule(path, text, why)) {
    complain(why);
    return false;
  }
  bool isModule = text.starts_with('\x1b');
  bytecode::Module module;
  bytecode::ModuleFileError unused;
  std::span<const uint8_t> bytes(reinterpret_cast<const uint8_t*>(text.data()), text.size());
  if (isModule && bytecode::readModule(bytes, module, unused)) {
    const frontend::FrontEnd* made = frontend::frontEndNamed(module.language);
    if (made != nullptr) return loadCompiled(*made, std::move(module), result);
  }
  const frontend::FrontEnd* language = language_ != nullptr ? language_ : frontend::frontEndFor(path);
  if (language != nullptr && !isModule) {
    return loadSource(*language, std::move(text), path.empty() ? "=stdin" : "@" + path, result);
  }
  return loadText(text, path.empty() ? "=stdin" : "@" + path, result);
}

bool Session::call(Value function, const std::vector<Value>& arguments, std::vector<Value>* results) {
  Isolate& iso = *isolate_;
  std::vector<Value> own;
  interruptible.store(&iso);
  watchInterrupts();
  bool ok =
      iso.call(function, arguments.data(), static_cast<uint32_t>(arguments.size()), results ? *results : own, handler_);
  std::signal(SIGINT, SIG_DFL);
  interruptible.store(nullptr);
  uint64_t now = monotonicNanos();
  timeLeft_ = iso.deadline > now ? iso.deadline - now : 1;
  if (ok) return true;
  complainAbout(iso.failure);
  return false;
}

void Session::complainAbout(Failure failure) {
  const Isolate& iso = *isolate_;
  status_ = failedStatus_;
  ended_ = failure != Failure::kError;
  switch (failure) {
    case Failure::kExit: status_ = iso.exitStatus; break;
    case Failure::kFuel: complain("fuel exhausted"); break;
    case Failure::kDeadline: complain("time limit exceeded"); break;
    case Failure::kKilled: complain("killed"); break;
    default: {
      std::string name = language_ != nullptr ? std::exchange(programName_, "") : programName_;
      complain(iso.pendingError.isString() ? asString(iso.pendingError)->view()
                                           : std::string_view("(error object is not a string)"));
      programName_ = std::move(name);
      break;
    }
  }
}

int Session::finish(bool failed) {
  Isolate& iso = *isolate_;
  bool stopped = ended_ && iso.failure != Failure::kExit;
  if (ready_ && !stopped && (!ended_ || iso.closeOnExit)) {
    // They belong to the program: it has no more time for them than it left.
    interpreter::runPendingFinalizers(iso, iso.deadline != 0 ? monotonicNanos() + timeLeft_ : 0);
    if (isUncatchable(iso.failure)) {  // a limit, or os.exit again
      complainAbout(iso.failure);
      stopped = iso.failure != Failure::kExit;
    }
  }
  if (std::string why; ready_ && !jit::saveFeedback(iso, why)) {
    complain("cannot write " + iso.options.jit.saveFeedback + ": " + why);
    failed = true;
  }
  if (stopped) {
    lua::flushOrDrop(stdout);
  } else {
    std::fflush(stdout);
  }
  std::fflush(stderr);
  return ended_ ? status_ : failed ? failedStatus_ : kOk;
}

}  // namespace devvm::tools
