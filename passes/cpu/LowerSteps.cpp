//===- LowerSteps.cpp - Steps as functions that a team of threads runs ----===//
//
// Every thread of the team runs the whole function. In each phase the threads
// claim tiles from a shared counter, so a slow core takes fewer; what a tile
// computes does not depend on who does it. A barrier after each phase makes its
// results visible and resets the counter.
//
//===----------------------------------------------------------------------===//

#include "passes/analysis/ArenaPlan.h"
#include "passes/analysis/WeightLayout.h"
#include "passes/cpu/Passes.h"

#include "mlir/Dialect/Affine/Utils.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "runtime/lib/ObjectFormat.h"

using namespace mlir;

namespace llm {
#define GEN_PASS_DEF_LOWERSTEPS
#include "passes/cpu/Passes.h.inc"
} // namespace llm

using namespace llm;
using llmrt::DimSymbol;

namespace {

class StepLowering {
public:
  StepLowering(StepOp step, const ArenaPlan &plan, const WeightLayout &layout)
      : step(step), plan(plan), layout(layout),
        module(step->getParentOfType<ModuleOp>()), b(step.getLoc(), step) {}

  /// Bytes of scratch that a thread needs; emits errors where a phase is missing.
  FailureOr<int64_t> run() {
    auto function = func::FuncOp::create(
        b, step.getSymName(),
        b.getFunctionType({TeamType::get(b.getContext())}, {}));
    function.setPrivate();
    // Levels of one object have classes of the same names.
    function->setAttr("llvm.linkage",
                      LLVM::LinkageAttr::get(b.getContext(),
                                             LLVM::Linkage::Internal));
    function->setAttr("llm.rows", step.getRowsAttr());
    b.setInsertionPointToStart(function.addEntryBlock());
    team = function.getArgument(0);
    for (unsigned i = 0; i < static_cast<unsigned>(DimSymbol::Count); ++i)
      dims.push_back(ContextDimOp::create(b, b.getIndexType(), team, i));
    auto bytes = MemRefType::get({ShapedType::kDynamic}, b.getI8Type());
    auto context = [&](StringRef name) -> Value {
      // Only offsets that the compiler computed are used: the size is unknown.
      return ContextBufferOp::create(b, bytes, team, name, 0,
                                     ValueRange(index(int64_t(1) << 62)));
    };
    arena = context("arena");
    weights = context("weights");
    scratch = context("scratch");
    for (auto [i, argument] : llvm::enumerate(step.getBody().getArguments()))
      bindArgument(argument, i);
    auto yield = cast<YieldOp>(step.getBody().front().back());
    for (auto [i, value] : llvm::enumerate(yield.getValues()))
      outputs[value] = step.getArguments().size() + i;
    if (failed(lowerBlock(step.getBody().front(), Value())))
      return failure();
    func::ReturnOp::create(b);
    return scratchBytes;
  }

private:
  Value index(int64_t value) {
    return arith::ConstantIndexOp::create(b, value);
  }
  Value dim(DimSymbol symbol) { return dims[static_cast<unsigned>(symbol)]; }

  void bindArgument(BlockArgument argument, unsigned number) {
    auto tensor = cast<RankedTensorType>(argument.getType());
    StringRef name = cast<StringAttr>(step.getArguments()[number]).getValue();
    SmallVector<Value> sizes;
    if (name == "sequence_starts")
      sizes = {arith::AddIOp::create(b, dim(DimSymbol::Sequences), index(1))};
    else if (name == "context_lengths" || name == "prompt_lengths")
      sizes = {dim(DimSymbol::Sequences)};
    else if (name == "output_rows")
      sizes = {dim(DimSymbol::Outputs)};
    else if (name.starts_with("state_table"))
      sizes = {dim(DimSymbol::Sequences), dim(DimSymbol::Pages)};
    else
      sizes = {dim(DimSymbol::Rows)};
    buffers[argument] = ContextBufferOp::create(
        b, MemRefType::get(tensor.getShape(), tensor.getElementType()), team,
        "argument", number, sizes);
  }

