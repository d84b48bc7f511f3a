// An incremental solver for one-way constraints, after the DeltaBlue algorithm of Freeman-Benson
// and Maloney: a chain of equalities and a set of projections are built, edited and taken
// apart. Many small methods on a deep hierarchy of classes. Size: number of rounds.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace {

constexpr int kChainLength = 500;
constexpr int kProjections = 500;

[[noreturn]] void fail(const char* message) {
  std::fprintf(stderr, "deltablue: %s\n", message);
  std::exit(1);
}

void check(bool condition, const char* message) {
  if (!condition) fail(message);
}

// How much a constraint matters; a lower level is stronger.
enum class Strength {
  kRequired,
  kStrongPreferred,
  kPreferred,
  kStrongDefault,
  kNormal,
  kWeakDefault,
  kWeakest,
};

bool isStronger(Strength a, Strength b) { return a < b; }
bool isWeaker(Strength a, Strength b) { return a > b; }
Strength weakerOf(Strength a, Strength b) { return isWeaker(a, b) ? a : b; }
Strength nextWeaker(Strength s) { return static_cast<Strength>(static_cast<int>(s) + 1); }

class Constraint;
class Planner;

struct Variable {
  Variable(std::string name, double value) : name(std::move(name)), value(value) {}

  void addConstraint(Constraint* constraint) { constraints.push_back(constraint); }

  void removeConstraint(Constraint* constraint) {
    auto it = std::find(constraints.begin(), constraints.end(), constraint);
    if (it != constraints.end()) constraints.erase(it);
    if (determinedBy == constraint) determinedBy = nullptr;
  }

  std::string name;
  double value;
  std::vector<Constraint*> constraints;
  Constraint* determinedBy = nullptr;           // the constraint that computes the value now
  int mark = 0;
  Strength walkStrength = Strength::kWeakest;   // of the weakest constraint to be overridden
  bool stay = true;                             // whether the value is fixed while a plan runs
};

class Constraint {
 public:
  explicit Constraint(Strength strength) : strength_(strength) {}
  virtual ~Constraint() = default;

  Strength strength() const { return strength_; }

  virtual void addToGraph() = 0;
  virtual void removeFromGraph() = 0;
  virtual void chooseMethod(int mark) = 0;
  virtual bool isSatisfied() const = 0;
  virtual void markUnsatisfied() = 0;
  virtual void markInputs(int mark) = 0;
  virtual bool inputsKnown(int mark) const = 0;
  virtual Variable* output() const = 0;
  virtual void execute() = 0;
  virtual void recalculate() = 0;
  virtual bool isInput() const { return false; }

  void activate(Planner& planner);
  void destroy(Planner& planner);

  // Tries to enforce the constraint; returns the constraint that it overrides, if any.
  Constraint* satisfy(int mark, Planner& planner);

 protected:
  Strength strength_;
};

// Constraints in an order in which executing them brings all values up to date.
class Plan {
 public:
  void add(Constraint* constraint) { steps_.push_back(constraint); }
  void execute() {
    for (Constraint* constraint : steps_) constraint->execute();
  }

 private:
  std::vector<Constraint*> steps_;
};

class Planner {
 public:
  int newMark() { return ++currentMark_; }

  // Satisfies the constraint if it can be, then those that it overrides, one after the other.
  void incrementalAdd(Constraint* constraint) {
    int mark = newMark();
    Constraint* overridden = constraint->satisfy(mark, *this);
    while (overridden) overridden = overridden->satisfy(mark, *this);
  }

  // Removes a satisfied constraint and satisfies what has become possible, strongest first.
  void incrementalRemove(Constraint* constraint) {
    Variable* out = constraint->output();
    constraint->markUnsatisfied();
    constraint->removeFromGraph();
    std::vector<Constraint*> unsatisfied = removePropagateFrom(out);
    for (Strength s = Strength::kRequired; s != Strength::kWeakest; s = nextWeaker(s)) {
      for (Constraint* candidate : unsatisfied) {
        if (candidate->strength() == s) incrementalAdd(candidate);
      }
    }
  }

