//===- VectorLoops.cpp - Loops of an op, 16 iterations at a time ----------===//

#include "passes/cpu/kernels/VectorLoops.h"

#include "passes/cpu/kernels/Contraction.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace llm;

constexpr int64_t kLanes = 16;

/// Whether elements lie in memory as a vector of them does. Those below 8 bits
/// have a byte each.
static bool isVectorElement(Type type) {
  return VectorType::isValidElementType(type) && type.isIntOrFloat() &&
         type.getIntOrFloatBitWidth() % 8 == 0;
}

/// How many elements an operand moves with each step of a loop; a number stands
/// still. nullopt if it moves across rows or unevenly.
static std::optional<int64_t> elementsAlong(linalg::GenericOp op,
                                            OpOperand &operand, unsigned loop) {
  auto type = dyn_cast<MemRefType>(operand.get().getType());
  AffineMap map = op.getMatchingIndexingMap(&operand);
  if (!type || !map.isFunctionOfDim(loop))
    return 0;
  unsigned last = map.getNumResults() - 1;
  for (unsigned i = 0; i < last; ++i)
    if (map.getResult(i).isFunctionOfDim(loop))
      return std::nullopt;
  if (!hasUnitStride(type, last) || !isVectorElement(type.getElementType()))
    return std::nullopt;
  return stepAlong(map.getResult(last), loop, map.getNumDims());
}

/// Whether one iteration of 16 places of `lane` can be written: each input runs
/// along it in memory, by steps of one or two elements, or not at all.
static bool canVectorize(linalg::GenericOp op, unsigned lane) {
  for (Operation &inner : op.getBody()->without_terminator())
    if (!OpTrait::hasElementwiseMappableTraits(&inner) ||
        inner.getNumResults() != 1)
      return false;
  bool any = false;
  for (OpOperand *operand : op.getDpsInputOperands()) {
    if (op.getMatchingBlockArgument(operand).use_empty())
      continue;
    std::optional<int64_t> step = elementsAlong(op, *operand, lane);
    if (!step || *step < 0 || *step > 2)
      return false;
    any |= *step != 0;
  }
  return any;
}

Value llm::evenElements(ImplicitLocOpBuilder &b, Value low, Value high) {
  SmallVector<int64_t> even;
  for (int64_t i = 0; i < kLanes; ++i)
    even.push_back(2 * i);
  return vector::ShuffleOp::create(b, low, high, even);
}

namespace {

/// The body of an op at 16 places of a loop, of which the first `count` exist.
class VectorBody {
public:
  VectorBody(LoopCode &code, unsigned lane, Value count)
      : code(code), k(code.k), b(code.k.b), lane(lane), count(count) {}

  Value mask() { return maskOf(count); }

  Value load(OpOperand &operand) {
    int64_t step = *elementsAlong(code.op, operand, lane);
    if (step == 0 || (code.start && code.op.isDpsInit(&operand)))
      return spread(code.load(operand));
    Value buffer = k.mapping.lookup(operand.get());
    auto type = VectorType::get({kLanes}, getElementTypeOrSelf(buffer));
    Value nothing = arith::ConstantOp::create(b, type, b.getZeroAttr(type));
    SmallVector<Value> place = code.place(operand);
    auto read = [&](Value mask) -> Value {
      return vector::MaskedLoadOp::create(b, type, buffer, place, mask,
                                          nothing);
    };
    if (step == 1)
      return read(mask());
    Value lanes = k.index(kLanes);
    Value reach =
        arith::SubIOp::create(b, k.mul(count, k.index(2)), k.index(1));
    Value low = read(maskOf(arith::MinUIOp::create(b, reach, lanes)));
    place.back() = k.add(place.back(), lanes);
    Value left = arith::SubIOp::create(
        b, arith::MaxUIOp::create(b, reach, lanes), lanes);
    return evenElements(b, low, read(maskOf(left)));
  }

  /// What the op yields, given its results so far.
  SmallVector<Value> compute(ValueRange results) {
    linalg::GenericOp op = code.op;
    Block *body = op.getBody();
    IRMapping inside;
    for (OpOperand *operand : op.getDpsInputOperands())
      if (BlockArgument argument = op.getMatchingBlockArgument(operand);
          !argument.use_empty())
        inside.map(argument, load(*operand));
    inside.map(body->getArguments().take_back(results.size()), results);
    auto find = [&](Value value) {
      Value found = inside.lookupOrNull(value);
      return spread(found ? found : k.mapping.lookupOrDefault(value));
    };
    for (Operation &inner : body->without_terminator()) {
      OperationState state(
          b.getLoc(), inner.getName(),
          llvm::map_to_vector(inner.getOperands(), find),
          VectorType::get({kLanes}, inner.getResult(0).getType()),
          inner.getAttrs());
      inside.map(inner.getResult(0), b.create(state)->getResult(0));
    }
    return llvm::map_to_vector(body->getTerminator()->getOperands(), find);
  }

private:
  Value maskOf(Value count) {
    return vector::CreateMaskOp::create(
        b, VectorType::get({kLanes}, b.getI1Type()), ValueRange(count));
  }
  Value spread(Value value) {
    if (isa<VectorType>(value.getType()))
      return value;
    return vector::BroadcastOp::create(
        b, VectorType::get({kLanes}, value.getType()), value);
  }

