//===- TestData.cpp - ONNX's test data against a graph --------------------===//

#include "runtime/tools/values/TestData.h"

#include "runtime/tools/values/ProtoFile.h"

#include <fmt/core.h>

#include <memory>

#include <unistd.h>

using namespace llmrt;
using namespace llmrt::tools;

static bool isThere(const std::string &path) {
  return access(path.c_str(), F_OK) == 0;
}

/// The values of input_<N>.pb or output_<N>.pb, by N. An input that is optional
/// may have no file; outputs may end early, but one at least is there.
static bool readValues(const llmrt_model *model, const std::string &folder,
                       bool outputs, std::vector<Value> &values,
                       std::string &error) {
  const char *stem = outputs ? "output" : "input";
  size_t count = outputs ? llmrt_model_output_count(model)
                         : llmrt_model_input_count(model);
  std::string path;
  for (size_t i = 0; i < count; ++i) {
    path = fmt::format("{}/{}_{}.pb", folder, stem, i);
    llmrt_argument argument;
    (outputs ? llmrt_model_get_output : llmrt_model_get_input)(model, i,
                                                               &argument);
    Value value;
    value.kind = LLMRT_ABSENT;
    bool there = isThere(path);
    if (!there && outputs && i != 0)
      break;
    if (there || !argument.optional)
      if (!readProto(path, argument, value, error))
        return false;
    values.push_back(std::move(value));
  }
  path = fmt::format("{}/{}_{}.pb", folder, stem, count);
  if (!isThere(path))
    return true;
  error = fmt::format("{} is one more than the graph has {}s", path, stem);
  return false;
}

bool tools::runTestData(const llmrt_model *model, llmrt_graph *graph,
                        const std::string &folder, const Tolerance &tolerance,
                        std::string &reason) {
  std::vector<Value> given, expected;
  if (!readValues(model, folder, false, given, reason) ||
      !readValues(model, folder, true, expected, reason))
    return false;
  std::vector<llmrt_input> inputs;
  for (Value &value : given)
    inputs.push_back({nullptr, value.view()});
  llmrt_results *made = nullptr;
  if (llmrt_graph_run(graph, inputs.data(), inputs.size(), &made)) {
    reason = llmrt_last_error();
    return false;
  }
  std::unique_ptr<llmrt_results, void (*)(llmrt_results *)> results(
      made, llmrt_results_release);
  for (size_t i = 0; i < expected.size(); ++i) {
    std::string found =
        difference(*llmrt_results_get(made, i), expected[i].view(), tolerance);
    if (found.empty())
      continue;
    llmrt_argument argument;
    llmrt_model_get_output(model, i, &argument);
    reason += fmt::format("{}output '{}': {}", reason.empty() ? "" : "\n",
                          argument.name, found);
  }
  return reason.empty();
}
