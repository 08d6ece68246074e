//===- Functions.cpp - What functions of a model amount to ----------------===//
//
// See Functions.h.
//
//===----------------------------------------------------------------------===//

#include "frontends/onnx/importer/Functions.h"

#include "frontends/CheckedMath.h"
#include "frontends/ErrorText.h"
#include "frontends/Limits.h"

#include "onnx/onnx_pb.h"

namespace llm::onnx {

using ::onnx::FunctionProto;
using ::onnx::GraphProto;
using ::onnx::ModelProto;
using ::onnx::NodeProto;

static std::string plainDomain(const std::string &domain) {
  return domain == "ai.onnx" ? "" : domain;
}

std::string functionKey(const NodeProto &node) {
  return plainDomain(node.domain()) + ":" + node.op_type() + ":" +
         node.overload();
}

FunctionTable functionTable(const ModelProto &model) {
  FunctionTable table;
  for (const FunctionProto &function : model.functions())
    table[plainDomain(function.domain()) + ":" + function.name() + ":" +
          function.overload()] = &function;
  return table;
}

template <typename T>
static std::map<std::string, int64_t> importsOf(const T &owner) {
  std::map<std::string, int64_t> opsets;
  for (const auto &import : owner.opset_import())
    opsets[plainDomain(import.domain())] = import.version();
  return opsets;
}
std::map<std::string, int64_t> opsetsOf(const ModelProto &model) {
  std::map<std::string, int64_t> opsets = importsOf(model);
  // Before IR version 3 there was but one.
  if (opsets.empty())
    opsets[""] = 1;
  return opsets;
}
std::map<std::string, int64_t> opsetsOf(const FunctionProto &function) {
  return importsOf(function);
}

int64_t opsetOf(const std::map<std::string, int64_t> &opsets,
                const NodeProto &node) {
  auto found = opsets.find(plainDomain(node.domain()));
  // ONNX Runtime takes its own domain's ops without an import.
  return found != opsets.end()              ? found->second
         : node.domain() == "com.microsoft" ? 1
                                            : 0;
}

/// Calls `visit` for every node, those of graphs inside nodes included; stops
/// at the first false.
template <typename Nodes>
static bool walk(const Nodes &nodes,
                 const std::function<bool(const NodeProto &)> &visit) {
  for (const NodeProto &node : nodes) {
    if (!visit(node))
      return false;
    for (const auto &attribute : node.attribute()) {
      if (attribute.has_g() && !walk(attribute.g().node(), visit))
        return false;
      for (const GraphProto &graph : attribute.graphs())
        if (!walk(graph.node(), visit))
          return false;
    }
  }
  return true;
}

namespace {
/// Counts the nodes that a list of nodes stands for.
class CallCount {
public:
  explicit CallCount(const FunctionTable &functions) : functions(functions) {}

  template <typename Nodes> bool count(const Nodes &nodes, uint64_t &total) {
    return walk(nodes, [&](const NodeProto &node) {
      uint64_t here = 1;
      auto callee = functions.find(functionKey(node));
      if (callee != functions.end() && !countFunction(*callee, here))
        return false;
      total += here; // each at most the cap
      if (total <= limits::kMaxOnnxNodes)
        return true;
      fault = "its functions, expanded, have more than " +
              std::to_string(limits::kMaxOnnxNodes) +
              " nodes; not supported yet";
      return false;
    });
  }

  std::string fault;

private:
  bool countFunction(const FunctionTable::value_type &entry, uint64_t &total) {
    auto [known, isNew] = counts.try_emplace(entry.second, 0);
    if (!isNew) {
      if (known->second == 0) {
        fault = "function " + quoteName(entry.second->name()) +
                " calls itself, by way of others or at once";
        return false;
      }
      total = known->second;
      return true;
    }
    if (++depth > limits::kMaxOnnxDepth) {
      fault = "its functions call each other more than " +
              std::to_string(limits::kMaxOnnxDepth) + " deep";
      return false;
    }
    uint64_t nodes = 1;
    if (!count(entry.second->node(), nodes))
      return false;
    --depth;
    counts[entry.second] = total = nodes;
    return true;
  }

  const FunctionTable &functions;
  std::map<const FunctionProto *, uint64_t> counts; ///< 0: being counted
  unsigned depth = 0;
};
} // namespace

std::string faultOfFunctions(const ModelProto &model) {
  FunctionTable functions = functionTable(model);
  if (functions.size() != static_cast<size_t>(model.functions_size()))
    return "two of its functions have the same name";
  CallCount calls(functions);
  uint64_t total = 0;
  for (const auto &[name, function] : functions) {
    uint64_t nodes = 0;
    if (!calls.count(function->node(), nodes))
      return calls.fault;
  }
  calls.count(model.graph().node(), total);
  return calls.fault;
}

bool forEachNode(const ModelProto &model,
                 const std::function<bool(const NodeProto &, int64_t)> &visit) {
  auto visitIn = [&](const auto &owner, const auto &nodes) {
    std::map<std::string, int64_t> opsets = opsetsOf(owner);
    return walk(nodes, [&](const NodeProto &node) {
      return visit(node, opsetOf(opsets, node));
    });
  };
  if (!visitIn(model, model.graph().node()))
    return false;
  for (const FunctionProto &function : model.functions())
    if (!visitIn(function, function.node()))
      return false;
  return true;
}

} // namespace llm::onnx
