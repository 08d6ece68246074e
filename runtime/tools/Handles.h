//===- Handles.h - Handles of the C API, owned ------------------*- C++ -*-===//
//
// What the programs share of opening a model. They end with a sentence on the
// standard error stream and status 1 when a call fails.
//
//===----------------------------------------------------------------------===//

#ifndef LLMRT_TOOLS_HANDLES_H
#define LLMRT_TOOLS_HANDLES_H

#include "runtime/include/llmrt.h"

#include <CLI/CLI.hpp>

#include <memory>
#include <string>
#include <vector>

namespace llmrt::tools {

struct Deleter {
  void operator()(llmrt_model *model) const { llmrt_close(model); }
  void operator()(llmrt_engine *engine) const { llmrt_engine_destroy(engine); }
  void operator()(llmrt_session *session) const {
    llmrt_session_destroy(session);
  }
  void operator()(llmrt_graph *graph) const { llmrt_graph_destroy(graph); }
  void operator()(llmrt_results *results) const {
    llmrt_results_release(results);
  }
};
using ModelPointer = std::unique_ptr<llmrt_model, Deleter>;
using EnginePointer = std::unique_ptr<llmrt_engine, Deleter>;
using SessionPointer = std::unique_ptr<llmrt_session, Deleter>;
using GraphPointer = std::unique_ptr<llmrt_graph, Deleter>;
using ResultsPointer = std::unique_ptr<llmrt_results, Deleter>;

/// Prints "llm-run: error: sentence" and exits.
[[noreturn]] void exitWith(const std::string &sentence);

/// Exits with the sentence of the call that failed, if it did.
void orExit(llmrt_status status);

/// The flags that every program has, and what they open.
struct CommonOptions {
  std::string model;
  std::string weights;
  std::string level;
  bool copyWeights = false;
  bool verify = false;
  uint32_t threads = 0;

  void add(CLI::App &app);
  ModelPointer open() const;
};

llmrt_model_info infoOf(const llmrt_model *model);
EnginePointer createEngine(llmrt_model *model,
                           const llmrt_engine_options &options);
GraphPointer createGraph(llmrt_model *model,
                         const llmrt_graph_options &options);
ResultsPointer run(llmrt_graph *graph, const std::vector<llmrt_input> &inputs);

/// Text to ids, with LLMRT_* flags.
std::vector<int32_t> tokenize(const llmrt_model *model, const std::string &text,
                              uint32_t flags);
std::string detokenize(const llmrt_model *model,
                       const std::vector<int32_t> &ids);
std::string renderChat(const llmrt_model *model,
                       const std::vector<llmrt_message> &messages);

} // namespace llmrt::tools

#endif // LLMRT_TOOLS_HANDLES_H
