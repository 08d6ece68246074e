//===- QuantizeActivations.cpp - Rows in the type that weights multiply ---===//
//
// A product of quantized weights is cheapest with 8-bit activations, one of
// bf16 weights with bf16 activations, where the level has the instructions. The
// rounding is an op of its own, so that several readers share it.
//
//===----------------------------------------------------------------------===//

#include "passes/model/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

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
                 b.getF32Type()),
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

  template <typename Op>
  void rewrite(Op op, ValueRange weights) {
    auto input = op.getInput();
    if (!cast<RankedTensorType>(input.getType()).getElementType().isF32())
      return;
    auto allAre = [&](auto test) {
      return llvm::all_of(weights, [&](Value weight) {
        return test(cast<PackedType>(weight.getType()).getEncoding());
      });
    };
    OpBuilder b(op);
    if (int8 &&
        allAre([](Attribute encoding) { return isa<GroupedAttr>(encoding); })) {
      Rounded rounded = toIntegers(b, input);
      op.getInputMutable().assign(rounded.rows);
      op.getScalesMutable().assign(rounded.scales);
      op.getSumsMutable().assign(rounded.sums);
    } else if (bf16 && allAre([](Attribute encoding) {
                 auto dense = dyn_cast<DenseAttr>(encoding);
                 return dense && dense.getElementType().isBF16();
               })) {
      op.getInputMutable().assign(toHalves(b, input));
    }
  }

  void runOnOperation() override {
    getOperation()->walk([&](Operation *op) {
      if (auto linear = dyn_cast<LinearOp>(op))
        rewrite(linear, linear.getWeights());
      else if (auto gated = dyn_cast<GatedLinearOp>(op))
        rewrite(gated, {gated.getGate(), gated.getUp()});
    });
  }
};

} // namespace
