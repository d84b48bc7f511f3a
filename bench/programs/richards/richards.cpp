// A small operating system's scheduler, after Martin Richards: six tasks of four classes pass
// packets to each other and are held, released and made to wait. Method calls on objects of
// different classes, linked lists, no floating point. Size: number of complete runs.
#include <array>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <vector>

namespace {

constexpr int kIdleSteps = 10000;
constexpr int kPacketSize = 4;

enum Identity { kIdle, kWorker, kHandlerA, kHandlerB, kDeviceA, kDeviceB, kTaskCount };

enum class Kind { kDevice, kWork };

struct Packet {
  Packet(Packet* link, int identity, Kind kind) : link(link), identity(identity), kind(kind) {}

  // Puts the packet at the end of the list `queue` and returns the list's head.
  Packet* appendTo(Packet* queue) {
    link = nullptr;
    if (!queue) return this;
    Packet* last = queue;
    while (last->link) last = last->link;
    last->link = this;
    return queue;
  }

  Packet* link;
  int identity;
  Kind kind;
  int datum = 0;
  std::array<int, kPacketSize> data{};
};

class Scheduler;

class Task {
 public:
  Task(Scheduler& scheduler, int identity, int priority, Packet* queue);
  virtual ~Task() = default;

  void setRunning() { packetPending = waiting = held = false; }
  void setWaiting() {
    packetPending = held = false;
    waiting = true;
  }
  void setWaitingWithPacket() {
    packetPending = waiting = true;
    held = false;
  }
  bool isHeldOrWaiting() const { return held || (!packetPending && waiting); }
  bool isWaitingWithPacket() const { return packetPending && waiting && !held; }

  // Lets the task work once and returns the task to look at next.
  Task* run() {
    Packet* packet = nullptr;
    if (isWaitingWithPacket()) {
      packet = input;
      input = packet->link;
      waiting = false;
      packetPending = input != nullptr;
    }
    return process(packet);
  }

  // Gives the task a packet; the task that should run next is this one or `current`.
  Task* receive(Packet* packet, Task* current) {
    if (!input) {
      input = packet;
      packetPending = true;
      if (priority > current->priority) return this;
    } else {
      input = packet->appendTo(input);
    }
    return current;
  }

  virtual Task* process(Packet* packet) = 0;

  Scheduler& scheduler;
  Task* link = nullptr;
  int identity;
  int priority;
  Packet* input;
  bool packetPending;
  bool waiting = false;
  bool held = false;
};

class Scheduler {
 public:
  void add(Task* task) {
    task->link = tasks_;
    tasks_ = task;
    table_[task->identity] = task;
  }

  void schedule() {
    Task* task = tasks_;
    while (task) {
      if (task->isHeldOrWaiting()) {
        task = task->link;
      } else {
        current_ = task;
        task = task->run();
      }
    }
  }

  Task* findTask(int identity) {
    Task* task = table_[identity];
    if (!task) std::abort();
    return task;
  }

  // Stops the running task until it is released.
  Task* holdCurrent() {
    holds++;
    current_->held = true;
    return current_->link;
  }

  // Makes a held task ready again.
  Task* release(int identity) {
    Task* task = findTask(identity);
    task->held = false;
    return task->priority > current_->priority ? task : current_;
  }

  // Stops the running task until a packet comes.
  Task* waitCurrent() {
    current_->waiting = true;
    return current_;
  }

  // Sends a packet to the task that it names and signs it with the sender's identity.
  Task* send(Packet* packet) {
    Task* receiver = findTask(packet->identity);
    queued++;
    packet->link = nullptr;
    packet->identity = current_->identity;
    return receiver->receive(packet, current_);
  }

  void note(int value) { trace = (trace * 31 + value) % 1000003; }

  long queued = 0;
  long holds = 0;
  int trace = 0;

 private:
  Task* tasks_ = nullptr;
  Task* current_ = nullptr;
  std::array<Task*, kTaskCount> table_{};
};

Task::Task(Scheduler& scheduler, int identity, int priority, Packet* queue)
    : scheduler(scheduler), identity(identity), priority(priority), input(queue),
      packetPending(queue != nullptr) {
  scheduler.add(this);
}

// Runs when nothing else can and releases one of the two devices.
class IdleTask final : public Task {
 public:
  IdleTask(Scheduler& scheduler, int identity, int priority, int steps)
      : Task(scheduler, identity, priority, nullptr), steps_(steps) {}

