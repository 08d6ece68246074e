//===- Optimizer.cpp - Steps of training ----------------------------------===//
//
// Adagrad, Adam and Momentum of ai.onnx.preview.training. Inputs come by kind:
// all tensors that are optimized, all gradients, then their histories.
//
//===----------------------------------------------------------------------===//

#include "passes/onnx/lowering/GraphLowering.h"
#include "passes/onnx/lowering/LoweringTable.h"

#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;
using namespace llm::onnx;

namespace {

class Optimizer {
public:
  Optimizer(OnnxOp op, GraphLowering &g, unsigned kinds)
      : op(op), g(g), kinds(kinds), inputs(op.inputs("inputs")),
        outputs(op.outputs("outputs")) {}

  LogicalResult check() {
    if (inputs.size() % kinds != 0)
      return op.operation()->emitError()
             << op.type() << ": " << inputs.size()
             << " inputs; accepted: " << kinds
             << " for each tensor that is optimized";
    return success();
  }
  size_t count() const { return inputs.size() / kinds; }
  Tensor input(unsigned kind, size_t i) {
    return g.tensor(inputs[kind * count() + i]);
  }
  void set(unsigned kind, size_t i, Tensor value) {
    if (kind * count() + i < outputs.size())
      g.set(outputs[kind * count() + i], value);
  }
  /// The rate and the count of updates, in a tensor's type.
  Value rate(Type type) {
    Tensor r = g.tensor(op.input("R"));
    return g.e.cast(g.scalar(r), r.element, type);
  }
  Value updates(Type type) {
    return g.e.cast(g.scalar(g.tensor(op.input("T"))), g.b.getI64Type(), type);
  }
  Value attribute(StringRef name, Type type) {
    return g.e.constant(op.real(name), type);
  }
  /// The gradient of what is optimized and of its regularization.
  Tensor gradient(Tensor x, Tensor gradient) {
    Type type = x.element;
    Value norm = attribute("norm_coefficient", type);
    return g.map({x, gradient}, type, [&](ValueRange v) {
      return g.e.add(g.e.mul(norm, v[0], type), v[1], type);
    });
  }

  OnnxOp op;
  GraphLowering &g;

private:
  unsigned kinds;
  OperandRange inputs;
  ResultRange outputs;
};

LogicalResult lowerAdagrad(OnnxOp op, GraphLowering &g) {
  Optimizer step(op, g, 3);
  if (failed(step.check()))
    return failure();
  for (size_t i = 0; i < step.count(); ++i) {
    Tensor x = step.input(0, i), history = step.input(2, i);
    Type type = x.element;
    Value decay =
        g.e.mul(step.updates(type), step.attribute("decay_factor", type), type);
    Value rate = g.e.div(step.rate(type),
                         g.e.add(g.e.constant(1, type), decay, type), type);
    Value epsilon = step.attribute("epsilon", type);
    Tensor gradient = step.gradient(x, step.input(1, i));
    Tensor squares = g.map({history, gradient}, type, [&](ValueRange v) {
      return g.e.add(v[0], g.e.mul(v[1], v[1], type), type);
    });
    step.set(0, i, g.map({x, gradient, squares}, type, [&](ValueRange v) {
      Value root = g.e.add(math::SqrtOp::create(g.b, v[2]), epsilon, type);
      Value change = g.e.div(g.e.mul(rate, v[1], type), root, type);
      return g.e.sub(v[0], change, type);
    }));
    step.set(1, i, squares);
  }
  return success();
}

LogicalResult lowerAdam(OnnxOp op, GraphLowering &g) {
  Optimizer step(op, g, 4);
  if (failed(step.check()))
    return failure();
  for (size_t i = 0; i < step.count(); ++i) {
    Tensor x = step.input(0, i);
    Type type = x.element;
    Value one = g.e.constant(1, type), alpha = step.attribute("alpha", type),
          beta = step.attribute("beta", type),
          epsilon = step.attribute("epsilon", type),
          post = step.attribute("norm_coefficient_post", type);
    // Corrects the averages of few updates.
    Value updates = step.updates(type), rate = step.rate(type);
    auto rest = [&](Value base) -> Value {
      return g.e.sub(one, math::PowFOp::create(g.b, base, updates), type);
    };
    Value corrected =
        g.e.div(g.e.mul(rate, math::SqrtOp::create(g.b, rest(beta)), type),
                rest(alpha), type);
    rate = g.e.select(g.e.less(g.e.constant(0, type), updates, type), corrected,
                      rate);
    auto average = [&](Value weight, Value before, Value now) {
      return g.e.add(g.e.mul(weight, before, type),
                     g.e.mul(g.e.sub(one, weight, type), now, type), type);
    };
    Tensor gradient = step.gradient(x, step.input(1, i));
    Tensor mean = g.map({step.input(2, i), gradient}, type, [&](ValueRange v) {
      return average(alpha, v[0], v[1]);
    });
    Tensor squares =
        g.map({step.input(3, i), gradient}, type, [&](ValueRange v) {
          return average(beta, v[0], g.e.mul(v[1], v[1], type));
        });
    step.set(0, i, g.map({x, mean, squares}, type, [&](ValueRange v) {
      Value root = g.e.add(math::SqrtOp::create(g.b, v[2]), epsilon, type);
      Value change = g.e.mul(rate, g.e.div(v[1], root, type), type);
      return g.e.mul(g.e.sub(one, post, type), g.e.sub(v[0], change, type),
                     type);
    }));
    step.set(1, i, mean);
    step.set(2, i, squares);
  }
  return success();
}

LogicalResult lowerMomentum(OnnxOp op, GraphLowering &g) {
  Optimizer step(op, g, 3);
  if (failed(step.check()))
    return failure();
  bool nesterov = op.string("mode") == "nesterov";
  for (size_t i = 0; i < step.count(); ++i) {
    Tensor x = step.input(0, i);
    Type type = x.element;
    Value alpha = step.attribute("alpha", type), rate = step.rate(type);
    // The first gradient counts in full.
    Value beta =
        g.e.select(g.e.less(g.e.constant(0, type), step.updates(type), type),
                   step.attribute("beta", type), g.e.constant(1, type));
    Tensor gradient = step.gradient(x, step.input(1, i));
    Tensor momentum =
        g.map({step.input(2, i), gradient}, type, [&](ValueRange v) {
          return g.e.add(g.e.mul(alpha, v[0], type), g.e.mul(beta, v[1], type),
                         type);
        });
    step.set(0, i, g.map({x, gradient, momentum}, type, [&](ValueRange v) {
      Value direction = v[2];
      if (nesterov)
        direction = g.e.add(v[1], g.e.mul(alpha, v[2], type), type);
      return g.e.sub(v[0], g.e.mul(rate, direction, type), type);
    }));
    step.set(1, i, momentum);
  }
  return success();
}

} // namespace

void llm::onnx::addOptimizer(LoweringTable &table) {
  table.add("training.Adagrad", lowerAdagrad);
  table.add("training.Adam", lowerAdam);
  table.add("training.Momentum", lowerMomentum);
}
