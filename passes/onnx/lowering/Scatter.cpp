//===- Scatter.cpp - Elements put at places that data names ---------------===//
//
// Places may repeat, so updates are made one after the other; slices as wholes.
//
//===----------------------------------------------------------------------===//

#include "passes/onnx/lowering/Indexing.h"
#include "passes/onnx/lowering/LoweringTable.h"

#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace llm::onnx;
using arith::CmpIPredicate;

/// `old` with an update.
using Reduction = Value (ElementCode::*)(Value, Value, Type);

static FailureOr<Reduction> readReduction(OnnxOp op) {
  StringRef name = op.version() >= 16 ? op.string("reduction") : "none";
  if (name == "none" || name.empty())
    return Reduction(nullptr);
  if (name == "add")
    return Reduction(&ElementCode::add);
  if (name == "mul")
    return Reduction(&ElementCode::mul);
  if (name == "min")
    return Reduction(&ElementCode::min);
  if (name == "max")
    return Reduction(&ElementCode::max);
  return op.operation()->emitError() << op.type() << ": reduction " << name
                                     << "; accepted: none, add, mul, min, max";
}

/// Carries a tensor through all indices of a box.
static Value overAll(GraphLowering &g, ArrayRef<Dim> dims, Value target,
                     SmallVector<Value> &at,
                     llvm::function_ref<Value(ValueRange, Value)> body) {
  if (at.size() == dims.size())
    return body(at, target);
  return g.loop(g.index(0), g.index(dims[at.size()]), target,
                [&](Value iv, ValueRange carried) -> SmallVector<Value> {
                  at.push_back(iv);
                  Value next = overAll(g, dims, carried[0], at, body);
                  at.pop_back();
                  return {next};
                })[0];
}

static Value update(GraphLowering &g, Reduction reduction, Tensor target,
                    Value value, ValueRange place) {
  if (reduction)
    value = (g.e.*reduction)(g.at(target, place), value, target.element);
  return g.insert(target.value, target.element, value, place);
}

static LogicalResult lowerScatterElements(OnnxOp op, GraphLowering &g) {
  Tensor data = g.tensor(op.input("data")),
         indices = g.tensor(op.input("indices")),
         updates = g.tensor(op.input("updates"));
  auto axis = normalizeAxis(op, op.integer("axis"), data.rank());
  auto reduction = readReduction(op);
  if (failed(axis) || failed(reduction))
    return failure();
  if (indices.rank() != data.rank() || updates.rank() != data.rank())
    return op.operation()->emitError()
           << op.type() << ": indices of rank " << indices.rank()
           << " and updates of rank " << updates.rank()
           << "; the data has rank " << data.rank();
  Dims to = g.dims(data.value), from = g.dims(indices.value),
       given = g.dims(updates.value);
  for (int64_t i = 0; i < data.rank(); ++i) {
    g.requireSame(from[i], given[i],
                  op.type() + ": indices and updates differ in dimension " +
                      Twine(i));
    if (i != *axis && !g.same(from[i], to[i]))
      g.require(g.compare(CmpIPredicate::sle, from[i], to[i]),
                op.type() + ": more indices than data in dimension " +
                    Twine(i));
  }
  requireElements(g, to[*axis], from, op.type() + ": index out of range");
  SmallVector<Value> at;
  Value result =
      overAll(g, from, data.value, at, [&](ValueRange at, Value target) {
        SmallVector<Value> place(at);
        place[*axis] = indexFrom(g, indices, at, to[*axis],
                                 op.type() + ": index out of range");
        return update(g, *reduction, {target, data.element}, g.at(updates, at),
                      place);
      });
  g.set(op.output("output"), g.sized(result, data.element, to));
  return success();
}

