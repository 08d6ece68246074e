//===- Pad.cpp - Tensors with more, or less, around them ------------------===//

#include "passes/onnx/lowering/Indexing.h"
#include "passes/onnx/lowering/LoweringTable.h"

using namespace mlir;
using namespace llm::onnx;
using arith::CmpIPredicate;

namespace {
enum class PadMode { Constant, Edge, Reflect, Wrap };
} // namespace

/// i modulo n, of the sign of n.
static Value modulo(GraphLowering &g, Value i, Value n) {
  Value rest = arith::RemSIOp::create(g.b, i, n);
  Value negative = g.compare(CmpIPredicate::slt, rest, g.fixed(0));
  return g.e.select(negative, arith::AddIOp::create(g.b, rest, n), rest);
}

/// A tensor of dimensions `to` in which the input's element 0 lies at `shift`.
static Tensor place(GraphLowering &g, Tensor input, ArrayRef<Dim> to,
                    ArrayRef<Dim> shift, PadMode mode, Value fill) {
  Dims dims = g.dims(input.value);
  auto isMoved = [&](size_t i) {
    return !isConstantIntValue(shift[i], 0) || !g.same(to[i], dims[i]);
  };
  // Outside of the tensor nothing is read: element 0 instead.
  auto padWith = [&](ValueRange at) -> Value {
    SmallVector<Value> from(at);
    Value inside;
    for (size_t i = 0; i < dims.size(); ++i) {
      if (!isMoved(i))
        continue;
      from[i] = arith::SubIOp::create(g.b, at[i], g.index(shift[i]));
      Value within = g.compare(CmpIPredicate::ult, from[i], dims[i]);
      inside = inside ? arith::AndIOp::create(g.b, inside, within).getResult()
                      : within;
    }
    if (!inside)
      return g.at(input, from);
    for (Value &index : from)
      index = g.e.select(inside, index, g.index(0));
    return g.e.select(inside, g.at(input, from), fill);
  };
  auto repeat = [&](ValueRange at) -> Value {
    SmallVector<Value> from(at);
    for (size_t i = 0; i < dims.size(); ++i) {
      if (!isMoved(i))
        continue;
      Value index = arith::SubIOp::create(g.b, at[i], g.index(shift[i]));
      Value size = g.index(dims[i]), one = g.index(1), zero = g.index(0);
      Value last = arith::SubIOp::create(g.b, size, one);
      if (mode == PadMode::Edge) {
        from[i] = arith::MinSIOp::create(
            g.b, arith::MaxSIOp::create(g.b, index, zero), last);
      } else if (mode == PadMode::Wrap) {
        from[i] = modulo(g, index, size);
      } else {
        // There and back again, the ends once.
        Value period = arith::MaxSIOp::create(
            g.b, arith::MulIOp::create(g.b, last, g.index(2)), one);
        Value phase = modulo(g, index, period);
        Value back = arith::SubIOp::create(g.b, period, phase);
        from[i] =
            g.e.select(g.compare(CmpIPredicate::sle, phase, last), phase, back);
      }
    }
    return g.at(input, from);
  };
  if (mode != PadMode::Constant)
    for (size_t i = 0; i < dims.size(); ++i)
      if (isMoved(i))
        requireElements(g, dims[i], to, "Pad: nothing to repeat");
  return g.tabulate(to, input.element, [&](ValueRange at) {
    return mode == PadMode::Constant ? padWith(at) : repeat(at);
  });
}

static FailureOr<PadMode> readMode(OnnxOp op) {
  StringRef name = op.string("mode");
  if (name == "constant")
    return PadMode::Constant;
  if (name == "edge")
    return PadMode::Edge;
  if (name == "reflect")
    return PadMode::Reflect;
  if (name == "wrap")
    return PadMode::Wrap;
  return op.operation()->emitError()
         << "Pad: mode " << name << "; accepted: constant, edge, reflect, wrap";
}

static LogicalResult lowerPad(OnnxOp op, GraphLowering &g) {
  Tensor data = g.tensor(op.input("data"));
  auto mode = readMode(op);
  if (failed(mode))
    return failure();
  auto pads = numbersOf(op, g, op.version() == 1 ? "paddings" : "pads");
  if (!pads)
    return notSupported(op, "pads whose number is not known");
  Value fill;
  if (op.version() < 11)
    fill = g.e.constant(op.real("value"), data.element);
  else if (Value value = op.input("constant_value"))
    fill = g.scalar(g.tensor(value));
  else
    fill = zero(g, data.element);
  std::optional<Dims> axes;
  if (op.version() >= 18 && op.input("axes") &&
      !(axes = g.elements(op.input("axes"))))
    return notSupported(op, "axes whose number is not known");
  Dims dims = g.dims(data.value), zeros(dims.size(), g.fixed(0)), to;
  size_t half = pads->size() / 2;
  auto before = numbersByAxis(op, g, dims.size(), axes,
                              ArrayRef(*pads).take_front(half), zeros);
  auto after = numbersByAxis(op, g, dims.size(), axes,
                             ArrayRef(*pads).drop_front(half), zeros);
  if (failed(before) || failed(after))
    return failure();
  for (size_t i = 0; i < dims.size(); ++i) {
    to.push_back(g.add(g.add(dims[i], (*before)[i]), (*after)[i]));
    if (!isNonNegative(to[i]))
      g.require(g.compare(CmpIPredicate::sge, to[i], g.fixed(0)),
                "Pad: a size is negative");
  }
  g.set(op.output("output"), place(g, data, to, *before, *mode, fill));
  return success();
}

/// The middle of the input, or the input in the middle of zeros.
static LogicalResult lowerCenterCropPad(OnnxOp op, GraphLowering &g) {
  Tensor input = g.tensor(op.input("input_data"));
  auto shape = g.elements(op.input("shape"));
  if (!shape)
    return notSupported(op, "a shape whose length is not known");
  Dims dims = g.dims(input.value), shift(dims.size(), g.fixed(0));
  std::optional<Dims> axes;
  if (op.has("axes"))
    axes = g.fixed(op.integers("axes"));
  auto to = numbersByAxis(op, g, dims.size(), axes, *shape, dims);
  if (failed(to))
    return failure();
  for (size_t i = 0; i < dims.size(); ++i) {
    Dim wanted = (*to)[i];
    if (g.same(wanted, dims[i]))
      continue;
    if (!isNonNegative(wanted))
      g.require(g.compare(CmpIPredicate::sge, wanted, g.fixed(0)),
                "CenterCropPad: a size is negative");
    auto half = [&](Dim more, Dim less) {
      return g.floorDiv(g.max(g.sub(more, less), g.fixed(0)), g.fixed(2));
    };
    shift[i] =
        choose(g, CmpIPredicate::sgt, wanted, dims[i], half(wanted, dims[i]),
               g.sub(g.fixed(0), half(dims[i], wanted)));
  }
  g.set(op.output("output_data"),
        place(g, input, *to, shift, PadMode::Constant, zero(g, input.element)));
  return success();
}

void llm::onnx::addPad(LoweringTable &table) {
  table.add("Pad", lowerPad);
  table.add("CenterCropPad", lowerCenterCropPad);
}
