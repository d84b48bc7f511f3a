// Constants and algebra: replaces a node by a simpler one with the same result in all cases. Integers wrap; doubles are
// neither reassociated nor is a NaN ever computed here, and zeros keep their signs.
#include <bit>
#include <cmath>
#include <optional>

#include "jit/passes/edges.h"
#include "jit/passes/facts.h"
#include "jit/passes/interval.h"
#include "jit/passes/pass.h"

namespace devvm::jit::passes {

using heap::Value;
using ir::Block;
using ir::Graph;
using ir::Node;
using ir::Op;
using ir::Type;

namespace {

class Folder {
 public:
  Folder(Graph& graph, PassContext& context) : graph_(graph), context_(context) {}

  void run() {
    bool edgesChanged = false;
    for (Block* b : graph_.blocks()) {
      unboxState(b->entryState);
      forEach(b, [this](Node* n) {
        unboxState(n->state);
        // What comes of a node may be folded again.
        for (Node* by; n->block != nullptr && !n->isPhi() && (by = fold(n)) != nullptr && by != n; n = by) {
          graph_.replace(n, by);
          context_.changes++;
          if (by->isConstant()) break;
        }
      });
      if (b->last->op == Op::kBranch) edgesChanged |= branch(b);
    }
    if (edgesChanged) graph_.order();
  }

 private:
  static bool isInt(const Node* n, int64_t i) { return n->op == Op::kIntConstant && n->integer() == i; }
  static bool isInt(const Node* n) { return n->op == Op::kIntConstant; }
  /// Just this double: 0.0 is not -0.0.
  static bool isFloat(const Node* n, double d) {
    return n->op == Op::kFloatConstant && n->aux == std::bit_cast<uint64_t>(d);
  }
  static bool isFloat(const Node* n) { return n->op == Op::kFloatConstant; }
  static bool isBool(const Node* n) { return n->op == Op::kBoolConstant; }
  static bool isPowerOf2(int64_t i) { return i > 0 && std::has_single_bit(static_cast<uint64_t>(i)); }
  static uint64_t log2(int64_t i) { return static_cast<uint64_t>(std::countr_zero(static_cast<uint64_t>(i))); }

  Node* make(Node* at, Op op, std::initializer_list<Node*> inputs, uint64_t aux = 0) {
    Node* n = graph_.newNode(op, inputs, aux);
    n->origin = at->origin;
    if (n->has(ir::kGuard)) n->state = at->state;
    graph_.insertBefore(at, n);
    return n;
  }
  Node* integer(int64_t i) { return graph_.intConstant(i); }
  Node* integer(uint64_t i) { return graph_.intConstant(static_cast<int64_t>(i)); }
  Node* boolean(bool b) { return graph_.boolConstant(b); }
  Node* number(double d) { return std::isnan(d) ? nullptr : graph_.floatConstant(d); }
  /// A guard that always holds and whose result nobody has.
  Node* gone(Node* n) {
    graph_.unlink(n);
    context_.changes++;
    return nullptr;
  }

  /// Frame states hold raw values as well: what is only boxed for them is boxed where code leaves by them.
  void unboxState(ir::FrameState* s) {
    for (; s != nullptr; s = s->caller) {
      for (uint32_t i = 0; i < s->count; i++) {
        Node* v = s->value(i);
        if (v == nullptr) continue;
        bool isBox = v->op == Op::kBoxInt || v->op == Op::kBoxSmall || v->op == Op::kBoxFloat || v->op == Op::kBoxBool;
        if (isBox) s->values[i] = v->input(0);
      }
    }
  }

