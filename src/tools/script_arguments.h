// The `arg` table and the arguments of a script.
#pragma once

#include <vector>

#include "tools/command.h"
#include "tools/session.h"

namespace devvm::tools {

/// Keeps a vector of values visited while in scope.
class RootedValues {
 public:
  RootedValues(Isolate& isolate, std::vector<Value>& values) : isolate_(isolate), values_(values) {}
  ~RootedValues() {
    for (size_t i = 0; i < registered_; i++) isolate_.permanentRoots.pop_back();
  }
  RootedValues(const RootedValues&) = delete;
  RootedValues& operator=(const RootedValues&) = delete;
  /// The vector has its final size: its elements become roots.
  void registerAll() {
    for (Value& v : values_) isolate_.permanentRoots.push_back(&v);
    registered_ = values_.size();
  }

 private:
  Isolate& isolate_;
  std::vector<Value>& values_;
  size_t registered_ = 0;
};

/// Sets global `arg`: the script (arguments[script]) at 0, what stands before it at negative, what follows at positive
/// indices; `program`, a command that a shell understands, comes first. False when out of memory (shown).
bool setArgTable(Session& session, const char* program, const Arguments& arguments, size_t script);
/// The arguments behind the script as strings, from global `arg` (which earlier code may have changed).
bool scriptValues(Session& session, std::vector<Value>& values);
/// Both.
bool setScriptArguments(Session& session, const char* program, const Arguments& arguments, size_t script,
                        std::vector<Value>& values);

/// The program that a command was asked to run: what it is called with, and its chunk, which live as long as this.
class Program {
 public:
  /// Loads arguments[script] (- is standard input) for `devvm COMMAND`; what follows are its arguments.
  Program(Session& session, std::string_view command, const Arguments& arguments, size_t script);
  /// False: it could not be loaded, which was shown.
  bool loaded() const { return loaded_; }
  Value chunk() const { return *chunk_; }
  /// As Session::call.
  bool call() { return session_.call(*chunk_, values_); }

 private:
  Session& session_;
  runtime::Rooted chunk_;
  std::vector<Value> values_;
  RootedValues roots_;
  bool loaded_ = false;
};

}  // namespace devvm::tools
