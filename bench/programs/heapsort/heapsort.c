// Heapsort, in place, of an array of 20000 random floats, a new array each round: comparisons
// of array elements at computed indices. Size: number of rounds.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define N 20000

static int64_t seed = 42;
static double nextRandom(void) {
  seed = seed * 16807 % 2147483647;
  return seed / 2147483647.0;
}

// Lets the element at `root` sink until no child below it, before `end`, is greater.
static void sink(double* a, int root, int end) {
  double value = a[root];
  int child = 2 * root + 1;
  while (child < end) {
    if (child + 1 < end && a[child] < a[child + 1]) child++;
    if (a[child] <= value) break;
    a[root] = a[child];
    root = child;
    child = 2 * root + 1;
  }
  a[root] = value;
}

static void heapsort(double* a, int n) {
  for (int root = n / 2 - 1; root >= 0; root--) sink(a, root, n);
  for (int last = n - 1; last > 0; last--) {
    double value = a[0];
    a[0] = a[last];
    a[last] = value;
    sink(a, 0, last);
  }
}

int main(int argc, char** argv) {
  int rounds = argc > 1 ? atoi(argv[1]) : 90;
  double sum = 0.0;
  int unsorted = 0;
  for (int round = 0; round < rounds; round++) {
    double* a = malloc(sizeof(double) * N);
    for (int i = 0; i < N; i++) a[i] = nextRandom();
    heapsort(a, N);
    for (int i = 1; i < N; i++) {
      if (a[i - 1] > a[i]) unsorted++;
    }
    sum = sum + a[0] + a[N / 2 - 1] * 2.0 + a[N - 1];
    free(a);
  }
  printf("heapsort %d: %d %.6f\n", rounds, unsorted, sum);
  return 0;
}
