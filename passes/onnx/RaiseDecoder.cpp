//===- RaiseDecoder.cpp - An exported decoder becomes a model of tokens ---===//
//
// See passes/onnx/raising/Array.h for the idea. What is recognised follows from
// what the graph computes, not from how its ops are spelled.
//
//===----------------------------------------------------------------------===//

#include "passes/onnx/Passes.h"
#include "passes/onnx/raising/MaskTable.h"
#include "passes/onnx/raising/Probe.h"

#include "mlir/IR/Diagnostics.h"
#include "llvm/ADT/StringExtras.h"

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

  /// Something of the graph that the run is too short for: with a window of
  /// kSmall in its place, its own shows as so much wider.
  struct Candidate {
    std::function<void(Probe &)> replace;
    int64_t window;
  };
  static constexpr int64_t kSmall = 3;

  /// Constants that are added or compared, and tables of masks. False if a
  /// table is of no mask that attention has.
  static bool readCandidates(GraphOp graph,
                             std::vector<Candidate> &candidates) {
    std::set<int64_t> thresholds;
    WalkResult walked = graph.walk([&](Operation *op) {
      std::optional<OnnxOp> view = OnnxOp::from(op);
      if (!view || view->type() != "Constant")
        return WalkResult::advance();
      auto literal =
          dyn_cast_or_null<DenseElementsAttr>(view->attribute("value"));
      if (literal && isThreshold(op->getResult(0))) {
        int64_t value = (*literal.value_begin<APInt>()).getSExtValue();
        if (value > kTokens || value < -kTokens)
          thresholds.insert(value < 0 ? -value : value);
      }
      auto table = literal ? MaskTable::match(literal, kTokens) : std::nullopt;
      bool isMask = literal && literal.getElementType().isInteger(1);
      if (table && !table->window && isMask) {
        decline(op->getLoc(), op->getName().getStringRef() +
                                  " is a mask that is neither causal nor of "
                                  "a window");
        return WalkResult::interrupt();
      }
      if (table && table->window.value_or(0) > kTokens)
        candidates.push_back(
            {[op](Probe &probe) { probe.replaceTable(op, kSmall); },
             *table->window});
      return WalkResult::advance();
    });
    for (int64_t value : thresholds)
      candidates.push_back(
          {[value](Probe &probe) { probe.replaceConstant(value, kSmall); },
           value});
    return !walked.wasInterrupted();
  }

  /// Windows of attention that are wider than the run. False with the probe
  /// that failed.
  static bool findWindows(GraphOp graph, unsigned logits,
                          ArrayRef<Candidate> candidates, Probe &probe,
                          std::optional<Probe> &failed) {
    for (const Candidate &candidate : candidates) {
      Probe other(kTokens);
      candidate.replace(other);
      bool runs = other.run(graph, logits) >= 0 &&
                  other.program.size() == probe.program.size();
      if (!runs) {
        failed.emplace(std::move(other));
        return false;
      }
      for (auto [node, shown] : llvm::zip_equal(probe.program, other.program))
        if (node.kind == RowNode::Attention && node.window == 0 &&
            shown.window != 0)
          node.window = candidate.window + shown.window - kSmall;
    }
    return true;
  }

  static void decline(Location place, const Twine &reason) {
    std::string node;
    if (auto name = dyn_cast<NameLoc>(place)) {
      llvm::raw_string_ostream os(node);
      os << "node '";
      llvm::printEscapedString(name.getName(), os);
      os << "': ";
    }
    emitRemark(place) << "compiled as a general graph, without a KV cache: "
                      << node << reason;
  }
  static void decline(const Probe &probe) {
    decline(probe.place()->getLoc(),
            probe.place()->getName().getStringRef() + " " + probe.reason());
  }

  /// Writes the program at the end of the module. If no op is for a part of it,
  /// that is the reason to decline, and the module is as it was.
  static bool emit(ModuleOp module, RowProgram &program, int result) {
    Operation *last = &module.getBody()->back();
    std::optional<Location> place;
    std::string reason;
    ScopedDiagnosticHandler handler(
        module.getContext(), [&](Diagnostic &diagnostic) {
          if (diagnostic.getSeverity() != DiagnosticSeverity::Error)
            return failure();
          place = diagnostic.getLocation();
          reason = diagnostic.str();
          return success();
        });
    if (succeeded(emitRowProgram(module, program, result)))
      return true;
    while (&module.getBody()->back() != last)
      module.getBody()->back().erase();
    decline(*place, reason);
    return false;
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
    std::vector<Candidate> candidates;
    if (!readCandidates(graph, candidates))
      return;
    if (!findWindows(graph, *logits, candidates, probe, failed))
      return decline(*failed);
    SmallVector<Operation *> before;
    for (Operation &op : *module.getBody())
      before.push_back(&op);
    if (!emit(module, probe.program, result))
      return;
    for (Operation *op : llvm::reverse(before))
      op->erase();
  }
};

} // namespace
