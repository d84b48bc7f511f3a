// An allocation profile as a flame graph.

#include <algorithm>
#include <cstdio>

#include "inspect/allocation_profile.h"
#include "inspect/units.h"

namespace devvm::inspect {

namespace {

constexpr double kWidth = 1180, kLeft = 10, kRow = 17, kTop = 50, kLetter = 6.6, kLeastWidth = 0.3;

std::string escaped(std::string_view text) {
  std::string out;
  for (char c : text) {
    switch (c) {
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '&': out += "&amp;"; break;
      case '"': out += "&quot;"; break;
      default: out += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
    }
  }
  return out;
}

/// Equal functions have equal colours; natives are grey-blue, kinds (the tips) green.
std::string colourOf(const std::string& name, bool native, bool tip) {
  uint32_t hash = 2166136261u;  // FNV-1a (Fowler, Noll, Vo)
  for (char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619u;
  unsigned shade = hash >> 8 & 31, other = hash >> 16 & 63;
  char text[32];
  if (tip) {
    std::snprintf(text, sizeof text, "rgb(%u,%u,%u)", 120 + shade, 190 + shade, 110 + shade);
  } else if (native) {
    std::snprintf(text, sizeof text, "rgb(%u,%u,%u)", 150 + shade, 170 + shade, 200 + shade);
  } else {
    std::snprintf(text, sizeof text, "rgb(%u,%u,%u)", 222 + shade, 100 + other * 2, 60 + shade);
  }
  return text;
}

/// A call that shows what is below it wide, and a search. Boxes are groups with their part of the whole in x0 and x1.
constexpr const char* kScript = R"(
var boxes = [].slice.call(document.querySelectorAll('g.f'));
var field = document.getElementById('found');
boxes.forEach(function (g) {
  g.a = +g.getAttribute('x0'); g.b = +g.getAttribute('x1'); g.d = +g.getAttribute('d');
  g.name = g.getAttribute('n');
  g.addEventListener('click', function () { zoom(g); });
});
function fit(g, x, w) {
  var r = g.querySelector('rect'), t = g.querySelector('text');
  r.setAttribute('x', x); r.setAttribute('width', Math.max(w - 0.3, 0.2));
  t.setAttribute('x', x + 3);
  var n = Math.floor((w - 6) / 6.6);
  t.textContent = n < 3 ? '' : g.name.length <= n ? g.name : g.name.slice(0, n - 2) + '..';
}
function zoom(to) {
  var size = to.b - to.a;
  boxes.forEach(function (g) {
    var inside = g.a < to.b - 1e-9 && g.b > to.a + 1e-9;
    g.style.display = inside ? '' : 'none';
    if (!inside) return;
    var a = Math.max(g.a, to.a), b = Math.min(g.b, to.b);
    fit(g, 10 + 1180 * (a - to.a) / size, 1180 * (b - a) / size);
    g.style.opacity = g.d < to.d ? 0.5 : 1;
  });
}
function search() {
  var text = prompt('Mark frames whose name has this text', '');
  if (text === null) return;
  var marked = [];
  boxes.forEach(function (g) {
    var hit = text !== '' && g.name.indexOf(text) >= 0;
    g.querySelector('rect').setAttribute('stroke', hit ? '#6000c0' : 'none');
    g.querySelector('rect').setAttribute('stroke-width', hit ? 2 : 0);
    if (hit) marked.push(g);
  });
  var sum = 0, end = -1;
  marked.sort(function (p, q) { return p.a - q.a || q.b - p.b; });
  marked.forEach(function (g) { if (g.a >= end - 1e-9) { sum += g.b - g.a; end = g.b; } });
  field.textContent = text === '' ? '' : text + ': ' + (100 * sum).toFixed(1) + '%';
}
document.getElementById('search').addEventListener('click', search);
document.addEventListener('keydown', function (e) {
  if (e.key === 'f' && (e.ctrlKey || e.metaKey)) { e.preventDefault(); search(); }
});
)";

struct Box {
  std::string name;
  bool native = false, tip = false;
  Allocated amount = {};
  std::map<std::string, size_t> children = {};  // by name: boxes
};

class Flame {
 public:
  explicit Flame(const AllocationProfile& p) : p_(p) {
    boxes_.push_back({.name = "all"});
    for (const auto& [key, amount] : p.samples()) {
      size_t at = boxOf(key.stack, amount);
      at = child(at, AllocationProfile::kindName(key.kind), false, true);
      boxes_[at].amount += amount;
    }
  }