  Node* fold(Node* n) {
    if (n->inputCount() == 0 || n->isConstant()) return nullptr;
    Node* a = n->input(0);
    Node* b = n->inputCount() > 1 ? n->input(1) : nullptr;
    // Constants stand on the right.
    if (isCommutative(n->op) && a->isConstant() && !b->isConstant()) {
      n->setInput(0, b);
      n->setInput(1, a);
      std::swap(a, b);
    }
    switch (n->type) {
      case Type::kInt: return foldInt(n, a, b);
      case Type::kFloat: return foldFloat(n, a, b);
      case Type::kBool: return foldBool(n, a, b);
      case Type::kTagged: return foldTagged(n, a);
      default: break;
    }
    switch (n->op) {
      case Op::kCheckTrue:
      case Op::kCheckFalse:
        if (isBool(a)) return (a->aux != 0) == (n->op == Op::kCheckTrue) ? gone(n) : nullptr;
        if (a->op == Op::kNot) {
          n->op = n->op == Op::kCheckTrue ? Op::kCheckFalse : Op::kCheckTrue;
          n->setInput(0, a->input(0));
          context_.changes++;
        }
        return nullptr;
      default: return nullptr;
    }
  }

  // ---- integers ----

  static uint64_t shifted(uint64_t x, int64_t left) {
    if (left >= 64 || left <= -64) return 0;
    return left >= 0 ? x << left : x >> -left;
  }

  Node* shift(Node* n, Node* a, int64_t left) {
    if (left >= 64 || left <= -64) return integer(int64_t{0});
    if (left == 0) return a;
    return left > 0 ? make(n, Op::kIntShlBy, {a}, static_cast<uint64_t>(left))
                    : make(n, Op::kIntShrBy, {a}, static_cast<uint64_t>(-left));
  }

  static int64_t floorDiv(int64_t x, int64_t y) {
    if (y == -1) return static_cast<int64_t>(-static_cast<uint64_t>(x));
    return x / y - (x % y != 0 && (x < 0) != (y < 0) ? 1 : 0);
  }
  static int64_t floorMod(int64_t x, int64_t y) {
    if (y == -1) return 0;
    int64_t r = x % y;
    return r != 0 && (r < 0) != (y < 0) ? r + y : r;
  }

  /// The input of the same operation with a constant on the right: (x op c1) op c2.
  static bool isChain(const Node* n, const Node* a) { return a->op == n->op && isInt(a->input(1)); }

