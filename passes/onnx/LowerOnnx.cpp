//===- LowerOnnx.cpp - Turn an onnx.graph into a function of tensors ------===//

#include "dialects/onnx/OnnxOp.h"
#include "passes/onnx/Passes.h"
#include "passes/onnx/lowering/GraphLowering.h"
#include "passes/onnx/lowering/LoweringTable.h"

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

  void runOnOperation() override {
    for (auto graph : llvm::make_early_inc_range(
             getOperation().getOps<GraphOp>())) {
      if (failed(GraphLowering(&getContext()).lowerGraph(graph)))
        return signalPassFailure();
      graph.erase();
    }
  }
};

} // namespace
