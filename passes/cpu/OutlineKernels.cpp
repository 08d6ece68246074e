//===- OutlineKernels.cpp - Loops over tensors as functions of tiles ------===//
//
// A tile is a run of the innermost parallel loop at one place of the parallel
// loops outside of it, so equal tiles touch equal memory whoever claims them,
// and sums within a tile go in one order. Kernels that read the same are one.
//
//===----------------------------------------------------------------------===//

#include "passes/analysis/InternalFunction.h"
#include "passes/cpu/Passes.h"
#include "passes/cpu/kernels/ContractionKernel.h"
#include "passes/cpu/kernels/LoopCode.h"
#include "passes/cpu/kernels/Pad.h"
#include "passes/cpu/kernels/VectorLoops.h"

#include "mlir/Dialect/Linalg/Utils/Utils.h"
#include "llvm/ADT/DenseMap.h"

using namespace mlir;

namespace llm {
#define GEN_PASS_DEF_OUTLINEKERNELS
#include "passes/cpu/Passes.h.inc"
} // namespace llm

using namespace llm;

/// Iterations of the innermost parallel loop that one tile does at most.
constexpr int64_t kTileIterations = 2048;

namespace {

/// The order that a kernel runs an op's loops in.
struct LoopOrder {
  SmallVector<unsigned> tiles;  ///< parallel, outermost
  SmallVector<unsigned> sums;   ///< reductions
  std::optional<unsigned> last; ///< parallel, cut into tiles, innermost unless
                                ///< sumsInside
  bool sumsInside = true;
};

/// Reductions go inside, where they can run in registers, unless that would
/// walk across rows while another operand's rows run along a parallel loop.
LoopOrder orderLoops(linalg::GenericOp op) {
  LoopOrder order;
  for (auto [i, kind] : llvm::enumerate(op.getIteratorTypesArray()))
    (kind == utils::IteratorType::parallel ? order.tiles : order.sums)
        .push_back(i);
  if (order.tiles.empty())
    return order;
  order.last = order.tiles.pop_back_val();
  if (order.sums.empty())
    return order;
  auto runsAlong = [&](OpOperand &operand) {
    AffineMap map = op.getMatchingIndexingMap(&operand);
    if (map.getNumResults() == 0)
      return false;
    auto dim = dyn_cast<AffineDimExpr>(map.getResults().back());
    return dim && dim.getPosition() == *order.last;
  };
  order.sumsInside =
      !llvm::all_of(op.getDpsInitsMutable(), runsAlong) ||
      llvm::none_of(op.getDpsInputOperands(),
                    [&](OpOperand *operand) { return runsAlong(*operand); });
  return order;
}

/// Writes a tile of an op that stands alone.
void writeTile(KernelFunction &k, LoopCode &code, const LoopOrder &order,
               Value tile) {
  if (!order.last)
    return code.sums(order.sums);
  Value size = code.sizes[*order.last], chunk = k.index(kTileIterations);
  // A tile is (place of the outer loops, chunk).
  SmallVector<Value> sizes;
  for (unsigned loop : order.tiles)
    sizes.push_back(code.sizes[loop]);
  sizes.push_back(arith::CeilDivUIOp::create(k.b, size, chunk));
  SmallVector<Value> place = k.places(tile, sizes);
  for (auto [loop, iv] : llvm::zip(order.tiles, place))
    code.ivs[loop] = iv;
  Value begin = k.mul(place.back(), chunk);
  Value end = arith::MinUIOp::create(k.b, k.add(begin, chunk), size);
  if (!order.sums.empty() && canSumColumns(code.op, *order.last))
    return sumColumns(code, *order.last, begin, end, order.sums);
  if (order.sumsInside)
    return code.loop(*order.last, begin, end, [&] { code.sums(order.sums); });
  code.nest(order.sums,
            [&] { code.loop(*order.last, begin, end, [&] { code.body(); }); });
}

/// Whether code that knows no sizes does as well as code that does: not where
/// loops are as short as windows are, which LLVM unrolls.
bool runsAnyShape(linalg::GenericOp op, const LoopOrder &order) {
  bool simple = order.sums.empty() || canSumRows(op, order.sums);
  op.getRegion().walk([&](Operation *inner) {
    simple &=
        isa<memref::LoadOp>(inner) ||
        llvm::none_of(inner->getOperandTypes(), llvm::IsaPred<MemRefType>);
  });
  return simple;
}

/// Whether the results' buffers are read and written once at each place.
bool touchesResultsOnce(linalg::GenericOp op) {
  LoopOrder order = orderLoops(op);
  return order.sums.empty() || !order.last || order.sumsInside ||
         canSumColumns(op, *order.last);
}

/// What fills the buffer that a reduction's result starts from, if that and no
/// other op touches it before; null otherwise.
linalg::GenericOp findFill(linalg::GenericOp op) {
  if (op.getNumReductionLoops() == 0 || op.getNumDpsInits() != 1 ||
      !touchesResultsOnce(op))
    return {};
  Operation *at = op->getPrevNode();
  while (at && (isMemoryEffectFree(at) || isa<memref::AllocOp>(at)))
    at = at->getPrevNode();
  auto fill = dyn_cast_if_present<linalg::GenericOp>(at);
  if (!fill || fill.getNumDpsInputs() != 0 ||
      fill.getDpsInits() != op.getDpsInits())
    return {};
  Value number = fill.getBody()->getTerminator()->getOperand(0);
  return number.getDefiningOp<arith::ConstantOp>() ? fill : linalg::GenericOp();
}

/// Products that are added up in fewer steps than this take no time to speak
/// of.
constexpr int64_t kSilentSteps = 1 << 16;
/// How many ops a remark names.
constexpr size_t kNamed = 8;

/// Whether the op adds up products, as those do that tiles multiply.
bool addsProducts(linalg::GenericOp op) {
  if (op.getNumReductionLoops() == 0 || op.getNumDpsInputs() < 2)
    return false;
  Value yielded = op.getBody()->getTerminator()->getOperand(0);
  Operation *sum = yielded.getDefiningOp();
  return isa_and_nonnull<arith::AddFOp, arith::AddIOp>(sum) &&
         llvm::any_of(sum->getOperands(), [](Value added) {
           return isa_and_nonnull<arith::MulFOp, arith::MulIOp>(
               added.getDefiningOp());
         });
}

bool isKnownToBeSmall(linalg::GenericOp op) {
  int64_t steps = 1;
  for (int64_t size : op.getStaticLoopRanges()) {
    if (ShapedType::isDynamic(size) || size > kSilentSteps)
      return false;
    steps *= size;
    if (steps > kSilentSteps)
      return false;
  }
  return true;
}

struct OutlineKernels : llm::impl::OutlineKernelsBase<OutlineKernels> {
  using OutlineKernelsBase::OutlineKernelsBase;

