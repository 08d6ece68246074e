//===- Arrangement.cpp - Tensors rearranged or made by a rule -------------===//

#include "passes/onnx/lowering/Indexing.h"
#include "passes/onnx/lowering/LoweringTable.h"

#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;
using namespace llm::onnx;
using arith::CmpIPredicate;

static LogicalResult lowerDepthToSpace(OnnxOp op, GraphLowering &g) {
  Tensor input = g.tensor(op.input("input"));
  if (input.rank() != 4)
    return notSupported(op, "an input of a rank other than 4");
  Dims dims = g.dims(input.value);
  Dim block = g.fixed(op.integer("blocksize"));
  bool depthFirst = op.version() < 11 || op.string("mode") == "DCR";
  Dim channels = g.floorDiv(dims[1], g.mul(block, block));
  g.requireSame(g.product({channels, block, block}), dims[1],
                "DepthToSpace: channels are no multiple of the block");
  Dims split = depthFirst
                   ? Dims{dims[0], block, block, channels, dims[2], dims[3]}
                   : Dims{dims[0], channels, block, block, dims[2], dims[3]};
  Tensor parts = g.reshape(input, split);
  parts = depthFirst ? g.transpose(parts, {0, 3, 4, 1, 5, 2})
                     : g.transpose(parts, {0, 1, 4, 2, 5, 3});
  g.set(op.output("output"),
        g.reshape(parts, {dims[0], channels, g.mul(dims[2], block),
                          g.mul(dims[3], block)}));
  return success();
}

static LogicalResult lowerSpaceToDepth(OnnxOp op, GraphLowering &g) {
  Tensor input = g.tensor(op.input("input"));
  if (input.rank() != 4)
    return notSupported(op, "an input of a rank other than 4");
  Dims dims = g.dims(input.value);
  Dim block = g.fixed(op.integer("blocksize"));
  bool depthFirst = op.version() < 28 || op.string("mode") == "DCR";
  Dim height = g.floorDiv(dims[2], block), width = g.floorDiv(dims[3], block);
  g.requireSame(g.mul(height, block), dims[2],
                "SpaceToDepth: the height is no multiple of the block");
  g.requireSame(g.mul(width, block), dims[3],
                "SpaceToDepth: the width is no multiple of the block");
  Tensor parts =
      g.reshape(input, {dims[0], dims[1], height, block, width, block});
  parts = depthFirst ? g.transpose(parts, {0, 3, 5, 1, 2, 4})
                     : g.transpose(parts, {0, 1, 3, 5, 2, 4});
  g.set(op.output("output"),
        g.reshape(parts, {dims[0], g.product({dims[1], block, block}), height,
                          width}));
  return success();
}

static LogicalResult lowerTrilu(OnnxOp op, GraphLowering &g) {
  Tensor input = g.tensor(op.input("input"));
  bool upper = op.integer("upper", 1);
  Value shift = g.index(0);
  if (Value k = op.input("k")) {
    auto known = g.elements(k);
    if (!known || known->size() != 1)
      return notSupported(op, "a k that is no single number");
    shift = g.index((*known)[0]);
  }
  Dims dims = g.dims(input.value);
  size_t rank = dims.size();
  if (rank < 2)
    return op.operation()->emitError()
           << "Trilu: an input of rank " << rank << "; accepted: 2 and more";
  Value none = zero(g, input.element);
  g.set(
      op.output("output"), g.tabulate(dims, input.element, [&](ValueRange at) {
        Value diagonal = arith::SubIOp::create(g.b, at[rank - 1], at[rank - 2]);
        Value keep = arith::CmpIOp::create(
            g.b, upper ? CmpIPredicate::sge : CmpIPredicate::sle, diagonal,
            shift);
        return g.e.select(keep, g.at(input, at), none);
      }));
  return success();
}

static LogicalResult lowerEyeLike(OnnxOp op, GraphLowering &g) {
  Dims dims = g.dims(g.get(op.input("input")));
  Type element = g.elementOf(op.output("output"));
  Value none = g.e.integer(0, element), one = g.e.integer(1, element),
        shift = g.index(op.integer("k"));
  g.set(op.output("output"), g.tabulate(dims, element, [&](ValueRange at) {
    Value diagonal = arith::SubIOp::create(g.b, at[1], at[0]);
    Value set = arith::CmpIOp::create(g.b, CmpIPredicate::eq, diagonal, shift);
    return g.e.select(set, one, none);
  }));
  return success();
}

