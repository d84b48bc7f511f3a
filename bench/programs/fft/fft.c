// Fast Fourier transform forth and back of 4096 complex numbers, in place, radix 2: float
// arrays with computed indices. The roots of unity come from half-angle formulas, which need
// only the square root, so that every language gets the same bits. Size: number of rounds.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define BITS 12
#define N 4096

typedef struct {
  double* cos;
  double* sin;
} Roots;

// Cosines and sines of k * pi / half for k in 0 .. half-1, for every stage.
static void makeRoots(Roots* stages) {
  int half = 1;
  stages[0].cos = malloc(sizeof(double));
  stages[0].sin = malloc(sizeof(double));
  stages[0].cos[0] = 1.0;
  stages[0].sin[0] = 0.0;
  double c = -1.0, s = 0.0;
  for (int stage = 1; stage < BITS; stage++) {
    double next = sqrt((1.0 + c) / 2.0);
    s = stage == 1 ? 1.0 : s / (2.0 * next);
    c = next;
    const Roots* previous = &stages[stage - 1];
    Roots* roots = &stages[stage];
    roots->cos = malloc(2 * half * sizeof(double));
    roots->sin = malloc(2 * half * sizeof(double));
    for (int k = 0; k < half; k++) {
      double pc = previous->cos[k], ps = previous->sin[k];
      roots->cos[2 * k] = pc;
      roots->sin[2 * k] = ps;
      roots->cos[2 * k + 1] = pc * c - ps * s;
      roots->sin[2 * k + 1] = ps * c + pc * s;
    }
    half *= 2;
  }
}

static void swap(double* a, double* b) {
  double t = *a;
  *a = *b;
  *b = t;
}

// Exchanges every element with the one whose index has the bits reversed.
static void reverseBits(double* re, double* im) {
  int j = 0;
  for (int i = 0; i < N - 1; i++) {
    if (i < j) {
      swap(&re[i], &re[j]);
      swap(&im[i], &im[j]);
    }
    int bit = N / 2;
    while (j >= bit) {
      j -= bit;
      bit /= 2;
    }
    j += bit;
  }
}

static void transform(double* re, double* im, const Roots* stages, double sign) {
  reverseBits(re, im);
  int half = 1;
  for (int stage = 0; stage < BITS; stage++) {
    const double* cos = stages[stage].cos;
    const double* sin = stages[stage].sin;
    int step = half * 2;
    for (int k = 0; k < half; k++) {
      double wr = cos[k], wi = sign * sin[k];
      for (int i = k; i < N; i += step) {
        int j = i + half;
        double xr = re[j], xi = im[j];
        double tr = wr * xr - wi * xi;
        double ti = wr * xi + wi * xr;
        re[j] = re[i] - tr;
        im[j] = im[i] - ti;
        re[i] = re[i] + tr;
        im[i] = im[i] + ti;
      }
    }
    half = step;
  }
}

int main(int argc, char** argv) {
  int rounds = argc > 1 ? atoi(argv[1]) : 350;
  Roots stages[BITS];
  makeRoots(stages);
  double* re = malloc(N * sizeof(double));
  double* im = malloc(N * sizeof(double));
  unsigned seed = 7;
  for (int i = 0; i < N; i++) {
    seed = (seed * 25173 + 13849) % 65536;
    re[i] = seed / 65536.0;
    im[i] = 0.0;
  }
  double power = 0.0;
  for (int round = 0; round < rounds; round++) {
    transform(re, im, stages, -1.0);
    power = 0.0;
    for (int i = 0; i < N; i++) power = power + re[i] * re[i] + im[i] * im[i];
    transform(re, im, stages, 1.0);
    for (int i = 0; i < N; i++) {
      re[i] /= N;
      im[i] /= N;
    }
  }
  double sum = 0.0;
  for (int i = 0; i < N; i++) sum += re[i];
  printf("fft %d: %.6f %.6f\n", rounds, sum, power / N);
  for (int stage = 0; stage < BITS; stage++) {
    free(stages[stage].cos);
    free(stages[stage].sin);
  }
  free(re);
  free(im);
  return 0;
}
