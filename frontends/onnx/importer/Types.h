//===- Types.h - ONNX's types in MLIR --------------------------*- C++ -*-===//

#ifndef LLM_FRONTENDS_ONNX_IMPORTER_TYPES_H
#define LLM_FRONTENDS_ONNX_IMPORTER_TYPES_H

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"

#include "onnx/onnx_pb.h"

namespace llm::onnx {

/// Null with `reason` for what is no type of the dialect.
mlir::Type convertType(const ::onnx::TypeProto &type,
                       mlir::MLIRContext *context, std::string &reason);

/// Whether the type says what the elements of every tensor in it are.
bool isTyped(const ::onnx::TypeProto &type);

/// Gives tensors of unknown rank in `type` the rank that `declared` gives them,
/// with unknown extents: what a model says of its values is no promise, but
/// nothing can be lowered without a rank.
void adoptRanks(::onnx::TypeProto &type, const ::onnx::TypeProto &declared);

/// Forgets the shapes of all tensors in the type.
void clearShapes(::onnx::TypeProto &type);

/// Takes sizes below 0, which some exporters write for unknown ones, as
/// unknown.
void forgetNegativeSizes(::onnx::TypeProto &type);

/// The type of a tensor.
::onnx::TypeProto typeOf(const ::onnx::TensorProto &tensor);

/// The name of a dimension, which is equal to others of that name; "" if it has
/// none, or one that is too long.
llvm::StringRef nameOf(const ::onnx::TensorShapeProto::Dimension &dimension);

/// The names of a tensor's dimensions, "" where they have none; null if none
/// has.
mlir::ArrayAttr dimensionNames(const ::onnx::TypeProto &type,
                               mlir::MLIRContext *context);

} // namespace llm::onnx

#endif // LLM_FRONTENDS_ONNX_IMPORTER_TYPES_H
