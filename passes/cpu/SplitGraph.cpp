//===- SplitGraph.cpp - A long graph as several functions -----------------===//
//
// Code generators take more than twice the time for twice the code of one
// function, so none may grow with the graph. A part takes what it reads as
// arguments and returns what is read after it; what only names memory or a
// number is made again where it is read.
//
//===----------------------------------------------------------------------===//

#include "passes/cpu/Passes.h"

#include "mlir/IR/IRMapping.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/Interfaces/ViewLikeInterface.h"
#include "passes/analysis/InternalFunction.h"

using namespace mlir;

namespace llm {
#define GEN_PASS_DEF_SPLITGRAPH
#include "passes/cpu/Passes.h.inc"
} // namespace llm

using namespace llm;

namespace {

/// Whether the op costs nothing, so that each part has one of its own.
bool isMadeAgain(Operation *op) {
  return op && op->getNumResults() == 1 &&
         (op->hasTrait<OpTrait::ConstantLike>() ||
          isa<ContextBufferOp, memref::GetGlobalOp, ViewLikeOpInterface>(op)) &&
         isMemoryEffectFree(op);
}

/// Whether the op belongs to the function that it is in.
bool stays(Operation *op) {
  return op->hasTrait<OpTrait::IsTerminator>() ||
         op->walk([](memref::AllocaOp) {
             return WalkResult::interrupt();
           }).wasInterrupted();
}

int64_t countOps(Operation *op) {
  int64_t count = 0;
  op->walk([&](Operation *) { ++count; });
  return count;
}

/// A function of some ops that follow one another.
class Part {
public:
  Part(func::FuncOp graph, const Twine &name, SymbolTable &symbols)
      : b(graph.getLoc(), graph.getContext()) {
    function = func::FuncOp::create(b, name.str(), b.getFunctionType({}, {}));
    makeInternalAndWhole(function);
    symbols.insert(function, graph->getIterator());
    body = &function.getBody().emplaceBlock();
    bring(graph.getArgument(0));
  }

  /// Moves the ops into the function and calls it where they were.
  void take(ArrayRef<Operation *> ops) {
    Block *block = ops.front()->getBlock();
    Operation *before = ops.front()->getPrevNode();
    for (Operation *op : ops) {
      op->moveBefore(body, body->end());
      op->walk([&](Operation *reader) {
        for (OpOperand &operand : reader->getOpOperands())
          if (!isInside(operand.get().getParentRegion()))
            operand.set(bring(operand.get()));
      });
    }
    SmallVector<Value> results;
    for (Operation *op : ops)
      for (Value result : op->getResults())
        if (isReadOutside(result))
          results.push_back(result);
    b.setInsertionPointToEnd(body);
    func::ReturnOp::create(b, results);
    TypeRange types = ValueRange(results).getTypes();
    function.setFunctionType(
        b.getFunctionType(body->getArgumentTypes(), types));
    if (before)
      b.setInsertionPointAfter(before);
    else
      b.setInsertionPointToStart(block);
    auto call =
        func::CallOp::create(b, function.getSymName(), types, arguments);
    for (auto [result, returned] : llvm::zip_equal(results, call.getResults()))
      result.replaceUsesWithIf(returned, [&](OpOperand &use) {
        return !isInside(use.getOwner()->getParentRegion());
      });
  }

private:
  bool isInside(Region *region) {
    return function.getBody().isAncestor(region);
  }
  bool isReadOutside(Value value) {
    return llvm::any_of(value.getUsers(), [&](Operation *user) {
      return !isInside(user->getParentRegion()) &&
             (!isMadeAgain(user) || isReadOutside(user->getResult(0)));
    });
  }

  /// A value from outside, in the function.
  Value bring(Value value) {
    if (Value known = brought.lookupOrNull(value))
      return known;
    Operation *maker = value.getDefiningOp();
    if (!isMadeAgain(maker)) {
      arguments.push_back(value);
      brought.map(value, body->addArgument(value.getType(), value.getLoc()));
      return brought.lookup(value);
    }
    for (Value operand : maker->getOperands())
      if (!isInside(operand.getParentRegion()))
        bring(operand);
    // What it looks into may be what the op before the last has made.
    b.setInsertionPointToEnd(body);
    if (!body->empty())
      b.setInsertionPoint(&body->back());
    return b.clone(*maker, brought)->getResult(0);
  }

  ImplicitLocOpBuilder b;
  func::FuncOp function;
  Block *body;
  IRMapping brought;
  SmallVector<Value> arguments;
};

struct SplitGraph : llm::impl::SplitGraphBase<SplitGraph> {
  using SplitGraphBase::SplitGraphBase;

  void split(func::FuncOp graph, Block &block, SymbolTable &symbols) {
    SmallVector<SmallVector<Operation *>> parts(1);
    int64_t size = 0, total = 0;
    for (Operation &op : block) {
      if (isMadeAgain(&op))
        continue;
      int64_t count = countOps(&op);
      total += count;
      if (stays(&op) || (size && size + count > maxOps)) {
        parts.emplace_back();
        size = 0;
      }
      if (stays(&op))
        continue;
      parts.back().push_back(&op);
      size += count;
    }
    if (total <= maxOps)
      return;
    for (ArrayRef<Operation *> ops : parts)
      if (ops.size() > 1)
        Part(graph, graph.getSymName() + ".part." + Twine(count++), symbols)
            .take(ops);
    SmallVector<Operation *> left;
    for (Operation &op : block)
      if (isMadeAgain(&op))
        left.push_back(&op);
    for (Operation *op : llvm::reverse(left))
      if (op->use_empty())
        op->erase();
  }

  void runOnOperation() override {
    SymbolTable symbols(getOperation());
    for (auto graph :
         llvm::make_early_inc_range(getOperation().getOps<func::FuncOp>())) {
      if (!graph->hasAttr("llm.graph"))
        continue;
      // Inner blocks first: what they have become counts outside.
      SmallVector<Block *> blocks;
      graph.walk([&](Block *block) { blocks.push_back(block); });
      for (Block *block : blocks)
        split(graph, *block, symbols);
    }
  }

  int64_t count = 0;
};

} // namespace
