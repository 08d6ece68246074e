//===- OnnxOp.h - Read and make ops by their schema ------------*- C++ -*-===//
//
// A view of a schema op, as OpView is of others: inputs, outputs and attributes
// by the names that the schema gives them.
//
//===----------------------------------------------------------------------===//

#ifndef LLM_DIALECTS_ONNX_ONNXOP_H
#define LLM_DIALECTS_ONNX_ONNXOP_H

#include "dialects/onnx/OnnxLibrary.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/Operation.h"

#include <optional>

namespace llm::onnx {

class OnnxOp {
public:
  /// Nullopt if it is not a schema op.
  static std::optional<OnnxOp> from(mlir::Operation *op);

  mlir::Operation *operation() const { return op; }
  mlir::Location loc() const { return op->getLoc(); }
  const Schema &schema() const { return *definition; }
  llvm::StringRef domain() const { return definition->domain; } ///< "": ai.onnx
  llvm::StringRef type() const { return definition->type; }     ///< "Conv"
  int version() const { return definition->version; } ///< since_version

  // The schema has an input or output of the name: asserted.
  mlir::Value input(llvm::StringRef name) const; ///< null if absent
  mlir::OperandRange inputs(llvm::StringRef name) const;
  mlir::Value output(llvm::StringRef name) const; ///< null if absent
  mlir::ResultRange outputs(llvm::StringRef name) const;

  // Attributes as given, else with the schema's default.
  bool has(llvm::StringRef name) const;
  mlir::Attribute attribute(llvm::StringRef name) const; ///< null: neither
  int64_t integer(llvm::StringRef name, int64_t otherwise = 0) const;
  double real(llvm::StringRef name, double otherwise = 0) const;
  llvm::StringRef string(llvm::StringRef name,
                         llvm::StringRef otherwise = "") const;
  // Empty if absent.
  llvm::SmallVector<int64_t> integers(llvm::StringRef name) const;
  llvm::SmallVector<double> reals(llvm::StringRef name) const;
  llvm::SmallVector<llvm::StringRef> strings(llvm::StringRef name) const;
  mlir::Region *region(llvm::StringRef name) const; ///< null if absent

private:
  OnnxOp(mlir::Operation *op, const Schema *definition)
      : op(op), definition(definition) {}

  mlir::Operation *op;
  const Schema *definition;
};

/// Makes a schema op: values and types in the schema's order, one list for each
/// formal input and output; trailing absent ones may be left out.
mlir::Operation *
createOnnxOp(mlir::OpBuilder &builder, mlir::Location loc,
             llvm::StringRef name, ///< "onnx.Add.14"
             llvm::ArrayRef<llvm::SmallVector<mlir::Value>> inputs,
             llvm::ArrayRef<llvm::SmallVector<mlir::Type>> outputs,
             llvm::ArrayRef<mlir::NamedAttribute> attributes = {},
             unsigned regions = 0);

} // namespace llm::onnx

#endif // LLM_DIALECTS_ONNX_ONNXOP_H
