// Solves a dense system of 120 linear equations by LU decomposition with partial pivoting:
// float rows that are exchanged, and triangular loops. Size: number of systems.
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define N 120

static int64_t seed = 42;
static double nextRandom(void) {
  seed = seed * 16807 % 2147483647;
  return seed / 2147483647.0 - 0.5;
}

// Replaces the rows of `a` by the factors and fills in the order of the rows; returns the
// determinant's sign.
static int decompose(double** a, int* order, int n) {
  int sign = 1;
  for (int i = 0; i < n; i++) order[i] = i;
  for (int k = 0; k < n; k++) {
    int pivot = k;
    for (int i = k + 1; i < n; i++) {
      if (fabs(a[i][k]) > fabs(a[pivot][k])) pivot = i;
    }
    if (pivot != k) {
      double* row = a[k];
      a[k] = a[pivot];
      a[pivot] = row;
      int place = order[k];
      order[k] = order[pivot];
      order[pivot] = place;
      sign = -sign;
    }
    const double* top = a[k];
    for (int i = k + 1; i < n; i++) {
      double* row = a[i];
      double factor = row[k] / top[k];
      row[k] = factor;
      for (int j = k + 1; j < n; j++) row[j] -= factor * top[j];
    }
  }
  return sign;
}

static void solve(double** a, const int* order, const double* b, double* x, int n) {
  for (int i = 0; i < n; i++) {
    const double* row = a[i];
    double sum = b[order[i]];
    for (int j = 0; j < i; j++) sum -= row[j] * x[j];
    x[i] = sum;
  }
  for (int i = n - 1; i >= 0; i--) {
    const double* row = a[i];
    double sum = x[i];
    for (int j = i + 1; j < n; j++) sum -= row[j] * x[j];
    x[i] = sum / row[i];
  }
}

int main(int argc, char** argv) {
  int rounds = argc > 1 ? atoi(argv[1]) : 120;
  double worst = 0.0;
  long signs = 0;
  // The right side is the sum of each row, so that every unknown is 1.
  for (int round = 0; round < rounds; round++) {
    double* a[N];
    double b[N], x[N];
    int order[N];
    for (int i = 0; i < N; i++) {
      a[i] = malloc(sizeof(double) * N);
      double sum = 0.0;
      for (int j = 0; j < N; j++) {
        a[i][j] = nextRandom();
        sum += a[i][j];
      }
      b[i] = sum;
    }
    int sign = decompose(a, order, N);
    solve(a, order, b, x, N);
    for (int i = 0; i < N; i++) {
      double distance = fabs(x[i] - 1.0);
      if (distance > worst) worst = distance;
      free(a[i]);
    }
    signs += sign * (order[N - 1] + 1);
  }
  printf("lu %d: %ld %.6f\n", rounds, signs, worst * 1e6);
  return 0;
}
