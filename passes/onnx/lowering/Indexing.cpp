//===- Indexing.cpp - Places that data and numbers name -------------------===//

#include "passes/onnx/lowering/Indexing.h"

#include "passes/onnx/lowering/Text.h"

#include "mlir/Dialect/Complex/IR/Complex.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace llm::onnx;
using arith::CmpIPredicate;

Value llm::onnx::indexFrom(GraphLowering &g, Tensor indices, ValueRange place,
                           Dim size, const Twine &message) {
  Value index = g.e.toIndex(g.at(indices, place), indices.element);
  if (!isUnsigned(indices.element)) {
    Value fromEnd = arith::AddIOp::create(g.b, index, g.index(size));
    Value negative = g.compare(CmpIPredicate::slt, index, g.fixed(0));
    index = g.e.select(negative, fromEnd, index);
  }
  return g.checked(index, size, message);
}

void llm::onnx::requireElements(GraphLowering &g, Dim size, ArrayRef<Dim> count,
                                const Twine &message) {
  auto known = getConstantIntValue(size);
  if (known && *known > 0)
    return;
  Value some = g.compare(CmpIPredicate::ne, size, g.fixed(0));
  Value none = g.compare(CmpIPredicate::eq, g.product(count), g.fixed(0));
  g.require(arith::OrIOp::create(g.b, some, none), message);
}

Value llm::onnx::zero(GraphLowering &g, Type element) {
  if (isString(element))
    return textConstant(g, "");
  if (auto type = dyn_cast<ComplexType>(element)) {
    Attribute real = g.b.getFloatAttr(type.getElementType(), 0);
    return complex::ConstantOp::create(g.b, type,
                                       g.b.getArrayAttr({real, real}));
  }
  return g.e.integer(0, element);
}

//===----------------------------------------------------------------------===//
// Numbers
//===----------------------------------------------------------------------===//

Dim llm::onnx::choose(GraphLowering &g, CmpIPredicate predicate, Dim x, Dim y,
                      Dim yes, Dim no) {
  auto left = getConstantIntValue(x), right = getConstantIntValue(y);
  if (left && right)
    return arith::applyCmpPredicate(predicate, APInt(64, *left, true),
                                    APInt(64, *right, true))
               ? yes
               : no;
  if (g.same(yes, no))
    return yes;
  return g.select(g.compare(predicate, x, y), yes, no);
}

/// `seen` holds what earlier values were: sizes share their parts.
static bool isNonNegative(Dim x, DenseMap<Value, bool> &seen) {
  if (auto known = getConstantIntValue(x))
    return *known >= 0;
  auto value = cast<Value>(x);
  if (auto found = seen.find(value); found != seen.end())
    return found->second;
  Operation *op = value.getDefiningOp();
  auto operand = [&](unsigned number) {
    return isNonNegative(op->getOperand(number), seen);
  };
  bool result = false;
  if (isa_and_nonnull<tensor::DimOp>(op))
    result = true;
  else if (isa_and_nonnull<arith::MaxSIOp>(op))
    result = operand(0) || operand(1);
  else if (isa_and_nonnull<arith::AddIOp, arith::MulIOp, arith::DivUIOp,
                           arith::CeilDivUIOp, arith::MinSIOp>(op))
    result = operand(0) && operand(1);
  else if (isa_and_nonnull<arith::SelectOp>(op))
    result = operand(1) && operand(2);
  seen[value] = result;
  return result;
}

bool llm::onnx::isNonNegative(Dim x) {
  DenseMap<Value, bool> seen;
  return ::isNonNegative(x, seen);
}

Dim llm::onnx::clamp(GraphLowering &g, Dim x, Dim low, Dim high) {
  // More than any memory holds: the end.
  if (auto known = getConstantIntValue(x); known && *known >= int64_t(1) << 48)
    return high;
  if (g.same(x, high))
    return x;
  if (!isConstantIntValue(low, 0) || !isNonNegative(x))
    x = g.max(x, low);
  else if (isConstantIntValue(x, 0))
    return x; // high is not below it
  return g.min(x, high);
}

