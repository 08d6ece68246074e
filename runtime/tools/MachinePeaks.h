//===- MachinePeaks.h - What the machine can do at best ---------*- C++ -*-===//
//
// Read bandwidth and arithmetic peaks of a number of threads. A machine's speed
// changes with its clock and its other users, so peaks are measured in short
// bursts around the work they are compared with, and the best burst counts.
//
//===----------------------------------------------------------------------===//

#ifndef LLMRT_TOOLS_MACHINEPEAKS_H
#define LLMRT_TOOLS_MACHINEPEAKS_H

#include "runtime/tools/PeakLoops.h"

#include <functional>
#include <memory>
#include <vector>

namespace llmrt::tools {

class MachinePeaks {
public:
  /// Sets aside what is read: far more than the caches hold. Throws Failure.
  explicit MachinePeaks(unsigned threads);

  /// One burst of each kind, some tens of milliseconds in all.
  void measure();

  /// A second's worth of the best burst; 0: the CPU has no such instruction.
  double readBytes() const { return read; }
  double f32Operations() const { return f32; }
  double bf16Operations() const { return bf16; }
  double int8Operations() const { return int8; }

private:
  /// Runs work(thread) on all threads at once, each for a burst; the sum of
  /// what they return, a second.
  double burst(double seconds, const std::function<double(unsigned)> &work);
  double arithmetic(const ArithmeticLoop &loop);
  double reading();

  struct Unmap {
    size_t bytes = 0;
    void operator()(char *data) const;
  };

  unsigned threads;
  PeakLoops loops = peakLoops();
  size_t share;                // bytes that one thread reads, in a circle
  std::vector<size_t> offsets; // where in it each thread is
  std::unique_ptr<char, Unmap> data;
  double read = 0, f32 = 0, bf16 = 0, int8 = 0;
};

} // namespace llmrt::tools

#endif // LLMRT_TOOLS_MACHINEPEAKS_H
