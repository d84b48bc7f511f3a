// The 0/1 knapsack problem by dynamic programming: 100 things, room for 5000, one array of
// integers that is walked downwards. Size: number of problems.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define THINGS 100
#define ROOM 5000

static int64_t seed = 42;
static int nextRandom(int limit) {
  seed = seed * 16807 % 2147483647;
  return (int)(seed % limit);
}

// The greatest value of things that fit, and the least room that it takes.
static int pack(const int* weights, const int* values, int count, int room, int* least) {
  int* best = calloc(room + 1, sizeof(int));
  for (int i = 0; i < count; i++) {
    int weight = weights[i], value = values[i];
    for (int r = room; r >= weight; r--) {
      int with = best[r - weight] + value;
      if (with > best[r]) best[r] = with;
    }
  }
  *least = room;
  while (*least > 0 && best[*least - 1] == best[room]) --*least;
  int value = best[room];
  free(best);
  return value;
}

int main(int argc, char** argv) {
  int rounds = argc > 1 ? atoi(argv[1]) : 160;
  long total = 0, taken = 0;
  for (int round = 0; round < rounds; round++) {
    int weights[THINGS], values[THINGS], least;
    for (int i = 0; i < THINGS; i++) {
      weights[i] = 20 + nextRandom(300);
      values[i] = 1 + nextRandom(1000);
    }
    total += pack(weights, values, THINGS, ROOM, &least);
    taken += least;
  }
  printf("knapsack %d: %ld %ld\n", rounds, total, taken);
  return 0;
}
