//===- Pad.cpp - Copies of an image with margins of zeros -----------------===//

#include "passes/cpu/kernels/Pad.h"

#include "passes/cpu/kernels/Commute.h"
#include "passes/cpu/kernels/Contraction.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace llm;

/// `place` as linalg.index `dim` minus a number.
static std::optional<int64_t> distanceBefore(Value place, unsigned dim) {
  auto isIndex = [&](Value value) {
    auto index = value.getDefiningOp<linalg::IndexOp>();
    return index && index.getDim() == dim;
  };
  if (isIndex(place))
    return 0;
  APInt number;
  if (auto sub = place.getDefiningOp<arith::SubIOp>();
      sub && isIndex(sub.getLhs()) &&
      matchPattern(sub.getRhs(), m_ConstantInt(&number)))
    return number.getSExtValue();
  return std::nullopt;
}

/// Whether a condition says of each place in `open` that it is inside of the
/// source, and nothing else.
static bool saysInside(Value condition, Value source, ValueRange places,
                       llvm::SmallBitVector &open) {
  if (auto both = condition.getDefiningOp<arith::AndIOp>())
    return saysInside(both.getLhs(), source, places, open) &&
           saysInside(both.getRhs(), source, places, open);
  auto compare = condition.getDefiningOp<arith::CmpIOp>();
  if (!compare || compare.getPredicate() != arith::CmpIPredicate::ult)
    return false;
  auto found = llvm::find(places, compare.getLhs());
  if (found == places.end())
    return false;
  unsigned dim = found - places.begin();
  open.reset(dim);
  APInt size;
  if (matchPattern(compare.getRhs(), m_ConstantInt(&size)))
    return size.getSExtValue() ==
           cast<MemRefType>(source.getType()).getDimSize(dim);
  auto read = compare.getRhs().getDefiningOp<memref::DimOp>();
  return read && read.getSource() == source &&
         read.getConstantIndex() == std::optional<int64_t>(dim);
}

std::optional<Pad> Pad::match(linalg::GenericOp op) {
  if (op.getNumDpsInputs() != 0 || op.getNumDpsInits() != 1 ||
      op.getNumParallelLoops() != op.getNumLoops() || op.getNumLoops() == 0 ||
      !op.getMatchingIndexingMap(op.getDpsInitOperand(0)).isIdentity())
    return std::nullopt;
  auto branch =
      op.getBody()->getTerminator()->getOperand(0).getDefiningOp<scf::IfOp>();
  if (!branch || !branch.elseBlock() ||
      !llvm::hasSingleElement(*branch.elseBlock()) ||
      branch.thenBlock()->getOperations().size() != 2)
    return std::nullopt;
  auto load = dyn_cast<memref::LoadOp>(branch.thenBlock()->front());
  Value margin = branch.elseYield().getOperand(0);
  if (!load || branch.thenYield().getOperand(0) != load.getResult() ||
      load.getIndices().size() != op.getNumLoops() ||
      !matchPattern(margin, m_AnyZeroFloat()) ||
      cast<MemRefType>(op.getDpsInits()[0].getType()).getRank() !=
          load.getMemRefType().getRank())
    return std::nullopt;
  Pad pad{op, load.getMemRef(), {}};
  auto out = cast<MemRefType>(op.getDpsInits()[0].getType());
  // Where no condition is, a dimension has no margins.
  llvm::SmallBitVector open(op.getNumLoops(), true);
  if (!saysInside(branch.getCondition(), pad.source, load.getIndices(), open))
    return std::nullopt;
  for (auto [i, place] : llvm::enumerate(load.getIndices())) {
    bool isOnly = out.getDimSize(i) == 1 && matchPattern(place, m_Zero());
    auto distance = isOnly ? 0 : distanceBefore(place, i);
    if (!distance || (open.test(i) && *distance != 0))
      return std::nullopt;
    pad.before.push_back(*distance);
  }
  return pad;
}

/// The op that writes the buffer; null if something else than `reader` uses it
/// beside that, or the two are not in one block.
static linalg::GenericOp onlyWriter(Value buffer, linalg::GenericOp reader) {
  if (!buffer.getDefiningOp<memref::AllocOp>())
    return {};
  linalg::GenericOp writer;
  for (OpOperand &use : buffer.getUses()) {
    Operation *user = use.getOwner();
    if (user == reader || isa<memref::DeallocOp>(user))
      continue;
    auto op = dyn_cast<linalg::GenericOp>(user);
    if (!op || writer || !op.isDpsInit(&use))
      return {};
    writer = op;
  }
  return writer && writer->getBlock() == reader->getBlock() ? writer : nullptr;
}

void llm::absorbPad(linalg::GenericOp op) {
  auto c = Contraction::match(op);
  if (!c || !c->areWindows())
    return;
  linalg::GenericOp writer = onlyWriter(c->rhs->get(), op);
  auto pad = writer ? Pad::match(writer) : std::nullopt;
  if (!pad || !hasUnitStride(cast<MemRefType>(pad->source.getType()),
                             pad->before.size() - 1))
    return;
  // The source must hold the same until the op runs.
  SmallVector<Operation *> released;
  for (Operation *at = writer->getNextNode(); at != op;
       at = at->getNextNode()) {
    if (auto between = dyn_cast<linalg::GenericOp>(at)) {
      if (!commute(writer, between))
        return;
    } else if (isa<memref::DeallocOp>(at)) {
      released.push_back(at);
    } else if (!isPassed(at)) {
      return;
    }
  }
  for (Operation *dealloc : llvm::reverse(released))
    dealloc->moveAfter(op);
  AffineMap map = op.getMatchingIndexingMap(c->rhs);
  SmallVector<AffineExpr> results;
  for (auto [expr, before] : llvm::zip_equal(map.getResults(), pad->before))
    results.push_back(expr - before);
  SmallVector<AffineMap> maps = op.getIndexingMapsArray();
  maps[c->rhs->getOperandNumber()] =
      AffineMap::get(map.getNumDims(), 0, results, op.getContext());
  op.setIndexingMapsAttr(OpBuilder(op).getAffineMapArrayAttr(maps));
  c->rhs->set(pad->source);
  writer.erase();
}
