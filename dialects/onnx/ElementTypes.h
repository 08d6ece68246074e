//===- ElementTypes.h - ONNX's element types in MLIR -----------*- C++ -*-===//
//
// Numbers are those of TensorProto.DataType. Signed integers are signless in
// MLIR, bool is i1.
//
//===----------------------------------------------------------------------===//

#ifndef LLM_DIALECTS_ONNX_ELEMENTTYPES_H
#define LLM_DIALECTS_ONNX_ELEMENTTYPES_H

#include "mlir/IR/BuiltinTypes.h"

namespace llm::onnx {

struct TypeSet;

/// Null for a number that is none of TensorProto.DataType.
mlir::Type elementType(int dataType, mlir::MLIRContext *context);

/// 0 for what no tensor of ONNX holds.
int dataType(mlir::Type element);

/// Whether a type of the dialect is one of the set.
bool contains(const TypeSet &set, mlir::Type type);

/// "tensor of f32 or f16, sequence of tensor of f32", for messages.
std::string describe(const TypeSet &set, mlir::MLIRContext *context);

} // namespace llm::onnx

#endif // LLM_DIALECTS_ONNX_ELEMENTTYPES_H