  Task* process(Packet*) override {
    if (--steps_ == 0) return scheduler.holdCurrent();
    control_ = (control_ * 25173 + 13849) % 65536;
    return scheduler.release(control_ < 32768 ? kDeviceA : kDeviceB);
  }

 private:
  unsigned control_ = 1;
  int steps_;
};

// Fills work packets with letters and sends them to the two handlers in turn.
class WorkerTask final : public Task {
 public:
  using Task::Task;

  Task* process(Packet* packet) override {
    if (!packet) return scheduler.waitCurrent();
    destination_ = destination_ == kHandlerA ? kHandlerB : kHandlerA;
    packet->identity = destination_;
    packet->datum = 0;
    for (int& datum : packet->data) {
      if (++letter_ > 26) letter_ = 1;
      datum = 64 + letter_;
    }
    return scheduler.send(packet);
  }

 private:
  int destination_ = kHandlerA;
  int letter_ = 0;
};

// Takes work packets apart: each letter goes to a device in a device packet.
class HandlerTask final : public Task {
 public:
  using Task::Task;

  Task* process(Packet* packet) override {
    if (packet) {
      if (packet->kind == Kind::kWork) {
        work_ = packet->appendTo(work_);
      } else {
        devices_ = packet->appendTo(devices_);
      }
    }
    if (work_) {
      Packet* work = work_;
      int place = work->datum;
      if (place >= kPacketSize) {
        work_ = work->link;
        return scheduler.send(work);
      }
      if (devices_) {
        Packet* device = devices_;
        devices_ = device->link;
        device->datum = work->data[place];
        work->datum = place + 1;
        return scheduler.send(device);
      }
    }
    return scheduler.waitCurrent();
  }

 private:
  Packet* work_ = nullptr;
  Packet* devices_ = nullptr;
};

// Keeps a packet until it is released, then sends it back.
class DeviceTask final : public Task {
 public:
  DeviceTask(Scheduler& scheduler, int identity, int priority)
      : Task(scheduler, identity, priority, nullptr) {}

  Task* process(Packet* packet) override {
    if (packet) {
      pending_ = packet;
      scheduler.note(packet->datum);
      return scheduler.holdCurrent();
    }
    Packet* pending = pending_;
    if (!pending) return scheduler.waitCurrent();
    pending_ = nullptr;
    return scheduler.send(pending);
  }

 private:
  Packet* pending_ = nullptr;
};

Scheduler run() {
  Scheduler scheduler;
  std::vector<std::unique_ptr<Packet>> packets;
  auto packet = [&](Packet* link, int identity, Kind kind) {
    packets.push_back(std::make_unique<Packet>(link, identity, kind));
    return packets.back().get();
  };

  IdleTask idle(scheduler, kIdle, 0, kIdleSteps);
  idle.setRunning();

  Packet* queue = packet(nullptr, kWorker, Kind::kWork);
  queue = packet(queue, kWorker, Kind::kWork);
  WorkerTask worker(scheduler, kWorker, 1000, queue);
  worker.setWaitingWithPacket();

  queue = packet(nullptr, kDeviceA, Kind::kDevice);
  queue = packet(queue, kDeviceA, Kind::kDevice);
  queue = packet(queue, kDeviceA, Kind::kDevice);
  HandlerTask handlerA(scheduler, kHandlerA, 2000, queue);
  handlerA.setWaitingWithPacket();

  queue = packet(nullptr, kDeviceB, Kind::kDevice);
  queue = packet(queue, kDeviceB, Kind::kDevice);
  queue = packet(queue, kDeviceB, Kind::kDevice);
  HandlerTask handlerB(scheduler, kHandlerB, 3000, queue);
  handlerB.setWaitingWithPacket();

  DeviceTask deviceA(scheduler, kDeviceA, 4000);
  deviceA.setWaiting();
  DeviceTask deviceB(scheduler, kDeviceB, 5000);
  deviceB.setWaiting();

  scheduler.schedule();
  return scheduler;
}

}  // namespace

int main(int argc, char** argv) {
  int runs = argc > 1 ? std::atoi(argv[1]) : 50;
  long queued = 0, holds = 0;
  int trace = 0;
  for (int i = 0; i < runs; i++) {
    Scheduler scheduler = run();
    queued += scheduler.queued;
    holds += scheduler.holds;
    trace = (trace + scheduler.trace) % 1000003;
  }
  std::printf("richards %d: %ld %ld %d\n", runs, queued, holds, trace);
  return 0;
}
