// Counts generated words in a hash map with string keys, then looks words up by keys made
// anew. Size: number of rounds of 60000 words.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORDS 60000

static const char* const ONSETS[] = {"b", "d",  "fl", "gr", "k", "m",
                                     "n", "pr", "s",  "tr", "v", "z"};
static const char* const VOWELS[] = {"a", "e", "i", "o", "u", "ea"};

// A chained hash map; an entry holds its key.
typedef struct Entry {
  struct Entry* next;
  uint32_t hash;
  int count;
  size_t length;
  char key[];
} Entry;

typedef struct {
  Entry** buckets;
  size_t capacity, entries;
} Map;

static void mapInit(Map* map) {
  map->capacity = 16;
  map->entries = 0;
  map->buckets = calloc(map->capacity, sizeof(Entry*));
}

static void mapFree(Map* map) {
  for (size_t i = 0; i < map->capacity; i++) {
    for (Entry* entry = map->buckets[i]; entry;) {
      Entry* next = entry->next;
      free(entry);
      entry = next;
    }
  }
  free(map->buckets);
}

static uint32_t hashOf(const char* key, size_t length) {
  uint32_t h = 2166136261u;
  for (size_t i = 0; i < length; i++) h = (h ^ (unsigned char)key[i]) * 16777619u;
  return h;
}

static Entry* mapFind(const Map* map, const char* key, size_t length) {
  uint32_t hash = hashOf(key, length);
  for (Entry* e = map->buckets[hash & (map->capacity - 1)]; e; e = e->next) {
    if (e->hash == hash && e->length == length && memcmp(e->key, key, length) == 0) return e;
  }
  return NULL;
}

static void mapGrow(Map* map) {
  size_t capacity = map->capacity * 2;
  Entry** buckets = calloc(capacity, sizeof(Entry*));
  for (size_t i = 0; i < map->capacity; i++) {
    for (Entry* e = map->buckets[i]; e;) {
      Entry* next = e->next;
      Entry** bucket = &buckets[e->hash & (capacity - 1)];
      e->next = *bucket;
      *bucket = e;
      e = next;
    }
  }
  free(map->buckets);
  map->buckets = buckets;
  map->capacity = capacity;
}

// The key must not be in the map.
static Entry* mapInsertNew(Map* map, const char* key, size_t length) {
  if (map->entries == map->capacity) mapGrow(map);
  Entry* e = malloc(sizeof(Entry) + length);
  e->hash = hashOf(key, length);
  e->count = 0;
  e->length = length;
  memcpy(e->key, key, length);
  Entry** bucket = &map->buckets[e->hash & (map->capacity - 1)];
  e->next = *bucket;
  *bucket = e;
  map->entries++;
  return e;
}

static void mapRemove(Map* map, const char* key, size_t length) {
  uint32_t hash = hashOf(key, length);
  Entry** link = &map->buckets[hash & (map->capacity - 1)];
  while (*link) {
    Entry* e = *link;
    if (e->hash == hash && e->length == length && memcmp(e->key, key, length) == 0) {
      *link = e->next;
      free(e);
      map->entries--;
      return;
    }
    link = &e->next;
  }
}

static int first = 1, second = 1;

static int randomBelow(int limit) {
  first = first * 171 % 30269;
  second = second * 172 % 30307;
  return (first + second) % limit;
}

static char* addSyllable(char* out) {
  out = stpcpy(out, ONSETS[randomBelow(12)]);
  return stpcpy(out, VOWELS[randomBelow(6)]);
}

static size_t makeWord(char* out) {
  char* end = addSyllable(addSyllable(out));
  if (randomBelow(3) > 0) end = addSyllable(end);
  return end - out;
}

typedef struct {
  char text[16];
  size_t length;
} Word;

static long runRound(int number, int* checksum) {
  first = number;
  second = number + 1;
  Map counts;
  mapInit(&counts);
  Word* distinct = malloc(WORDS * sizeof(Word));
  long distinctCount = 0;
  for (int i = 0; i < WORDS; i++) {
    char word[16];
    size_t length = makeWord(word);
    Entry* e = mapFind(&counts, word, length);
    if (!e) {
      memcpy(distinct[distinctCount].text, word, length);
      distinct[distinctCount++].length = length;
      e = mapInsertNew(&counts, word, length);
    }
    e->count++;
  }
  long hits = 0;
  for (long i = 0; i < distinctCount; i++) {
    char prefixed[32];
    memcpy(prefixed, distinct[i].text, distinct[i].length);
    memcpy(prefixed + distinct[i].length, "na", 2);
    const Entry* e = mapFind(&counts, prefixed, distinct[i].length + 2);
    if (e) hits += e->count;
  }
  for (long i = 0; i < distinctCount; i += 2) {
    mapRemove(&counts, distinct[i].text, distinct[i].length);
  }
  long entries = 0;
  int total = 0;
  for (size_t i = 0; i < counts.capacity; i++) {
    for (const Entry* e = counts.buckets[i]; e; e = e->next) {
      entries++;
      total = (total + (int)e->length * e->count) % 1000003;
    }
  }
  mapFree(&counts);
  free(distinct);
  *checksum = total;
  return distinctCount + hits + entries;
}

int main(int argc, char** argv) {
  int rounds = argc > 1 ? atoi(argv[1]) : 12;
  long entries = 0;
  int checksum = 0;
  for (int number = 1; number <= rounds; number++) {
    int c;
    entries += runRound(number, &c);
    checksum = (checksum * 31 + c) % 1000003;
  }
  printf("string_map %d: %ld %d\n", rounds, entries, checksum);
  return 0;
}