  LogicalResult lowerBlock(Block &block, Value layer) {
    for (Operation &op : block) {
      if (auto phase = dyn_cast<PhaseOp>(op)) {
        lowerPhase(phase, layer);
      } else if (auto repeat = dyn_cast<RepeatOp>(op)) {
        if (failed(lowerRepeat(repeat)))
          return failure();
      } else if (!isa<WeightOp, StateOp, YieldOp, tensor::ExtractSliceOp,
                      tensor::DimOp>(op) &&
                 !op.hasTrait<OpTrait::ConstantLike>()) {
        return op.emitError() << "not supported yet: no pass turns this op "
                                 "into a phase";
      }
    }
    return success();
  }

  LogicalResult lowerRepeat(RepeatOp op) {
    LogicalResult status = success();
    ArrayRef<int64_t> kinds = op.getKinds();
    Value count = index(kinds.size());
    auto loop = scf::ForOp::create(b, index(0), count, index(1));
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(loop.getBody());
    Value layer = loop.getInductionVar();
    if (op.getBodies().size() == 1)
      return lowerBlock(op.getBodies()[0].front(), layer);
    Value kind = lookUp("layer_kinds", kinds, layer);
    for (auto [i, body] : llvm::enumerate(op.getBodies())) {
      Value isKind = arith::CmpIOp::create(b, arith::CmpIPredicate::eq, kind,
                                           index(i));
      auto branch = scf::IfOp::create(b, isKind, /*withElseRegion=*/false);
      OpBuilder::InsertionGuard inBranch(b);
      b.setInsertionPointToStart(&branch.getThenRegion().front());
      if (failed(lowerBlock(body.front(), layer)))
        status = failure();
    }
    return status;
  }

  /// Entry `at` of a table of numbers, which becomes constant data.
  Value lookUp(const Twine &name, ArrayRef<int64_t> entries, Value at) {
    std::string symbol = ("table." + name).str();
    auto type = MemRefType::get({static_cast<int64_t>(entries.size())},
                                b.getI64Type());
    if (!module.lookupSymbol(symbol)) {
      OpBuilder::InsertionGuard guard(b);
      b.setInsertionPointToStart(module.getBody());
      memref::GlobalOp::create(
          b, symbol, b.getStringAttr("private"), type,
          DenseElementsAttr::get(
              RankedTensorType::get(type.getShape(), b.getI64Type()), entries),
          /*constant=*/true, b.getI64IntegerAttr(64));
    }
    Value table = memref::GetGlobalOp::create(b, type, symbol);
    Value entry = memref::LoadOp::create(b, table, ValueRange(at));
    return arith::IndexCastOp::create(b, b.getIndexType(), entry);
  }

  /// `count` bytes from `offset` on of a weight or state, as a buffer.
  Value view(Value bytes, Value offset, MemRefType type, ValueRange sizes = {}) {
    return memref::ViewOp::create(b, type, bytes, offset, sizes);
  }

  Value bindWeight(WeightOp op, Value layer) {
    ArrayRef<int64_t> offsets = layout.offsets(op.getParameter());
    Value offset = op.getLayer()
                       ? lookUp("offsets." + op.getParameter(), offsets, layer)
                       : index(offsets[0]);
    Type type = op.getResult().getType();
    if (auto packed = dyn_cast<PackedType>(type))
      return view(weights, offset,
                  MemRefType::get({packed.getBytes()}, b.getI8Type()));
    int64_t columns = paddedColumns(cast<ShapedType>(type).getDimSize(0));
    return view(weights, offset, MemRefType::get({columns}, b.getF32Type()));
  }

