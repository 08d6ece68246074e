//===- ControlFlow.cpp - If and Loop --------------------------------------===//
//
// Scan is in Scan.cpp.
//
//===----------------------------------------------------------------------===//

#include "passes/onnx/lowering/ControlFlow.h"
#include "passes/onnx/lowering/LoweringTable.h"

#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace llm::onnx;
using arith::CmpIPredicate;

//===----------------------------------------------------------------------===//
// If
//===----------------------------------------------------------------------===//

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

//===----------------------------------------------------------------------===//
// What iterations carry
//===----------------------------------------------------------------------===//

Type llm::onnx::carriedType(Type initial, Type yielded) {
  auto first = dyn_cast<RankedTensorType>(initial);
  if (!first)
    return initial;
  auto next = dyn_cast<RankedTensorType>(yielded);
  SmallVector<int64_t> shape(first.getShape());
  for (auto [i, size] : llvm::enumerate(shape))
    if (!next || next.getRank() != first.getRank() ||
        next.getDimSize(i) != size)
      size = ShapedType::kDynamic;
  return RankedTensorType::get(shape, first.getElementType());
}

Value llm::onnx::startRows(GraphLowering &g, RankedTensorType row, Dim count) {
  // The sizes of rows may be known when the first is there.
  Dims sizes = {count};
  for (int64_t size : row.getShape())
    sizes.push_back(g.fixed(ShapedType::isDynamic(size) ? 0 : size));
  SmallVector<int64_t> shape = {ShapedType::kDynamic};
  llvm::append_range(shape, row.getShape());
  Value rows = g.empty(sizes, storageType(row.getElementType()));
  auto type = RankedTensorType::get(shape, storageType(row.getElementType()));
  return tensor::CastOp::create(g.b, type, rows);
}

Value llm::onnx::addRow(GraphLowering &g, Value rows, Tensor row,
                        Value position, Value iteration, Value isFull,
                        llvm::function_ref<Dim()> capacity) {
  auto type = cast<RankedTensorType>(rows.getType());
  Dims sizes = g.dims(rows), own = g.dims(row.value);
  if (own.size() + 1 != sizes.size()) {
    emitError(g.b.getLoc()) << "rows of rank " << own.size() << " where rank "
                            << sizes.size() - 1 << " was declared";
    return rows;
  }
  Value isFirst = g.compare(CmpIPredicate::eq, iteration, g.fixed(0));
  for (size_t i = 0; i < own.size(); ++i)
    if (!TensorCode::same(own[i], sizes[i + 1]))
      g.require(
          arith::OrIOp::create(
              g.b, isFirst, g.compare(CmpIPredicate::eq, own[i], sizes[i + 1])),
          "a scan output changes its shape between iterations");
  Value ready = rows;
  if (isFull)
    ready = g.branch(
        isFull,
        [&]() -> SmallVector<Value> {
          Dims larger = {capacity()};
          llvm::append_range(larger, own);
          Tensor grown{g.empty(larger, type.getElementType()), row.element};
          Dims zeros(sizes.size(), g.fixed(0)), filled = sizes;
          filled[0] = iteration;
          grown = g.overwrite(grown, g.part({rows, row.element}, zeros, filled),
                              zeros);
          return {g.agree(grown.value, type)};
        },
        [&]() -> SmallVector<Value> { return {rows}; })[0];
  Dims offsets(sizes.size(), g.fixed(0));
  offsets[0] = position;
  return g.overwrite({ready, row.element}, row, offsets).value;
}

LogicalResult llm::onnx::lowerIteration(OnnxOp op, GraphLowering &g,
                                        Block &body) {
  for (BlockArgument argument : body.getArguments())
    if (isa<UnrankedTensorType>(argument.getType()))
      return notSupported(op, "an input of its body of unknown rank");
  for (Value value : body.getTerminator()->getOperands())
    if (isa<UnrankedTensorType>(value.getType()))
      return notSupported(op, "an output of its body of unknown rank");
  return g.lowerBlock(body);
}

//===----------------------------------------------------------------------===//
// Loop
//===----------------------------------------------------------------------===//

