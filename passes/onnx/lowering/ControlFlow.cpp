//===- ControlFlow.cpp - If, Loop and Scan --------------------------------===//

#include "passes/onnx/lowering/GraphLowering.h"
#include "passes/onnx/lowering/LoweringTable.h"

#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace llm::onnx;

/// Lowers a branch and returns its results as the op's results are declared.
static FailureOr<SmallVector<Value>> lowerBranch(OnnxOp op, StringRef name,
                                                 GraphLowering &g) {
  Block &block = op.region(name)->front();
  if (failed(g.lowerBlock(block)))
    return failure();
  SmallVector<Value> results;
  for (auto [result, value] : llvm::zip_equal(
           op.operation()->getResults(), block.getTerminator()->getOperands()))
    results.push_back(g.agree(g.get(value), g.loweredType(result.getType())));
  return results;
}

static LogicalResult lowerIf(OnnxOp op, GraphLowering &g) {
  Value condition = g.scalar(g.tensor(op.input("cond")));
  LogicalResult status = success();
  SmallVector<Type> types;
  for (Value result : op.operation()->getResults())
    types.push_back(g.loweredType(result.getType()));
  auto branch = scf::IfOp::create(g.b, types, condition, /*addThen=*/true,
                                  /*addElse=*/true);
  auto fill = [&](Region &region, StringRef name) {
    OpBuilder::InsertionGuard guard(g.b);
    g.b.setInsertionPointToEnd(&region.front());
    FailureOr<SmallVector<Value>> results = lowerBranch(op, name, g);
    if (failed(results))
      status = failure();
    else
      scf::YieldOp::create(g.b, *results);
  };
  fill(branch.getThenRegion(), "then_branch");
  fill(branch.getElseRegion(), "else_branch");
  for (auto [onnx, value] :
       llvm::zip_equal(op.operation()->getResults(), branch.getResults()))
    g.set(onnx, value);
  return status;
}

void llm::onnx::addControlFlow(LoweringTable &table) {
  table.add("If", lowerIf);
}
