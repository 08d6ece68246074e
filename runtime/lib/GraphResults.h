//===- GraphResults.h - From a graph's values to the caller's ---*- C++ -*-===//
//
// Tensors stay where the graph has put them, if that is memory of the call,
// which then goes with the results. The rest, and what describes the values, is
// one block more: taking results allocates nothing in a steady loop either.
//
//===----------------------------------------------------------------------===//

#ifndef LLMRT_LIB_GRAPHRESULTS_H
#define LLMRT_LIB_GRAPHRESULTS_H

#include "runtime/lib/CallMemory.h"
#include "runtime/lib/Model.h"

#include <memory>

struct llmrt_results {
  std::shared_ptr<llmrt::CallMemory> memory;
  std::shared_ptr<const llmrt::Model> model;
  size_t count;
  llmrt_value *values;
  llmrt::CallMemory::Blocks blocks; ///< all that it holds, its own included
};

namespace llmrt {

/// Makes results of a call's outputs and ends the call of `memory`. Fails with
/// OUT_OF_MEMORY, or MODEL_FAILED where the graph has left no proper value; the
/// call is under way then.
Status takeResults(const GraphValue *outputs, size_t count,
                   std::shared_ptr<const Model> model,
                   std::shared_ptr<CallMemory> memory, llmrt_results *&results);

void releaseResults(llmrt_results *results);

} // namespace llmrt

#endif // LLMRT_LIB_GRAPHRESULTS_H
