//===- TensorCode.cpp - Words that lowerings are written in ---------------===//

#include "passes/onnx/lowering/TensorCode.h"

#include "dialects/llm/LLMDialect.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace llm;
using namespace llm::onnx;
using arith::CmpIPredicate;

//===----------------------------------------------------------------------===//
// Dimensions
//===----------------------------------------------------------------------===//

Dims TensorCode::dims(Value tensor) {
  auto found = known.find(tensor);
  if (found != known.end())
    return found->second;
  auto type = llvm::cast<RankedTensorType>(tensor.getType());
  Dims result;
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointAfterValue(tensor); // for whoever else will ask
  for (int64_t i = 0; i < type.getRank(); ++i)
    if (type.isDynamicDim(i))
      result.push_back(tensor::DimOp::create(b, tensor, i).getResult());
    else
      result.push_back(fixed(type.getDimSize(i)));
  return known[tensor] = result;
}

Dims TensorCode::fixed(ArrayRef<int64_t> sizes) {
  return llvm::map_to_vector(sizes, [&](int64_t size) { return fixed(size); });
}

Value TensorCode::index(int64_t value) {
  return arith::ConstantIndexOp::create(b, value);
}
Value TensorCode::index(Dim dim) {
  if (auto constant = getConstantIntValue(dim))
    return index(*constant);
  return llvm::cast<Value>(dim);
}

/// Folds where both are known, else makes the op.
template <typename Op, typename Fold>
static Dim compute(TensorCode &code, Dim x, Dim y, Fold fold) {
  auto left = getConstantIntValue(x), right = getConstantIntValue(y);
  if (left && right)
    return code.fixed(fold(*left, *right));
  return Op::create(code.b, code.index(x), code.index(y)).getResult();
}

Dim TensorCode::add(Dim x, Dim y) {
  if (isConstantIntValue(x, 0))
    return y;
  if (isConstantIntValue(y, 0))
    return x;
  return compute<arith::AddIOp>(*this, x, y,
                                [](int64_t x, int64_t y) { return x + y; });
}
Dim TensorCode::sub(Dim x, Dim y) {
  if (isConstantIntValue(y, 0))
    return x;
  return compute<arith::SubIOp>(*this, x, y,
                                [](int64_t x, int64_t y) { return x - y; });
}
Dim TensorCode::mul(Dim x, Dim y) {
  if (isOne(x))
    return y;
  if (isOne(y))
    return x;
  return compute<arith::MulIOp>(*this, x, y,
                                [](int64_t x, int64_t y) { return x * y; });
}
Dim TensorCode::floorDiv(Dim x, Dim y) {
  if (isOne(y))
    return x;
  return compute<arith::DivUIOp>(
      *this, x, y, [](int64_t x, int64_t y) { return y ? x / y : 0; });
}
Dim TensorCode::ceilDiv(Dim x, Dim y) {
  if (isOne(y))
    return x;
  return compute<arith::CeilDivUIOp>(*this, x, y, [](int64_t x, int64_t y) {
    return y ? (x + y - 1) / y : 0;
  });
}
Dim TensorCode::min(Dim x, Dim y) {
  return compute<arith::MinSIOp>(
      *this, x, y, [](int64_t x, int64_t y) { return std::min(x, y); });
}
Dim TensorCode::max(Dim x, Dim y) {
  return compute<arith::MaxSIOp>(
      *this, x, y, [](int64_t x, int64_t y) { return std::max(x, y); });
}
Dim TensorCode::select(Value condition, Dim x, Dim y) {
  if (same(x, y))
    return x;
  return arith::SelectOp::create(b, condition, index(x), index(y)).getResult();
}
Dim TensorCode::product(ArrayRef<Dim> dims) {
  Dim result = fixed(1);
  for (Dim dim : dims)
    result = mul(result, dim);
  return result;
}

bool TensorCode::same(Dim x, Dim y) { return isEqualConstantIntOrValue(x, y); }

Value TensorCode::compare(CmpIPredicate predicate, Dim x, Dim y) {
  return arith::CmpIOp::create(b, predicate, index(x), index(y));
}

void TensorCode::require(Value condition, const Twine &message) {
  RequireOp::create(b, condition, b.getStringAttr(message));
}

void TensorCode::requireSame(Dim x, Dim y, const Twine &message) {
  if (!same(x, y))
    require(compare(CmpIPredicate::eq, x, y), message);
}

Value TensorCode::checked(Value i, Dim size, const Twine &message) {
  return CheckIndexOp::create(b, b.getIndexType(), i, index(size),
                              b.getStringAttr(message));
}