  Node* foldInt(Node* n, Node* a, Node* b) {
    bool constant = isInt(a) && (b == nullptr || isInt(b));
    uint64_t x = a->aux, y = b != nullptr ? b->aux : 0;
    switch (n->op) {
      case Op::kCheckInt:
        if (a->op == Op::kBoxSmall) return a->input(0);
        if (a->op == Op::kBoxInt) return make(n, Op::kCheckSmall, {a->input(0)});
        if (a->op == Op::kConstant && a->value().isInt()) return integer(a->value().asInt());
        return nullptr;
      case Op::kUnboxInt:
        if (a->op == Op::kBoxSmall || a->op == Op::kBoxInt) return a->input(0);
        return nullptr;
      case Op::kCheckSmall: return intervalOf(a).isSmall() ? a : nullptr;
      case Op::kCheckNotZero: return !intervalOf(a).contains(0) ? a : nullptr;
      case Op::kCheckIndex: {
        Interval index = intervalOf(a), length = intervalOf(b);
        return index.low >= 0 && index.high < length.low ? a : nullptr;
      }
      case Op::kCheckIntegral: {
        if (a->op == Op::kIntToFloat) {
          constexpr int64_t kExact = int64_t{1} << 53;
          Interval i = intervalOf(a->input(0));
          return i.low >= -kExact && i.high <= kExact ? a->input(0) : nullptr;
        }
        if (!isFloat(a) || std::floor(a->number()) != a->number() || std::abs(a->number()) >= 0x1p63) return nullptr;
        return integer(static_cast<int64_t>(a->number()));
      }
      case Op::kIntAdd:
        if (constant) return integer(x + y);
        if (isInt(b, 0)) return a;
        if (isInt(b) && isChain(n, a)) return make(n, Op::kIntAdd, {a->input(0), integer(a->input(1)->aux + y)});
        return nullptr;
      case Op::kIntSub:
        if (constant) return integer(x - y);
        if (isInt(b)) return make(n, Op::kIntAdd, {a, integer(uint64_t{0} - y)});
        if (a == b) return integer(int64_t{0});
        if (isInt(a, 0)) return make(n, Op::kIntNeg, {b});
        if (a->op == Op::kIntAdd && a->input(0) == b) return a->input(1);
        if (a->op == Op::kIntAdd && a->input(1) == b) return a->input(0);
        if (b->op == Op::kIntAdd && b->input(0) == a) return make(n, Op::kIntNeg, {b->input(1)});
        return nullptr;
      case Op::kIntMul:
        if (constant) return integer(x * y);
        if (!isInt(b)) return nullptr;
        if (b->integer() == 0) return b;
        if (b->integer() == 1) return a;
        if (b->integer() == -1) return make(n, Op::kIntNeg, {a});
        if (isPowerOf2(b->integer())) return make(n, Op::kIntShlBy, {a}, log2(b->integer()));
        if (isChain(n, a)) return make(n, Op::kIntMul, {a->input(0), integer(a->input(1)->aux * y)});
        return nullptr;
      case Op::kIntNeg:
        if (constant) return integer(uint64_t{0} - x);
        return a->op == Op::kIntNeg ? a->input(0) : nullptr;
      case Op::kIntDiv:
        if (!isInt(b) || b->integer() == 0) return nullptr;
        if (constant) return integer(floorDiv(a->integer(), b->integer()));
        if (b->integer() == 1) return a;
        if (b->integer() == -1) return make(n, Op::kIntNeg, {a});
        if (isPowerOf2(b->integer())) return make(n, Op::kIntSarBy, {a}, log2(b->integer()));
        return nullptr;
      case Op::kIntMod:
        if (!isInt(b) || b->integer() == 0) return nullptr;
        if (constant) return integer(floorMod(a->integer(), b->integer()));
        if (b->integer() == 1 || b->integer() == -1) return integer(int64_t{0});
        if (isPowerOf2(b->integer())) return make(n, Op::kIntAnd, {a, integer(b->integer() - 1)});
        return nullptr;
      case Op::kIntAnd:
        if (constant) return integer(x & y);
        if (isInt(b, 0)) return b;
        if (isInt(b, -1) || a == b) return a;
        if (isInt(b) && isChain(n, a)) return make(n, Op::kIntAnd, {a->input(0), integer(a->input(1)->aux & y)});
        // A mask of all the bits that there can be.
        if (isInt(b) && b->integer() > 0 && std::has_single_bit(b->aux + 1)) {
          Interval i = intervalOf(a);
          if (i.low >= 0 && i.high <= b->integer()) return a;
        }
        return nullptr;
      case Op::kIntOr:
        if (constant) return integer(x | y);
        if (isInt(b, 0) || a == b) return a;
        if (isInt(b, -1)) return b;
        if (isInt(b) && isChain(n, a)) return make(n, Op::kIntOr, {a->input(0), integer(a->input(1)->aux | y)});
        return nullptr;
      case Op::kIntXor:
        if (constant) return integer(x ^ y);
        if (isInt(b, 0)) return a;
        if (a == b) return integer(int64_t{0});
        if (isInt(b, -1)) return make(n, Op::kIntNot, {a});
        if (isInt(b) && isChain(n, a)) return make(n, Op::kIntXor, {a->input(0), integer(a->input(1)->aux ^ y)});
        return nullptr;
      case Op::kIntNot:
        if (constant) return integer(~x);
        return a->op == Op::kIntNot ? a->input(0) : nullptr;
      case Op::kIntShl:
      case Op::kIntShr: {
        if (!isInt(b)) return nullptr;
        // The opposite of the least integer is itself: a count of that many gives 0 both ways.
        bool left = n->op == Op::kIntShl;
        int64_t count = b->integer() == INT64_MIN ? 64 : left ? b->integer() : -b->integer();
        return constant ? integer(shifted(x, count)) : shift(n, a, count);
      }
      case Op::kIntShlBy:
      case Op::kIntShrBy: {
        if (n->aux == 0) return a;
        if (constant) return integer(n->op == Op::kIntShlBy ? x << n->aux : x >> n->aux);
        if (a->op != n->op) return nullptr;
        auto count = static_cast<int64_t>(n->aux + a->aux);
        return shift(n, a->input(0), n->op == Op::kIntShlBy ? count : -count);
      }
      case Op::kIntWrap63:
        if (constant) return integer(static_cast<int64_t>(static_cast<uint64_t>(x) << 1) >> 1);
        if (intervalOf(a).isWithin(k63Bits)) return a;
        return wrapOnce(n, a);
      case Op::kIntSelect:
        if (isBool(a)) return a->aux != 0 ? b : n->input(2);
        return b == n->input(2) ? b : nullptr;
      case Op::kIntSarBy:
        if (n->aux == 0) return a;
        return constant ? integer(a->integer() >> n->aux) : nullptr;
      default: return nullptr;
    }
  }

