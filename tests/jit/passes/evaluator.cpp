#include "evaluator.h"

#include <cmath>

#include "jit/ir/vector_program.h"

namespace devvm::jit::ir::testing {

Datum Datum::ofFloat(double d) {
  // All NaNs are one here: which of them it is is not promised by operations.
  return {kFloat, std::isnan(d) ? 0x7FF8'0000'0000'0000 : std::bit_cast<uint64_t>(d), nullptr};
}

namespace {

/// Values and all of memory that can be reached, as text. Objects that the graph made have numbers in the order in
/// which they come: it does not matter which node made them, or whether they are made only here.
class Snapshot {
 public:
  void add(const Datum& d) { text_ += " " + name(d); }
  void addMemory() {
    for (size_t i = 0; i < order_.size(); i++) {
      text_ += " " + name(ofObject(order_[i])) + ":" + std::to_string(order_[i]->shape);
      for (const auto& [where, value] : order_[i]->fields) {
        if (value.kind != Datum::kNil) text_ += "," + std::to_string(where) + "=" + name(value);
      }
      for (const Datum& d : order_[i]->array) text_ += "," + name(d);
    }
  }
  std::string text_;

 private:
  static Datum ofObject(Object* o) { return {Datum::kObject, 0, o}; }
  std::string name(const Datum& d) {
    switch (d.kind) {
      case Datum::kNil: return "nil";
      case Datum::kBool: return d.bits != 0 ? "true" : "false";
      case Datum::kInt: return std::to_string(d.integer());
      case Datum::kFloat: return "f" + std::to_string(d.bits);
      default: break;
    }
    auto [at, isNew] = names_.try_emplace(d.object, d.object->name);
    if (isNew) {
      order_.push_back(d.object);
      if (at->second.empty()) at->second = "new" + std::to_string(order_.size());
    }
    return at->second;
  }

  std::map<const Object*, std::string> names_;
  std::vector<Object*> order_;
};

class Evaluator {
 public:
  Evaluator(const Graph& graph, const std::vector<Datum>& slots)
      : slots_(slots), values_(graph.nodeCount()), loose_(graph.isLoose) {}

  Run run(const Graph& graph, size_t most) {
    const Block* b = graph.entry();
    const Block* from = nullptr;
    for (size_t count = 0; b != nullptr; count++) {
      if (count == most) {
        run_.end = Run::kTooLong;
        break;
      }
      const Block* next = block(b, from);
      from = b;
      b = next;
    }
    return std::move(run_);
  }

 private:
  struct Leave {};

  Datum of(const Node* n) const { return values_[n->id]; }
  Datum in(const Node* n, uint32_t i) const { return of(n->input(i)); }

  std::string stateText(const FrameState* s) const {
    Snapshot all;
    for (; s != nullptr; s = s->caller) {
      all.text_ += std::to_string(s->function->number) + "@" + std::to_string(s->offset);
      for (uint32_t i = 0; i < s->count; i++)
        s->value(i) != nullptr ? all.add(of(s->value(i))) : void(all.text_ += " -");
      all.text_ += "/";
    }
    all.text_ += " #" + std::to_string(run_.trace.size());
    return withMemory(all);
  }
  std::string inputsText(const Node* n) const {
    Snapshot all;
    for (uint32_t i = 0; i < n->inputCount(); i++) all.add(in(n, i));
    return withMemory(all);
  }
  /// What others have, whether or not the graph hands it on.
  std::string withMemory(Snapshot& all) const {
    all.text_ += " |";
    for (const Datum& d : slots_) all.add(d);
    all.addMemory();
    return std::move(all.text_);
  }

  const Block* broken(const std::string& why) {
    run_.end = Run::kBroken;
    run_.leftBy = why;
    return nullptr;
  }

  const Block* block(const Block* b, const Block* from) {
    // Phis take their values together.
    std::vector<Datum> taken;
    size_t edge = 0;
    if (from != nullptr) {
      while (b->predecessors[edge] != from) edge++;
    }
    if (b->entryState != nullptr && edge == 0) run_.places[stateText(b->entryState)] = true;
    for (const Node* n = b->first; n->isPhi(); n = n->next) taken.push_back(of(n->input(static_cast<uint32_t>(edge))));
    size_t i = 0;
    const Node* n = b->first;
    for (; n->isPhi(); n = n->next) values_[n->id] = taken[i++];
    for (; n != nullptr; n = n->next) {
      if (n->state != nullptr && n->op != Op::kCall) run_.places[stateText(n->state)] = true;
      left_ = false;
      std::string fault = node(n);
      if (!fault.empty()) return broken(print(*n) + ": " + fault);
      if (left_) {
        run_.end = Run::kLeft;
        run_.leftBy = stateText(n->state);
        return nullptr;
      }
      if (n->op == Op::kJump) return b->successors[0];
      if (n->op == Op::kBranch) return b->successors[in(n, 0).bits != 0 ? 0 : 1];
      if (n->op == Op::kReturn) {
        run_.results = inputsText(n);
        return nullptr;
      }
    }
    return broken("no end");
  }

  void leaveUnless(bool good) { left_ = left_ || !good; }

  static bool isOfType(const Datum& d, ir::ValueType type) {
    switch (type) {
      case ir::ValueType::kBoolean: return d.kind == Datum::kBool;
      case ir::ValueType::kNumber: return d.kind == Datum::kInt || d.kind == Datum::kFloat;
      case ir::ValueType::kTable: return d.kind == Datum::kObject && d.object->isTable;
      default: return false;
    }
  }
  static bool isSmall(const Datum& d) { return d.kind == Datum::kInt && heap::Value::fitsInt(d.integer()); }
  static int64_t floorDiv(int64_t x, int64_t y) {
    if (y == -1) return static_cast<int64_t>(0 - static_cast<uint64_t>(x));
    int64_t q = x / y;
    return x % y != 0 && (x < 0) != (y < 0) ? q - 1 : q;
  }
  static uint64_t shift(uint64_t x, int64_t left) {
    if (left <= -64 || left >= 64) return 0;
    return left >= 0 ? x << left : x >> -left;
  }

  /// What is wrong; empty: nothing.
  std::string node(const Node* n) {
    Datum a, b;
    if (n->inputCount() > 0) a = in(n, 0);
    if (n->inputCount() > 1) b = in(n, 1);
    int64_t x = a.integer(), y = b.integer();
    double p = a.number(), q = b.number();
    Datum r;
    auto integer = [&r](uint64_t i) { r = Datum::ofInt(static_cast<int64_t>(i)); };
    auto number = [&r](double d) { r = Datum::ofFloat(d); };
    auto condition = [&r](bool c) { r = Datum::ofBool(c); };
    for (uint32_t i = 0; i < n->inputCount(); i++) {
      Type wanted = inputType(n->op, i);
      Datum d = in(n, i);
      if ((wanted == Type::kInt && d.kind != Datum::kInt) || (wanted == Type::kFloat && d.kind != Datum::kFloat) ||
          (wanted == Type::kBool && d.kind != Datum::kBool)) {
        return "an input is of type " + std::to_string(d.kind);
      }
    }
    switch (n->op) {
      case Op::kConstant: {
        heap::Value v = n->value();
        if (v.isInt())
          integer(static_cast<uint64_t>(v.asInt()));
        else if (v.isDouble())
          number(v.asDouble());
        else if (v.isBoolean())
          condition(v.isTrue());
        break;
      }
      case Op::kIntConstant: integer(n->aux); break;
      case Op::kFloatConstant: number(n->number()); break;
      case Op::kBoolConstant: condition(n->aux != 0); break;
      case Op::kSlot: r = slots_[n->aux]; break;
      case Op::kCheckInt:
        // Raw ones may be wide where representations are chosen: such checks go.
        leaveUnless(isSmall(a) || (loose_ && a.kind == Datum::kInt));
        r = a;
        break;
      case Op::kCheckFloat:
        leaveUnless(a.kind == Datum::kFloat);
        r = a;
        break;
      case Op::kCheckNumber:
        leaveUnless(a.kind == Datum::kFloat || isSmall(a));
        a.kind == Datum::kFloat ? void(r = a) : number(static_cast<double>(x));
        break;
      case Op::kCheckTable:
        leaveUnless(a.kind == Datum::kObject && a.object->isTable);
        r = a;
        break;
      case Op::kCheckShape:
        if (a.kind != Datum::kObject || !a.object->isTable) return "no table";
        leaveUnless(a.object->shape == n->aux);
        r = a;
        break;
      case Op::kCheckShapes:
        if (a.kind != Datum::kObject || !a.object->isTable) return "no table";
        leaveUnless(n->pointer<ir::ShapeSet>()->has(a.object->shape));
        r = a;
        break;
      case Op::kCheckIdentity: r = a; break;  // there are no strings
      case Op::kCheckNotNil:
        leaveUnless(a.kind != Datum::kNil);
        r = a;
        break;
      case Op::kCheckIs:
        leaveUnless(a.kind == Datum::kBool && n->value().isBoolean() && (a.bits != 0) == n->value().isTrue());
        r = a;
        break;
      case Op::kCheckTrue: leaveUnless(a.bits != 0); break;
      case Op::kCheckFalse: leaveUnless(a.bits == 0); break;
      case Op::kCheckIndex:
        leaveUnless(x >= 0 && x < y);
        r = a;
        break;
      case Op::kCheckNotZero:
        leaveUnless(x != 0);
        r = a;
        break;
      case Op::kCheckSmall:
        leaveUnless(isSmall(a));
        r = a;
        break;
      case Op::kCheckIntegral:
        leaveUnless(std::floor(p) == p && p >= -0x1p63 && p < 0x1p63);
        if (!left_) integer(static_cast<uint64_t>(static_cast<int64_t>(p)));
        break;
      case Op::kCheckEpoch: break;
      case Op::kIntAdd: integer(a.bits + b.bits); break;
      case Op::kIntSub: integer(a.bits - b.bits); break;
      case Op::kIntMul: integer(a.bits * b.bits); break;
      case Op::kIntNeg: integer(0 - a.bits); break;
      case Op::kIntDiv:
        if (y == 0) return "division by 0";
        integer(static_cast<uint64_t>(floorDiv(x, y)));
        break;
      case Op::kIntMod:
        if (y == 0) return "division by 0";
        integer(a.bits - static_cast<uint64_t>(floorDiv(x, y)) * b.bits);
        break;
      case Op::kIntAnd: integer(a.bits & b.bits); break;
      case Op::kIntOr: integer(a.bits | b.bits); break;
      case Op::kIntXor: integer(a.bits ^ b.bits); break;
      case Op::kIntNot: integer(~a.bits); break;
      case Op::kIntShl: integer(shift(a.bits, y)); break;
      case Op::kIntShr: integer(y == INT64_MIN ? 0 : shift(a.bits, -y)); break;
      case Op::kIntShlBy: integer(a.bits << n->aux); break;
      case Op::kIntShrBy: integer(a.bits >> n->aux); break;
      case Op::kIntSarBy: integer(static_cast<uint64_t>(x >> n->aux)); break;
      case Op::kIntRor32By: integer(std::rotr(static_cast<uint32_t>(a.bits), static_cast<int>(n->aux))); break;
      case Op::kIntSelect: r = in(n, a.bits != 0 ? 1 : 2); break;
      case Op::kFloatAdd: number(p + q); break;
      case Op::kFloatSub: number(p - q); break;
      case Op::kFloatMul: number(p * q); break;
      case Op::kFloatDiv: number(p / q); break;
      case Op::kFloatNeg: number(-p); break;
      case Op::kFloatAbs: number(std::abs(p)); break;
      case Op::kFloatSqrt: number(std::sqrt(p)); break;
      case Op::kFloatFloor: number(std::floor(p)); break;
      case Op::kFloatCeil: number(std::ceil(p)); break;
      case Op::kIntToFloat: number(static_cast<double>(x)); break;
      case Op::kIntEq: condition(x == y); break;
      case Op::kIntLt: condition(x < y); break;
      case Op::kIntLe: condition(x <= y); break;
      case Op::kIntLtU: condition(a.bits < b.bits); break;
      case Op::kFloatEq: condition(p == q); break;
      case Op::kFloatLt: condition(p < q); break;
      case Op::kFloatLe: condition(p <= q); break;
      case Op::kSame: condition(a == b); break;
      case Op::kIsNil: condition(a.kind == Datum::kNil); break;
      case Op::kIsInt: condition(a.kind == Datum::kInt && isSmall(a)); break;
      case Op::kIsFalsy: condition(a.isFalsy()); break;
      case Op::kIsOfType: condition(isOfType(a, static_cast<ir::ValueType>(n->aux))); break;
      case Op::kNot: condition(a.bits == 0); break;
      case Op::kBoxSmall:
        // Pure, so it may run where its result is not wanted, and makes some integer then.
        r = isSmall(a) ? a : Datum::ofInt(0);
        break;
      case Op::kBoxInt:
      case Op::kBoxFloat:
      case Op::kBoxBool:
      case Op::kToTagged: r = a; break;
      case Op::kLoadField:
      case Op::kLoadCell:
      case Op::kStoreField:
      case Op::kStoreCell:
      case Op::kStoreShape:
      case Op::kLoadArray:
      case Op::kLoadLength:
      case Op::kLoadElement:
      case Op::kStoreElement: {
        if (a.kind != Datum::kObject) return "no object";
        std::string fault = memory(n, a.object, r);
        if (!fault.empty()) return fault;
        break;
      }
      case Op::kNewTable:
      case Op::kNewCell: {
        auto& o = made_.emplace_back(std::make_unique<Object>());
        o->isTable = n->op == Op::kNewTable;
        if (!o->isTable) o->fields[0] = a;
        r.kind = Datum::kObject;
        r.object = o.get();
        break;
      }
      case Op::kCall: {
        std::string text = inputsText(n);
        run_.trace.push_back(text);
        // Whatever it got may have changed.
        uint64_t h = 0;
        for (char c : text) h = h * 31 + static_cast<unsigned char>(c);
        h += run_.trace.size();
        for (uint32_t i = 0; i < n->inputCount(); i++) {
          Datum d = in(n, i);
          if (d.kind != Datum::kObject) continue;
          d.object->fields[0] = Datum::ofInt(static_cast<int64_t>(h % 100));
          if (h % 3 == 0) d.object->fields[24] = Datum::ofInt(static_cast<int64_t>(h % 7));
          if (h % 11 == 0) d.object->shape = 8;
          if (!d.object->array.empty()) d.object->array[h % d.object->array.size()] = Datum::ofInt(5);
        }
        r = h % 2 != 0 ? Datum::ofInt(static_cast<int64_t>(h % 1000)) : Datum::ofFloat(static_cast<double>(h % 50) / 4);
        break;
      }
      case Op::kVectorMap:
      case Op::kVectorMapInts: {
        std::string fault = vectorMap(n, r);
        if (!fault.empty()) return fault;
        break;
      }
      case Op::kPoll:
      case Op::kPollMany:
      case Op::kPollAhead:
      case Op::kUnit:
      case Op::kJump:
      case Op::kBranch:
      case Op::kReturn: return "";
      case Op::kExit: left_ = true; return "";
      default: return "it is not evaluated";
    }
    values_[n->id] = r;
    return "";
  }

  /// Four rounds at a time, as long as all elements and what is stored are of the right kind.
  std::string vectorMap(const Node* n, Datum& r) {
    bool ints = n->op == Op::kVectorMapInts;
    auto isRight = [ints](const Datum& d) { return ints ? isSmall(d) : d.kind == Datum::kFloat; };
    int64_t left = in(n, 0).integer(), first = in(n, 1).integer(), done = 0;
    constexpr int64_t kLanes = 4;
    for (; done + kLanes <= left; done += kLanes) {
      std::vector<std::pair<Datum*, Datum>> stores;
      bool good = true;
      for (int64_t lane = 0; lane < kLanes; lane++) {
        std::vector<Datum*> elements;
        for (uint32_t i = kVectorFirstArray; i < kVectorFirstScalar; i++) {
          auto& array = in(n, i).object->array;
          auto at = static_cast<size_t>(first + done + lane);
          if (at >= array.size()) return "an index beyond the array";
          elements.push_back(&array[at]);
          good = good && isRight(array[at]);
        }
        if (good) vectorRound(n, elements, stores);
      }
      for (auto& [place, value] : stores) good = good && isRight(value);
      if (!good) break;
      for (auto& [place, value] : stores) *place = value;
    }
    r = Datum::ofInt(done);
    return "";
  }
  void vectorRound(const Node* n, const std::vector<Datum*>& elements, std::vector<std::pair<Datum*, Datum>>& stores) {
    std::vector<Datum> stack;
    for (uint32_t i = 0; vectorCode(n->aux, i) != VectorCode::kEnd; i++) {
      auto code = static_cast<uint32_t>(vectorCode(n->aux, i));
      constexpr auto kArray = static_cast<uint32_t>(VectorCode::kArray0);
      constexpr auto kScalar = static_cast<uint32_t>(VectorCode::kScalar0);
      if (code < kScalar + kVectorScalars) {
        stack.push_back(code < kScalar ? *elements[code - kArray] : in(n, kVectorFirstScalar + code - kScalar));
        continue;
      }
      Datum y = stack.back(), x, r;
      stack.pop_back();
      auto next = [&] { return static_cast<uint32_t>(vectorCode(n->aux, ++i)); };
      if (static_cast<VectorCode>(code) == VectorCode::kStore) {
        stores.emplace_back(elements[next() - kArray], y);
        continue;
      }
      bool ints = n->op == Op::kVectorMapInts;
      bool one = static_cast<VectorCode>(code) == VectorCode::kNeg ||
                 (!ints && static_cast<VectorCode>(code) == VectorCode::kSqrt);
      if (!one) {
        x = stack.back();
        stack.pop_back();
      }
      double p = x.number(), q = y.number();
      switch (static_cast<VectorCode>(code)) {
        case VectorCode::kAdd: r = ints ? ofBits(x.bits + y.bits) : Datum::ofFloat(q + p); break;
        case VectorCode::kSub: r = ints ? ofBits(x.bits - y.bits) : Datum::ofFloat(p - q); break;
        case VectorCode::kMul: r = ints ? ofBits(x.bits & y.bits) : Datum::ofFloat(p * q); break;
        case VectorCode::kDiv: r = ints ? ofBits(x.bits | y.bits) : Datum::ofFloat(p / q); break;
        case VectorCode::kSqrt: r = ints ? ofBits(x.bits ^ y.bits) : Datum::ofFloat(std::sqrt(q)); break;
        default:
          if (ints) {
            uint32_t high = next(), count = (high & 3) << 4 | next();
            r = ofBits((high & kShiftRight) != 0 ? y.bits >> count : y.bits << count);
          } else {
            r = Datum::ofFloat(-q);
          }
      }
      stack.push_back(r);
    }
  }
  static Datum ofBits(uint64_t bits) { return Datum::ofInt(static_cast<int64_t>(bits)); }

  std::string memory(const Node* n, Object* o, Datum& r) {
    switch (n->op) {
      case Op::kLoadField: r = o->fields[n->aux]; break;
      case Op::kLoadCell: r = o->fields[0]; break;
      case Op::kStoreField: o->fields[n->aux] = in(n, 1); break;
      case Op::kStoreCell: o->fields[0] = in(n, 1); break;
      case Op::kStoreShape: o->shape = n->aux; break;
      case Op::kLoadArray:
        r.kind = Datum::kObject;
        r.object = o;
        break;
      case Op::kLoadLength: r = Datum::ofInt(static_cast<int64_t>(o->array.size())); break;
      default: {
        int64_t i = in(n, 1).integer();
        if (i < 0 || i >= static_cast<int64_t>(o->array.size())) return "an index beyond the array";
        Datum& place = o->array[static_cast<size_t>(i)];
        n->op == Op::kLoadElement ? r = place : place = in(n, 2);
      }
    }
    return "";
  }

  const std::vector<Datum>& slots_;
  std::vector<Datum> values_;
  std::vector<std::unique_ptr<Object>> made_;
  Run run_;
  bool left_ = false;
  bool loose_;
};

}  // namespace

Run evaluate(const Graph& graph, const std::vector<Datum>& slots, size_t blocks) {
  return Evaluator(graph, slots).run(graph, blocks);
}

}  // namespace devvm::jit::ir::testing
