// The longest run of the 3n + 1 problem among blocks of 2000 starting numbers: a loop over
// integers beyond 32 bits. Size: number of blocks.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define BLOCK 2000

static int steps(int64_t n) {
  int count = 0;
  while (n != 1) {
    if (n % 2 == 0) {
      n = n / 2;
    } else {
      n = 3 * n + 1;
    }
    count++;
  }
  return count;
}

int main(int argc, char** argv) {
  int blocks = argc > 1 ? atoi(argv[1]) : 300;
  int longest = 0;
  long best = 0, total = 0;
  for (int block = 0; block < blocks; block++) {
    long first = (long)block * BLOCK;
    for (long n = first + 1; n <= first + BLOCK; n++) {
      int count = steps(n);
      total += count;
      if (count > longest) {
        longest = count;
        best = n;
      }
    }
  }
  printf("collatz %d: %ld %d %ld\n", blocks, best, longest, total);
  return 0;
}
