//===- CpuFeatures.h - What this CPU and its system can run -----*- C++ -*-===//
//
// Names are those of /proc/cpuinfo; the answer comes from cpuid, xgetbv and,
// for AMX tiles, from asking the kernel for the permission to use them.
//
//===----------------------------------------------------------------------===//

#ifndef LLMRT_LIB_CPU_CPUFEATURES_H
#define LLMRT_LIB_CPU_CPUFEATURES_H

#include <string_view>

namespace llmrt {

/// True if the CPU has the feature and the system saves its registers. False
/// for names that are not known here.
bool hasCpuFeature(std::string_view name);

/// The first of the space-separated names that is missing; empty: none is.
std::string_view firstMissingFeature(std::string_view features);

} // namespace llmrt

#endif // LLMRT_LIB_CPU_CPUFEATURES_H
