/* The header as C11 sees it. */
#include "devvm/devvm.h"

_Static_assert(sizeof(devvm_config) == sizeof(size_t) + 6 * 8 + 2 * 4 + 2 * 8, "the structure has no holes");

int useFromC(void);

int useFromC(void) {
  devvm_config config = {0};
  config.size = sizeof config;
  devvm_isolate* vm = devvm_create(&config);
  devvm_ref function = DEVVM_NONE, result = DEVVM_NONE;
  int64_t n = 0;
  if (vm == NULL) return -1;
  if (devvm_load(vm, "return 6 * 7", 12, "=c", DEVVM_LOAD_TEXT, &function) == DEVVM_OK &&
      devvm_call(vm, function, NULL, 0, &result, 1, NULL) == DEVVM_OK) {
    (void)devvm_get_integer(vm, result, &n);
  }
  devvm_destroy(vm);
  return (int)n;
}
