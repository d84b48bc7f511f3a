// A C++ host whose rules are scripts: each account is judged by a Lua function that may call back, but neither reads
// files nor runs for long.
#include <cstdio>
#include <devvm/devvm.hpp>

constexpr const char* kRules = R"(
  function judge(account)
    if account.balance < 0 then return "blocked: " .. format_money(account.balance) end
    if account.name == "spinner" then while true do end end
    if account.name == "nosy" then return io.open("/etc/passwd"):read() end
    return "fine, worth " .. format_money(account.balance * interest(account.balance))
  end
)";

int main() {
  auto vm = devvm::Isolate::create({.memoryBytes = 32u << 20});
  if (!vm || !vm->openLibraries()) return 1;

  vm->define("format_money", [](double cents) {
    char text[32];
    std::snprintf(text, sizeof text, "%.2f", cents / 100);
    return std::string(text);
  });
  vm->define("interest", [](double balance) -> devvm::Result<double> {
    if (balance > 1e9) return devvm::Error{DEVVM_ERROR, "nobody has that much"};
    return balance > 100000 ? 1.02 : 1.01;
  });

  if (auto loaded = vm->run<devvm::Nothing>(kRules); !loaded) {
    std::fprintf(stderr, "%s\n", loaded.error().message.c_str());
    return 1;
  }
  devvm::Value judge = vm->global("judge");

  struct {
    const char* name;
    double balance;
    devvm_status expected;
  } accounts[] = {{"ann", 250000, DEVVM_OK},
                  {"bob", -100, DEVVM_OK},
                  {"spinner", 1, DEVVM_FUEL},
                  {"nosy", 1, DEVVM_ERROR},
                  {"croesus", 1e12, DEVVM_ERROR}};
  int surprises = 0;
  for (const auto& a : accounts) {
    devvm::Value account = vm->table();
    account.set("name", a.name);
    account.set("balance", a.balance);
    vm->setFuel(1'000'000);  // anew for each
    auto verdict = judge.call<std::string>(account);
    std::printf("%-8s %s\n", a.name, verdict ? verdict->c_str() : verdict.error().message.c_str());
    surprises += (verdict ? DEVVM_OK : verdict.error().status) != a.expected;
  }
  return surprises;
}
