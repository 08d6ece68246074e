//===- TensorCode.h - Words that lowerings are written in ------*- C++ -*-===//
//
// What ONNX's ops have in common: tensors of any element type (ElementCode.h),
// dimensions that are values, broadcasting, loops over elements. Dimensions are
// remembered by value, so two tensors made from one size have one dimension,
// and no broadcast has to be considered between them.
//
//===----------------------------------------------------------------------===//

#ifndef LLM_PASSES_ONNX_LOWERING_TENSORCODE_H
#define LLM_PASSES_ONNX_LOWERING_TENSORCODE_H

#include "passes/onnx/lowering/ElementCode.h"

#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/Dialect/Utils/StructuredOpsUtils.h"
#include "mlir/IR/BuiltinTypes.h"

namespace llm::onnx {

/// A dimension: an index attribute where known, else an index value.
using Dim = mlir::OpFoldResult;
using Dims = llvm::SmallVector<Dim>;

/// A tensor in storage form and the ONNX type of its elements.
struct Tensor {
  mlir::Value value;
  mlir::Type element;

  explicit operator bool() const { return static_cast<bool>(value); }
  mlir::RankedTensorType type() const {
    return llvm::cast<mlir::RankedTensorType>(value.getType());
  }
  int64_t rank() const { return type().getRank(); }
};

class TensorCode {
public:
  explicit TensorCode(mlir::MLIRContext *context)
      : b(mlir::UnknownLoc::get(context), context), e(b) {}

  mlir::ImplicitLocOpBuilder b;
  ElementCode e; ///< arithmetic on elements, at b's place

  //===- Dimensions -------------------------------------------------------===//

  Dims dims(mlir::Value tensor);
  Dim dim(mlir::Value tensor, int64_t axis) { return dims(tensor)[axis]; }
  Dim fixed(int64_t size) { return b.getIndexAttr(size); }
  Dims fixed(llvm::ArrayRef<int64_t> sizes);
  /// The value of a dimension, as an index.
  mlir::Value index(Dim dim);
  mlir::Value index(int64_t value);
  Dim add(Dim x, Dim y);
  Dim sub(Dim x, Dim y);
  Dim mul(Dim x, Dim y);
  Dim floorDiv(Dim x, Dim y); ///< of non-negative numbers
  Dim ceilDiv(Dim x, Dim y);  ///< of non-negative numbers
  Dim min(Dim x, Dim y);
  Dim max(Dim x, Dim y);
  Dim select(mlir::Value condition, Dim x, Dim y);
  Dim product(llvm::ArrayRef<Dim> dims);
  /// Whether two dimensions are known to be equal.
  static bool same(Dim x, Dim y);
  static bool isOne(Dim x) { return isConstantIntValue(x, 1); }
  /// The call of the graph ends unless the dimensions are equal; nothing to do
  /// where they are known to be.
  void requireSame(Dim x, Dim y, const llvm::Twine &message);
  void require(mlir::Value condition, const llvm::Twine &message);
  mlir::Value compare(mlir::arith::CmpIPredicate predicate, Dim x, Dim y);
  /// The index, checked at run time to lie in [0, size).
  mlir::Value checked(mlir::Value index, Dim size, const llvm::Twine &message);

  //===- Tensors ----------------------------------------------------------===//

  mlir::RankedTensorType typeOf(llvm::ArrayRef<Dim> dims, mlir::Type storage);
  /// A tensor whose elements are not set yet.
  mlir::Value empty(llvm::ArrayRef<Dim> dims, mlir::Type storage);
  /// All elements the same; `value` in compute form.
  Tensor filled(llvm::ArrayRef<Dim> dims, mlir::Type element,
                mlir::Value value);

  /// The shape that NumPy's rules give; emits checks for what is not known.
  Dims broadcast(llvm::ArrayRef<Dims> shapes);
  using ElementBody = llvm::function_ref<mlir::Value(mlir::ValueRange)>;
  /// Element by element, inputs broadcast. The body gets and returns compute
  /// forms.
  Tensor map(llvm::ArrayRef<Tensor> inputs, mlir::Type result,
             ElementBody body);
  /// Each element from its indices. The body returns compute form; it reads
  /// other tensors by at().
  Tensor tabulate(llvm::ArrayRef<Dim> dims, mlir::Type element,
                  ElementBody body);
  /// An element, in compute form. Inside of bodies and outside.
  mlir::Value at(Tensor tensor, mlir::ValueRange indices);
  /// The element of a tensor that has just one (rank 0, or all sizes 1).
  mlir::Value scalar(Tensor tensor);

