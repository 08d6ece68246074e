//===- LowerOnnx.cpp - Turn an onnx.graph into a function of tensors ------===//

#include "dialects/onnx/OnnxOp.h"
#include "passes/onnx/Passes.h"
#include "passes/onnx/lowering/GraphLowering.h"
#include "passes/onnx/lowering/LoweringTable.h"

#include "mlir/IR/Diagnostics.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;

namespace llm {
#define GEN_PASS_DEF_LOWERONNX
#include "passes/onnx/Passes.h.inc"
} // namespace llm

using namespace llm;
using namespace llm::onnx;

/// Trials of branches of If, of which a graph may have many.
constexpr unsigned kMostTrials = 32;

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

  /// Whether branches of an If may turn out to give values of different ranks.
  static bool hasOpenBranches(GraphOp graph) {
    auto isOpen = [](Operation *op) {
      std::optional<OnnxOp> view = OnnxOp::from(op);
      return view && view->type() == "If" &&
             llvm::any_of(op->getResultTypes(), [](Type type) {
               return isa<UnrankedTensorType>(type);
             });
    };
    return graph
        .walk([&](Operation *op) {
          return isOpen(op) ? WalkResult::interrupt() : WalkResult::advance();
        })
        .wasInterrupted();
  }

  /// Takes branches until what follows them is of ranks that it can be. The
  /// errors are those of the first trial.
  LogicalResult lowerByTrials(GraphOp graph) {
    std::vector<Diagnostic> errors;
    SmallVector<bool> choices;
    for (unsigned trial = 0; trial < kMostTrials; ++trial) {
      std::vector<Diagnostic> said;
      auto copy = cast<GraphOp>(OpBuilder(graph).clone(*graph));
      bool isRefused = false;
      {
        ScopedDiagnosticHandler handler(&getContext(), [&](Diagnostic &one) {
          isRefused |= one.getSeverity() == DiagnosticSeverity::Error;
          said.push_back(std::move(one));
          return success();
        });
        isRefused |=
            failed(GraphLowering(&getContext(), choices).lowerGraph(copy));
      }
      auto function = dyn_cast_or_null<func::FuncOp>(copy->getNextNode());
      copy.erase();
      if (!isRefused) {
        emit(said);
        return success();
      }
      if (function && function->hasAttr("llm.graph"))
        function.erase();
      if (trial == 0)
        errors = std::move(said);
      // The next choices, in the order in which numbers are counted.
      while (!choices.empty() && !choices.back())
        choices.pop_back();
      if (choices.empty())
        break;
      choices.back() = false;
    }
    emit(errors);
    return failure();
  }

  void emit(std::vector<Diagnostic> &diagnostics) {
    for (Diagnostic &one : diagnostics)
      getContext().getDiagEngine().emit(std::move(one));
  }

  LogicalResult lower(GraphOp graph) {
    if (hasOpenBranches(graph))
      return lowerByTrials(graph);
    SmallVector<bool> choices;
    return GraphLowering(&getContext(), choices).lowerGraph(graph);
  }

  void runOnOperation() override {
    for (auto graph :
         llvm::make_early_inc_range(getOperation().getOps<GraphOp>())) {
      if (failed(checkOps(graph)))
        return signalPassFailure();
      if (failed(lower(graph)))
        return signalPassFailure();
      graph.erase();
    }
  }
};

} // namespace
