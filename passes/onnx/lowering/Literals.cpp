//===- Literals.cpp - Lists of numbers as tensors -------------------------===//

#include "passes/onnx/lowering/Literals.h"

#include "llvm/ADT/SmallVectorExtras.h"

using namespace mlir;
using namespace llm::onnx;

template <typename Number>
static Tensor make(GraphLowering &g, ArrayRef<Number> numbers, Type element) {
  if (numbers.empty())
    return {g.empty(g.fixed(0), element), element};
  auto type =
      RankedTensorType::get({static_cast<int64_t>(numbers.size())}, element);
  return {arith::ConstantOp::create(g.b, DenseElementsAttr::get(type, numbers)),
          element};
}

Tensor llm::onnx::literal(GraphLowering &g, ArrayRef<int64_t> numbers) {
  return make(g, numbers, g.b.getI64Type());
}

Tensor llm::onnx::literal(GraphLowering &g, ArrayRef<double> numbers,
                          Type element) {
  if (element.isF64())
    return make(g, numbers, element);
  SmallVector<float> narrow = llvm::map_to_vector(
      numbers, [](double value) { return static_cast<float>(value); });
  return make(g, ArrayRef<float>(narrow), g.b.getF32Type());
}

SmallVector<double> llm::onnx::realsOf(DenseElementsAttr tensor) {
  SmallVector<double> result;
  if (!isa<FloatType>(tensor.getElementType()))
    return llvm::to_vector_of<double>(integersOf(tensor));
  for (APFloat value : tensor.getValues<APFloat>()) {
    bool lossy;
    value.convert(APFloat::IEEEdouble(), APFloat::rmNearestTiesToEven, &lossy);
    result.push_back(value.convertToDouble());
  }
  return result;
}

SmallVector<int64_t> llm::onnx::integersOf(DenseElementsAttr tensor) {
  SmallVector<int64_t> result;
  bool hasSign = !isUnsigned(tensor.getElementType());
  for (APInt value : tensor.getValues<APInt>())
    result.push_back(hasSign ? value.getSExtValue() : value.getZExtValue());
  return result;
}

SmallVector<double> llm::onnx::realsOf(OnnxOp op, StringRef name) {
  std::string other = (name + "_as_tensor").str();
  if (op.schema().attribute(other))
    if (auto tensor = dyn_cast_or_null<DenseElementsAttr>(op.attribute(other)))
      return realsOf(tensor);
  return op.schema().attribute(name) ? op.reals(name) : SmallVector<double>();
}
