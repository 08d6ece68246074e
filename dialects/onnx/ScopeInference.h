//===- ScopeInference.h - Types of a graph's values, node by node -*- C++
//-*-===//
//
// libonnx infers types of a whole model or of a node alone. An importer goes
// node by node, expands functions on its way, and needs what lies between: the
// types, constants and partly known shape tensors of all values that a node, or
// a graph inside it, can see.
//
// One scope is a graph with the graphs inside it, or the body of a function.
//
//===----------------------------------------------------------------------===//

#ifndef LLM_DIALECTS_ONNX_SCOPEINFERENCE_H
#define LLM_DIALECTS_ONNX_SCOPEINFERENCE_H

#include "dialects/onnx/OnnxLibrary.h"

#include <map>
#include <memory>

namespace llm::onnx {

class ScopeInference {
public:
  /// `opsets` are the versions imported, by domain. `model`, which must live
  /// longer, holds functions that graphs inside nodes may call.
  ScopeInference(const std::map<std::string, int64_t> &opsets,
                 const ::onnx::ModelProto &model);
  ~ScopeInference();
  ScopeInference(const ScopeInference &) = delete;
  ScopeInference &operator=(const ScopeInference &) = delete;

  /// Null if the name is not defined.
  const ::onnx::TypeProto *type(const std::string &name) const;
  const ::onnx::TensorProto *constant(const std::string &name) const;

  void define(const std::string &name, const ::onnx::TypeProto &type);
  /// The tensor must live longer than the scope.
  void defineConstant(const std::string &name,
                      const ::onnx::TensorProto &tensor);

  /// Names defined after a mark are forgotten on the way back to it.
  size_t mark() const;
  void rewind(size_t mark);

  /// The types of a node's outputs, one for each name in `output`; what is not
  /// known stays unset. The types of inputs are written into graphs of the
  /// node. Returns what is wrong, in libonnx's words; empty: nothing.
  std::string infer(::onnx::NodeProto &node, const Schema &schema,
                    std::vector<::onnx::TypeProto> &outputs);

  struct State;

private:
  std::unique_ptr<State> state;
};

} // namespace llm::onnx

#endif // LLM_DIALECTS_ONNX_SCOPEINFERENCE_H
