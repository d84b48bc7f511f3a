#include "tools/interactive.h"

#include <cstdio>

#include "tools/line_reader.h"
#include "tools/show_value.h"

namespace devvm::tools {

using namespace runtime;

namespace {

std::string promptOf(Session& session, const char* global, const char* standard) {
  Isolate& iso = session.isolate();
  Value v = tableGetName(iso, asTable(iso.globals), global);
  return v.isString() ? std::string(asString(v)->view()) : standard;
}

/// Reads one statement, or expression, that may go on over several lines. False at the end of input; nothing is loaded
/// after an error (shown) or when Ctrl-C gave the lines up. `rich`: expressions may have several lines as well.
bool readChunk(Session& session, LineReader& reader, bool rich, Handle chunk, bool& loaded) {
  std::string text, line, message;
  loaded = false;
  LineReader::Outcome read = reader.read(promptOf(session, "_PROMPT", "> "), text);
  if (read != LineReader::Outcome::kLine) return read == LineReader::Outcome::kInterrupted;
  if (!text.empty() && text[0] == '=') text = "return " + text.substr(1);
  // The reference takes expressions of one line only.
  for (bool tryExpression = true;; tryExpression = rich) {
    bool incomplete = false, incompleteExpression = false;
    loaded = (tryExpression && session.tryLoad("return " + text, "=stdin", chunk, message, incompleteExpression)) ||
             session.tryLoad(text, "=stdin", chunk, message, incomplete);
    if (loaded) break;
    bool goOn = incomplete || (rich && incompleteExpression);
    read = goOn ? reader.read(promptOf(session, "_PROMPT2", ">> "), line) : LineReader::Outcome::kEnd;
    if (read == LineReader::Outcome::kInterrupted) return true;
    if (read == LineReader::Outcome::kEnd) {
      session.complain(message);
      break;
    }
    text += "\n" + line;
  }
  reader.remember(text);
  return true;
}

/// As the reference: through the program's own `print`. Tables that say nothing about their text are spread out if
/// `rich`.
void showResults(Session& session, const std::vector<Value>& results, bool rich) {
  if (results.empty()) return;
  Isolate& iso = session.isolate();
  if (rich && results.size() == 1 && isPlainTable(iso, results[0])) {
    std::string text = showTable(iso, results[0]);
    std::fwrite(text.data(), 1, text.size(), stdout);
    std::fputc('\n', stdout);
    return;
  }
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
    if (!readChunk(session, reader, rich, chunk, loaded)) break;
    if (!loaded) continue;
    std::vector<Value> results;
    if (session.call(chunk, {}, &results)) showResults(session, results, rich);
    if (session.ended()) return;
  }
  std::fputc('\n', stdout);
  std::fflush(stdout);
}

}  // namespace devvm::tools
