// Scanning and rewriting of generated log text, by hand where the Lua twin has patterns.
// Size: number of passes over 400 lines.
#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINES 400
#define LINE_SIZE 256

static const char* const USERS[] = {"Alice", "Bob", "Carol", "Dave", "Erin"};
static const char* const VERBS[] = {"opened", "closed", "moved", "deleted"};

typedef struct {
  long dates, fields, balanced, replaced, names;
  int spaces, hash;
} Counts;

static unsigned seed = 11;

static int randomBelow(int limit) {
  seed = (seed * 25173 + 13849) % 65536;
  return seed % limit;
}

static void generate(char lines[LINES][LINE_SIZE]) {
  for (int i = 0; i < LINES; i++) {
    const char* user = USERS[randomBelow(5)];
    const char* verb = VERBS[randomBelow(4)];
    int year = 2000 + randomBelow(25), month = randomBelow(12) + 1, day = randomBelow(28) + 1;
    int file = randomBelow(1000), size = randomBelow(65536), mode = randomBelow(512);
    int tag = randomBelow(10);
    snprintf(lines[i], LINE_SIZE,
             "  %04d-%02d-%02d %s %s file%d.txt (size=%d (mode=%d)) tag%d=v%d  ", year, month,
             day, user, verb, file, size, mode, tag, i + 1);
  }
}

static bool isWord(char c) { return isalnum((unsigned char)c); }
static bool isDigit(char c) { return isdigit((unsigned char)c); }
static bool isSpace(char c) { return isspace((unsigned char)c); }

// Copies `line` without the white space around it.
static size_t trim(const char* line, char* out) {
  const char* end = line + strlen(line);
  while (isSpace(*line)) line++;
  while (end > line && isSpace(end[-1])) end--;
  memcpy(out, line, end - line);
  out[end - line] = '\0';
  return end - line;
}

// Lengths of all pairs of the form word=word.
static long scanFields(const char* s) {
  long sum = 0;
  while (*s) {
    if (!isWord(*s)) {
      s++;
      continue;
    }
    const char* key = s;
    while (isWord(*s)) s++;
    if (*s != '=' || !isWord(s[1])) continue;
    const char* value = s + 1;
    sum += (s - key) * 3;
    s = value;
    while (isWord(*s)) s++;
    sum += s - value;
  }
  return sum;
}

// Length of the first balanced pair of parentheses with what is inside.
static long scanBalanced(const char* s) {
  const char* open = strchr(s, '(');
  int depth = 0;
  for (const char* p = open; *p; p++) {
    if (*p == '(') depth++;
    if (*p == ')' && --depth == 0) return p + 1 - open;
  }
  return 0;
}

static void doubleNumbers(const char* s, char* out) {
  while (*s) {
    if (isDigit(*s)) {
      char* end;
      long value = strtol(s, &end, 10);
      out += sprintf(out, "%ld", value + value);
      s = end;
    } else {
      *out++ = *s++;
    }
  }
  *out = '\0';
}

// Replaces some vowels by digits in place and counts them.
static int codeVowels(char* s) {
  int replaced = 0;
  for (; *s; s++) {
    char code = 0;
    switch (*s) {
      case 'a': code = '4'; break;
      case 'e': code = '3'; break;
      case 'i': code = '1'; break;
      case 'o': code = '0'; break;
      default: break;
    }
    if (code) {
      *s = code;
      replaced++;
    }
  }
  return replaced;
}

static bool isTail(char c) { return islower((unsigned char)c) || isDigit(c); }

// Lengths of all words that begin with a capital letter.
static long scanNames(const char* s) {
  long sum = 0;
  char before = '\0';
  while (*s) {
    if (isupper((unsigned char)*s) && !isWord(before) && isTail(s[1])) {
      const char* start = s++;
      while (isTail(*s)) s++;
      sum += s - start;
      before = s[-1];
    } else {
      before = *s++;
    }
  }
  return sum;
}

// Sum of the positions, from 1, at which white space begins.
static long scanSpaces(const char* s) {
  long sum = 0;
  const char* p = s;
  while (*p) {
    if (isSpace(*p)) {
      sum += p - s + 1;
      while (isSpace(*p)) p++;
    } else {
      p++;
    }
  }
  return sum;
}

// Turns every a.b into b<a>.
static size_t swapExtensions(const char* s, char* out) {
  char* start = out;
  while (*s) {
    if (!isWord(*s)) {
      *out++ = *s++;
      continue;
    }
    const char* name = s;
    while (isWord(*s)) s++;
    size_t length = s - name;
    if (*s == '.' && isWord(s[1])) {
      s++;
      while (isWord(*s)) *out++ = *s++;
      *out++ = '<';
      memcpy(out, name, length);
      out += length;
      *out++ = '>';
    } else {
      memcpy(out, name, length);
      out += length;
    }
  }
  *out = '\0';
  return out - start;
}

static void process(const char* line, Counts* counts) {
  char trimmed[LINE_SIZE], text[2 * LINE_SIZE], swapped[2 * LINE_SIZE];
  trim(line, trimmed);
  char* end;
  long year = strtol(trimmed, &end, 10);
  long month = strtol(end + 1, &end, 10);
  long day = strtol(end + 1, &end, 10);
  counts->dates += year * 372 + month * 31 + day;
  counts->fields += scanFields(trimmed);
  counts->balanced += scanBalanced(trimmed);
  doubleNumbers(trimmed, text);
  counts->replaced += codeVowels(text);
  counts->names += scanNames(text);
  counts->spaces = (counts->spaces + scanSpaces(text)) % 1000003;
  size_t length = swapExtensions(text, swapped);
  for (size_t i = 0; i < length; i += 7) {
    counts->hash = (counts->hash * 31 + swapped[i]) % 1000003;
  }
}

int main(int argc, char** argv) {
  int passes = argc > 1 ? atoi(argv[1]) : 180;
  static char lines[LINES][LINE_SIZE];
  generate(lines);
  Counts counts = {0};
  for (int pass = 0; pass < passes; pass++) {
    for (int i = 0; i < LINES; i++) process(lines[i], &counts);
  }
  printf("patterns %d: %ld %ld %ld %ld %ld %d %d\n", passes, counts.dates, counts.fields,
         counts.balanced, counts.replaced, counts.names, counts.spaces, counts.hash);
  return 0;
}
