//===- Array.h - Tensors of a small run, element by element ----*- C++ -*-===//
//
// RaiseDecoder runs an exported graph once, on a handful of tokens whose values
// it does not know. What does not depend on them (positions, masks, tables of
// cosines) comes out as numbers. What does is a linear function of elements of
// the rows that the model computes with (RowProgram.h): so reshapes,
// transposes, repeats of heads and rotations leave no trace but which element
// went where, whatever ops an exporter spelled them with.
//
//===----------------------------------------------------------------------===//

#ifndef LLM_PASSES_ONNX_RAISING_ARRAY_H
#define LLM_PASSES_ONNX_RAISING_ARRAY_H

#include "mlir/IR/Value.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"

#include <memory>
#include <optional>
#include <vector>

namespace llm::onnx {

/// number + coefficient[0] * base[row, feature[0]] + coefficient[1] * ...
struct Element {
  double number = 0;
  int32_t base = -1; ///< a node of the RowProgram; -1: a number alone
  int32_t row = 0;
  int32_t feature[2] = {-1, -1}; ///< -1: no such term
  double coefficient[2] = {0, 0};

  static Element of(double number) {
    Element element;
    element.number = number;
    return element;
  }
  static Element of(int32_t base, int32_t row, int32_t feature) {
    Element element;
    element.base = base;
    element.row = row;
    element.feature[0] = feature;
    element.coefficient[0] = 1;
    return element;
  }
  bool isNumber() const { return base < 0; }
  bool isPure() const {
    return base >= 0 && number == 0 && coefficient[0] == 1 && feature[1] < 0;
  }
};

using Shape = llvm::SmallVector<int64_t>;

struct Array {
  Shape shape;
  std::vector<Element> elements; ///< row-major
  /// A matrix of weights, which is not looked at: `elements` is empty then.
  mlir::Value weight;
  bool transposed = false; ///< the matrix is the weight's transpose
  /// A Choice: matrices of a stack of weights, one for each token and slot.
  int32_t choice = -1;

  int64_t rank() const { return shape.size(); }
  bool isWeight() const { return static_cast<bool>(weight); }
  bool isNumeric() const {
    return !isWeight() && llvm::all_of(elements, [](const Element &element) {
      return element.isNumber();
    });
  }
  static int64_t count(llvm::ArrayRef<int64_t> shape) {
    int64_t result = 1;
    for (int64_t size : shape)
      result *= size;
    return result;
  }
  /// Elements picked by their place, given as indices of the result.
  template <typename Place>
  Array pick(llvm::ArrayRef<int64_t> to, Place place) const {
    Array result;
    result.shape.assign(to.begin(), to.end());
    int64_t total = count(to);
    result.elements.reserve(total);
    Shape at(to.size(), 0);
    for (int64_t i = 0; i < total; ++i) {
      result.elements.push_back(elements[place(llvm::ArrayRef<int64_t>(at))]);
      for (size_t d = to.size(); d-- > 0 && ++at[d] == to[d];)
        at[d] = 0;
    }
    return result;
  }
  /// Where the element of these indices lies.
  int64_t offset(llvm::ArrayRef<int64_t> at) const {
    int64_t result = 0;
    for (size_t d = 0; d < shape.size(); ++d)
      result = result * shape[d] + at[d];
    return result;
  }
};

/// A value of the run; shared, since many ops pass one on.
using ArrayPtr = std::shared_ptr<const Array>;

/// [batch, sequence, heads * width] as [batch, heads, sequence, width].
inline Array splitHeads(const Array &x, int64_t heads) {
  int64_t width = x.shape[2] / heads;
  return x.pick({x.shape[0], heads, x.shape[1], width},
                [&](llvm::ArrayRef<int64_t> at) {
                  return x.offset({at[0], at[2], at[1] * width + at[3]});
                });
}

inline Array mergeHeads(const Array &x) {
  int64_t width = x.shape[3];
  return x.pick({x.shape[0], x.shape[2], x.shape[1] * width},
                [&](llvm::ArrayRef<int64_t> at) {
                  return x.offset({at[0], at[2] / width, at[1], at[2] % width});
                });
}

/// `rows` along an axis, from `first` on.
inline Array take(const Array &x, int64_t axis, int64_t first, int64_t rows) {
  Shape to = x.shape;
  to[axis] = rows;
  Shape from(x.shape.size());
  return x.pick(to, [&](llvm::ArrayRef<int64_t> at) {
    from.assign(at.begin(), at.end());
    from[axis] += first;
    return x.offset(from);
  });
}

} // namespace llm::onnx

#endif // LLM_PASSES_ONNX_RAISING_ARRAY_H
