//===- GraphRun.h - Run a graph on files ------------------------*- C++ -*-===//

#ifndef LLMRT_TOOLS_GRAPHRUN_H
#define LLMRT_TOOLS_GRAPHRUN_H

#include "runtime/tools/Handles.h"
#include "runtime/tools/values/Compare.h"
#include "runtime/tools/values/Value.h"

namespace llmrt::tools {

/// The flags that say what a graph runs on.
struct GraphOptions {
  std::vector<std::string> inputs;   ///< NAME=file.npy
  std::string output;                ///< a folder
  std::vector<std::string> testData; ///< folders
  Tolerance tolerance;
  uint64_t memoryLimit = 0;
  CLI::Option_group *flags = nullptr;

  void add(CLI::App &app);
  /// The name of a flag that was given; "" if none was.
  std::string given() const;
};

/// The inputs that NAME=file.npy flags name, by the graph's order; those not
/// named are absent. Exits if one cannot be read.
std::vector<Value> readInputs(const llmrt_model *model,
                              const std::vector<std::string> &flags);

/// Runs the graph on what the options say; the program's exit status.
int runGraph(llmrt_model *model, uint32_t threads, const GraphOptions &options);

} // namespace llmrt::tools

#endif // LLMRT_TOOLS_GRAPHRUN_H
