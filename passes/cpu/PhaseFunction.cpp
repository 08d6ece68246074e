//===- PhaseFunction.cpp - A phase as a function of a thread --------------===//

#include "passes/cpu/PhaseFunction.h"

#include "mlir/Dialect/Affine/Utils.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "passes/analysis/InternalFunction.h"

using namespace mlir;
using namespace llm;
using llmrt::DimSymbol;

Value llm::lookUpTable(ImplicitLocOpBuilder &b, ModuleOp module,
                       const Twine &name, ArrayRef<int64_t> entries, Value at) {
  std::string symbol = ("table." + name).str();
  auto type =
      MemRefType::get({static_cast<int64_t>(entries.size())}, b.getI64Type());
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

Value llm::hiddenIndex(ImplicitLocOpBuilder &b, int64_t value) {
  // No instruction: the register that holds it might hold anything after this.
  Value number = arith::ConstantOp::create(b, b.getI64IntegerAttr(value));
  auto hidden = LLVM::InlineAsmOp::create(
      b, b.getI64Type(), ValueRange(number), /*asm_string=*/"",
      /*constraints=*/"=r,0", /*has_side_effects=*/false,
      /*is_align_stack=*/false, LLVM::TailCallKind::None,
      /*asm_dialect=*/nullptr, /*operand_attrs=*/nullptr);
  return arith::IndexCastOp::create(b, b.getIndexType(), hidden.getRes());
}

PhaseFunction::PhaseFunction(PhaseOp phase, const ArenaPlan &plan,
                             const WeightLayout &layout)
    : phase(phase), step(phase->getParentOfType<StepOp>()),
      module(step->getParentOfType<ModuleOp>()), plan(plan), layout(layout),
      b(phase.getLoc(), step) {}

func::FuncOp PhaseFunction::create() {
  std::string name = (step.getSymName() + "." + phase.getName()).str();
  for (unsigned i = 1; module.lookupSymbol(name); ++i)
    name = (step.getSymName() + "." + phase.getName() + "." + Twine(i)).str();
  auto function = func::FuncOp::create(
      b, name,
      b.getFunctionType({TeamType::get(b.getContext()), b.getIndexType()}, {}));
  makeInternalAndWhole(function);
  b.setInsertionPointToStart(function.addEntryBlock());
  team = function.getArgument(0);
  layer = function.getArgument(1);
  for (unsigned i = 0; i < static_cast<unsigned>(DimSymbol::Count); ++i)
    dims.push_back(ContextDimOp::create(b, b.getIndexType(), team, i));

  IRMapping mapping;
  for (unsigned i = 0; i < phase.getInputs().size(); ++i) {
    BlockArgument buffer = phase.getInputBuffer(i);
    mapping.map(buffer, bindInput(phase.getInputs()[i], buffer.getType()));
  }
  for (unsigned i = 0; i < phase.getNumResults(); ++i) {
    BlockArgument buffer = phase.getResultBuffer(i);
    mapping.map(buffer, bindResult(phase.getResult(i), buffer.getType()));
  }
  for (unsigned i = 0; i < phase.getScratch().size(); ++i) {
    BlockArgument buffer = phase.getScratchBuffer(i);
    auto type = cast<MemRefType>(buffer.getType());
    mapping.map(buffer,
                view(contextBytes("scratch"), index(scratchBytes), type));
    scratchBytes += llvm::alignTo(
        type.getNumElements() * type.getElementTypeBitWidth() / 8, 64);
  }
  computeTiles(mapping);
  func::ReturnOp::create(b);
  return function;
}

Value PhaseFunction::index(int64_t value) {
  return arith::ConstantIndexOp::create(b, value);
}

Value PhaseFunction::contextBytes(StringRef source, unsigned number) {
  auto bytes = MemRefType::get({ShapedType::kDynamic}, b.getI8Type());
  // Only offsets that the compiler computed are used: the size is unknown.
  return ContextBufferOp::create(b, bytes, team, source, number,
                                 ValueRange(index(int64_t(1) << 62)));
}

/// What lies `offset` bytes into a buffer of bytes.
Value PhaseFunction::view(Value bytes, Value offset, MemRefType type,
                          ValueRange sizes) {
  return memref::ViewOp::create(b, type, bytes, offset, sizes);
}

Value PhaseFunction::bindArgument(BlockArgument argument) {
  auto tensor = cast<RankedTensorType>(argument.getType());
  unsigned number = argument.getArgNumber();
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
  return ContextBufferOp::create(
      b, MemRefType::get(tensor.getShape(), tensor.getElementType()), team,
      "argument", number, sizes);
}

Value PhaseFunction::bindWeight(WeightOp op) {
  ArrayRef<int64_t> offsets = layout.offsets(op.getParameter());
  Value offset = op.getLayer()
                     ? lookUpTable(b, module, "offsets." + op.getParameter(),
                                   offsets, layer)
                     : index(offsets[0]);
  Value weights = contextBytes("weights");
  Type type = op.getResult().getType();
  if (auto packed = dyn_cast<PackedType>(type))
    return view(weights, offset,
                MemRefType::get({packed.getBytes()}, b.getI8Type()));
  int64_t columns = paddedColumns(cast<ShapedType>(type).getDimSize(0));
  return view(weights, offset, MemRefType::get({columns}, b.getF32Type()));
}

/// A state becomes its group's pool, shifted to its layer.
Value PhaseFunction::bindState(StateOp op) {
  auto group = module.lookupSymbol<StateGroupOp>(op.getGroup());
  int64_t number = 0;
  for (auto [i, other] : llvm::enumerate(module.getOps<StateGroupOp>()))
    if (other == group)
      number = i;
  auto repeats = step.getBody().front().getOps<RepeatOp>();
  SmallVector<int64_t> ordinals(
      repeats.empty() ? 1 : (*repeats.begin()).getKinds().size(), 0);
  for (auto [i, l] : llvm::enumerate(group.getLayers()))
    ordinals[l] = i;
  Value ordinal =
      lookUpTable(b, module, "layers_of." + op.getGroup(), ordinals, layer);
  Value offset = arith::MulIOp::create(b, ordinal,
                                       index(op.getType().getLayerPageBytes()));
  return view(contextBytes("state", number), offset,
              MemRefType::get({ShapedType::kDynamic}, b.getI8Type()),
              index(int64_t(1) << 62));
}

Value PhaseFunction::bindArena(Value value, Type type) {
  return view(contextBytes("arena"), index(*plan.offset(value)),
              cast<MemRefType>(type), rowCount(value));
}

/// The buffer that stands for an input of the phase.
Value PhaseFunction::bindInput(Value value, Type type) {
  if (auto argument = dyn_cast<BlockArgument>(value))
    if (argument.getOwner() == &step.getBody().front())
      return bindArgument(argument);
  if (auto weight = value.getDefiningOp<WeightOp>())
    return bindWeight(weight);
  if (auto state = value.getDefiningOp<StateOp>())
    return bindState(state);
  return bindArena(value, type);
}

/// The buffer of a result: an argument of the step if it hands the value out.
Value PhaseFunction::bindResult(Value value, Type type) {
  auto yield = cast<YieldOp>(step.getBody().front().back());
  for (auto [i, handedOut] : llvm::enumerate(yield.getValues()))
    if (handedOut == value)
      return ContextBufferOp::create(b, type, team, "argument",
                                     step.getArguments().size() + i,
                                     rowCount(value));
  return bindArena(value, type);
}

/// Rows of a tensor: those of the step, or those whose logits are wanted.
Value PhaseFunction::rowCount(Value value) {
  if (auto maker = value.getDefiningOp<PhaseOp>())
    for (AffineExpr extent : maker.getTiles().getResults())
      if (extent.isFunctionOfSymbol(static_cast<unsigned>(DimSymbol::Outputs)))
        return dim(DimSymbol::Outputs);
  return dim(DimSymbol::Rows);
}

/// Claims runs of tiles until there are none, and computes them.
void PhaseFunction::computeTiles(IRMapping &mapping) {
  SmallVector<Value> extents =
      *affine::expandAffineMap(b, b.getLoc(), phase.getTiles(), dims);
  Value total = extents[0];
  for (Value extent : llvm::drop_begin(extents))
    total = arith::MulIOp::create(b, total, extent);
  Type indexType = b.getIndexType();
  auto loop =
      scf::WhileOp::create(b, TypeRange{indexType, indexType}, ValueRange());
  OpBuilder::InsertionGuard guard(b);
  b.createBlock(&loop.getBefore());
  auto run = ClaimTilesOp::create(b, indexType, indexType, team, total);
  Value more = arith::CmpIOp::create(b, arith::CmpIPredicate::slt,
                                     run.getFirst(), run.getEnd());
  scf::ConditionOp::create(b, more, run.getResults());
  Block *claimed = b.createBlock(&loop.getAfter(), {}, {indexType, indexType},
                                 {b.getLoc(), b.getLoc()});
  auto tiles = scf::ForOp::create(b, claimed->getArgument(0),
                                  claimed->getArgument(1), index(1));
  scf::YieldOp::create(b);

  b.setInsertionPointToStart(tiles.getBody());
  Value rest = tiles.getInductionVar();
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
  lowerPages(loop.getAfter(), mapping);
}

/// Turns llm.keys, llm.values and llm.scales into views of the pool.
void PhaseFunction::lowerPages(Region &region, const IRMapping &mapping) {
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
    Value at = arith::MulIOp::create(b, page, hiddenIndex(b, pageBytes));
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
