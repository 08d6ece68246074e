//===- TensorParts.cpp - Parts of tensors, and folds over them ------------===//
//
// The words of TensorCode that go beyond single elements and whole tensors.
//
//===----------------------------------------------------------------------===//

#include "passes/onnx/lowering/TensorCode.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace llm::onnx;

SmallVector<Tensor> TensorCode::fold(ArrayRef<Tensor> inputs,
                                     ArrayRef<Tensor> starts,
                                     ArrayRef<AffineMap> maps, SumsBody body) {
  SmallVector<utils::IteratorType> kinds(maps.back().getNumDims(),
                                         utils::IteratorType::reduction);
  for (AffineExpr expr : maps.back().getResults())
    if (auto loop = dyn_cast<AffineDimExpr>(expr))
      kinds[loop.getPosition()] = utils::IteratorType::parallel;
  SmallVector<AffineMap> all(maps);
  all.append(starts.size() - 1, maps.back());
  SmallVector<Value> values, sums;
  SmallVector<Type> types;
  for (Tensor input : inputs)
    values.push_back(input.value);
  for (Tensor start : starts) {
    assert(storageType(start.element) == computeType(start.element) &&
           "sums are not rounded");
    sums.push_back(start.value);
    types.push_back(start.value.getType());
  }
  auto op = linalg::GenericOp::create(
      b, types, values, sums, all, kinds,
      [&](OpBuilder &inside, Location, ValueRange arguments) {
        OpBuilder::InsertionGuard guard(b);
        b.restoreInsertionPoint(inside.saveInsertionPoint());
        SmallVector<Value> elements;
        for (auto [i, input] : llvm::enumerate(inputs))
          elements.push_back(e.fromStorage(arguments[i], input.element));
        linalg::YieldOp::create(
            b, body(elements, arguments.drop_front(inputs.size())));
      });
  SmallVector<Tensor> results;
  for (auto [start, value] : llvm::zip_equal(starts, op.getResults())) {
    known[value] = dims(start.value);
    results.push_back({value, start.element});
  }
  return results;
}

Value TensorCode::loopIndex(unsigned loop) {
  return linalg::IndexOp::create(b, loop);
}

Tensor TensorCode::overwrite(Tensor tensor, Tensor part,
                             ArrayRef<Dim> offsets) {
  Dims own = dims(part.value), sizes(offsets.size() - own.size(), fixed(1));
  llvm::append_range(sizes, own);
  Dims steps(offsets.size(), fixed(1));
  Value source = part.value;
  RankedTensorType wanted = typeOf(own, part.type().getElementType());
  if (wanted != part.type())
    source = tensor::CastOp::create(b, wanted, source);
  Value value = tensor::InsertSliceOp::create(b, source, tensor.value, offsets,
                                              sizes, steps);
  known[value] = dims(tensor.value);
  return {value, tensor.element};
}

Tensor TensorCode::part(Tensor tensor, ArrayRef<Dim> offsets,
                        ArrayRef<Dim> sizes, size_t dropped) {
  Dims steps(offsets.size(), fixed(1));
  ArrayRef<Dim> kept = sizes.drop_front(dropped);
  Value value = tensor::ExtractSliceOp::create(
      b, typeOf(kept, tensor.type().getElementType()), tensor.value, offsets,
      sizes, steps);
  known[value] = Dims(kept);
  return {value, tensor.element};
}

Tensor TensorCode::sized(Value value, Type element, ArrayRef<Dim> dims) {
  RankedTensorType type =
      typeOf(dims, llvm::cast<RankedTensorType>(value.getType()).getElementType());
  if (type != value.getType())
    value = tensor::CastOp::create(b, type, value);
  known[value] = Dims(dims);
  return {value, element};
}
