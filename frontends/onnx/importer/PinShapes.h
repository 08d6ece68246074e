//===- PinShapes.h - Extents that the user gives ---------------*- C++ -*-===//

#ifndef LLM_FRONTENDS_ONNX_IMPORTER_PINSHAPES_H
#define LLM_FRONTENDS_ONNX_IMPORTER_PINSHAPES_H

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace onnx {
class ModelProto;
}

namespace llm::onnx {

/// Gives inputs of the graph the extents named (-1: unknown). A symbol that one
/// of them settles is settled wherever an input has it. Returns what is wrong;
/// empty: nothing.
std::string pinShapes(
    const std::vector<std::pair<std::string, std::vector<int64_t>>> &shapes,
    ::onnx::ModelProto &model);

} // namespace llm::onnx

#endif // LLM_FRONTENDS_ONNX_IMPORTER_PINSHAPES_H
