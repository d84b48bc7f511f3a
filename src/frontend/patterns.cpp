#include "frontend/patterns.h"

#include <algorithm>

namespace devvm::frontend {

namespace {

using Kind = MatchPattern::Kind;

bool sameHead(const MatchPattern& a, const MatchPattern& b) {
  return a.signature != nullptr && a.signature->infinite ? a.text == b.text && a.parts.size() == b.parts.size()
                                                         : a.head == b.head;
}

}  // namespace

MatchPattern* MatchAnalysis::make() {
  made_.push_back(std::make_unique<MatchPattern>());
  return made_.back().get();
}

/// Rows whose first pattern has no alternatives.
void MatchAnalysis::expand(const Row& row, std::vector<Row>& out) {
  if (row.empty() || row[0]->kind != Kind::kOr) {
    out.push_back(row);
    return;
  }
  for (MatchPattern* part : row[0]->parts) {
    Row copy = row;
    copy[0] = part;
    expand(copy, out);
  }
}

/// What is left of rows behind a head: its arguments in place of it.
std::vector<MatchAnalysis::Row> MatchAnalysis::specialize(const std::vector<Row>& rows, const MatchPattern& head,
                                                          size_t arity) {
  std::vector<Row> result;
  std::vector<Row> flat;
  for (const Row& row : rows) expand(row, flat);
  MatchPattern* any = nullptr;
  for (const Row& row : flat) {
    steps_ += row.size() + arity;
    if (row[0]->kind == Kind::kHead && !sameHead(*row[0], head)) continue;
    Row next;
    next.reserve(arity + row.size());
    if (row[0]->kind == Kind::kHead) {
      next = row[0]->parts;
      if (next.size() != arity) continue;
    } else {
      if (any == nullptr) any = make();
      next.assign(arity, any);
    }
    next.insert(next.end(), row.begin() + 1, row.end());
    result.push_back(std::move(next));
  }
  return result;
}

std::vector<MatchAnalysis::Row> MatchAnalysis::defaults(const std::vector<Row>& rows) {
  std::vector<Row> result;
  std::vector<Row> flat;
  for (const Row& row : rows) expand(row, flat);
  for (const Row& row : flat) {
    steps_ += row.size();
    if (row[0]->kind == Kind::kAny) result.emplace_back(row.begin() + 1, row.end());
  }
  return result;
}

bool MatchAnalysis::useful(const std::vector<Row>& rows, const Row& row) {
  if (row.empty()) return rows.empty();
  if (++steps_ > kMostSteps) return true;
  const MatchPattern& first = *row[0];
  if (first.kind == Kind::kOr) {
    std::vector<Row> before = rows;
    for (MatchPattern* part : first.parts) {
      Row copy = row;
      copy[0] = part;
      if (useful(before, copy)) return true;
      before.push_back(copy);
    }
    return false;
  }
  if (first.kind == Kind::kHead) {
    Row next = first.parts;
    next.insert(next.end(), row.begin() + 1, row.end());
    return useful(specialize(rows, first, first.parts.size()), next);
  }
  // The heads that occur in the column.
  std::vector<Row> flat;
  for (const Row& r : rows) expand(r, flat);
  std::vector<MatchPattern*> heads;
  for (const Row& r : flat) {
    if (r[0]->kind != Kind::kHead) continue;
    if (std::none_of(heads.begin(), heads.end(), [&](MatchPattern* h) { return sameHead(*h, *r[0]); }))
      heads.push_back(r[0]);
  }
  bool complete = !heads.empty() && !heads[0]->signature->infinite && heads.size() == heads[0]->signature->heads.size();
  if (complete) {
    for (MatchPattern* h : heads) {
      Row next(h->parts.size(), row[0]);
      MatchPattern* any = make();
      std::fill(next.begin(), next.end(), any);
      next.insert(next.end(), row.begin() + 1, row.end());
      if (useful(specialize(flat, *h, h->parts.size()), next)) return true;
    }
    return false;
  }
  return useful(defaults(flat), Row(row.begin() + 1, row.end()));
}

std::optional<MatchAnalysis::Row> MatchAnalysis::missing(const std::vector<Row>& rows, size_t width) {
  if (width == 0) return rows.empty() ? std::optional<Row>(Row{}) : std::nullopt;
  if (++steps_ > kMostSteps) return std::nullopt;
  std::vector<Row> flat;
  for (const Row& r : rows) expand(r, flat);
  std::vector<MatchPattern*> heads;
  for (const Row& r : flat) {
    if (r[0]->kind != Kind::kHead) continue;
    if (std::none_of(heads.begin(), heads.end(), [&](MatchPattern* h) { return sameHead(*h, *r[0]); }))
      heads.push_back(r[0]);
  }
  bool complete = !heads.empty() && !heads[0]->signature->infinite && heads.size() == heads[0]->signature->heads.size();
  for (MatchPattern* h : heads) {
    size_t arity = h->parts.size();
    auto found = missing(specialize(flat, *h, arity), arity + width - 1);
    if (!found) continue;
    MatchPattern* whole = make();
    whole->kind = Kind::kHead;
    whole->head = h->head;
    whole->text = h->text;
    whole->signature = h->signature;
    whole->parts.assign(found->begin(), found->begin() + static_cast<std::ptrdiff_t>(arity));
    Row result{whole};
    result.insert(result.end(), found->begin() + static_cast<std::ptrdiff_t>(arity), found->end());
    return result;
  }
  if (complete) return std::nullopt;
  auto found = missing(defaults(flat), width - 1);
  if (!found) return std::nullopt;
  MatchPattern* first = make();
  if (!heads.empty()) {
    const PatternSignature* signature = heads[0]->signature;
    first->kind = Kind::kHead;
    first->signature = signature;
    if (signature->infinite) {
      // The language makes an example; these are the literals that it must not be.
      first->kind = Kind::kOr;
      first->parts = heads;
    } else {
      // All heads that are missing.
      std::vector<MatchPattern*> absent;
      for (uint32_t n = 0; n < signature->heads.size(); n++) {
        if (std::any_of(heads.begin(), heads.end(), [&](MatchPattern* h) { return h->head == n; })) continue;
        MatchPattern* h = make();
        h->kind = Kind::kHead;
        h->head = n;
        h->signature = signature;
        for (uint32_t i = 0; i < signature->heads[n].arity; i++) h->parts.push_back(make());
        absent.push_back(h);
      }
      if (absent.size() == 1) {
        first = absent[0];
      } else {
        first->kind = Kind::kOr;
        first->head = 1;  // of heads, not of literals
        first->parts = absent;
      }
    }
  }
  Row result{first};
  result.insert(result.end(), found->begin(), found->end());
  return result;
}

}  // namespace devvm::frontend