static LogicalResult lowerScatterND(OnnxOp op, GraphLowering &g) {
  Tensor data = g.tensor(op.input("data")),
         indices = g.tensor(op.input("indices")),
         updates = g.tensor(op.input("updates"));
  auto reduction = readReduction(op);
  if (failed(reduction))
    return failure();
  Dims to = g.dims(data.value), places = g.dims(indices.value),
       given = g.dims(updates.value);
  if (places.empty() || !getConstantIntValue(places.back()))
    return notSupported(op, "indices whose last dimension is not known");
  int64_t length = *getConstantIntValue(places.back());
  if (length > data.rank())
    return op.operation()->emitError()
           << "ScatterND: indices of " << length << " numbers for data of rank "
           << data.rank();
  places.pop_back();
  ArrayRef<Dim> slice = ArrayRef(to).drop_front(length);
  Dims wanted = places;
  llvm::append_range(wanted, slice);
  if (wanted.size() != given.size())
    return op.operation()->emitError()
           << "ScatterND: updates of rank " << given.size() << "; expected "
           << wanted.size();
  for (auto [i, pair] : llvm::enumerate(llvm::zip_equal(wanted, given)))
    g.requireSame(std::get<0>(pair), std::get<1>(pair),
                  "ScatterND: updates have another size than their places, in "
                  "dimension " +
                      Twine(i));
  for (int64_t i = 0; i < length; ++i)
    requireElements(g, to[i], wanted, "ScatterND: index out of range");
  auto placeOf = [&](ValueRange at) {
    SmallVector<Value> place, where(at);
    where.push_back({});
    for (int64_t i = 0; i < length; ++i) {
      where.back() = g.index(i);
      place.push_back(
          indexFrom(g, indices, where, to[i], "ScatterND: index out of range"));
    }
    return place;
  };
  // One slice over another, by the team where it is large.
  auto putSlice = [&](ValueRange at, Value target) -> Value {
    Dims from(at.begin(), at.end()), size(at.size(), g.fixed(1)),
        into = llvm::to_vector_of<Dim>(placeOf(at)),
        intoSize(length, g.fixed(1));
    for (Dim dim : slice) {
      from.push_back(g.fixed(0));
      into.push_back(g.fixed(0));
      size.push_back(dim);
      intoSize.push_back(dim);
    }
    auto type = g.typeOf(slice, updates.type().getElementType());
    Value taken = tensor::ExtractSliceOp::create(
        g.b, type, updates.value, from, size, Dims(size.size(), g.fixed(1)));
    return tensor::InsertSliceOp::create(g.b, taken, target, into, intoSize,
                                         Dims(into.size(), g.fixed(1)));
  };
  auto putElements = [&](ValueRange at, Value target) -> Value {
    SmallVector<Value> place = placeOf(at), inside;
    return overAll(g, slice, target, inside,
                   [&](ValueRange rest, Value target) {
                     SmallVector<Value> from(at), into = place;
                     llvm::append_range(from, rest);
                     llvm::append_range(into, rest);
                     return update(g, *reduction, {target, data.element},
                                   g.at(updates, from), into);
                   });
  };
  SmallVector<Value> at;
  Value result = *reduction || slice.empty()
                     ? overAll(g, places, data.value, at, putElements)
                     : overAll(g, places, data.value, at, putSlice);
  g.set(op.output("output"), g.sized(result, data.element, to));
  return success();
}

/// What MaxPool left of an image, put back where it came from: I counts through
/// the whole tensor of the shape that undoes the pooling, which lies in the
/// corner of an output of another shape.
static LogicalResult lowerMaxUnpool(OnnxOp op, GraphLowering &g) {
  Tensor x = g.tensor(op.input("X")), places = g.tensor(op.input("I"));
  SmallVector<int64_t> kernel = op.integers("kernel_shape"),
                       strides = op.integers("strides"),
                       pads = op.integers("pads");
  strides.resize(kernel.size(), 1);
  pads.resize(2 * kernel.size(), 0);
  Dims from = g.dims(x.value),
       inner = llvm::to_vector(ArrayRef(from).take_front(2));
  for (size_t i = 0; i < kernel.size(); ++i)
    inner.push_back(
        g.add(g.mul(g.sub(from[i + 2], g.fixed(1)), g.fixed(strides[i])),
              g.fixed(kernel[i] - pads[i] - pads[kernel.size() + i])));
  for (auto [have, want] : llvm::zip_equal(g.dims(places.value), from))
    g.requireSame(have, want, "MaxUnpool: X and I differ in shape");
  Dims to = inner;
  if (Value shape = op.input("output_shape")) {
    auto given = g.elements(shape);
    if (!given || given->size() != inner.size())
      return notSupported(op, "an output_shape whose length is not known");
    to = *given;
  }
  for (auto [small, large] : llvm::zip_equal(inner, to)) {
    if (!isNonNegative(small))
      g.require(g.compare(CmpIPredicate::sge, small, g.fixed(0)),
                "MaxUnpool: a size is negative");
    if (!g.same(small, large))
      g.require(g.compare(CmpIPredicate::sle, small, large),
                "MaxUnpool: output_shape is smaller than what was pooled");
  }
  requireElements(g, g.product(inner), from, "MaxUnpool: index out of range");
  Value start = g.filled(to, x.element, zero(g, x.element)).value;
  SmallVector<Value> at;
  Value result = overAll(g, from, start, at, [&](ValueRange at, Value target) {
    Value flat = g.checked(g.e.toIndex(g.at(places, at), places.element),
                           g.product(inner), "MaxUnpool: index out of range");
    return g.insert(target, x.element, g.at(x, at), unravel(g, flat, inner));
  });
  g.set(op.output("output"), g.sized(result, x.element, to));
  return success();
}

void llm::onnx::addScatter(LoweringTable &table) {
  for (const char *name : {"Scatter", "ScatterElements"})
    table.add(name, lowerScatterElements);
  table.add("ScatterND", lowerScatterND);
  table.add("MaxUnpool", lowerMaxUnpool);
}