  // ---- doubles ----

  Node* foldFloat(Node* n, Node* a, Node* b) {
    bool constant = isFloat(a) && (b == nullptr || isFloat(b));
    double x = a->number(), y = b != nullptr ? b->number() : 0;
    switch (n->op) {
      case Op::kCheckFloat:
      case Op::kUnboxFloat:
        if (a->op == Op::kBoxFloat) return a->input(0);
        return a->op == Op::kConstant && a->value().isDouble() ? graph_.floatConstant(a->value().asDouble()) : nullptr;
      case Op::kCheckNumber:
        if (a->op == Op::kBoxFloat) return a->input(0);
        if (a->op == Op::kBoxSmall) return make(n, Op::kIntToFloat, {a->input(0)});
        if (a->op == Op::kBoxInt) return make(n, Op::kIntToFloat, {make(n, Op::kCheckSmall, {a->input(0)})});
        if (a->op != Op::kConstant) return nullptr;
        if (a->value().isInt()) return graph_.floatConstant(static_cast<double>(a->value().asInt()));
        return a->value().isDouble() ? graph_.floatConstant(a->value().asDouble()) : nullptr;
      case Op::kIntToFloat: return isInt(a) ? graph_.floatConstant(static_cast<double>(a->integer())) : nullptr;
      case Op::kFloatAdd:
        if (constant) return number(x + y);
        return isFloat(b, -0.0) ? a : nullptr;
      case Op::kFloatSub:
        if (constant) return number(x - y);
        return isFloat(b, 0.0) ? a : nullptr;
      case Op::kFloatMul:
        if (constant) return number(x * y);
        return isFloat(b, 1.0) ? a : nullptr;
      case Op::kFloatDiv: {
        if (constant) return number(x / y);
        if (!isFloat(b)) return nullptr;
        if (y == 1.0) return a;
        // The reciprocal of a power of two is exact: both round the same number.
        int exponent;
        double fraction = std::frexp(y, &exponent);
        bool exact = std::abs(fraction) == 0.5 && exponent > -1000 && exponent < 1000;
        return exact ? make(n, Op::kFloatMul, {a, graph_.floatConstant(1 / y)}) : nullptr;
      }
      case Op::kFloatNeg:
        if (constant) return number(-x);
        return a->op == Op::kFloatNeg ? a->input(0) : nullptr;
      case Op::kFloatAbs:
        if (constant) return number(std::abs(x));
        if (a->op == Op::kFloatAbs) return a;
        return a->op == Op::kFloatNeg ? make(n, Op::kFloatAbs, {a->input(0)}) : nullptr;
      case Op::kFloatSqrt: return constant ? number(std::sqrt(x)) : nullptr;
      case Op::kFloatFloor:
      case Op::kFloatCeil:
        if (constant) return number(n->op == Op::kFloatFloor ? std::floor(x) : std::ceil(x));
        return a->op == Op::kFloatFloor || a->op == Op::kFloatCeil || a->op == Op::kIntToFloat ? a : nullptr;
      default: return nullptr;
    }
  }

