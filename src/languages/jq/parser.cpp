#include "languages/jq/parser.h"

#include <algorithm>

#include "languages/jq/lexer.h"
#include "languages/jq/utf8.h"

namespace devvm::jq {

namespace {

/// Deeper nesting is refused: the tree is walked recursively.
constexpr uint32_t kDeepest = 1000;

struct Level {
  std::string_view op;
  int level;
  enum class Side : uint8_t { kLeft, kRight, kNone } side;
};

constexpr int kPipeLevel = 0, kCommaLevel = 1, kAlternativeLevel = 2, kUpdateLevel = 3, kOrLevel = 4, kAndLevel = 5,
              kCompareLevel = 6, kAddLevel = 7, kMultiplyLevel = 8;

constexpr Level kLevels[] = {
    {"|", kPipeLevel, Level::Side::kRight},         {",", kCommaLevel, Level::Side::kLeft},
    {"//", kAlternativeLevel, Level::Side::kRight}, {"=", kUpdateLevel, Level::Side::kNone},
    {"|=", kUpdateLevel, Level::Side::kNone},       {"+=", kUpdateLevel, Level::Side::kNone},
    {"-=", kUpdateLevel, Level::Side::kNone},       {"*=", kUpdateLevel, Level::Side::kNone},
    {"/=", kUpdateLevel, Level::Side::kNone},       {"%=", kUpdateLevel, Level::Side::kNone},
    {"//=", kUpdateLevel, Level::Side::kNone},      {"or", kOrLevel, Level::Side::kLeft},
    {"and", kAndLevel, Level::Side::kLeft},         {"==", kCompareLevel, Level::Side::kNone},
    {"!=", kCompareLevel, Level::Side::kNone},      {"<", kCompareLevel, Level::Side::kNone},
    {"<=", kCompareLevel, Level::Side::kNone},      {">", kCompareLevel, Level::Side::kNone},
    {">=", kCompareLevel, Level::Side::kNone},      {"+", kAddLevel, Level::Side::kLeft},
    {"-", kAddLevel, Level::Side::kLeft},           {"*", kMultiplyLevel, Level::Side::kLeft},
    {"/", kMultiplyLevel, Level::Side::kLeft},      {"%", kMultiplyLevel, Level::Side::kLeft},
};

class Parser {
 public:
  Parser(std::string_view source, std::vector<SourceError>& errors) : source_(source), errors_(errors) {
    std::vector<LexError> bad;
    tokens_ = tokenize(source, bad);
    for (LexError& e : bad) errors_.push_back({e.message, e.begin, e.end});
  }

  std::unique_ptr<Program> run(bool module) {
    program_ = std::make_unique<Program>();
    if (isKeyword("module")) {
      next();
      program_->moduleMetadata = term();
      expect(";");
    }
    while (!failed_ && (isKeyword("import") || isKeyword("include"))) import();
    if (module) {
      while (!failed_ && isKeyword("def")) program_->top.push_back(definition());
    } else if (!at(TokenKind::kEnd)) {
      // A program may consist of definitions alone.
      std::vector<std::pair<Definition*, uint32_t>> definitions;
      while (!failed_ && isKeyword("def")) {
        uint32_t begin = token().begin;
        definitions.emplace_back(definition(), begin);
      }
      if (!failed_) program_->body = at(TokenKind::kEnd) ? make(NodeKind::kIdentity, token().begin) : pipe();
      for (auto d = definitions.rbegin(); !failed_ && d != definitions.rend(); ++d) {
        program_->body = wrap(d->first, program_->body, d->second);
      }
    }
    if (!failed_ && !at(TokenKind::kEnd)) unexpected(", expecting end of file");
    if (!errors_.empty()) return nullptr;
    return std::move(program_);
  }

