//===- FusePhases.cpp - Phases of the same tiles as one
//--------------------===//
//
// Between phases every thread waits for all others. Where tile t of a phase
// reads only rows that tile t of the phase before wrote, nobody needs to: both
// become one phase, whose tiles do one after the other, while the rows are in
// the cache of the thread that wrote them.
//
//===----------------------------------------------------------------------===//

#include "passes/tile/Passes.h"

#include "dialects/llm/LLMDialect.h"

#include "mlir/IR/IRMapping.h"

using namespace mlir;

namespace llm {
#define GEN_PASS_DEF_FUSEPHASES
#include "passes/tile/Passes.h.inc"
} // namespace llm

using namespace llm;

namespace {

AccessAttr accessOf(PhaseOp phase, unsigned operand) {
  return cast<AccessAttr>(phase.getAccesses()[operand]);
}
AccessAttr resultAccess(PhaseOp phase, unsigned result) {
  return accessOf(phase, phase.getInputs().size() + result);
}

/// Whether both touch the same rows in every tile.
bool sameRows(AccessAttr a, AccessAttr b) {
  return !a.getSizes().empty() && !b.getSizes().empty() &&
         a.getSizes()[0] == b.getSizes()[0] &&
         a.getMap().getResult(0) == b.getMap().getResult(0);
}

/// Whether a tile of `second` finds what it reads of `first` in the tile before
/// it: whole rows, as they were written.
bool canFuse(PhaseOp first, PhaseOp second) {
  if (first.getTiles() != second.getTiles() || first.getTileRank() != 1)
    return false;
  for (auto [i, input] : llvm::enumerate(second.getInputs())) {
    // Pages that one writes and the other reads are found through tables.
    if (isa<StateType>(input.getType()) &&
        llvm::is_contained(first.getInputs(), input))
      return false;
    auto result = dyn_cast<OpResult>(input);
    if (!result || result.getOwner() != first)
      continue;
    AccessAttr written = resultAccess(first, result.getResultNumber());
    if (!sameRows(written, accessOf(second, i)) ||
        written.getMap().getResult(1) !=
            getAffineConstantExpr(0, first.getContext()) ||
        written.getSizes()[1] != -1 ||
        first.getResultBuffer(result.getResultNumber()).getType() !=
            second.getInputBuffer(i).getType())
      return false;
  }
  return true;
}

class Fusion {
public:
  Fusion(PhaseOp first, PhaseOp second) : first(first), second(second) {}