  // ---- conditions ----

  Node* foldBool(Node* n, Node* a, Node* b) {
    bool ints = isInt(a) && b != nullptr && isInt(b), floats = isFloat(a) && b != nullptr && isFloat(b);
    switch (n->op) {
      case Op::kIntEq:
        if (ints) return boolean(a->aux == b->aux);
        return a == b ? boolean(true) : nullptr;
      case Op::kIntLt:
        if (ints) return boolean(a->integer() < b->integer());
        return a == b ? boolean(false) : nullptr;
      case Op::kIntLe:
        if (ints) return boolean(a->integer() <= b->integer());
        return a == b ? boolean(true) : nullptr;
      case Op::kIntLtU:
        if (ints) return boolean(a->aux < b->aux);
        return a == b ? boolean(false) : nullptr;
      case Op::kFloatEq: return floats ? boolean(a->number() == b->number()) : nullptr;
      case Op::kFloatLt: return floats ? boolean(a->number() < b->number()) : nullptr;
      case Op::kFloatLe: return floats ? boolean(a->number() <= b->number()) : nullptr;
      case Op::kNot:
        if (isBool(a)) return boolean(a->aux == 0);
        if (a->op == Op::kNot) return a->input(0);
        // Only integers are totally ordered.
        if (a->op == Op::kIntLt) return make(n, Op::kIntLe, {a->input(1), a->input(0)});
        return a->op == Op::kIntLe ? make(n, Op::kIntLt, {a->input(1), a->input(0)}) : nullptr;
      case Op::kIsNil:
        if (a->op == Op::kConstant) return boolean(a->value().isNil());
        return isNeverNil(a) ? boolean(false) : nullptr;
      case Op::kIsInt:
        if (a->op == Op::kConstant) return boolean(a->value().isInt());
        if (a->op == Op::kBoxSmall) return boolean(true);
        return a->op == Op::kBoxFloat || a->op == Op::kBoxBool || isTable(a) || isSizedObject(a) ? boolean(false)
                                                                                                 : nullptr;
      case Op::kIsOfType: {
        std::optional<ir::ValueType> type = typeOf(a);
        return type ? boolean(n->aux == static_cast<uint64_t>(*type)) : nullptr;
      }
      case Op::kIsFalsy:
        if (a->op == Op::kConstant) return boolean(a->value().isFalsy());
        if (a->op == Op::kBoxBool) return make(n, Op::kNot, {a->input(0)});
        return isNeverFalsy(a) ? boolean(false) : nullptr;
      case Op::kSame:
        if (unguarded(a) == unguarded(b)) return boolean(true);
        if (a->op == Op::kConstant && b->op == Op::kConstant) return boolean(a->aux == b->aux);
        if (a->op == Op::kObject && b->op == Op::kObject) return boolean(false);
        if (b->op == Op::kConstant && b->value().isNil()) return make(n, Op::kIsNil, {a});
        if (a->op == Op::kBoxBool && b->op == Op::kConstant) {
          if (!b->value().isBoolean()) return boolean(false);
          return b->value().isTrue() ? a->input(0) : make(n, Op::kNot, {a->input(0)});
        }
        return nullptr;
      default: return nullptr;
    }
  }

  /// Sums, differences and products wrap once, at the end.
  Node* wrapOnce(Node* n, Node* a) {
    if (a->op != Op::kIntAdd && a->op != Op::kIntSub && a->op != Op::kIntMul) return nullptr;
    Node *l = a->input(0), *r = a->input(1);
    bool left = l->op == Op::kIntWrap63, right = r->op == Op::kIntWrap63;
    if (!left && !right) return nullptr;
    return make(n, Op::kIntWrap63, {make(n, a->op, {left ? l->input(0) : l, right ? r->input(0) : r})});
  }

