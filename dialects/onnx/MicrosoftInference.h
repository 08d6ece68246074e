//===- MicrosoftInference.h - Types of com.microsoft's outputs -*- C++ -*-===//
//
// What a shape inference function of ONNX does, for the ops of
// MicrosoftSchemas.cpp. Element types are known before one runs; what it does
// not set stays unknown. As libonnx's own, they throw.
//
//===----------------------------------------------------------------------===//

#ifndef LLM_DIALECTS_ONNX_MICROSOFTINFERENCE_H
#define LLM_DIALECTS_ONNX_MICROSOFTINFERENCE_H

#include "onnx/defs/shape_inference.h"

#include <string>
#include <vector>

namespace llm::onnx {

using ShapeInference = void (*)(::onnx::InferenceContext &);

/// Where the element type of an output comes from.
struct ElementSource {
  std::vector<size_t> inputs; ///< the first of them that is given
  int only = 0;               ///< else this; 0: unknown
};

/// The number of "tensor(float)".
int elementNamed(const std::string &name);

void inferElements(::onnx::InferenceContext &context,
                   const std::vector<ElementSource> &sources);

/// Outputs have the first input's shape, and its element type if none yet.
void inferLikeFirst(::onnx::InferenceContext &context);

/// Attention of an input and the weights of its three projections.
void inferFusedProjection(::onnx::InferenceContext &context);
/// As many heads of keys as of queries.
void inferSameHeads(::onnx::InferenceContext &context);
void inferGroupQueryAttention(::onnx::InferenceContext &context);
void inferPagedAttention(::onnx::InferenceContext &context);
/// (output, mean, inverse deviation, sum).
void inferNormalization(::onnx::InferenceContext &context);
void inferEmbedding(::onnx::InferenceContext &context);
void inferFusedMatMul(::onnx::InferenceContext &context);
void inferMatMul(::onnx::InferenceContext &context);
/// Columns are the attribute N.
void inferMatMulN(::onnx::InferenceContext &context);
void inferQGemm(::onnx::InferenceContext &context);
void inferQuantized(::onnx::InferenceContext &context);
/// Inputs 0 and 3 are broadcast.
void inferBroadcast(::onnx::InferenceContext &context);
// As the standard's ops of the name.
void inferConv(::onnx::InferenceContext &context);
void inferGemm(::onnx::InferenceContext &context);
void inferLSTM(::onnx::InferenceContext &context);

} // namespace llm::onnx

#endif // LLM_DIALECTS_ONNX_MICROSOFTINFERENCE_H
