// What an allocation profile adds up to.

#include <algorithm>
#include <cmath>
#include <set>

#include "base/json_writer.h"
#include "inspect/allocation_profile.h"
#include "inspect/units.h"

namespace devvm::inspect {

namespace {

constexpr size_t kMostSites = 25, kMostStacks = 5, kMostDepth = 12;

std::string countText(double count) { return std::to_string(static_cast<uint64_t>(std::llround(count))); }

template <typename Map>
std::vector<std::pair<typename Map::key_type, Allocated>> byBytes(const Map& map) {
  std::vector<std::pair<typename Map::key_type, Allocated>> list(map.begin(), map.end());
  std::sort(list.begin(), list.end(), [](const auto& a, const auto& b) {
    return a.second.bytes != b.second.bytes ? a.second.bytes > b.second.bytes : a.first < b.first;
  });
  return list;
}

/// Where something was allocated: the innermost frame that is guest code, with the natives above it.
struct Sites {
  std::map<std::string, Allocated> own;       ///< allocated in the frame itself, or in natives that it called
  std::map<std::string, Allocated> together;  ///< and in what it called
};

Sites sitesOf(const AllocationProfile& p) {
  Sites sites;
  for (const auto& [key, amount] : p.samples()) {
    std::set<std::string> seen;
    std::string via;
    bool inner = true;
    for (uint32_t s = key.stack; s != kNoStack; s = p.stacks()[s].parent) {
      const ProfileFrame& f = p.frames()[p.stacks()[s].frame];
      std::string text = frameText(f);
      if (inner && f.file.empty() && p.stacks()[s].parent != kNoStack) {
        via = via.empty() ? text : via;
        continue;
      }
      if (inner) sites.own[via.empty() ? text : text + " (" + via + ")"] += amount;
      inner = false;
      if (seen.insert(text).second) sites.together[text] += amount;
    }
    if (key.stack == kNoStack) sites.own["(before the program)"] += amount;
  }
  return sites;
}

}  // namespace

std::string allocationText(const AllocationProfile& p, const std::string& program) {
  Allocated all = p.total();
  std::string out = "allocations of " + program + ": " + bytesText(p.allocated()) + ", " + std::to_string(all.samples) +
                    " samples, one each " + bytesText(p.interval()) + " or so\n";
  if (all.samples == 0) return out + "too little for samples; --every=BYTES takes them more often\n";
  auto part = [&all](const Allocated& a) { return padLeft(percentText(a.bytes / all.bytes), 8); };
  auto row = [&](const Allocated& a, const std::string& name) {
    out += padLeft(bytesText(static_cast<size_t>(a.bytes)), 12) + part(a) + padLeft(countText(a.objects), 13) + "  " +
           name + "\n";
  };
  auto heading = [&out](const char* what) {
    out += "\n       bytes    part      objects  " + std::string(what) + "\n";
  };
  heading("kind");
  std::map<uint8_t, Allocated> kinds;
  std::map<uint32_t, Allocated> stacks;
  for (const auto& [key, amount] : p.samples()) {
    kinds[key.kind] += amount;
    stacks[key.stack] += amount;
  }
  for (const auto& [kind, amount] : byBytes(kinds)) row(amount, AllocationProfile::kindName(kind));
  Sites sites = sitesOf(p);
  heading("where");
  size_t shown = 0;
  auto own = byBytes(sites.own);
  for (const auto& [name, amount] : own) {
    if (++shown > kMostSites) break;
    row(amount, name);
  }
  if (own.size() > kMostSites) out += "              (and " + std::to_string(own.size() - kMostSites) + " more)\n";
  heading("where, with all that was called there");
  shown = 0;
  for (const auto& [name, amount] : byBytes(sites.together)) {
    if (++shown > kMostSites) break;
    row(amount, name);
  }
  out += "\nmost by stack\n";
  shown = 0;
  for (const auto& [stack, amount] : byBytes(stacks)) {
    if (++shown > kMostStacks) break;
    out += part(amount) + "  " + bytesText(static_cast<size_t>(amount.bytes)) + "\n";
    size_t depth = 0;
    for (uint32_t s = stack; s != kNoStack; s = p.stacks()[s].parent) {
      if (++depth > kMostDepth) {
        out += "          ...\n";
        break;
      }
      out += "          " + frameText(p.frames()[p.stacks()[s].frame]) + "\n";
    }
  }
  return out;
}

std::string allocationJson(const AllocationProfile& p, const std::string& program) {
  base::JsonWriter w;
  auto amounts = [&w](const Allocated& a) {
    w.field("bytes", static_cast<uint64_t>(std::llround(a.bytes)));
    w.field("objects", static_cast<uint64_t>(std::llround(a.objects)));
    w.field("samples", a.samples);
  };
  w.beginObject();
  w.field("program", program);
  w.field("interval", p.interval());
  w.field("allocated", p.allocated());
  w.key("total");
  w.beginObject();
  amounts(p.total());
  w.endObject();
  w.key("frames");
  w.beginArray();
  for (const ProfileFrame& f : p.frames()) {
    w.line();
    w.beginObject();
    w.field("function", f.function);
    if (!f.file.empty()) {
      w.field("file", f.file);
      w.field("line", f.line);
    }
    w.endObject();
  }
  w.endArray();
  w.key("samples");
  w.beginArray();
  for (const auto& [key, amount] : p.samples()) {
    w.line();
    w.beginObject();
    w.field("kind", AllocationProfile::kindName(key.kind));
    amounts(amount);
    w.key("stack");  // indices into frames, innermost first
    w.beginArray();
    for (uint32_t s = key.stack; s != kNoStack; s = p.stacks()[s].parent) w.number(p.stacks()[s].frame);
    w.endArray();
    w.endObject();
  }
  w.endArray();
  w.endObject();
  return w.take() + "\n";
}

}  // namespace devvm::inspect