  // ---- tagged values ----

  /// Soon behind it, with nothing done between, another guard says more of the value, and leaves by the same state:
  /// what the interpreter does with nil it has to do from here.
  static bool isCheckedNext(const Node* n) {
    const Node* m = n->next;
    for (int looks = 0; looks < 8 && m != nullptr; looks++, m = m->next) {
      constexpr uint8_t kDoes = ir::kWrites | ir::kCalls | ir::kSafepoint | ir::kFresh | ir::kTerminator;
      if ((m->info().flags & kDoes) != 0) return false;
      switch (m->op) {
        case Op::kCheckInt:
        case Op::kCheckFloat:
        case Op::kCheckNumber:
        case Op::kCheckTable:
        case Op::kCheckString:
        case Op::kCheckClosure:
        case Op::kCheckNative:
          if (m->input(0) == n) return m->state == n->state;
          break;
        default: break;
      }
    }
    return false;
  }

  /// Nothing: it is not known, or none of these.
  static std::optional<ir::ValueType> typeOf(const Node* n) {
    using ir::ValueType;
    switch (n->op) {
      case Op::kConstant:
        if (n->value().isBoolean()) return ValueType::kBoolean;
        if (n->value().isNumber()) return ValueType::kNumber;
        if (n->value().isString()) return ValueType::kString;
        return std::nullopt;
      case Op::kBoxSmall:
      case Op::kBoxInt:
      case Op::kBoxFloat: return ValueType::kNumber;
      case Op::kBoxBool: return ValueType::kBoolean;
      case Op::kCheckString:
      case Op::kTypeName: return ValueType::kString;
      case Op::kCheckClosure:
      case Op::kCheckNative:
      case Op::kNewClosure: return ValueType::kFunction;
      default: return isTable(n) ? std::optional(ValueType::kTable) : std::nullopt;
    }
  }

  Node* foldTagged(Node* n, Node* a) {
    switch (n->op) {
      case Op::kCheckIdentity: {
        std::optional<ir::ValueType> type = typeOf(a);
        bool isName = a->op == Op::kTypeName || a->op == Op::kCheckIdentity;
        bool isNoString = type ? *type != ir::ValueType::kString : a->op == Op::kConstant;
        return isName || isNoString ? a : nullptr;
      }
      case Op::kCheckTable: return isTable(a) ? a : nullptr;
      case Op::kCheckNoFloat: {
        bool isNone = isTable(a) || isSizedObject(a) || a->op == Op::kBoxSmall || a->op == Op::kBoxInt ||
                      a->op == Op::kBoxBool || a->op == Op::kCheckNoFloat || a->op == Op::kNewClosure ||
                      a->op == Op::kCheckString || (a->op == Op::kConstant && !a->value().isDouble());
        return isNone ? a : nullptr;
      }
      case Op::kCheckBlock:
        return a->op == Op::kCheckBlock || a->op == Op::kCheckBlockField || a->op == Op::kNewBlock ? a : nullptr;
      case Op::kCheckBlockField: {
        bool has =
            (a->op == Op::kCheckBlockField && a->aux >= n->aux) || (a->op == Op::kNewBlock && n->aux < a->inputCount());
        return has ? a : nullptr;
      }
      case Op::kCheckItems: return a->op == Op::kCheckItems ? a : nullptr;
      case Op::kCheckBuffer: return a->op == Op::kCheckBuffer ? a : nullptr;
      case Op::kCheckString:
        return a->op == Op::kCheckString || (a->op == Op::kConstant && a->value().isString()) ? a : nullptr;
      case Op::kCheckClosure:
        return (a->op == Op::kCheckClosure || a->op == Op::kNewClosure) && a->aux == n->aux ? a : nullptr;
      case Op::kCheckNative: return a->op == Op::kCheckNative && a->aux == n->aux ? a : nullptr;
      case Op::kCheckNotNil: return isNeverNil(a) || isCheckedNext(n) ? a : nullptr;
      case Op::kCheckIs:
        if ((a->op == Op::kConstant || a->op == Op::kCheckIs) && a->aux == n->aux) return a;
        if (a->op == Op::kBoxBool && n->value().isBoolean()) {
          make(n, n->value().isTrue() ? Op::kCheckTrue : Op::kCheckFalse, {a->input(0)});
          return graph_.constant(n->value());
        }
        return nullptr;
      case Op::kBoxSmall:
      case Op::kBoxInt:
        if (isInt(a) && Value::fitsInt(a->integer())) return graph_.constant(Value::smallInt(a->integer()));
        if (a->op == Op::kCheckInt || a->op == Op::kUnboxInt) return a->input(0);
        return n->op == Op::kBoxInt && intervalOf(a).isSmall() ? make(n, Op::kBoxSmall, {a}) : nullptr;
      case Op::kBoxFloat:
        if (isFloat(a)) return graph_.constant(Value::canonical(a->number()));
        return a->op == Op::kCheckFloat || a->op == Op::kUnboxFloat ? a->input(0) : nullptr;
      case Op::kBoxBool: return isBool(a) ? graph_.constant(Value::boolean(a->aux != 0)) : nullptr;
      case Op::kCallLeaf: return leaf(n);
      default: return nullptr;
    }
  }

