// Mandelbrot set on an n by n grid, at most 50 iterations a point: float arithmetic in
// locals. Size: n.
#include <stdio.h>
#include <stdlib.h>

#define LIMIT 50

int main(int argc, char** argv) {
  int n = argc > 1 ? atoi(argv[1]) : 1400;
  int inside = 0, checksum = 0;
  for (int row = 0; row < n; row++) {
    double ci = 2.0 * row / n - 1.0;
    for (int column = 0; column < n; column++) {
      double cr = 2.0 * column / n - 1.5;
      double zr = 0.0, zi = 0.0, zr2 = 0.0, zi2 = 0.0;
      int count = 0;
      while (count < LIMIT && zr2 + zi2 <= 4.0) {
        zi = 2.0 * zr * zi + ci;
        zr = zr2 - zi2 + cr;
        zr2 = zr * zr;
        zi2 = zi * zi;
        count++;
      }
      if (count == LIMIT) inside++;
      checksum = (checksum * 31 + count) % 1000003;
    }
  }
  printf("mandelbrot %d: %d %d\n", n, inside, checksum);
  return 0;
}