static LogicalResult lowerRange(OnnxOp op, GraphLowering &g) {
  Tensor start = g.tensor(op.input("start")),
         limit = g.tensor(op.input("limit")),
         delta = g.tensor(op.input("delta"));
  Type element = start.element;
  Value first = g.scalar(start), step = g.scalar(delta);
  Dim count;
  if (isFloat(element)) {
    Value steps =
        g.e.div(g.e.sub(g.scalar(limit), first, element), step, element);
    steps = math::CeilOp::create(g.b, steps);
    Type i64 = g.b.getI64Type();
    count = g.max(g.e.toIndex(g.e.cast(steps, element, i64), i64), g.fixed(0));
  } else {
    Dim from = (*g.elements(op.input("start")))[0],
        to = (*g.elements(op.input("limit")))[0],
        by = (*g.elements(op.input("delta")))[0];
    if (!getConstantIntValue(by))
      g.require(g.compare(CmpIPredicate::ne, by, g.fixed(0)),
                "Range: delta is 0");
    else if (isConstantIntValue(by, 0))
      return op.operation()->emitError() << "Range: delta is 0";
    Dim up = countSteps(g, g.sub(to, from), by),
        down = countSteps(g, g.sub(from, to), g.sub(g.fixed(0), by));
    count = choose(g, CmpIPredicate::sgt, by, g.fixed(0), up, down);
  }
  g.set(op.output("output"), g.tabulate(count, element, [&](ValueRange at) {
    Value steps = g.e.fromIndex(at[0], g.b.getI64Type());
    steps = g.e.cast(steps, g.b.getI64Type(), element);
    return g.e.add(first, g.e.mul(steps, step, element), element);
  }));
  return success();
}

static LogicalResult lowerOneHot(OnnxOp op, GraphLowering &g) {
  Tensor indices = g.tensor(op.input("indices")),
         depth = g.tensor(op.input("depth")),
         values = g.tensor(op.input("values"));
  auto axis = normalizeAxis(op, op.integer("axis", -1), indices.rank() + 1);
  if (failed(axis))
    return failure();
  Type i64 = g.b.getI64Type();
  Dim size;
  if (auto known = g.elements(op.input("depth")); known && known->size() == 1)
    size = (*known)[0];
  else
    size = g.e.toIndex(g.e.cast(g.scalar(depth), depth.element, i64), i64);
  if (!isNonNegative(size))
    g.require(g.compare(CmpIPredicate::sge, size, g.fixed(0)),
              "OneHot: the depth is negative");
  Dims to = g.dims(indices.value);
  to.insert(to.begin() + *axis, size);
  g.requireSame(g.dim(values.value, 0), g.fixed(2),
                "OneHot: values are not two");
  Value off = g.at(values, g.index(0)), on = g.at(values, g.index(1));
  g.set(op.output("output"), g.tabulate(to, values.element, [&](ValueRange at) {
    SmallVector<Value> place(at);
    place.erase(place.begin() + *axis);
    Value hot = g.e.cast(g.at(indices, place), indices.element, i64);
    hot = g.e.toIndex(hot, i64);
    Value negative = g.compare(CmpIPredicate::slt, hot, g.fixed(0));
    hot = g.e.select(negative, arith::AddIOp::create(g.b, hot, g.index(size)),
                     hot);
    return g.e.select(g.compare(CmpIPredicate::eq, hot, at[*axis]), on, off);
  }));
  return success();
}

