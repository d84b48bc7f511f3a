#include "inspect/barrier_report.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <vector>

#include "inspect/units.h"
#include "runtime/objects.h"

namespace devvm::inspect {

using namespace runtime;

namespace {

constexpr size_t kHolders = 2048;
constexpr int kRounds = 25;

bool begins(std::string_view text, std::string_view with) { return text.substr(0, with.size()) == with; }

/// The least time of several rounds of `f` for each of kHolders stores; `before` prepares a round.
template <typename Before, typename F>
double leastNanos(Before before, F f) {
  double best = 1e9;
  for (int i = 0; i < kRounds; i++) {
    before();
    auto from = std::chrono::steady_clock::now();
    f();
    std::chrono::duration<double, std::nano> took = std::chrono::steady_clock::now() - from;
    best = std::min(best, took.count() / static_cast<double>(kHolders));
  }
  return best;
}

}  // namespace

void StoreCounter::onEvent(const events::Event& event) {
  instructions_++;
  std::string_view name = event.text;
  if (!begins(name, "set_") && !begins(name, "init_")) return;
  if (begins(name, "init_") || begins(name, "set_list")) {
    counts_[kConstructors]++;
  } else if (begins(name, "set_field") || begins(name, "set_global")) {
    counts_[kFields]++;
  } else if (begins(name, "set_index")) {
    counts_[kElements]++;
  } else if (begins(name, "set_cell") || begins(name, "set_upvalue")) {
    counts_[kCaptured]++;
  }
}

StoreTimes measureStores(Isolate& isolate) {
  heap::Heap& heap = isolate.heap;
  auto cell = [&heap](heap::Space space) {
    return static_cast<Cell*>(heap.allocateNoCollect(static_cast<uint8_t>(Kind::kCell), 0, 0, space));
  };
  // Nothing may move while there are addresses here.
  heap.collectFull("barriers are measured");
  std::vector<Cell*> young, old;
  for (size_t i = 0; i < kHolders; i++) {
    young.push_back(cell(heap::Space::kNursery));
    old.push_back(cell(heap::Space::kOld));
    if (young.back() == nullptr || old.back() == nullptr) return {};
  }
  auto* array = static_cast<ValueArray*>(heap.allocateNoCollect(
      static_cast<uint8_t>(Kind::kValueArray), static_cast<uint32_t>(kHolders) * 2, 0, heap::Space::kOld));
  if (array == nullptr) return {};
  Value youngValue = otherValue(young[0]), oldValue = otherValue(old[0]), number = Value::smallInt(7);
  auto nothing = [] {};
  auto fill = [](std::vector<Cell*>& holders, auto&& store) {
    return [&holders, store] {
      for (Cell* c : holders) store(c);
    };
  };
  auto storing = [&heap](Value v) { return [&heap, v](Cell* c) { heap.store(c, &c->value, v); }; };
  // As a minor collection leaves them that found nothing young there. The remembered set grows by each round; the
  // collection at the end empties it.
  auto forget = [&old] {
    for (Cell* c : old) c->gc |= heap::kNeedsBarrier;
  };
  forget();
  StoreTimes t;
  t.plain = leastNanos(nothing, fill(young, [oldValue](Cell* c) { heap::initSlot(&c->value, oldValue); }));
  t.young = leastNanos(nothing, fill(young, storing(youngValue)));
  t.number = leastNanos(nothing, fill(old, storing(number)));
  t.old = leastNanos(nothing, fill(old, storing(oldValue)));
  t.recorded = leastNanos(forget, fill(old, storing(youngValue)));
  t.again = leastNanos(nothing, fill(old, storing(youngValue)));
  t.card = leastNanos(nothing, [&] {
    for (size_t i = 0; i < kHolders; i++) heap.store(array, &array->slots[i], youngValue);
  });
  heap.collectFull("barriers were measured");
  return t;
}

std::string barrierText(const std::string& program, const StoreCounter& stores, uint64_t recorded, uint64_t remembered,
                        const StoreTimes& t) {
  std::string out = "write barriers of " + program + " (interpreted, each instruction counted)\n";
  auto row = [&out](const char* name, const std::string& value, const std::string& more = {}) {
    out += "  " + padRight(name, 34) + padLeft(value, 14) + (more.empty() ? "" : "  " + more) + "\n";
  };
  auto part = [&stores](uint64_t n) {
    return percentText(static_cast<double>(n) / static_cast<double>(std::max<uint64_t>(stores.instructions(), 1)));
  };
  auto nanos = [](double n) {
    char text[32];
    std::snprintf(text, sizeof text, "%.2f ns", n);
    return std::string(text);
  };
  row("instructions", std::to_string(stores.instructions()));
  row("stores into fields", std::to_string(stores.count(StoreCounter::kFields)),
      part(stores.count(StoreCounter::kFields)));
  row("stores into elements", std::to_string(stores.count(StoreCounter::kElements)),
      part(stores.count(StoreCounter::kElements)));
  row("stores into captured variables", std::to_string(stores.count(StoreCounter::kCaptured)),
      part(stores.count(StoreCounter::kCaptured)));
  row("initializations, without barriers", std::to_string(stores.count(StoreCounter::kConstructors)),
      part(stores.count(StoreCounter::kConstructors)));
  double ofStores = static_cast<double>(recorded) / static_cast<double>(std::max<uint64_t>(stores.stores(), 1));
  row("recorded", std::to_string(recorded), percentText(ofStores) + " of the stores");
  row("scanned in minor collections", durationText(remembered));
  out += "\na store here, by Heap::store\n";
  row("without barrier", nanos(t.plain));
  row("into a young object", nanos(t.young), "first test");
  row("of a number into an old object", nanos(t.number), "second test");
  row("of an old object into an old one", nanos(t.old), "third test");
  row("recorded", nanos(t.recorded), "the object is remembered");
  row("into a remembered object", nanos(t.again));
  row("into a long array", nanos(t.card), "a card is marked");
  // Every store pays for the longest way through the tests at most; some are recorded.
  double tests = std::max({t.young, t.number, t.old, t.plain}) - t.plain;
  double cost = static_cast<double>(stores.stores()) * tests +
                static_cast<double>(recorded) * std::max(0.0, t.recorded - t.plain);
  out += "\nat most " + durationText(static_cast<uint64_t>(cost)) + " in stores, and " + durationText(remembered) +
         " in collections\n";
  return out;
}

}  // namespace devvm::inspect