  // Recomputes what depends on the constraint's output; false if that leads back to a variable
  // with the mark, after removing the constraint.
  bool addPropagate(Constraint* constraint, int mark) {
    std::vector<Constraint*> todo{constraint};
    while (!todo.empty()) {
      Constraint* next = todo.back();
      todo.pop_back();
      Variable* out = next->output();
      if (out->mark == mark) {
        incrementalRemove(constraint);
        return false;
      }
      next->recalculate();
      addConsumers(out, todo);
    }
    return true;
  }

  // A plan for when the given constraints change their variables.
  Plan planFrom(const std::vector<Constraint*>& constraints) {
    std::vector<Constraint*> sources;
    for (Constraint* constraint : constraints) {
      if (constraint->isInput() && constraint->isSatisfied()) sources.push_back(constraint);
    }
    return makePlan(std::move(sources));
  }

 private:
  // Forgets the strengths downstream of `out`; returns the unsatisfied constraints found there.
  std::vector<Constraint*> removePropagateFrom(Variable* out) {
    out->determinedBy = nullptr;
    out->walkStrength = Strength::kWeakest;
    out->stay = true;
    std::vector<Constraint*> unsatisfied;
    std::vector<Variable*> todo{out};
    while (!todo.empty()) {
      Variable* variable = todo.back();
      todo.pop_back();
      for (Constraint* constraint : variable->constraints) {
        if (!constraint->isSatisfied()) unsatisfied.push_back(constraint);
      }
      Constraint* determining = variable->determinedBy;
      for (Constraint* constraint : variable->constraints) {
        if (constraint != determining && constraint->isSatisfied()) {
          constraint->recalculate();
          todo.push_back(constraint->output());
        }
      }
    }
    return unsatisfied;
  }

  // Adds to `list` the satisfied constraints that read the variable.
  void addConsumers(Variable* variable, std::vector<Constraint*>& list) {
    Constraint* determining = variable->determinedBy;
    for (Constraint* constraint : variable->constraints) {
      if (constraint != determining && constraint->isSatisfied()) list.push_back(constraint);
    }
  }

  Plan makePlan(std::vector<Constraint*> todo) {
    int mark = newMark();
    Plan plan;
    while (!todo.empty()) {
      Constraint* constraint = todo.back();
      todo.pop_back();
      Variable* out = constraint->output();
      if (out->mark != mark && constraint->inputsKnown(mark)) {
        plan.add(constraint);
        out->mark = mark;
        addConsumers(out, todo);
      }
    }
    return plan;
  }

  int currentMark_ = 0;
};

void Constraint::activate(Planner& planner) {
  addToGraph();
  planner.incrementalAdd(this);
}

void Constraint::destroy(Planner& planner) {
  if (isSatisfied()) {
    planner.incrementalRemove(this);
  } else {
    removeFromGraph();
  }
}

Constraint* Constraint::satisfy(int mark, Planner& planner) {
  chooseMethod(mark);
  if (!isSatisfied()) {
    if (strength_ == Strength::kRequired) fail("cannot satisfy a required constraint");
    return nullptr;
  }
  markInputs(mark);
  Variable* out = output();
  Constraint* overridden = out->determinedBy;
  if (overridden) overridden->markUnsatisfied();
  out->determinedBy = this;
  if (!planner.addPropagate(this, mark)) fail("cycle of constraints");
  out->mark = mark;
  return overridden;
}

// A constraint with one variable.
class UnaryConstraint : public Constraint {
 public:
  UnaryConstraint(Variable* variable, Strength strength)
      : Constraint(strength), variable_(variable) {}

