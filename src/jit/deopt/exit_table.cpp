#include "jit/deopt/exit_table.h"

#include <algorithm>
#include <cstdio>
#include <utility>

#include "heap/heap.h"
#include "runtime/isolate.h"

namespace devvm::jit {

namespace {

/// Bytes of a table: numbers of 7 bits each, the lowest first; the highest bit says that more follow.
class Numbers {
 public:
  explicit Numbers(const uint8_t* at) : at_(at) {}
  uint64_t next() {
    uint64_t number = 0;
    for (unsigned shift = 0;; shift += 7) {
      uint8_t byte = *at_++;
      number |= uint64_t{byte & 0x7Fu} << shift;
      if (byte < 0x80) return number;
    }
  }
  void skip(uint64_t count) {
    while (count > 0) count -= *at_++ < 0x80;
  }
  uint8_t byte() { return *at_++; }
  uint32_t next32() { return static_cast<uint32_t>(next()); }

 private:
  const uint8_t* at_;
};

constexpr uint32_t kHeaderWords = 3;  ///< callee, return address, link

/// Word of the callee's slot of the call that a frame makes, or the one below its lowest operand.
uint32_t wordBelow(const ExitFrame& frame) { return frame.firstLocal + frame.code->locals + 1 + frame.depth; }

/// Of the number of a register or word, behind which stands that of the constant to be added.
constexpr unsigned kPlaceBits = 16;

ValuePlace placeOf(Numbers& in, const std::vector<uint64_t>& constants) {
  uint64_t number = in.next();
  ValuePlace p;
  p.kind = static_cast<ValuePlace::Kind>(number % ValuePlace::kKinds);
  number /= ValuePlace::kKinds;
  p.form = static_cast<ValuePlace::Form>(number % ValuePlace::kForms);
  p.index = static_cast<uint32_t>(number / ValuePlace::kForms);
  if (p.kind == ValuePlace::kConstant || p.kind == ValuePlace::kObject) {
    p.bits = constants[p.index];
    p.index = 0;
  } else if (p.form == ValuePlace::kIntPlus) {
    p.bits = constants[p.index >> kPlaceBits];
    p.index &= (1u << kPlaceBits) - 1;
  }
  return p;
}

bool isGuardLike(ExitKind kind) { return kind == ExitKind::kGuard || kind == ExitKind::kMemory; }

// ---- a record: kind and reason, gap, count and distances of tagged words (calls), count and live places (memory),
// origin (guards, memory), count of objects, objects, count of frames, frames from the outermost one: code, offset,
// depth, wanted, callee and extra words and variable arguments (all but the first), places ----

/// A record begins with its kind and, above that, the units of fuel that were taken ahead.
constexpr unsigned kKindBits = 2;
ExitKind kindOf(const uint8_t* record) { return static_cast<ExitKind>(record[0] & ((1 << kKindBits) - 1)); }

}  // namespace

uint32_t ExitTableBuilder::wordsOf(std::span<const ExitFrame> frames) {
  uint32_t words = 0, first = 0;
  for (const ExitFrame& f : frames) {
    words = first + f.extra + f.code->locals + 1 + f.depth;
    first = words + kHeaderWords;
  }
  return words;
}

void ExitTableBuilder::put(uint64_t number) {
  while (number >= 0x80) {
    table_.bytes_.push_back(static_cast<uint8_t>(number | 0x80));
    number >>= 7;
  }
  table_.bytes_.push_back(static_cast<uint8_t>(number));
}

void ExitTableBuilder::put(const ValuePlace& place) {
  uint64_t index = place.index;
  bool isConstant = place.kind == ValuePlace::kConstant || place.kind == ValuePlace::kObject;
  bool isPlus = !isConstant && place.form == ValuePlace::kIntPlus;
  if (isConstant || isPlus) {
    auto& all = table_.constants_;
    auto at = std::find(all.begin(), all.end(), place.bits);
    auto constant = static_cast<uint64_t>(at - all.begin());
    if (at == all.end()) all.push_back(place.bits);
    index = isPlus ? constant << kPlaceBits | place.index : constant;
  }
  if (place.kind == ValuePlace::kDead) return put(uint64_t{0});
  put((index * ValuePlace::kForms + place.form) * ValuePlace::kKinds + place.kind);
}

void ExitTableBuilder::put(const runtime::Code* code) {
  auto& all = table_.codes_;
  auto at = std::find(all.begin(), all.end(), code);
  put(static_cast<uint64_t>(at - all.begin()));
  if (at == all.end()) all.push_back(code);
}

void ExitTableBuilder::put(const ExitObject& object) {
  put(uint64_t{object.kind});
  object.kind == ExitObject::kClosure ? put(object.code) : put(uint64_t{object.shape});
  auto& shapes = table_.shapes_;
  bool isNew =
      object.kind == ExitObject::kTable && std::find(shapes.begin(), shapes.end(), object.shape) == shapes.end();
  if (isNew) shapes.push_back(object.shape);
  put(object.values.size());
  for (const ValuePlace& p : object.values) put(p);
}

void ExitTableBuilder::add(const ExitRecord& record) {
  table_.index_.push_back({record.machine, static_cast<uint32_t>(table_.bytes_.size())});
  table_.bytes_.push_back(static_cast<uint8_t>(static_cast<uint8_t>(record.kind) | record.ahead << kKindBits));
  table_.bytes_.push_back(static_cast<uint8_t>(record.reason));
  if (record.kind == ExitKind::kMemory) {
    put(record.live.size());
    for (const ValuePlace& p : record.live) put(p);
  }
  if (isGuardLike(record.kind)) {
    bool own = record.origin != nullptr;
    put(own ? record.origin : record.frames.back().code);
    put(own ? record.originOffset : record.frames.back().offset);
  }
  if (record.kind == ExitKind::kCall) {
    std::vector<uint32_t> tagged = record.tagged;
    std::sort(tagged.begin(), tagged.end());
    put(record.gap);
    put(tagged.size());
    uint32_t next = 0;
    for (uint32_t word : tagged) {
      put(word - next);
      next = word;
    }
  }
  put(record.objects.size());
  for (const ExitObject& o : record.objects) put(o);
  put(record.frames.size());
  for (size_t i = 0; i < record.frames.size(); i++) {
    const ExitFrame& f = record.frames[i];
    put(f.code);
    put(uint64_t{f.offset} << 1 | (f.tailCalled ? 1 : 0));
    put(f.depth);
    table_.bytes_.push_back(f.wanted);
    if (i != 0) {
      put(f.callee);
      put(f.extra);
      if (f.extra != 0) put(f.varargs);
    }
    for (uint32_t k = 0; k < f.code->locals + f.varargs + f.depth; k++)
      put(k < f.values.size() ? f.values[k] : ValuePlace::dead());
  }
}

ExitTable ExitTableBuilder::finish() {
  std::sort(table_.index_.begin(), table_.index_.end(), [](auto& a, auto& b) { return a.machine < b.machine; });
  table_.index_.shrink_to_fit();
  table_.bytes_.shrink_to_fit();
  table_.constants_.shrink_to_fit();
  return std::move(table_);
}

size_t ExitTable::bytes() const {
  return index_.capacity() * sizeof(Entry) + bytes_.capacity() + constants_.capacity() * sizeof(uint64_t) +
         codes_.capacity() * sizeof(codes_[0]);
}

const uint8_t* ExitTable::at(uint32_t machine) const {
  auto entry = std::lower_bound(index_.begin(), index_.end(), machine,
                                [](const Entry& e, uint32_t wanted) { return e.machine < wanted; });
  return entry != index_.end() && entry->machine == machine ? bytes_.data() + entry->at : nullptr;
}

bool ExitTable::find(uint32_t machine, ExitRecord& out) const {
  const uint8_t* record = at(machine);
  if (record == nullptr) return false;
  out.machine = machine;
  out.kind = kindOf(record);
  out.ahead = static_cast<uint8_t>(record[0] >> kKindBits);
  out.reason = static_cast<ir::Op>(record[1]);
  out.tagged.clear();
  Numbers in(record + 2);
  out.origin = nullptr;
  out.live.clear();
  if (out.kind == ExitKind::kMemory) {
    out.live.resize(in.next());
    for (ValuePlace& p : out.live) p = placeOf(in, constants_);
  }
  if (isGuardLike(out.kind)) {
    out.origin = codes_[in.next()];
    out.originOffset = in.next32();
  }
  out.gap = 0;
  if (out.kind == ExitKind::kCall) {
    out.gap = in.next32();
    out.tagged.resize(in.next());
    uint32_t word = 0;
    for (uint32_t& tagged : out.tagged) tagged = word += in.next32();
  }
  out.objects.assign(in.next(), {});
  for (ExitObject& o : out.objects) {
    o.kind = static_cast<ExitObject::Kind>(in.next());
    if (o.kind == ExitObject::kClosure) {
      o.code = codes_[in.next()];
    } else {
      o.shape = in.next32();
    }
    o.values.resize(in.next());
    for (ValuePlace& p : o.values) p = placeOf(in, constants_);
  }
  out.frames.assign(in.next(), {});
  uint32_t first = 0;
  for (size_t i = 0; i < out.frames.size(); i++) {
    ExitFrame& f = out.frames[i];
    f.code = codes_[in.next()];
    uint64_t place = in.next();
    f.offset = static_cast<uint32_t>(place >> 1);
    f.tailCalled = place & 1;
    f.depth = in.next32();
    f.wanted = in.byte();
    if (i != 0) {
      f.callee = placeOf(in, constants_);
      f.extra = in.next32();
      if (f.extra != 0) f.varargs = in.next32();
    }
    f.firstLocal = first + f.extra;
    f.values.resize(f.code->locals + f.varargs + f.depth);
    for (ValuePlace& p : f.values) p = placeOf(in, constants_);
    first = wordBelow(f) + kHeaderWords + (i == 0 ? out.gap : 0);
  }
  return true;
}

void ExitTable::frames(uint32_t machine, std::vector<runtime::VirtualFrame>& out) const {
  // Errors ask that of each frame on their way: nothing is made of the record that they do not want.
  const uint8_t* record = at(machine);
  if (record == nullptr) return;
  auto kind = kindOf(record);
  Numbers in(record + 2);
  if (kind == ExitKind::kMemory) in.skip(in.next());
  if (isGuardLike(kind)) in.skip(2);
  if (kind == ExitKind::kCall) {
    in.next();
    in.skip(in.next());
  }
  for (uint64_t left = in.next(); left > 0; left--) {
    in.skip(2);
    in.skip(in.next());
  }
  uint64_t count = in.next();
  for (uint64_t i = 0; i < count; i++) {
    const runtime::Code* code = codes_[in.next()];
    out.push_back({code, static_cast<uint32_t>(in.next() >> 1)});
    if (i + 1 == count) return;
    uint32_t depth = in.next32();
    in.byte();
    uint32_t varargs = 0;
    if (i != 0) {
      in.skip(1);
      if (in.next() != 0) varargs = in.next32();
    }
    in.skip(code->locals + varargs + depth);
  }
}

/// Shapes of tables that the frame may make or have made live as long as the frame: it asks for them no more.
void ExitTable::visitShapes(heap::SlotVisitor& visitor) const {
  if (shapes_.empty() || visitor.minor()) return;
  runtime::ShapeTable& shapes = runtime::Isolate::traced()->shapes;
  if (!shapes.marking()) return;
  for (uint32_t shape : shapes_) shapes.visitStrong(shape, visitor);
}

void ExitTable::visit(heap::SlotVisitor& visitor, heap::Value* fp, uint32_t machine) const {
  const uint8_t* record = at(machine);
  if (record == nullptr || kindOf(record) != ExitKind::kCall) return;
  Numbers in(record + 2);
  in.next();  // the gap
  uint32_t word = 0;
  for (uint64_t left = in.next(); left > 0; left--) {
    word += in.next32();
    visitor.slot(fp - 1 - static_cast<int64_t>(word));
  }
  visitShapes(visitor);
}

void ExitTable::visitStopped(heap::SlotVisitor& visitor, heap::Value* fp, uint32_t machine, uint64_t* registers) const {
  constexpr uint32_t kGprs = 16;
  const uint8_t* record = at(machine);
  if (record == nullptr || kindOf(record) != ExitKind::kMemory) return;
  Numbers in(record + 2);
  for (uint64_t left = in.next(); left > 0; left--) {
    ValuePlace p = placeOf(in, constants_);
    auto* at = reinterpret_cast<heap::Value*>(registers + p.index);
    if (p.kind == ValuePlace::kXmm) at += kGprs;
    if (p.kind == ValuePlace::kWord) at = fp - 1 - static_cast<int64_t>(p.index);
    if (p.form == ValuePlace::kAddress) {
      visitor.pointer(reinterpret_cast<heap::Object**>(at));
    } else {
      visitor.slot(at);
    }
  }
}

namespace {

std::string text(const ValuePlace& p) {
  static constexpr const char* kForm[] = {"", ":int", ":float", ":bool", ":int", ":address"};
  if (p.form == ValuePlace::kIntPlus) {
    ValuePlace of{p.kind, ValuePlace::kInt, p.index, 0};
    auto by = static_cast<int64_t>(p.bits);
    return text(of) + (by < 0 ? "" : "+") + std::to_string(by);
  }
  switch (p.kind) {
    case ValuePlace::kDead: return "-";
    case ValuePlace::kConstant:
    case ValuePlace::kObject: {
      char buffer[40];
      std::snprintf(buffer, sizeof buffer, "#%llx%s", static_cast<unsigned long long>(p.bits), kForm[p.form]);
      return buffer;
    }
    case ValuePlace::kGpr: return "r" + std::to_string(p.index) + kForm[p.form];
    case ValuePlace::kVirtual: return "o" + std::to_string(p.index);
    case ValuePlace::kXmm: return "x" + std::to_string(p.index) + kForm[p.form];
    default: return "w" + std::to_string(p.index) + kForm[p.form];
  }
}

}  // namespace

std::string text(const ExitRecord& record) {
  static constexpr const char* kKind[] = {"guard", "call", "poll", "memory"};
  std::string out = std::to_string(record.machine) + " " + kKind[static_cast<size_t>(record.kind)];
  if (isGuardLike(record.kind)) out += std::string(" ") + ir::opInfo(record.reason).mnemonic;
  if (record.ahead != 0) out += " ahead " + std::to_string(record.ahead);
  for (size_t i = 0; i < record.frames.size(); i++) {
    const ExitFrame& f = record.frames[i];
    out += i != 0 ? " / " + text(f.callee) + " @" : " @";
    out += std::to_string(f.offset) + " [";
    for (size_t k = 0; k < f.values.size(); k++) {
      out += (k == 0 ? "" : k == f.code->locals ? " | " : " ") + text(f.values[k]);
    }
    out += "]";
  }
  if (record.gap != 0) out += " gap " + std::to_string(record.gap);
  for (size_t i = 0; i < record.objects.size(); i++) {
    const ExitObject& o = record.objects[i];
    static constexpr const char* kKinds[] = {"table", "cell", "closure"};
    out += " o" + std::to_string(i) + " = " + kKinds[o.kind];
    if (o.kind == ExitObject::kTable) out += " " + std::to_string(o.shape);
    out += " [";
    for (size_t k = 0; k < o.values.size(); k++) out += (k == 0 ? "" : " ") + text(o.values[k]);
    out += "]";
  }
  if (!record.live.empty()) {
    out += " live";
    for (const ValuePlace& p : record.live) out += " " + text(p);
  }
  if (!record.tagged.empty()) {
    out += " tagged";
    for (uint32_t word : record.tagged) out += " w" + std::to_string(word);
  }
  return out;
}

}  // namespace devvm::jit
