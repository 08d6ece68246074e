//===- Slice.cpp - Boxes of tensors and repetitions of them ---------------===//

#include "passes/onnx/lowering/Indexing.h"
#include "passes/onnx/lowering/LoweringTable.h"

using namespace mlir;
using namespace llm::onnx;
using arith::CmpIPredicate;

/// An end of a slice as it lies in [low, high], counted from the end of the
/// dimension if negative.
static Dim bound(GraphLowering &g, Dim x, Dim size, Dim low, Dim high) {
  auto known = getConstantIntValue(x);
  if (!known && !isNonNegative(x))
    x = choose(g, CmpIPredicate::slt, x, g.fixed(0), g.add(x, size), x);
  else if (known && *known < 0)
    x = *known <= -(int64_t(1) << 48) ? low : g.add(x, size);
  return clamp(g, x, low, high);
}

static LogicalResult lowerSlice(OnnxOp op, GraphLowering &g) {
  Tensor data = g.tensor(op.input("data"));
  Dims dims = g.dims(data.value);
  int64_t rank = data.rank();
  auto starts = numbersOf(op, g, "starts"), ends = numbersOf(op, g, "ends");
  if (!starts || !ends)
    return notSupported(op, "starts whose number is not known");
  std::optional<Dims> axes, steps;
  if (op.version() < 10) {
    if (op.has("axes"))
      axes = g.fixed(op.integers("axes"));
  } else {
    if (op.input("axes") && !(axes = g.elements(op.input("axes"))))
      return notSupported(op, "axes whose number is not known");
    if (op.input("steps") && !(steps = g.elements(op.input("steps"))))
      return notSupported(op, "steps whose number is not known");
  }
  if (!steps)
    steps = Dims(starts->size(), g.fixed(1));
  Dims zeros(rank, g.fixed(0)), ones(rank, g.fixed(1)),
      all(rank, g.fixed(std::numeric_limits<int64_t>::max()));
  auto start = numbersByAxis(op, g, rank, axes, *starts, zeros);
  auto end = numbersByAxis(op, g, rank, axes, *ends, all);
  auto step = numbersByAxis(op, g, rank, axes, *steps, ones);
  if (failed(start) || failed(end) || failed(step))
    return failure();
  Dims sizes(rank);
  for (int64_t i = 0; i < rank; ++i) {
    Dim size = dims[i], by = (*step)[i];
    Dim last = g.sub(size, g.fixed(1)), zero = g.fixed(0);
    auto forward = [&] {
      Dim from = bound(g, (*start)[i], size, zero, size);
      Dim to = bound(g, (*end)[i], size, zero, size);
      return std::pair(from, countSteps(g, g.sub(to, from), by));
    };
    auto backward = [&] {
      Dim minus = g.fixed(-1);
      Dim from = bound(g, (*start)[i], size, minus, last);
      Dim to = bound(g, (*end)[i], size, minus, last);
      return std::pair(from, countSteps(g, g.sub(from, to), g.sub(zero, by)));
    };
    auto known = getConstantIntValue(by);
    if (known && *known == 0)
      return op.operation()->emitError() << "Slice: a step is 0";
    if (known) {
      std::tie((*start)[i], sizes[i]) = *known > 0 ? forward() : backward();
      continue;
    }
    g.require(g.compare(CmpIPredicate::ne, by, zero), "Slice: a step is 0");
    Value isForward = g.compare(CmpIPredicate::sgt, by, zero);
    auto [up, upSize] = forward();
    auto [down, downSize] = backward();
    (*start)[i] = g.select(isForward, up, down);
    sizes[i] = g.select(isForward, upSize, downSize);
  }
  bool isAll = true;
  for (int64_t i = 0; i < rank; ++i)
    isAll &= g.same(sizes[i], dims[i]) && g.isOne((*step)[i]);
  g.set(op.output("output"),
        isAll ? data : g.slice(data, *start, sizes, *step));
  return success();
}

