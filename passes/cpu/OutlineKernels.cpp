//===- OutlineKernels.cpp - Loops over tensors as functions of tiles ------===//
//
// A tile is a run of the innermost parallel loop at one place of the parallel
// loops outside of it, so equal tiles touch equal memory whoever claims them,
// and sums within a tile go in one order. Kernels that read the same are one.
//
//===----------------------------------------------------------------------===//

#include "passes/cpu/Passes.h"

#include "mlir/Dialect/Affine/Utils.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Linalg/Utils/Utils.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "mlir/Transforms/RegionUtils.h"
#include "llvm/ADT/StringMap.h"

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

/// Writes one op as a function of a run of tiles.
class KernelWriter {
public:
  KernelWriter(linalg::GenericOp op, const LoopOrder &order)
      : op(op), order(order), b(op.getLoc(), op.getContext()) {}

  /// `arguments` are what the kernel is called with after (team, first, end).
  func::FuncOp write(ValueRange arguments) {
    SmallVector<Type> types = {TeamType::get(b.getContext()), b.getIndexType(),
                               b.getIndexType()};
    llvm::append_range(types, arguments.getTypes());
    auto function =
        func::FuncOp::create(b, "kernel", b.getFunctionType(types, {}));
    Block *entry = function.addEntryBlock();
    b.setInsertionPointToStart(entry);
    for (auto [outside, inside] :
         llvm::zip_equal(arguments, entry->getArguments().drop_front(3)))
      mapping.map(outside, inside);
    for (Value value : constants())
      mapping.map(value, b.clone(*value.getDefiningOp())->getResult(0));
    ivs.resize(op.getNumLoops());
    sizes = loopSizes(b, [&](Value value) { return mapping.lookup(value); });

    Value first = entry->getArgument(1), end = entry->getArgument(2);
    auto loop = scf::ForOp::create(b, first, end, index(1));
    b.setInsertionPointToStart(loop.getBody());
    writeTile(loop.getInductionVar());
    b.setInsertionPointToEnd(entry);
    func::ReturnOp::create(b);
    return function;
  }

  /// How often each loop runs, at `at`.
  SmallVector<Value> loopSizes(ImplicitLocOpBuilder &at,
                               llvm::function_ref<Value(Value)> find) {
    SmallVector<Value> result(op.getNumLoops());
    for (OpOperand &operand : op->getOpOperands()) {
      if (!isa<MemRefType>(operand.get().getType()))
        continue;
      AffineMap map = op.getMatchingIndexingMap(&operand);
      for (auto [i, expr] : llvm::enumerate(map.getResults()))
        if (auto dim = dyn_cast<AffineDimExpr>(expr))
          if (Value &size = result[dim.getPosition()]; !size) {
            auto type = cast<MemRefType>(operand.get().getType());
            if (type.isDynamicDim(i))
              size = memref::DimOp::create(at, find(operand.get()), i);
            else
              size = arith::ConstantIndexOp::create(at, type.getDimSize(i));
          }
    }
    return result;
  }

  /// Numbers that a kernel writes out itself.
  SmallVector<Value> constants() {
    llvm::SetVector<Value> used;
    used.insert_range(op->getOperands());
    getUsedValuesDefinedAbove(op.getRegion(), used);
    return llvm::filter_to_vector(used, [](Value value) {
      return value.getDefiningOp<arith::ConstantOp>() != nullptr;
    });
  }

private:
  Value index(int64_t value) {
    return arith::ConstantIndexOp::create(b, value);
  }

  void writeTile(Value tile) {
    if (!order.last)
      return writeSums();
    Value size = sizes[*order.last];
    Value chunk = index(kTileIterations);
    Value chunks = arith::CeilDivUIOp::create(b, size, chunk);
    // A tile is (place of the outer loops, chunk).
    Value part = arith::RemUIOp::create(b, tile, chunks);
    Value rest = arith::DivUIOp::create(b, tile, chunks);
    for (unsigned loop : llvm::reverse(order.tiles)) {
      bool isFirst = loop == order.tiles.front();
      ivs[loop] =
          isFirst ? rest : arith::RemUIOp::create(b, rest, sizes[loop]);
      if (!isFirst)
        rest = arith::DivUIOp::create(b, rest, sizes[loop]);
    }
    Value begin = arith::MulIOp::create(b, part, chunk);
    Value end = arith::MinUIOp::create(
        b, arith::AddIOp::create(b, begin, chunk), size);
    if (order.sumsInside)
      return writeLoop(*order.last, begin, end, [&] { writeSums(); });
    writeNest(order.sums,
              [&] { writeLoop(*order.last, begin, end, [&] { writeBody(); }); });
  }

  void writeLoop(unsigned loop, Value begin, Value end,
                 llvm::function_ref<void()> body) {
    auto nest = scf::ForOp::create(b, begin, end, index(1));
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(nest.getBody());
    ivs[loop] = nest.getInductionVar();
    body();
  }

  void writeNest(ArrayRef<unsigned> loops, llvm::function_ref<void()> body) {
    if (loops.empty())
      return body();
    writeLoop(loops.front(), index(0), sizes[loops.front()],
              [&] { writeNest(loops.drop_front(), body); });
  }

