//===- BenchReport.h - What llm-bench found, as text ------------*- C++ -*-===//

#ifndef LLMRT_TOOLS_BENCHREPORT_H
#define LLMRT_TOOLS_BENCHREPORT_H

#include "runtime/include/llmrt.h"
#include "runtime/tools/MachinePeaks.h"

#include <vector>

namespace llmrt::tools {

/// The repeats of one measurement.
struct Measurement {
  uint32_t tokens, batch;
  Peak ceiling;
  Samples rates; ///< tokens a second
  Samples shares;
};

struct BenchReport {
  const llmrt_model_info &info;
  const llmrt_memory &memory;
  uint32_t threads;
  const MachinePeaks &peaks;
  std::vector<Measurement> prefill, decode;

  /// machine{read_gb_s, f32_gflop_s, bf16_gflop_s, int8_gop_s}, prefill and
  /// decode as lists of {tokens, batch, tokens_per_s{median, min, max}, share},
  /// and what was measured.
  void printJson() const;
  void printTable() const;
};

} // namespace llmrt::tools

#endif // LLMRT_TOOLS_BENCHREPORT_H
