// Fast Fourier transform forth and back of 4096 complex numbers, in place, radix 2: float
// arrays with computed indices. The roots of unity come from half-angle formulas, which need
// only the square root, so that every language gets the same bits. Size: number of rounds.
"use strict";
const rounds = Number(process.argv[2] || 350);
const BITS = 12;
const N = 4096;

// Cosines and sines of k * pi / half for k in 0 .. half-1, for every stage.
function makeRoots() {
  const stages = [{ cos: new Float64Array([1.0]), sin: new Float64Array([0.0]) }];
  let half = 1;
  let c = -1.0, s = 0.0;
  for (let stage = 1; stage < BITS; stage++) {
    const next = Math.sqrt((1.0 + c) / 2.0);
    s = stage === 1 ? 1.0 : s / (2.0 * next);
    c = next;
    const previous = stages[stage - 1];
    const cos = new Float64Array(2 * half), sin = new Float64Array(2 * half);
    for (let k = 0; k < half; k++) {
      const pc = previous.cos[k], ps = previous.sin[k];
      cos[2 * k] = pc;
      sin[2 * k] = ps;
      cos[2 * k + 1] = pc * c - ps * s;
      sin[2 * k + 1] = ps * c + pc * s;
    }
    stages.push({ cos, sin });
    half *= 2;
  }
  return stages;
}

function swap(a, i, j) {
  const t = a[i];
  a[i] = a[j];
  a[j] = t;
}

// Exchanges every element with the one whose index has the bits reversed.
function reverseBits(re, im) {
  let j = 0;
  for (let i = 0; i < N - 1; i++) {
    if (i < j) {
      swap(re, i, j);
      swap(im, i, j);
    }
    let bit = N >> 1;
    while (j >= bit) {
      j -= bit;
      bit >>= 1;
    }
    j += bit;
  }
}

function transform(re, im, stages, sign) {
  reverseBits(re, im);
  let half = 1;
  for (let stage = 0; stage < BITS; stage++) {
    const { cos, sin } = stages[stage];
    const step = half * 2;
    for (let k = 0; k < half; k++) {
      const wr = cos[k], wi = sign * sin[k];
      for (let i = k; i < N; i += step) {
        const j = i + half;
        const xr = re[j], xi = im[j];
        const tr = wr * xr - wi * xi;
        const ti = wr * xi + wi * xr;
        re[j] = re[i] - tr;
        im[j] = im[i] - ti;
        re[i] = re[i] + tr;
        im[i] = im[i] + ti;
      }
    }
    half = step;
  }
}

const stages = makeRoots();
const re = new Float64Array(N), im = new Float64Array(N);
let seed = 7;
for (let i = 0; i < N; i++) {
  seed = (seed * 25173 + 13849) % 65536;
  re[i] = seed / 65536;
}
let power = 0.0;
for (let round = 0; round < rounds; round++) {
  transform(re, im, stages, -1.0);
  power = 0.0;
  for (let i = 0; i < N; i++) power = power + re[i] * re[i] + im[i] * im[i];
  transform(re, im, stages, 1.0);
  for (let i = 0; i < N; i++) {
    re[i] /= N;
    im[i] /= N;
  }
}
let sum = 0.0;
for (let i = 0; i < N; i++) sum += re[i];
console.log(`fft ${rounds}: ${sum.toFixed(6)} ${(power / N).toFixed(6)}`);
