//===- ApiGraph.cpp - The C API: graphs -----------------------------------===//

#include "runtime/lib/ApiHandles.h"
#include "runtime/lib/ElementTypes.h"
#include "runtime/lib/Graph.h"
#include "runtime/lib/Guard.h"

#include <cstring>

using namespace llmrt;

struct llmrt_graph {
  std::unique_ptr<Graph> graph;
};

static_assert(LLMRT_STRING == llmrt_element_type(ElementType::String) &&
                  LLMRT_C64 == llmrt_element_type(ElementType::C64) &&
                  LLMRT_BOOL == llmrt_element_type(ElementType::Bool) &&
                  LLMRT_ABSENT == llmrt_value_kind(GraphValueKind::Absent),
              "the C API numbers types and kinds as objects do");

const char *llmrt_element_name(llmrt_element_type type) {
  return elementName(ElementType(type));
}

size_t llmrt_element_bytes(llmrt_element_type type) {
  return type == LLMRT_STRING ? sizeof(llmrt_string)
                              : elementBytes(ElementType(type));
}

//===----------------------------------------------------------------------===//
// Inputs and outputs
//===----------------------------------------------------------------------===//

/// The inputs of a model, or its outputs.
static size_t countArguments(const Model &model, bool outputs) {
  size_t count = 0;
  const ObjectDescriptor &descriptor = model.descriptor();
  for (uint64_t i = 0; i < descriptor.graphArgumentCount; ++i)
    count += (descriptor.graphArguments[i].isOutput != 0) == outputs;
  return count;
}

static Status getArgument(const Model &model, bool output, size_t index,
                          llmrt_argument &argument) {
  size_t count = countArguments(model, output);
  if (index >= count)
    return fail(LLMRT_NOT_FOUND,
                "the model '%s' has %zu %s; number %zu is "
                "asked for, counted from 0",
                model.descriptor().name, count, output ? "outputs" : "inputs",
                index);
  size_t before = output ? countArguments(model, false) : 0;
  const GraphArgument &declared =
      model.descriptor().graphArguments[before + index];
  argument = {};
  argument.name = declared.name;
  argument.kind = llmrt_value_kind(declared.kind);
  argument.optional = int32_t(declared.optional);
  argument.type = llmrt_element_type(declared.type);
  argument.rank = declared.rank == kAnyRank ? -1 : int32_t(declared.rank);
  argument.dims = declared.dims;
  argument.dim_names = declared.dimNames;
  return LLMRT_OK;
}

size_t llmrt_model_input_count(const llmrt_model *model) {
  return countArguments(*model->shared, false);
}

size_t llmrt_model_output_count(const llmrt_model *model) {
  return countArguments(*model->shared, true);
}

llmrt_status llmrt_model_get_input(const llmrt_model *model, size_t index,
                                   llmrt_argument *argument) {
  if (Status status = checkPresent("llmrt_model_get_input", model, argument))
    return status;
  return getArgument(*model->shared, false, index, *argument);
}

llmrt_status llmrt_model_get_output(const llmrt_model *model, size_t index,
                                    llmrt_argument *argument) {
  if (Status status = checkPresent("llmrt_model_get_output", model, argument))
    return status;
  return getArgument(*model->shared, true, index, *argument);
}

//===----------------------------------------------------------------------===//
// Calls
//===----------------------------------------------------------------------===//

llmrt_status llmrt_graph_create(llmrt_model *model,
                                const llmrt_graph_options *options,
                                llmrt_graph **graph) {
  if (Status status = checkPresent("llmrt_graph_create", model, graph))
    return status;
  return guarded([&] {
    auto handle = std::make_unique<llmrt_graph>();
    llmrt_graph_options defaults = {};
    if (Status status = Graph::create(
            model->shared, options ? *options : defaults, handle->graph))
      return status;
    *graph = handle.release();
    return LLMRT_OK;
  });
}

void llmrt_graph_destroy(llmrt_graph *graph) { delete graph; }

uint32_t llmrt_graph_threads(const llmrt_graph *graph) {
  return graph->graph->threads();
}

llmrt_status llmrt_graph_run(llmrt_graph *graph, const llmrt_input *inputs,
                             size_t count, llmrt_results **results) {
  if (Status status = checkPresent("llmrt_graph_run", graph, results))
    return status;
  if (count != 0)
    if (Status status = checkPresent("llmrt_graph_run", inputs))
      return status;
  return guarded([&] { return graph->graph->run(inputs, count, *results); });
}

//===----------------------------------------------------------------------===//
// Results
//===----------------------------------------------------------------------===//

const llmrt_value *llmrt_results_get(const llmrt_results *results,
                                     size_t index) {
  return index < results->count ? results->values + index : nullptr;
}

const llmrt_value *llmrt_results_find(const llmrt_results *results,
                                      const char *name) {
  const ObjectDescriptor &descriptor = results->model->descriptor();
  uint64_t inputs = descriptor.graphArgumentCount - results->count;
  for (size_t index = 0; index < results->count; ++index)
    if (strcmp(descriptor.graphArguments[inputs + index].name, name) == 0)
      return results->values + index;
  return nullptr;
}

void llmrt_results_release(llmrt_results *results) {
  if (results)
    releaseResults(results);
}
