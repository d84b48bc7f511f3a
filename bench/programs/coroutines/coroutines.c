// Generators as C does them, explicit state machines: two trees compared leaf by leaf, a
// pipeline of producer, filter and consumer, and many short-lived generators.
// Size: number of rounds.
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct Tree {
  int value;  // 0 in inner nodes
  struct Tree *left, *right;
} Tree;

static Tree* node(int value, Tree* left, Tree* right) {
  Tree* tree = malloc(sizeof(Tree));
  *tree = (Tree){value, left, right};
  return tree;
}

static Tree* build(int low, int high) {
  if (low == high) return node(low, NULL, NULL);
  int middle = (low + high) / 2;
  return node(0, build(low, middle), build(middle + 1, high));
}

// The same leaves in a tree of another shape.
static Tree* buildSkewed(int low, int high) {
  if (low == high) return node(low, NULL, NULL);
  int cut = low + (high - low) / 4;
  return node(0, buildSkewed(low, cut), buildSkewed(cut + 1, high));
}

static void destroy(Tree* tree) {
  if (!tree) return;
  destroy(tree->left);
  destroy(tree->right);
  free(tree);
}

// A generator gives its next number, or false at the end; the structs below begin with it.
typedef struct Generator {
  bool (*next)(struct Generator* self, int* out);
} Generator;

#define MAX_PENDING 64

typedef struct {
  Generator base;
  int count;
  const Tree* pending[MAX_PENDING];
} Leaves;

static bool leavesNext(Generator* self, int* out) {
  Leaves* leaves = (Leaves*)self;
  while (leaves->count > 0) {
    const Tree* tree = leaves->pending[--leaves->count];
    if (tree->value) {
      *out = tree->value;
      return true;
    }
    leaves->pending[leaves->count++] = tree->right;
    leaves->pending[leaves->count++] = tree->left;
  }
  return false;
}

static Generator* makeLeaves(const Tree* tree) {
  Leaves* leaves = malloc(sizeof(Leaves));
  leaves->base.next = leavesNext;
  leaves->count = 1;
  leaves->pending[0] = tree;
  return &leaves->base;
}

static int sameFringe(const Tree* a, const Tree* b) {
  Generator *leavesA = makeLeaves(a), *leavesB = makeLeaves(b);
  int sum = 0;
  while (true) {
    int x, y;
    bool moreA = leavesA->next(leavesA, &x), moreB = leavesB->next(leavesB, &y);
    if (moreA != moreB || (moreA && x != y)) {
      sum = -1;
      break;
    }
    if (!moreA) break;
    sum += x;
  }
  free(leavesA);
  free(leavesB);
  return sum;
}

typedef struct {
  Generator base;
  int current, limit;
} Numbers;

static bool numbersNext(Generator* self, int* out) {
  Numbers* numbers = (Numbers*)self;
  if (numbers->current > numbers->limit) return false;
  *out = numbers->current++;
  return true;
}

static Generator* makeNumbers(int limit) {
  Numbers* numbers = malloc(sizeof(Numbers));
  *numbers = (Numbers){{numbersNext}, 1, limit};
  return &numbers->base;
}

typedef struct {
  Generator base;
  Generator* source;
  int by;
} NotDivisible;

static bool notDivisibleNext(Generator* self, int* out) {
  NotDivisible* filter = (NotDivisible*)self;
  int x;
  while (filter->source->next(filter->source, &x)) {
    if (x % filter->by != 0) {
      *out = x;
      return true;
    }
  }
  return false;
}

static Generator* makeNotDivisible(Generator* source, int by) {
  NotDivisible* filter = malloc(sizeof(NotDivisible));
  *filter = (NotDivisible){{notDivisibleNext}, source, by};
  return &filter->base;
}

static int pipeline(int limit) {
  static const int kDivisors[] = {2, 3, 5, 7};
  Generator* stages[5];
  stages[0] = makeNumbers(limit);
  for (int i = 0; i < 4; i++) stages[i + 1] = makeNotDivisible(stages[i], kDivisors[i]);
  int sum = 0, x;
  while (stages[4]->next(stages[4], &x)) sum += x;
  for (int i = 0; i < 5; i++) free(stages[i]);
  return sum;
}

typedef struct {
  Generator base;
  int n;
} Digits;

static bool digitsNext(Generator* self, int* out) {
  Digits* digits = (Digits*)self;
  if (digits->n == 0) return false;
  *out = digits->n % 10;
  digits->n /= 10;
  return true;
}

static Generator* makeDigits(int n) {
  Digits* digits = malloc(sizeof(Digits));
  *digits = (Digits){{digitsNext}, n};
  return &digits->base;
}

static int digitSums(int from, int to) {
  int sum = 0;
  for (int n = from; n <= to; n++) {
    Generator* digits = makeDigits(n);
    int digit;
    while (digits->next(digits, &digit)) sum += digit;
    free(digits);
  }
  return sum;
}

int main(int argc, char** argv) {
  int rounds = argc > 1 ? atoi(argv[1]) : 2500;
  Tree *balanced = build(1, 500), *skewed = buildSkewed(1, 500);
  int checksum = 0;
  for (int number = 1; number <= rounds; number++) {
    int sum = sameFringe(balanced, skewed) + pipeline(700 + number % 10) +
              digitSums(1000 + number, 1200 + number);
    checksum = (checksum * 31 + sum) % 1000003;
  }
  printf("coroutines %d: %d\n", rounds, checksum);
  destroy(balanced);
  destroy(skewed);
  return 0;
}