  LoopCode &code;
  KernelFunction &k;
  ImplicitLocOpBuilder &b;
  unsigned lane;
  Value count;
};

} // namespace

//===----------------------------------------------------------------------===//
// Along rows
//===----------------------------------------------------------------------===//

static Operation *combinationOf(linalg::GenericOp op) {
  return op.getBody()->getTerminator()->getOperand(0).getDefiningOp();
}

/// What lanes are combined by in the end.
static std::optional<vector::CombiningKind> kindOf(Operation *op) {
  if (isa_and_nonnull<arith::AddFOp, arith::AddIOp>(op))
    return vector::CombiningKind::ADD;
  if (isa_and_nonnull<arith::MaximumFOp>(op))
    return vector::CombiningKind::MAXIMUMF;
  if (isa_and_nonnull<arith::MinimumFOp>(op))
    return vector::CombiningKind::MINIMUMF;
  return std::nullopt;
}

/// Whether the loops walk through each operand's memory as one loop would.
static bool isOneRun(linalg::GenericOp op, unsigned outer, unsigned inner) {
  AffineExpr outerDim = getAffineDimExpr(outer, op.getContext());
  AffineExpr innerDim = getAffineDimExpr(inner, op.getContext());
  return llvm::all_of(op->getOpOperands(), [&](OpOperand &operand) {
    AffineMap map = op.getMatchingIndexingMap(&operand);
    if (!map.isFunctionOfDim(outer) && !map.isFunctionOfDim(inner))
      return true;
    auto type = dyn_cast<MemRefType>(operand.get().getType());
    std::optional<unsigned> first = map.getResultPosition(outerDim);
    std::optional<unsigned> last = map.getResultPosition(innerDim);
    return type && map.isProjectedPermutation() && first && last &&
           *last == *first + 1 && areContiguous(operand.get(), *first, *last);
  });
}

/// How many of the innermost loops are one run of memory.
static size_t loopsOfRun(linalg::GenericOp op, ArrayRef<unsigned> loops) {
  size_t count = 1;
  while (count < loops.size() && isOneRun(op, loops[loops.size() - count - 1],
                                          loops[loops.size() - count]))
    ++count;
  return count;
}

bool llm::canSumRows(linalg::GenericOp op, ArrayRef<unsigned> loops) {
  if (loops.empty() || op.getNumDpsInits() != 1 ||
      !canVectorize(op, loops.back()))
    return false;
  int64_t size = 1;
  for (unsigned loop : loops.take_back(loopsOfRun(op, loops))) {
    int64_t range = op.getStaticLoopRanges()[loop];
    size = ShapedType::isDynamic(range) ? kLanes : size * range;
  }
  if (size < kLanes)
    return false;
  Operation *combination = combinationOf(op);
  BlockArgument out = op.getBody()->getArguments().back();
  return kindOf(combination) && out.hasOneUse() &&
         llvm::is_contained(combination->getOperands(), out);
}

/// What combines with a number without changing it.
static Value neutral(ImplicitLocOpBuilder &b, Operation *combination) {
  Type element = combination->getResult(0).getType();
  TypedAttr number = b.getZeroAttr(element);
  if (auto real = dyn_cast<FloatType>(element);
      real && !isa<arith::AddFOp>(combination))
    number = b.getFloatAttr(
        element, APFloat::getInf(real.getFloatSemantics(),
                                 isa<arith::MaximumFOp>(combination)));
  auto type = VectorType::get({kLanes}, element);
  return arith::ConstantOp::create(b, type,
                                   DenseElementsAttr::get(type, number));
}

/// Runs `body` in a loop that carries one value.
static Value carry(KernelFunction &k, Value begin, Value end, int64_t step,
                   Value start,
                   llvm::function_ref<Value(Value iv, Value sum)> body) {
  auto loop =
      scf::ForOp::create(k.b, begin, end, k.index(step), ValueRange(start));
  OpBuilder::InsertionGuard guard(k.b);
  k.b.setInsertionPointToStart(loop.getBody());
  scf::YieldOp::create(
      k.b, ValueRange(body(loop.getInductionVar(), loop.getRegionIterArg(0))));
  return loop.getResult(0);
}

