//===- GraphCheck.cpp - Is a table of graph arguments one to run? ---------===//

#include "runtime/lib/GraphCheck.h"

#include "runtime/lib/ElementTypes.h"

#include <algorithm>
#include <cinttypes>
#include <cstring>
#include <string_view>
#include <vector>

using namespace llmrt;

//===----------------------------------------------------------------------===//
// Pointers, in the file
//===----------------------------------------------------------------------===//

static Status checkDimNames(const ImageReader &reader, uint64_t field,
                            uint64_t rank) {
  uint64_t names;
  if (reader.isNull(field))
    return LLMRT_OK;
  if (Status status = reader.follow("a graph argument's names of dimensions",
                                    field, rank * sizeof(char *), 8, names))
    return status;
  for (uint64_t index = 0; index < rank; ++index) {
    uint64_t name = names + index * sizeof(char *);
    if (reader.isNull(name))
      continue;
    if (Status status =
            reader.checkString("a dimension's name", name, kMaxDimName))
      return status;
  }
  return LLMRT_OK;
}

Status llmrt::checkGraphImage(const ImageReader &reader, uint64_t address,
                              uint64_t count) {
  if (count == 0)
    return LLMRT_OK;
  uint64_t arguments, dims, allDims = 0;
  if (Status status =
          reader.follow("graphArguments", address,
                        count * sizeof(GraphArgument), 8, arguments))
    return status;
  for (uint64_t index = 0; index < count; ++index) {
    uint64_t at = arguments + index * sizeof(GraphArgument);
    GraphArgument argument; // its pointers are not relocated: not used
    memcpy(&argument, reader.at(at, sizeof(argument)), sizeof(argument));
    if (Status status = reader.checkString("a graph argument's name",
                                           at + offsetof(GraphArgument, name),
                                           kMaxGraphName))
      return status;
    if (argument.rank == kAnyRank || argument.rank == 0)
      continue;
    allDims += argument.rank;
    if (argument.rank > kMaxGraphRank || allDims > kMaxGraphDims)
      return fail(LLMRT_BAD_FILE,
                  "graph argument %" PRIu64 " has rank %u; %u are accepted, "
                  "and %" PRIu64 " dimensions in all",
                  index, argument.rank, kMaxGraphRank, kMaxGraphDims);
    if (Status status = reader.follow("a graph argument's dimensions",
                                      at + offsetof(GraphArgument, dims),
                                      argument.rank * sizeof(int64_t), 8, dims))
      return status;
    if (Status status = checkDimNames(
            reader, at + offsetof(GraphArgument, dimNames), argument.rank))
      return status;
  }
  return LLMRT_OK;
}

//===----------------------------------------------------------------------===//
// Values
//===----------------------------------------------------------------------===//

static Status checkArgument(const GraphArgument &argument) {
  if (argument.kind != GraphValueKind::Tensor &&
      argument.kind != GraphValueKind::Sequence)
    return fail(LLMRT_BAD_FILE,
                "the graph argument '%s' is of kind %u, neither tensor nor "
                "sequence",
                argument.name, uint32_t(argument.kind));
  if (elementBytes(argument.type) == 0)
    return fail(LLMRT_BAD_FILE, "the graph argument '%s' has type %u",
                argument.name, uint32_t(argument.type));
  if (argument.rank == kAnyRank)
    return LLMRT_OK;
  if (argument.rank > kMaxGraphRank)
    return fail(LLMRT_BAD_FILE,
                "the graph argument '%s' has rank %u; %u are accepted",
                argument.name, argument.rank, kMaxGraphRank);
  for (uint32_t index = 0; index < argument.rank; ++index)
    if (argument.dims[index] < -1 || argument.dims[index] > kMaxExtent)
      return fail(LLMRT_BAD_FILE,
                  "dimension %u of the graph argument '%s' is %" PRId64, index,
                  argument.name, argument.dims[index]);
  return LLMRT_OK;
}

Status llmrt::checkGraphArguments(const GraphArgument *arguments,
                                  uint64_t count) {
  std::vector<std::string_view> names[2]; // of inputs, of outputs
  for (uint64_t index = 0; index < count; ++index) {
    const GraphArgument &argument = arguments[index];
    if (Status status = checkArgument(argument))
      return status;
    if (argument.isOutput > 1 || argument.optional > 1)
      return fail(LLMRT_BAD_FILE,
                  "the graph argument '%s' has isOutput = %u and optional = "
                  "%u; 0 and 1 are accepted",
                  argument.name, argument.isOutput, argument.optional);
    if (!argument.isOutput && !names[1].empty())
      return fail(LLMRT_BAD_FILE,
                  "the graph's input '%s' comes after an output",
                  argument.name);
    names[argument.isOutput].push_back(argument.name);
  }
  for (int output : {0, 1}) {
    std::sort(names[output].begin(), names[output].end());
    auto twin = std::adjacent_find(names[output].begin(), names[output].end());
    if (twin != names[output].end())
      return fail(LLMRT_BAD_FILE, "the graph has two %s named '%s'",
                  output ? "outputs" : "inputs", twin->data());
  }
  return LLMRT_OK;
}
