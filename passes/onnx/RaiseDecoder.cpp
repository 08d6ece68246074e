//===- RaiseDecoder.cpp - An exported decoder becomes a model of tokens ---===//
//
// See passes/onnx/raising/Array.h for the idea. What is recognised follows from
// what the graph computes, not from how its ops are spelled.
//
//===----------------------------------------------------------------------===//

#include "passes/onnx/Passes.h"
#include "passes/onnx/raising/Probe.h"

#include <set>

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

  /// Windows of attention, which may be wider than the run: then a number of
  /// the graph says so. With 3 in its place the window shows, and as much wider
  /// or narrower than 3 as it was than that number. False with the probe that
  /// failed.
  static bool findWindows(GraphOp graph, unsigned logits, Probe &probe,
                          std::optional<Probe> &failed) {
    std::set<int64_t> candidates;
    graph.walk([&](Operation *op) {
      std::optional<OnnxOp> view = OnnxOp::from(op);
      if (!view || view->type() != "Constant" ||
          !isThreshold(op->getResult(0)))
        return;
      auto literal =
          dyn_cast_or_null<DenseIntElementsAttr>(view->attribute("value"));
      int64_t value = literal ? (*literal.begin()).getSExtValue() : 0;
      if (value > kTokens || value < -kTokens)
        candidates.insert(value < 0 ? -value : value);
    });
    constexpr int64_t kSmall = 3;
    for (int64_t candidate : candidates) {
      Probe other(kTokens);
      other.replaceConstant(candidate, kSmall);
      bool runs = other.run(graph, logits) >= 0 &&
                  other.program.size() == probe.program.size();
      if (!runs) {
        failed.emplace(std::move(other));
        return false;
      }
      for (auto [node, shown] : llvm::zip_equal(probe.program, other.program))
        if (node.kind == RowNode::Attention && node.window == 0 &&
            shown.window != 0)
          node.window = candidate + shown.window - kSmall;
    }
    return true;
  }

  void decline(const Probe &probe) {
    emitRemark(probe.place()->getLoc())
        << "compiled as a general graph, without a KV cache: "
        << probe.place()->getName() << " " << probe.reason();
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
    if (result < 0)
      return decline(probe);
    std::optional<Probe> failed;
    if (!findWindows(graph, *logits, probe, failed))
      return decline(*failed);
    SmallVector<Operation *> before;
    for (Operation &op : *module.getBody())
      before.push_back(&op);
    if (mlir::failed(emitRowProgram(module, probe.program, result)))
      return signalPassFailure();
    for (Operation *op : llvm::reverse(before))
      op->erase();
  }
};

} // namespace