  /// The kernel that does the same; null if there is none yet.
  func::FuncOp findEqual(func::FuncOp function) {
    auto ignore = OperationEquivalence::ignoreHashValue;
    constexpr auto noLocations = OperationEquivalence::IgnoreLocations;
    llvm::hash_code hash = mlir::hash_value(function.getFunctionType());
    function.getBody().walk([&](Operation *op) {
      hash = llvm::hash_combine(hash, OperationEquivalence::computeHash(
                                          op, ignore, ignore, noLocations));
    });
    auto &alike = kernels[size_t(hash)];
    for (func::FuncOp known : alike)
      if (known.getFunctionType() == function.getFunctionType() &&
          OperationEquivalence::isRegionEquivalentTo(
              &known.getBody(), &function.getBody(), noLocations))
        return known;
    alike.push_back(function);
    return {};
  }

  /// Gives the kernel a name, or finds one that reads the same; launches it in
  /// place of the ops.
  void
  launch(KernelFunction &k, ArrayRef<linalg::GenericOp> ops,
         llvm::function_ref<std::pair<Value, Value>(ImplicitLocOpBuilder &)>
             extent) {
    k.finish();
    func::FuncOp kernel = findEqual(k.function);
    if (!kernel) {
      kernel = k.function;
      k.function.setName(("kernel." + Twine(count++)).str());
      makeInternal(k.function);
      getOperation().push_back(k.function);
    } else {
      k.function.erase();
    }
    linalg::GenericOp last = ops.back();
    ImplicitLocOpBuilder b(last.getLoc(), last);
    auto [tiles, work] = extent(b);
    LaunchOp::create(b, kernel.getSymName(), tiles, work, k.operands);
    for (linalg::GenericOp op : ops)
      op.erase();
  }

