//===- MachinePeaks.h - What this machine can do at most --------*- C++ -*-===//
//
// The ceilings that a share is taken of, measured with as many threads as what
// they are compared with: how fast memory can be read, and how fast the
// instructions that a matrix product would use can multiply and add. They drift
// with clocks and neighbours, so a sample is taken before and after everything
// that is timed.
//
//===----------------------------------------------------------------------===//

#ifndef LLMRT_TOOLS_MACHINEPEAKS_H
#define LLMRT_TOOLS_MACHINEPEAKS_H

#include "runtime/tools/ArithmeticLoops.h"
#include "runtime/tools/LoopTeam.h"
#include "runtime/tools/Samples.h"

#include <array>
#include <string>

namespace llmrt::tools {

/// A figure is in 10^9 bytes or operations a second; a multiply-add counts as
/// two. Without bf16 instructions the peak of bf16 is that of f32.
enum class Peak { Read, F32, BF16, Int8 };
constexpr size_t kPeaks = 4;
using PeakRates = std::array<double, kPeaks>;

/// The arithmetic peak for a compute type as llmrt_model_info names it.
Peak arithmeticPeak(const std::string &computeType);

class MachinePeaks {
public:
  /// Sets aside a buffer far beyond the caches, each part first touched by the
  /// thread that will read it. `valid()` is false if there is no memory for it.
  explicit MachinePeaks(uint32_t threads);
  ~MachinePeaks();
  bool valid() const { return bytes != nullptr; }

  /// Measures each peak anew, a tenth of a second in all.
  PeakRates sample();
  /// Of one peak, everything measured so far.
  const Samples &operator[](Peak peak) const { return samples[size_t(peak)]; }

  /// The larger of what a peak was before and after, so that a disturbed
  /// sample makes no share look better.
  static double around(const PeakRates &before, const PeakRates &after,
                       Peak peak) {
    return std::max(before[size_t(peak)], after[size_t(peak)]);
  }

private:
  double readRate();
  double loopRate(ArithmeticLoop loop, uint64_t &rounds);

  LoopTeam team;
  ArithmeticLoops loops;
  uint8_t *bytes = nullptr;
  uint64_t slice;
  std::array<uint64_t, kPeaks> rounds = {}; ///< of a loop; 0: not known yet
  std::array<Samples, kPeaks> samples;
};

} // namespace llmrt::tools

#endif // LLMRT_TOOLS_MACHINEPEAKS_H
