// The towers of Hanoi with 13 disks that are objects: three piles are linked lists, and every
// move takes a disk off one and checks that it is smaller than the one it is laid on.
// Size: number of rounds.
#include <array>
#include <cstdio>
#include <cstdlib>
#include <memory>

namespace {

constexpr int kDisks = 13;

struct Disk {
  explicit Disk(int size) : size(size) {}

  int size;
  std::unique_ptr<Disk> below;
  int moves = 0;
};

class Pile {
 public:
  void push(std::unique_ptr<Disk> disk) {
    if (top_ && top_->size <= disk->size) std::abort();
    disk->below = std::move(top_);
    top_ = std::move(disk);
    height_++;
  }

  std::unique_ptr<Disk> pop() {
    if (!top_) std::abort();
    std::unique_ptr<Disk> disk = std::move(top_);
    top_ = std::move(disk->below);
    height_--;
    return disk;
  }

  const Disk* top() const { return top_.get(); }

 private:
  std::unique_ptr<Disk> top_;
  int height_ = 0;
};

class Towers {
 public:
  explicit Towers(int count) {
    for (int size = count; size > 0; size--) piles_[0].push(std::make_unique<Disk>(size));
  }

  void moveAll(int count, int from, int to) {
    if (count == 1) {
      moveTop(from, to);
      return;
    }
    int other = 3 - from - to;
    moveAll(count - 1, from, other);
    moveTop(from, to);
    moveAll(count - 1, other, to);
  }

  const Disk* top(int pile) const { return piles_[pile].top(); }

  long moves = 0;

 private:
  void moveTop(int from, int to) {
    std::unique_ptr<Disk> disk = piles_[from].pop();
    disk->moves++;
    piles_[to].push(std::move(disk));
    moves++;
  }

  std::array<Pile, 3> piles_;
};

}  // namespace

int main(int argc, char** argv) {
  int rounds = argc > 1 ? std::atoi(argv[1]) : 650;
  long moves = 0, last = 0;
  for (int round = 1; round <= rounds; round++) {
    Towers towers(kDisks);
    towers.moveAll(kDisks, 0, 1 + round % 2);
    moves += towers.moves;
    for (const Disk* disk = towers.top(1 + round % 2); disk; disk = disk->below.get()) {
      last = (last * 31 + disk->moves + disk->size) % 1000003;
    }
  }
  std::printf("towers %d: %ld %ld\n", rounds, moves, last);
  return 0;
}