//===----------------------------------------------------------------------===//
// Tensors
//===----------------------------------------------------------------------===//

RankedTensorType TensorCode::typeOf(ArrayRef<Dim> dims, Type storage) {
  SmallVector<int64_t> shape;
  for (Dim dim : dims)
    shape.push_back(getConstantIntValue(dim).value_or(ShapedType::kDynamic));
  return RankedTensorType::get(shape, storage);
}

Value TensorCode::empty(ArrayRef<Dim> dims, Type storage) {
  SmallVector<Value> sizes;
  for (Dim dim : dims)
    if (!getConstantIntValue(dim))
      sizes.push_back(llvm::cast<Value>(dim));
  Value result = tensor::EmptyOp::create(b, typeOf(dims, storage), sizes);
  known[result] = Dims(dims);
  return result;
}

Tensor TensorCode::filled(ArrayRef<Dim> dims, Type element, Value value) {
  return tabulate(dims, element, [&](ValueRange) { return value; });
}

Dims TensorCode::broadcast(ArrayRef<Dims> shapes) {
  size_t rank = 0;
  for (const Dims &shape : shapes)
    rank = std::max(rank, shape.size());
  Dims result(rank, fixed(1));
  for (size_t i = 0; i < rank; ++i) {
    // From the right.
    Dim &dim = result[rank - 1 - i];
    for (const Dims &shape : shapes) {
      if (i >= shape.size())
        continue;
      Dim other = shape[shape.size() - 1 - i];
      if (isOne(other) || same(dim, other))
        continue;
      if (isOne(dim)) {
        dim = other;
        continue;
      }
      // One that is known, and not 1, is the result.
      Value ones =
          arith::OrIOp::create(b, compare(CmpIPredicate::eq, dim, fixed(1)),
                               compare(CmpIPredicate::eq, other, fixed(1)));
      require(
          arith::OrIOp::create(b, compare(CmpIPredicate::eq, dim, other), ones),
          "inputs do not broadcast: dimension " +
              Twine(static_cast<int64_t>(rank - 1 - i)) +
              " differs and is not 1");
      if (getConstantIntValue(dim))
        continue;
      dim = getConstantIntValue(other)
                ? other
                : select(compare(CmpIPredicate::eq, dim, fixed(1)), other, dim);
    }
  }
  return result;
}

/// The affine map by which a broadcast input is read; nullopt if a dimension
/// may be 1 at run time and may not.
static std::optional<AffineMap> broadcastMap(TensorCode &code, const Dims &from,
                                             const Dims &to) {
  SmallVector<AffineExpr> exprs;
  MLIRContext *context = code.b.getContext();
  size_t offset = to.size() - from.size();
  for (auto [i, dim] : llvm::enumerate(from)) {
    if (TensorCode::same(dim, to[offset + i]))
      exprs.push_back(getAffineDimExpr(offset + i, context));
    else if (TensorCode::isOne(dim))
      exprs.push_back(getAffineConstantExpr(0, context));
    else
      return std::nullopt;
  }
  return AffineMap::get(to.size(), 0, exprs, context);
}

Tensor TensorCode::map(ArrayRef<Tensor> inputs, Type result, ElementBody body) {
  SmallVector<Dims> shapes;
  for (Tensor input : inputs)
    shapes.push_back(dims(input.value));
  Dims shape = broadcast(shapes);
  SmallVector<AffineMap> maps;
  SmallVector<Value> direct;
  SmallVector<std::optional<unsigned>> numbers;
  for (auto [input, from] : llvm::zip_equal(inputs, shapes)) {
    if (auto map = broadcastMap(*this, from, shape)) {
      numbers.push_back(direct.size());
      direct.push_back(input.value);
      maps.push_back(*map);
    } else {
      numbers.push_back(std::nullopt);
    }
  }
  maps.push_back(b.getMultiDimIdentityMap(shape.size()));
  // Which inputs run along which of their dimensions, for those that only the
  // run can tell.
  SmallVector<SmallVector<Value>> isBroadcast(inputs.size());
  for (auto [i, number] : llvm::enumerate(numbers))
    if (!number)
      for (Dim dim : shapes[i])
        isBroadcast[i].push_back(compare(CmpIPredicate::eq, dim, fixed(1)));

  Value out = empty(shape, storageType(result));
  SmallVector<utils::IteratorType> loops(shape.size(),
                                         utils::IteratorType::parallel);
  Location loc = b.getLoc();
  auto op = linalg::GenericOp::create(
      b, out.getType(), direct, out, maps, loops,
      [&](OpBuilder &inside, Location, ValueRange arguments) {
        OpBuilder::InsertionGuard guard(b);
        b.restoreInsertionPoint(inside.saveInsertionPoint());
        SmallVector<Value> elements;
        for (auto [i, input] : llvm::enumerate(inputs)) {
          if (numbers[i]) {
            elements.push_back(
                e.fromStorage(arguments[*numbers[i]], input.element));
            continue;
          }
          SmallVector<Value> place;
          size_t offset = shape.size() - shapes[i].size();
          for (size_t d = 0; d < shapes[i].size(); ++d)
            place.push_back(arith::SelectOp::create(
                b, isBroadcast[i][d], index(0),
                linalg::IndexOp::create(b, offset + d)));
          elements.push_back(at(input, place));
        }
        linalg::YieldOp::create(b, e.toStorage(body(elements), result));
      });
  b.setLoc(loc);
  Value value = op.getResult(0);
  known[value] = shape;
  return {value, result};
}

