// Vectors of two components that are never changed, with operators for their arithmetic and
// comparison: walkers follow their targets, and every step makes a few new vectors.
// Size: number of rounds of 50 steps.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <vector>

namespace {

constexpr int kWalkers = 100;
constexpr int kSteps = 50;

std::int64_t seed = 42;
int nextRandom(int limit) {
  seed = seed * 16807 % 2147483647;
  return static_cast<int>(seed % limit);
}

struct Vector {
  double x, y;

  Vector operator+(Vector other) const { return {x + other.x, y + other.y}; }
  Vector operator-(Vector other) const { return {x - other.x, y - other.y}; }
  Vector operator*(double factor) const { return {x * factor, y * factor}; }
  Vector operator-() const { return {-x, -y}; }
  bool operator==(const Vector& other) const = default;
  double dot(Vector other) const { return x * other.x + y * other.y; }
};

constexpr Vector kDirections[] = {{1.0, 0.0}, {0.0, 1.0}, {-1.0, 0.0}, {0.0, -1.0}};

// A walker is drawn to its target, which jumps from one grid point to the next.
class Walker {
 public:
  Walker() {
    position_.x = nextRandom(10);
    position_.y = nextRandom(10);
    target_ = home_ = position_;
  }

  void step() {
    target_ = target_ + kDirections[nextRandom(4)];
    if (target_ == home_) visits_++;
    Vector pull = (target_ - position_) * 0.125;
    velocity_ = (velocity_ + pull) * 0.75;
    if (velocity_.dot(pull) < 0.0) {
      velocity_ = -velocity_ * 0.5;
      turns_++;
    }
    position_ = position_ + velocity_;
  }

  Vector position() const { return position_; }
  long visits() const { return visits_; }
  long turns() const { return turns_; }

 private:
  Vector position_{}, velocity_{}, target_{}, home_{};
  long visits_ = 0, turns_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  int rounds = argc > 1 ? std::atoi(argv[1]) : 150;
  std::vector<Walker> walkers(kWalkers);
  for (int round = 0; round < rounds; round++) {
    for (int step = 0; step < kSteps; step++) {
      for (Walker& walker : walkers) walker.step();
    }
  }
  long visits = 0, turns = 0;
  Vector sum{};
  for (const Walker& walker : walkers) {
    visits += walker.visits();
    turns += walker.turns();
    sum = sum + walker.position();
  }
  std::printf("vectors %d: %ld %ld %.6f %.6f\n", rounds, visits, turns, sum.x, sum.y);
  return 0;
}
