//===- FuseResidualLinear.cpp - Fold a residual add into its linear layer -===//
//
// x + linear(y) becomes linear(y) with x added while the product is still in
// registers.
//
//===----------------------------------------------------------------------===//

#include "passes/model/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

using namespace mlir;

namespace llm {
#define GEN_PASS_DEF_FUSERESIDUALLINEAR
#include "passes/model/Passes.h.inc"
} // namespace llm

using namespace llm;

namespace {

struct FoldAdd : OpRewritePattern<arith::AddFOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(arith::AddFOp add,
                                PatternRewriter &rewriter) const override {
    for (auto [product, residual] : {std::pair(add.getLhs(), add.getRhs()),
                                     std::pair(add.getRhs(), add.getLhs())}) {
      auto linear = product.getDefiningOp<LinearOp>();
      if (!linear || !linear->hasOneUse() || linear.getResidual())
        continue;
      auto fused = LinearOp::create(
          rewriter, rewriter.getFusedLoc({linear.getLoc(), add.getLoc()}),
          add.getType(), linear.getInput(), linear.getWeights(),
          linear.getBiases(), residual, Value(), Value());
      rewriter.replaceOp(add, fused);
      rewriter.eraseOp(linear);
      return success();
    }
    return rewriter.notifyMatchFailure(
        add, "no operand is a linear layer that only this add reads");
  }
};

struct FuseResidualLinear
    : llm::impl::FuseResidualLinearBase<FuseResidualLinear> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<FoldAdd>(&getContext());
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};

} // namespace