Tensor TensorCode::tabulate(ArrayRef<Dim> dims, Type element,
                            ElementBody body) {
  Value out = empty(dims, storageType(element));
  SmallVector<utils::IteratorType> loops(dims.size(),
                                         utils::IteratorType::parallel);
  auto op = linalg::GenericOp::create(
      b, out.getType(), ValueRange(), out,
      ArrayRef<AffineMap>(b.getMultiDimIdentityMap(dims.size())), loops,
      [&](OpBuilder &inside, Location, ValueRange) {
        OpBuilder::InsertionGuard guard(b);
        b.restoreInsertionPoint(inside.saveInsertionPoint());
        SmallVector<Value> place;
        for (size_t i = 0; i < dims.size(); ++i)
          place.push_back(linalg::IndexOp::create(b, i));
        linalg::YieldOp::create(b, e.toStorage(body(place), element));
      });
  Value value = op.getResult(0);
  known[value] = Dims(dims);
  return {value, element};
}

Value TensorCode::at(Tensor tensor, ValueRange indices) {
  return e.fromStorage(tensor::ExtractOp::create(b, tensor.value, indices),
                       tensor.element);
}

Value TensorCode::scalar(Tensor tensor) {
  SmallVector<Value> zeros(tensor.rank(), index(0));
  return at(tensor, zeros);
}

Tensor TensorCode::contract(ArrayRef<Tensor> inputs,
                            ArrayRef<SmallVector<int64_t>> maps,
                            ArrayRef<Dim> loops, Type sum, ElementBody body) {
  MLIRContext *context = b.getContext();
  SmallVector<AffineMap> affine;
  for (const SmallVector<int64_t> &map : maps) {
    SmallVector<AffineExpr> exprs;
    for (int64_t loop : map) // -1: a dimension of size 1
      exprs.push_back(loop < 0 ? getAffineConstantExpr(0, context)
                               : getAffineDimExpr(loop, context));
    affine.push_back(AffineMap::get(loops.size(), 0, exprs, context));
  }
  Dims shape;
  SmallVector<utils::IteratorType> kinds(loops.size(),
                                         utils::IteratorType::reduction);
  for (int64_t loop : maps.back()) {
    shape.push_back(loops[loop]);
    kinds[loop] = utils::IteratorType::parallel;
  }
  Value zero = e.integer(0, sum);
  Value start = tabulate(shape, sum, [&](ValueRange) { return zero; }).value;
  SmallVector<Value> values;
  for (Tensor input : inputs)
    values.push_back(input.value);
  auto op = linalg::GenericOp::create(
      b, start.getType(), values, start, affine, kinds,
      [&](OpBuilder &inside, Location, ValueRange arguments) {
        OpBuilder::InsertionGuard guard(b);
        b.restoreInsertionPoint(inside.saveInsertionPoint());
        SmallVector<Value> elements;
        for (auto [input, argument] :
             llvm::zip_equal(inputs, arguments.drop_back()))
          elements.push_back(e.fromStorage(argument, input.element));
        linalg::YieldOp::create(b,
                                e.add(arguments.back(), body(elements), sum));
      });
  Value value = op.getResult(0);
  known[value] = shape;
  return {value, sum};
}

