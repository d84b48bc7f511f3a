// Functions with their own variables, as C does them: a function pointer beside a struct of
// captured variables. Size: number of rounds.
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#define ITEMS 1000

// A function of one number; the structs below begin with it and add what they capture.
typedef struct Function {
  int (*call)(struct Function* self, int x);
} Function;

static int call(Function* f, int x) { return f->call(f, x); }

typedef struct {
  Function base;
  int value, step;
} Counter;

static int counterCall(Function* self, int unused) {
  (void)unused;
  Counter* counter = (Counter*)self;
  counter->value += counter->step;
  return counter->value;
}

static Function* makeCounter(int step) {
  Counter* counter = malloc(sizeof(Counter));
  *counter = (Counter){{counterCall}, 0, step};
  return &counter->base;
}

typedef struct {
  Function base;
  Function *f, *g;
} Composed;

static int composedCall(Function* self, int x) {
  Composed* composed = (Composed*)self;
  return call(composed->f, call(composed->g, x));
}

static Function* compose(Function* f, Function* g) {
  Composed* composed = malloc(sizeof(Composed));
  *composed = (Composed){{composedCall}, f, g};
  return &composed->base;
}

typedef struct {
  Function base;
  int n;
} Adder;

static int adderCall(Function* self, int x) { return x + ((Adder*)self)->n; }

static Function* adder(int n) {
  Adder* a = malloc(sizeof(Adder));
  *a = (Adder){{adderCall}, n};
  return &a->base;
}

typedef struct {
  Function base;
  int offset;
} Shift;

static int shiftCall(Function* self, int x) { return x * 3 + ((Shift*)self)->offset; }

static int isOdd(Function* self, int x) {
  (void)self;
  return x % 2 == 1;
}

static int addModulo(int a, int b) { return (a + b) % 1000003; }

static int* map(const int* list, int count, Function* f) {
  int* out = malloc(count * sizeof(int));
  for (int i = 0; i < count; i++) out[i] = call(f, list[i]);
  return out;
}

static int* filter(const int* list, int count, Function* keep, int* kept) {
  int* out = malloc(count * sizeof(int));
  *kept = 0;
  for (int i = 0; i < count; i++) {
    if (call(keep, list[i])) out[(*kept)++] = list[i];
  }
  return out;
}

static int fold(const int* list, int count, int initial, int (*f)(int, int)) {
  int result = initial;
  for (int i = 0; i < count; i++) result = f(result, list[i]);
  return result;
}

typedef struct Account {
  int balance, operations;
  void (*deposit)(struct Account*, int amount);
  void (*withdraw)(struct Account*, int amount);
  int (*summary)(const struct Account*);
} Account;

static void deposit(Account* account, int amount) {
  account->operations++;
  account->balance += amount;
}

static void withdraw(Account* account, int amount) {
  account->operations++;
  if (amount <= account->balance) account->balance -= amount;
}

static int summary(const Account* account) { return account->balance + account->operations; }

static Account* makeAccount(int balance) {
  Account* account = malloc(sizeof(Account));
  *account = (Account){balance, 0, deposit, withdraw, summary};
  return account;
}

static int runRound(int number, const int* items) {
  Shift shift = {{shiftCall}, number % 10};
  Function odd = {isOdd};
  int* shifted = map(items, ITEMS, &shift.base);
  int kept;
  int* odds = filter(shifted, ITEMS, &odd, &kept);
  int sum = fold(odds, kept, 0, addModulo);
  free(shifted);
  free(odds);

  Function* counters[20];
  for (int i = 0; i < 20; i++) counters[i] = makeCounter(i + 1);
  int counted = 0;
  for (int k = 0; k < 50; k++) {
    for (int i = 0; i < 20; i++) counted += call(counters[i], 0);
  }
  for (int i = 0; i < 20; i++) free(counters[i]);

  Function* made[61];
  int count = 0;
  Function* composed = made[count++] = adder(0);
  for (int i = 1; i <= 30; i++) {
    made[count++] = adder(i);
    composed = compose(made[count - 1], composed);
    made[count++] = composed;
  }
  for (int i = 1; i <= 30; i++) counted += call(composed, i);
  for (int i = 0; i < count; i++) free(made[i]);

  Account* account = makeAccount(number);
  for (int i = 1; i <= 200; i++) {
    account->deposit(account, i % 13);
    account->withdraw(account, i % 11);
  }
  int result = (sum + counted + account->summary(account)) % 1000003;
  free(account);
  return result;
}

int main(int argc, char** argv) {
  int rounds = argc > 1 ? atoi(argv[1]) : 8000;
  int items[ITEMS];
  for (int i = 1; i <= ITEMS; i++) items[i - 1] = i * 7 % 1009;
  int checksum = 0;
  for (int number = 1; number <= rounds; number++) {
    checksum = (checksum * 31 + runRound(number, items)) % 1000003;
  }
  printf("closures %d: %d\n", rounds, checksum);
  return 0;
}
