// SHA-256 of a chain of messages of 8 KiB: 32-bit arithmetic and bit operations.
// Size: number of messages.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LENGTH 8192

// The first 32 bits of the fractional parts of the cube roots of the first 64 primes.
static const uint32_t K[64] = {
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
  0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
  0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
  0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
  0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
  0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
  0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
  0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static uint32_t rotate(uint32_t x, int n) { return x >> n | x << (32 - n); }

static void digestBlock(const unsigned char* block, uint32_t* state) {
  uint32_t w[64];
  for (int t = 0; t < 16; t++) {
    const unsigned char* p = block + 4 * t;
    w[t] = (uint32_t)p[0] << 24 | p[1] << 16 | p[2] << 8 | p[3];
  }
  for (int t = 16; t < 64; t++) {
    uint32_t x = w[t - 15], y = w[t - 2];
    uint32_t s0 = rotate(x, 7) ^ rotate(x, 18) ^ (x >> 3);
    uint32_t s1 = rotate(y, 17) ^ rotate(y, 19) ^ (y >> 10);
    w[t] = w[t - 16] + s0 + w[t - 7] + s1;
  }
  uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
  uint32_t e = state[4], f = state[5], g = state[6], h = state[7];
  for (int t = 0; t < 64; t++) {
    uint32_t s1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25);
    uint32_t choice = (e & f) ^ (~e & g);
    uint32_t t1 = h + s1 + choice + K[t] + w[t];
    uint32_t s0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22);
    uint32_t majority = (a & b) ^ (a & c) ^ (b & c);
    h = g;
    g = f;
    f = e;
    e = d + t1;
    d = c;
    c = b;
    b = a;
    a = t1 + s0 + majority;
  }
  state[0] += a;
  state[1] += b;
  state[2] += c;
  state[3] += d;
  state[4] += e;
  state[5] += f;
  state[6] += g;
  state[7] += h;
}

// Writes 64 hexadecimal digits and a zero to `hex`.
static void sha256(const char* message, size_t length, char* hex) {
  size_t zeros = (55 + 64 - length % 64) % 64;
  size_t total = length + 1 + zeros + 8;
  unsigned char* padded = calloc(total, 1);
  memcpy(padded, message, length);
  padded[length] = 128;
  uint32_t bits = (uint32_t)length * 8;
  for (int i = 0; i < 4; i++) padded[total - 1 - i] = bits >> (8 * i);
  uint32_t state[8] = {
    0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
  };
  for (size_t offset = 0; offset < total; offset += 64) digestBlock(padded + offset, state);
  free(padded);
  for (int i = 0; i < 8; i++) sprintf(hex + 8 * i, "%08x", state[i]);
}

int main(int argc, char** argv) {
  int messages = argc > 1 ? atoi(argv[1]) : 350;
  char digest[65];
  sha256("abc", 3, digest);
  if (strcmp(digest, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad") != 0) {
    return 1;
  }
  sha256("", 0, digest);
  static char message[LENGTH];
  for (int i = 0; i < messages; i++) {
    for (int j = 0; j < LENGTH; j += 64) memcpy(message + j, digest, 64);
    sha256(message, LENGTH, digest);
  }
  printf("sha256 %d: %s\n", messages, digest);
  return 0;
}
