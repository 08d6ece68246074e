//===- RaiseDecoder.cpp - An exported decoder becomes a model of tokens ---===//
//
// See passes/onnx/raising/Array.h for the idea. What is recognised follows from
// what the graph computes, not from how its ops are spelled.
//
//===----------------------------------------------------------------------===//

#include "passes/onnx/Passes.h"
#include "passes/onnx/raising/Probe.h"

using namespace mlir;

namespace llm {
#define GEN_PASS_DEF_RAISEDECODER
#include "passes/onnx/Passes.h.inc"
} // namespace llm

using namespace llm;
using namespace llm::onnx;

/// Tokens of the run: few, and no number that sizes of models are made of.
constexpr int64_t kTokens = 5;

namespace {

struct RaiseDecoder : llm::impl::RaiseDecoderBase<RaiseDecoder> {
  using RaiseDecoderBase::RaiseDecoderBase;

  /// Whether the graph has what every decoder has: token ids and logits.
  static std::optional<unsigned> logitsOf(GraphOp graph) {
    bool hasIds = false;
    for (unsigned i = 0; i < graph.getNumArguments(); ++i)
      if (auto name = graph.getArgAttrOfType<StringAttr>(i, "onnx.name"))
        hasIds |= name.getValue().contains("input_ids");
    if (!hasIds)
      return std::nullopt;
    for (unsigned i = 0; i < graph.getNumResults(); ++i)
      if (auto name = graph.getResultAttrOfType<StringAttr>(i, "onnx.name"))
        if (name.getValue().contains("logits"))
          return i;
    return std::nullopt;
  }

  void runOnOperation() override {
    ModuleOp module = getOperation();
    auto graphs = module.getOps<GraphOp>();
    if (graphs.empty())
      return;
    GraphOp graph = *graphs.begin();
    std::optional<unsigned> logits = logitsOf(graph);
    if (!logits)
      return;
    Probe probe(kTokens);
    int result = probe.run(graph, *logits);
    if (result < 0) {
      emitRemark(probe.place()->getLoc())
          << "compiled as a general graph, without a KV cache: "
          << probe.place()->getName() << " " << probe.reason();
      return;
    }
    SmallVector<Operation *> before;
    for (Operation &op : *module.getBody())
      before.push_back(&op);
    if (failed(emitRowProgram(module, probe.program, result)))
      return signalPassFailure();
    for (Operation *op : llvm::reverse(before))
      op->erase();
  }
};

} // namespace
