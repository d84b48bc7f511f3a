// A ray tracer without libraries: six spheres on a chequered floor, one lamp, shadows and
// reflections, all vectors in plain locals. Size: number of pictures of 64 by 64 points.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define N 64
#define DEPTH 3
#define FARTHEST 1e9
#define SPHERES 6

static const double kLampX = 4.0, kLampY = 8.0, kLampZ = -6.0;

struct Sphere {
  double x, y, z, radius, shine, grey;
};

static const struct Sphere spheres[SPHERES] = {
    {0.0, 1.0, 3.0, 1.0, 0.4, 0.9},  {-2.0, 0.75, 2.0, 0.75, 0.2, 0.6},
    {2.0, 0.5, 1.5, 0.5, 0.6, 0.5},  {1.0, 2.5, 4.0, 0.6, 0.1, 0.8},
    {-1.0, 0.3, 0.5, 0.3, 0.3, 0.7}, {-3.0, 2.0, 5.0, 1.5, 0.5, 0.4},
};

// The nearest sphere that a ray meets, and how far away it is. Directions have length 1.
static const struct Sphere* nearest(double ox, double oy, double oz, double dx, double dy,
                                    double dz, double* distance) {
  const struct Sphere* found = NULL;
  *distance = FARTHEST;
  for (int i = 0; i < SPHERES; i++) {
    const struct Sphere* s = &spheres[i];
    double lx = s->x - ox, ly = s->y - oy, lz = s->z - oz;
    double along = lx * dx + ly * dy + lz * dz;
    if (along > 0.0) {
      double gap = s->radius * s->radius - (lx * lx + ly * ly + lz * lz - along * along);
      if (gap > 0.0) {
        double t = along - sqrt(gap);
        if (t > 1e-4 && t < *distance) {
          found = s;
          *distance = t;
        }
      }
    }
  }
  return found;
}

// The light that the lamp gives to a point whose normal is known.
static double lit(double px, double py, double pz, double nx, double ny, double nz) {
  double lx = kLampX - px, ly = kLampY - py, lz = kLampZ - pz;
  double length = sqrt(lx * lx + ly * ly + lz * lz);
  lx /= length;
  ly /= length;
  lz /= length;
  double cosine = nx * lx + ny * ly + nz * lz;
  if (cosine <= 0.0) return 0.1;
  double distance;
  if (nearest(px, py, pz, lx, ly, lz, &distance) && distance < length) return 0.1;
  return 0.1 + 0.9 * cosine;
}

static double trace(double ox, double oy, double oz, double dx, double dy, double dz, int depth) {
  double distance;
  const struct Sphere* sphere = nearest(ox, oy, oz, dx, dy, dz, &distance);
  double nx = 0.0, ny = 1.0, nz = 0.0;
  double shine, grey;
  if (dy < -1e-6 && -oy / dy < distance) {
    distance = -oy / dy;
    double px = ox + dx * distance, pz = oz + dz * distance;
    shine = 0.15;
    grey = ((int)floor(px) + (int)floor(pz)) % 2 == 0 ? 0.9 : 0.2;
  } else if (sphere) {
    nx = (ox + dx * distance - sphere->x) / sphere->radius;
    ny = (oy + dy * distance - sphere->y) / sphere->radius;
    nz = (oz + dz * distance - sphere->z) / sphere->radius;
    shine = sphere->shine;
    grey = sphere->grey;
  } else {
    return 0.3 + 0.4 * (dy > 0.0 ? dy : 0.0);
  }
  double px = ox + dx * distance, py = oy + dy * distance, pz = oz + dz * distance;
  double light = grey * lit(px, py, pz, nx, ny, nz);
  if (depth > 1) {
    double twice = 2.0 * (dx * nx + dy * ny + dz * nz);
    double seen =
        trace(px, py, pz, dx - twice * nx, dy - twice * ny, dz - twice * nz, depth - 1);
    light = light * (1.0 - shine) + seen * shine;
  }
  return light;
}

// The sum of the grey values, 0 to 255, of all points; the eye moves with each picture.
static long render(double eyeX) {
  long sum = 0;
  for (int row = 0; row < N; row++) {
    for (int column = 0; column < N; column++) {
      double x = (column - N / 2.0) / N, y = (N / 2.0 - row) / N;
      double length = sqrt(x * x + y * y + 1.0);
      double light = trace(eyeX, 1.5, -4.0, x / length, y / length, 1.0 / length, DEPTH);
      sum += (long)(light * 255.0);
    }
  }
  return sum;
}

int main(int argc, char** argv) {
  int pictures = argc > 1 ? atoi(argv[1]) : 200;
  long total = 0;
  for (int picture = 1; picture <= pictures; picture++) {
    total += render((picture % 16) * 0.125 - 1.0);
  }
  printf("ray %d: %ld\n", pictures, total);
  return 0;
}
