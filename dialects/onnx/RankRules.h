//===- RankRules.h - Corrections to what libonnx infers --------*- C++ -*-===//
//
// Nothing can be lowered without a rank. libonnx gives up the whole shape of
// some results where a shape operand has no known value, although its length,
// or another operand, tells the rank. Where it computes with an extent that is
// not known it takes it for 0, and states what comes of it.
//
//===----------------------------------------------------------------------===//

#ifndef LLM_DIALECTS_ONNX_RANKRULES_H
#define LLM_DIALECTS_ONNX_RANKRULES_H

#include "dialects/onnx/OnnxLibrary.h"

namespace llm::onnx {

/// Gives the first results a rank, and extents where they are known as well.
/// `inputs` has a type, or null, for each input of the node.
void completeRanks(const ::onnx::NodeProto &node, const Schema &schema,
                   const std::vector<const ::onnx::TypeProto *> &inputs,
                   std::vector<::onnx::TypeProto> &outputs);

/// Takes back extents of results that are made up. After it, every extent that
/// is known is right.
void dropGuesses(const ::onnx::NodeProto &node, const Schema &schema,
                 const std::vector<const ::onnx::TypeProto *> &inputs,
                 std::vector<::onnx::TypeProto> &outputs);

} // namespace llm::onnx

#endif // LLM_DIALECTS_ONNX_RANKRULES_H
