//===- SeparateInits.cpp - Each result of a graph starts on its own -------===//

#include "passes/cpu/Passes.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;

namespace llm {
#define GEN_PASS_DEF_SEPARATEINITS
#include "passes/cpu/Passes.h.inc"
} // namespace llm

using namespace llm;

namespace {

struct SeparateInits : llm::impl::SeparateInitsBase<SeparateInits> {
  using SeparateInitsBase::SeparateInitsBase;

  /// Whether an op makes a tensor of nothing but a number.
  static bool isFill(Operation *op) {
    if (isa<linalg::FillOp>(op))
      return true;
    auto generic = dyn_cast<linalg::GenericOp>(op);
    return generic && generic.getNumDpsInputs() == 0 &&
           generic.getNumResults() == 1;
  }

  /// A tensor that the op may write over, since it reads each element where it
  /// writes it and nothing else reads them: another op's result.
  static Value findReusable(OpOperand &init) {
    auto op = dyn_cast<linalg::GenericOp>(init.getOwner());
    if (!op || op.getNumReductionLoops() != 0 || op.getNumDpsInits() != 1 ||
        !op.getMatchingIndexingMap(&init).isIdentity())
      return {};
    bool readsElsewhere =
        op.getRegion()
            .walk([](tensor::ExtractOp) { return WalkResult::interrupt(); })
            .wasInterrupted();
    if (readsElsewhere)
      return {};
    for (OpOperand *input : op.getDpsInputOperands()) {
      Value value = input->get();
      if (value.getType() == init.get().getType() && value.hasOneUse() &&
          value.getDefiningOp<linalg::LinalgOp>() &&
          value.getDefiningOp()->getBlock() == op->getBlock() &&
          op.getMatchingIndexingMap(input).isIdentity())
        return value;
    }
    return {};
  }

  static void separate(OpOperand &init) {
    Operation *maker = init.get().getDefiningOp();
    if (!maker || !(isa<tensor::EmptyOp>(maker) || isFill(maker)))
      return;
    if (isa<tensor::EmptyOp>(maker))
      if (Value reused = findReusable(init)) {
        init.set(reused);
        if (maker->use_empty())
          maker->erase();
        return;
      }
    if (!init.get().hasOneUse()) {
      maker = OpBuilder(init.getOwner()).clone(*maker);
      init.set(maker->getResult(0));
    }
    if (auto fill = dyn_cast<DestinationStyleOpInterface>(maker))
      separate(fill.getDpsInitsMutable()[0]);
  }

  void runOnOperation() override {
    SmallVector<DestinationStyleOpInterface> ops;
    getOperation().walk([&](func::FuncOp function) {
      if (function->hasAttr("llm.graph"))
        function.walk(
            [&](DestinationStyleOpInterface op) { ops.push_back(op); });
    });
    for (DestinationStyleOpInterface op : ops)
      for (OpOperand &init : op.getDpsInitsMutable())
        if (isa<TensorType>(init.get().getType()))
          separate(init);
  }
};

} // namespace