  /// A state becomes its group's pool, shifted to its layer.
  Value bindState(StateOp op, Value layer) {
    auto group = module.lookupSymbol<StateGroupOp>(op.getGroup());
    int64_t number = 0;
    for (auto [i, other] : llvm::enumerate(module.getOps<StateGroupOp>()))
      if (other == group)
        number = i;
    auto bytes = MemRefType::get({ShapedType::kDynamic}, b.getI8Type());
    Value unknown = index(int64_t(1) << 62);
    Value pool =
        ContextBufferOp::create(b, bytes, team, "state", number, unknown);
    int64_t modelLayers =
        step.getBody().front().getOps<RepeatOp>().empty()
            ? 1
            : (*step.getBody().front().getOps<RepeatOp>().begin())
                  .getKinds()
                  .size();
    SmallVector<int64_t> ordinals(modelLayers, 0);
    for (auto [i, l] : llvm::enumerate(group.getLayers()))
      ordinals[l] = i;
    Value ordinal = lookUp("layers_of." + op.getGroup(), ordinals, layer);
    Value offset = arith::MulIOp::create(
        b, ordinal, index(op.getType().getLayerPageBytes()));
    return view(pool, offset, bytes, unknown);
  }

  /// The buffer that stands for an input in a phase.
  Value bindInput(Value value, Type type, Value layer) {
    if (auto it = buffers.find(value); it != buffers.end())
      return it->second;
    if (auto weight = value.getDefiningOp<WeightOp>())
      return bindWeight(weight, layer);
    if (auto state = value.getDefiningOp<StateOp>())
      return bindState(state, layer);
    return view(arena, index(*plan.offset(value)), cast<MemRefType>(type),
                rowCount(value));
  }

  /// Rows of a tensor: those of the step, or those whose logits are wanted.
  Value rowCount(Value value) {
    if (auto phase = value.getDefiningOp<PhaseOp>())
      for (AffineExpr extent : phase.getTiles().getResults())
        if (extent.isFunctionOfSymbol(
                static_cast<unsigned>(DimSymbol::Outputs)))
          return dim(DimSymbol::Outputs);
    return dim(DimSymbol::Rows);
  }

  Value bindResult(Value value, Type type) {
    auto it = outputs.find(value);
    if (it == outputs.end())
      return bindInput(value, type, Value());
    return ContextBufferOp::create(b, type, team, "argument", it->second,
                                   rowCount(value));
  }

  void lowerPhase(PhaseOp phase, Value layer) {
    b.setLoc(phase.getLoc());
    IRMapping mapping;
    DenseMap<Value, StateType> states;
    for (unsigned i = 0; i < phase.getInputs().size(); ++i) {
      BlockArgument argument = phase.getInputBuffer(i);
      mapping.map(argument, bindInput(phase.getInputs()[i], argument.getType(),
                                      layer));
    }
    for (unsigned i = 0; i < phase.getNumResults(); ++i)
      mapping.map(phase.getResultBuffer(i),
                  bindResult(phase.getResult(i),
                             phase.getResultBuffer(i).getType()));
    int64_t used = 0;
    for (unsigned i = 0; i < phase.getScratch().size(); ++i) {
      auto type = cast<MemRefType>(phase.getScratchBuffer(i).getType());
      mapping.map(phase.getScratchBuffer(i), view(scratch, index(used), type));
      used += llvm::alignTo(type.getNumElements() *
                                type.getElementTypeBitWidth() / 8,
                            64);
    }
    scratchBytes = std::max(scratchBytes, used);

    SmallVector<Value> extents =
        *affine::expandAffineMap(b, b.getLoc(), phase.getTiles(), dims);
    Value total = extents[0];
    for (Value extent : llvm::drop_begin(extents))
      total = arith::MulIOp::create(b, total, extent);
    Type indexType = b.getIndexType();
    auto loop = scf::WhileOp::create(b, TypeRange(indexType), ValueRange());
    {
      OpBuilder::InsertionGuard guard(b);
      b.createBlock(&loop.getBefore());
      Value claimed = ClaimTileOp::create(b, indexType, team);
      Value more = arith::CmpIOp::create(b, arith::CmpIPredicate::slt, claimed,
                                         total);
      scf::ConditionOp::create(b, more, claimed);
      Block *body = b.createBlock(&loop.getAfter(), {}, {indexType},
                                  {b.getLoc()});
      Value rest = body->getArgument(0);
      for (unsigned i = extents.size(); i-- > 0;) {
        Value at = rest;
        if (i > 0) {
          at = arith::RemUIOp::create(b, rest, extents[i]);
          rest = arith::DivUIOp::create(b, rest, extents[i]);
        }
        mapping.map(phase.getTileIndex(i), at);
      }
      for (Operation &op : phase.getBody().front().without_terminator())
        b.clone(op, mapping);
      scf::YieldOp::create(b);
      lowerPages(loop.getAfter(), phase, mapping);
    }
    BarrierOp::create(b, team);
    b.setLoc(step.getLoc());
  }

