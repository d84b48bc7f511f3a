// All permutations of eight elements by Heap's method, each handed to a visitor: recursion,
// swaps in a small array, calls of a function value. Size: number of rounds.
#include <stdio.h>
#include <stdlib.h>

#define N 8

typedef void (*Visitor)(const int* items);

static void swap(int* a, int* b) {
  int t = *a;
  *a = *b;
  *b = t;
}

static void permute(int* items, int k, Visitor visit) {
  if (k == 1) {
    visit(items);
    return;
  }
  permute(items, k - 1, visit);
  for (int i = 0; i < k - 1; i++) {
    if (k % 2 == 0) {
      swap(&items[i], &items[k - 1]);
    } else {
      swap(&items[0], &items[k - 1]);
    }
    permute(items, k - 1, visit);
  }
}

static long visited = 0;
static int checksum = 0;

static void visit(const int* items) {
  visited++;
  checksum = (checksum * 7 + items[0] * 3 + items[3] * 2 + items[N - 1]) % 1000003;
}

int main(int argc, char** argv) {
  int rounds = argc > 1 ? atoi(argv[1]) : 280;
  for (int round = 1; round <= rounds; round++) {
    int items[N];
    for (int i = 0; i < N; i++) items[i] = i + 1 + round;
    permute(items, N, visit);
  }
  printf("permutations %d: %ld %d\n", rounds, visited, checksum);
  return 0;
}
