// CRC-32 of a text of 64 KiB, with a table of 256 entries, each round starting from the last
// result: bytes and bit operators. Size: number of rounds.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define LENGTH 65536

static int64_t seed = 42;
static int nextRandom(int limit) {
  seed = seed * 16807 % 2147483647;
  return (int)(seed % limit);
}

static uint32_t table[256];

static void makeTable(void) {
  for (uint32_t i = 0; i < 256; i++) {
    uint32_t c = i;
    for (int k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >> 1) : c >> 1;
    table[i] = c;
  }
}

// The checksum of `bytes`, continued from that of the bytes before them.
static uint32_t crc32(const unsigned char* bytes, int length, uint32_t crc) {
  crc = ~crc;
  for (int i = 0; i < length; i++) crc = table[(crc ^ bytes[i]) & 0xff] ^ (crc >> 8);
  return ~crc;
}

int main(int argc, char** argv) {
  int rounds = argc > 1 ? atoi(argv[1]) : 500;
  makeTable();
  unsigned char* bytes = malloc(LENGTH);
  for (int i = 0; i < LENGTH; i++) bytes[i] = nextRandom(256);
  if (crc32((const unsigned char*)"123456789", 9, 0) != 0xcbf43926) return 1;
  uint32_t crc = 0;
  for (int round = 0; round < rounds; round++) crc = crc32(bytes, LENGTH, crc);
  printf("crc32 %d: %08x\n", rounds, crc);
  free(bytes);
  return 0;
}