Dim llm::onnx::countSteps(GraphLowering &g, Dim length, Dim step) {
  if (g.isOne(step))
    return isNonNegative(length) ? length : g.max(length, g.fixed(0));
  // Beware of sums that do not fit: (length - 1) / step + 1.
  Dim rest = g.max(g.sub(length, g.fixed(1)), g.fixed(0));
  Dim count = g.add(g.floorDiv(rest, step), g.fixed(1));
  return choose(g, CmpIPredicate::sgt, length, g.fixed(0), count, g.fixed(0));
}

std::optional<Dims> llm::onnx::numbersOf(OnnxOp op, GraphLowering &g,
                                         StringRef name) {
  if (op.schema().attribute(name))
    return g.fixed(op.integers(name));
  return g.elements(op.input(name));
}

FailureOr<Dims> llm::onnx::numbersByAxis(OnnxOp op, GraphLowering &g,
                                         int64_t rank, std::optional<Dims> axes,
                                         ArrayRef<Dim> numbers,
                                         ArrayRef<Dim> otherwise) {
  Dims result(otherwise);
  if (!axes) {
    axes.emplace();
    for (int64_t i = 0; i < static_cast<int64_t>(numbers.size()); ++i)
      axes->push_back(g.fixed(i));
  }
  if (axes->size() != numbers.size() || numbers.size() > size_t(rank))
    return op.operation()->emitError()
           << op.type() << ": " << numbers.size() << " numbers for "
           << axes->size() << " axes of a tensor of rank " << rank;
  for (auto [axis, number] : llvm::zip_equal(*axes, numbers)) {
    if (auto known = getConstantIntValue(axis)) {
      auto place = normalizeAxis(op, *known, rank);
      if (failed(place))
        return failure();
      result[*place] = number;
      continue;
    }
    Dim place = choose(g, CmpIPredicate::slt, axis, g.fixed(0),
                       g.add(axis, g.fixed(rank)), axis);
    g.require(g.compare(CmpIPredicate::ult, place, g.fixed(rank)),
              op.type() + ": an axis is out of range");
    for (int64_t i = 0; i < rank; ++i)
      result[i] =
          choose(g, CmpIPredicate::eq, place, g.fixed(i), number, result[i]);
  }
  return result;
}

//===----------------------------------------------------------------------===//
// Places
//===----------------------------------------------------------------------===//

Tensor llm::onnx::placesWhere(GraphLowering &g, Dim size,
                              llvm::function_ref<Value(Value)> wanted) {
  Type i64 = g.b.getI64Type();
  // Every place is written behind the last wanted one, and stays if wanted.
  SmallVector<Value> state = {g.empty(size, i64), g.index(0)};
  state = g.loop(g.index(0), g.index(size), state,
                 [&](Value i, ValueRange carried) -> SmallVector<Value> {
                   Value next = g.insert(carried[0], i64, g.e.fromIndex(i, i64),
                                         carried[1]);
                   Value one = arith::IndexCastUIOp::create(
                       g.b, g.b.getIndexType(), wanted(i));
                   return {next, arith::AddIOp::create(g.b, carried[1], one)};
                 });
  Dims count = {state[1]};
  Value places = tensor::ExtractSliceOp::create(g.b, state[0], Dims{g.fixed(0)},
                                                count, Dims{g.fixed(1)});
  return g.sized(places, i64, count);
}

SmallVector<Value> llm::onnx::unravel(GraphLowering &g, Value place,
                                      ArrayRef<Dim> dims) {
  SmallVector<Value> result(dims.size());
  for (size_t i = dims.size(); i-- > 1;) {
    Value size = g.index(dims[i]);
    result[i] = arith::RemUIOp::create(g.b, place, size);
    place = arith::DivUIOp::create(g.b, place, size);
  }
  if (!dims.empty())
    result[0] = place;
  return result;
}