 private:
  const Token& token() const { return tokens_[at_]; }
  bool at(TokenKind kind) const { return token().kind == kind; }
  bool isOperator(std::string_view op) const { return at(TokenKind::kOperator) && token().text == op; }
  bool isKeyword(std::string_view k) const { return at(TokenKind::kKeyword) && token().text == k; }
  void next() {
    last_ = token().end;
    lastBegin_ = token().begin;
    if (at_ + 1 < tokens_.size()) at_++;
  }
  bool take(std::string_view op) {
    if (!isOperator(op)) return false;
    next();
    return true;
  }
  bool takeKeyword(std::string_view k) {
    if (!isKeyword(k)) return false;
    next();
    return true;
  }
  void expect(std::string_view op, const char* expecting = nullptr) {
    if (!take(op)) unexpected(expecting != nullptr ? expecting : ", expecting '" + std::string(op) + "'");
  }
  void expectKeyword(std::string_view k) {
    if (!takeKeyword(k)) unexpected(", expecting \"" + std::string(k) + "\"");
  }

  std::string tokenName() const {
    const Token& t = token();
    switch (t.kind) {
      case TokenKind::kEnd: return "end of file";
      case TokenKind::kIdentifier: return "IDENT";
      case TokenKind::kField: return "FIELD";
      case TokenKind::kVariable: return t.text == "__loc__" ? "\"$__loc__\"" : "BINDING";
      case TokenKind::kKeyword: return "\"" + t.text + "\"";
      case TokenKind::kNumber: return "LITERAL";
      case TokenKind::kFormat: return "FORMAT";
      case TokenKind::kStringStart: return "QQSTRING_START";
      case TokenKind::kStringText: return "QQSTRING_TEXT";
      case TokenKind::kInterpolationStart: return "QQSTRING_INTERP_START";
      case TokenKind::kInterpolationEnd: return "QQSTRING_INTERP_END";
      case TokenKind::kStringEnd: return "QQSTRING_END";
      case TokenKind::kBad: return "INVALID_CHARACTER";
      case TokenKind::kOperator: return t.text.size() == 1 ? "'" + t.text + "'" : "\"" + t.text + "\"";
    }
    return "";
  }

  void unexpected(const std::string& expecting = "") {
    if (failed_) return;
    uint32_t begin = token().begin, end = token().end;
    if (at(TokenKind::kEnd) && last_ > 0) begin = lastBegin_, end = last_;
    fail("syntax error, unexpected " + tokenName() + expecting, begin, end);
  }
  void fail(std::string message, uint32_t begin, uint32_t end) {
    if (!failed_) errors_.push_back({std::move(message), begin, end});
    failed_ = true;
    at_ = tokens_.size() - 1;
  }

  Node* make(NodeKind kind, uint32_t begin, std::vector<Node*> children = {}) {
    program_->nodes.emplace_back();
    Node* n = &program_->nodes.back();
    n->kind = kind;
    n->begin = begin;
    n->end = last_;
    n->children = std::move(children);
    return n;
  }
  Node* text(NodeKind kind, uint32_t begin, std::string value) {
    Node* n = make(kind, begin);
    n->text = std::move(value);
    return n;
  }
  Node* wrap(Definition* definition, Node* rest, uint32_t begin) {
    Node* n = make(NodeKind::kFunction, begin, {rest});
    n->definition = definition;
    return n;
  }

  struct Depth {
    explicit Depth(Parser& p) : parser(p) {
      if (++p.depth_ > kDeepest) p.fail("syntax error: nested too deeply", p.token().begin, p.token().end);
    }
    ~Depth() { parser.depth_--; }
    Parser& parser;
  };

  void import() {
    Import i;
    bool include = isKeyword("include");
    next();
    i.path = plainString();
    if (!include && !failed_) {
      if (!isKeyword("as")) return unexpected(", expecting \"as\"");
      next();
      if (at(TokenKind::kVariable)) {
        i.isData = true;
      } else if (!at(TokenKind::kIdentifier)) {
        return unexpected(", expecting IDENT or BINDING");
      }
      i.name = token().text;
      next();
    }
    if (!failed_ && !isOperator(";")) i.metadata = term();
    expect(";");
    program_->imports.push_back(std::move(i));
  }

  std::string plainString() {
    if (!at(TokenKind::kStringStart)) {
      unexpected(", expecting QQSTRING_START");
      return "";
    }
    uint32_t begin = token().begin;
    Node* n = string("");
    if (failed_) return "";
    if (n->kind != NodeKind::kString) fail("Import path must be constant", begin, last_);
    return n->text;
  }

