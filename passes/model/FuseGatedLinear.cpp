//===- FuseGatedLinear.cpp - Gate and up projection of an MLP in one ------===//
//
// silu(linear(x, gate)) * linear(x, up), or gelu or relu in place of silu,
// becomes one op, so that neither product is ever written to memory.
//
//===----------------------------------------------------------------------===//

#include "passes/analysis/WeightKind.h"
#include "passes/model/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

using namespace mlir;

namespace llm {
#define GEN_PASS_DEF_FUSEGATEDLINEAR
#include "passes/model/Passes.h.inc"
} // namespace llm

using namespace llm;

namespace {

/// The op if it is a plain product of one weight that only one op reads.
LinearOp soleProduct(Value value) {
  auto linear = value.getDefiningOp<LinearOp>();
  if (!linear || !linear->hasOneUse() || linear.getResidual() ||
      linear.getWeights().size() != 1)
    return {};
  return linear;
}

/// What GatedLinearOp calls the activation; empty where it knows none.
std::string activationName(Operation *op) {
  if (auto gelu = dyn_cast_or_null<GeluOp>(op))
    return ("gelu_" + gelu.getKind()).str();
  return isa_and_nonnull<SiluOp>(op)   ? "silu"
         : isa_and_nonnull<ReluOp>(op) ? "relu"
                                       : "";
}

struct FuseGate : OpRewritePattern<arith::MulFOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(arith::MulFOp mul,
                                PatternRewriter &rewriter) const override {
    for (auto [gated, plain] : {std::pair(mul.getLhs(), mul.getRhs()),
                                std::pair(mul.getRhs(), mul.getLhs())}) {
      Operation *activation = gated.getDefiningOp();
      std::string name = activationName(activation);
      if (name.empty() || !activation->hasOneUse())
        continue;
      LinearOp gate = soleProduct(activation->getOperand(0)),
               up = soleProduct(plain);
      if (!gate || !up || gate.getInput() != up.getInput() ||
          gate.getBiases().size() != up.getBiases().size() ||
          weightKind(gate.getWeights()) != weightKind(up.getWeights()))
        continue;
      bool biased = !gate.getBiases().empty();
      rewriter.replaceOpWithNewOp<GatedLinearOp>(
          mul, mul.getType(), rewriter.getStringAttr(name), gate.getInput(),
          gate.getWeights()[0], up.getWeights()[0],
          biased ? gate.getBiases()[0] : Value(),
          biased ? up.getBiases()[0] : Value(), Value(), Value());
      rewriter.eraseOp(activation);
      rewriter.eraseOp(gate);
      rewriter.eraseOp(up);
      return success();
    }
    return rewriter.notifyMatchFailure(
        mul, "not the activation of one linear layer times another of the same "
             "input and kind of weights, each read once");
  }
};

struct FuseGatedLinear : llm::impl::FuseGatedLinearBase<FuseGatedLinear> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<FuseGate>(&getContext());
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};

} // namespace