Tensor TensorCode::reduce(Tensor input, ArrayRef<int64_t> axes, bool keepDims,
                          Type sum, Value init, Combine combine) {
  Dims from = dims(input.value), to, kept;
  SmallVector<AffineExpr> exprs;
  SmallVector<utils::IteratorType> kinds;
  for (auto [i, dim] : llvm::enumerate(from)) {
    bool folded = llvm::is_contained(axes, static_cast<int64_t>(i));
    kinds.push_back(folded ? utils::IteratorType::reduction
                           : utils::IteratorType::parallel);
    kept.push_back(folded ? fixed(1) : dim);
    if (folded)
      continue;
    exprs.push_back(getAffineDimExpr(i, b.getContext()));
    to.push_back(dim);
  }
  assert(storageType(sum) == computeType(sum) && "sums are not rounded");
  Value start = tabulate(to, sum, [&](ValueRange) { return init; }).value;
  SmallVector<AffineMap> maps = {
      b.getMultiDimIdentityMap(from.size()),
      AffineMap::get(from.size(), 0, exprs, b.getContext())};
  auto op = linalg::GenericOp::create(
      b, start.getType(), input.value, start, maps, kinds,
      [&](OpBuilder &inside, Location, ValueRange arguments) {
        OpBuilder::InsertionGuard guard(b);
        b.restoreInsertionPoint(inside.saveInsertionPoint());
        linalg::YieldOp::create(
            b, combine(arguments[1],
                       e.cast(e.fromStorage(arguments[0], input.element),
                              input.element, sum)));
      });
  Value value = op.getResult(0);
  known[value] = to;
  Tensor result{value, sum};
  return keepDims ? reshape(result, kept) : result;
}

Tensor TensorCode::cast(Tensor input, Type element, bool saturate) {
  if (input.element == element)
    return input;
  return map(input, element, [&](ValueRange x) {
    return e.cast(x[0], input.element, element, saturate);
  });
}

Tensor TensorCode::reshape(Tensor input, ArrayRef<Dim> to) {
  Dims from = dims(input.value);
  if (from.size() == to.size() &&
      llvm::all_of(llvm::zip_equal(from, to), [](auto pair) {
        return same(std::get<0>(pair), std::get<1>(pair));
      }))
    return input;
  RankedTensorType type = typeOf(to, input.type().getElementType());
  Value value;
  if (input.type().hasStaticShape() && type.hasStaticShape() &&
      input.type().getNumElements() == type.getNumElements() &&
      type.getNumElements() > 0) {
    // Shapes that fold or unfold dimensions stay visible to fusion.
    SmallVector<ReassociationIndices> groups;
    if (auto found = getReassociationIndicesForReshape(input.type(), type)) {
      if (type.getRank() < input.rank())
        value = tensor::CollapseShapeOp::create(b, type, input.value, *found);
      else if (type.getRank() > input.rank())
        value = tensor::ExpandShapeOp::create(b, type, input.value, *found);
    }
  }
  if (!value) {
    SmallVector<Value> sizes;
    for (Dim dim : to)
      sizes.push_back(index(dim));
    Value shape =
        sizes.empty()
            ? tensor::EmptyOp::create(b, ArrayRef<int64_t>{0}, b.getIndexType())
                  .getResult()
            : tensor::FromElementsOp::create(b, sizes).getResult();
    value = tensor::ReshapeOp::create(b, type, input.value, shape);
  }
  known[value] = Dims(to);
  return {value, input.element};
}

Tensor TensorCode::transpose(Tensor input, ArrayRef<int64_t> permutation) {
  Dims from = dims(input.value), to;
  SmallVector<AffineExpr> exprs(permutation.size());
  for (auto [i, axis] : llvm::enumerate(permutation)) {
    to.push_back(from[axis]);
    exprs[axis] = getAffineDimExpr(i, b.getContext());
  }
  Value out = empty(to, input.type().getElementType());
  SmallVector<AffineMap> maps = {
      AffineMap::get(to.size(), 0, exprs, b.getContext()),
      b.getMultiDimIdentityMap(to.size())};
  SmallVector<utils::IteratorType> loops(to.size(),
                                         utils::IteratorType::parallel);
  auto op = linalg::GenericOp::create(
      b, out.getType(), input.value, out, maps, loops,
      [&](OpBuilder &inside, Location loc, ValueRange arguments) {
        linalg::YieldOp::create(inside, loc, arguments[0]);
      });
  known[op.getResult(0)] = to;
  return {op.getResult(0), input.element};
}

