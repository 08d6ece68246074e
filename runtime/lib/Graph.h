//===- Graph.h - Tensors in, tensors out ------------------------*- C++ -*-===//
//
// Owns what calls of a graph run on: arena and scratch, the thread team, the
// memory that calls allocate from.
//
//===----------------------------------------------------------------------===//

#ifndef LLMRT_LIB_GRAPH_H
#define LLMRT_LIB_GRAPH_H

#include "runtime/lib/CallMemory.h"
#include "runtime/lib/GraphInputs.h"
#include "runtime/lib/GraphResults.h"
#include "runtime/lib/Model.h"
#include "runtime/lib/cpu/ThreadTeam.h"

#include <atomic>
#include <memory>

namespace llmrt {

class Graph {
public:
  static Status create(std::shared_ptr<const Model> model,
                       const llmrt_graph_options &options,
                       std::unique_ptr<Graph> &graph);

  uint32_t threads() const { return team->size(); }

  /// llmrt_graph_run. Fails with BUSY while another thread is in it.
  Status run(const llmrt_input *inputs, size_t count, llmrt_results *&results);

private:
  Graph(std::shared_ptr<const Model> model, uint64_t memoryLimit);
  Status runAlone(const llmrt_input *inputs, size_t count,
                  llmrt_results *&results);

  const std::shared_ptr<const Model> compiled;
  GraphInputs inputs;
  std::vector<GraphValue> outputs;
  std::shared_ptr<CallMemory> memory; ///< results hold it too
  MappedRegion arena, scratch;
  std::unique_ptr<ThreadTeam> team;
  std::atomic<bool> inUse{false};
};

} // namespace llmrt

#endif // LLMRT_LIB_GRAPH_H
