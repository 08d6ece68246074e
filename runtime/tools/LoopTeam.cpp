//===- LoopTeam.cpp - Threads that run measuring loops at once ------------===//

#include "runtime/tools/LoopTeam.h"

#include <algorithm>
#include <chrono>

using namespace llmrt::tools;

static double now() {
  return std::chrono::duration<double>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

LoopTeam::LoopTeam(uint32_t count)
    : begins(count), ends(count), amounts(count) {
  for (uint32_t thread = 1; thread < count; ++thread)
    threads.emplace_back([this, thread] { work(thread); });
}

LoopTeam::~LoopTeam() {
  {
    std::lock_guard<std::mutex> guard(lock);
    current = nullptr;
    ++calls;
  }
  called.notify_all();
  for (std::thread &thread : threads)
    thread.join();
}

/// All start together: none runs alone on a CPU that another will share.
void LoopTeam::runLoop(uint32_t thread) {
  for (--starting; starting != 0;)
    std::this_thread::yield();
  begins[thread] = now();
  amounts[thread] = (*current)(thread);
  ends[thread] = now();
}

void LoopTeam::work(uint32_t thread) {
  for (uint64_t seen = 0;;) {
    {
      std::unique_lock<std::mutex> guard(lock);
      called.wait(guard, [&] { return calls != seen; });
      seen = calls;
      if (!current)
        return;
    }
    runLoop(thread);
    std::lock_guard<std::mutex> guard(lock);
    if (--running == 0)
      finished.notify_one();
  }
}

double LoopTeam::rate(const Loop &loop) {
  {
    std::lock_guard<std::mutex> guard(lock);
    current = &loop;
    running = size() - 1;
    starting = size();
    ++calls;
  }
  called.notify_all();
  runLoop(0);
  std::unique_lock<std::mutex> guard(lock);
  finished.wait(guard, [&] { return running == 0; });
  double amount = 0;
  for (uint64_t part : amounts)
    amount += double(part);
  return amount / (*std::max_element(ends.begin(), ends.end()) -
                   *std::min_element(begins.begin(), begins.end()));
}
