//===- Gradient.h - A gradient as ops of ONNX ------------------*- C++ -*-===//
//
// ai.onnx.preview.training's Gradient names tensors of its graph: y, and those
// that y is to be differentiated by. What gives y is taken again with the
// values that the op reads, and followed backwards by a rule for each op.
//
//===----------------------------------------------------------------------===//

#ifndef LLM_FRONTENDS_ONNX_IMPORTER_GRADIENT_H
#define LLM_FRONTENDS_ONNX_IMPORTER_GRADIENT_H

#include "dialects/onnx/OnnxLibrary.h"
#include "dialects/onnx/ScopeInference.h"

#include "onnx/onnx_pb.h"

#include <map>
#include <string>
#include <vector>

namespace llm::onnx {

using NodeList = google::protobuf::RepeatedPtrField<::onnx::NodeProto>;

class Gradient {
public:
  /// `before` are the nodes of the graph, of which the first `count` come
  /// before the op. Names that are made start with `prefix`.
  Gradient(const ::onnx::NodeProto &node, const NodeList &before, int count,
           std::string prefix);

  /// Finds the nodes that give y. What is wrong; "": nothing.
  std::string find();
  /// The nodes again, with what the op reads in place of what it names; none
  /// where that is the same.
  std::vector<::onnx::NodeProto> forward();
  /// A function of values of the graph, `forward` included, that gives the
  /// results of the op, and the call of it. What is wrong; "": nothing.
  std::string backward(const ScopeInference &types,
                       ::onnx::FunctionProto &function,
                       ::onnx::NodeProto &call) const;

private:
  std::string renamed(const std::string &name) const;

  const ::onnx::NodeProto &node;
  const NodeList &before;
  int count;
  std::string prefix, y;
  std::vector<std::string> xs; ///< and then those that stay fixed
  size_t wanted = 0;           ///< of xs
  std::vector<const ::onnx::NodeProto *> path; ///< in order, moved by xs
  std::map<std::string, std::string> names;    ///< that changed
};

} // namespace llm::onnx

#endif // LLM_FRONTENDS_ONNX_IMPORTER_GRADIENT_H