/// One row after another; the last vector of a row may be a part of one.
static Value sumNest(LoopCode &code, ArrayRef<unsigned> loops, Value sums) {
  KernelFunction &k = code.k;
  Value size = code.sizes[loops.front()], zero = k.index(0);
  if (loops.size() > 1)
    return carry(k, zero, size, 1, sums, [&](Value iv, Value sum) {
      code.ivs[loops.front()] = iv;
      return sumNest(code, loops.drop_front(), sum);
    });
  Value lanes = k.index(kLanes);
  Value left = arith::RemUIOp::create(k.b, size, lanes);
  Value whole = arith::SubIOp::create(k.b, size, left);
  auto step = [&](Value iv, Value sum, Value count) {
    code.ivs[loops.front()] = iv;
    return VectorBody(code, loops.front(), count).compute(sum)[0];
  };
  sums = carry(k, zero, whole, kLanes, sums,
               [&](Value iv, Value sum) { return step(iv, sum, lanes); });
  Value any = arith::CmpIOp::create(k.b, arith::CmpIPredicate::ne, left, zero);
  auto rest = scf::IfOp::create(k.b, sums.getType(), any,
                                /*withElseRegion=*/true);
  OpBuilder::InsertionGuard guard(k.b);
  k.b.setInsertionPointToStart(&rest.getThenRegion().front());
  Value mask = VectorBody(code, loops.front(), left).mask();
  Value last =
      arith::SelectOp::create(k.b, mask, step(whole, sums, left), sums);
  scf::YieldOp::create(k.b, ValueRange(last));
  k.b.setInsertionPointToStart(&rest.getElseRegion().front());
  scf::YieldOp::create(k.b, ValueRange(sums));
  return rest.getResult(0);
}

void llm::sumRows(LoopCode &code, ArrayRef<unsigned> loops) {
  ImplicitLocOpBuilder &b = code.k.b;
  OpOperand &init = *code.op.getDpsInitOperand(0);
  Operation *combination = combinationOf(code.op);
  Value before = code.load(init);
  ArrayRef<unsigned> run = loops.take_back(loopsOfRun(code.op, loops));
  for (unsigned loop : run.drop_back()) {
    code.ivs[loop] = code.k.index(0);
    code.sizes[run.back()] =
        code.k.mul(code.sizes[loop], code.sizes[run.back()]);
  }
  SmallVector<unsigned> nest(loops.drop_back(run.size()));
  nest.push_back(run.back());
  Value sums = sumNest(code, nest, neutral(b, combination));
  Value sum = vector::ReductionOp::create(b, *kindOf(combination), sums,
                                          isa<FloatType>(before.getType())
                                              ? arith::FastMathFlags::reassoc
                                              : arith::FastMathFlags::none);
  OperationState state(b.getLoc(), combination->getName(),
                       ValueRange{before, sum}, TypeRange(before.getType()));
  code.store(init, b.create(state)->getResult(0));
}

//===----------------------------------------------------------------------===//
// Side by side
//===----------------------------------------------------------------------===//

bool llm::canSumColumns(linalg::GenericOp op, unsigned lane) {
  return canVectorize(op, lane) &&
         llvm::all_of(op.getDpsInitsMutable(), [&](OpOperand &init) {
           return elementsAlong(op, init, lane) == 1;
         });
}

static SmallVector<Value> columnNest(LoopCode &code, VectorBody &body,
                                     ArrayRef<unsigned> loops,
                                     ValueRange sums) {
  if (loops.empty())
    return body.compute(sums);
  KernelFunction &k = code.k;
  auto loop = scf::ForOp::create(k.b, k.index(0), code.sizes[loops.front()],
                                 k.index(1), sums);
  OpBuilder::InsertionGuard guard(k.b);
  k.b.setInsertionPointToStart(loop.getBody());
  code.ivs[loops.front()] = loop.getInductionVar();
  scf::YieldOp::create(k.b, columnNest(code, body, loops.drop_front(),
                                       loop.getRegionIterArgs()));
  return llvm::to_vector_of<Value>(loop.getResults());
}

void llm::sumColumns(LoopCode &code, unsigned lane, Value begin, Value end,
                     ArrayRef<unsigned> loops) {
  KernelFunction &k = code.k;
  k.loop(begin, end, kLanes, [&](Value at) {
    code.ivs[lane] = at;
    Value count = arith::MinUIOp::create(
        k.b, arith::SubIOp::create(k.b, end, at), k.index(kLanes));
    VectorBody body(code, lane, count);
    SmallVector<Value> sums;
    for (OpOperand &init : code.op.getDpsInitsMutable())
      sums.push_back(body.load(init));
    sums = columnNest(code, body, loops, sums);
    Value mask = body.mask();
    for (auto [init, sum] : llvm::zip_equal(code.op.getDpsInitsMutable(), sums))
      vector::MaskedStoreOp::create(k.b, k.mapping.lookup(init.get()),
                                    code.place(init), mask, sum);
  });
}
