// JSON texts to values: one after another from a buffer that may be refilled, with the reference's messages.
#pragma once

#include <functional>
#include <string>

#include "languages/jq/values.h"

namespace devvm::jq {

class JsonReader {
 public:
  /// `refill` appends more bytes to its argument; false at the end of the input. May be empty.
  JsonReader(Isolate& isolate, std::string text, std::function<bool(std::string&)> refill = {})
      : isolate_(isolate), text_(std::move(text)), refill_(std::move(refill)) {}

  enum class Outcome : uint8_t { kValue, kEnd, kError, kOutOfMemory };
  /// The next value into `result`; after an error nothing more can be read. MAY COLLECT.
  Outcome next(Handle result);
  const std::string& error() const { return error_; }
  /// Lines read so far, with the whole of the one in which the last value ended.
  uint64_t lines();

 private:
  bool more();
  bool skipSpace();
  bool fail(std::string message);
  bool noMemory();
  bool value(Handle result);
  bool string(Handle result, bool key);
  bool literal(Handle result);
  bool container(Handle result);
  void position(uint64_t& line, uint64_t& column) const;

  Isolate& isolate_;
  std::string text_;
  std::function<bool(std::string&)> refill_;
  size_t at_ = 0;
  size_t counted_ = 0;  ///< bytes of text_ whose lines are in countedLines_
  uint64_t countedLines_ = 0;
  uint64_t droppedLines_ = 0, droppedColumn_ = 0;
  std::string error_;
  bool outOfMemory_ = false, ended_ = false;
  std::string scratch_;
};

}  // namespace devvm::jq
