//===- VectorSums.cpp - Reductions along rows, 16 sums at a time ----------===//

#include "passes/cpu/kernels/VectorSums.h"

#include "passes/cpu/kernels/Contraction.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace llm;

constexpr int64_t kLanes = 16;

static Operation *combinationOf(linalg::GenericOp op) {
  return op.getBody()->getTerminator()->getOperand(0).getDefiningOp();
}

/// What vectors' lanes are combined by in the end.
static std::optional<vector::CombiningKind> kindOf(Operation *op) {
  if (isa_and_nonnull<arith::AddFOp, arith::AddIOp>(op))
    return vector::CombiningKind::ADD;
  if (isa_and_nonnull<arith::MaximumFOp>(op))
    return vector::CombiningKind::MAXIMUMF;
  if (isa_and_nonnull<arith::MinimumFOp>(op))
    return vector::CombiningKind::MINIMUMF;
  return std::nullopt;
}

bool VectorSums::canDo(linalg::GenericOp op, ArrayRef<unsigned> loops) {
  if (loops.empty() || op.getNumDpsInits() != 1)
    return false;
  Operation *combination = combinationOf(op);
  BlockArgument out = op.getBody()->getArguments().back();
  if (!kindOf(combination) || !out.hasOneUse() ||
      !llvm::is_contained(combination->getOperands(), out))
    return false;
  for (Operation &inner : op.getBody()->without_terminator())
    if (!OpTrait::hasElementwiseMappableTraits(&inner) ||
        inner.getNumResults() != 1)
      return false;
  bool anyRow = false;
  for (OpOperand *operand : op.getDpsInputOperands()) {
    AffineMap map = op.getMatchingIndexingMap(operand);
    auto type = dyn_cast<MemRefType>(operand->get().getType());
    if (!type || !map.isFunctionOfDim(loops.back()))
      continue;
    unsigned last = map.getNumResults() - 1;
    for (unsigned i = 0; i < last; ++i)
      if (map.getResult(i).isFunctionOfDim(loops.back()))
        return false;
    if (map.getResult(last) !=
            getAffineDimExpr(loops.back(), map.getContext()) ||
        !hasUnitStride(type, last) ||
        !VectorType::isValidElementType(type.getElementType()))
      return false;
    anyRow = true;
  }
  return anyRow;
}

Operation *VectorSums::combination() { return combinationOf(code.op); }

Value VectorSums::neutral() {
  Type element = combination()->getResult(0).getType();
  auto type = VectorType::get({kLanes}, element);
  TypedAttr number = k.b.getZeroAttr(element);
  if (auto real = dyn_cast<FloatType>(element);
      real && !isa<arith::AddFOp>(combination()))
    number = k.b.getFloatAttr(
        element, APFloat::getInf(real.getFloatSemantics(),
                                 isa<arith::MaximumFOp>(combination())));
  return arith::ConstantOp::create(k.b, type,
                                   DenseElementsAttr::get(type, number));
}

Value VectorSums::write(Value before) {
  Value sums = nest(loops, neutral());
  Operation *op = combination();
  vector::CombiningKind kind = *kindOf(op);
  Value sum = vector::ReductionOp::create(k.b, kind, sums,
                                          isa<FloatType>(before.getType())
                                              ? arith::FastMathFlags::reassoc
                                              : arith::FastMathFlags::none);
  OperationState state(k.b.getLoc(), op->getName(), ValueRange{before, sum},
                       TypeRange(before.getType()));
  return k.b.create(state)->getResult(0);
}

Value VectorSums::nest(ArrayRef<unsigned> rest, Value sums) {
  if (rest.size() == 1)
    return row(sums);
  auto loop = scf::ForOp::create(k.b, k.index(0), code.sizes[rest.front()],
                                 k.index(1), ValueRange(sums));
  OpBuilder::InsertionGuard guard(k.b);
  k.b.setInsertionPointToStart(loop.getBody());
  code.ivs[rest.front()] = loop.getInductionVar();
  scf::YieldOp::create(
      k.b, ValueRange(nest(rest.drop_front(), loop.getRegionIterArg(0))));
  return loop.getResult(0);
}

