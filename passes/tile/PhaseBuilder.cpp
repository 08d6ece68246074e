//===- PhaseBuilder.cpp - Write a phase operand by operand ----------------===//

#include "passes/tile/PhaseBuilder.h"

#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "runtime/lib/ObjectFormat.h"

using namespace mlir;
using namespace llm;

RowView llm::viewOf(Value rows) {
  RowView view{rows, 0};
  while (auto slice = view.source.getDefiningOp<tensor::ExtractSliceOp>()) {
    view.column += *getConstantIntValue(slice.getMixedOffsets()[1]);
    view.source = slice.getSource();
  }
  return view;
}

int64_t llm::columnsOf(Value rows) {
  return cast<RankedTensorType>(rows.getType()).getDimSize(1);
}

unsigned llm::rowSymbolOf(Value rows) {
  constexpr unsigned kRows = static_cast<unsigned>(llmrt::DimSymbol::Rows);
  constexpr unsigned kOutputs =
      static_cast<unsigned>(llmrt::DimSymbol::Outputs);
  Operation *op = rows.getDefiningOp();
  if (!op)
    return kRows; // the hidden state of a layer
  if (isa<GatherRowsOp>(op))
    return kOutputs;
  if (auto phase = dyn_cast<PhaseOp>(op)) {
    for (AffineExpr extent : phase.getTiles().getResults())
      if (extent.isFunctionOfSymbol(kOutputs))
        return kOutputs;
    return kRows;
  }
  for (Value operand : op->getOperands())
    if (auto type = dyn_cast<RankedTensorType>(operand.getType());
        type && type.getRank() == 2)
      return rowSymbolOf(operand);
  return kRows;
}

Value llm::stepArgument(Operation *op, StringRef name) {
  auto step = op->getParentOfType<StepOp>();
  for (auto [i, attr] : llvm::enumerate(step.getArguments()))
    if (cast<StringAttr>(attr).getValue() == name)
      return step.getBody().getArgument(i);
  return {};
}

int64_t llm::groupNumber(Value state) {
  StringRef group = state.getDefiningOp<StateOp>().getGroup();
  int64_t number = 0;
  group.rsplit('.').second.getAsInteger(10, number);
  return number;
}

PhaseBuilder::PhaseBuilder(Operation *op, StringRef name)
    : op(op), builder(op), name(name) {}

void PhaseBuilder::tiles(ArrayRef<AffineExpr> extents) {
  tileMap = AffineMap::get(0, static_cast<unsigned>(llmrt::DimSymbol::Count),
                           extents, builder.getContext());
}

PhaseBuilder::Input PhaseBuilder::add(Value value, ArrayRef<AffineExpr> exprs,
                                      ArrayRef<int64_t> sizes) {
  RowView view = isa<RankedTensorType>(value.getType()) ? viewOf(value)
                                                        : RowView{value, 0};
  // The same source twice (queries and keys of merged projections) is one
  // input, read where both accesses say.
  inputs.push_back(view.source);
  inputAccesses.push_back(
      {SmallVector<AffineExpr>(exprs), SmallVector<int64_t>(sizes)});
  return {static_cast<unsigned>(inputs.size() - 1), view.column};
}

PhaseBuilder::Input PhaseBuilder::rows(Value value, AffineExpr first,
                                       int64_t count) {
  return add(value, {first, constant(viewOf(value).column)},
             {count, columnsOf(value)});
}

PhaseBuilder::Input PhaseBuilder::weight(Value value, AffineExpr first,
                                         int64_t count) {
  return add(value, {first ? first : constant(0)}, {count});
}

PhaseBuilder::Input PhaseBuilder::gathered(Value value) {
  return add(value, {constant(0)}, {});
}

unsigned PhaseBuilder::result(Type type, AffineExpr firstRow, int64_t rows,
                              AffineExpr firstColumn, int64_t columns,
                              int64_t reuse) {
  resultTypes.push_back(type);
  resultAccesses.push_back({{firstRow, firstColumn}, {rows, columns}});
  reuses.push_back(reuse);
  return resultTypes.size() - 1;
}

unsigned PhaseBuilder::scratch(ArrayRef<int64_t> shape, Type element) {
  scratchTypes.push_back(MemRefType::get(shape, element));
  return scratchTypes.size() - 1;
}

/// How a value stands in the region of a phase. Tensors of rows have padded
/// rows, except what the step hands out.
static Type bufferType(Type type, bool external) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  if (!tensor)
    return type;
  SmallVector<int64_t> shape(tensor.getShape());
  // The step's arguments are vectors, and tables of any width.
  bool fixed = tensor.getRank() == 2 && !tensor.isDynamicDim(1);
  if (fixed && !external)
    shape.back() = paddedColumns(shape.back(), tensor.getElementTypeBitWidth());
  return MemRefType::get(shape, tensor.getElementType());
}

PhaseOp
PhaseBuilder::build(llvm::function_ref<void(TileCode &, PhaseOp)> body) {
  PhaseOp phase = write(body, /*replaces=*/true);
  op->replaceAllUsesWith(phase.getResults().take_front(op->getNumResults()));
  op->erase();
  return phase;
}

PhaseOp PhaseBuilder::write(llvm::function_ref<void(TileCode &, PhaseOp)> body,
                            bool replaces) {
  SmallVector<Attribute> accesses;
  for (auto *list : {&inputAccesses, &resultAccesses})
    for (const Access &access : *list)
      accesses.push_back(
          AccessAttr::get(builder.getContext(),
                          AffineMap::get(tileMap.getNumResults(), 0,
                                         access.exprs, builder.getContext()),
                          access.sizes));
  SmallVector<Attribute> scratch;
  for (Type type : scratchTypes)
    scratch.push_back(TypeAttr::get(type));
  auto phase = PhaseOp::create(
      builder, op->getLoc(), resultTypes, builder.getStringAttr(name),
      AffineMapAttr::get(tileMap), inputs, builder.getArrayAttr(accesses),
      builder.getDenseI64ArrayAttr(reuses), builder.getArrayAttr(scratch));

  SmallVector<Type> types(tileMap.getNumResults(), builder.getIndexType());
  for (Value input : inputs)
    types.push_back(bufferType(input.getType(), false));
  for (auto [i, type] : llvm::enumerate(resultTypes)) {
    bool external =
        replaces && i < op->getNumResults() &&
        llvm::any_of(
            op->getResult(i).getUsers(),
            [](Operation *u) {
              return isa<YieldOp>(u) && isa<StepOp>(u->getParentOp());
            });
    types.push_back(bufferType(type, external));
  }
  llvm::append_range(types, scratchTypes);
  Block *block =
      builder.createBlock(&phase.getBody(), {}, types,
                          SmallVector<Location>(types.size(), op->getLoc()));
  TileCode code(op->getLoc(), builder.getContext());
  code.setInsertionPointToStart(block);
  body(code, phase);
  YieldOp::create(code, ValueRange());
  // The next phase of the same op comes after this one.
  builder.setInsertionPointAfter(phase);
  return phase;
}
