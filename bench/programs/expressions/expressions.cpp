// An interpreter of syntax trees: every kind of node is a class with a method that evaluates it
// in a frame of variables, and the program in the tree counts primes and sums up remainders.
// Size: number of runs.
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <vector>

namespace {

constexpr int kLimit = 600;

// The variables of the program, by their slots.
enum Slot { kNumber, kDivisor, kPrime, kPrimes, kSum, kLast, kSlots };
using Frame = std::array<std::int64_t, kSlots>;

struct Node {
  virtual ~Node() = default;
  virtual std::int64_t evaluate(Frame& frame) const = 0;
};
using Tree = std::unique_ptr<Node>;

struct Constant final : Node {
  explicit Constant(std::int64_t value) : value(value) {}
  std::int64_t evaluate(Frame&) const override { return value; }
  std::int64_t value;
};

struct Variable final : Node {
  explicit Variable(int slot) : slot(slot) {}
  std::int64_t evaluate(Frame& frame) const override { return frame[slot]; }
  int slot;
};

struct Binary : Node {
  Binary(Tree left, Tree right) : left(std::move(left)), right(std::move(right)) {}
  Tree left, right;
};

struct Add final : Binary {
  using Binary::Binary;
  std::int64_t evaluate(Frame& frame) const override {
    return left->evaluate(frame) + right->evaluate(frame);
  }
};

struct Multiply final : Binary {
  using Binary::Binary;
  std::int64_t evaluate(Frame& frame) const override {
    return left->evaluate(frame) * right->evaluate(frame);
  }
};

struct Remainder final : Binary {
  using Binary::Binary;
  std::int64_t evaluate(Frame& frame) const override {
    return left->evaluate(frame) % right->evaluate(frame);
  }
};

// Comparisons give 0 or 1.
struct Equal final : Binary {
  using Binary::Binary;
  std::int64_t evaluate(Frame& frame) const override {
    return left->evaluate(frame) == right->evaluate(frame);
  }
};

struct LessOrEqual final : Binary {
  using Binary::Binary;
  std::int64_t evaluate(Frame& frame) const override {
    return left->evaluate(frame) <= right->evaluate(frame);
  }
};

struct Assign final : Node {
  Assign(int slot, Tree value) : slot(slot), value(std::move(value)) {}
  std::int64_t evaluate(Frame& frame) const override {
    return frame[slot] = value->evaluate(frame);
  }
  int slot;
  Tree value;
};

struct If final : Node {
  If(Tree condition, Tree body) : condition(std::move(condition)), body(std::move(body)) {}
  std::int64_t evaluate(Frame& frame) const override {
    return condition->evaluate(frame) != 0 ? body->evaluate(frame) : 0;
  }
  Tree condition, body;
};

struct While final : Node {
  While(Tree condition, Tree body) : condition(std::move(condition)), body(std::move(body)) {}
  std::int64_t evaluate(Frame& frame) const override {
    std::int64_t value = 0;
    while (condition->evaluate(frame) != 0) value = body->evaluate(frame);
    return value;
  }
  Tree condition, body;
};

struct Block final : Node {
  template <typename... Statements>
  explicit Block(Statements... parts) {
    (statements.push_back(std::move(parts)), ...);
  }
  std::int64_t evaluate(Frame& frame) const override {
    std::int64_t value = 0;
    for (const Tree& statement : statements) value = statement->evaluate(frame);
    return value;
  }
  std::vector<Tree> statements;
};

template <typename Kind, typename... Parts>
Tree make(Parts... parts) {
  return std::make_unique<Kind>(std::move(parts)...);
}

Tree v(int slot) { return make<Variable>(slot); }
Tree c(std::int64_t value) { return make<Constant>(value); }

Tree makeProgram() {
  return make<Block>(
      make<Assign>(kNumber, c(2)),
      make<Assign>(kPrimes, c(0)),
      make<Assign>(kSum, c(0)),
      make<While>(make<LessOrEqual>(v(kNumber), v(kLast)), make<Block>(
          make<Assign>(kPrime, c(1)),
          make<Assign>(kDivisor, c(2)),
          make<While>(make<LessOrEqual>(make<Multiply>(v(kDivisor), v(kDivisor)), v(kNumber)), make<Block>(
              make<Assign>(kSum, make<Remainder>(
                  make<Add>(make<Multiply>(v(kSum), c(31)), make<Remainder>(v(kNumber), v(kDivisor))), c(1000003))),
              make<If>(make<Equal>(make<Remainder>(v(kNumber), v(kDivisor)), c(0)), make<Assign>(kPrime, c(0))),
              make<Assign>(kDivisor, make<Add>(v(kDivisor), c(1))))),
          make<If>(v(kPrime), make<Assign>(kPrimes, make<Add>(v(kPrimes), c(1)))),
          make<Assign>(kNumber, make<Add>(v(kNumber), c(1))))),
      make<Add>(v(kSum), v(kPrimes)));
}

}  // namespace

int main(int argc, char** argv) {
  int runs = argc > 1 ? std::atoi(argv[1]) : 130;
  Tree program = makeProgram();
  long total = 0, primes = 0;
  for (int run = 1; run <= runs; run++) {
    Frame frame{};
    frame[kLast] = kLimit + run % 10;
    total = (total + program->evaluate(frame)) % 1000003;
    primes += frame[kPrimes];
  }
  std::printf("expressions %d: %ld %ld\n", runs, primes, total);
  return 0;
}
