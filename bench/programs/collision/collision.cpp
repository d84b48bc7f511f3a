// Collision detection among aircraft: each frame the straight motions since the last frame are
// drawn onto a grid of voxels, and motions that share a voxel are compared. Positions, voxels
// and found pairs live in red-black trees; vectors are small values. Size: number of frames.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <utility>
#include <vector>

namespace {

constexpr int kAircraft = 150;
constexpr double kField = 100.0;
constexpr double kVoxel = 8.0;
constexpr double kRadius = 1.5;

struct Vector {
  Vector plus(const Vector& o) const { return {x + o.x, y + o.y, z + o.z}; }
  Vector minus(const Vector& o) const { return {x - o.x, y - o.y, z - o.z}; }
  Vector times(double factor) const { return {x * factor, y * factor, z * factor}; }
  double dot(const Vector& o) const { return x * o.x + y * o.y + z * o.z; }

  double x = 0, y = 0, z = 0;
};

// Keys: each class of keys has a method compare that returns a negative number, 0 or a positive
// number.
struct CallSign {
  int compare(const CallSign& other) const { return number - other.number; }

  int number;
};

struct Voxel {
  int compare(const Voxel& other) const { return x != other.x ? x - other.x : y - other.y; }

  int x, y;
};

struct Pair {
  int compare(const Pair& other) const {
    int difference = first.compare(other.first);
    return difference != 0 ? difference : second.compare(other.second);
  }

  CallSign first, second;
};

template <class Key, class Value>
class Tree {
 public:
  Tree() : leaf_(new Node{}), root_(leaf_) { leaf_->left = leaf_->right = leaf_->parent = leaf_; }
  ~Tree() {
    destroy(root_);
    delete leaf_;
  }
  Tree(const Tree&) = delete;
  Tree& operator=(const Tree&) = delete;

  int size() const { return size_; }

  Value* get(const Key& key) {
    Node* node = findNode(key);
    return node ? &node->value : nullptr;
  }

  // Calls visit(key, value) in the order of the keys.
  template <class Visit>
  void forEach(Visit visit) {
    if (root_ == leaf_) return;
    for (Node* node = minimum(root_); node != leaf_; node = successor(node)) {
      visit(node->key, node->value);
    }
  }

  // Sets the value of the key; returns the value it had before, if any.
  std::optional<Value> put(const Key& key, Value value) {
    Node *parent = leaf_, *node = root_;
    int order = 0;
    while (node != leaf_) {
      parent = node;
      order = key.compare(node->key);
      if (order == 0) {
        std::swap(node->value, value);
        return value;
      }
      node = order < 0 ? node->left : node->right;
    }
    Node* added = new Node{key, std::move(value), true, leaf_, leaf_, parent};
    if (parent == leaf_) {
      root_ = added;
    } else if (order < 0) {
      parent->left = added;
    } else {
      parent->right = added;
    }
    size_++;
    repairInsertion(added);
    return std::nullopt;
  }

  // Removes the key; returns whether it was there.
  bool remove(const Key& key) {
    Node* node = findNode(key);
    if (!node) return false;
    bool removedRed = node->red;
    Node* moved;
    if (node->left == leaf_) {
      moved = node->right;
      replaceChild(node, moved);
    } else if (node->right == leaf_) {
      moved = node->left;
      replaceChild(node, moved);
    } else {
      Node* next = minimum(node->right);
      removedRed = next->red;
      moved = next->right;
      if (next->parent == node) {
        moved->parent = next;
      } else {
        replaceChild(next, moved);
        next->right = node->right;
        next->right->parent = next;
      }
      replaceChild(node, next);
      next->left = node->left;
      next->left->parent = next;
      next->red = node->red;
    }
    delete node;
    size_--;
    if (!removedRed) repairRemoval(moved);
    return true;
  }

 private:
  struct Node {
    Key key{};
    Value value{};
    bool red = false;
    Node *left = nullptr, *right = nullptr, *parent = nullptr;
  };