  Definition* definition() {
    Depth depth(*this);
    next();
    program_->definitions.emplace_back();
    Definition* d = &program_->definitions.back();
    if (!at(TokenKind::kIdentifier) && !at(TokenKind::kKeyword)) {
      unexpected();
      return d;
    }
    d->name = token().text;
    next();
    if (take("(")) {
      do {
        if (at(TokenKind::kVariable)) {
          d->parameters.push_back({token().text, true});
        } else if (at(TokenKind::kIdentifier) || at(TokenKind::kKeyword)) {
          d->parameters.push_back({token().text, false});
        } else {
          unexpected();
          return d;
        }
        next();
      } while (take(";"));
      expect(")", ", expecting ';' or ')'");
    }
    expect(":");
    d->body = pipe();
    expect(";");
    return d;
  }

  Node* pipe() {
    Depth depth(*this);
    // A chain of pipes is a loop here, so that its length is not bounded by the stack.
    std::vector<std::pair<Node*, uint32_t>> parts;
    while (true) {
      uint32_t begin = token().begin;
      if (isKeyword("def")) {
        Definition* d = definition();
        if (failed_) return make(NodeKind::kIdentity, begin);
        parts.emplace_back(wrap(d, pipe(), begin), begin);
        break;
      }
      parts.emplace_back(binary(kCommaLevel), begin);
      if (failed_ || !take("|")) break;
    }
    Node* n = parts.back().first;
    for (size_t i = parts.size() - 1; i-- > 0;) n = make(NodeKind::kPipe, parts[i].second, {parts[i].first, n});
    return n;
  }

  const Level* levelHere() const {
    if (!at(TokenKind::kOperator) && !at(TokenKind::kKeyword)) return nullptr;
    for (const Level& l : kLevels) {
      if (l.op == token().text) return &l;
    }
    return nullptr;
  }

  Node* binary(int least) {
    Depth depth(*this);
    uint32_t begin = token().begin;
    Node* left = unary();
    int forbidden = -1;
    while (!failed_) {
      const Level* l = levelHere();
      if (l == nullptr || l->level < least || l->level == kPipeLevel) break;
      if (l->level == forbidden) {
        unexpected();
        break;
      }
      next();
      Node* right = binary(l->side == Level::Side::kRight ? l->level : l->level + 1);
      left = combine(*l, begin, left, right);
      forbidden = l->side == Level::Side::kNone ? l->level : -1;
    }
    return left;
  }

  Node* combine(const Level& l, uint32_t begin, Node* a, Node* b) {
    auto operation = [&](NodeKind kind, Operator op) {
      Node* n = make(kind, begin, {a, b});
      n->op = op;
      return n;
    };
    auto arithmetic = [](char c) {
      return c == '+'   ? Operator::kAdd
             : c == '-' ? Operator::kSubtract
             : c == '*' ? Operator::kMultiply
             : c == '/' ? Operator::kDivide
                        : Operator::kModulo;
    };
    switch (l.level) {
      case kCommaLevel: return make(NodeKind::kComma, begin, {a, b});
      case kAlternativeLevel: return make(NodeKind::kAlternative, begin, {a, b});
      case kOrLevel: return make(NodeKind::kOr, begin, {a, b});
      case kAndLevel: return make(NodeKind::kAnd, begin, {a, b});
      case kUpdateLevel:
        if (l.op == "=") return make(NodeKind::kAssign, begin, {a, b});
        if (l.op == "|=") return make(NodeKind::kUpdate, begin, {a, b});
        if (l.op == "//=") return make(NodeKind::kAlternativeUpdate, begin, {a, b});
        return operation(NodeKind::kArithmeticUpdate, arithmetic(l.op[0]));
      case kCompareLevel:
        return operation(NodeKind::kBinary, l.op == "=="   ? Operator::kEqual
                                            : l.op == "!=" ? Operator::kUnequal
                                            : l.op == "<"  ? Operator::kLess
                                            : l.op == "<=" ? Operator::kLessEqual
                                            : l.op == ">"  ? Operator::kGreater
                                                           : Operator::kGreaterEqual);
      default: return operation(NodeKind::kBinary, arithmetic(l.op[0]));
    }
  }

