// Particles of three classes in a box: each moves, bounces off the walls and loses or gains
// speed in its own way. Method calls on objects with float fields, no allocation in the loop.
// Size: number of rounds of 100 steps.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <vector>

namespace {

constexpr int kCount = 300;
constexpr int kSteps = 100;

class Random {
 public:
  explicit Random(std::int64_t seed) : seed_(seed) {}

  double next() {
    seed_ = seed_ * 16807 % 2147483647;
    return seed_ / 2147483647.0;
  }

 private:
  std::int64_t seed_;
};

// The box: walls at 0 and at its width and height.
struct Box {
  Box(double width, double height) : width(width), height(height) {}
  void count() { hits++; }

  double width, height;
  long hits = 0;
};

// A particle moves straight on and is thrown back by walls.
class Particle {
 public:
  explicit Particle(Random& random) {
    x = random.next() * 100.0;
    y = random.next() * 100.0;
    vx = random.next() * 2.0 - 1.0;
    vy = random.next() * 2.0 - 1.0;
  }
  virtual ~Particle() = default;

  virtual void push() {}
  virtual double loss() const { return 1.0; }

  void bounce(Box& box) {
    bool hit = false;
    if (x < 0.0) {
      x = 0.0;
      vx = -vx;
      hit = true;
    } else if (x > box.width) {
      x = box.width;
      vx = -vx;
      hit = true;
    }
    if (y < 0.0) {
      y = 0.0;
      vy = -vy;
      hit = true;
    } else if (y > box.height) {
      y = box.height;
      vy = -vy;
      hit = true;
    }
    if (hit) {
      double kept = loss();
      vx *= kept;
      vy *= kept;
      box.count();
    }
  }

  void step(Box& box) {
    push();
    x += vx;
    y += vy;
    bounce(box);
  }

  double energy() const { return vx * vx + vy * vy; }

 protected:
  double x, y, vx, vy;
};

// Falls, and loses speed when it bounces, except when it is slow.
class Heavy final : public Particle {
 public:
  using Particle::Particle;
  void push() override { vy -= 0.01; }
  double loss() const override { return energy() < 0.5 ? 1.1 : 0.98; }
};

// Is slowed down by the air and carried by a wind.
class Light final : public Particle {
 public:
  using Particle::Particle;
  void push() override {
    vx = vx * 0.999 + 0.001;
    vy = vy * 0.999 + 0.002;
  }
  double loss() const override { return 0.95; }
};

}  // namespace

int main(int argc, char** argv) {
  int rounds = argc > 1 ? std::atoi(argv[1]) : 200;
  Random random(42);
  Box box(100.0, 100.0);
  std::vector<std::unique_ptr<Particle>> particles;
  for (int i = 0; i < kCount; i += 3) {
    particles.push_back(std::make_unique<Particle>(random));
    particles.push_back(std::make_unique<Heavy>(random));
    particles.push_back(std::make_unique<Light>(random));
  }
  for (int round = 0; round < rounds; round++) {
    for (int step = 0; step < kSteps; step++) {
      for (auto& particle : particles) particle->step(box);
    }
  }
  double energy = 0.0;
  for (auto& particle : particles) energy += particle->energy();
  std::printf("particles %d: %ld %.6f\n", rounds, box.hits, energy);
  return 0;
}
