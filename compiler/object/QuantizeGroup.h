//===- QuantizeGroup.h - Code that rounds weights to integers --*- C++ -*-===//
//
// Rounding to nearest, a group of in features of one out feature at a time.
// Integers are found for the scale as it is stored, in f16.
//
//===----------------------------------------------------------------------===//

#ifndef LLM_COMPILER_OBJECT_QUANTIZEGROUP_H
#define LLM_COMPILER_OBJECT_QUANTIZEGROUP_H

#include "dialects/llm/LLMDialect.h"
#include "passes/tile/TileCode.h"

namespace llm {

class GroupQuantizer {
public:
  /// Weight `k` (index) as f32.
  using Read = llvm::function_ref<mlir::Value(mlir::Value k)>;

  GroupQuantizer(TileCode &c, GroupedAttr encoding);

  /// Scale and minimum, both f16, of the weights from `first` to before `end`,
  /// of which there is at least one. The minimum, null without one, is what is
  /// taken away. A weight that is not finite makes the group not finite.
  struct Terms {
    mlir::Value scale, minimum;
  };
  Terms terms(mlir::Value first, mlir::Value end, Read read);

  /// The nearest quant (i32, unsigned) of a weight of the group.
  mlir::Value quant(const Terms &terms, mlir::Value weight);

private:
  Terms symmetric(mlir::Value first, mlir::Value end, Read read,
                  mlir::Value low, mlir::Value high);
  /// The nearest integer that a quant can stand for, as f32.
  mlir::Value nearest(mlir::Value scale, mlir::Value weight);
  mlir::Value half(mlir::Value number);
  mlir::Value widen(mlir::Value half);
  mlir::Value greater(mlir::Value a, mlir::Value b);

  TileCode &c;
  GroupedAttr encoding;
};

} // namespace llm

#endif // LLM_COMPILER_OBJECT_QUANTIZEGROUP_H
