// Fibonacci numbers by the naive recursion: calls and integer arithmetic. Size: n.
#include <stdio.h>
#include <stdlib.h>

static long fib(long k) {
  if (k < 2) return k;
  return fib(k - 1) + fib(k - 2);
}

int main(int argc, char** argv) {
  int n = argc > 1 ? atoi(argv[1]) : 37;
  printf("fib %d: %ld\n", n, fib(n));
  return 0;
}
