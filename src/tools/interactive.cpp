#include "tools/interactive.h"

#include <histedit.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "languages/lua/lua_chunk.h"

namespace devvm::tools {

using namespace runtime;

namespace {

/// Lines from a terminal with editing, history and completion, or from a pipe as they come.
class LineReader {
 public:
  LineReader(Session& session, bool keepHistory) : session_(session) {
    if (!isatty(0) || !isatty(1)) return;
    current_ = this;
    edit_ = el_init("devvm", stdin, stdout, stderr);
    history_ = history_init();
    HistEvent event;
    history(history_, &event, H_SETSIZE, 1000);
    history(history_, &event, H_SETUNIQUE, 1);
    if (keepHistory) {
      if (const char* home = std::getenv("HOME")) file_ = std::string(home) + "/.devvm_history";
      history(history_, &event, H_LOAD, file_.c_str());
    }
    el_set(edit_, EL_HIST, history, history_);
    el_set(edit_, EL_EDITOR, "emacs");
    el_set(edit_, EL_SIGNAL, 1);
    el_set(edit_, EL_PROMPT, prompt);
    el_set(edit_, EL_ADDFN, "devvm-complete", "complete a name", complete);
    el_set(edit_, EL_BIND, "^I", "devvm-complete", nullptr);
  }
  ~LineReader() {
    if (edit_ == nullptr) return;
    HistEvent event;
    if (!file_.empty()) history(history_, &event, H_SAVE, file_.c_str());
    history_end(history_);
    el_end(edit_);
  }
  LineReader(const LineReader&) = delete;
  LineReader& operator=(const LineReader&) = delete;

  /// False at the end of input.
  bool read(const std::string& promptText, std::string& line) {
    prompt_ = promptText;
    if (edit_ == nullptr) {
      std::fputs(promptText.c_str(), stdout);
      std::fflush(stdout);
      line.clear();
      int c;
      while ((c = std::getchar()) != EOF && c != '\n') line.push_back(static_cast<char>(c));
      return c != EOF || !line.empty();
    }
    int length = 0;
    const char* text = el_gets(edit_, &length);
    if (text == nullptr || length <= 0) return false;
    line.assign(text, static_cast<size_t>(length));
    while (!line.empty() && (line.back() == '\n' || line.back() == '\r')) line.pop_back();
    return true;
  }
  void remember(const std::string& text) {
    if (history_ == nullptr || text.empty()) return;
    HistEvent event;
    history(history_, &event, H_ENTER, text.c_str());
  }

 private:
  static char* prompt(EditLine*) { return const_cast<char*>(current_->prompt_.c_str()); }

  /// Tab: the name before the cursor, fields looked up along dots and colons without metamethods.
  static unsigned char complete(EditLine* edit, int) {
    const LineInfo* info = el_line(edit);
    const char* end = info->cursor;
    const char* start = end;
    while (start > info->buffer && (isalnum(static_cast<unsigned char>(start[-1])) || std::strchr("_.:", start[-1]))) start--;
    std::string word(start, end);
    size_t split = word.find_last_of(".:");
    std::string prefix = split == word.npos ? word : word.substr(split + 1);
    Isolate& iso = current_->session_.isolate();
    Value table = iso.globals;
    for (size_t at = 0; split != word.npos && at <= split;) {
      size_t next = word.find_first_of(".:", at);
      Value v = table.isTable() ? tableGetName(iso, asTable(table), std::string_view(word).substr(at, next - at)) : Value::nil();
      if (v.isString()) v = tableGetName(iso, asTable(iso.globals), "string");
      table = v;
      at = next + 1;
    }
    std::vector<std::string> names;
    if (table.isTable()) {
      Value key, value;
      for (Value k; tableNext(iso, asTable(table), k, key, value) && !key.isNil(); k = key) {
        if (key.isString() && asString(key)->view().substr(0, prefix.size()) == prefix) names.emplace_back(asString(key)->view());
      }
    }
    if (names.empty()) return CC_REFRESH_BEEP;
    std::sort(names.begin(), names.end());
    std::string common = names[0];
    for (const std::string& n : names) {
      size_t k = 0;
      while (k < common.size() && k < n.size() && common[k] == n[k]) k++;
      common.resize(k);
    }
    if (common.size() > prefix.size()) {
      el_insertstr(edit, common.c_str() + prefix.size());
    } else if (names.size() > 1) {
      std::fputc('\n', stdout);
      for (const std::string& n : names) std::printf("%s  ", n.c_str());
      std::fputc('\n', stdout);
      return CC_REDISPLAY;
    }
    return CC_REFRESH;
  }

  static inline LineReader* current_ = nullptr;
  Session& session_;
  EditLine* edit_ = nullptr;
  History* history_ = nullptr;
  std::string prompt_, file_;
};

std::string promptOf(Session& session, const char* global, const char* standard) {
  Isolate& iso = session.isolate();
  Value v = tableGetName(iso, asTable(iso.globals), global);
  return v.isString() ? std::string(asString(v)->view()) : standard;
}

/// Reads one statement, or expression, that may go on over several lines. False at the end of input.
bool readChunk(Session& session, LineReader& reader, Handle chunk, bool& loaded) {
  std::string text, line, message;
  loaded = false;
  if (!reader.read(promptOf(session, "_PROMPT", "> "), text)) return false;
  if (!text.empty() && text[0] == '=') text = "return " + text.substr(1);
  bool incomplete = false;
  if (session.tryLoad("return " + text, "=stdin", chunk, message, incomplete)) {
    reader.remember(text);
    loaded = true;
    return true;
  }
  for (;;) {
    if (session.tryLoad(text, "=stdin", chunk, message, incomplete)) {
      loaded = true;
      break;
    }
    if (!incomplete || !reader.read(promptOf(session, "_PROMPT2", ">> "), line)) {
      session.complain(message);
      break;
    }
    text += "\n" + line;
  }
  reader.remember(text);
  return true;
}

void showResults(Session& session, const std::vector<Value>& results) {
  if (results.empty()) return;
  Isolate& iso = session.isolate();
  Value print = tableGetName(iso, asTable(iso.globals), "print");
  std::vector<Value> arguments = results;
  if (!session.call(print, arguments)) session.complain("error calling 'print'");
}

}  // namespace

void interact(Session& session, bool rich) {
  Isolate& iso = session.isolate();
  LineReader reader(session, rich);
  session.setProgramName("");
  Rooted chunk(iso, Value::nil());
  for (;;) {
    bool loaded;
    if (!readChunk(session, reader, chunk, loaded)) break;
    if (!loaded) continue;
    std::vector<Value> results;
    if (session.call(chunk, {}, &results)) showResults(session, results);
    if (session.ended()) return;
  }
  std::fputc('\n', stdout);
  std::fflush(stdout);
}

}  // namespace devvm::tools
