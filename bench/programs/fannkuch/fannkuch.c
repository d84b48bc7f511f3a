// For every permutation of 1..n, counts the prefix reversals that bring 1 to the front:
// small integer arrays. Size: n.
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_N 16

// Reversals needed for `work`, which is destroyed.
static int countFlips(int* work) {
  int flips = 0;
  int first;
  while ((first = work[0]) != 1) {
    for (int i = 0, j = first - 1; i < j; i++, j--) {
      int t = work[i];
      work[i] = work[j];
      work[j] = t;
    }
    flips++;
  }
  return flips;
}

// Moves `perm` to the next permutation in rotation order; false after the last one.
static bool nextPermutation(int* perm, int* count, int n) {
  for (int r = 1; r < n; r++) {
    int head = perm[0];
    for (int i = 0; i < r; i++) perm[i] = perm[i + 1];
    perm[r] = head;
    if (++count[r] <= r) return true;
    count[r] = 0;
  }
  return false;
}

int main(int argc, char** argv) {
  int n = argc > 1 ? atoi(argv[1]) : 10;
  int perm[MAX_N], work[MAX_N], count[MAX_N] = {0};
  for (int i = 0; i < n; i++) perm[i] = i + 1;

  long checksum = 0;
  int most = 0, sign = 1;
  do {
    memcpy(work, perm, sizeof(int) * n);
    int flips = countFlips(work);
    if (flips > most) most = flips;
    checksum += sign * flips;
    sign = -sign;
  } while (nextPermutation(perm, count, n));
  printf("fannkuch %d: %ld %d\n", n, checksum, most);
  return 0;
}
