//===- KernelFunction.h - A function of tiles, being written ---*- C++ -*-===//
//
// `kernel(team, first, end, operands...)` runs the tiles [first, end) of some
// ops on buffers; `llm.launch` calls it with the operands.
//
//===----------------------------------------------------------------------===//

#ifndef LLM_PASSES_CPU_KERNELS_KERNELFUNCTION_H
#define LLM_PASSES_CPU_KERNELS_KERNELFUNCTION_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "llvm/ADT/SetVector.h"

namespace llm {

/// A buffer as one of one dimension, with what its places are made of.
struct FlatBuffer {
  mlir::Value buffer, offset;
  llvm::SmallVector<mlir::Value> strides;
};

/// The size of a buffer's dimension, a constant where it is known.
mlir::Value sizeOf(mlir::ImplicitLocOpBuilder &b, mlir::Value buffer,
                   unsigned i);

class KernelFunction {
public:
  /// Begins a kernel of ops. With `anyShape` it forgets the shapes of dense
  /// buffers, so that ops that differ in nothing else have equal kernels; the
  /// operands are cast before `ops.back()` then.
  KernelFunction(llvm::ArrayRef<mlir::linalg::GenericOp> ops, bool anyShape);

  mlir::ImplicitLocOpBuilder b;
  mlir::func::FuncOp function;
  llvm::SmallVector<mlir::Value> operands; ///< of the launch
  mlir::IRMapping mapping;                 ///< from outside to inside
  mlir::Value team, first, end;

  mlir::Value index(int64_t value);
  mlir::Value add(mlir::Value x, mlir::Value y);
  mlir::Value mul(mlir::Value x, mlir::Value y);
  FlatBuffer flatten(mlir::Value buffer);
  /// Counts from begin to end by `step`.
  void loop(mlir::Value begin, mlir::Value end, int64_t step,
            llvm::function_ref<void(mlir::Value)> body);
  /// The loops' places of a number that counts them all, the last one fastest.
  llvm::SmallVector<mlir::Value> places(mlir::Value number,
                                        llvm::ArrayRef<mlir::Value> sizes);
  void finish();
};

} // namespace llm

#endif // LLM_PASSES_CPU_KERNELS_KERNELFUNCTION_H
