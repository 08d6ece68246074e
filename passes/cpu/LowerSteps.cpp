//===- LowerSteps.cpp - Steps as functions that a team of threads runs ----===//
//
// Every thread of the team runs the whole function. A phase is a function of
// its own, which a profiler shows by name: in it the threads claim runs of
// tiles from a shared counter, so a slow core takes fewer; what a tile computes
// does not depend on who does it. A barrier after each phase makes its results
// visible and resets the counter.
//
//===----------------------------------------------------------------------===//

#include "passes/analysis/InternalFunction.h"
#include "passes/cpu/Passes.h"
#include "passes/cpu/PhaseFunction.h"

#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;

namespace llm {
#define GEN_PASS_DEF_LOWERSTEPS
#include "passes/cpu/Passes.h.inc"
} // namespace llm

using namespace llm;

namespace {

class StepLowering {
public:
  StepLowering(StepOp step, const ArenaPlan &plan, const WeightLayout &layout)
      : step(step), plan(plan), layout(layout), b(step.getLoc(), step) {}

  /// Bytes of scratch that a thread needs; emits errors where a phase is
  /// missing.
  FailureOr<int64_t> run() {
    auto function = func::FuncOp::create(
        b, step.getSymName(),
        b.getFunctionType({TeamType::get(b.getContext())}, {}));
    makeInternal(function);
    function->setAttr("llm.rows", step.getRowsAttr());
    b.setInsertionPointToStart(function.addEntryBlock());
    team = function.getArgument(0);
    if (failed(lowerBlock(step.getBody().front(), index(0))))
      return failure();
    func::ReturnOp::create(b);
    return scratchBytes;
  }

private:
  Value index(int64_t value) {
    return arith::ConstantIndexOp::create(b, value);
  }

  LogicalResult lowerBlock(Block &block, Value layer) {
    for (Operation &op : block) {
      if (auto phase = dyn_cast<PhaseOp>(op)) {
        PhaseFunction function(phase, plan, layout);
        func::CallOp::create(b, function.create(), ValueRange{team, layer});
        BarrierOp::create(b, team);
        scratchBytes = std::max(scratchBytes, function.getScratchBytes());
      } else if (auto repeat = dyn_cast<RepeatOp>(op)) {
        if (failed(lowerRepeat(repeat)))
          return failure();
      } else if (!isa<WeightOp, StateOp, YieldOp, tensor::ExtractSliceOp,
                      tensor::DimOp>(op) &&
                 !op.hasTrait<OpTrait::ConstantLike>()) {
        return op.emitError() << "not supported yet: no pass turns this op "
                                 "into a phase";
      }
    }
    return success();
  }

  LogicalResult lowerRepeat(RepeatOp op) {
    LogicalResult status = success();
    ArrayRef<int64_t> kinds = op.getKinds();
    Value count = hiddenIndex(b, kinds.size());
    auto loop = scf::ForOp::create(b, index(0), count, index(1));
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(loop.getBody());
    Value layer = loop.getInductionVar();
    if (op.getBodies().size() == 1)
      return lowerBlock(op.getBodies()[0].front(), layer);
    Value kind = lookUpTable(b, step->getParentOfType<ModuleOp>(),
                             "layer_kinds", kinds, layer);
    for (auto [i, body] : llvm::enumerate(op.getBodies())) {
      Value isKind =
          arith::CmpIOp::create(b, arith::CmpIPredicate::eq, kind, index(i));
      auto branch = scf::IfOp::create(b, isKind, /*withElseRegion=*/false);
      OpBuilder::InsertionGuard inBranch(b);
      b.setInsertionPointToStart(&branch.getThenRegion().front());
      if (failed(lowerBlock(body.front(), layer)))
        status = failure();
    }
    return status;
  }

  StepOp step;
  const ArenaPlan &plan;
  const WeightLayout &layout;
  ImplicitLocOpBuilder b;
  Value team;
  int64_t scratchBytes = 0;
};

struct LowerSteps : llm::impl::LowerStepsBase<LowerSteps> {
  using LowerStepsBase::LowerStepsBase;

  void runOnOperation() override {
    ModuleOp module = getOperation();
    WeightLayout layout(module);
    int64_t arenaBytes = 0, scratchBytes = 0;
    for (StepOp step : llvm::make_early_inc_range(module.getOps<StepOp>())) {
      FailureOr<ArenaPlan> plan = ArenaPlan::create(step, maxRows);
      if (failed(plan))
        return signalPassFailure();
      FailureOr<int64_t> scratch = StepLowering(step, *plan, layout).run();
      if (failed(scratch))
        return signalPassFailure();
      arenaBytes = std::max(arenaBytes, plan->bytes());
      scratchBytes = std::max(scratchBytes, *scratch);
      step.erase();
    }
    OpBuilder b(&getContext());
    module->setAttr("llm.arena_bytes", b.getI64IntegerAttr(arenaBytes));
    module->setAttr("llm.scratch_bytes", b.getI64IntegerAttr(scratchBytes));
  }
};

} // namespace
