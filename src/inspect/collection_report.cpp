#include "inspect/collection_report.h"

#include <algorithm>
#include <cmath>

#include "base/json_writer.h"
#include "inspect/units.h"

namespace devvm::inspect {

namespace {

constexpr struct {
  const char* name;
  uint64_t nanos;
} kWindows[] = {{"1 ms", 1'000'000}, {"10 ms", 10'000'000}, {"100 ms", 100'000'000}};

bool isOf(const CollectionRecord& r, Which which) { return which == Which::kAll || r.full == (which == Which::kFull); }

double partOf(uint64_t n, uint64_t whole) {
  return whole == 0 ? 0.0 : static_cast<double>(n) / static_cast<double>(whole);
}

/// Sums that more than one form of the report shows.
struct Totals {
  uint64_t promoted = 0, young = 0, survived = 0;
  size_t most = 0;           ///< bytes in use at most, as seen by collections
  size_t mostCommitted = 0;  ///< from the system
  const CollectionRecord* lastFull = nullptr;
  uint64_t phases[kPhases] = {};
};

Totals totalsOf(std::span<const CollectionRecord> records) {
  Totals t;
  for (const CollectionRecord& r : records) {
    t.promoted += r.promoted;
    t.most = std::max({t.most, r.before.inUse(), r.after.inUse()});
    t.mostCommitted = std::max({t.mostCommitted, r.before.committed, r.after.committed});
    for (size_t i = 0; i < kPhases; i++) t.phases[i] += r.phases[i];
    if (r.full) {
      t.lastFull = &r;
    } else {
      t.young += r.youngBefore();
      t.survived += r.after.survivors + r.promoted;
    }
  }
  return t;
}

}  // namespace

PauseSummary summarize(std::span<const CollectionRecord> records, Which which) {
  std::vector<uint64_t> pauses;
  PauseSummary s;
  for (const CollectionRecord& r : records) {
    if (!isOf(r, which)) continue;
    pauses.push_back(r.pause);
    s.total += r.pause;
  }
  if (pauses.empty()) return s;
  std::sort(pauses.begin(), pauses.end());
  auto rank = [&pauses](double part) {
    auto n = static_cast<size_t>(std::ceil(part * static_cast<double>(pauses.size())));
    return pauses[std::max<size_t>(n, 1) - 1];
  };
  s.count = pauses.size();
  s.median = rank(0.5);
  s.p99 = rank(0.99);
  s.longest = pauses.back();
  return s;
}

double minimumUtilisation(std::span<const CollectionRecord> records, uint64_t elapsed, uint64_t window) {
  window = std::min(window, elapsed);
  if (window == 0 || records.empty()) return 1;
  // The worst window begins where a pause begins or ends where one ends.
  uint64_t worst = 0;
  auto pausedIn = [&](size_t first, uint64_t from) {
    uint64_t to = from + window, sum = 0;
    for (size_t i = first; i < records.size() && records[i].begin < to; i++) {
      uint64_t begin = std::max(records[i].begin, from), end = std::min(records[i].begin + records[i].pause, to);
      if (end > begin) sum += end - begin;
    }
    return sum;
  };
  size_t first = 0;
  for (size_t i = 0; i < records.size(); i++) {
    uint64_t begin = std::min(records[i].begin, elapsed - window), end = records[i].begin + records[i].pause;
    uint64_t early = end > window ? end - window : 0;
    while (first < i && records[first].begin + records[first].pause < std::min(early, begin)) first++;
    worst = std::max({worst, pausedIn(first, begin), pausedIn(first, early)});
  }
  return 1 - partOf(std::min(worst, window), window);
}

std::string reportText(const CollectionRun& run, bool colour) {
  const char *strong = colour ? "\033[1m" : "", *plain = colour ? "\033[0m" : "";
  std::string out;
  auto heading = [&](std::string_view text) {
    out += strong;
    out += text;
    out += plain;
    out += '\n';
  };
  Totals t = totalsOf(run.records);
  PauseSummary all = summarize(run.records, Which::kAll);
  heading("collections of " + std::string(run.name));
  out += "  run time " + durationText(run.elapsed) + ", allocated " + bytesText(run.allocated) + ", in collections " +
         durationText(all.total) + " (" + percentText(partOf(all.total, run.elapsed)) + ")\n\n";
  heading(padLeft("", 10) + padLeft("number", 8) + padLeft("median", 10) + padLeft("p99", 10) + padLeft("longest", 10) +
          padLeft("total", 10));
  auto row = [&](const char* name, Which which) {
    PauseSummary s = summarize(run.records, which);
    out += "  " + padRight(name, 8) + padLeft(std::to_string(s.count), 8);
    for (uint64_t n : {s.median, s.p99, s.longest, s.total}) {
      out += padLeft(s.count == 0 ? "-" : durationText(n), 10);
    }
    out += '\n';
  };
  row("minor", Which::kMinor);
  row("full", Which::kFull);
  row("all", Which::kAll);
  out += "\n";
  heading("least part of the time that was the program's");
  for (const auto& w : kWindows) {
    out += "  in any " + padRight(w.name, 8) +
           padLeft(percentText(minimumUtilisation(run.records, run.elapsed, w.nanos)), 7) + "\n";
  }
  out += "  altogether     " + padLeft(percentText(1 - partOf(all.total, run.elapsed)), 7) + "\n\n";
  heading("memory");
  out += "  in use at most  " + padLeft(bytesText(t.most), 9) + "   from the system at most " +
         bytesText(t.mostCommitted) + "\n";
  out += "  young survivors " + padLeft(percentText(partOf(t.survived, t.young)), 9) + "   promoted " +
         bytesText(t.promoted) + "\n";
  if (t.lastFull != nullptr) {
    out += "  waste in blocks " + padLeft(percentText(t.lastFull->after.fragmentation()), 9) +
           "   after the last full collection\n";
  }
  out += "\n";
  heading("where the pauses went");
  for (size_t i = 0; i < kPhases; i++) {
    out += "  " + padRight(heap::collectorPhaseName(static_cast<heap::CollectorPhase>(i)), 14) +
           padLeft(durationText(t.phases[i]), 9) + padLeft(percentText(partOf(t.phases[i], all.total)), 9) + "\n";
  }
  return out;
}

void writePauses(base::JsonWriter& w, const char* name, const PauseSummary& s) {
  w.key(name);
  w.beginObject();
  w.field("count", s.count);
  w.field("medianNanos", s.median);
  w.field("p99Nanos", s.p99);
  w.field("longestNanos", s.longest);
  w.field("totalNanos", s.total);
  w.endObject();
}

std::string reportJson(const CollectionRun& run) {
  base::JsonWriter w;
  Totals t = totalsOf(run.records);
  w.beginObject();
  w.field("program", run.name);
  w.field("elapsedNanos", run.elapsed);
  w.field("allocated", run.allocated);
  w.key("pauses");
  w.beginObject();
  for (auto [name, which] : {std::pair{"minor", Which::kMinor}, {"full", Which::kFull}, {"all", Which::kAll}}) {
    writePauses(w, name, summarize(run.records, which));
  }
  w.endObject();
  w.key("minimumUtilisation");
  w.beginArray();
  for (const auto& window : kWindows) {
    w.beginObject();
    w.field("windowNanos", window.nanos);
    w.key("part");
    w.decimal(minimumUtilisation(run.records, run.elapsed, window.nanos), 4);
    w.endObject();
  }
  w.endArray();
  w.field("promoted", t.promoted);
  w.key("survival");
  w.decimal(partOf(t.survived, t.young), 4);
  w.field("mostInUse", t.most);
  w.field("mostCommitted", t.mostCommitted);
  w.key("fragmentation");
  w.decimal(t.lastFull != nullptr ? t.lastFull->after.fragmentation() : 0, 4);
  w.key("collections");
  w.beginArray();
  for (size_t i = 0; i < run.records.size(); i++) {
    w.line();
    w.raw(recordJson(run.records[i], i + 1));
  }
  w.endArray();
  w.endObject();
  return w.take() + "\n";
}

}  // namespace devvm::inspect