  void addToGraph() override {
    variable_->addConstraint(this);
    satisfied_ = false;
  }
  void removeFromGraph() override {
    variable_->removeConstraint(this);
    satisfied_ = false;
  }
  void chooseMethod(int mark) override {
    satisfied_ = variable_->mark != mark && isStronger(strength_, variable_->walkStrength);
  }
  bool isSatisfied() const override { return satisfied_; }
  void markUnsatisfied() override { satisfied_ = false; }
  void markInputs(int) override {}
  bool inputsKnown(int) const override { return true; }
  Variable* output() const override { return variable_; }
  void execute() override {}
  void recalculate() override {
    variable_->walkStrength = strength_;
    variable_->stay = !isInput();
    if (variable_->stay) execute();
  }

 protected:
  Variable* variable_;
  bool satisfied_ = false;
};

// Asks that a variable keep its value.
class StayConstraint final : public UnaryConstraint {
 public:
  using UnaryConstraint::UnaryConstraint;
};

// Says that the program changes a variable.
class EditConstraint final : public UnaryConstraint {
 public:
  using UnaryConstraint::UnaryConstraint;
  bool isInput() const override { return true; }
};

// A constraint between two variables, either of which may be computed from the other.
class BinaryConstraint : public Constraint {
 public:
  BinaryConstraint(Variable* first, Variable* second, Strength strength)
      : Constraint(strength), first_(first), second_(second) {}

  void addToGraph() override {
    first_->addConstraint(this);
    second_->addConstraint(this);
    direction_ = Direction::kNone;
  }
  void removeFromGraph() override {
    first_->removeConstraint(this);
    second_->removeConstraint(this);
    direction_ = Direction::kNone;
  }
  void chooseMethod(int mark) override {
    if (first_->mark == mark) {
      direction_ = second_->mark != mark ? directionIfStronger(second_, Direction::kForward)
                                         : Direction::kNone;
    } else if (second_->mark == mark) {
      direction_ = directionIfStronger(first_, Direction::kBackward);
    } else if (isWeaker(first_->walkStrength, second_->walkStrength)) {
      direction_ = directionIfStronger(first_, Direction::kBackward);
    } else {
      direction_ = directionIfStronger(second_, Direction::kForward);
    }
  }
  bool isSatisfied() const override { return direction_ != Direction::kNone; }
  void markUnsatisfied() override { direction_ = Direction::kNone; }
  Variable* input() const { return direction_ == Direction::kForward ? first_ : second_; }
  Variable* output() const override {
    return direction_ == Direction::kForward ? second_ : first_;
  }
  void markInputs(int mark) override { input()->mark = mark; }
  bool inputsKnown(int mark) const override {
    const Variable* in = input();
    return in->mark == mark || in->stay || in->determinedBy == nullptr;
  }
  void recalculate() override {
    Variable *in = input(), *out = output();
    out->walkStrength = weakerOf(strength_, in->walkStrength);
    out->stay = in->stay;
    if (out->stay) execute();
  }

 protected:
  enum class Direction { kNone, kForward, kBackward };

  Direction directionIfStronger(const Variable* variable, Direction direction) const {
    return isStronger(strength_, variable->walkStrength) ? direction : Direction::kNone;
  }

  Variable *first_, *second_;
  Direction direction_ = Direction::kNone;
};

class EqualityConstraint final : public BinaryConstraint {
 public:
  using BinaryConstraint::BinaryConstraint;
  void execute() override { output()->value = input()->value; }
};

// second = first * scale + offset, where scale and offset are variables that are only read.
class ScaleConstraint final : public BinaryConstraint {
 public:
  ScaleConstraint(Variable* first, Variable* scale, Variable* offset, Variable* second,
                  Strength strength)
      : BinaryConstraint(first, second, strength), scale_(scale), offset_(offset) {}

