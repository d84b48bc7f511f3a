// Product of two n by n matrices of floats, kept in flat arrays by rows; the second is
// transposed first. Size: n.
#include <stdio.h>
#include <stdlib.h>

// The entries are multiples of 1/8, so every sum below is exact.
static double* generate(int n, int a, int b) {
  double* m = malloc(sizeof(double) * n * n);
  for (int i = 0; i < n; i++) {
    for (int j = 0; j < n; j++) m[i * n + j] = 1.0 + (i * a + j * b) % 11 / 8.0;
  }
  return m;
}

static double* transpose(int n, const double* m) {
  double* t = malloc(sizeof(double) * n * n);
  for (int i = 0; i < n; i++) {
    for (int j = 0; j < n; j++) t[i * n + j] = m[j * n + i];
  }
  return t;
}

static double* multiply(int n, const double* a, const double* b) {
  double* columns = transpose(n, b);
  double* product = malloc(sizeof(double) * n * n);
  for (int i = 0; i < n; i++) {
    const double* row = a + i * n;
    for (int j = 0; j < n; j++) {
      const double* column = columns + j * n;
      double sum = 0.0;
      for (int k = 0; k < n; k++) sum += row[k] * column[k];
      product[i * n + j] = sum;
    }
  }
  free(columns);
  return product;
}

int main(int argc, char** argv) {
  int n = argc > 1 ? atoi(argv[1]) : 500;
  double* a = generate(n, 7, 3);
  double* b = generate(n, 5, 2);
  double* product = multiply(n, a, b);
  double trace = 0.0, total = 0.0;
  for (int i = 0; i < n; i++) {
    trace += product[i * n + i];
    for (int j = 0; j < n; j++) total += product[i * n + j];
  }
  printf("matmul %d: %.6f %.6f\n", n, trace, total);
  free(a);
  free(b);
  free(product);
  return 0;
}
