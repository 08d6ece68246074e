//===- WindowKernel.h - Sums over windows of an image ----------*- C++ -*-===//
//
// A contraction without rows whose sums walk through a window of the image that
// the columns walk through, as in depthwise convolutions: each element of the
// image is multiplied only a few times, so bringing windows into panels would
// cost more than multiplying them. A tile is some rows of one image; 16 columns
// are summed up in registers, read where they lie. What a window reaches
// outside of the image is zero.
//
//===----------------------------------------------------------------------===//

#ifndef LLM_PASSES_CPU_KERNELS_WINDOWKERNEL_H
#define LLM_PASSES_CPU_KERNELS_WINDOWKERNEL_H

#include "passes/cpu/kernels/ContractionKernel.h"

namespace llm {

/// Of a group whose contraction is of windows (Contraction::areWindows).
void writeWindows(const ContractionGroup &group, KernelFunction &kernel);

/// The number of tiles and of innermost iterations, at `b`.
std::pair<mlir::Value, mlir::Value> windowExtent(const ContractionGroup &group,
                                                 mlir::ImplicitLocOpBuilder &b);

} // namespace llm

#endif // LLM_PASSES_CPU_KERNELS_WINDOWKERNEL_H
