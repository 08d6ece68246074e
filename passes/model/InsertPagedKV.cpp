//===- InsertPagedKV.cpp - Derive the incremental, paged program ----------===//
//
// A causal model computes, for a token, a function of the tokens up to it. What
// earlier tokens contribute is kept in pages (Kwon et al. 2023) that a block
// table of each sequence names, so a step needs the new tokens only, and tokens
// of several sequences can share it. Each op that mixes tokens says itself, by
// IncrementalOpInterface, what it keeps and how it goes on.
//
//===----------------------------------------------------------------------===//

#include "passes/analysis/Causality.h"
#include "passes/model/Passes.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/MapVector.h"

using namespace mlir;

namespace llm {
#define GEN_PASS_DEF_INSERTPAGEDKV
#include "passes/model/Passes.h.inc"
} // namespace llm

using namespace llm;

/// Moves the gather that `rows` feeds up past ops that keep rows apart and have
/// one operand of rows, so that only wanted rows go through the head.
static void hoistGather(GatherRowsOp gather) {
  while (Operation *op = gather.getInput().getDefiningOp()) {
    bool hasOneInput =
        op->getNumOperands() == 1 &&
        (isa<ScaleOp>(op) || OpTrait::hasElementwiseMappableTraits(op));
    if ((!isa<LinearOp, RMSNormOp, LayerNormOp>(op) && !hasOneInput) ||
        !op->hasOneUse())
      return;
    if (auto linear = dyn_cast<LinearOp>(op); linear && linear.getResidual())
      return;
    OpBuilder builder(op);
    auto moved = GatherRowsOp::create(builder, gather.getLoc(),
                                      op->getOperand(0).getType(),
                                      op->getOperand(0), gather.getRows());
    op->setOperand(0, moved);
    gather.replaceAllUsesWith(gather.getInput());
    gather.erase();
    gather = moved;
  }
}

namespace {

struct InsertPagedKV : llm::impl::InsertPagedKVBase<InsertPagedKV> {
  using InsertPagedKVBase::InsertPagedKVBase;

  /// Layers that keep state of one type.
  struct Group {
    std::string name;
    SmallVector<int64_t> layers;
  };
  llvm::MapVector<Type, Group> groups;

  Type elementType() {
    Builder b(&getContext());
    return llvm::StringSwitch<Type>(element)
        .Case("f32", b.getF32Type())
        .Case("bf16", b.getBF16Type())
        .Case("f16", b.getF16Type())
        .Case("i8", b.getI8Type())
        .Default(Type());
  }

  /// Fails on the first op that mixes tokens and is not incremental.
  LogicalResult checkCausal(func::FuncOp function) {
    // An op before what its region holds: it is the one to name.
    WalkResult result = function.walk<WalkOrder::PreOrder>([&](Operation *op) {
      if (op == function || classify(op) != Causality::Whole)
        return WalkResult::advance();
      op->emitError() << "the model is not causal: '" << op->getName()
                      << "' mixes tokens in a way that cannot be done step by "
                         "step; accepted: ops on single tokens, and causal "
                         "attention";
      return WalkResult::interrupt();
    });
    return failure(result.wasInterrupted());
  }

  /// Finds the groups: which layers keep which type of state.
  LogicalResult collectGroups(func::FuncOp function) {
    WalkResult result = function.walk([&](IncrementalOpInterface op) {
      auto repeat = op->getParentOfType<RepeatOp>();
      if (!repeat) {
        op->emitError() << "not supported yet: '" << op->getName()
                        << "' outside llm.repeat; roll the layers first";
        return WalkResult::interrupt();
      }
      int64_t kind = op->getParentRegion()->getRegionNumber();
      Group &group = groups[op.getStateType(elementType(), pageTokens)];
      for (auto [layer, k] : llvm::enumerate(repeat.getKinds()))
        if (k == kind)
          group.layers.push_back(layer);
      return WalkResult::advance();
    });
    for (auto [i, entry] : llvm::enumerate(groups)) {
      entry.second.name = "kv." + std::to_string(i);
      llvm::sort(entry.second.layers);
    }
    return failure(result.wasInterrupted());
  }

  void runOnOperation() override {
    ModuleOp module = getOperation();
    auto function = module.lookupSymbol<func::FuncOp>("forward");
    if (!function) {
      module.emitError() << "expected a function @forward from tokens to "
                            "logits";
      return signalPassFailure();
    }
    if (!elementType()) {
      module.emitError() << "a KV cache of '" << element
                         << "'; accepted: f32, bf16, f16, i8";
      return signalPassFailure();
    }
    if (failed(checkCausal(function)) || failed(collectGroups(function)))
      return signalPassFailure();

    OpBuilder builder(function);
    for (auto &[type, group] : groups)
      StateGroupOp::create(
          builder, function.getLoc(), builder.getStringAttr(group.name),
          TypeAttr::get(type), builder.getDenseI64ArrayAttr(group.layers));

    Type indices =
        RankedTensorType::get({ShapedType::kDynamic}, builder.getI32Type());
    Type table = RankedTensorType::get(
        {ShapedType::kDynamic, ShapedType::kDynamic}, builder.getI32Type());
    auto addArgument = [&](const Twine &name, Type type) -> Value {
      unsigned i = function.getNumArguments();
      (void)function.insertArgument(i, type, {}, function.getLoc());
      function.setArgAttr(i, "llm.argument", builder.getStringAttr(name));
      return function.getArgument(i);
    };
    function.setArgAttr(0, "llm.argument", builder.getStringAttr("tokens"));
    Value positions = addArgument("positions", indices);
    for (StringRef name : {"slots", "sequence_ids", "sequence_starts",
                           "context_lengths", "prompt_lengths"})
      addArgument(name, indices);
    for (size_t i = 0; i < groups.size(); ++i)
      addArgument("state_table." + Twine(i), table);
    Value outputRows = addArgument("output_rows", indices);

    function.walk([&](Operation *op) {
      builder.setInsertionPoint(op);
      if (auto incremental = dyn_cast<IncrementalOpInterface>(op)) {
        Type type = incremental.getStateType(elementType(), pageTokens);
        Value layer = op->getBlock()->getArgument(1);
        Value state = StateOp::create(builder, op->getLoc(), type,
                                      groups[type].name, layer);
        op->replaceAllUsesWith(
            ValueRange(incremental.buildStep(builder, state)));
        op->erase();
      } else if (isa<PositionsOp>(op)) {
        op->replaceAllUsesWith(ValueRange(positions));
        op->erase();
      }
    });

    auto ret = cast<func::ReturnOp>(function.getBody().front().back());
    builder.setInsertionPoint(ret);
    Value logits = ret.getOperand(0);
    auto gather = GatherRowsOp::create(builder, ret.getLoc(), logits.getType(),
                                       logits, outputRows);
    ret.setOperand(0, gather);
    hoistGather(gather);
    function.setName("step");
  }
};

} // namespace
