//===- SeparateReads.cpp - Few readers for each constant of a graph -------===//

#include "passes/cpu/Passes.h"

using namespace mlir;

namespace llm {
#define GEN_PASS_DEF_SEPARATEREADS
#include "passes/cpu/Passes.h.inc"
} // namespace llm

using namespace llm;

namespace {

struct SeparateReads : llm::impl::SeparateReadsBase<SeparateReads> {
  using SeparateReadsBase::SeparateReadsBase;

  void separate(Operation *op) {
    OpBuilder b(op);
    SmallVector<OpOperand *> uses;
    for (OpOperand &use : op->getResult(0).getUses())
      uses.push_back(&use);
    Operation *own = op;
    for (size_t i = readers; i < uses.size(); ++i) {
      if (i % readers == 0)
        own = b.clone(*op);
      uses[i]->set(own->getResult(0));
    }
  }

  void runOnOperation() override {
    SmallVector<Operation *> ops;
    for (auto function : getOperation().getOps<func::FuncOp>())
      if (function->hasAttr("llm.graph"))
        function.walk([&](Operation *op) {
          if (isa<arith::ConstantOp, WeightOp, PanelsOp>(op) &&
              isa<TensorType>(op->getResult(0).getType()))
            ops.push_back(op);
        });
    for (Operation *op : ops)
      separate(op);
  }
};

} // namespace
