#include "tools/line_reader.h"

#include <langinfo.h>
#include <locale.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <cwchar>

#include "tools/completion.h"
#include "tools/edit_library.h"

namespace devvm::tools {

namespace {

const EditLibrary* editLibrary = nullptr;  ///< set by the first LineReader on a terminal
// The edit library has no room for a context in its callbacks.
Session* currentSession = nullptr;
const char* currentPrompt = "";
volatile std::sig_atomic_t interrupted = 0, resized = 0, continued = 0;

void onSignal(int signal) {
  if (signal == SIGINT) interrupted = 1;
  if (signal == SIGWINCH) resized = 1;
  if (signal == SIGCONT) continued = 1;
}

/// While in scope, signals that matter at the prompt are noted, and delivered only inside readCharacter's wait.
class PromptSignals {
 public:
  PromptSignals() {
    sigset_t blocked;
    sigemptyset(&blocked);
    for (size_t i = 0; i < std::size(kSignals); i++) {
      struct sigaction action = {};
      action.sa_handler = onSignal;
      sigaction(kSignals[i], &action, &before_[i]);
      sigaddset(&blocked, kSignals[i]);
    }
    sigprocmask(SIG_BLOCK, &blocked, &waiting);
  }
  ~PromptSignals() {
    for (size_t i = 0; i < std::size(kSignals); i++) sigaction(kSignals[i], &before_[i], nullptr);
    sigprocmask(SIG_SETMASK, &waiting, nullptr);
  }
  PromptSignals(const PromptSignals&) = delete;
  PromptSignals& operator=(const PromptSignals&) = delete;

  static inline sigset_t waiting;  ///< the mask during the wait

 private:
  static constexpr int kSignals[] = {SIGINT, SIGWINCH, SIGCONT};
  struct sigaction before_[std::size(kSignals)];
};

/// While in scope, this thread's letters are those of the terminal; the program's functions keep the C locale.
class TerminalLetters {
 public:
  TerminalLetters() {
    static locale_t locale = terminalLocale();
    if (locale != locale_t{}) before_ = uselocale(locale);
  }
  ~TerminalLetters() {
    if (before_ != locale_t{}) uselocale(before_);
  }
  TerminalLetters(const TerminalLetters&) = delete;
  TerminalLetters& operator=(const TerminalLetters&) = delete;

