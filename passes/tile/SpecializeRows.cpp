//===- SpecializeRows.cpp - A step for each class of row counts -----------===//
//
// One token and a thousand want different tiles. Each class gets a copy of the
// program here, so that no phase needs to look at its row count later.
//
//===----------------------------------------------------------------------===//

#include "passes/tile/Passes.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/IRMapping.h"

using namespace mlir;

namespace llm {
#define GEN_PASS_DEF_SPECIALIZEROWS
#include "passes/tile/Passes.h.inc"
} // namespace llm

using namespace llm;

namespace {

struct SpecializeRows : llm::impl::SpecializeRowsBase<SpecializeRows> {
  using SpecializeRowsBase::SpecializeRowsBase;

  void runOnOperation() override {
    auto function = getOperation().lookupSymbol<func::FuncOp>("step");
    if (!function) {
      getOperation().emitError() << "expected a function @step; "
                                    "--llm-insert-paged-kv makes it";
      return signalPassFailure();
    }
    OpBuilder builder(function);
    SmallVector<Attribute> names;
    for (unsigned i = 0; i < function.getNumArguments(); ++i)
      names.push_back(function.getArgAttr(i, "llm.argument"));
    int64_t first = 1;
    for (int64_t last : classes) {
      auto step = StepOp::create(
          builder, function.getLoc(), "rows_to_" + std::to_string(last),
          builder.getDenseI64ArrayAttr({first, last}),
          builder.getArrayAttr(names), builder.getStrArrayAttr({"logits"}));
      IRMapping mapping;
      function.getBody().cloneInto(&step.getBody(), mapping);
      Operation *ret = &step.getBody().front().back();
      OpBuilder atEnd(ret);
      YieldOp::create(atEnd, ret->getLoc(), ret->getOperands());
      ret->erase();
      first = last + 1;
    }
    function.erase();
  }
};

} // namespace
