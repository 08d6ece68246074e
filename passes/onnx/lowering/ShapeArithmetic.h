//===- ShapeArithmetic.h - Numbers that say shapes stay numbers -*- C++ -*-===//

#ifndef LLM_PASSES_ONNX_LOWERING_SHAPEARITHMETIC_H
#define LLM_PASSES_ONNX_LOWERING_SHAPEARITHMETIC_H

#include "passes/onnx/lowering/GraphLowering.h"

namespace llm::onnx {

/// Lowers an op on numbers that say shapes to dimensions
/// (GraphLowering::setElements). False: it is not such an op.
bool lowerShapeArithmetic(OnnxOp op, GraphLowering &g);

} // namespace llm::onnx

#endif // LLM_PASSES_ONNX_LOWERING_SHAPEARITHMETIC_H
