//===- SchemaOps.h - Ops registered from schemas ---------------*- C++ -*-===//

#ifndef LLM_DIALECTS_ONNX_SCHEMAOPS_H
#define LLM_DIALECTS_ONNX_SCHEMAOPS_H

#include "dialects/onnx/OnnxLibrary.h"

#include "mlir/IR/Operation.h"

namespace llm::onnx {

/// The attributes that hold one number a formal input or output.
constexpr llvm::StringLiteral kOperandSegments = "operandSegmentSizes";
constexpr llvm::StringLiteral kResultSegments = "resultSegmentSizes";

/// Holds an op against its schema: segments, attributes, types, regions.
llvm::LogicalResult verifySchemaOp(mlir::Operation *op, const Schema &schema);

} // namespace llm::onnx

#endif // LLM_DIALECTS_ONNX_SCHEMAOPS_H
