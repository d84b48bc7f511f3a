// A simulated workshop: customers arrive, wait for one of three machines and leave, and all
// that happens is an object in a priority heap. Objects that are made and dropped, comparisons
// by a method, a method of the event's class when its time has come. Size: number of days.
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <vector>

namespace {

constexpr int kCustomers = 1000;

class Random {
 public:
  explicit Random(std::int64_t seed) : seed_(seed) {}

  int next(int limit) {
    seed_ = seed_ * 16807 % 2147483647;
    return static_cast<int>(seed_ % limit);
  }

 private:
  std::int64_t seed_;
};

class Workshop;

// Events: of two at the same time, the one that was made earlier comes first.
struct Event {
  Event(int time, int number) : time(time), number(number) {}
  virtual ~Event() = default;
  virtual void happen(Workshop& workshop) = 0;

  bool isBefore(const Event& other) const {
    return time < other.time || (time == other.time && number < other.number);
  }

  int time, number;
};

// The heap: the event that comes first is on top.
class Queue {
 public:
  bool empty() const { return events_.empty(); }

  void push(std::unique_ptr<Event> event) {
    std::size_t place = events_.size();
    events_.emplace_back();
    while (place > 0) {
      std::size_t parent = (place - 1) / 2;
      if (!event->isBefore(*events_[parent])) break;
      events_[place] = std::move(events_[parent]);
      place = parent;
    }
    events_[place] = std::move(event);
  }

  std::unique_ptr<Event> pop() {
    std::unique_ptr<Event> top = std::move(events_[0]), event = std::move(events_.back());
    events_.pop_back();
    std::size_t size = events_.size();
    if (size > 0) {
      std::size_t place = 0, child = 1;
      while (child < size) {
        if (child + 1 < size && events_[child + 1]->isBefore(*events_[child])) child++;
        if (!events_[child]->isBefore(*event)) break;
        events_[place] = std::move(events_[child]);
        place = child;
        child = 2 * place + 1;
      }
      events_[place] = std::move(event);
    }
    return top;
  }

 private:
  std::vector<std::unique_ptr<Event>> events_;
};

struct Customer {
  Customer(int arrived, int work) : arrived(arrived), work(work) {}

  int arrived, work;
  std::unique_ptr<Customer> behind;
};

class Machine {
 public:
  explicit Machine(int speed) : speed(speed) {}

  void join(std::unique_ptr<Customer> customer) {
    Customer* joined = customer.get();
    (last_ ? last_->behind : first_) = std::move(customer);
    last_ = joined;
    waiting++;
  }

  std::unique_ptr<Customer> nextCustomer() {
    std::unique_ptr<Customer> customer = std::move(first_);
    if (customer) {
      first_ = std::move(customer->behind);
      if (!first_) last_ = nullptr;
      waiting--;
    }
    return customer;
  }

  int speed;
  bool busy = false;
  int served = 0;
  int waiting = 0;

 private:
  std::unique_ptr<Customer> first_;
  Customer* last_ = nullptr;
};

class Workshop {
 public:
  explicit Workshop(Random& random) : random(random) {}

  int number() { return ++made_; }

  // Starts to work for the customer who is first in the machine's line.
  void start(Machine& machine);

  Machine& shortestLine() {
    Machine* best = &machines_[0];
    for (std::size_t i = 1; i < machines_.size(); i++) {
      if (machines_[i].waiting < best->waiting) best = &machines_[i];
    }
    return *best;
  }

  void run(int customers);

  Random& random;
  Queue queue;
  int now = 0;
  long waited = 0;
  long happened = 0;

 private:
  std::array<Machine, 3> machines_{Machine(1), Machine(2), Machine(3)};
  int made_ = 0;
};

struct Repair final : Event {
  Repair(int time, int number, Machine& machine) : Event(time, number), machine(machine) {}
  void happen(Workshop& workshop) override {
    machine.busy = false;
    workshop.start(machine);
  }
  Machine& machine;
};

struct Departure final : Event {
  Departure(int time, int number, std::unique_ptr<Customer> customer, Machine& machine)
      : Event(time, number), customer(std::move(customer)), machine(machine) {}
  void happen(Workshop& workshop) override {
    machine.served++;
    if (workshop.random.next(16) == 0) {
      workshop.queue.push(
          std::make_unique<Repair>(workshop.now + 100, workshop.number(), machine));
      return;
    }
    machine.busy = false;
    workshop.start(machine);
  }
  std::unique_ptr<Customer> customer;
  Machine& machine;
};

struct Arrival final : Event {
  Arrival(int time, int number, std::unique_ptr<Customer> customer)
      : Event(time, number), customer(std::move(customer)) {}
  void happen(Workshop& workshop) override {
    Machine& machine = workshop.shortestLine();
    machine.join(std::move(customer));
    if (!machine.busy) workshop.start(machine);
  }
  std::unique_ptr<Customer> customer;
};

void Workshop::start(Machine& machine) {
  std::unique_ptr<Customer> customer = machine.nextCustomer();
  if (customer) {
    machine.busy = true;
    waited += now - customer->arrived;
    int time = now + machine.speed * customer->work;
    queue.push(std::make_unique<Departure>(time, number(), std::move(customer), machine));
  }
}

void Workshop::run(int customers) {
  for (int i = 0; i < customers; i++) {
    int time = random.next(customers * 12);
    auto customer = std::make_unique<Customer>(time, 5 + random.next(30));
    queue.push(std::make_unique<Arrival>(time, number(), std::move(customer)));
  }
  while (!queue.empty()) {
    std::unique_ptr<Event> event = queue.pop();
    now = event->time;
    happened++;
    event->happen(*this);
  }
}

}  // namespace

int main(int argc, char** argv) {
  int days = argc > 1 ? std::atoi(argv[1]) : 250;
  Random random(42);
  long waited = 0, happened = 0, ended = 0;
  for (int day = 0; day < days; day++) {
    Workshop workshop(random);
    workshop.run(kCustomers);
    waited += workshop.waited;
    happened += workshop.happened;
    ended += workshop.now;
  }
  std::printf("events %d: %ld %ld %ld\n", days, happened, ended, waited);
  return 0;
}
