// The picture of a run's collections. Time goes to the right; above, the bytes in use (what the program allocates
// rises, what collections free falls); below, a bar for each pause, its height the logarithm of its length.

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "inspect/collection_report.h"
#include "inspect/units.h"

namespace devvm::inspect {

namespace {

constexpr double kLeft = 76, kWidth = 900, kMemoryTop = 56, kMemoryHeight = 220, kPausesTop = 320, kPausesHeight = 150;
constexpr double kRight = kLeft + kWidth, kBottom = kPausesTop + kPausesHeight;
constexpr uint64_t kShortest = 10'000;  // nanoseconds that have no height

void append(std::string& out, const char* format, auto... values) {
  char text[512];
  std::snprintf(text, sizeof text, format, values...);
  out += text;
}

std::string escaped(std::string_view text) {
  std::string out;
  for (char c : text) {
    if (c == '<') {
      out += "&lt;";
    } else if (c == '&') {
      out += "&amp;";
    } else {
      out += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
    }
  }
  return out;
}

/// 1, 2 or 5 times a power of ten: about `count` of them make `range`.
double niceStep(double range, int count) {
  double rough = std::max(range / count, 1e-9), power = std::pow(10, std::floor(std::log10(rough)));
  double digit = rough / power;
  return power * (digit < 1.5 ? 1 : digit < 3.5 ? 2 : digit < 7.5 ? 5 : 10);
}

class Picture {
 public:
  explicit Picture(const CollectionRun& run) : run_(run), elapsed_(std::max<uint64_t>(run.elapsed, 1)) {
    for (const CollectionRecord& r : run.records) {
      most_ = std::max({most_, r.before.inUse(), r.after.inUse()});
      longest_ = std::max(longest_, r.pause);
    }
  }

  std::string draw() {
    out_ +=
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 1000 530\" font-family=\"sans-serif\" "
        "font-size=\"12\">\n<rect width=\"1000\" height=\"530\" fill=\"#ffffff\"/>\n";
    PauseSummary all = summarize(run_.records, Which::kAll);
    out_ += "<text x=\"76\" y=\"22\" font-size=\"15\">" + escaped(run_.name) + ": " + std::to_string(all.count) +
            " collections in " + durationText(run_.elapsed) + ", longest pause " + durationText(all.longest) + ", " +
            percentText(static_cast<double>(all.total) / static_cast<double>(elapsed_)) + " of the time</text>\n";
    legend();
    memory();
    pauses();
    time();
    out_ += "</svg>\n";
    return std::move(out_);
  }

 private:
  double x(uint64_t nanos) const {
    return kLeft + kWidth * static_cast<double>(std::min(nanos, elapsed_)) / static_cast<double>(elapsed_);
  }
  double memoryY(double bytes) const {
    return kMemoryTop + kMemoryHeight * (1 - bytes / (static_cast<double>(std::max<size_t>(most_, 1)) * 1.05));
  }
  double pauseHeight(uint64_t nanos) const {
    double top = std::log10(static_cast<double>(std::max<uint64_t>(longest_, kShortest * 10)) / kShortest);
    double part = nanos <= kShortest ? 0 : std::log10(static_cast<double>(nanos) / kShortest) / top;
    return 2 + part * (kPausesHeight - 10);
  }

  void legend() {
    out_ +=
        "<rect x=\"780\" y=\"34\" width=\"10\" height=\"10\" fill=\"#3b78c4\"/><text x=\"795\" y=\"43\">minor</text>\n"
        "<rect x=\"850\" y=\"34\" width=\"10\" height=\"10\" fill=\"#c4473b\"/><text x=\"865\" y=\"43\">full</text>\n";
  }

  void gridLine(double y, const std::string& label) {
    append(out_, "<path d=\"M%.1f %.1fH%.1f\" stroke=\"#dddddd\"/><text x=\"%.1f\" y=\"%.1f\" text-anchor=\"end\">",
           kLeft, y, kRight, kLeft - 6, y + 4);
    out_ += label + "</text>\n";
  }

