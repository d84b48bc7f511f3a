// Warnings about matchings: values that no case matches (8), cases that are never reached (11). The decisions are
// frontend/patterns.h's; here patterns are translated and examples written.
#include <algorithm>
#include <memory>

#include "frontend/patterns.h"
#include "languages/caml/compiler/checker.h"

namespace devvm::caml {

using frontend::MatchAnalysis;
using frontend::MatchPattern;
using frontend::PatternSignature;

/// Translates the patterns of one matching.
class MatchChecker {
 public:
  explicit MatchChecker(Checker& checker) : checker_(checker) { literals_.infinite = true; }

  MatchPattern* translate(Pattern* p) {
    MatchPattern* m = make();
    switch (p->kind) {
      case PatternKind::kAny:
      case PatternKind::kVariable:
      case PatternKind::kException: return m;
      case PatternKind::kAlias:
      case PatternKind::kConstraint:
      case PatternKind::kOpen: return translate(p->items[0]);
      case PatternKind::kConstant: return literal(p->constant);
      case PatternKind::kInterval: {
        m->kind = MatchPattern::Kind::kOr;
        for (int64_t c = p->constant.integer; c <= p->last.integer; c++) {
          Constant one = p->constant;
          one.integer = c;
          m->parts.push_back(literal(one));
        }
        if (m->parts.empty()) m->parts.push_back(literal(p->constant));
        return m;
      }
      case PatternKind::kTuple: {
        m->kind = MatchPattern::Kind::kHead;
        m->signature = tupleOf(p->items.size);
        for (Pattern* i : p->items) m->parts.push_back(translate(i));
        return m;
      }
      case PatternKind::kLazy: {
        m->kind = MatchPattern::Kind::kHead;
        m->signature = &lazy_;
        if (lazy_.heads.empty()) lazy_.heads.push_back({"lazy", 1, nullptr});
        m->parts.push_back(translate(p->items[0]));
        return m;
      }
      case PatternKind::kArray: {
        m->kind = MatchPattern::Kind::kHead;
        m->signature = &literals_;
        m->text = keep("array " + std::to_string(p->items.size));
        for (Pattern* i : p->items) m->parts.push_back(translate(i));
        return m;
      }
      case PatternKind::kRecord: {
        if (p->fields.empty()) return m;
        TypeInfo* owner = p->fields[0].field->owner;
        m->kind = MatchPattern::Kind::kHead;
        m->signature = recordOf(owner);
        for (size_t i = 0; i < owner->fields.size(); i++) m->parts.push_back(make());
        for (FieldPattern& f : p->fields) m->parts[f.field->index] = translate(f.pattern);
        return m;
      }
      case PatternKind::kConstruct: {
        Constructor* c = p->constructor;
        m->kind = MatchPattern::Kind::kHead;
        if (c->isException) {
          m->signature = &literals_;
          m->text = keep("exception " + std::string(c->global));
        } else {
          m->signature = variantOf(c->type);
          m->head = static_cast<uint32_t>(std::find(c->type->constructors.begin(), c->type->constructors.end(), c) -
                                          c->type->constructors.begin());
        }
        if (p->items.empty()) {
          for (size_t i = 0; i < c->arguments.size(); i++) m->parts.push_back(make());
        } else {
          for (Pattern* i : p->items) m->parts.push_back(translate(i));
        }
        return m;
      }
      case PatternKind::kOr:
        m->kind = MatchPattern::Kind::kOr;
        for (Pattern* i : p->items) m->parts.push_back(translate(i));
        return m;
    }
    return m;
  }