  void addToGraph() override {
    BinaryConstraint::addToGraph();
    scale_->addConstraint(this);
    offset_->addConstraint(this);
  }
  void removeFromGraph() override {
    BinaryConstraint::removeFromGraph();
    scale_->removeConstraint(this);
    offset_->removeConstraint(this);
  }
  void markInputs(int mark) override {
    BinaryConstraint::markInputs(mark);
    scale_->mark = mark;
    offset_->mark = mark;
  }
  void execute() override {
    if (direction_ == Direction::kForward) {
      second_->value = first_->value * scale_->value + offset_->value;
    } else {
      first_->value = (second_->value - offset_->value) / scale_->value;
    }
  }
  void recalculate() override {
    Variable *in = input(), *out = output();
    out->walkStrength = weakerOf(strength_, in->walkStrength);
    out->stay = in->stay && scale_->stay && offset_->stay;
    if (out->stay) execute();
  }

 private:
  Variable *scale_, *offset_;
};

// Owns the variables and constraints of one model.
class Model {
 public:
  Variable* variable(std::string name, double value) {
    variables_.push_back(std::make_unique<Variable>(std::move(name), value));
    return variables_.back().get();
  }

  template <class C, class... Args>
  C* constrain(Args... args) {
    auto owned = std::make_unique<C>(args...);
    C* constraint = owned.get();
    constraints_.push_back(std::move(owned));
    constraint->activate(planner);
    return constraint;
  }

  Planner planner;

 private:
  std::vector<std::unique_ptr<Variable>> variables_;
  std::vector<std::unique_ptr<Constraint>> constraints_;
};

double sumOf(const std::vector<Variable*>& variables) {
  double sum = 0;
  for (const Variable* variable : variables) sum += variable->value;
  return sum;
}

double chainModel(int length) {
  Model model;
  std::vector<Variable*> variables{model.variable("v0", 0)};
  for (int i = 1; i <= length; i++) {
    variables.push_back(model.variable("v" + std::to_string(i), 0));
    model.constrain<EqualityConstraint>(variables[i - 1], variables[i], Strength::kRequired);
  }
  Variable *first = variables.front(), *last = variables.back();
  model.constrain<StayConstraint>(last, Strength::kStrongDefault);
  auto* edit = model.constrain<EditConstraint>(first, Strength::kPreferred);
  Plan plan = model.planner.planFrom({edit});
  for (int i = 1; i <= 100; i++) {
    first->value = i;
    plan.execute();
    check(last->value == i, "the chain is broken");
  }
  edit->destroy(model.planner);
  return sumOf(variables);
}

void change(Model& model, Variable* variable, double value) {
  auto* edit = model.constrain<EditConstraint>(variable, Strength::kPreferred);
  Plan plan = model.planner.planFrom({edit});
  for (int i = 0; i < 10; i++) {
    variable->value = value;
    plan.execute();
  }
  edit->destroy(model.planner);
}

double projectionModel(int count) {
  Model model;
  Variable *scale = model.variable("scale", 10), *offset = model.variable("offset", 1000);
  Variable *source = nullptr, *target = nullptr;
  std::vector<Variable*> targets;
  for (int i = 1; i <= count; i++) {
    source = model.variable("source", i);
    target = model.variable("target", i);
    targets.push_back(target);
    model.constrain<StayConstraint>(source, Strength::kNormal);
    model.constrain<ScaleConstraint>(source, scale, offset, target, Strength::kRequired);
  }
  change(model, source, 17);
  check(target->value == 1170, "projection forwards");
  change(model, target, 1050);
  check(source->value == 5, "projection backwards");
  change(model, scale, 5);
  for (int i = 1; i < count; i++) {
    check(targets[i - 1]->value == i * 5 + 1000, "projection with another scale");
  }
  change(model, offset, 2000);
  for (int i = 1; i < count; i++) {
    check(targets[i - 1]->value == i * 5 + 2000, "projection with another offset");
  }
  return sumOf(targets);
}

}  // namespace

int main(int argc, char** argv) {
  int rounds = argc > 1 ? std::atoi(argv[1]) : 80;
  double total = 0;
  for (int round = 1; round <= rounds; round++) {
    total += chainModel(kChainLength + round % 10);
    total += projectionModel(kProjections + round % 10);
  }
  std::printf("deltablue %d: %.1f\n", rounds, total);
  return 0;
}
