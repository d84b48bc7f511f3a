// Lines from a terminal with editing, history and completion, or from a pipe as they come.
#pragma once

#include <string>

#include "tools/session.h"

struct editline;
struct history;

namespace devvm::tools {

/// One at a time.
class LineReader {
 public:
  enum class Outcome {
    kLine,
    kEnd,          ///< end of input
    kInterrupted,  ///< Ctrl-C: what was typed is given up
  };

  /// `keepHistory`: in ~/.devvm_history.
  LineReader(Session& session, bool keepHistory);
  ~LineReader();
  LineReader(const LineReader&) = delete;
  LineReader& operator=(const LineReader&) = delete;

  Outcome read(const std::string& prompt, std::string& line);
  /// Adds a statement, which may have several lines, to the history.
  void remember(const std::string& text);

 private:
  Session& session_;
  editline* edit_ = nullptr;  ///< null: not a terminal
  ::history* history_ = nullptr;
  std::string prompt_, file_;
};

}  // namespace devvm::tools
