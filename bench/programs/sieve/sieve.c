// Sieve of Eratosthenes up to one million, from scratch each round: an array of booleans.
// Size: number of rounds.
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#define LIMIT 1000000

static int sieve(int limit) {
  bool* composite = malloc(limit + 1);
  for (int i = 1; i <= limit; i++) composite[i] = false;
  int count = 0;
  for (int i = 2; i <= limit; i++) {
    if (!composite[i]) {
      count++;
      for (long j = (long)i * i; j <= limit; j += i) composite[j] = true;
    }
  }
  free(composite);
  return count;
}

int main(int argc, char** argv) {
  int rounds = argc > 1 ? atoi(argv[1]) : 40;
  long total = 0;
  for (int round = 1; round <= rounds; round++) total += sieve(LIMIT - round);
  printf("sieve %d: %ld\n", rounds, total);
  return 0;
}
