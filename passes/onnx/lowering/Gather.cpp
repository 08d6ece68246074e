//===- Gather.cpp - Elements at places that data names --------------------===//

#include "passes/onnx/lowering/Indexing.h"
#include "passes/onnx/lowering/LoweringTable.h"

using namespace mlir;
using namespace llm::onnx;
using arith::CmpIPredicate;

static LogicalResult lowerGather(OnnxOp op, GraphLowering &g) {
  Tensor data = g.tensor(op.input("data")),
         indices = g.tensor(op.input("indices"));
  auto axis = normalizeAxis(op, op.integer("axis"), data.rank());
  if (failed(axis))
    return failure();
  Dims from = g.dims(data.value), places = g.dims(indices.value);
  requireElements(g, from[*axis], places, "Gather: index out of range");
  Dims to = llvm::to_vector(ArrayRef(from).take_front(*axis));
  llvm::append_range(to, places);
  llvm::append_range(to, ArrayRef(from).drop_front(*axis + 1));
  g.set(op.output("output"), g.tabulate(to, data.element, [&](ValueRange at) {
    SmallVector<Value> place(at.take_front(*axis));
    place.push_back(indexFrom(g, indices, at.slice(*axis, indices.rank()),
                              from[*axis], "Gather: index out of range"));
    llvm::append_range(place, at.drop_front(*axis + indices.rank()));
    return g.at(data, place);
  }));
  return success();
}

static LogicalResult lowerGatherElements(OnnxOp op, GraphLowering &g) {
  Tensor data = g.tensor(op.input("data")),
         indices = g.tensor(op.input("indices"));
  auto axis = normalizeAxis(op, op.integer("axis"), data.rank());
  if (failed(axis))
    return failure();
  if (indices.rank() != data.rank())
    return op.operation()->emitError()
           << "GatherElements: indices of rank " << indices.rank()
           << "; the data has rank " << data.rank();
  Dims from = g.dims(data.value), to = g.dims(indices.value);
  for (int64_t i = 0; i < data.rank(); ++i)
    if (i != *axis && !g.same(from[i], to[i]))
      g.require(g.compare(CmpIPredicate::sle, to[i], from[i]),
                "GatherElements: more indices than data in dimension " +
                    Twine(i));
  requireElements(g, from[*axis], to, "GatherElements: index out of range");
  g.set(op.output("output"), g.tabulate(to, data.element, [&](ValueRange at) {
    SmallVector<Value> place(at);
    place[*axis] = indexFrom(g, indices, at, from[*axis],
                             "GatherElements: index out of range");
    return g.at(data, place);
  }));
  return success();
}

static LogicalResult lowerGatherND(OnnxOp op, GraphLowering &g) {
  Tensor data = g.tensor(op.input("data")),
         indices = g.tensor(op.input("indices"));
  int64_t batch = op.version() >= 12 ? op.integer("batch_dims") : 0;
  Dims from = g.dims(data.value), places = g.dims(indices.value);
  if (places.empty() || !getConstantIntValue(places.back()))
    return notSupported(op, "indices whose last dimension is not known");
  int64_t length = *getConstantIntValue(places.back());
  if (batch < 0 || batch >= indices.rank() || batch + length > data.rank())
    return op.operation()->emitError()
           << "GatherND: batch_dims " << batch << " and indices of " << length
           << " numbers for data of rank " << data.rank();
  places.pop_back();
  for (int64_t i = 0; i < batch; ++i)
    g.requireSame(from[i], places[i],
                  "GatherND: data and indices differ in dimension " + Twine(i));
  Dims to = places;
  llvm::append_range(to, ArrayRef(from).drop_front(batch + length));
  for (int64_t i = batch; i < batch + length; ++i)
    requireElements(g, from[i], to, "GatherND: index out of range");
  size_t outer = places.size();
  g.set(op.output("output"), g.tabulate(to, data.element, [&](ValueRange at) {
    SmallVector<Value> place(at.take_front(batch)), where(at.take_front(outer));
    where.push_back({});
    for (int64_t i = 0; i < length; ++i) {
      where.back() = g.index(i);
      place.push_back(indexFrom(g, indices, where, from[batch + i],
                                "GatherND: index out of range"));
    }
    llvm::append_range(place, at.drop_front(outer));
    return g.at(data, place);
  }));
  return success();
}

/// The first lens[batch] elements of a row backwards, the rest as it is.
static LogicalResult lowerReverseSequence(OnnxOp op, GraphLowering &g) {
  Tensor input = g.tensor(op.input("input")),
         lengths = g.tensor(op.input("sequence_lens"));
  auto time = normalizeAxis(op, op.integer("time_axis"), input.rank()),
       batch = normalizeAxis(op, op.integer("batch_axis", 1), input.rank());
  if (failed(time) || failed(batch))
    return failure();
  Dims dims = g.dims(input.value);
  g.requireSame(g.dim(lengths.value, 0), dims[*batch],
                "ReverseSequence: another number of lengths than of rows");
  g.set(op.output("Y"), g.tabulate(dims, input.element, [&](ValueRange at) {
    SmallVector<Value> place(at);
    Value length = g.e.toIndex(g.at(lengths, at[*batch]), lengths.element);
    Value mirrored = arith::SubIOp::create(
        g.b, arith::SubIOp::create(g.b, length, at[*time]), g.index(1));
    // A negative length is a large one here, and its mirror is out of range.
    Value inside = g.compare(CmpIPredicate::ult, at[*time], length);
    place[*time] =
        g.checked(g.e.select(inside, mirrored, at[*time]), dims[*time],
                  "ReverseSequence: a length is out of range");
    return g.at(input, place);
  }));
  return success();
}

void llm::onnx::addGather(LoweringTable &table) {
  table.add("Gather", lowerGather);
  table.add("GatherElements", lowerGatherElements);
  table.add("GatherND", lowerGatherND);
  table.add("ReverseSequence", lowerReverseSequence);
}