 private:
  static locale_t terminalLocale() {
    locale_t asked = newlocale(LC_CTYPE_MASK, "", locale_t{});
    if (asked != locale_t{} && std::strcmp(nl_langinfo_l(CODESET, asked), "ANSI_X3.4-1968") != 0) return asked;
    if (asked != locale_t{}) freelocale(asked);
    return newlocale(LC_CTYPE_MASK, "C.UTF-8", locale_t{});  // terminals are, where nothing is said
  }
  locale_t before_{};
};

/// One character from the terminal; 0 at the end of input, -1 after Ctrl-C.
int readCharacter(EditLine* edit, wchar_t* out) {
  std::mbstate_t state = {};
  for (;;) {
    pollfd input = {0, POLLIN, 0};
    if (ppoll(&input, 1, nullptr, &PromptSignals::waiting) < 0) {
      if (errno != EINTR) return -1;
      if (interrupted) return -1;
      if (resized) editLibrary->el_resize(edit);
      if (continued) {
        editLibrary->el_set(edit, EL_PREP_TERM, 1);
        editLibrary->el_set(edit, EL_REFRESH);
      }
      resized = 0;
      continued = 0;
      continue;
    }
    char byte;
    ssize_t n = ::read(0, &byte, 1);
    if (n <= 0) return n < 0 && errno != EIO ? -1 : 0;
    size_t used = std::mbrtowc(out, &byte, 1, &state);
    if (used == static_cast<size_t>(-2)) continue;  // more bytes belong to it
    if (used == static_cast<size_t>(-1)) {
      state = {};
      *out = L'?';
    }
    return 1;
  }
}

char* promptText(EditLine*) { return const_cast<char*>(currentPrompt); }

/// Tab: what all names have in common is put in, else they are listed.
unsigned char complete(EditLine* edit, int) {
  const LineInfo* info = editLibrary->el_line(edit);
  const char* start = info->cursor;
  while (start > info->buffer && (std::isalnum(static_cast<unsigned char>(start[-1])) || std::strchr("_.:", start[-1])))
    start--;
  std::string prefix;
  std::vector<std::string> names =
      completions(currentSession->isolate(), {start, static_cast<size_t>(info->cursor - start)}, prefix);
  if (names.empty()) return CC_REFRESH_BEEP;
  std::string common = names[0];
  size_t widest = 0;
  for (const std::string& n : names) {
    size_t k = 0;
    while (k < common.size() && k < n.size() && common[k] == n[k]) k++;
    common.resize(k);
    widest = std::max(widest, n.size());
  }
  if (common.size() > prefix.size()) {
    editLibrary->el_insertstr(edit, common.c_str() + prefix.size());
    return CC_REFRESH;
  }
  if (names.size() == 1) return CC_REFRESH;
  constexpr size_t kLine = 78, kMost = 200;
  size_t columns = std::max<size_t>(1, kLine / (widest + 2));
  for (size_t i = 0; i < names.size() && i < kMost; i++) {
    std::printf("%s%-*s", i % columns == 0 ? "\n" : "", static_cast<int>(widest + 2), names[i].c_str());
  }
  if (names.size() > kMost) std::printf("\n... and %zu more", names.size() - kMost);
  std::fputc('\n', stdout);
  std::fflush(stdout);
  return CC_REDISPLAY;
}

}  // namespace

LineReader::LineReader(Session& session, bool keepHistory) : session_(session) {
  if (!isatty(0) || !isatty(1)) return;
  editLibrary = EditLibrary::get();
  if (editLibrary == nullptr) return;
  TerminalLetters letters;
  currentSession = &session_;
  edit_ = editLibrary->el_init("devvm", stdin, stdout, stderr);
  history_ = editLibrary->history_init();
  HistEvent event;
  editLibrary->history(history_, &event, H_SETSIZE, 1000);
  editLibrary->history(history_, &event, H_SETUNIQUE, 1);
  if (keepHistory) {
    const char* home = std::getenv("HOME");
    if (home != nullptr && *home != '\0') file_ = std::string(home) + "/.devvm_history";
    if (!file_.empty()) editLibrary->history(history_, &event, H_LOAD, file_.c_str());
  }
  editLibrary->el_set(edit_, EL_HIST, editLibrary->history, history_);
  editLibrary->el_set(edit_, EL_EDITOR, "emacs");
  editLibrary->el_set(edit_, EL_SIGNAL, 0);  // see PromptSignals
  editLibrary->el_set(edit_, EL_GETCFN, readCharacter);
  editLibrary->el_set(edit_, EL_PROMPT, promptText);
  editLibrary->el_set(edit_, EL_ADDFN, "devvm-complete", "complete a name", complete);
  editLibrary->el_set(edit_, EL_BIND, "^I", "devvm-complete", nullptr);
  editLibrary->el_set(edit_, EL_BIND, "^R", "em-inc-search-prev", nullptr);
  editLibrary->el_set(edit_, EL_BIND, "\033[1;5C", "em-next-word", nullptr);
  editLibrary->el_set(edit_, EL_BIND, "\033[1;5D", "ed-prev-word", nullptr);
}

LineReader::~LineReader() {
  if (edit_ == nullptr) return;
  editLibrary->history_end(history_);
  editLibrary->el_end(edit_);
}

LineReader::Outcome LineReader::read(const std::string& prompt, std::string& line) {
  prompt_ = prompt;
  if (edit_ == nullptr) {
    std::fputs(prompt.c_str(), stdout);
    std::fflush(stdout);
    line.clear();
    int c;
    while ((c = std::getchar()) != EOF && c != '\n') line.push_back(static_cast<char>(c));
    return c != EOF || !line.empty() ? Outcome::kLine : Outcome::kEnd;
  }
  std::fflush(stdout);
  currentPrompt = prompt_.c_str();
  interrupted = 0;
  int length = 0;
  const char* text;
  {
    TerminalLetters letters;
    PromptSignals signals;
    text = editLibrary->el_gets(edit_, &length);
  }
  if (interrupted) {
    std::fputs("^C\n", stdout);
    editLibrary->el_reset(edit_);
    return Outcome::kInterrupted;
  }
  if (text == nullptr || length <= 0) return Outcome::kEnd;
  line = text;
  while (!line.empty() && (line.back() == '\n' || line.back() == '\r')) line.pop_back();
  return Outcome::kLine;
}

void LineReader::remember(const std::string& text) {
  if (history_ == nullptr || text.find_first_not_of(" \t\n") == text.npos) return;
  TerminalLetters letters;
  HistEvent event;
  editLibrary->history(history_, &event, H_ENTER, text.c_str());
  // At once: the program may be ended at any time.
  if (!file_.empty()) editLibrary->history(history_, &event, H_SAVE, file_.c_str());
}

}  // namespace devvm::tools
