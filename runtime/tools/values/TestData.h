//===- TestData.h - ONNX's test data against a graph ------------*- C++ -*-===//
//
// A folder of ONNX's test data holds the graph's inputs as input_<N>.pb and
// what it must give as output_<N>.pb.
//
//===----------------------------------------------------------------------===//

#ifndef LLMRT_TOOLS_VALUES_TESTDATA_H
#define LLMRT_TOOLS_VALUES_TESTDATA_H

#include "runtime/tools/values/Compare.h"

#include <string>

namespace llmrt::tools {

/// Runs the graph on the folder's inputs. False if the graph does not give the
/// folder's outputs, or the folder cannot be read, with why in `reason`.
bool runTestData(const llmrt_model *model, llmrt_graph *graph,
                 const std::string &folder, const Tolerance &tolerance,
                 std::string &reason);

} // namespace llmrt::tools

#endif // LLMRT_TOOLS_VALUES_TESTDATA_H
