//===- RotaryEmbedding.cpp - Positions as rotations -----------------------===//

#include "passes/onnx/lowering/GraphLowering.h"
#include "passes/onnx/lowering/LoweringTable.h"

using namespace mlir;
using namespace llm::onnx;

namespace {

/// Each element needs its partner and one place of the tables.
LogicalResult lowerRotaryEmbedding(OnnxOp op, GraphLowering &g) {
  Tensor x = g.tensor(op.input("X")), cosines = g.tensor(op.input("cos_cache")),
         sines = g.tensor(op.input("sin_cache")),
         positions = g.tensor(op.input("position_ids"));
  Dims dims = g.dims(x.value), heads = dims;
  bool isFlat = x.rank() == 3; // [batch, sequence, heads * size]
  if (isFlat) {
    int64_t count = op.integer("num_heads");
    if (count <= 0)
      return op.operation()->emitError()
             << "RotaryEmbedding: an input of rank 3 needs num_heads";
    heads = {dims[0], dims[1], g.fixed(count),
             g.floorDiv(dims[2], g.fixed(count))};
    g.requireSame(g.mul(heads[2], heads[3]), dims[2],
                  "RotaryEmbedding: the size does not divide into heads");
  } else if (x.rank() != 4) {
    return op.operation()->emitError() << "RotaryEmbedding: an input of rank "
                                       << x.rank() << "; accepted: 3 and 4";
  }
  Tensor source = g.reshape(x, heads);
  int64_t sequence = isFlat ? 1 : 2;
  Dim width = heads[3];
  if (int64_t part = op.integer("rotary_embedding_dim"))
    width = g.fixed(part);
  Dim halfWidth = g.floorDiv(width, g.fixed(2));
  for (Tensor table : {cosines, sines})
    g.requireSame(g.dim(table.value, table.rank() - 1), halfWidth,
                  "RotaryEmbedding: a table has another width than half of "
                  "what is rotated");
  if (!getConstantIntValue(width) || !getConstantIntValue(heads[3]))
    g.require(g.compare(arith::CmpIPredicate::sle, width, heads[3]),
              "RotaryEmbedding: more is rotated than a head has");
  if (!positions)
    for (Tensor table : {cosines, sines}) {
      g.requireSame(g.dim(table.value, 0), heads[0],
                    "RotaryEmbedding: a table has another batch");
      g.requireSame(g.dim(table.value, 1), heads[sequence],
                    "RotaryEmbedding: a table has another length");
    }
  bool interleaved = op.integer("interleaved");
  Value half = g.index(halfWidth), end = g.index(width), one = g.index(1),
        zero = g.index(0), two = g.index(2);
  Type type = computeType(x.element);
  Tensor result = g.tabulate(heads, x.element, [&](ValueRange place) {
    SmallVector<Value> partner = llvm::to_vector_of<Value>(place);
    Value column = place[3], pair, isSecond;
    auto compare = [&](arith::CmpIPredicate p, Value a, Value c) -> Value {
      return arith::CmpIOp::create(g.b, p, a, c);
    };
    Value rotated = compare(arith::CmpIPredicate::slt, column, end);
    if (interleaved) {
      pair = arith::DivUIOp::create(g.b, column, two);
      isSecond = compare(arith::CmpIPredicate::eq,
                         arith::RemUIOp::create(g.b, column, two), one);
      partner[3] = arith::XOrIOp::create(g.b, column, one);
    } else {
      isSecond = compare(arith::CmpIPredicate::sge, column, half);
      Value below = arith::SubIOp::create(g.b, column, half);
      Value above = arith::AddIOp::create(g.b, column, half);
      pair = g.e.select(isSecond, below, column);
      partner[3] = g.e.select(isSecond, below, above);
    }
    // What is not rotated reads any place there is.
    pair = g.e.select(rotated, pair, zero);
    partner[3] = g.e.select(rotated, partner[3], zero);
    auto read = [&](Tensor table) {
      SmallVector<Value> at;
      if (positions) {
        Value position = g.e.toIndex(
            g.at(positions, {place[0], place[sequence]}), positions.element);
        at.push_back(g.checked(position, g.dim(table.value, 0),
                               "RotaryEmbedding: a position is out of range"));
      } else {
        at.append({place[0], place[sequence]});
      }
      at.push_back(pair);
      return g.at(table, at);
    };
    Value own = g.at(source, place), other = g.at(source, partner);
    Value across = g.e.mul(other, read(sines), type);
    across = g.e.select(isSecond, across, g.e.neg(across, type));
    Value turned = g.e.add(g.e.mul(own, read(cosines), type), across, type);
    return g.e.select(rotated, turned, own);
  });
  g.set(op.output("Y"), g.reshape(result, dims));
  return success();
}

/// A cache in which some places of each sequence are new.
LogicalResult lowerTensorScatter(OnnxOp op, GraphLowering &g) {
  Tensor cache = g.tensor(op.input("past_cache")),
         update = g.tensor(op.input("update")),
         starts = g.tensor(op.input("write_indices"));
  FailureOr<int64_t> axis =
      normalizeAxis(op, op.integer("axis", -2), cache.rank());
  if (failed(axis))
    return failure();
  if (*axis == 0)
    return op.operation()->emitError()
           << "TensorScatter: axis 0 is the batch; accepted: 1 and more";
  bool circular = op.string("mode", "linear") == "circular";
  Dims dims = g.dims(cache.value), fresh = g.dims(update.value);
  for (size_t i = 0; i < dims.size(); ++i)
    if (static_cast<int64_t>(i) != *axis)
      g.requireSame(dims[i], fresh[i],
                    "TensorScatter: cache and update differ in dimension " +
                        Twine(i));
  Dim length = dims[*axis], count = fresh[*axis];
  g.require(g.compare(arith::CmpIPredicate::sle, count, length),
            "TensorScatter: the update is longer than the cache");
  Value size = g.index(length), added = g.index(count), zero = g.index(0);
  Dim limit = circular ? length : g.add(g.sub(length, count), g.fixed(1));
  g.set(op.output("present_cache"),
        g.tabulate(dims, cache.element, [&](ValueRange place) {
          Value start = zero;
          if (starts) {
            start = g.e.toIndex(g.at(starts, place[0]), starts.element);
            if (circular) // any number counts, around the cache
              start = arith::RemUIOp::create(g.b, start, size);
            start = g.checked(start, limit,
                              "TensorScatter: an index is out of range");
          }
          Value offset = arith::SubIOp::create(g.b, place[*axis], start);
          if (circular) {
            Value before = arith::CmpIOp::create(g.b, arith::CmpIPredicate::slt,
                                                 offset, zero);
            offset = g.e.select(
                before, arith::AddIOp::create(g.b, offset, size), offset);
          }
          Value isNew = arith::CmpIOp::create(g.b, arith::CmpIPredicate::ult,
                                              offset, added);
          SmallVector<Value> source = llvm::to_vector_of<Value>(place);
          source[*axis] = g.e.select(isNew, offset, zero);
          Value old = g.at(cache, place);
          // An update of no elements has none to read.
          if (auto known = getConstantIntValue(count); known && *known > 0)
            return g.e.select(isNew, g.at(update, source), old);
          return g.branch(
              isNew, [&] { return SmallVector<Value>{g.at(update, source)}; },
              [&] { return SmallVector<Value>{old}; })[0];
        }));
  return success();
}

} // namespace

void llm::onnx::addRotaryEmbedding(LoweringTable &table) {
  table.add("RotaryEmbedding", lowerRotaryEmbedding);
  table.add("TensorScatter", lowerTensorScatter);
}
