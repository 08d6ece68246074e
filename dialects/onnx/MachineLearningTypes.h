//===- MachineLearningTypes.h - Results of ai.onnx.ml ----------*- C++ -*-===//
//
// Types that libonnx does not infer: it has no rule for many ops of the domain,
// and for some only the labels of a classifier, not its scores.
//
//===----------------------------------------------------------------------===//

#ifndef LLM_DIALECTS_ONNX_MACHINELEARNINGTYPES_H
#define LLM_DIALECTS_ONNX_MACHINELEARNINGTYPES_H

#include "dialects/onnx/OnnxLibrary.h"

namespace llm::onnx {

/// Gives results of ai.onnx.ml element types and shapes. `inputs` has a type,
/// or null, for each input of the node.
void completeMachineLearningTypes(
    const ::onnx::NodeProto &node, const Schema &schema,
    const std::vector<const ::onnx::TypeProto *> &inputs,
    std::vector<::onnx::TypeProto> &outputs);

} // namespace llm::onnx

#endif // LLM_DIALECTS_ONNX_MACHINELEARNINGTYPES_H