  Node* unary() {
    Depth depth(*this);
    uint32_t begin = token().begin;
    if (isOperator("-")) {
      next();
      Node* of = binary(kMultiplyLevel);
      return make(NodeKind::kNegate, begin, {of});
    }
    if (isKeyword("def")) {
      Definition* d = definition();
      return wrap(d, failed_ ? nullptr : pipe(), begin);
    }
    if (takeKeyword("label")) {
      if (!at(TokenKind::kVariable)) {
        unexpected(", expecting BINDING or '$'");
        return make(NodeKind::kIdentity, begin);
      }
      std::string name = token().text;
      next();
      expect("|");
      Node* n = make(NodeKind::kLabel, begin, {pipe()});
      n->text = name;
      return n;
    }
    if (takeKeyword("try")) {
      Node* body = postfix();
      Node* handler = nullptr;
      if (!failed_ && takeKeyword("catch")) handler = postfix();
      return make(NodeKind::kTry, begin, {body, handler});
    }
    Node* n = postfix();
    if (!failed_ && isKeyword("as")) {
      next();
      std::vector<Pattern*> patterns = patternList();
      expect("|");
      Node* bind = make(NodeKind::kBind, begin, {n, failed_ ? nullptr : pipe()});
      bind->patterns = std::move(patterns);
      bind->end = last_;
      return bind;
    }
    return n;
  }

  std::vector<Pattern*> patternList() {
    std::vector<Pattern*> list{pattern()};
    while (!failed_ && take("?//")) list.push_back(pattern());
    return list;
  }

  Pattern* pattern() {
    Depth depth(*this);
    program_->patterns.emplace_back();
    Pattern* p = &program_->patterns.back();
    p->begin = token().begin;
    if (at(TokenKind::kVariable)) {
      p->name = token().text;
      next();
    } else if (take("[")) {
      p->kind = Pattern::Kind::kArray;
      do {
        p->entries.push_back({nullptr, "", pattern()});
      } while (!failed_ && take(","));
      expect("]", ", expecting ',' or ']'");
    } else if (take("{")) {
      p->kind = Pattern::Kind::kObject;
      do {
        objectPattern(*p);
      } while (!failed_ && take(","));
      expect("}", ", expecting ',' or '}'");
    } else {
      unexpected(", expecting BINDING or '[' or '{'");
    }
    return p;
  }

  void objectPattern(Pattern& p) {
    Pattern::Entry entry;
    uint32_t begin = token().begin;
    bool needsValue = true;
    if (at(TokenKind::kVariable)) {
      entry.variable = token().text;
      std::string name = token().text;
      next();
      entry.key = text(NodeKind::kString, begin, name);
      needsValue = false;
    } else if (at(TokenKind::kIdentifier) || at(TokenKind::kKeyword)) {
      std::string name = token().text;
      next();
      entry.key = text(NodeKind::kString, begin, name);
    } else if (at(TokenKind::kStringStart)) {
      entry.key = string("");
    } else if (take("(")) {
      entry.key = pipe();
      expect(")");
    } else {
      return unexpected();
    }
    if (!failed_ && (needsValue || isOperator(":"))) {
      expect(":");
      if (!failed_) entry.value = pattern();
    }
    p.entries.push_back(std::move(entry));
  }

  /// A term with its suffixes.
  Node* postfix() {
    Depth depth(*this);
    uint32_t begin = token().begin;
    Node* n = term();
    while (!failed_) {
      if (at(TokenKind::kField)) {
        std::string name = token().text;
        next();
        n = make(NodeKind::kIndex, begin, {n, text(NodeKind::kString, begin, name)});
      } else if (isOperator(".") && tokens_[at_ + 1].kind == TokenKind::kStringStart) {
        next();
        Node* key = string("");
        n = make(NodeKind::kIndex, begin, {n, key});
      } else if (isOperator(".") && tokens_[at_ + 1].kind == TokenKind::kOperator && tokens_[at_ + 1].text == "[") {
        next();
      } else if (isOperator("[")) {
        n = brackets(n, begin);
      } else if (isOperator("?")) {
        next();
        n = optional(n, begin);
      } else {
        break;
      }
    }
    return n;
  }