  void destroy(Node* node) {
    if (node == leaf_) return;
    destroy(node->left);
    destroy(node->right);
    delete node;
  }

  Node* minimum(Node* node) const {
    while (node->left != leaf_) node = node->left;
    return node;
  }

  Node* successor(Node* node) const {
    if (node->right != leaf_) return minimum(node->right);
    Node* parent = node->parent;
    while (parent != leaf_ && node == parent->right) {
      node = parent;
      parent = parent->parent;
    }
    return parent;
  }

  Node* findNode(const Key& key) const {
    Node* node = root_;
    while (node != leaf_) {
      int order = key.compare(node->key);
      if (order == 0) return node;
      node = order < 0 ? node->left : node->right;
    }
    return nullptr;
  }

  // Puts `replacement` where `old` hangs.
  void replaceChild(Node* old, Node* replacement) {
    Node* parent = old->parent;
    if (parent == leaf_) {
      root_ = replacement;
    } else if (old == parent->left) {
      parent->left = replacement;
    } else {
      parent->right = replacement;
    }
    replacement->parent = parent;
  }

  void rotateLeft(Node* node) {
    Node* up = node->right;
    node->right = up->left;
    if (up->left != leaf_) up->left->parent = node;
    replaceChild(node, up);
    up->left = node;
    node->parent = up;
  }

  void rotateRight(Node* node) {
    Node* up = node->left;
    node->left = up->right;
    if (up->right != leaf_) up->right->parent = node;
    replaceChild(node, up);
    up->right = node;
    node->parent = up;
  }

  void repairInsertion(Node* node) {
    while (node->parent->red) {
      Node* parent = node->parent;
      Node* grandparent = parent->parent;
      if (parent == grandparent->left) {
        Node* uncle = grandparent->right;
        if (uncle->red) {
          parent->red = uncle->red = false;
          grandparent->red = true;
          node = grandparent;
        } else {
          if (node == parent->right) {
            node = parent;
            rotateLeft(node);
            parent = node->parent;
          }
          parent->red = false;
          grandparent->red = true;
          rotateRight(grandparent);
        }
      } else {
        Node* uncle = grandparent->left;
        if (uncle->red) {
          parent->red = uncle->red = false;
          grandparent->red = true;
          node = grandparent;
        } else {
          if (node == parent->left) {
            node = parent;
            rotateRight(node);
            parent = node->parent;
          }
          parent->red = false;
          grandparent->red = true;
          rotateLeft(grandparent);
        }
      }
    }
    root_->red = false;
  }

  void repairRemoval(Node* node) {
    while (node != root_ && !node->red) {
      Node* parent = node->parent;
      if (node == parent->left) {
        Node* sibling = parent->right;
        if (sibling->red) {
          sibling->red = false;
          parent->red = true;
          rotateLeft(parent);
          sibling = parent->right;
        }
        if (!sibling->left->red && !sibling->right->red) {
          sibling->red = true;
          node = parent;
        } else {
          if (!sibling->right->red) {
            sibling->left->red = false;
            sibling->red = true;
            rotateRight(sibling);
            sibling = parent->right;
          }
          sibling->red = parent->red;
          parent->red = false;
          sibling->right->red = false;
          rotateLeft(parent);
          node = root_;
        }
      } else {
        Node* sibling = parent->left;
        if (sibling->red) {
          sibling->red = false;
          parent->red = true;
          rotateRight(parent);
          sibling = parent->left;
        }
        if (!sibling->left->red && !sibling->right->red) {
          sibling->red = true;
          node = parent;
        } else {
          if (!sibling->left->red) {
            sibling->right->red = false;
            sibling->red = true;
            rotateLeft(sibling);
            sibling = parent->left;
          }
          sibling->red = parent->red;
          parent->red = false;
          sibling->left->red = false;
          rotateRight(parent);
          node = root_;
        }
      }
    }
    node->red = false;
  }

