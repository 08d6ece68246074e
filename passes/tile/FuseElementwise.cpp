//===- FuseElementwise.cpp - One loop nest for a chain of elements --------===//

#include "passes/tile/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

using namespace mlir;

namespace llm {
#define GEN_PASS_DEF_FUSEELEMENTWISE
#include "passes/tile/Passes.h.inc"
} // namespace llm

using namespace llm;

/// Whether computing an element again costs no more than reading it.
static bool isCheap(linalg::GenericOp op) {
  return llvm::all_of(op.getBody()->without_terminator(), [](Operation &inner) {
    return isa<CastOpInterface, arith::ConstantOp, linalg::IndexOp>(inner);
  });
}

/// An element that the consumer reads once may as well be computed there. Sums
/// of products are left as they are: tiles multiply them.
static bool isWorthFusing(OpOperand *operand) {
  auto producer = operand->get().getDefiningOp<linalg::GenericOp>();
  auto consumer = dyn_cast<linalg::GenericOp>(operand->getOwner());
  if (!producer || !consumer || !producer->hasOneUse())
    return false;
  unsigned loops = consumer.getNumLoops();
  if (consumer.getNumReductionLoops() != 0 && consumer.getNumDpsInputs() > 1)
    return false;
  AffineMap map = consumer.getMatchingIndexingMap(operand);
  bool once = map.isPermutation() && map.getNumResults() == loops;
  return once || (consumer.getNumReductionLoops() == 0 && isCheap(producer));
}

namespace {

struct FuseElementwise : llm::impl::FuseElementwiseBase<FuseElementwise> {
  using FuseElementwiseBase::FuseElementwiseBase;

  void runOnOperation() override {
    MLIRContext *context = &getContext();
    RewritePatternSet patterns(context);
    linalg::populateElementwiseOpsFusionPatterns(patterns, isWorthFusing);
    linalg::populateEraseUnusedOperandsAndResultsPatterns(patterns);
    linalg::GenericOp::getCanonicalizationPatterns(patterns, context);
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};

} // namespace
