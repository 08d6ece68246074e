//===- CpuTopology.h - How many threads are worth starting ------*- C++ -*-===//

#ifndef LLMRT_LIB_CPU_CPUTOPOLOGY_H
#define LLMRT_LIB_CPU_CPUTOPOLOGY_H

#include <cstdint>

namespace llmrt {

struct CpuTopology {
  /// Logical CPUs that this thread may run on.
  uint32_t cpus;
  /// Physical cores among them, at most as many as the container's CPU quota
  /// lets run: what a team of threads is sized by.
  uint32_t cores;
};

/// At least one of each; what cannot be found out is taken as unlimited.
CpuTopology readCpuTopology();

} // namespace llmrt

#endif // LLMRT_LIB_CPU_CPUTOPOLOGY_H
