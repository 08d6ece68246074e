//===- GraphBench.cpp - How fast a graph is -------------------------------===//
//
// A call of a small graph is shorter than what a clock tells apart from the
// noise of a machine, so calls are timed in groups; the spread is that of the
// groups' means. The first group warms up: it makes the memory that calls
// allocate resident.
//
//===----------------------------------------------------------------------===//

#include "runtime/tools/GraphBench.h"

#include "runtime/tools/GraphRun.h"
#include "runtime/tools/Samples.h"
#include "runtime/tools/values/Shapes.h"

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <chrono>

using namespace llmrt;
using namespace llmrt::tools;

void GraphBenchOptions::add(CLI::App &app) {
  CLI::Option_group *flags = app.add_option_group("Graphs of tensors");
  flags
      ->add_option("--input", inputs,
                   "NAME=file.npy: an input (default: random numbers); may be "
                   "repeated")
      ->allow_extra_args(false);
  flags
      ->add_option("--input-shape", shapes,
                   "NAME=1,3,224,224: the shape of an input (default: the "
                   "graph's, 1 where that says nothing); may be repeated")
      ->allow_extra_args(false);
}

/// The inputs from files, and random ones for the others that are not optional.
static std::vector<Value> makeInputs(const llmrt_model *model,
                                     const GraphBenchOptions &options) {
  std::string error;
  std::map<std::string, Shape> given;
  for (const std::string &flag : options.shapes) {
    std::string name;
    Shape shape;
    if (!parseShape(flag, name, shape, error))
      exitWith("--input-shape: " + error);
    given[name] = shape;
  }
  std::vector<Value> values = readInputs(model, options.inputs);
  for (size_t i = 0; i < values.size(); ++i) {
    llmrt_argument argument;
    llmrt_model_get_input(model, i, &argument);
    if (values[i].kind == LLMRT_TENSOR)
      given[argument.name] = values[i].dims;
  }
  std::vector<Shape> shapes;
  if (!resolveShapes(model, given, shapes, error))
    exitWith("--input-shape: " + error);
  for (size_t i = 0; i < values.size(); ++i) {
    llmrt_argument argument;
    llmrt_model_get_input(model, i, &argument);
    if (values[i].kind != LLMRT_ABSENT ||
        (argument.optional && !given.count(argument.name)))
      continue;
    if (argument.kind == LLMRT_SEQUENCE) {
      values[i].kind = LLMRT_SEQUENCE;
      continue;
    }
    if (!randomTensor(argument.type, shapes[i], i + 1, values[i], error))
      exitWith(fmt::format("the input '{}': {}", argument.name, error));
  }
  return values;
}

static double secondsOf(llmrt_graph *graph,
                        const std::vector<llmrt_input> &inputs,
                        uint64_t calls) {
  auto begin = std::chrono::steady_clock::now();
  for (uint64_t call = 0; call < calls; ++call)
    run(graph, inputs);
  std::chrono::duration<double> seconds =
      std::chrono::steady_clock::now() - begin;
  return seconds.count();
}

void tools::benchGraph(llmrt_model *model, uint32_t threads, uint32_t repeats,
                       bool json, const GraphBenchOptions &options) {
  std::vector<Value> values = makeInputs(model, options);
  std::vector<llmrt_input> inputs;
  nlohmann::json shapes = nlohmann::json::object();
  for (size_t i = 0; i < values.size(); ++i) {
    llmrt_argument argument;
    llmrt_model_get_input(model, i, &argument);
    if (values[i].kind == LLMRT_ABSENT)
      continue;
    inputs.push_back({argument.name, values[i].view()});
    shapes[argument.name] = describe(inputs.back().value);
  }
  GraphPointer graph = createGraph(model, {threads, 0});

  constexpr double groupSeconds = 0.1;
  secondsOf(graph.get(), inputs, 1);
  uint64_t calls = 1;
  while (calls < 1 << 20 &&
         secondsOf(graph.get(), inputs, calls) < groupSeconds)
    calls *= 2;
  Samples milliseconds;
  for (uint32_t repeat = 0; repeat < repeats; ++repeat)
    milliseconds.add(secondsOf(graph.get(), inputs, calls) / double(calls) *
                     1e3);

  llmrt_model_info info = infoOf(model);
  uint32_t team = llmrt_graph_threads(graph.get());
  if (json) {
    fmt::print("{}\n", nlohmann::json{{"model", info.name},
                                      {"provenance", info.provenance},
                                      {"level", info.cpu_level},
                                      {"compute_type", info.compute_type},
                                      {"threads", team},
                                      {"inputs", shapes},
                                      {"calls", calls},
                                      {"repeats", repeats},
                                      {"ms",
                                       {{"median", milliseconds.median()},
                                        {"min", milliseconds.min()},
                                        {"max", milliseconds.max()}}}}
                           .dump(2, ' ', false,
                                 nlohmann::json::error_handler_t::replace));
    return;
  }
  fmt::print("{} ({}), level {}, {} threads\n", info.name, info.provenance,
             info.cpu_level, team);
  for (const auto &[name, shape] : shapes.items())
    fmt::print("input {}: {}\n", name, shape.get<std::string>());
  fmt::print("a call takes {:.4f} ms ({:.4f} to {:.4f}), the median of {} "
             "groups of {} calls\n",
             milliseconds.median(), milliseconds.min(), milliseconds.max(),
             repeats, calls);
}
