// Largest singular value of an infinite matrix, cut to n by n, by power iteration:
// float arithmetic with integer index expressions and calls in the inner loop. Size: n.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static double element(int i, int j) {
  return 1.0 / ((i + j) * (i + j + 1) / 2 + i + 1);
}

static void multiply(int n, const double* v, double* out) {
  for (int i = 0; i < n; i++) {
    double sum = 0.0;
    for (int j = 0; j < n; j++) sum += element(i, j) * v[j];
    out[i] = sum;
  }
}

static void multiplyTransposed(int n, const double* v, double* out) {
  for (int i = 0; i < n; i++) {
    double sum = 0.0;
    for (int j = 0; j < n; j++) sum += element(j, i) * v[j];
    out[i] = sum;
  }
}

int main(int argc, char** argv) {
  int n = argc > 1 ? atoi(argv[1]) : 900;
  double* u = malloc(n * sizeof(double));
  double* v = malloc(n * sizeof(double));
  double* t = malloc(n * sizeof(double));
  for (int i = 0; i < n; i++) u[i] = 1.0;
  for (int i = 0; i < 10; i++) {
    multiply(n, u, t);
    multiplyTransposed(n, t, v);
    multiply(n, v, t);
    multiplyTransposed(n, t, u);
  }
  double uv = 0.0, vv = 0.0;
  for (int i = 0; i < n; i++) {
    uv += u[i] * v[i];
    vv += v[i] * v[i];
  }
  printf("spectral_norm %d: %.9f\n", n, sqrt(uv / vv));
  free(u);
  free(v);
  free(t);
  return 0;
}
