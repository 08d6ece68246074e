//===- LoopTeam.h - Threads that run measuring loops at once ----*- C++ -*-===//
//
// The same threads from the first loop to the last, so that memory that one of
// them was the first to touch stays near it.
//
//===----------------------------------------------------------------------===//

#ifndef LLMRT_TOOLS_LOOPTEAM_H
#define LLMRT_TOOLS_LOOPTEAM_H

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace llmrt::tools {

class LoopTeam {
public:
  /// Runs on thread `thread` of the team; returns how much it did.
  using Loop = std::function<uint64_t(uint32_t thread)>;

  /// The calling thread is one of the `threads`; the others sleep between
  /// loops.
  explicit LoopTeam(uint32_t threads);
  ~LoopTeam();
  LoopTeam(const LoopTeam &) = delete;
  LoopTeam &operator=(const LoopTeam &) = delete;

  uint32_t size() const { return uint32_t(begins.size()); }

  /// Runs the loop on all threads at once: the sum of what they did over the
  /// seconds from the first start to the last end.
  double rate(const Loop &loop);

private:
  void work(uint32_t thread);
  void runLoop(uint32_t thread);

  std::vector<double> begins, ends;
  std::vector<uint64_t> amounts;
  std::mutex lock;
  std::condition_variable called, finished;
  const Loop *current = nullptr; ///< null: the threads shall end
  uint64_t calls = 0;
  uint32_t running = 0;
  std::atomic<uint32_t> starting{0};
  std::vector<std::thread> threads;
};

} // namespace llmrt::tools

#endif // LLMRT_TOOLS_LOOPTEAM_H
