//===- MicrosoftNormalization.cpp - Norms and GELUs of com.microsoft ------===//
//
// The fused layers that ONNX Runtime's optimizers put into encoders and
// decoders.
//
//===----------------------------------------------------------------------===//

#include "passes/onnx/lowering/GraphLowering.h"
#include "passes/onnx/lowering/LoweringTable.h"

#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;
using namespace llm::onnx;

namespace {

/// A norm over the dimensions from `axis` on, and where its parts go.
struct Norm {
  OnnxOp op;
  GraphLowering &g;
  int64_t axis;
  bool centred; ///< takes the mean away
  Tensor gamma, beta;

  LogicalResult lower(Tensor x, StringRef output) {
    Type sum = computeType(x.element);
    Dims shape = g.dims(x.value);
    SmallVector<int64_t> axes;
    for (int64_t i = axis; i < x.rank(); ++i)
      axes.push_back(i);
    Dim size = g.product(ArrayRef(shape).drop_front(axis));
    Value count = g.e.cast(g.e.fromIndex(g.index(size), g.b.getI64Type()),
                           g.b.getI64Type(), sum);
    Value zero = g.e.integer(0, sum);
    auto add = [&](Value a, Value v) { return g.e.add(a, v, sum); };
    auto divide = [&](ValueRange v) { return g.e.div(v[0], count, sum); };
    Tensor centre = x, mean;
    if (centred) {
      mean = g.map(g.reduce(x, axes, true, sum, zero, add), sum, divide);
      centre = g.map({x, mean}, sum,
                     [&](ValueRange v) { return g.e.sub(v[0], v[1], sum); });
    }
    Tensor squares =
        g.reduce(centre, axes, true, sum, zero,
                 [&](Value a, Value v) { return add(a, g.e.mul(v, v, sum)); });
    Tensor scale = g.map(squares, sum, [&](ValueRange v) -> Value {
      Value variance = add(divide(v), g.e.constant(op.real("epsilon"), sum));
      return g.e.div(g.e.integer(1, sum), math::SqrtOp::create(g.b, variance),
                     sum);
    });
    SmallVector<Tensor> inputs = {centre, scale, gamma};
    if (beta)
      inputs.push_back(beta);
    Type result = g.elementOf(op.output(output));
    g.set(op.output(output), g.map(inputs, result, [&](ValueRange v) {
      auto factor = g.e.cast(v[2], gamma.element, sum);
      Value y = g.e.mul(g.e.mul(v[0], v[1], sum), factor, sum);
      if (beta)
        y = add(y, g.e.cast(v[3], beta.element, sum));
      return g.e.cast(y, sum, result);
    }));
    auto give = [&](StringRef name, Tensor value) {
      bool has = llvm::any_of(op.schema().outputs, [&](auto &parameter) {
        return name == StringRef(parameter.name);
      });
      if (has && op.output(name))
        g.set(op.output(name), g.cast(value, g.elementOf(op.output(name))));
    };
    give("inv_std_var", scale);
    if (mean)
      give("mean", mean);
    return success();
  }
};

LogicalResult lowerSimplified(OnnxOp op, GraphLowering &g) {
  Tensor x = g.tensor(op.input("X"));
  auto axis = normalizeAxis(op, op.integer("axis", -1), x.rank());
  if (failed(axis))
    return failure();
  Norm norm{op, g, *axis, false, g.tensor(op.input("scale")), {}};
  return norm.lower(x, "Y");
}

/// input + skip (+ bias), which is an output, too, and its norm.
template <bool simplified>
LogicalResult lowerSkip(OnnxOp op, GraphLowering &g) {
  Tensor x = g.tensor(op.input("input"));
  SmallVector<Tensor> inputs = {x, g.tensor(op.input("skip"))};
  if (op.input("bias"))
    inputs.push_back(g.tensor(op.input("bias")));
  Type sum = computeType(x.element);
  Tensor total = g.map(inputs, x.element, [&](ValueRange v) {
    Value result = v[0];
    for (Value next : v.drop_front())
      result = g.e.add(result, next, sum);
    return result;
  });
  g.set(op.output("input_skip_bias_sum"), total);
  Norm norm{op, g, x.rank() - 1, !simplified, g.tensor(op.input("gamma")), {}};
  if (!simplified)
    norm.beta = g.tensor(op.input("beta"));
  return norm.lower(total, "output");
}

LogicalResult lowerEmbed(OnnxOp op, GraphLowering &g) {
  Tensor ids = g.tensor(op.input("input_ids")),
         segments = g.tensor(op.input("segment_ids")),
         words = g.tensor(op.input("word_embedding")),
         positions = g.tensor(op.input("position_embedding")),
         kinds = g.tensor(op.input("segment_embedding")),
         mask = g.tensor(op.input("mask")),
         places = g.tensor(op.input("position_ids"));
  Dims shape = g.dims(ids.value);
  if (shape.size() != 2)
    return op.operation()->emitError()
           << "EmbedLayerNormalization: input_ids of rank " << shape.size()
           << "; expected 2";
  Dim batch = shape[0];
  shape.push_back(g.dim(words.value, 1));
  Type type = words.element;
  Type sum = computeType(type);
  auto row = [&](Tensor table, Value number, Value column) {
    Value place = g.checked(number, g.dim(table.value, 0),
                            "EmbedLayerNormalization: id out of range");
    return g.at(table, {place, column});
  };
  Tensor total = g.tabulate(shape, type, [&](ValueRange place) {
    SmallVector<Value> token = {place[0], place[1]};
    auto id = [&](Tensor from) {
      return g.e.toIndex(g.at(from, token), from.element);
    };
    Value position = place[1];
    if (places) { // one row of them may serve all of the batch
      SmallVector<Value> at = token;
      if (TensorCode::isOne(g.dim(places.value, 0)) &&
          !TensorCode::isOne(batch))
        at[0] = g.index(0);
      position = g.e.toIndex(g.at(places, at), places.element);
    }
    Value value = g.e.add(row(words, id(ids), place[2]),
                          row(positions, position, place[2]), sum);
    if (kinds && segments)
      value = g.e.add(value, row(kinds, id(segments), place[2]), sum);
    return value;
  });
  g.set(op.output("embedding_sum"), total);
  if (Value output = op.output("mask_index")) {
    Type number = g.b.getI32Type();
    Tensor lengths =
        mask ? g.reduce(mask, 1, false, number, g.e.integer(0, number),
                        [&](Value a, Value v) { return g.e.add(a, v, number); })
             : g.filled(batch, number, g.e.integer(0, number));
    g.set(output, lengths);
  }
  Norm norm{
      op, g, 2, true, g.tensor(op.input("gamma")), g.tensor(op.input("beta"))};
  return norm.lower(total, "output");
}

//===----------------------------------------------------------------------===//
// GELUs
//===----------------------------------------------------------------------===//

enum class Gelu { Erf, Tanh, Quick };

template <Gelu kind> LogicalResult lowerGelu(OnnxOp op, GraphLowering &g) {
  SmallVector<Tensor> inputs;
  for (Value value : op.operation()->getOperands())
    inputs.push_back(g.tensor(value));
  Type result = inputs[0].element, type = computeType(result);
  auto number = [&](double value) { return g.e.constant(value, type); };
  auto mul = [&](Value x, Value y) { return g.e.mul(x, y, type); };
  auto add = [&](Value x, Value y) { return g.e.add(x, y, type); };
  g.set(op.operation()->getResult(0), g.map(inputs, result, [&](ValueRange v) {
    Value x = v.size() > 1 ? add(v[0], v[1]) : v[0];
    if (kind == Gelu::Quick) {
      Value scaled = mul(number(-op.real("alpha")), x);
      Value power = math::ExpOp::create(g.b, scaled);
      return g.e.div(x, add(number(1), power), type);
    }
    Value inner;
    if (kind == Gelu::Tanh) {
      Value cube = mul(mul(x, x), x);
      Value line =
          mul(number(0.7978845608028654), add(x, mul(number(0.044715), cube)));
      inner = math::TanhOp::create(g.b, line);
    } else {
      inner = math::ErfOp::create(g.b, mul(x, number(0.7071067811865476)));
    }
    return mul(mul(number(0.5), x), add(number(1), inner));
  }));
  return success();
}

} // namespace

void llm::onnx::addMicrosoftNormalization(LoweringTable &table) {
  for (const char *name : {"SimplifiedLayerNormalization",
                           "microsoft.SimplifiedLayerNormalization"})
    table.add(name, lowerSimplified);
  table.add("microsoft.SkipSimplifiedLayerNormalization", lowerSkip<true>);
  table.add("microsoft.SkipLayerNormalization", lowerSkip<false>);
  table.add("microsoft.EmbedLayerNormalization", lowerEmbed);
  table.add("microsoft.FastGelu", lowerGelu<Gelu::Tanh>);
  table.add("microsoft.Gelu", lowerGelu<Gelu::Erf>);
  table.add("microsoft.BiasGelu", lowerGelu<Gelu::Erf>);
  table.add("microsoft.QuickGelu", lowerGelu<Gelu::Quick>);
}
