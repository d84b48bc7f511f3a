// Conway's game of life on a torus of 128 by 128 cells, eight generations a round: two arrays
// of zeros and ones with a border, nine reads a cell. Size: number of rounds.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define N 128
#define STRIDE (N + 2)
#define GENERATIONS 8

static int64_t seed = 42;
static int nextRandom(int limit) {
  seed = seed * 16807 % 2147483647;
  return (int)(seed % limit);
}

// Copies the outer rows and columns to the border on the other side.
static void wrap(unsigned char* cells) {
  for (int x = 1; x <= N; x++) {
    cells[x] = cells[N * STRIDE + x];
    cells[(N + 1) * STRIDE + x] = cells[STRIDE + x];
  }
  for (int y = 0; y <= N + 1; y++) {
    cells[y * STRIDE] = cells[y * STRIDE + N];
    cells[y * STRIDE + N + 1] = cells[y * STRIDE + 1];
  }
}

// Writes the next generation; returns how many cells live in it.
static int generation(unsigned char* cells, unsigned char* following) {
  wrap(cells);
  int living = 0;
  for (int y = 1; y <= N; y++) {
    for (int x = 1; x <= N; x++) {
      int at = y * STRIDE + x;
      int above = at - STRIDE, below = at + STRIDE;
      int neighbours = cells[above - 1] + cells[above] + cells[above + 1] + cells[at - 1] +
                       cells[at + 1] + cells[below - 1] + cells[below] + cells[below + 1];
      if (neighbours == 3 || (neighbours == 2 && cells[at] == 1)) {
        following[at] = 1;
        living++;
      } else {
        following[at] = 0;
      }
    }
  }
  return living;
}

int main(int argc, char** argv) {
  int rounds = argc > 1 ? atoi(argv[1]) : 100;
  unsigned char* cells = calloc(STRIDE * STRIDE, 1);
  unsigned char* following = calloc(STRIDE * STRIDE, 1);
  for (int i = 0; i < STRIDE * STRIDE; i++) cells[i] = nextRandom(3) == 0;
  long total = 0;
  int last = 0;
  for (int round = 0; round < rounds; round++) {
    // A few changed cells keep the field from settling.
    for (int i = 0; i < 40; i++) {
      int x = 1 + nextRandom(N), y = 1 + nextRandom(N);
      cells[y * STRIDE + x] = 1 - cells[y * STRIDE + x];
    }
    for (int i = 0; i < GENERATIONS; i++) {
      last = generation(cells, following);
      total += last;
      unsigned char* swap = cells;
      cells = following;
      following = swap;
    }
  }
  printf("life %d: %ld %d\n", rounds, total, last);
  free(cells);
  free(following);
  return 0;
}
