// Lengths of the shortest paths between all pairs of 100 places (Floyd and Warshall): one flat
// array of small integers, three nested loops. Size: number of maps.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define N 100
#define FAR 1000000

static int64_t seed = 42;
static int nextRandom(int limit) {
  seed = seed * 16807 % 2147483647;
  return (int)(seed % limit);
}

// About one road in twenty exists. The matrix is stored by rows.
static int* makeMap(int n) {
  int* distance = malloc(sizeof(int) * n * n);
  for (int i = 0; i < n; i++) {
    for (int j = 0; j < n; j++) {
      int length = nextRandom(2000);
      if (i == j) {
        length = 0;
      } else if (length > 100) {
        length = FAR;
      }
      distance[i * n + j] = length;
    }
  }
  return distance;
}

static void shortest(int* distance, int n) {
  for (int k = 0; k < n; k++) {
    for (int i = 0; i < n; i++) {
      int first = distance[i * n + k];
      for (int j = 0; j < n; j++) {
        int length = first + distance[k * n + j];
        if (length < distance[i * n + j]) distance[i * n + j] = length;
      }
    }
  }
}

int main(int argc, char** argv) {
  int rounds = argc > 1 ? atoi(argv[1]) : 36;
  long total = 0, unreached = 0;
  for (int round = 0; round < rounds; round++) {
    int* distance = makeMap(N);
    shortest(distance, N);
    for (int i = 0; i < N * N; i++) {
      if (distance[i] >= FAR) {
        unreached++;
      } else {
        total += distance[i];
      }
    }
    free(distance);
  }
  printf("floyd_warshall %d: %ld %ld\n", rounds, total, unreached);
  return 0;
}
