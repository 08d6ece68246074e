//===- QuantizeActivations.cpp - Rows in the type that weights multiply ---===//
//
// A product of quantized weights is cheapest with 8-bit activations, one of
// bf16 weights with bf16 activations, where the level has the instructions. The
// rounding is an op of its own, so that several readers share it. What is
// decided here is the type that the level computes in, which the module then
// says.
//
//===----------------------------------------------------------------------===//

#include "passes/analysis/WeightKind.h"
#include "passes/model/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "llvm/ADT/MapVector.h"

using namespace mlir;

namespace llm {
#define GEN_PASS_DEF_QUANTIZEACTIVATIONS
#include "passes/model/Passes.h.inc"
} // namespace llm

using namespace llm;

namespace {

struct QuantizeActivations
    : llm::impl::QuantizeActivationsBase<QuantizeActivations> {
  using QuantizeActivationsBase::QuantizeActivationsBase;

  /// Rounded forms of a value, made once.
  struct Rounded {
    Value rows, scales, sums;
  };
  DenseMap<Value, Rounded> integers;
  DenseMap<Value, Value> halves;
  /// Multiply-adds of a row of all layers, by the type of the row.
  llvm::MapVector<Type, int64_t> products;

  static RankedTensorType rowsOf(Value like, int64_t columns, Type element) {
    return RankedTensorType::get({ShapedType::kDynamic, columns}, element);
  }

  Rounded toIntegers(OpBuilder &b, Value input) {
    Rounded &rounded = integers[input];
    if (!rounded.rows) {
      int64_t columns = cast<RankedTensorType>(input.getType()).getDimSize(1);
      OpBuilder::InsertionGuard guard(b);
      b.setInsertionPointAfterValue(input);
      auto op = QuantizeRowsOp::create(
          b, input.getLoc(), rowsOf(input, columns, b.getI8Type()),
          rowsOf(input, llvm::divideCeil(columns, kActivationGroup),
                 b.getF32Type()),
          rowsOf(input, llvm::divideCeil(columns, kActivationSums),
                 b.getI32Type()),
          input);
      rounded = {op.getResult(), op.getScales(), op.getSums()};
    }
    return rounded;
  }

  Value toHalves(OpBuilder &b, Value input) {
    Value &rounded = halves[input];
    if (!rounded) {
      int64_t columns = cast<RankedTensorType>(input.getType()).getDimSize(1);
      OpBuilder::InsertionGuard guard(b);
      b.setInsertionPointAfterValue(input);
      rounded = arith::TruncFOp::create(
          b, input.getLoc(), rowsOf(input, columns, b.getBF16Type()), input);
    }
    return rounded;
  }

  /// How often `op` runs for a row of a prompt. What stands beside layers that
  /// repeat sees few rows: the head one of a prompt.
  int64_t timesOf(Operation *op) {
    if (auto repeat = op->getParentOfType<RepeatOp>()) {
      int64_t kind = op->getParentRegion()->getRegionNumber();
      return llvm::count(repeat.getKinds(), kind);
    }
    return hasLayers ? 0 : 1;
  }

  template <typename Op> void visit(Op op) {
    ValueRange weights = multipliedWeights(op);
    int64_t count = 0;
    for (Value weight : weights) {
      auto packed = cast<PackedType>(weight.getType());
      count += packed.getRows() * packed.getColumns() * timesOf(op);
    }
    rewrite(op, weights);
    auto input = cast<RankedTensorType>(op.getInput().getType());
    products[input.getElementType()] += count;
  }

  template <typename Op> void rewrite(Op op, ValueRange weights) {
    auto input = op.getInput();
    if (!cast<RankedTensorType>(input.getType()).getElementType().isF32())
      return;
    WeightKind kind = weightKind(weights);
    OpBuilder b(op);
    if (int8 && kind == WeightKind::Integers) {
      Rounded rounded = toIntegers(b, input);
      op.getInputMutable().assign(rounded.rows);
      op.getScalesMutable().assign(rounded.scales);
      op.getSumsMutable().assign(rounded.sums);
    } else if (bf16 && kind == WeightKind::Halves) {
      op.getInputMutable().assign(toHalves(b, input));
    }
  }

  void runOnOperation() override {
    hasLayers = getOperation()
                    ->walk([](RepeatOp) { return WalkResult::interrupt(); })
                    .wasInterrupted();
    getOperation()->walk([&](Operation *op) {
      if (auto linear = dyn_cast<LinearOp>(op))
        visit(linear);
      else if (auto gated = dyn_cast<GatedLinearOp>(op))
        visit(gated);
    });
    auto most = llvm::max_element(products, llvm::less_second());
    if (most != products.end())
      getOperation()->setAttr("llm.compute_type", TypeAttr::get(most->first));
  }

  bool hasLayers = false;
};

} // namespace
