// Builds text in the usual ways: piecewise appending, joining, formatted printing, and small
// functions over strings. Size: number of documents of 500 records.
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RECORDS 500
#define NAME_COUNT 8

static const char* const NAMES[NAME_COUNT] = {"alpha",   "beta", "gamma", "delta",
                                              "epsilon", "zeta", "eta",   "theta"};

typedef struct {
  char* data;
  size_t length, capacity;
} Buffer;

static void reserve(Buffer* b, size_t more) {
  if (b->length + more <= b->capacity) return;
  while (b->length + more > b->capacity) b->capacity = b->capacity ? b->capacity * 2 : 64;
  b->data = realloc(b->data, b->capacity);
}

static void append(Buffer* b, const char* s, size_t length) {
  reserve(b, length);
  memcpy(b->data + b->length, s, length);
  b->length += length;
}

static void appendString(Buffer* b, const char* s) { append(b, s, strlen(s)); }

// One line per record, made by snprintf.
static void csv(Buffer* out, int document) {
  for (int i = 1; i <= RECORDS; i++) {
    const char* name = NAMES[(i + document) % NAME_COUNT];
    char line[64];
    int n = snprintf(line, sizeof line, "%05d,%s,%.2f", i, name, (i * document % 1000) / 4.0);
    if (i > 1) appendString(out, "\n");
    append(out, line, n);
  }
}

// A line grown piece by piece and flushed when it is long enough.
static void paragraph(Buffer* out, int document) {
  Buffer line = {0};
  for (int i = 1; i <= RECORDS; i++) {
    const char* word = NAMES[(i * 3 + document) % NAME_COUNT];
    size_t length = strlen(word);
    if (line.length + length > 72) {
      append(out, line.data, line.length);
      appendString(out, "\n");
      line.length = 0;
    }
    char number[16];
    snprintf(number, sizeof number, "%d", i % 100);
    append(&line, word, length);
    appendString(&line, " ");
    appendString(&line, number);
    appendString(&line, " ");
  }
  append(out, line.data, line.length);
  free(line.data);
}

// Headings out of capitalised, reversed and repeated pieces.
static void headings(Buffer* out, int document) {
  for (int i = 1; i <= RECORDS; i++) {
    const char* name = NAMES[(i + document * 5) % NAME_COUNT];
    char title[32], reversed[32], rule[32];
    int n = snprintf(title, sizeof title, "%c%s-%d", toupper(name[0]), name + 1, i);
    for (int k = 0; k < n; k++) reversed[k] = title[n - 1 - k];
    memset(rule, '=', n);
    append(out, title, n);
    appendString(out, ":");
    append(out, reversed, n);
    appendString(out, " ");
    append(out, rule, n);
    appendString(out, "\n");
  }
}

static int checksum(const Buffer* text, int sum) {
  for (size_t i = 0; i < text->length; i += 61) sum = (sum * 31 + text->data[i]) % 1000003;
  return sum;
}

int main(int argc, char** argv) {
  int documents = argc > 1 ? atoi(argv[1]) : 1200;
  long length = 0;
  int sum = 0;
  for (int document = 1; document <= documents; document++) {
    Buffer text = {0};
    csv(&text, document);
    appendString(&text, "\n\n");
    paragraph(&text, document);
    appendString(&text, "\n\n");
    headings(&text, document);
    length += text.length;
    sum = checksum(&text, sum);
    free(text.data);
  }
  printf("string_build %d: %ld %d\n", documents, length, sum);
  return 0;
}