  /// An example as the reference writes it. Contexts: 0 alone, 1 as an argument, 2 left of `::`.
  std::string show(const MatchPattern& m, int context) {
    if (m.kind == MatchPattern::Kind::kAny) return "_";
    if (m.kind == MatchPattern::Kind::kOr) {
      if (m.parts.empty()) return "_";
      if (m.head == 0) return other(m);
      std::string out;
      for (size_t i = 0; i < m.parts.size(); i++) out += (i != 0 ? "|" : "") + show(*m.parts[i], 0);
      return m.parts.size() > 1 ? "(" + out + ")" : out;
    }
    if (m.signature->infinite) {
      if (m.text.starts_with("array ")) {
        std::string out = "[| ";
        for (size_t i = 0; i < m.parts.size(); i++) out += (i != 0 ? "; " : "") + show(*m.parts[i], 0);
        return m.parts.empty() ? "[||]" : out + " |]";
      }
      if (m.text.starts_with("exception ")) return "_";
      return std::string(m.text.substr(2));
    }
    if (m.signature == &lazy_) return "lazy " + show(*m.parts[0], 1);
    for (auto& [owner, signature] : records_) {
      if (signature.get() != m.signature) continue;
      std::string out;
      for (size_t i = 0; i < m.parts.size(); i++) {
        if (m.parts[i]->kind == MatchPattern::Kind::kAny) continue;
        out += (out.empty() ? "" : "; ") + std::string(owner->fields[i]->name) + "=" + show(*m.parts[i], 0);
      }
      bool all = std::none_of(m.parts.begin(), m.parts.end(),
                              [](MatchPattern* p) { return p->kind == MatchPattern::Kind::kAny; });
      if (out.empty()) return "_";
      return "{" + out + (all ? "}" : "; _}");
    }
    auto list = [&] {
      std::string out = "(";
      for (size_t i = 0; i < m.parts.size(); i++) out += (i != 0 ? ", " : "") + show(*m.parts[i], 0);
      return out + ")";
    };
    std::string name(m.signature->heads[m.head].name);
    if (name.empty()) return list();
    if (name == "::") {
      std::string out = show(*m.parts[0], 2) + "::" + show(*m.parts[1], 0);
      return context == 0 ? out : "(" + out + ")";
    }
    if (m.parts.empty()) return name;
    std::string out = name + ' ' + (m.parts.size() == 1 ? show(*m.parts[0], 1) : list());
    return context == 0 ? out : "(" + out + ")";
  }

 private:
  MatchPattern* make() {
    patterns_.push_back(std::make_unique<MatchPattern>());
    return patterns_.back().get();
  }
  std::string_view keep(const std::string& text) { return checker_.keep(text); }

  /// The first two characters of a literal's text say its kind.
  MatchPattern* literal(const Constant& c) {
    MatchPattern* m = make();
    m->kind = MatchPattern::Kind::kHead;
    m->signature = &literals_;
    switch (c.kind) {
      case ConstantKind::kString: m->text = keep("s \"" + std::string(c.text) + "\""); break;
      case ConstantKind::kFloat: m->text = keep("f " + std::string(c.text)); break;
      case ConstantKind::kChar: m->text = keep("c " + shownChar(c.integer)); break;
      case ConstantKind::kInt32: m->text = keep("i " + std::to_string(c.integer) + "l"); break;
      case ConstantKind::kInt64: m->text = keep("i " + std::to_string(c.integer) + "L"); break;
      case ConstantKind::kNativeInt: m->text = keep("i " + std::to_string(c.integer) + "n"); break;
      default: m->text = keep("i " + std::to_string(c.integer)); break;
    }
    return m;
  }

  static std::string shownChar(int64_t c) {
    char text[16];
    if (c >= 32 && c < 127 && c != '\'' && c != '\\') {
      std::snprintf(text, sizeof text, "'%c'", static_cast<char>(c));
    } else if (c == '\'' || c == '\\') {
      std::snprintf(text, sizeof text, "'\\%c'", static_cast<char>(c));
    } else if (c == '\n') {
      return "'\\n'";
    } else {
      std::snprintf(text, sizeof text, "'\\%03d'", static_cast<int>(c));
    }
    return text;
  }

  /// A literal that is none of these.
  std::string other(const MatchPattern& m) {
    auto taken = [&](const std::string& text) {
      return std::any_of(m.parts.begin(), m.parts.end(), [&](MatchPattern* p) { return p->text == text; });
    };
    std::string_view first = m.parts[0]->text;
    if (first.starts_with("array ")) {
      for (int n = 0;; n++) {
        if (taken("array " + std::to_string(n))) continue;
        std::string out = "[|";
        for (int i = 0; i < n; i++) out += i == 0 ? " _" : "; _";
        return out + (n == 0 ? "|]" : " |]");
      }
    }
    if (first.starts_with("exception ")) return "_";
    switch (first[0]) {
      case 's': {
        std::string stars;
        while (taken("s \"" + stars + "\"")) stars += '*';
        return "\"" + stars + "\"";
      }
      case 'c':
        for (char c = 'a'; c <= 'z'; c++) {
          if (!taken("c " + shownChar(c))) return shownChar(c);
        }
        for (int c = 0; c < 256; c++) {
          if (!taken("c " + shownChar(c))) return shownChar(c);
        }
        return "_";
      case 'f':
        for (int n = 0;; n++) {
          if (!taken("f " + std::to_string(n) + ".") && !taken("f " + std::to_string(n) + ".0"))
            return std::to_string(n) + ".";
        }
      default: {
        char suffix = first.back();
        std::string end = suffix == 'l' || suffix == 'L' || suffix == 'n' ? std::string(1, suffix) : "";
        for (int n = 0;; n++) {
          if (!taken("i " + std::to_string(n) + end)) return std::to_string(n) + end;
        }
      }
    }
  }