  Node* leaf_;  // one black node stands for all leaves and for the parent of the root
  Node* root_;
  int size_ = 0;
};

// Goes smoothly between -1 and 1 with period 2, in arithmetic that every language rounds alike.
double wave(double phase) {
  double p = std::fmod(phase, 2.0);
  if (p < 1.0) return 4.0 * p * (1.0 - p);
  return -4.0 * (p - 1.0) * (2.0 - p);
}

class Aircraft {
 public:
  explicit Aircraft(int number)
      : callSign_{number},
        speedX_(0.20 + number * 7 % 11 / 50.0),
        speedY_(0.15 + number * 5 % 13 / 60.0),
        phaseX_(number * 37 % 100 / 50.0),
        phaseY_(number * 61 % 100 / 50.0),
        altitude_(10.0 + number % 6) {}

  CallSign callSign() const { return callSign_; }

  Vector positionAt(double time) const {
    double half = kField / 2.0;
    return {half + half * wave(phaseX_ + time * speedX_),
            half + half * wave(phaseY_ + time * speedY_), altitude_ + wave(phaseX_ + time)};
  }

 private:
  CallSign callSign_;
  double speedX_, speedY_, phaseX_, phaseY_, altitude_;
};

struct Sighting {
  CallSign callSign;
  Vector position;
};

class Simulator {
 public:
  explicit Simulator(int count) {
    for (int number = 1; number <= count; number++) aircraft_.emplace_back(number);
  }

  // The call signs and positions in one frame; now and then an aircraft is out of sight.
  std::vector<Sighting> frame(int index) const {
    double time = index / 20.0;
    std::vector<Sighting> seen;
    for (const Aircraft& aircraft : aircraft_) {
      if ((index + aircraft.callSign().number * 3) % 50 >= 4) {
        seen.push_back({aircraft.callSign(), aircraft.positionAt(time)});
      }
    }
    return seen;
  }

 private:
  std::vector<Aircraft> aircraft_;
};

class Motion;
using Voxels = Tree<Voxel, std::vector<const Motion*>>;

struct Interval {
  double low, high;
};

// Cuts the interval of a line's parameter to where origin + parameter * direction lies between
// `from` and `to`; an empty result has low > high.
Interval clip(double origin, double direction, double from, double to, Interval interval) {
  if (direction == 0.0) {
    if (origin < from || origin > to) return {1.0, 0.0};
    return interval;
  }
  double t1 = (from - origin) / direction, t2 = (to - origin) / direction;
  if (t1 > t2) std::swap(t1, t2);
  return {t1 > interval.low ? t1 : interval.low, t2 < interval.high ? t2 : interval.high};
}

int voxelIndex(double coordinate) { return static_cast<int>(std::floor(coordinate / kVoxel)); }

class Motion {
 public:
  Motion(CallSign callSign, const Vector& from, const Vector& to)
      : callSign_(callSign), from_(from), to_(to) {}

  CallSign callSign() const { return callSign_; }
  Vector delta() const { return to_.minus(from_); }

  // The point between the two at the first moment when they are too close, if there is one.
  std::optional<Vector> meet(const Motion& other) const {
    Vector mine = delta(), others = other.delta();
    Vector distance = from_.minus(other.from_);
    Vector speed = mine.minus(others);
    double a = speed.dot(speed);
    double b = 2.0 * distance.dot(speed);
    double c = distance.dot(distance) - kRadius * kRadius;
    double moment = 0.0;
    if (a == 0.0) {
      if (c > 0.0) return std::nullopt;
    } else {
      double discriminant = b * b - 4.0 * a * c;
      if (discriminant < 0.0) return std::nullopt;
      double root = std::sqrt(discriminant);
      double enter = (-b - root) / (2.0 * a), leave = (-b + root) / (2.0 * a);
      if (leave < 0.0 || enter > 1.0) return std::nullopt;
      moment = enter > 0.0 ? enter : 0.0;
    }
    Vector here = from_.plus(mine.times(moment));
    Vector there = other.from_.plus(others.times(moment));
    return here.plus(there).times(0.5);
  }

