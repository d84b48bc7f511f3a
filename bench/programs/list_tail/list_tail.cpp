// Takeuchi's function on lists instead of numbers: which of two lists is shorter is found by
// walking both, and every list is made anew. Recursion, objects that are linked, field reads.
// Size: number of rounds.
#include <cstdio>
#include <cstdlib>
#include <memory>

namespace {

struct Element {
  Element(int value, std::unique_ptr<Element> following)
      : value(value), following(std::move(following)) {}

  int length() const { return following ? 1 + following->length() : 1; }

  int sum() const {
    int sum = 0;
    for (const Element* element = this; element; element = element->following.get()) {
      sum += element->value;
    }
    return sum;
  }

  int value;
  std::unique_ptr<Element> following;
};

class Lists {
 public:
  // The list length, length - 1, ..., 1.
  std::unique_ptr<Element> make(int length) {
    if (length == 0) return nullptr;
    return std::make_unique<Element>(length, make(length - 1));
  }

  bool isShorter(const Element* a, const Element* b) const {
    while (b) {
      if (!a) return true;
      a = a->following.get();
      b = b->following.get();
    }
    return false;
  }

  const Element* tail(const Element* x, const Element* y, const Element* z) {
    calls++;
    if (isShorter(y, x)) {
      return tail(tail(x->following.get(), y, z), tail(y->following.get(), z, x),
                  tail(z->following.get(), x, y));
    }
    return z;
  }

  long calls = 0;
};

}  // namespace

int main(int argc, char** argv) {
  int rounds = argc > 1 ? std::atoi(argv[1]) : 150;
  Lists lists;
  long length = 0, sum = 0;
  for (int round = 1; round <= rounds; round++) {
    auto x = lists.make(17 + round % 2), y = lists.make(12), z = lists.make(6);
    const Element* result = lists.tail(x.get(), y.get(), z.get());
    length += result->length();
    sum += result->sum();
  }
  std::printf("list_tail %d: %ld %ld %ld\n", rounds, length, sum, lists.calls);
  return 0;
}
