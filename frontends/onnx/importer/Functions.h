//===- Functions.h - What functions of a model amount to ------------------===//
//
// Functions call functions. Before any is expanded, cycles are refused and the
// nodes that all calls together stand for are counted: a few lines of a file
// can stand for more than any machine holds.
//
//===----------------------------------------------------------------------===//

#ifndef LLM_FRONTENDS_ONNX_IMPORTER_FUNCTIONS_H
#define LLM_FRONTENDS_ONNX_IMPORTER_FUNCTIONS_H

#include <cstdint>
#include <functional>
#include <map>
#include <string>

namespace onnx {
class FunctionProto;
class GraphProto;
class ModelProto;
class NodeProto;
} // namespace onnx

namespace llm::onnx {

/// "domain:type:overload", the same for a function and the nodes that call it.
std::string functionKey(const ::onnx::NodeProto &node);

using FunctionTable = std::map<std::string, const ::onnx::FunctionProto *>;
FunctionTable functionTable(const ::onnx::ModelProto &model);

/// The versions that a model or a function imports; ai.onnx is "".
std::map<std::string, int64_t> opsetsOf(const ::onnx::ModelProto &model);
std::map<std::string, int64_t> opsetsOf(const ::onnx::FunctionProto &function);
/// Of a node's domain; 0: none.
int64_t opsetOf(const std::map<std::string, int64_t> &opsets,
                const ::onnx::NodeProto &node);

/// What is wrong with the functions together; empty: nothing.
std::string faultOfFunctions(const ::onnx::ModelProto &model);

/// Calls `visit` for every node of the graph and of functions, those of graphs
/// inside nodes included, with the version of its domain that is imported (0:
/// none); stops at the first false.
bool forEachNode(
    const ::onnx::ModelProto &model,
    const std::function<bool(const ::onnx::NodeProto &, int64_t)> &visit);

} // namespace llm::onnx

#endif // LLM_FRONTENDS_ONNX_IMPORTER_FUNCTIONS_H
