//===- ProtoConversion.h - Types and values as protobuf has them -*- C++
//-*-===//
//
// Between MLIR and the messages of ONNX. Nothing here throws.
//
//===----------------------------------------------------------------------===//

#ifndef LLM_DIALECTS_ONNX_PROTOCONVERSION_H
#define LLM_DIALECTS_ONNX_PROTOCONVERSION_H

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"

namespace onnx {
class AttributeProto;
class NodeProto;
class TensorProto;
class TypeProto;
} // namespace onnx

namespace llm::onnx {

class OnnxOp;

/// Null for a type that the dialect has not: a sparse tensor, an opaque type,
/// or one that says too little, such as an element type.
mlir::Type fromProto(const ::onnx::TypeProto &type, mlir::MLIRContext *context);

/// False for a type that ONNX has not.
bool toProto(mlir::Type type, ::onnx::TypeProto &proto);

/// Values as raw little-endian bytes; strings as strings.
bool toProto(mlir::DenseElementsAttr value, ::onnx::TensorProto &proto);

/// False for a kind that no attribute of a schema op has.
bool toProto(mlir::StringRef name, mlir::Attribute value,
             ::onnx::AttributeProto &proto);

/// The op as a node whose values are named by their number: inputs "i0", "i1",
/// ... and outputs "o0", ...; an absent one is "". Regions are left out.
bool toProto(OnnxOp op, ::onnx::NodeProto &node);

} // namespace llm::onnx

#endif // LLM_DIALECTS_ONNX_PROTOCONVERSION_H