  using Combine =
      llvm::function_ref<mlir::Value(mlir::Value sum, mlir::Value element)>;
  /// Folds the axes (ascending, non-negative) from `init` (compute form of
  /// `sum`). `sum` is the type that sums are kept in: f32 for halves.
  Tensor reduce(Tensor input, llvm::ArrayRef<int64_t> axes, bool keepDims,
                mlir::Type sum, mlir::Value init, Combine combine);
  /// sums[m..., n...] over the contracted loops: a general product. `maps`
  /// gives each input's and the result's dimensions as loop numbers; loops that
  /// the result lacks are summed over. The body gets compute forms of the
  /// inputs.
  Tensor contract(llvm::ArrayRef<Tensor> inputs,
                  llvm::ArrayRef<llvm::SmallVector<int64_t>> maps,
                  llvm::ArrayRef<Dim> loops, mlir::Type sum, ElementBody body);

  Tensor cast(Tensor input, mlir::Type element, bool saturate = true);
  /// Same elements in row-major order under another shape of as many elements;
  /// no check that there are.
  Tensor reshape(Tensor input, llvm::ArrayRef<Dim> dims);
  Tensor transpose(Tensor input, llvm::ArrayRef<int64_t> permutation);
  /// All inputs along one axis, which agree in the others.
  Tensor concat(llvm::ArrayRef<Tensor> inputs, int64_t axis);
  /// Elements from `starts` on, every steps-th, `sizes` of them; in range.
  Tensor slice(Tensor input, llvm::ArrayRef<Dim> starts,
               llvm::ArrayRef<Dim> sizes, llvm::ArrayRef<Dim> steps);
  /// The same numbers as a tensor of one dimension.
  Tensor fromElements(mlir::ValueRange computed, mlir::Type element);

  //===- Loops ------------------------------------------------------------===//

  using LoopBody = llvm::function_ref<llvm::SmallVector<mlir::Value>(
      mlir::Value iv, mlir::ValueRange carried)>;
  /// Carried values after counting from begin to end (indices); tensors keep
  /// their shapes.
  llvm::SmallVector<mlir::Value> loop(mlir::Value begin, mlir::Value end,
                                      mlir::ValueRange carried, LoopBody body);
  using Branch = llvm::function_ref<llvm::SmallVector<mlir::Value>()>;
  llvm::SmallVector<mlir::Value> branch(mlir::Value condition, Branch yes,
                                        Branch no);
  /// `tensor` with one element set (compute form), for loops that carry it.
  mlir::Value insert(mlir::Value tensor, mlir::Type element, mlir::Value value,
                     mlir::ValueRange indices);

  //===- Windows ----------------------------------------------------------===//

  using SumsBody = llvm::function_ref<llvm::SmallVector<mlir::Value>(
      mlir::ValueRange elements, mlir::ValueRange sums)>;
  /// Several sums at once, over any affine places: `maps` says where each input
  /// is read and, last, where all sums lie (a projection of the loops); loops
  /// that the sums lack are folded. `starts` are what the sums begin with, kept
  /// in their compute form. Elements come in compute form.
  llvm::SmallVector<Tensor> fold(llvm::ArrayRef<Tensor> inputs,
                                 llvm::ArrayRef<Tensor> starts,
                                 llvm::ArrayRef<mlir::AffineMap> maps,
                                 SumsBody body);
  /// Where a loop stands, inside of bodies.
  mlir::Value loopIndex(unsigned loop);
  /// `tensor` with `part` written over the elements from `offsets` on; `part`
  /// may lack leading dimensions, which are 1.
  Tensor overwrite(Tensor tensor, Tensor part, llvm::ArrayRef<Dim> offsets);
  /// A part of a tensor without a copy: `sizes` elements from `offsets` on,
  /// less so many leading dimensions, which are 1.
  Tensor part(Tensor tensor, llvm::ArrayRef<Dim> offsets,
              llvm::ArrayRef<Dim> sizes, size_t dropped = 0);

  /// A value known to be of these dimensions, as a loop's results are of those
  /// that went in.
  Tensor sized(mlir::Value value, mlir::Type element, llvm::ArrayRef<Dim> dims);

private:
  friend class GraphLowering;
  llvm::DenseMap<mlir::Value, Dims> known;
};

} // namespace llm::onnx

#endif // LLM_PASSES_ONNX_LOWERING_TENSORCODE_H