  void memory() {
    append(out_, "<text x=\"%.0f\" y=\"%.0f\" fill=\"#555555\">memory in use</text>\n", kLeft, kMemoryTop - 8);
    // Steps that are round in binary units.
    double unit = 1024;
    while (static_cast<double>(most_) / unit >= 1000) unit *= 1024;
    double step = niceStep(static_cast<double>(most_) / unit, 5) * unit;
    for (double v = 0; v <= static_cast<double>(most_) * 1.04; v += step) {
      gridLine(memoryY(v), bytesText(static_cast<size_t>(v)));
    }
    std::string line;
    double last = -1;
    for (const CollectionRecord& r : run_.records) {
      double at = x(r.begin);
      // Where collections are denser than pixels, each third of a pixel has one.
      if (at - last < 0.3 && !r.full) continue;
      last = at;
      append(line, "%s%.2f %.1fL%.2f %.1f", line.empty() ? "M" : "L", at,
             memoryY(static_cast<double>(r.before.inUse())), x(r.begin + r.pause),
             memoryY(static_cast<double>(r.after.inUse())));
    }
    if (!line.empty()) out_ += "<path d=\"" + line + "\" fill=\"none\" stroke=\"#2b7a4b\"/>\n";
  }

  void pauses() {
    append(out_, "<text x=\"%.0f\" y=\"%.0f\" fill=\"#555555\">pauses</text>\n", kLeft, kPausesTop - 12);
    for (uint64_t nanos = kShortest * 10; nanos <= std::max<uint64_t>(longest_, kShortest * 10); nanos *= 10) {
      gridLine(kBottom - pauseHeight(nanos), durationText(nanos));
    }
    // Of those that share a pixel the longest is drawn: minor ones first, so that full ones are seen.
    for (bool full : {false, true}) {
      const CollectionRecord* longest = nullptr;
      size_t number = 0, i = 0;
      auto flush = [&] {
        if (longest != nullptr) bar(*longest, number);
        longest = nullptr;
      };
      for (const CollectionRecord& r : run_.records) {
        i++;
        if (r.full != full) continue;
        if (longest != nullptr && std::floor(x(longest->begin)) != std::floor(x(r.begin))) flush();
        if (longest == nullptr || r.pause > longest->pause) {
          longest = &r;
          number = i;
        }
      }
      flush();
    }
    append(out_, "<path d=\"M%.1f %.1fH%.1f\" stroke=\"#333333\"/>\n", kLeft, kBottom, kRight);
  }

  void bar(const CollectionRecord& r, size_t number) {
    double height = pauseHeight(r.pause), width = std::max(1.0, x(r.begin + r.pause) - x(r.begin));
    append(out_, "<rect x=\"%.2f\" y=\"%.1f\" width=\"%.2f\" height=\"%.1f\" fill=\"%s\"><title>", x(r.begin),
           kBottom - height, width, height, r.full ? "#c4473b" : "#3b78c4");
    out_ += escaped(recordText(r, number)) + "</title></rect>\n";
  }

  void time() {
    double seconds = static_cast<double>(elapsed_) / 1e9, step = niceStep(seconds, 8);
    for (double s = 0; s <= seconds * 1.0001; s += step) {
      double at = kLeft + kWidth * s / seconds;
      append(out_, "<path d=\"M%.1f %.1fv5\" stroke=\"#333333\"/><text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\">",
             at, kBottom, at, kBottom + 20);
      out_ += (s == 0 ? "0" : durationText(static_cast<uint64_t>(s * 1e9 + 0.5))) + "</text>\n";
    }
  }

  const CollectionRun& run_;
  uint64_t elapsed_;
  size_t most_ = 0;
  uint64_t longest_ = 0;
  std::string out_;
};

}  // namespace

std::string timelineSvg(const CollectionRun& run) { return Picture(run).draw(); }

}  // namespace devvm::inspect
