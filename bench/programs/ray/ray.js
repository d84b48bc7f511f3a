// A ray tracer without libraries: six spheres on a chequered floor, one lamp, shadows and
// reflections, all vectors in plain locals. Size: number of pictures of 64 by 64 points.
"use strict";
const pictures = Number(process.argv[2] || 200);
const tick = process.argv[3] && (() => require("fs").writeSync(1, ".\n"));
const N = 64;
const DEPTH = 3;
const FARTHEST = 1e9;

const LAMP_X = 4.0, LAMP_Y = 8.0, LAMP_Z = -6.0;

const spheres = [
  { x: 0.0, y: 1.0, z: 3.0, radius: 1.0, shine: 0.4, grey: 0.9 },
  { x: -2.0, y: 0.75, z: 2.0, radius: 0.75, shine: 0.2, grey: 0.6 },
  { x: 2.0, y: 0.5, z: 1.5, radius: 0.5, shine: 0.6, grey: 0.5 },
  { x: 1.0, y: 2.5, z: 4.0, radius: 0.6, shine: 0.1, grey: 0.8 },
  { x: -1.0, y: 0.3, z: 0.5, radius: 0.3, shine: 0.3, grey: 0.7 },
  { x: -3.0, y: 2.0, z: 5.0, radius: 1.5, shine: 0.5, grey: 0.4 },
];

// The nearest sphere that a ray meets; how far away it is stands in `distance`. Directions have
// length 1.
let distance = 0.0;
function nearest(ox, oy, oz, dx, dy, dz) {
  let found = null, least = FARTHEST;
  for (let i = 0; i < spheres.length; i++) {
    const s = spheres[i];
    const lx = s.x - ox, ly = s.y - oy, lz = s.z - oz;
    const along = lx * dx + ly * dy + lz * dz;
    if (along > 0.0) {
      const gap = s.radius * s.radius - (lx * lx + ly * ly + lz * lz - along * along);
      if (gap > 0.0) {
        const t = along - Math.sqrt(gap);
        if (t > 1e-4 && t < least) {
          found = s;
          least = t;
        }
      }
    }
  }
  distance = least;
  return found;
}

// The light that the lamp gives to a point whose normal is known.
function lit(px, py, pz, nx, ny, nz) {
  let lx = LAMP_X - px, ly = LAMP_Y - py, lz = LAMP_Z - pz;
  const length = Math.sqrt(lx * lx + ly * ly + lz * lz);
  lx /= length;
  ly /= length;
  lz /= length;
  const cosine = nx * lx + ny * ly + nz * lz;
  if (cosine <= 0.0) return 0.1;
  if (nearest(px, py, pz, lx, ly, lz) && distance < length) return 0.1;
  return 0.1 + 0.9 * cosine;
}

function trace(ox, oy, oz, dx, dy, dz, depth) {
  const sphere = nearest(ox, oy, oz, dx, dy, dz);
  let t = distance;
  let nx = 0.0, ny = 1.0, nz = 0.0;
  let shine, grey;
  if (dy < -1e-6 && -oy / dy < t) {
    t = -oy / dy;
    const px = ox + dx * t, pz = oz + dz * t;
    shine = 0.15;
    grey = (Math.floor(px) + Math.floor(pz)) % 2 === 0 ? 0.9 : 0.2;
  } else if (sphere) {
    nx = (ox + dx * t - sphere.x) / sphere.radius;
    ny = (oy + dy * t - sphere.y) / sphere.radius;
    nz = (oz + dz * t - sphere.z) / sphere.radius;
    shine = sphere.shine;
    grey = sphere.grey;
  } else {
    return 0.3 + 0.4 * (dy > 0.0 ? dy : 0.0);
  }
  const px = ox + dx * t, py = oy + dy * t, pz = oz + dz * t;
  let light = grey * lit(px, py, pz, nx, ny, nz);
  if (depth > 1) {
    const double = 2.0 * (dx * nx + dy * ny + dz * nz);
    const seen = trace(px, py, pz, dx - double * nx, dy - double * ny, dz - double * nz, depth - 1);
    light = light * (1.0 - shine) + seen * shine;
  }
  return light;
}

// The sum of the grey values, 0 to 255, of all points; the eye moves with each picture.
function render(eyeX) {
  let sum = 0;
  for (let row = 0; row < N; row++) {
    for (let column = 0; column < N; column++) {
      const x = (column - N / 2) / N, y = (N / 2 - row) / N;
      const length = Math.sqrt(x * x + y * y + 1.0);
      const light = trace(eyeX, 1.5, -4.0, x / length, y / length, 1.0 / length, DEPTH);
      sum += Math.floor(light * 255.0);
    }
  }
  return sum;
}

let total = 0;
for (let picture = 1; picture <= pictures; picture++) {
  total += render((picture % 16) * 0.125 - 1.0);
  if (tick) tick();
}
console.log(`ray ${pictures}: ${total}`);
