/* A host that runs scripts it does not trust: no files, no processes, little memory, bounded work.
 * It registers a function with user data, calls functions of the script, and survives what the script does wrong. */
#include <devvm/devvm.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const char kScript[] =
    "prices = {apple = 3, pear = 5}\n"
    "function total(order)\n"
    "  local sum = 0\n"
    "  for name, count in pairs(order) do\n"
    "    sum = sum + discount(prices[name] or error('no price for ' .. name), count)\n"
    "  end\n"
    "  return sum\n"
    "end\n"
    "function spin() while true do pcall(spin) end end\n"
    "function snoop() return io.open('/etc/passwd') end\n"
    "function each(list) return visit(list, function(x) return x * x end) end\n";

/* discount(price, count): the host's rule. The user data counts the calls. */
static devvm_answer discount(devvm_activation* call, void* user_data) {
  devvm_isolate* vm = devvm_isolate_of(call);
  int64_t price, count;
  if (!devvm_get_integer(vm, devvm_argument(call, 0), &price)) return devvm_raise_argument(call, 0, "price expected");
  if (!devvm_get_integer(vm, devvm_argument(call, 1), &count)) return devvm_raise_argument(call, 1, "count expected");
  ++*(int*)user_data;
  return devvm_return_one(call, devvm_integer(vm, price * count - (count >= 10 ? price : 0)));
}

/* visit(list, f): calls f with every element. The state says how many are done, so f may yield, raise, or run out of
 * fuel: nothing of the host is on the stack meanwhile. */
static devvm_answer visit(devvm_activation* call, void* user_data) {
  devvm_isolate* vm = devvm_isolate_of(call);
  int32_t done = devvm_state(call);
  devvm_ref element;
  (void)user_data;
  if (done > 0) printf("  visit: element %d gives %s\n", (int)done, devvm_get_string(vm, devvm_result(call, 0), NULL));
  if (done >= devvm_length(vm, devvm_argument(call, 0))) return devvm_return(call, NULL, 0);
  element = devvm_get_element(vm, devvm_argument(call, 0), done + 1);
  return devvm_call_then(call, devvm_argument(call, 1), &element, 1, done + 1);
}

static devvm_status call_global(devvm_isolate* vm, const char* name, devvm_ref argument) {
  devvm_ref result = DEVVM_NONE;
  devvm_ref function = devvm_get_field(vm, devvm_globals(vm), name);
  devvm_status status = devvm_call(vm, function, &argument, 1, &result, 1, NULL);
  if (status == DEVVM_OK) {
    const char* text = devvm_get_string(vm, result, NULL);
    printf("%s: %s\n", name, text != NULL ? text : devvm_type_name(vm, result));
  } else {
    printf("%s: stopped (%s)\n", name, devvm_error_message(vm, NULL));
    if (status == DEVVM_ERROR) printf("%s\n", devvm_error_traceback(vm));
  }
  return status;
}

int main(void) {
  devvm_config config = {0};
  devvm_isolate* vm;
  devvm_ref chunk, order, list;
  uint32_t scope;
  int discounts = 0;
  int failures = 0;

  config.size = sizeof config;
  config.memory_bytes = 32u << 20;
  config.timeout_ns = UINT64_C(2000000000);
  vm = devvm_create(&config);
  if (vm == NULL || devvm_open_libraries(vm) != DEVVM_OK) return 1;
  if (devvm_register(vm, "discount", discount, &discounts) != DEVVM_OK) return 1;
  if (devvm_register(vm, "visit", visit, NULL) != DEVVM_OK) return 1;

  scope = devvm_open_scope(vm);
  if (devvm_load(vm, kScript, strlen(kScript), "=shop", DEVVM_LOAD_TEXT, &chunk) != DEVVM_OK ||
      devvm_call(vm, chunk, NULL, 0, NULL, 0, NULL) != DEVVM_OK) {
    fprintf(stderr, "%s\n", devvm_error_message(vm, NULL));
    return 1;
  }

  order = devvm_table(vm, 0, 2);
  devvm_set_field(vm, order, "apple", devvm_integer(vm, 12));
  devvm_set_field(vm, order, "pear", devvm_integer(vm, 2));
  failures += call_global(vm, "total", order) != DEVVM_OK;

  list = devvm_table(vm, 3, 0);
  devvm_set_element(vm, list, 1, devvm_integer(vm, 7));
  devvm_set_element(vm, list, 2, devvm_double(vm, 1.5));
  failures += call_global(vm, "each", list) != DEVVM_OK;

  devvm_set_field(vm, order, "gold", devvm_integer(vm, 1));
  failures += call_global(vm, "total", order) != DEVVM_ERROR;
  failures += call_global(vm, "snoop", DEVVM_NONE) != DEVVM_ERROR;

  devvm_set_fuel(vm, 1000000);
  failures += call_global(vm, "spin", DEVVM_NONE) != DEVVM_FUEL;
  printf("fuel used: %" PRIu64 "\n", devvm_fuel_used(vm));
  devvm_set_fuel(vm, 0);

  printf("discount was called %d times\n", discounts);
  devvm_close_scope(vm, scope);
  devvm_destroy(vm);
  return failures;
}