  /// Reductions with their sums in registers.
  void writeSums() {
    if (order.sums.empty())
      return writeBody();
    SmallVector<Value> sums;
    for (OpOperand &init : op.getDpsInitsMutable())
      sums.push_back(load(init));
    sums = writeSum(order.sums, sums);
    for (auto [init, sum] : llvm::zip_equal(op.getDpsInitsMutable(), sums))
      store(init, sum);
  }

  SmallVector<Value> writeSum(ArrayRef<unsigned> loops, ValueRange sums) {
    if (loops.empty())
      return compute(sums);
    auto nest =
        scf::ForOp::create(b, index(0), sizes[loops.front()], index(1), sums);
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(nest.getBody());
    ivs[loops.front()] = nest.getInductionVar();
    SmallVector<Value> next =
        writeSum(loops.drop_front(), nest.getRegionIterArgs());
    scf::YieldOp::create(b, next);
    return llvm::to_vector_of<Value>(nest.getResults());
  }

  void writeBody() {
    SmallVector<Value> before;
    for (OpOperand &init : op.getDpsInitsMutable())
      before.push_back(op.payloadUsesValueFromOperand(&init) ? load(init)
                                                             : Value());
    SmallVector<Value> after = compute(before);
    for (auto [init, value] : llvm::zip_equal(op.getDpsInitsMutable(), after))
      store(init, value);
  }

  SmallVector<Value> place(OpOperand &operand) {
    SmallVector<Value> indices;
    AffineMap map = op.getMatchingIndexingMap(&operand);
    for (AffineExpr expr : map.getResults())
      indices.push_back(affine::expandAffineExpr(b, b.getLoc(), expr, ivs, {}));
    return indices;
  }
  Value load(OpOperand &operand) {
    Value source = mapping.lookupOrDefault(operand.get());
    if (!isa<MemRefType>(source.getType()))
      return source; // a number, as linalg.fill has
    return memref::LoadOp::create(b, source, place(operand));
  }
  void store(OpOperand &operand, Value value) {
    memref::StoreOp::create(b, value, mapping.lookup(operand.get()),
                            place(operand));
  }

  /// The op's region at the current place of all loops.
  SmallVector<Value> compute(ValueRange sums) {
    IRMapping inside(mapping);
    Block *body = op.getBody();
    unsigned inputs = op.getNumDpsInputs();
    for (BlockArgument argument : body->getArguments()) {
      unsigned number = argument.getArgNumber();
      if (argument.use_empty())
        continue;
      inside.map(argument, number < inputs
                               ? load(op->getOpOperand(number))
                               : sums[number - inputs]);
    }
    for (Operation &inner : body->without_terminator())
      if (auto iv = dyn_cast<linalg::IndexOp>(inner))
        inside.map(iv.getResult(), ivs[iv.getDim()]);
      else
        b.clone(inner, inside)->walk([&](linalg::IndexOp nested) {
          nested.replaceAllUsesWith(ivs[nested.getDim()]);
          nested.erase();
        });
    return llvm::map_to_vector(
        body->getTerminator()->getOperands(),
        [&](Value value) { return inside.lookupOrDefault(value); });
  }

  linalg::GenericOp op;
  const LoopOrder &order;
  ImplicitLocOpBuilder b;
  IRMapping mapping;
  SmallVector<Value> sizes, ivs;
};

struct OutlineKernels : llm::impl::OutlineKernelsBase<OutlineKernels> {
  using OutlineKernelsBase::OutlineKernelsBase;

  void outline(linalg::GenericOp op) {
    LoopOrder order = orderLoops(op);
    KernelWriter writer(op, order);
    llvm::SetVector<Value> arguments;
    for (Value operand : op->getOperands())
      if (!operand.getDefiningOp<arith::ConstantOp>())
        arguments.insert(operand);
    llvm::SetVector<Value> used;
    getUsedValuesDefinedAbove(op.getRegion(), used);
    for (Value value : used)
      if (!value.getDefiningOp<arith::ConstantOp>())
        arguments.insert(value);

    func::FuncOp function = writer.write(arguments.getArrayRef());
    std::string text;
    llvm::raw_string_ostream os(text);
    function.print(os, OpPrintingFlags().assumeVerified());
    auto [known, isNew] = kernels.try_emplace(text, function);
    if (isNew) {
      function.setName(("kernel." + Twine(kernels.size() - 1)).str());
      function.setPrivate();
      function->setAttr(
          "llvm.linkage",
          LLVM::LinkageAttr::get(&getContext(), LLVM::Linkage::Internal));
      getOperation().push_back(function);
    } else {
      function.erase();
    }

    ImplicitLocOpBuilder b(op.getLoc(), op);
    SmallVector<Value> sizes =
        writer.loopSizes(b, [](Value value) { return value; });
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
    LaunchOp::create(b, known->second.getSymName(), tiles, work,
                     arguments.getArrayRef());
    op.erase();
  }

  void runOnOperation() override {
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
      SmallVector<linalg::GenericOp> ops;
      function.walk([&](linalg::GenericOp op) { ops.push_back(op); });
      for (linalg::GenericOp op : ops)
        outline(op);
    }
  }

  llvm::StringMap<func::FuncOp> kernels;
};

} // namespace
