//===- Constants.h - Tensors of a model as IR ------------------*- C++ -*-===//
//
// Small tensors become attributes; large ones, of which a scanned model holds
// references, become `llm.parameter`s whose bytes stay in the file.
//
//===----------------------------------------------------------------------===//

#ifndef LLM_FRONTENDS_ONNX_IMPORTER_CONSTANTS_H
#define LLM_FRONTENDS_ONNX_IMPORTER_CONSTANTS_H

#include "frontends/onnx/importer/Importer.h"

#include "mlir/IR/Builders.h"

#include "onnx/onnx_pb.h"

#include <map>

namespace llm::onnx {

class Constants {
public:
  Constants(mlir::ModuleOp module, OnnxModel &model)
      : module(module), model(model) {}

  /// Whether the tensor's elements are not in the message.
  static bool isLarge(const ::onnx::TensorProto &tensor);

  /// The tensor as an attribute, large ones read from the file. Null with
  /// `reason`.
  mlir::ElementsAttr attribute(const ::onnx::TensorProto &tensor,
                               std::string &reason);
  /// A sparse tensor with its zeros.
  mlir::ElementsAttr attribute(const ::onnx::SparseTensorProto &tensor,
                               std::string &reason);

  /// The tensor as a value at the builder's place: onnx.Constant, or llm.weight
  /// of a parameter that is declared where it is first asked for. Null with
  /// `reason`.
  mlir::Value value(mlir::OpBuilder &builder, mlir::Location loc,
                    const ::onnx::TensorProto &tensor, std::string &reason);
  static mlir::Value value(mlir::OpBuilder &builder, mlir::Location loc,
                           mlir::ElementsAttr elements);

private:
  const SourceTensor *sourceOf(const ::onnx::TensorProto &tensor) const;

  mlir::ModuleOp module;
  OnnxModel &model;
  std::map<const SourceTensor *, std::string> parameters; ///< by source
};

} // namespace llm::onnx

#endif // LLM_FRONTENDS_ONNX_IMPORTER_CONSTANTS_H
