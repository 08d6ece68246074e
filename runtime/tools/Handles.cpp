//===- Handles.cpp - Handles of the C API, owned --------------------------===//

#include "runtime/tools/Handles.h"

#include <fmt/core.h>

#include <cerrno>
#include <cstdlib>

using namespace llmrt;

void tools::exitWith(const std::string &sentence) {
  fmt::print(stderr, "{}: error: {}\n", program_invocation_short_name,
             sentence);
  exit(1);
}

void tools::orExit(llmrt_status status) {
  if (status != LLMRT_OK)
    exitWith(llmrt_last_error());
}

void tools::CommonOptions::add(CLI::App &app) {
  app.add_option("model", model, "Compiled model, made by llm-compile")
      ->required();
  app.add_option(
         "--threads", threads,
         "Threads to compute with (default: one for each physical core)")
      ->check(CLI::Range(1, 1024));
  app.add_option("--weights", weights,
                 "File of weights of a model compiled with --weights=file");
  app.add_option("--level", level,
                 "CPU level to use (default: the best that runs here)");
  app.add_flag("--copy-weights", copyWeights,
               "Copy the weights into memory, in huge pages if there are any");
  app.add_flag("--verify", verify,
               "Compare the weights with their SHA-256 before they are used");
}

tools::ModelPointer tools::CommonOptions::open() const {
  llmrt_open_options options = {};
  options.level = level.empty() ? nullptr : level.c_str();
  options.weights_path = weights.empty() ? nullptr : weights.c_str();
  options.copy_weights = copyWeights;
  llmrt_model *opened = nullptr;
  orExit(llmrt_open(model.c_str(), &options, &opened));
  if (verify)
    orExit(llmrt_verify(opened));
  return ModelPointer(opened);
}

llmrt_model_info tools::infoOf(const llmrt_model *model) {
  llmrt_model_info info;
  llmrt_model_get_info(model, &info);
  return info;
}

tools::EnginePointer tools::createEngine(llmrt_model *model,
                                         const llmrt_engine_options &options) {
  llmrt_engine *engine = nullptr;
  orExit(llmrt_engine_create(model, &options, &engine));
  return EnginePointer(engine);
}

tools::GraphPointer tools::createGraph(llmrt_model *model,
                                       const llmrt_graph_options &options) {
  llmrt_graph *graph = nullptr;
  orExit(llmrt_graph_create(model, &options, &graph));
  return GraphPointer(graph);
}

tools::ResultsPointer tools::run(llmrt_graph *graph,
                                 const std::vector<llmrt_input> &inputs) {
  llmrt_results *results = nullptr;
  orExit(llmrt_graph_run(graph, inputs.data(), inputs.size(), &results));
  return ResultsPointer(results);
}

/// Calls `fill(data, capacity, &size)` with a buffer that is large enough.
template <typename Container, typename Fill>
static Container filled(Fill &&fill) {
  Container result;
  size_t size = 0;
  llmrt_status status = fill(result.data(), size_t(0), &size);
  if (status == LLMRT_BUFFER_TOO_SMALL) {
    result.resize(size);
    status = fill(result.data(), result.size(), &size);
  }
  tools::orExit(status);
  return result;
}

std::vector<int32_t> tools::tokenize(const llmrt_model *model,
                                     const std::string &text, uint32_t flags) {
  return filled<std::vector<int32_t>>(
      [&](int32_t *ids, size_t capacity, size_t *count) {
        return llmrt_tokenize(model, text.data(), text.size(), flags, ids,
                              capacity, count);
      });
}

std::string tools::detokenize(const llmrt_model *model,
                              const std::vector<int32_t> &ids) {
  return filled<std::string>([&](char *text, size_t capacity, size_t *bytes) {
    return llmrt_detokenize(model, ids.data(), ids.size(), text, capacity,
                            bytes);
  });
}

std::string tools::renderChat(const llmrt_model *model,
                              const std::vector<llmrt_message> &messages) {
  return filled<std::string>([&](char *text, size_t capacity, size_t *bytes) {
    return llmrt_render_chat(model, messages.data(), messages.size(), 1, text,
                             capacity, bytes);
  });
}
