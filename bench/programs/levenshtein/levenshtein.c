// Edit distances between pairs of random strings: bytes of strings, two rows of integers.
// Size: number of pairs.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LENGTH 400

static unsigned seed = 42;

static int randomBelow(int limit) {
  seed = (seed * 25173 + 13849) % 65536;
  return seed % limit;
}

static char* randomString(int length) {
  char* s = malloc(length + 1);
  for (int i = 0; i < length; i++) s[i] = 'a' + randomBelow(7);
  s[length] = '\0';
  return s;
}

static int distance(const char* a, const char* b) {
  int rows = strlen(a), columns = strlen(b);
  int* previous = malloc((columns + 1) * sizeof(int));
  int* current = malloc((columns + 1) * sizeof(int));
  for (int j = 0; j <= columns; j++) previous[j] = j;
  for (int i = 1; i <= rows; i++) {
    char c = a[i - 1];
    current[0] = i;
    for (int j = 1; j <= columns; j++) {
      int best = previous[j - 1];
      if (c != b[j - 1]) best++;
      int removed = previous[j] + 1;
      if (removed < best) best = removed;
      int inserted = current[j - 1] + 1;
      if (inserted < best) best = inserted;
      current[j] = best;
    }
    int* t = previous;
    previous = current;
    current = t;
  }
  int result = previous[columns];
  free(previous);
  free(current);
  return result;
}

int main(int argc, char** argv) {
  int pairs = argc > 1 ? atoi(argv[1]) : 120;
  long total = 0;
  for (int i = 1; i <= pairs; i++) {
    char* a = randomString(LENGTH - i % 7);
    char* b = randomString(LENGTH + i % 5);
    total += distance(a, b);
    free(a);
    free(b);
  }
  printf("levenshtein %d: %ld\n", pairs, total);
  return 0;
}