  // Whether the motion comes closer to the voxel than the radius, measured along the axes.
  bool touches(int x, int y) const {
    Vector d = delta();
    Interval cut =
        clip(from_.x, d.x, x * kVoxel - kRadius, (x + 1) * kVoxel + kRadius, {0.0, 1.0});
    if (cut.low > cut.high) return false;
    cut = clip(from_.y, d.y, y * kVoxel - kRadius, (y + 1) * kVoxel + kRadius, cut);
    return cut.low <= cut.high;
  }

  // Enters the motion into the bucket of every voxel that it touches.
  void drawOn(Voxels& voxels) const {
    auto [lowX, highX] = std::minmax(from_.x, to_.x);
    auto [lowY, highY] = std::minmax(from_.y, to_.y);
    int firstY = voxelIndex(lowY - kRadius), lastY = voxelIndex(highY + kRadius);
    int lastX = voxelIndex(highX + kRadius);
    for (int x = voxelIndex(lowX - kRadius); x <= lastX; x++) {
      for (int y = firstY; y <= lastY; y++) {
        if (!touches(x, y)) continue;
        Voxel voxel{x, y};
        std::vector<const Motion*>* bucket = voxels.get(voxel);
        if (!bucket) {
          voxels.put(voxel, {});
          bucket = voxels.get(voxel);
        }
        bucket->push_back(this);
      }
    }
  }

 private:
  CallSign callSign_;
  Vector from_, to_;
};

class Detector {
 public:
  // Calls visit(pair, point) for each pair of aircraft that meets in this frame.
  template <class Visit>
  int collisions(const std::vector<Sighting>& seen, int index, Visit visit) {
    std::vector<Motion> moved = motions(seen, index);
    Voxels voxels;
    for (const Motion& motion : moved) motion.drawOn(voxels);
    Tree<Pair, Vector> found;
    voxels.forEach([&](const Voxel&, const std::vector<const Motion*>& bucket) {
      for (size_t i = 0; i < bucket.size(); i++) {
        for (size_t j = i + 1; j < bucket.size(); j++) {
          comparisons_++;
          if (auto point = bucket[i]->meet(*bucket[j])) {
            found.put({bucket[i]->callSign(), bucket[j]->callSign()}, *point);
          }
        }
      }
    });
    found.forEach(visit);
    return found.size();
  }

  long comparisons() const { return comparisons_; }

 private:
  struct Track {
    Vector position;
    int index;
  };

  // Takes the positions of a frame; returns the motions since the last one and forgets aircraft
  // that are out of sight.
  std::vector<Motion> motions(const std::vector<Sighting>& seen, int index) {
    std::vector<Motion> moved;
    for (const Sighting& sighting : seen) {
      auto before = tracks_.put(sighting.callSign, Track{sighting.position, index});
      moved.emplace_back(sighting.callSign, before ? before->position : sighting.position,
                         sighting.position);
    }
    std::vector<CallSign> lost;
    tracks_.forEach([&](const CallSign& callSign, const Track& track) {
      if (track.index != index) lost.push_back(callSign);
    });
    for (const CallSign& callSign : lost) tracks_.remove(callSign);
    return moved;
  }

  Tree<CallSign, Track> tracks_;
  long comparisons_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  int frames = argc > 1 ? std::atoi(argv[1]) : 900;
  Simulator simulator(kAircraft);
  Detector detector;
  long total = 0;
  int checksum = 0;
  for (int index = 1; index <= frames; index++) {
    total += detector.collisions(
        simulator.frame(index), index, [&](const Pair& pair, const Vector& point) {
          int place = static_cast<int>(std::floor(point.x * 10.0)) +
                      static_cast<int>(std::floor(point.y * 10.0)) * 7 +
                      static_cast<int>(std::floor(point.z * 10.0));
          checksum =
              (checksum * 31 + pair.first.number * 3 + pair.second.number + place) % 1000003;
        });
  }
  std::printf("collision %d: %ld %ld %d\n", frames, total, detector.comparisons(), checksum);
  return 0;
}
