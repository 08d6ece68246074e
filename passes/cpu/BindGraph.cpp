//===- BindGraph.cpp - Weights of a graph in the weight segment -----------===//

#include "passes/analysis/InternalFunction.h"
#include "passes/analysis/WeightLayout.h"
#include "passes/cpu/Passes.h"

#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

using namespace mlir;

namespace llm {
#define GEN_PASS_DEF_BINDGRAPH
#include "passes/cpu/Passes.h.inc"
} // namespace llm

using namespace llm;

namespace {

struct BindGraph : llm::impl::BindGraphBase<BindGraph> {
  using BindGraphBase::BindGraphBase;

  void bind(func::FuncOp graph, const WeightLayout &layout) {
    MLIRContext *context = &getContext();
    Block &entry = graph.getBody().front();
    for (unsigned i = 0; i < graph.getNumArguments(); ++i)
      if (isa<TensorType>(graph.getArgument(i).getType()))
        graph.setArgAttr(i, "bufferization.writable",
                         BoolAttr::get(context, false));
    (void)graph.insertArgument(0u, TeamType::get(context), {}, graph.getLoc());
    makeInternal(graph);
    ImplicitLocOpBuilder b(graph.getLoc(), context);
    SmallVector<WeightOp> weights;
    graph.walk([&](WeightOp weight) { weights.push_back(weight); });
    for (WeightOp weight : weights) {
      b.setInsertionPointToStart(&entry);
      b.setLoc(weight.getLoc());
      int64_t offset = layout.offsets(weight.getParameter())[0];
      if (!isa<PackedType>(weight.getType())) {
        bindWeight(b, weight, offset, entry.getArgument(0));
        continue;
      }
      for (Operation *panels : llvm::make_early_inc_range(weight->getUsers()))
        bindWeight(b, panels, offset, entry.getArgument(0));
      weight.erase();
    }
  }

  /// The op's result becomes a view of the weight segment.
  void bindWeight(ImplicitLocOpBuilder &b, Operation *op, int64_t offset,
                  Value team) {
    auto type = cast<RankedTensorType>(op->getResult(0).getType());
    Value bytes = ContextBufferOp::create(
        b, MemRefType::get({ShapedType::kDynamic}, b.getI8Type()), team,
        "weights", 0,
        // Only offsets that the compiler computed are used.
        ValueRange(arith::ConstantIndexOp::create(b, int64_t(1) << 62)));
    Value view = memref::ViewOp::create(
        b, MemRefType::get(type.getShape(), type.getElementType()), bytes,
        arith::ConstantIndexOp::create(b, offset), ValueRange());
    op->replaceAllUsesWith(
        bufferization::ToTensorOp::create(b, type, view, /*restrict=*/true));
    op->erase();
  }

  void runOnOperation() override {
    WeightLayout layout(getOperation());
    for (auto function : getOperation().getOps<func::FuncOp>())
      if (function->hasAttr("llm.graph"))
        bind(function, layout);
  }
};

} // namespace
