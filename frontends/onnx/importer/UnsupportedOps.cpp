//===- UnsupportedOps.cpp - All that a model asks and we cannot -----------===//
//
// See UnsupportedOps.h.
//
//===----------------------------------------------------------------------===//

#include "frontends/onnx/importer/UnsupportedOps.h"

#include "dialects/onnx/OnnxLibrary.h"
#include "frontends/ErrorText.h"
#include "frontends/Limits.h"
#include "frontends/onnx/importer/Functions.h"

#include "onnx/onnx_pb.h"

namespace llm::onnx {

static constexpr size_t kNodesNamed = 3;

void UnsupportedOps::add(const std::string &domain, const std::string &type,
                         int version, int64_t opset, const std::string &node) {
  std::string what = quoteName(type);
  if (!domain.empty())
    what += " of " + quoteName(domain);
  what += " (opset " + std::to_string(opset) +
          (version ? ", since version " + std::to_string(version)
                   : ", which has no such op that we know") +
          ")";
  Entry &entry = ops[what];
  ++entry.count;
  if (entry.nodes.size() < kNodesNamed)
    entry.nodes.push_back(node);
}

std::string UnsupportedOps::text() const {
  std::string text = "not supported yet: " + std::to_string(ops.size()) +
                     (ops.size() == 1 ? " kind of op:" : " kinds of ops:");
  size_t lines = 0;
  for (const auto &[what, entry] : ops) {
    if (++lines > limits::kMaxProblems) {
      text += "\n  and " + std::to_string(ops.size() - lines + 1) + " more";
      break;
    }
    text += "\n  " + what + ": " + std::to_string(entry.count) +
            (entry.count == 1 ? " node: " : " nodes: ");
    for (size_t i = 0; i < entry.nodes.size(); ++i)
      text += (i ? ", " : "") + quoteName(entry.nodes[i]);
    if (entry.count > entry.nodes.size())
      text += ", ...";
  }
  return text;
}

bool isZipMap(const Schema &schema) {
  return schema.domain == "ai.onnx.ml" && schema.type == "ZipMap";
}

bool isGradient(const Schema &schema) {
  return schema.domain == "ai.onnx.preview.training" &&
         schema.type == "Gradient";
}

UnsupportedOps findUnsupported(const ::onnx::ModelProto &model,
                               const OnnxImportOptions &options) {
  UnsupportedOps unsupported;
  FunctionTable functions = functionTable(model);
  forEachNode(model, [&](const ::onnx::NodeProto &node, int64_t opset) {
    if (functions.count(functionKey(node)))
      return true;
    const Schema *schema = findSchema(node.domain(), node.op_type(), opset);
    bool isImported =
        schema && (isZipMap(*schema) || isGradient(*schema) ||
                   (schema->domain.empty() && schema->type == "Constant"));
    if (!schema ||
        (!isImported && !schema->hasFunctionBody && options.isLowered &&
         !options.isLowered(schema->domain, schema->type, schema->version)))
      unsupported.add(node.domain(), node.op_type(),
                      schema ? schema->version : 0, opset,
                      node.name().empty() ? node.op_type() : node.name());
    return true;
  });
  return unsupported;
}

} // namespace llm::onnx