/// Each element of the image is the sum of the columns' elements that lie
/// there: for every place in the block at most one column.
static LogicalResult lowerCol2Im(OnnxOp op, GraphLowering &g) {
  Tensor input = g.tensor(op.input("input"));
  auto image = g.elements(op.input("image_shape")),
       block = g.elements(op.input("block_shape"));
  if (!image || !block)
    return notSupported(op, "an image_shape whose length is not known");
  size_t rank = image->size();
  SmallVector<int64_t> strides = op.integers("strides"),
                       pads = op.integers("pads"),
                       dilations = op.integers("dilations");
  strides.resize(rank, 1);
  dilations.resize(rank, 1);
  pads.resize(2 * rank, 0);
  Dims from = g.dims(input.value), columns;
  if (block->size() != rank || from.size() != 3)
    return op.operation()->emitError()
           << "Col2Im: an input of rank " << from.size() << ", an image of "
           << rank << " and a block of " << block->size()
           << " dimensions; expected rank 3 and as many dimensions";
  for (size_t i = 0; i < rank; ++i) {
    Dim extent =
        g.add(g.mul(g.fixed(dilations[i]), g.sub((*block)[i], g.fixed(1))),
              g.fixed(1));
    Dim room =
        g.sub(g.add((*image)[i], g.fixed(pads[i] + pads[rank + i])), extent);
    columns.push_back(
        countSteps(g, g.add(room, g.fixed(1)), g.fixed(strides[i])));
    if (!getConstantIntValue((*block)[i]))
      g.require(g.compare(CmpIPredicate::sgt, (*block)[i], g.fixed(0)),
                "Col2Im: a block is empty");
    if (!isNonNegative((*image)[i]))
      g.require(g.compare(CmpIPredicate::sge, (*image)[i], g.fixed(0)),
                "Col2Im: a size is negative");
  }
  Dim places = g.product(*block);
  Dim channels = g.floorDiv(from[1], places);
  g.requireSame(g.mul(channels, places), from[1],
                "Col2Im: channels are no multiple of the block");
  g.requireSame(g.product(columns), from[2],
                "Col2Im: another number of columns than blocks in the image");
  Dims to = {from[0], channels};
  llvm::append_range(to, *image);
  Value none = g.e.integer(0, input.element);
  Value count = g.index(places), begin = g.index(0);
  g.set(op.output("output"), g.tabulate(to, input.element, [&](ValueRange at) {
    auto add = [&](Value k, ValueRange sum) -> SmallVector<Value> {
      SmallVector<Value> inBlock = unravel(g, k, *block);
      Value inside, column = g.index(0);
      for (size_t i = 0; i < rank; ++i) {
        // at + pad = column * stride + k * dilation
        Value start = arith::SubIOp::create(
            g.b, arith::AddIOp::create(g.b, at[2 + i], g.index(pads[i])),
            arith::MulIOp::create(g.b, inBlock[i], g.index(dilations[i])));
        Value stride = g.index(strides[i]);
        Value number = arith::DivUIOp::create(g.b, start, stride);
        Value fits = arith::AndIOp::create(
            g.b, g.compare(CmpIPredicate::ult, number, columns[i]),
            g.compare(CmpIPredicate::eq,
                      arith::RemUIOp::create(g.b, start, stride).getResult(),
                      g.fixed(0)));
        fits = arith::AndIOp::create(
            g.b, fits, g.compare(CmpIPredicate::sge, start, g.fixed(0)));
        inside = inside ? arith::AndIOp::create(g.b, inside, fits).getResult()
                        : fits;
        column = arith::AddIOp::create(
            g.b, arith::MulIOp::create(g.b, column, g.index(columns[i])),
            number);
      }
      Value channel = arith::AddIOp::create(
          g.b, arith::MulIOp::create(g.b, at[1], count), k);
      SmallVector<Value> place = {at[0], channel, column};
      for (Value &index : place)
        index = g.e.select(inside, index, begin);
      Value value = g.e.select(inside, g.at(input, place), none);
      return {g.e.add(sum[0], value, input.element)};
    };
    return g.loop(begin, count, none, add)[0];
  }));
  return success();
}

void llm::onnx::addArrangement(LoweringTable &table) {
  table.add("DepthToSpace", lowerDepthToSpace);
  table.add("SpaceToDepth", lowerSpaceToDepth);
  table.add("Trilu", lowerTrilu);
  table.add("EyeLike", lowerEyeLike);
  table.add("Range", lowerRange);
  table.add("OneHot", lowerOneHot);
  table.add("Col2Im", lowerCol2Im);
}