  /// The raw number in a box or constant; null: there is none.
  Node* rawNumber(Node* n) {
    switch (n->op) {
      case Op::kBoxSmall:
      case Op::kBoxInt:
      case Op::kBoxFloat: return n->input(0);
      case Op::kConstant:
        if (n->value().isInt()) return integer(n->value().asInt());
        return n->value().isDouble() ? graph_.floatConstant(n->value().asDouble()) : nullptr;
      default: return nullptr;
    }
  }

  /// Arithmetic on any numbers whose types have turned out.
  Node* leaf(Node* n) {
    Op ints, floats;
    switch (static_cast<ir::Leaf>(n->aux)) {
      case ir::Leaf::kAdd: ints = Op::kIntAdd, floats = Op::kFloatAdd; break;
      case ir::Leaf::kSub: ints = Op::kIntSub, floats = Op::kFloatSub; break;
      case ir::Leaf::kMul: ints = Op::kIntMul, floats = Op::kFloatMul; break;
      default: return nullptr;
    }
    Node *a = rawNumber(n->input(0)), *b = rawNumber(n->input(1));
    if (a == nullptr || b == nullptr) return nullptr;
    if (a->type == Type::kInt && b->type == Type::kInt) return make(n, Op::kBoxInt, {make(n, ints, {a, b})});
    if (a->type == Type::kInt) a = make(n, Op::kIntToFloat, {a});
    if (b->type == Type::kInt) b = make(n, Op::kIntToFloat, {b});
    return make(n, Op::kBoxFloat, {make(n, floats, {a, b})});
  }

  // ---- control ----

  /// Whether edges have gone.
  bool branch(Block* b) {
    Node* condition = b->last->input(0);
    if (condition->op == Op::kNot && b->successors[0] != b->successors[1]) {
      b->last->setInput(0, condition = condition->input(0));
      std::swap(b->successors[0], b->successors[1]);
      if (b->last->aux != 0) b->last->aux = 100 - b->last->aux;
      context_.changes++;
    }
    if (!isBool(condition)) return false;
    keepOnly(graph_, b, condition->aux != 0 ? 0 : 1);
    context_.changes++;
    return true;
  }

  Graph& graph_;
  PassContext& context_;
};

}  // namespace

void fold(Graph& graph, PassContext& context) { Folder(graph, context).run(); }

}  // namespace devvm::jit::passes