Value VectorSums::row(Value sums) {
  Value size = code.sizes[loops.back()], lanes = k.index(kLanes);
  Value left = arith::RemUIOp::create(k.b, size, lanes);
  Value whole = arith::SubIOp::create(k.b, size, left);
  auto loop =
      scf::ForOp::create(k.b, k.index(0), whole, lanes, ValueRange(sums));
  {
    OpBuilder::InsertionGuard guard(k.b);
    k.b.setInsertionPointToStart(loop.getBody());
    code.ivs[loops.back()] = loop.getInductionVar();
    scf::YieldOp::create(k.b,
                         ValueRange(step(loop.getRegionIterArg(0), Value())));
  }
  Value any =
      arith::CmpIOp::create(k.b, arith::CmpIPredicate::ne, left, k.index(0));
  auto rest = scf::IfOp::create(k.b, sums.getType(), any,
                                /*withElseRegion=*/true);
  OpBuilder::InsertionGuard guard(k.b);
  k.b.setInsertionPointToStart(&rest.getThenRegion().front());
  code.ivs[loops.back()] = whole;
  Value mask = vector::CreateMaskOp::create(
      k.b, VectorType::get({kLanes}, k.b.getI1Type()), ValueRange(left));
  scf::YieldOp::create(k.b, ValueRange(step(loop.getResult(0), mask)));
  k.b.setInsertionPointToStart(&rest.getElseRegion().front());
  scf::YieldOp::create(k.b, loop.getResults());
  return rest.getResult(0);
}

Value VectorSums::step(Value sums, Value mask) {
  linalg::GenericOp op = code.op;
  Block *body = op.getBody();
  IRMapping inside;
  auto spread = [&](Value value) -> Value {
    if (isa<VectorType>(value.getType()))
      return value;
    return vector::BroadcastOp::create(
        k.b, VectorType::get({kLanes}, value.getType()), value);
  };
  for (OpOperand *operand : op.getDpsInputOperands()) {
    BlockArgument argument = op.getMatchingBlockArgument(operand);
    if (argument.use_empty())
      continue;
    AffineMap map = op.getMatchingIndexingMap(operand);
    Value value;
    if (!isa<MemRefType>(operand->get().getType()) ||
        !map.isFunctionOfDim(loops.back())) {
      value = spread(code.load(*operand));
    } else {
      auto type = VectorType::get({kLanes}, argument.getType());
      Value buffer = k.mapping.lookup(operand->get());
      SmallVector<Value> place = code.place(*operand);
      if (mask)
        value = vector::MaskedLoadOp::create(
            k.b, type, buffer, place, mask,
            arith::ConstantOp::create(k.b, type, k.b.getZeroAttr(type)));
      else
        value = vector::LoadOp::create(k.b, type, buffer, place);
    }
    inside.map(argument, value);
  }
  auto find = [&](Value value) {
    Value found = inside.lookupOrNull(value);
    return spread(found ? found : k.mapping.lookupOrDefault(value));
  };
  auto apply = [&](Operation *inner, ValueRange operands) {
    OperationState state(
        k.b.getLoc(), inner->getName(), operands,
        VectorType::get({kLanes}, inner->getResult(0).getType()),
        inner->getAttrs());
    return k.b.create(state)->getResult(0);
  };
  Operation *last = combination();
  for (Operation &inner : body->without_terminator())
    if (&inner != last)
      inside.map(inner.getResult(0),
                 apply(&inner, llvm::map_to_vector(inner.getOperands(), find)));
  unsigned number = last->getOperand(0) == body->getArguments().back();
  Value element = find(last->getOperand(number));
  if (mask)
    element = arith::SelectOp::create(k.b, mask, element, neutral());
  return apply(last, {sums, element});
}