  /// Behind an index, a slice or an iteration the question mark is about that one alone, not about what it is applied
  /// to.
  Node* optional(Node* n, uint32_t begin) {
    bool access = n->kind == NodeKind::kIndex || n->kind == NodeKind::kIterate;
    bool plainKey = n->kind != NodeKind::kIndex || n->children[1]->kind == NodeKind::kString ||
                    n->children[1]->kind == NodeKind::kNumber;
    if (!access || !plainKey || n->children[0]->kind == NodeKind::kIdentity)
      return make(NodeKind::kTry, begin, {n, nullptr});
    Node* of = n->children[0];
    n->children[0] = make(NodeKind::kIdentity, begin);
    return make(NodeKind::kPipe, begin, {of, make(NodeKind::kTry, begin, {n, nullptr})});
  }

  Node* brackets(Node* n, uint32_t begin) {
    next();
    if (take("]")) return make(NodeKind::kIterate, begin, {n});
    Node *from = nullptr, *to = nullptr;
    if (take(":")) {
      to = pipe();
      expect("]");
      return make(NodeKind::kSlice, begin, {n, nullptr, to});
    }
    from = pipe();
    if (failed_) return n;
    if (take(":")) {
      if (!isOperator("]")) to = pipe();
      expect("]");
      return make(NodeKind::kSlice, begin, {n, from, to});
    }
    expect("]", "");
    return make(NodeKind::kIndex, begin, {n, from});
  }

  /// A string literal, perhaps with interpolation; `format` applies to that.
  Node* string(const std::string& format) {
    uint32_t begin = token().begin;
    next();
    std::vector<Node*> parts;
    bool plain = true;
    while (!failed_ && !at(TokenKind::kStringEnd)) {
      uint32_t partBegin = token().begin;
      if (at(TokenKind::kStringText)) {
        std::string t = token().text;
        next();
        parts.push_back(text(NodeKind::kString, partBegin, t));
      } else if (at(TokenKind::kInterpolationStart)) {
        plain = false;
        next();
        Node* inner = pipe();
        // A literal there is a value to be formatted, unlike the text around it.
        if (inner->kind == NodeKind::kString) {
          inner = make(NodeKind::kPipe, partBegin, {make(NodeKind::kIdentity, partBegin), inner});
        }
        parts.push_back(inner);
        if (!at(TokenKind::kInterpolationEnd)) {
          unexpected(", expecting QQSTRING_INTERP_END or '|' or ','");
        } else {
          next();
        }
      } else {
        unexpected(", expecting QQSTRING_TEXT or QQSTRING_INTERP_START or QQSTRING_END");
      }
    }
    if (!failed_) next();
    if (plain) return text(NodeKind::kString, begin, parts.empty() ? "" : parts[0]->text);
    Node* n = make(NodeKind::kInterpolation, begin, std::move(parts));
    n->text = format;
    return n;
  }

  Node* term() {
    Depth depth(*this);
    const Token t = token();
    uint32_t begin = t.begin;
    switch (t.kind) {
      case TokenKind::kNumber: next(); return text(NodeKind::kNumber, begin, t.text);
      case TokenKind::kStringStart: return string("");
      case TokenKind::kFormat:
        next();
        if (at(TokenKind::kStringStart)) return string(t.text);
        return text(NodeKind::kFormat, begin, t.text);
      case TokenKind::kField:
        next();
        return make(NodeKind::kIndex, begin,
                    {make(NodeKind::kIdentity, begin), text(NodeKind::kString, begin, t.text)});
      case TokenKind::kVariable:
        next();
        return t.text == "__loc__" ? make(NodeKind::kLocation, begin) : text(NodeKind::kVariable, begin, t.text);
      case TokenKind::kIdentifier: return identifier(t);
      case TokenKind::kKeyword: return keyword(t);
      case TokenKind::kOperator: break;
      default: unexpected(); return make(NodeKind::kIdentity, begin);
    }
    if (take("..")) return make(NodeKind::kRecurseDefault, begin);
    if (take(".")) {
      Node* identity = make(NodeKind::kIdentity, begin);
      if (at(TokenKind::kStringStart)) {
        Node* key = string("");
        return make(NodeKind::kIndex, begin, {identity, key});
      }
      return identity;
    }
    if (take("(")) {
      Node* n = pipe();
      expect(")", "");
      return n;
    }
    if (take("[")) {
      if (take("]")) return make(NodeKind::kArray, begin);
      Node* body = pipe();
      expect("]", "");
      return make(NodeKind::kArray, begin, {body});
    }
    if (take("{")) return object(begin);
    unexpected();
    return make(NodeKind::kIdentity, begin);
  }

