//===- Shapes.h - Inputs of a graph to measure it with ----------*- C++ -*-===//
//
// Shapes come from the user, by input, and from the graph; a dimension that
// neither gives is 1. Values are drawn at random.
//
//===----------------------------------------------------------------------===//

#ifndef LLMRT_TOOLS_VALUES_SHAPES_H
#define LLMRT_TOOLS_VALUES_SHAPES_H

#include "runtime/tools/values/Value.h"

#include <map>

namespace llmrt::tools {

using Shape = std::vector<int64_t>;

/// "NAME=1,3,224,224"; a scalar is "NAME=".
bool parseShape(const std::string &text, std::string &name, Shape &shape,
                std::string &error);

/// The shape of every input, with those that are given; dimensions of one name
/// are equal. False, with the sentence in `error`, if that cannot be.
bool resolveShapes(const llmrt_model *model,
                   const std::map<std::string, Shape> &given,
                   std::vector<Shape> &shapes, std::string &error);

/// A tensor of floats between -1 and 1, integers of 0 or 1, booleans, or empty
/// strings. The same numbers for the same seed.
bool randomTensor(llmrt_element_type type, const Shape &shape, uint64_t seed,
                  Value &value, std::string &error);

} // namespace llmrt::tools

#endif // LLMRT_TOOLS_VALUES_SHAPES_H
