//===- TypeInference.h - Types of results from those of operands -*- C++
//-*-===//

#ifndef LLM_DIALECTS_ONNX_TYPEINFERENCE_H
#define LLM_DIALECTS_ONNX_TYPEINFERENCE_H

#include "dialects/onnx/OnnxOp.h"

namespace llm::onnx {

/// The types of an op's results as libonnx infers them from its operands'
/// types, the values of its constant operands and its attributes, each joined
/// with what the op says already. An op with regions keeps its types. The error
/// names what does not fit.
llvm::FailureOr<llvm::SmallVector<mlir::Type>> inferTypes(OnnxOp op,
                                                          std::string &error);

} // namespace llm::onnx

#endif // LLM_DIALECTS_ONNX_TYPEINFERENCE_H
