// Counts the ways to place n queens on an n by n board: recursion over arrays of booleans.
// Size: n.
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#define MAX_N 32

static int n;
static bool columns[MAX_N + 1], rising[2 * MAX_N + 1], falling[2 * MAX_N + 1];

static long place(int row) {
  if (row > n) return 1;
  long found = 0;
  for (int column = 1; column <= n; column++) {
    int up = row + column - 1, down = row - column + n;
    if (columns[column] && rising[up] && falling[down]) {
      columns[column] = rising[up] = falling[down] = false;
      found += place(row + 1);
      columns[column] = rising[up] = falling[down] = true;
    }
  }
  return found;
}

int main(int argc, char** argv) {
  n = argc > 1 ? atoi(argv[1]) : 13;
  for (int i = 1; i <= n; i++) columns[i] = true;
  for (int i = 1; i <= 2 * n; i++) rising[i] = falling[i] = true;
  printf("queens %d: %ld\n", n, place(1));
  return 0;
}