  Node* identifier(const Token& t) {
    next();
    if (t.text == "break" && at(TokenKind::kVariable)) {
      std::string label = token().text;
      next();
      return text(NodeKind::kBreak, t.begin, label);
    }
    if (t.text == "break" && !isOperator("(")) {
      fail("break requires a label to break to", t.begin, t.end);
      return make(NodeKind::kIdentity, t.begin);
    }
    if (!isOperator("(")) {
      if (t.text == "null") return make(NodeKind::kNull, t.begin);
      if (t.text == "true") return make(NodeKind::kTrue, t.begin);
      if (t.text == "false") return make(NodeKind::kFalse, t.begin);
    }
    Node* n = text(NodeKind::kCall, t.begin, t.text);
    n->end = t.end;
    if (take("(")) {
      do {
        n->children.push_back(pipe());
      } while (!failed_ && take(";"));
      expect(")", ", expecting ';' or ')'");
    }
    return n;
  }

  Node* keyword(const Token& t) {
    next();
    if (t.text == "if") {
      Node* condition = pipe();
      expectKeyword("then");
      Node* then = failed_ ? nullptr : pipe();
      Node* otherwise = nullptr;
      uint32_t begin = token().begin;
      if (isKeyword("elif")) {
        Depth depth(*this);
        if (!failed_) otherwise = keyword({TokenKind::kKeyword, "if", begin, token().end});
        return make(NodeKind::kIf, t.begin, {condition, then, otherwise});
      }
      if (takeKeyword("else")) otherwise = pipe();
      expectKeyword("end");
      return make(NodeKind::kIf, t.begin, {condition, then, otherwise});
    }
    if (t.text == "reduce" || t.text == "foreach") {
      Node* source = postfix();
      expectKeyword("as");
      std::vector<Pattern*> patterns;
      if (!failed_) patterns = patternList();
      expect("(");
      Node *start = pipe(), *update = nullptr, *extract = nullptr;
      expect(";");
      if (!failed_) update = pipe();
      if (!failed_ && t.text == "foreach" && take(";")) extract = pipe();
      expect(")", "");
      Node* n =
          make(t.text == "reduce" ? NodeKind::kReduce : NodeKind::kForeach, t.begin, {source, start, update, extract});
      n->patterns = std::move(patterns);
      return n;
    }
    if (t.text == "label" || t.text == "try" || t.text == "def") {
      at_--;
      return unary();
    }
    if (isOperator("(")) {
      // A keyword as a function's name is allowed where it cannot be anything else.
      return identifierAt(t);
    }
    at_--;
    unexpected();
    return make(NodeKind::kIdentity, t.begin);
  }

  Node* identifierAt(const Token& t) {
    at_--;
    return identifier({TokenKind::kIdentifier, t.text, t.begin, t.end});
  }

  Node* object(uint32_t begin) {
    std::vector<Node*> parts;
    while (!failed_ && !isOperator("}")) {
      entry(parts);
      if (failed_ || isOperator("}")) break;
      expect(",", ", expecting '}'");
    }
    expect("}");
    return make(NodeKind::kObject, begin, std::move(parts));
  }