  /// Turns llm.keys, llm.values and llm.scales into views of the pool.
  void lowerPages(Region &region, PhaseOp phase, IRMapping &mapping) {
    // The state's type is lost with the mapping: look it up by buffer.
    DenseMap<Value, std::pair<StateType, int64_t>> states;
    for (unsigned i = 0; i < phase.getInputs().size(); ++i)
      if (auto state = phase.getInputs()[i].getDefiningOp<StateOp>()) {
        auto group = module.lookupSymbol<StateGroupOp>(state.getGroup());
        StateType type = state.getType();
        states[mapping.lookup(phase.getInputBuffer(i))] = {
            type, type.getLayerPageBytes() *
                      static_cast<int64_t>(group.getLayers().size())};
      }
    auto lower = [&](Operation *op, Value state, Value page, Value head,
                     int64_t offset, int64_t headBytes) {
      OpBuilder::InsertionGuard guard(b);
      b.setInsertionPoint(op);
      auto [type, pageBytes] = states.lookup(state);
      Value at = arith::MulIOp::create(b, page, index(pageBytes));
      at = arith::AddIOp::create(
          b, at, arith::MulIOp::create(b, head, index(headBytes)));
      at = arith::AddIOp::create(b, at, index(offset));
      op->replaceAllUsesWith(ValueRange(
          view(state, at, cast<MemRefType>(op->getResult(0).getType()))));
      op->erase();
    };
    region.walk([&](Operation *op) {
      if (auto keys = dyn_cast<KeysOp>(op)) {
        StateType type = states.lookup(keys.getState()).first;
        lower(op, keys.getState(), keys.getPage(), keys.getHead(),
              type.getKeysOffset(0), type.getKeysOffset(1));
      } else if (auto values = dyn_cast<ValuesOp>(op)) {
        StateType type = states.lookup(values.getState()).first;
        lower(op, values.getState(), values.getPage(), values.getHead(),
              type.getValuesOffset(0), type.getKeysOffset(1));
      } else if (auto scales = dyn_cast<ScalesOp>(op)) {
        StateType type = states.lookup(scales.getState()).first;
        lower(op, scales.getState(), scales.getPage(), scales.getHead(),
              scales.getWhich() == "keys" ? type.getKeyScalesOffset(0)
                                          : type.getValueScalesOffset(0),
              type.getPage() * 4);
      }
    });
  }

  StepOp step;
  const ArenaPlan &plan;
  const WeightLayout &layout;
  ModuleOp module;
  ImplicitLocOpBuilder b;
  Value team, arena, weights, scratch;
  SmallVector<Value> dims;
  DenseMap<Value, Value> buffers;
  DenseMap<Value, unsigned> outputs;
  int64_t scratchBytes = 0;
};

struct LowerSteps : llm::impl::LowerStepsBase<LowerSteps> {
  using LowerStepsBase::LowerStepsBase;

  void runOnOperation() override {
    ModuleOp module = getOperation();
    WeightLayout layout(module);
    int64_t arenaBytes = 0, scratchBytes = 0;
    for (StepOp step : llvm::make_early_inc_range(module.getOps<StepOp>())) {
      FailureOr<ArenaPlan> plan = ArenaPlan::create(step, maxRows);
      if (failed(plan))
        return signalPassFailure();
      FailureOr<int64_t> scratch = StepLowering(step, *plan, layout).run();
      if (failed(scratch))
        return signalPassFailure();
      arenaBytes = std::max(arenaBytes, plan->bytes());
      scratchBytes = std::max(scratchBytes, *scratch);
      step.erase();
    }
    OpBuilder b(&getContext());
    module->setAttr("llm.arena_bytes", b.getI64IntegerAttr(arenaBytes));
    module->setAttr("llm.scratch_bytes", b.getI64IntegerAttr(scratchBytes));
  }
};

} // namespace
