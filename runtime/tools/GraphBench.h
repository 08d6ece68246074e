//===- GraphBench.h - How fast a graph is -----------------------*- C++ -*-===//

#ifndef LLMRT_TOOLS_GRAPHBENCH_H
#define LLMRT_TOOLS_GRAPHBENCH_H

#include "runtime/tools/Handles.h"

namespace llmrt::tools {

/// The flags that say what a graph is measured on.
struct GraphBenchOptions {
  std::vector<std::string> inputs; ///< NAME=file.npy
  std::vector<std::string> shapes; ///< NAME=1,3,224,224

  void add(CLI::App &app);
};

/// Measures calls of the graph, `repeats` times as many as take a tenth of a
/// second, and prints how long one takes.
void benchGraph(llmrt_model *model, uint32_t threads, uint32_t repeats,
                bool json, const GraphBenchOptions &options);

} // namespace llmrt::tools

#endif // LLMRT_TOOLS_GRAPHBENCH_H
