// The sun and the four giant planets under gravity: floating-point fields of records.
// Size: number of steps.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define PI 3.141592653589793
#define SOLAR_MASS (4 * PI * PI)
#define DAYS 365.24
#define COUNT 5

typedef struct {
  double x, y, z;
  double vx, vy, vz;
  double mass;
} Body;

static Body body(double x, double y, double z, double vx, double vy, double vz, double mass) {
  Body b = {x, y, z, vx * DAYS, vy * DAYS, vz * DAYS, mass * SOLAR_MASS};
  return b;
}

static void solarSystem(Body* bodies) {
  bodies[0] = body(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0);
  bodies[1] = body(4.84143144246472090e+00, -1.16032004402742839e+00, -1.03622044471123109e-01,
                   1.66007664274403694e-03, 7.69901118419740425e-03, -6.90460016972063023e-05,
                   9.54791938424326609e-04);
  bodies[2] = body(8.34336671824457987e+00, 4.12479856412430479e+00, -4.03523417114321381e-01,
                   -2.76742510726411000e-03, 4.99852801234917238e-03, 2.30417297573763929e-05,
                   2.85885980666130812e-04);
  bodies[3] = body(1.28943695621391310e+01, -1.51111514016986312e+01, -2.23307578892655734e-01,
                   2.96460137564761618e-03, 2.37847173959480950e-03, -2.96589568540237556e-05,
                   4.36624404335156298e-05);
  bodies[4] = body(1.53796971148509165e+01, -2.59193146099879641e+01, 1.79258772950371181e-01,
                   2.68067772490389322e-03, 1.62824170038242295e-03, -9.51592254519715870e-05,
                   5.15138902046611451e-05);
}

// Gives the sun the opposite of the planets' momentum, so that the centre of mass rests.
static void offsetMomentum(Body* bodies) {
  double px = 0.0, py = 0.0, pz = 0.0;
  for (int i = 0; i < COUNT; i++) {
    px += bodies[i].vx * bodies[i].mass;
    py += bodies[i].vy * bodies[i].mass;
    pz += bodies[i].vz * bodies[i].mass;
  }
  bodies[0].vx = -px / SOLAR_MASS;
  bodies[0].vy = -py / SOLAR_MASS;
  bodies[0].vz = -pz / SOLAR_MASS;
}

static void advance(Body* bodies, double dt) {
  for (int i = 0; i < COUNT; i++) {
    Body* a = &bodies[i];
    for (int j = i + 1; j < COUNT; j++) {
      Body* b = &bodies[j];
      double dx = a->x - b->x;
      double dy = a->y - b->y;
      double dz = a->z - b->z;
      double d2 = dx * dx + dy * dy + dz * dz;
      double pull = dt / (d2 * sqrt(d2));
      double ma = a->mass * pull;
      double mb = b->mass * pull;
      a->vx -= dx * mb;
      a->vy -= dy * mb;
      a->vz -= dz * mb;
      b->vx += dx * ma;
      b->vy += dy * ma;
      b->vz += dz * ma;
    }
  }
  for (int i = 0; i < COUNT; i++) {
    Body* b = &bodies[i];
    b->x += dt * b->vx;
    b->y += dt * b->vy;
    b->z += dt * b->vz;
  }
}

static double energy(const Body* bodies) {
  double e = 0.0;
  for (int i = 0; i < COUNT; i++) {
    const Body* a = &bodies[i];
    e += 0.5 * a->mass * (a->vx * a->vx + a->vy * a->vy + a->vz * a->vz);
    for (int j = i + 1; j < COUNT; j++) {
      const Body* b = &bodies[j];
      double dx = a->x - b->x;
      double dy = a->y - b->y;
      double dz = a->z - b->z;
      e -= a->mass * b->mass / sqrt(dx * dx + dy * dy + dz * dz);
    }
  }
  return e;
}

int main(int argc, char** argv) {
  int steps = argc > 1 ? atoi(argv[1]) : 700000;
  Body bodies[COUNT];
  solarSystem(bodies);
  offsetMomentum(bodies);
  double before = energy(bodies);
  for (int i = 0; i < steps; i++) advance(bodies, 0.01);
  printf("nbody %d: %.9f %.9f\n", steps, before, energy(bodies));
  return 0;
}
