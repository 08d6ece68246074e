//===- PeakLoops.h - Loops at the speed of a CPU's units --------*- C++ -*-===//
//
// The ceilings that llm-bench divides by: loops that do nothing but one kind of
// arithmetic, or nothing but reading. The widest that this CPU and its system
// run is taken.
//
//===----------------------------------------------------------------------===//

#ifndef LLMRT_TOOLS_PEAKLOOPS_H
#define LLMRT_TOOLS_PEAKLOOPS_H

#include <cstddef>
#include <cstdint>

namespace llmrt::tools {

/// A multiplication and an addition are two operations.
struct ArithmeticLoop {
  void (*run)(uint32_t iterations) = nullptr; // null: the CPU has none
  uint32_t operations = 0;                    // of one iteration
};

struct PeakLoops {
  ArithmeticLoop f32;  // fused multiply-add
  ArithmeticLoop bf16; // products of bf16 pairs summed in f32
  ArithmeticLoop int8; // products of 8-bit quadruples summed in 32 bits
  /// Reads `bytes` bytes, a multiple of 4096, from an aligned address.
  void (*read)(const char *data, size_t bytes) = nullptr;
};

/// What this CPU can run. AMX needs the system's permission, which this asks.
PeakLoops peakLoops();

} // namespace llmrt::tools

#endif // LLMRT_TOOLS_PEAKLOOPS_H