  /// `fill` may be null.
  void outline(linalg::GenericOp op, linalg::GenericOp fill) {
    LoopOrder order = orderLoops(op);
    SmallVector<linalg::GenericOp, 2> ops = {op};
    if (fill)
      ops.insert(ops.begin(), fill);
    KernelFunction k(ops, runsAnyShape(op, order));
    LoopCode code(op, k);
    if (fill)
      code.start =
          k.mapping.lookup(fill.getBody()->getTerminator()->getOperand(0));
    code.sizes = loopSizes(
        op, k.b, [&](Value value) { return k.mapping.lookup(value); });
    k.loop(k.first, k.end, 1,
           [&](Value tile) { writeTile(k, code, order, tile); });
    launch(k, ops, [&](ImplicitLocOpBuilder &b) {
      SmallVector<Value> sizes =
          loopSizes(op, b, [](Value value) { return value; });
      auto product = [&](ArrayRef<unsigned> loops, Value start) {
        for (unsigned loop : loops)
          start = arith::MulIOp::create(b, start, sizes[loop]);
        return start;
      };
      Value tiles = arith::ConstantIndexOp::create(b, 1);
      Value work = product(order.sums, tiles);
      if (order.last) {
        Value outer = product(order.tiles, tiles);
        tiles = arith::MulIOp::create(
            b, outer,
            arith::CeilDivUIOp::create(
                b, sizes[*order.last],
                arith::ConstantIndexOp::create(b, kTileIterations)));
        work = arith::MulIOp::create(b, work, outer);
        work = arith::MulIOp::create(b, work, sizes[*order.last]);
      }
      return std::pair(tiles, work);
    });
  }

  void outline(const ContractionGroup &group) {
    SmallVector<linalg::GenericOp> ops = group.ops();
    KernelFunction k(ops, /*anyShape=*/true);
    group.write(k, getOperation(),
                {registerRows, registerPanels, {byteDot, wordVectors}});
    scratchBytes = std::max(scratchBytes, group.scratchBytes());
    launch(k, ops, [&](ImplicitLocOpBuilder &b) { return group.extent(b); });
  }

  /// Names the products that no tile multiplies.
  LogicalResult sayPlain(ArrayRef<Location> plain) {
    Location where = getOperation().getLoc();
    InFlightDiagnostic said =
        noPlainLoops ? emitError(where) : emitRemark(where);
    said << plain.size() << (plain.size() == 1 ? " sum" : " sums")
         << " of products that no tile multiplies "
         << (noPlainLoops        ? "would run"
             : plain.size() == 1 ? "runs"
                                 : "run")
         << " as plain loops: ";
    StringRef comma;
    for (Location loc : plain.take_front(kNamed)) {
      auto name = dyn_cast<NameLoc>(loc);
      said << comma
           << (name ? name.getName().getValue() : "one without a name");
      comma = ", ";
    }
    if (plain.size() > kNamed)
      said << " and " << plain.size() - kNamed << " more";
    return failure(noPlainLoops);
  }

  void runOnOperation() override {
    SmallVector<Location> plain;
    for (auto function :
         llvm::make_early_inc_range(getOperation().getOps<func::FuncOp>())) {
      if (!function->hasAttr("llm.graph"))
        continue;
      function.walk([](memref::CopyOp copy) {
        OpBuilder b(copy);
        linalg::makeMemRefCopyOp(b, copy.getLoc(), copy.getSource(),
                                 copy.getTarget());
        copy.erase();
      });
      function.walk(absorbPad);
      SmallVector<linalg::GenericOp> ops;
      function.walk([&](linalg::GenericOp op) { ops.push_back(op); });
      // Contractions first: what joins them is no kernel of its own.
      llvm::DenseSet<Operation *> joined;
      for (linalg::GenericOp op : ops) {
        if (joined.contains(op))
          continue;
        if (auto group = ContractionGroup::around(op)) {
          for (linalg::GenericOp member : group->ops())
            joined.insert(member);
          outline(*group);
        }
      }
      llvm::DenseMap<Operation *, linalg::GenericOp> fills;
      for (linalg::GenericOp op : ops)
        if (!joined.contains(op))
          if (linalg::GenericOp fill = findFill(op)) {
            fills[op] = fill;
            joined.insert(fill);
          }
      for (linalg::GenericOp op : ops) {
        if (joined.contains(op))
          continue;
        if (addsProducts(op) && !isKnownToBeSmall(op))
          plain.push_back(op.getLoc());
        outline(op, fills.lookup(op));
      }
    }
    if (!plain.empty() && failed(sayPlain(plain)))
      return signalPassFailure();
    if (scratchBytes)
      getOperation()->setAttr(
          "llm.scratch_bytes",
          IntegerAttr::get(IntegerType::get(&getContext(), 64), scratchBytes));
  }

  llvm::DenseMap<size_t, SmallVector<func::FuncOp, 1>> kernels; ///< by hash
  unsigned count = 0;
  int64_t scratchBytes = 0;
};

} // namespace