  std::string draw(const std::string& program) {
    depth_ = depthOf(0);
    double height = kTop + kRow * static_cast<double>(depth_ + 1) + 20;
    char head[400];
    std::snprintf(
        head, sizeof head,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 1200 %.0f\" font-family=\"monospace\" "
        "font-size=\"11\">\n<style>g.f{cursor:pointer}g.f:hover rect{stroke:#000;stroke-width:1}#search{cursor:"
        "pointer}</style>\n<rect width=\"1200\" height=\"%.0f\" fill=\"#ffffff\"/>\n",
        height, height);
    out_ = head;
    const Allocated& all = boxes_[0].amount;
    out_ += "<text x=\"10\" y=\"22\" font-size=\"15\">" + escaped(program) + " allocated " + bytesText(p_.allocated()) +
            " (" + std::to_string(all.samples) + " samples)</text>\n";
    out_ +=
        "<text x=\"10\" y=\"40\" fill=\"#606060\">width: bytes; green: what was allocated; click: wider, the lowest: "
        "back</text>\n<text id=\"search\" x=\"1190\" y=\"22\" text-anchor=\"end\" fill=\"#6000c0\">search</text>\n"
        "<text id=\"found\" x=\"1190\" y=\"40\" text-anchor=\"end\"></text>\n";
    place(0, 0, 0);
    out_ += "<script><![CDATA[";
    out_ += kScript;
    out_ += "]]></script>\n</svg>\n";
    return std::move(out_);
  }

 private:
  size_t child(size_t parent, const std::string& name, bool native, bool tip) {
    auto [at, fresh] = boxes_[parent].children.try_emplace((tip ? "\1" : "") + name, boxes_.size());
    size_t box = at->second;
    if (fresh) boxes_.push_back({.name = name, .native = native, .tip = tip});
    return box;
  }

  /// The box of a stack; `amount` is added to it and to all below it.
  size_t boxOf(uint32_t stack, const Allocated& amount) {
    size_t box = 0;
    if (stack != kNoStack) {
      size_t below = boxOf(p_.stacks()[stack].parent, amount);
      const ProfileFrame& f = p_.frames()[p_.stacks()[stack].frame];
      box = child(below, frameText(f), f.file.empty(), false);
    }
    boxes_[box].amount += amount;
    return box;
  }

  size_t depthOf(size_t box) const {
    size_t most = 0;
    for (const auto& [name, c] : boxes_[box].children) most = std::max(most, depthOf(c));
    return most + 1;
  }

  void place(size_t index, double from, size_t depth) {
    const Box& b = boxes_[index];
    double all = std::max(boxes_[0].amount.bytes, 1.0);
    double part = b.amount.bytes / all, width = kWidth * part;
    if (width < kLeastWidth) return;
    double x = kLeft + kWidth * from, y = kTop + kRow * static_cast<double>(depth_ - 1 - depth);
    auto letters = static_cast<size_t>(std::max(0.0, (width - 6) / kLetter));
    std::string shown = letters < 3 ? "" : b.name.size() <= letters ? b.name : b.name.substr(0, letters - 2) + "..";
    char text[256];
    std::snprintf(text, sizeof text, "<g class=\"f\" x0=\"%.7f\" x1=\"%.7f\" d=\"%zu\" n=\"", from, from + part, depth);
    out_ += text + escaped(b.name) + "\"><title>" + escaped(b.name) + "\n" +
            bytesText(static_cast<size_t>(b.amount.bytes)) + ", " + percentText(part) + ", " +
            std::to_string(static_cast<uint64_t>(b.amount.objects + 0.5)) + " objects</title>";
    std::snprintf(text, sizeof text, "<rect x=\"%.2f\" y=\"%.1f\" width=\"%.2f\" height=\"%.1f\" fill=\"", x, y,
                  std::max(width - 0.3, 0.2), kRow - 1);
    out_ += text + colourOf(b.name, b.native, b.tip) + "\"/>";
    std::snprintf(text, sizeof text, "<text x=\"%.2f\" y=\"%.1f\">", x + 3, y + kRow - 5);
    out_ += text + escaped(shown) + "</text></g>\n";
    for (const auto& [name, c] : b.children) {
      place(c, from, depth + 1);
      from += boxes_[c].amount.bytes / all;
    }
  }

  const AllocationProfile& p_;
  std::vector<Box> boxes_;
  size_t depth_ = 0;
  std::string out_;
};

}  // namespace

std::string allocationFlame(const AllocationProfile& profile, const std::string& program) {
  return Flame(profile).draw(program);
}

}  // namespace devvm::inspect
