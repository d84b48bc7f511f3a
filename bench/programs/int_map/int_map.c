// A hash map with scattered integer keys: counting, looking up, removing, walking.
// Size: number of rounds of 50000 keys.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define KEYS 50000

enum { SLOT_EMPTY, SLOT_FULL, SLOT_REMOVED };

typedef struct {
  int64_t key;
  int32_t value;
  int32_t state;
} Slot;

// Open addressing with linear probing; the capacity is a power of two.
typedef struct {
  Slot* slots;
  size_t capacity, used;  // `used` counts removed slots too
} Map;

static void mapInit(Map* map, size_t capacity) {
  map->slots = calloc(capacity, sizeof(Slot));
  map->capacity = capacity;
  map->used = 0;
}

static size_t hashOf(int64_t key) {
  uint64_t h = (uint64_t)key * 0x9E3779B97F4A7C15u;
  return h ^ h >> 32;
}

static int32_t* mapFind(const Map* map, int64_t key) {
  size_t mask = map->capacity - 1;
  for (size_t i = hashOf(key) & mask; map->slots[i].state != SLOT_EMPTY; i = (i + 1) & mask) {
    if (map->slots[i].state == SLOT_FULL && map->slots[i].key == key) return &map->slots[i].value;
  }
  return NULL;
}

static void mapInsertNew(Map* map, int64_t key, int32_t value);

static void mapGrow(Map* map) {
  Map bigger;
  mapInit(&bigger, map->capacity * 2);
  for (size_t i = 0; i < map->capacity; i++) {
    const Slot* slot = &map->slots[i];
    if (slot->state == SLOT_FULL) mapInsertNew(&bigger, slot->key, slot->value);
  }
  free(map->slots);
  *map = bigger;
}

// The key must not be in the map.
static void mapInsertNew(Map* map, int64_t key, int32_t value) {
  if ((map->used + 1) * 4 > map->capacity * 3) mapGrow(map);
  size_t mask = map->capacity - 1;
  size_t i = hashOf(key) & mask;
  while (map->slots[i].state == SLOT_FULL) i = (i + 1) & mask;
  if (map->slots[i].state == SLOT_EMPTY) map->used++;
  map->slots[i] = (Slot){key, value, SLOT_FULL};
}

static void mapRemove(Map* map, int64_t key) {
  size_t mask = map->capacity - 1;
  for (size_t i = hashOf(key) & mask; map->slots[i].state != SLOT_EMPTY; i = (i + 1) & mask) {
    if (map->slots[i].state == SLOT_FULL && map->slots[i].key == key) {
      map->slots[i].state = SLOT_REMOVED;
      return;
    }
  }
}

// Two small generators side by side; their product of states is the key.
static int first = 1, second = 1;

static int64_t randomKey(void) {
  first = first * 171 % 30269;
  second = second * 172 % 30307;
  return (int64_t)first * 30307 + second;
}

static int runRound(int number, int64_t* checksum) {
  Map map;
  mapInit(&map, 4);
  int64_t* keys = malloc(KEYS * sizeof(int64_t));
  first = number;
  second = number + 1;
  for (int i = 1; i <= KEYS; i++) {
    int64_t key = randomKey();
    keys[i - 1] = key;
    int32_t* value = mapFind(&map, key);
    if (value) {
      *value += i % 7;
    } else {
      mapInsertNew(&map, key, i % 7);
    }
  }
  int found = 0;
  int64_t sum = 0;
  for (int i = 1; i <= KEYS; i++) {
    sum = (sum + (int64_t)*mapFind(&map, keys[i - 1]) * i) % 1000003;
    if (mapFind(&map, keys[i - 1] + 1)) found++;
  }
  for (int i = 0; i < KEYS; i += 2) mapRemove(&map, keys[i]);
  for (int i = 0; i < KEYS; i += 3) {
    int32_t* value = mapFind(&map, keys[i]);
    if (value) {
      *value += 1;
    } else {
      mapInsertNew(&map, keys[i], 101);
    }
  }
  int entries = 0;
  int64_t total = 0;
  for (size_t i = 0; i < map.capacity; i++) {
    const Slot* slot = &map.slots[i];
    if (slot->state != SLOT_FULL) continue;
    entries++;
    total = (total + slot->key % 1000 * slot->value) % 1000003;
  }
  free(keys);
  free(map.slots);
  *checksum = (sum + total) % 1000003;
  return found + entries;
}

int main(int argc, char** argv) {
  int rounds = argc > 1 ? atoi(argv[1]) : 100;
  long entries = 0;
  int64_t checksum = 0;
  for (int number = 1; number <= rounds; number++) {
    int64_t c;
    entries += runRound(number, &c);
    checksum = (checksum * 31 + c) % 1000003;
  }
  printf("int_map %d: %ld %ld\n", rounds, entries, (long)checksum);
  return 0;
}
