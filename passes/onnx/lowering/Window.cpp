//===- Window.cpp - Windows that slide over spatial dimensions ------------===//

#include "passes/onnx/lowering/Window.h"

using namespace mlir;
using namespace llm::onnx;
using arith::CmpIPredicate;

bool Windows::isPointwise() const {
  auto isZero = [](Dim dim) { return isConstantIntValue(dim, 0); };
  return llvm::all_of(kernel, TensorCode::isOne) &&
         llvm::all_of(strides, [](int64_t stride) { return stride == 1; }) &&
         llvm::all_of(begin, isZero) && llvm::all_of(end, isZero);
}

FailureOr<SmallVector<int64_t>>
llm::onnx::readIntegers(OnnxOp op, StringRef name, size_t count,
                        int64_t otherwise, int64_t least) {
  SmallVector<int64_t> result = op.integers(name);
  if (result.empty())
    result.assign(count, otherwise);
  if (result.size() != count) {
    op.operation()->emitError()
        << op.type() << ": " << name << " has " << result.size()
        << " numbers; expected " << count;
    return failure();
  }
  for (int64_t number : result)
    if (number < least || number > INT32_MAX) {
      op.operation()->emitError()
          << op.type() << ": " << name << " holds " << number
          << "; accepted: " << least << " and more";
      return failure();
    }
  return result;
}

FailureOr<Windows> llm::onnx::readWindows(OnnxOp op, GraphLowering &g,
                                          ArrayRef<Dim> input,
                                          ArrayRef<Dim> kernel) {
  size_t rank = input.size();
  const Schema &schema = op.schema();
  Windows w;
  w.input = Dims(input);
  w.kernel = Dims(kernel);
  if (!op.integers("kernel_shape").empty()) {
    auto sizes = readIntegers(op, "kernel_shape", rank, 1, 1);
    if (failed(sizes))
      return failure();
    for (size_t i = 0; i < kernel.size(); ++i)
      g.requireSame(kernel[i], g.fixed((*sizes)[i]),
                    op.type() + ": kernel_shape is not that of the weights");
    w.kernel = g.fixed(*sizes);
  }
  if (w.kernel.size() != rank)
    return op.operation()->emitError()
           << op.type() << ": the kernel has " << w.kernel.size()
           << " spatial dimensions, the input " << rank;
  auto strides = readIntegers(op, "strides", rank, 1, 1);
  if (failed(strides))
    return failure();
  w.strides = *strides;
  w.dilations.assign(rank, 1);
  if (schema.attribute("dilations")) {
    auto dilations = readIntegers(op, "dilations", rank, 1, 1);
    if (failed(dilations))
      return failure();
    w.dilations = *dilations;
  }
  StringRef automatic = op.string("auto_pad", "NOTSET");
  SmallVector<int64_t> pads(2 * rank, 0);
  if (automatic == "NOTSET") {
    auto given = readIntegers(op, "pads", 2 * rank, 0, 0);
    if (failed(given))
      return failure();
    pads = *given;
  } else if (automatic != "SAME_UPPER" && automatic != "SAME_LOWER" &&
             automatic != "VALID") {
    return op.operation()->emitError()
           << op.type() << ": auto_pad '" << automatic
           << "'; accepted: NOTSET, SAME_UPPER, SAME_LOWER, VALID";
  }
  w.roundsUp = schema.attribute("ceil_mode") && op.integer("ceil_mode");
  for (size_t i = 0; i < rank; ++i) {
    Dim stride = g.fixed(w.strides[i]);
    // Elements from a window's first to its last.
    Dim reach =
        g.add(g.mul(g.sub(w.kernel[i], g.fixed(1)), g.fixed(w.dilations[i])),
              g.fixed(1));
    if (automatic.starts_with("SAME")) {
      Dim count = g.ceilDiv(input[i], stride);
      Dim needed = g.add(g.mul(g.sub(count, g.fixed(1)), stride), reach);
      // Windows of one element need no pads.
      Dim total = TensorCode::isOne(reach)
                      ? g.fixed(0)
                      : g.max(g.sub(needed, input[i]), g.fixed(0));
      Dim less = g.floorDiv(total, g.fixed(2)), more = g.sub(total, less);
      bool upper = automatic == "SAME_UPPER";
      w.begin.push_back(upper ? less : more);
      w.end.push_back(upper ? more : less);
      w.output.push_back(count);
      continue;
    }
    Dim begin = g.fixed(pads[i]), end = g.fixed(pads[rank + i]);
    Dim room = g.sub(g.add(input[i], g.add(begin, end)), reach);
    if (auto known = getConstantIntValue(room); !known || *known < 0)
      g.require(g.compare(CmpIPredicate::sge, room, g.fixed(0)),
                op.type() + ": the kernel is larger than the padded input");
    Dim count;
    if (w.roundsUp) {
      count = g.add(g.ceilDiv(room, stride), g.fixed(1));
      // Windows that begin behind the input do not count.
      Dim last = g.mul(g.sub(count, g.fixed(1)), stride);
      Dim limit = g.add(input[i], begin);
      Dim one = g.fixed(1);
      auto knownLast = getConstantIntValue(last),
           knownLimit = getConstantIntValue(limit);
      if (knownLast && knownLimit)
        count = *knownLast >= *knownLimit ? g.sub(count, one) : count;
      else
        count = g.select(g.compare(CmpIPredicate::sge, last, limit),
                         g.sub(count, one), count);
    } else {
      count = g.add(g.floorDiv(room, stride), g.fixed(1));
    }
    w.begin.push_back(begin);
    w.end.push_back(end);
    w.output.push_back(count);
  }
  return w;
}

