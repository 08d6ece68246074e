//===- MergeProjections.cpp - Linear layers of one input in one op --------===//
//
// Queries, keys and values read the same rows: one op reads them once and one
// phase computes all three. Weights are never copied together, so their
// encodings may differ, as long as all are multiplied in the same arithmetic.
//
//===----------------------------------------------------------------------===//

#include "passes/analysis/WeightKind.h"
#include "passes/model/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "llvm/ADT/MapVector.h"

using namespace mlir;

namespace llm {
#define GEN_PASS_DEF_MERGEPROJECTIONS
#include "passes/model/Passes.h.inc"
} // namespace llm

using namespace llm;

/// The merged op stands where the first one was, and so do all weights: what
/// reads an early product may stand before the last one.
static void merge(ArrayRef<LinearOp> ops) {
  LinearOp first = ops.front();
  OpBuilder builder(first);
  SmallVector<Value> weights, biases;
  SmallVector<Location> locs;
  int64_t columns = 0;
  for (LinearOp op : ops) {
    for (Value parameter : llvm::drop_begin(op->getOperands())) {
      Operation *weight = parameter.getDefiningOp();
      if (weight && weight->getBlock() == first->getBlock() &&
          first->isBeforeInBlock(weight))
        weight->moveBefore(first);
    }
    llvm::append_range(weights, op.getWeights());
    llvm::append_range(biases, op.getBiases());
    locs.push_back(op.getLoc());
    columns += op.getType().getShape()[1];
  }
  Location loc = builder.getFusedLoc(locs);
  auto type = RankedTensorType::get({ShapedType::kDynamic, columns},
                                    first.getType().getElementType());
  auto merged = LinearOp::create(builder, loc, type, first.getInput(), weights,
                                 biases, Value(), Value(), Value());
  Value rowCount = tensor::DimOp::create(builder, loc, merged, 0);
  int64_t offset = 0;
  for (LinearOp op : ops) {
    int64_t width = op.getType().getShape()[1];
    SmallVector<OpFoldResult> offsets{builder.getIndexAttr(0),
                                      builder.getIndexAttr(offset)},
        sizes{rowCount, builder.getIndexAttr(width)},
        strides(2, builder.getIndexAttr(1));
    auto slice = tensor::ExtractSliceOp::create(
        builder, op.getLoc(), cast<RankedTensorType>(op.getType()), merged,
        offsets, sizes, strides);
    op.getResult().replaceAllUsesWith(slice);
    offset += width;
  }
  for (LinearOp op : ops)
    op.erase();
}

namespace {

struct MergeProjections : llm::impl::MergeProjectionsBase<MergeProjections> {
  void runOnOperation() override {
    // Keyed by block, input, whether there are biases, and kind of weights.
    llvm::MapVector<std::tuple<Block *, Value, unsigned, unsigned>,
                    SmallVector<LinearOp>>
        groups;
    getOperation()->walk([&](LinearOp op) {
      if (!op.getResidual())
        groups[{op->getBlock(), op.getInput(), op.getBiases().empty() ? 0u : 1u,
                static_cast<unsigned>(weightKind(op.getWeights()))}]
            .push_back(op);
    });
    for (auto &[key, ops] : groups) {
      auto canMove = [](LinearOp op) {
        return llvm::all_of(llvm::drop_begin(op->getOperands()),
                            [](Value parameter) {
                              Operation *weight = parameter.getDefiningOp();
                              return !weight || isa<WeightOp>(weight);
                            });
      };
      if (ops.size() > 1 && llvm::all_of(ops, canMove))
        merge(ops);
    }
  }
};

} // namespace
