//===- Compare.h - Is a value the one that was expected? --------*- C++ -*-===//
//
// As ONNX compares: floats and complex numbers within atol + rtol times what is
// expected, NaN equal to NaN; integers, booleans and strings exactly.
//
//===----------------------------------------------------------------------===//

#ifndef LLMRT_TOOLS_VALUES_COMPARE_H
#define LLMRT_TOOLS_VALUES_COMPARE_H

#include "runtime/include/llmrt.h"

#include <string>

namespace llmrt::tools {

struct Tolerance {
  double relative = 1e-3;
  double absolute = 1e-7;
};

/// "" if `found` is `expected`, else what differs, with the places of the first
/// elements that do and both of their values.
std::string difference(const llmrt_value &found, const llmrt_value &expected,
                       const Tolerance &tolerance);

} // namespace llmrt::tools

#endif // LLMRT_TOOLS_VALUES_COMPARE_H