/// Sizes of the parts of Split and SplitToSequence.
static FailureOr<Dims> splitSizes(OnnxOp op, GraphLowering &g, Dim size,
                                  size_t count) {
  std::optional<Dims> given;
  if (op.version() < 13) {
    if (op.has("split"))
      given = g.fixed(op.integers("split"));
  } else if (op.input("split")) {
    given = g.elements(op.input("split"));
    if (!given)
      return notSupported(op, "a split whose length is not known");
  }
  if (given) {
    if (given->size() != count)
      return op.operation()->emitError()
             << "Split: " << given->size() << " sizes for " << count
             << " outputs";
    Dim sum = g.fixed(0);
    for (Dim part : *given) {
      if (!isNonNegative(part))
        g.require(g.compare(CmpIPredicate::sge, part, g.fixed(0)),
                  "Split: a size is negative");
      sum = g.add(sum, part);
    }
    g.requireSame(sum, size, "Split: sizes do not add up to the dimension");
    return *given;
  }
  // As equal as can be: only num_outputs allows a smaller last part.
  Dim part = g.ceilDiv(size, g.fixed(count));
  if (op.version() < 18 || !op.has("num_outputs")) {
    g.requireSame(g.mul(part, g.fixed(count)), size,
                  "Split: the dimension has no equal parts");
    return Dims(count, part);
  }
  Dims parts;
  for (size_t i = 0; i < count; ++i) {
    Dim rest = g.sub(size, g.mul(part, g.fixed(i)));
    if (i > 0)
      rest = g.max(rest, g.fixed(0));
    parts.push_back(count == 1 ? size : g.min(rest, part));
  }
  return parts;
}

static LogicalResult lowerSplit(OnnxOp op, GraphLowering &g) {
  Tensor input = g.tensor(op.input("input"));
  auto axis = normalizeAxis(op, op.integer("axis"), input.rank());
  if (failed(axis))
    return failure();
  auto outputs = op.operation()->getResults();
  Dims dims = g.dims(input.value);
  auto sizes = splitSizes(op, g, dims[*axis], outputs.size());
  if (failed(sizes))
    return failure();
  Dims starts(dims.size(), g.fixed(0)), steps(dims.size(), g.fixed(1));
  for (auto [output, size] : llvm::zip_equal(outputs, *sizes)) {
    Dims part = dims;
    part[*axis] = size;
    if (!output.use_empty())
      g.set(output, g.slice(input, starts, part, steps));
    starts[*axis] = g.add(starts[*axis], size);
  }
  return success();
}

static LogicalResult lowerTile(OnnxOp op, GraphLowering &g) {
  Tensor input = g.tensor(op.input("input"));
  Dims dims = g.dims(input.value), times(dims.size(), g.fixed(1));
  if (op.version() < 6) {
    auto axis = g.constantIntegers(op.input("axis"));
    auto tiles = g.elements(op.input("tiles"));
    if (!axis || axis->size() != 1 || !tiles || tiles->size() != 1)
      return notSupported(op, "an axis that is computed");
    auto place = normalizeAxis(op, (*axis)[0], input.rank());
    if (failed(place))
      return failure();
    times[*place] = (*tiles)[0];
  } else {
    auto repeats = g.elements(op.input("repeats"));
    if (!repeats)
      return notSupported(op, "repeats whose number is not known");
    if (repeats->size() != dims.size())
      return op.operation()->emitError()
             << "Tile: " << repeats->size() << " repeats for a tensor of rank "
             << dims.size();
    times = *repeats;
  }
  Dims to;
  for (auto [dim, by] : llvm::zip_equal(dims, times)) {
    if (!isNonNegative(by))
      g.require(g.compare(CmpIPredicate::sge, by, g.fixed(0)),
                "Tile: a repeat is negative");
    Dim size = g.mul(dim, by);
    if (!getConstantIntValue(by))
      g.requireSame(
          g.floorDiv(size, g.max(by, g.fixed(1))),
          g.select(g.compare(CmpIPredicate::eq, by, g.fixed(0)), by, dim),
          "Tile: a size is larger than any memory");
    to.push_back(size);
  }
  g.set(op.output("output"), g.tabulate(to, input.element, [&](ValueRange at) {
    SmallVector<Value> place(at);
    for (size_t i = 0; i < dims.size(); ++i)
      if (g.isOne(dims[i]))
        place[i] = g.index(0);
      else if (!g.isOne(times[i]))
        place[i] = arith::RemUIOp::create(g.b, at[i], g.index(dims[i]));
    return g.at(input, place);
  }));
  return success();
}

void llm::onnx::addSlice(LoweringTable &table) {
  table.add("Slice", lowerSlice);
  table.add("Split", lowerSplit, 2);
  table.add("Tile", lowerTile);
}