Tensor TensorCode::concat(ArrayRef<Tensor> inputs, int64_t axis) {
  // Bufferization compares all parts of a tensor with each other, over and
  // over: many are put together in steps.
  constexpr size_t kParts = 32;
  if (inputs.size() > kParts) {
    SmallVector<Tensor> groups;
    for (size_t begin = 0; begin < inputs.size(); begin += kParts) {
      ArrayRef<Tensor> group = inputs.drop_front(begin).take_front(kParts);
      groups.push_back(group.size() == 1 ? group[0] : concat(group, axis));
    }
    return concat(groups, axis);
  }
  Dims to = dims(inputs[0].value);
  to[axis] = fixed(0);
  for (Tensor input : inputs)
    to[axis] = add(to[axis], dim(input.value, axis));
  Value result = empty(to, inputs[0].type().getElementType());
  Dim offset = fixed(0);
  for (Tensor input : inputs) {
    Dims sizes = dims(input.value);
    if (isConstantIntValue(sizes[axis], 0))
      continue;
    for (size_t i = 0; i < sizes.size(); ++i)
      if (static_cast<int64_t>(i) != axis)
        requireSame(sizes[i], to[i],
                    "Concat: inputs differ in dimension " +
                        Twine(static_cast<int64_t>(i)));
    Dims offsets(to.size(), fixed(0)), steps(to.size(), fixed(1));
    offsets[axis] = offset;
    for (size_t i = 0; i < sizes.size(); ++i)
      if (static_cast<int64_t>(i) != axis)
        sizes[i] = to[i];
    Value source = input.value;
    RankedTensorType wanted = typeOf(sizes, input.type().getElementType());
    if (wanted != input.type())
      source = tensor::CastOp::create(b, wanted, source);
    result =
        tensor::InsertSliceOp::create(b, source, result, offsets, sizes, steps);
    offset = add(offset, sizes[axis]);
  }
  known[result] = to;
  return {result, inputs[0].element};
}

Tensor TensorCode::slice(Tensor input, ArrayRef<Dim> starts,
                         ArrayRef<Dim> sizes, ArrayRef<Dim> steps) {
  SmallVector<Value> first, step;
  for (Dim start : starts)
    first.push_back(index(start));
  for (Dim dim : steps)
    step.push_back(index(dim));
  return tabulate(sizes, input.element, [&](ValueRange place) {
    SmallVector<Value> from;
    for (auto [i, iv] : llvm::enumerate(place))
      from.push_back(arith::AddIOp::create(
          b, first[i], arith::MulIOp::create(b, iv, step[i])));
    return at(input, from);
  });
}

Tensor TensorCode::fromElements(ValueRange computed, Type element) {
  SmallVector<Value> stored;
  for (Value value : computed)
    stored.push_back(e.toStorage(value, element));
  auto type = RankedTensorType::get({static_cast<int64_t>(stored.size())},
                                    storageType(element));
  if (stored.empty())
    return {empty(fixed(0), storageType(element)), element};
  return {tensor::FromElementsOp::create(b, type, stored), element};
}

//===----------------------------------------------------------------------===//
// Loops
//===----------------------------------------------------------------------===//

SmallVector<Value> TensorCode::loop(Value begin, Value end, ValueRange carried,
                                    LoopBody body) {
  auto op = scf::ForOp::create(b, begin, end, index(1), carried);
  {
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(op.getBody());
    for (auto [i, start] : llvm::enumerate(carried))
      if (isa<RankedTensorType>(start.getType())) {
        Dims sizes = dims(start);
        known[op.getRegionIterArg(i)] = sizes;
        known[op.getResult(i)] = sizes;
      }
    SmallVector<Value> next =
        body(op.getInductionVar(), op.getRegionIterArgs());
    if (carried.empty())
      b.setInsertionPoint(op.getBody()->getTerminator());
    else
      scf::YieldOp::create(b, next);
  }
  return llvm::to_vector_of<Value>(op.getResults());
}

SmallVector<Value> TensorCode::branch(Value condition, Branch yes, Branch no) {
  auto fill = [&](Branch body) {
    return [&, body](OpBuilder &inside, Location) {
      OpBuilder::InsertionGuard guard(b);
      b.restoreInsertionPoint(inside.saveInsertionPoint());
      scf::YieldOp::create(b, body());
    };
  };
  auto op = scf::IfOp::create(b, condition, fill(yes), fill(no));
  return llvm::to_vector_of<Value>(op.getResults());
}

Value TensorCode::insert(Value tensor, Type element, Value value,
                         ValueRange indices) {
  Value result =
      tensor::InsertOp::create(b, e.toStorage(value, element), tensor, indices);
  known[result] = dims(tensor);
  return result;
}
