//===- MachinePeaks.h - What this machine can do at most --------*- C++ -*-===//
//
// The ceilings that llm-bench divides by, measured with as many threads as the
// model runs on: how fast memory can be read, and how fast the instructions
// that a matrix product would use can multiply and add. Each figure is the best
// of several rounds.
//
//===----------------------------------------------------------------------===//

#ifndef LLMRT_TOOLS_MACHINEPEAKS_H
#define LLMRT_TOOLS_MACHINEPEAKS_H

#include <cstdint>
#include <string>

namespace llmrt::tools {

/// In 10^9 bytes or operations a second; a multiply-add counts as two.
struct MachinePeaks {
  double readGBytes = 0;
  double f32GFlops = 0;
  double bf16GFlops = 0; ///< without bf16 instructions: that of f32
  double int8GOps = 0;

  /// The arithmetic peak for a compute type as llmrt_model_info names it.
  double arithmetic(const std::string &computeType) const;

  /// Measures anew and keeps the better of each figure.
  void measure(uint32_t threads);
};

} // namespace llmrt::tools

#endif // LLMRT_TOOLS_MACHINEPEAKS_H