  const PatternSignature* tupleOf(uint32_t n) {
    for (auto& t : tuples_) {
      if (t->heads[0].arity == n) return t.get();
    }
    tuples_.push_back(std::make_unique<PatternSignature>());
    tuples_.back()->heads.push_back({"", n, nullptr});
    return tuples_.back().get();
  }
  const PatternSignature* recordOf(TypeInfo* owner) {
    for (auto& [known, signature] : records_) {
      if (known == owner) return signature.get();
    }
    records_.emplace_back(owner, std::make_unique<PatternSignature>());
    records_.back().second->heads.push_back({"record", static_cast<uint32_t>(owner->fields.size()), nullptr});
    return records_.back().second.get();
  }
  const PatternSignature* variantOf(TypeInfo* type) {
    for (auto& [known, signature] : variants_) {
      if (known == type) return signature.get();
    }
    variants_.emplace_back(type, std::make_unique<PatternSignature>());
    for (Constructor* c : type->constructors) {
      variants_.back().second->heads.push_back({c->name, static_cast<uint32_t>(c->arguments.size()), nullptr});
    }
    return variants_.back().second.get();
  }

  Checker& checker_;
  PatternSignature literals_, lazy_;
  std::vector<std::unique_ptr<PatternSignature>> tuples_;
  std::vector<std::pair<TypeInfo*, std::unique_ptr<PatternSignature>>> records_, variants_;
  std::vector<std::unique_ptr<MatchPattern>> patterns_;
};

void Checker::checkCases(Span span, const Seq<Case>& cases, Type*, bool isTry) {
  if (inLibrary_ || failed_) return;
  Seq<Case> list = cases;
  delayed_.push_back([this, list, span, isTry] {
    MatchChecker checker(*this);
    MatchAnalysis analysis;
    std::vector<MatchAnalysis::Row> rows;
    bool guarded = false;
    std::vector<Span> unused;
    for (const Case& c : list) {
      if (c.pattern->kind == PatternKind::kException && !isTry) continue;
      MatchAnalysis::Row row{checker.translate(c.pattern)};
      if (!analysis.useful(rows, row)) unused.push_back(c.pattern->span);
      if (c.guard == nullptr) {
        rows.push_back(row);
      } else {
        guarded = true;
      }
    }
    if (!isTry) {
      auto missing = analysis.missing(rows, 1);
      if (missing && !analysis.gaveUp()) {
        std::string text = "this pattern-matching is not exhaustive.\n";
        if (rows.empty()) {
          text += guarded ? "All clauses in this pattern-matching are guarded."
                          : "Here is an example of a case that is not matched:\n_";
        } else {
          text += "Here is an example of a case that is not matched:\n" + checker.show(*(*missing)[0], 0);
          if (guarded) text += "\n(However, some guarded clause may match this value.)";
        }
        warn(span, 8, "partial-match", text);
      }
    }
    for (Span each : unused) warn(each, 11, "redundant-case", "this match case is unused.");
  });
}

void Checker::checkBinding(Pattern* p, Type*) {
  if (inLibrary_ || failed_ || p->kind == PatternKind::kVariable || p->kind == PatternKind::kAny) return;
  delayed_.push_back([this, p] {
    MatchChecker checker(*this);
    MatchAnalysis analysis;
    std::vector<MatchAnalysis::Row> rows{{checker.translate(p)}};
    auto missing = analysis.missing(rows, 1);
    if (!missing || analysis.gaveUp()) return;
    warn(p->span, 8, "partial-match",
         "this pattern-matching is not exhaustive.\nHere is an example of a case that is not matched:\n" +
             checker.show(*(*missing)[0], 0));
  });
}

}  // namespace devvm::caml