  void entry(std::vector<Node*>& parts) {
    const Token t = token();
    Node* key = nullptr;
    Node* standard = nullptr;  // the value if none is given
    switch (t.kind) {
      case TokenKind::kVariable:
        next();
        key = text(NodeKind::kString, t.begin, t.text);
        parts.push_back(key);
        parts.push_back(t.text == "__loc__" ? make(NodeKind::kLocation, t.begin)
                                            : text(NodeKind::kVariable, t.begin, t.text));
        return;
      case TokenKind::kIdentifier:
      case TokenKind::kKeyword:
        next();
        key = text(NodeKind::kString, t.begin, t.text);
        break;
      case TokenKind::kNumber:
        next();
        key = text(NodeKind::kNumber, t.begin, t.text);
        break;
      case TokenKind::kStringStart: key = string(""); break;
      case TokenKind::kFormat:
        next();
        key = at(TokenKind::kStringStart) ? string(t.text) : text(NodeKind::kFormat, t.begin, t.text);
        break;
      default:
        if (take("(")) {
          key = pipe();
          expect(")", "");
          if (failed_) return;
          if (!isOperator(":")) return unexpected(", expecting ':'");
          break;
        }
        return unexpected();
    }
    if (failed_) return;
    auto constantKey = [](const Node* k) {
      return k->kind == NodeKind::kNumber || k->kind == NodeKind::kNull || k->kind == NodeKind::kTrue ||
             k->kind == NodeKind::kFalse;
    };
    if (constantKey(key)) {
      bool isNumber = key->kind == NodeKind::kNumber;
      std::string what = isNumber                       ? "number (" + key->text + ")"
                         : key->kind == NodeKind::kNull ? "null (null)"
                         : key->kind == NodeKind::kTrue ? "boolean (true)"
                                                        : "boolean (false)";
      return fail("Cannot use " + what + " as object key", key->begin, key->end);
    }
    parts.push_back(key);
    if (take(":")) {
      parts.push_back(objectValue());
    } else {
      standard = make(NodeKind::kIndex, t.begin, {make(NodeKind::kIdentity, t.begin), key});
      parts.push_back(standard);
    }
  }

  /// Values of objects are terms joined by pipes.
  Node* objectValue() {
    Depth depth(*this);
    uint32_t begin = token().begin;
    Node* n = binary(kAlternativeLevel);
    if (!failed_ && take("|")) n = make(NodeKind::kPipe, begin, {n, objectValue()});
    return n;
  }

  std::string_view source_;
  std::vector<SourceError>& errors_;
  std::vector<Token> tokens_;
  size_t at_ = 0;
  uint32_t last_ = 0, lastBegin_ = 0;  ///< the token before the current one
  uint32_t depth_ = 0;
  bool failed_ = false;
  std::unique_ptr<Program> program_;
};

}  // namespace

std::string renderError(const SourceError& error, std::string_view source, std::string_view file) {
  size_t begin = std::min<size_t>(error.begin, source.size());
  size_t lineStart = source.rfind('\n', begin == 0 ? std::string_view::npos : begin - 1);
  lineStart = begin == 0 || lineStart == std::string_view::npos ? 0 : lineStart + 1;
  size_t lineEnd = source.find('\n', begin);
  if (lineEnd == std::string_view::npos) lineEnd = source.size();
  size_t line = 1;
  for (size_t i = 0; i < lineStart; i++) line += source[i] == '\n';
  size_t width = std::max<size_t>(1, codePoints(source.substr(begin, std::min<size_t>(error.end, lineEnd) - begin)));
  if (error.end <= begin) width = 1;
  size_t column = codePoints(source.substr(lineStart, begin - lineStart));
  std::string out = "jq: error: " + error.message + " at " + std::string(file) + ", line " + std::to_string(line) +
                    ", column " + std::to_string(begin - lineStart + 1) + ":\n    ";
  out += source.substr(lineStart, lineEnd - lineStart);
  out += "\n    " + std::string(column, ' ') + std::string(width, '^') + "\n";
  return out;
}

std::unique_ptr<Program> parse(std::string_view source, bool module, std::vector<SourceError>& errors) {
  return Parser(source, errors).run(module);
}

uint32_t sizeOf(const Node* node, uint32_t limit) {
  if (node == nullptr) return 0;
  uint32_t n = 1;
  for (const Node* c : node->children) {
    if (n >= limit) break;
    n += sizeOf(c, limit - n);
  }
  if (node->definition != nullptr && n < limit) n += sizeOf(node->definition->body, limit - n);
  return n;
}

}  // namespace devvm::jq