  PhaseOp run() {
    // Weights and states of the second stand before the first.
    for (Value input : second.getInputs())
      if (Operation *source = input.getDefiningOp();
          source && source != first &&
          source->getBlock() == first->getBlock() &&
          first->isBeforeInBlock(source))
        source->moveBefore(first);

    SmallVector<Value> inputs(first.getInputs());
    SmallVector<Attribute> accesses(
        first.getAccesses().getValue().take_front(inputs.size()));
    SmallVector<Type> inputBuffers, resultBuffers, scratchBuffers, results;
    SmallVector<Attribute> resultAccesses, scratch;
    for (unsigned i = 0; i < inputs.size(); ++i)
      inputBuffers.push_back(first.getInputBuffer(i).getType());
    // Where each input of the second is found: an input, or a result.
    SmallVector<std::pair<bool, unsigned>> places;
    for (auto [i, input] : llvm::enumerate(second.getInputs())) {
      auto result = dyn_cast<OpResult>(input);
      if (result && result.getOwner() == first) {
        places.push_back({true, result.getResultNumber()});
        continue;
      }
      unsigned at = 0;
      while (at < inputs.size() &&
             (inputs[at] != input || accesses[at] != accessOf(second, i)))
        ++at;
      if (at == inputs.size()) {
        inputs.push_back(input);
        accesses.push_back(accessOf(second, i));
        inputBuffers.push_back(second.getInputBuffer(i).getType());
      }
      places.push_back({false, at});
    }
    SmallVector<int64_t> reuses;
    for (PhaseOp phase : {first, second}) {
      for (unsigned i = 0; i < phase.getNumResults(); ++i) {
        results.push_back(phase.getResult(i).getType());
        resultBuffers.push_back(phase.getResultBuffer(i).getType());
        resultAccesses.push_back(resultAccess(phase, i));
        reuses.push_back(reuseOf(phase, i, inputs));
      }
      llvm::append_range(scratch, phase.getScratch());
      for (unsigned i = 0; i < phase.getScratch().size(); ++i)
        scratchBuffers.push_back(phase.getScratchBuffer(i).getType());
    }
    llvm::append_range(accesses, resultAccesses);

    OpBuilder b(first);
    auto fused = PhaseOp::create(
        b, first.getLoc(), results,
        b.getStringAttr(first.getName() + "+" + second.getName()),
        first.getTilesAttr(), inputs, b.getArrayAttr(accesses),
        b.getDenseI64ArrayAttr(reuses), b.getArrayAttr(scratch));
    SmallVector<Type> types(fused.getTileRank(), b.getIndexType());
    for (auto *list : {&inputBuffers, &resultBuffers, &scratchBuffers})
      llvm::append_range(types, *list);
    Block *block =
        b.createBlock(&fused.getBody(), {}, types,
                      SmallVector<Location>(types.size(), first.getLoc()));
    IRMapping mapping;
    for (PhaseOp phase : {first, second})
      for (unsigned i = 0; i < phase.getTileRank(); ++i)
        mapping.map(phase.getTileIndex(i), fused.getTileIndex(i));
    for (unsigned i = 0; i < first.getInputs().size(); ++i)
      mapping.map(first.getInputBuffer(i), fused.getInputBuffer(i));
    for (auto [i, place] : llvm::enumerate(places))
      mapping.map(second.getInputBuffer(i),
                  place.first ? fused.getResultBuffer(place.second)
                              : fused.getInputBuffer(place.second));
    unsigned result = 0, scratchNumber = 0;
    for (PhaseOp phase : {first, second}) {
      for (unsigned i = 0; i < phase.getNumResults(); ++i)
        mapping.map(phase.getResultBuffer(i), fused.getResultBuffer(result++));
      for (unsigned i = 0; i < phase.getScratch().size(); ++i)
        mapping.map(phase.getScratchBuffer(i),
                    fused.getScratchBuffer(scratchNumber++));
    }
    b.setInsertionPointToEnd(block);
    for (PhaseOp phase : {first, second})
      for (Operation &op : phase.getBody().front().without_terminator())
        b.clone(op, mapping);
    YieldOp::create(b, first.getLoc(), ValueRange());
    first->replaceAllUsesWith(
        fused.getResults().take_front(first.getNumResults()));
    second->replaceAllUsesWith(
        fused.getResults().drop_front(first.getNumResults()));
    second->erase();
    first->erase();
    return fused;
  }

private:
  /// The input whose buffer a result may take still: not one that the second
  /// reads after the first has written, nor one that is no input any more.
  int64_t reuseOf(PhaseOp phase, unsigned result, ArrayRef<Value> inputs) {
    int64_t reuse = phase.getReuses()[result];
    if (reuse < 0)
      return -1;
    Value input = phase.getInputs()[reuse];
    PhaseOp other = phase == first ? second : first;
    if (llvm::is_contained(other.getInputs(), input) ||
        input.getDefiningOp() == first)
      return -1;
    return llvm::find(inputs, input) - inputs.begin();
  }

  PhaseOp first, second;
};

struct FusePhases : llm::impl::FusePhasesBase<FusePhases> {
  void fuseBlock(Block &block) {
    PhaseOp last;
    for (Operation &op : llvm::make_early_inc_range(block)) {
      auto phase = dyn_cast<PhaseOp>(op);
      if (phase && last && canFuse(last, phase))
        last = Fusion(last, phase).run();
      else if (phase)
        last = phase;
      else if (isa<RepeatOp>(op))
        last = {};
    }
  }

  void runOnOperation() override {
    getOperation()->walk([&](StepOp step) {
      fuseBlock(step.getBody().front());
      step.walk([&](RepeatOp repeat) {
        for (Region &body : repeat.getBodies())
          fuseBlock(body.front());
      });
    });
  }
};

} // namespace