Tensor llm::onnx::pad(GraphLowering &g, Tensor x, const Windows &w,
                      Value padding) {
  Dims sizes = g.dims(x.value), offsets(sizes.size(), g.fixed(0));
  size_t outer = sizes.size() - w.rank();
  bool any = false;
  for (size_t i = 0; i < w.rank(); ++i) {
    Dim reach = g.add(
        g.mul(g.sub(w.output[i], g.fixed(1)), g.fixed(w.strides[i])),
        g.add(g.mul(g.sub(w.kernel[i], g.fixed(1)), g.fixed(w.dilations[i])),
              g.fixed(1)));
    Dim size = g.max(reach, g.add(w.begin[i], w.input[i]));
    // Windows seldom end behind an input that has no pads; where sizes are not
    // known that is a matter of strides and ceil_mode. Nor need they reach pads
    // behind it.
    bool inside = isConstantIntValue(w.begin[i], 0) &&
                  (TensorCode::same(size, w.input[i]) ||
                   (isConstantIntValue(w.end[i], 0) && !w.roundsUp));
    if (inside)
      continue;
    any = true;
    sizes[outer + i] = size;
    offsets[outer + i] = w.begin[i];
  }
  if (!any)
    return x;
  // One pass that reads what there is and writes all.
  Dims input = g.dims(x.value);
  return g.tabulate(sizes, x.element, [&](ValueRange place) {
    Value inside;
    SmallVector<Value> from(place);
    for (auto [i, offset] : llvm::enumerate(offsets)) {
      if (TensorCode::same(sizes[i], input[i]))
        continue;
      from[i] = g.index(g.sub(place[i], offset));
      // As unsigned numbers, places before the input are large.
      Value fits = g.compare(CmpIPredicate::ult, from[i], input[i]);
      inside = inside ? arith::AndIOp::create(g.b, inside, fits) : fits;
    }
    return g.branch(
        inside, [&] { return SmallVector<Value>{g.at(x, from)}; },
        [&] { return SmallVector<Value>{padding}; })[0];
  });
}

SmallVector<AffineExpr> llm::onnx::windowPlaces(GraphLowering &g,
                                                const Windows &w,
                                                unsigned output,
                                                unsigned kernel) {
  SmallVector<AffineExpr> result;
  for (unsigned i = 0; i < w.rank(); ++i)
    result.push_back(g.b.getAffineDimExpr(output + i) * w.strides[i] +
                     g.b.getAffineDimExpr(kernel + i) * w.dilations[i]);
  return result;
}

Tensor llm::onnx::windowShape(GraphLowering &g, const Windows &w) {
  Type element = g.b.getI1Type();
  return {g.empty(w.kernel, element), element};
}

Tensor llm::onnx::addColumns(GraphLowering &g, Tensor columns,
                             ArrayRef<Dim> outer, const Windows &w, Type sum) {
  // Here the image is what windows slide over: w.input; positions: w.output.
  unsigned first = outer.size(), rank = w.rank();
  Dims shape(outer);
  llvm::append_range(shape, w.input);
  Value zero = g.e.integer(0, sum);
  Tensor start = g.filled(shape, sum, zero);
  SmallVector<AffineExpr> kernel;
  for (unsigned i = 0; i < rank; ++i)
    kernel.push_back(g.b.getAffineDimExpr(first + rank + i));
  unsigned loops = first + 2 * rank;
  SmallVector<AffineMap> maps = {
      AffineMap::get(loops, 0, kernel, g.b.getContext()),
      AffineMap::getMultiDimIdentityMap(loops, g.b.getContext())
          .getMajorSubMap(first + rank)};
  SmallVector<Value> begin, output;
  for (unsigned i = 0; i < rank; ++i) {
    begin.push_back(g.index(w.begin[i]));
    output.push_back(g.index(w.output[i]));
  }
  auto body = [&](ValueRange, ValueRange sums) -> SmallVector<Value> {
    auto loop = [&](unsigned i) { return g.loopIndex(i); };
    SmallVector<Value> place, positions;
    for (unsigned i = 0; i < first + rank; ++i)
      place.push_back(loop(i < first ? i : i + rank));
    Value hits;
    for (unsigned i = 0; i < rank; ++i) {
      // image + begin = position * stride + kernel * dilation
      Dim distance =
          g.sub(g.add(loop(first + i), begin[i]),
                g.mul(loop(first + rank + i), g.fixed(w.dilations[i])));
      Dim stride = g.fixed(w.strides[i]);
      Value fits = g.compare(CmpIPredicate::sge, distance, g.fixed(0));
      Dim position = g.floorDiv(distance, stride);
      if (w.strides[i] != 1)
        fits = arith::AndIOp::create(
            g.b, fits,
            g.compare(CmpIPredicate::eq, g.mul(position, stride), distance));
      fits = arith::AndIOp::create(
          g.b, fits, g.compare(CmpIPredicate::ult, position, output[i]));
      positions.push_back(g.index(position));
      hits = hits ? arith::AndIOp::create(g.b, hits, fits).getResult() : fits;
    }
    for (Value position : positions)
      place.push_back(g.index(g.select(hits, position, g.fixed(0))));
    Value value = g.e.cast(g.at(columns, place), columns.element, sum);
    return {g.e.add(sums[0], g.e.select(hits, value, zero), sum)};
  };
  return g.fold(windowShape(g, w), start, maps, body)[0];
}