static LogicalResult lowerLoop(OnnxOp op, GraphLowering &g) {
  Block &body = op.region("body")->front();
  OperandRange initial = op.inputs("v_initial");
  ValueRange yielded = body.getTerminator()->getOperands();
  size_t states = initial.size();
  if (body.getNumArguments() != states + 2 || yielded.size() < states + 1)
    return op.operation()->emitError()
           << "Loop: the body has " << body.getNumArguments() << " inputs and "
           << yielded.size() << " outputs for " << states << " carried values";
  SmallVector<Value> iterated(yielded.drop_front(states + 1));
  Tensor trips = g.tensor(op.input("M")),
         condition = g.tensor(op.input("cond"));
  Value limit;
  if (trips)
    limit = g.e.toIndex(g.scalar(trips), trips.element);
  // A trip count alone makes a loop that the body's condition does not end.
  bool ends = condition || !trips;
  Value goesOn =
      condition
          ? g.scalar(condition)
          : arith::ConstantIntOp::create(g.b, g.b.getI1Type(), 1).getResult();

  SmallVector<Value> carried = {g.index(0), goesOn};
  for (auto [value, next] :
       llvm::zip_equal(initial, yielded.drop_front(1).take_front(states))) {
    Value start = g.get(value);
    carried.push_back(g.agree(
        start, carriedType(start.getType(), g.loweredType(next.getType()))));
  }
  for (Value row : iterated) {
    auto type = dyn_cast<RankedTensorType>(row.getType());
    if (!type)
      return notSupported(op, "scan outputs of unknown rank");
    carried.push_back(startRows(g, type, g.fixed(0)));
  }
  SmallVector<Type> types =
      llvm::map_to_vector(carried, [](Value value) { return value.getType(); });
  LogicalResult status = success();
  auto within = [&](OpBuilder &inside, llvm::function_ref<void()> write) {
    OpBuilder::InsertionGuard guard(g.b);
    g.b.restoreInsertionPoint(inside.saveInsertionPoint());
    write();
  };
  auto loop = scf::WhileOp::create(
      g.b, types, carried,
      [&](OpBuilder &inside, Location, ValueRange now) {
        within(inside, [&] {
          Value more = now[1];
          if (limit) {
            Value counts = g.compare(CmpIPredicate::slt, now[0], limit);
            more = ends ? arith::AndIOp::create(g.b, more, counts).getResult()
                        : counts;
          }
          scf::ConditionOp::create(g.b, more, now);
        });
      },
      [&](OpBuilder &inside, Location, ValueRange now) {
        within(inside, [&] {
          g.setElements(body.getArgument(0), Dim(now[0]));
          auto flag = dyn_cast<RankedTensorType>(
              g.loweredType(body.getArgument(1).getType()));
          if (flag)
            g.set(body.getArgument(1),
                  tensor::FromElementsOp::create(
                      g.b,
                      RankedTensorType::get(
                          SmallVector<int64_t>(flag.getRank(), 1),
                          g.b.getI1Type()),
                      now[1])
                      .getResult());
          for (size_t i = 0; i < states; ++i)
            g.set(body.getArgument(2 + i), now[2 + i]);
          status = lowerIteration(op, g, body);
          if (failed(status)) {
            scf::YieldOp::create(g.b, now);
            return;
          }
          SmallVector<Value> next = {g.index(g.add(now[0], g.fixed(1))),
                                     ends ? g.scalar(g.tensor(yielded[0]))
                                          : now[1]};
          for (size_t i = 0; i < states; ++i)
            next.push_back(g.agree(g.get(yielded[1 + i]), types[2 + i]));
          for (auto [i, row] : llvm::enumerate(iterated)) {
            Value rows = now[2 + states + i];
            Dim have = g.dim(rows, 0);
            Value isFull = g.compare(CmpIPredicate::sge, now[0], have);
            next.push_back(
                addRow(g, rows, g.tensor(row), now[0], now[0], isFull, [&] {
                  Dim more = g.max(g.mul(have, g.fixed(2)), g.fixed(8));
                  return limit ? g.min(more, limit) : more;
                }));
          }
          scf::YieldOp::create(g.b, next);
        });
      });
  if (failed(status))
    return failure();
  auto results = op.outputs("v_final_and_scan_outputs");
  for (auto [i, result] : llvm::enumerate(results)) {
    Value value = loop.getResult(2 + i);
    if (i >= states) {
      Dims sizes = g.dims(value);
      sizes[0] = loop.getResult(0);
      Dims zeros(sizes.size(), g.fixed(0));
      value = g.part({value, g.elementOf(result)}, zeros, sizes).value;
    }
    g.set(result, value);
  }
  return success();
}

void llm::onnx::addControlFlow(LoweringTable &table) {
  table.add("If", lowerIf);
  table.add("Loop", lowerLoop);
  table.add("Scan", lowerScan);
}
