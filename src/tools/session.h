// One isolate as the command line uses it: made from options, with the Lua library, errors shown on standard error.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "events/json_lines.h"
#include "events/text_lines.h"
#include "frontend/front_end.h"
#include "inspect/collection_log.h"
#include "runtime/isolate.h"

namespace devvm::tools {

using runtime::Handle;
using runtime::Isolate;
using runtime::Value;

/// Exit statuses of the program.
inline constexpr int kOk = 0, kFailed = 1, kUsage = 2;

struct SessionSettings {
  std::string programName = "devvm";             ///< before error messages; empty: none
  bool noEnvironment = false;                    ///< LUA_PATH and the like are ignored
  const frontend::FrontEnd* language = nullptr;  ///< of source files; null: as their names end, or else Lua
};

class Session {
 public:
  Session(const runtime::IsolateOptions& options, const SessionSettings& settings);
  ~Session();

  Isolate& isolate() { return *isolate_; }
  bool ready() const { return ready_; }

  /// Loads a chunk of text or bytecode (a module file, or assembly if `name` ends in .dvs) into `result`. False after
  /// showing why not.
  bool loadText(std::string_view text, const std::string& chunkName, Handle result);
  /// Loads source of another language than Lua. False after showing what is wrong with it.
  bool loadSource(const frontend::FrontEnd& language, std::string text, const std::string& chunkName, Handle result);
  /// As loadText for a file; `path` empty: standard input.
  bool loadFile(const std::string& path, Handle result);
  /// Loads without showing errors: `message` gets the text; `incomplete` as lua::ChunkError.
  bool tryLoad(std::string_view text, const std::string& chunkName, Handle result, std::string& message,
               bool& incomplete);

  /// Calls a function with a traceback for errors. False after showing the error, or when the program must end
  /// (see exitStatus()).
  bool call(Value function, const std::vector<Value>& arguments, std::vector<Value>* results = nullptr);
  /// os.exit was called, or a limit was exceeded: no more code may run.
  bool ended() const { return ended_; }
  /// Status for the process so far.
  int exitStatus() const { return status_; }
  void setProgramName(std::string name) { programName_ = std::move(name); }
  /// "name: message" on standard error.
  void complain(std::string_view message);
  /// Listens to events of the isolate until it ends; `subscriber` lives longer than this session.
  void listen(events::Subscriber& subscriber, events::EventSet events);
  /// The end: pending finalizers (unless ended by a limit), buffers. Returns the exit status.
  int finish(bool failed);

 private:
  struct FileCloser {
    void operator()(std::FILE* f) const { std::fclose(f); }
  };

  /// Loads a module in another language than Lua, which the isolate is made to know. False after showing why not.
  bool loadCompiled(const frontend::FrontEnd& language, bytecode::Module&& module, Handle result);
  /// Shows why a call failed, and notes the exit status.
  void complainAbout(runtime::Failure failure);
  /// Listens as --trace and --gc-log say. False: a file cannot be written.
  bool startTrace();
  /// False after telling that it cannot be written.
  bool open(const std::string& path, std::unique_ptr<std::FILE, FileCloser>& file);

  // Before the isolate, which publishes events to its end.
  std::unique_ptr<std::FILE, FileCloser> traceFile_;
  std::unique_ptr<events::JsonLines> tracer_;
  std::unique_ptr<events::TextLines> compilationLog_;
  std::unique_ptr<std::FILE, FileCloser> collectionFile_;
  std::unique_ptr<inspect::CollectionLog> collectionLog_;
  events::EventBus bus_;
  std::unique_ptr<Isolate> isolate_;
  std::string programName_;
  const frontend::FrontEnd* language_;  ///< of the program, once it is loaded; before that as the settings say
  int failedStatus_ = kFailed;
  Value handler_;
  bool ready_ = false;
  bool ended_ = false;
  int status_ = kOk;
  uint64_t timeLeft_ = 0;  ///< nanoseconds until the deadline when the last call ended, if there is one
};

}  // namespace devvm::tools
