// Writes JSON: values one after the other, with the commas and colons between them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace devvm::base {

/// `JsonWriter w; w.beginObject(); w.key("n"); w.number(1); w.endObject();` gives {"n":1}. Nothing checks that what is
/// opened is closed.
class JsonWriter {
 public:
  void beginObject() { open('{'); }
  void endObject() { close('}'); }
  void beginArray() { open('['); }
  void endArray() { close(']'); }
  void key(std::string_view name) {
    text(name);
    out_ += ':';
    comma_ = false;
  }
  /// Bytes that are no UTF-8 become \u0080 to \u00ff, so that any name gives valid JSON.
  void text(std::string_view value);
  void number(uint64_t value) { word(std::to_string(value)); }
  void decimal(double value, int digits);
  void boolean(bool value) { word(value ? "true" : "false"); }
  void null() { word("null"); }
  /// A value that is JSON already.
  void raw(std::string_view json) { word(json); }

  // With their key:
  void field(std::string_view name, std::string_view value) { key(name), text(value); }
  void field(std::string_view name, uint64_t value) { key(name), number(value); }
  /// A new line, for people who look.
  void line() { pendingLine_ = true; }

  std::string take() { return std::move(out_); }

 private:
  void separate();
  void open(char c);
  void close(char c);
  void word(std::string_view value);

  std::string out_;
  bool comma_ = false;  ///< something stands before
  bool pendingLine_ = false;
};

}  // namespace devvm::base
