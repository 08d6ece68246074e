//===- LowerOnnx.cpp - Turn an onnx.graph into a function of tensors ------===//

#include "dialects/onnx/OnnxOp.h"
#include "passes/onnx/Passes.h"
#include "passes/onnx/lowering/GraphLowering.h"
#include "passes/onnx/lowering/LoweringTable.h"

#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;

namespace llm {
#define GEN_PASS_DEF_LOWERONNX
#include "passes/onnx/Passes.h.inc"
} // namespace llm

using namespace llm;
using namespace llm::onnx;

namespace {

struct LowerOnnx : llm::impl::LowerOnnxBase<LowerOnnx> {
  using LowerOnnxBase::LowerOnnxBase;

  /// One error for all ops that nothing lowers, so that a model is not asked
  /// about one after another.
  static LogicalResult checkOps(GraphOp graph) {
    llvm::MapVector<StringRef, Operation *> missing;
    graph.walk([&](Operation *op) {
      std::optional<OnnxOp> view = OnnxOp::from(op);
      if (view && !LoweringTable::get().find(view->schema()))
        missing.try_emplace(op->getName().getStringRef(), op);
    });
    if (missing.empty())
      return success();
    return emitError(missing.front().second->getLoc())
           << "not supported yet: "
           << llvm::join(llvm::make_first_range(missing), ", ");
  }

  void runOnOperation() override {
    for (auto graph :
         llvm::make_early_inc_range(getOperation().getOps<GraphOp>())) {
      if (failed(checkOps(graph)))
        return signalPassFailure();
      if (failed(GraphLowering(&getContext()).lowerGraph(graph)))
        return signalPassFailure();
      graph.erase();
    }
  }
};

} // namespace
