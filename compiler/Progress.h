//===- Progress.h - How far a compilation is -------------------*- C++ -*-===//
//
// One line on a terminal, for what takes more than a second. Where standard
// error is no terminal, nothing is written.
//
//===----------------------------------------------------------------------===//

#ifndef LLM_COMPILER_PROGRESS_H
#define LLM_COMPILER_PROGRESS_H

#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/Twine.h"

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

namespace llm {

class Progress {
public:
  /// `work` is the sum of what the stages will be told to take.
  explicit Progress(double work);
  ~Progress();

  /// The stage before is done; this one takes about `work` of all.
  void begin(const llvm::Twine &stage, double work);
  /// How much of the stage is done, 0 to 1. From any thread.
  void setShare(double share);

  /// Writes to the terminal while the line is away.
  void write(llvm::function_ref<void()> text);
  /// Draws no more: what comes now is what was waited for, or what went wrong.
  void stop();

private:
  void draw();
  void erase();

  const std::chrono::steady_clock::time_point start;
  const double total;
  std::mutex mutex; ///< of everything below
  std::condition_variable ended;
  bool isEnding = false, isDrawn = false;
  std::string stage;
  double done = 0, current = 0, share = 0;
  std::thread drawer; ///< none without a terminal
};

} // namespace llm

#endif // LLM_COMPILER_PROGRESS_H
