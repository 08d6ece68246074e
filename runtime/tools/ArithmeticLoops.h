//===- ArithmeticLoops.h - Loops at the peak of the instructions *- C++ -*-===//
//
// Each loop keeps enough independent sums in registers to fill the pipelines of
// the multipliers and does nothing else.
//
//===----------------------------------------------------------------------===//

#ifndef LLMRT_TOOLS_ARITHMETICLOOPS_H
#define LLMRT_TOOLS_ARITHMETICLOOPS_H

#include <cstdint>

namespace llmrt::tools {

/// Runs `rounds` rounds and returns how many operations they were.
using ArithmeticLoop = uint64_t (*)(uint64_t rounds);

/// The fastest loop that this CPU can run for each type; the bf16 one is null
/// where there are no instructions for it.
struct ArithmeticLoops {
  ArithmeticLoop f32, bf16, int8;
};
ArithmeticLoops fastestLoops();

/// Reads all of a buffer, `size` a multiple of 4096, with the widest loads.
uint64_t readAll(const uint8_t *bytes, uint64_t size);

} // namespace llmrt::tools

#endif // LLMRT_TOOLS_ARITHMETICLOOPS_H
