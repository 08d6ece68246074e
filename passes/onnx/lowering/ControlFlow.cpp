//===- ControlFlow.cpp - If and Loop --------------------------------------===//
//
// Scan is in Scan.cpp.
//
//===----------------------------------------------------------------------===//

#include "passes/onnx/lowering/ControlFlow.h"

#include "dialects/onnx/ONNXDialect.h"
#include "passes/onnx/lowering/LoweringTable.h"

#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace llm::onnx;
using arith::CmpIPredicate;

//===----------------------------------------------------------------------===//
// If
//===----------------------------------------------------------------------===//

/// Whether all that read a value broadcast it with something of at least this
/// rank, so that leading dimensions of size 1 change nothing.
static bool isBroadcastTo(Value value, int64_t rank) {
  return llvm::all_of(value.getUses(), [&](OpOperand &use) {
    Operation *reader = use.getOwner();
    if (isa<ReturnOp>(reader)) {
      auto outer = OnnxOp::from(reader->getParentOp());
      return outer && outer->type() == "If" &&
             isBroadcastTo(
                 reader->getParentOp()->getResult(use.getOperandNumber()),
                 rank);
    }
    auto op = OnnxOp::from(reader);
    if (op && op->type() == "CastLike")
      return use.getOperandNumber() == 1;
    static constexpr StringRef broadcasting[] = {
        "Add", "Sub", "Mul",  "Div",     "Min",         "Max",
        "Pow", "Mod", "Less", "Greater", "LessOrEqual", "GreaterOrEqual",
        "And", "Or",  "Xor",  "Equal",   "Where"};
    return op && llvm::is_contained(broadcasting, op->type()) &&
           llvm::any_of(reader->getOperands(), [&](Value other) {
             auto type = dyn_cast<RankedTensorType>(other.getType());
             return other != value && type && type.getRank() >= rank;
           });
  });
}

static int64_t rankOf(Value lowered) {
  auto type = dyn_cast<RankedTensorType>(lowered.getType());
  return type ? type.getRank() : 0;
}

/// The results of an If are those of a branch that lies where the If does.
static void useResults(OnnxOp op, GraphLowering &g, Block &branch) {
  for (auto [result, value] :
       llvm::zip_equal(op.operation()->getResults(),
                       branch.getTerminator()->getOperands())) {
    if (auto elements = g.elements(value))
      g.setElements(result, *elements,
                    cast<RankedTensorType>(value.getType()).getRank());
    else
      g.set(result, g.get(value));
  }
}

/// Keeps one branch, in place of the If; the call ends where it is the other's
/// turn.
static void keepBranch(OnnxOp op, GraphLowering &g, scf::IfOp draft,
                       Block &onnx, bool isFirst, const Twine &ranks) {
  op.operation()->emitWarning()
      << "If: the branches give values of ranks " << ranks
      << "; compiled for the " << (isFirst ? "first" : "second")
      << " of them, a call that takes the other branch ends with an error";
  Value holds = draft.getCondition();
  OpBuilder::InsertionGuard guard(g.b);
  g.b.setInsertionPoint(draft);
  if (!isFirst)
    holds = arith::XOrIOp::create(g.b, holds, g.e.integer(1, holds.getType()));
  g.require(holds, "If: the branch that is not compiled, as it gives a value "
                   "of another rank");
  Region &taken = draft->getRegion(isFirst ? 0 : 1);
  draft->getBlock()->getOperations().splice(draft->getIterator(),
                                            taken.front().getOperations());
  g.drop(draft->getRegion(isFirst ? 1 : 0));
  useResults(op, g, onnx);
  draft.erase();
}

static LogicalResult lowerIf(OnnxOp op, GraphLowering &g) {
  Operation *operation = op.operation();
  Block *blocks[] = {&op.region("then_branch")->front(),
                     &op.region("else_branch")->front()};
  if (auto known = g.constantIntegers(op.input("cond"));
      known && known->size() == 1) {
    Block &taken = *blocks[(*known)[0] ? 0 : 1];
    if (failed(g.lowerBlock(taken)))
      return failure();
    useResults(op, g, taken);
    return success();
  }
  // The branches tell the types of the results, so they come first.
  auto draft = scf::IfOp::create(g.b, g.scalar(g.tensor(op.input("cond"))),
                                 /*withElseRegion=*/true);
  SmallVector<SmallVector<Value>, 2> given;
  auto inBranch = [&](unsigned i, llvm::function_ref<void()> write) {
    OpBuilder::InsertionGuard guard(g.b);
    g.b.setInsertionPointToEnd(&draft->getRegion(i).front());
    write();
  };
  for (unsigned i : {0, 1}) {
    draft->getRegion(i).front().clear();
    LogicalResult status = success();
    inBranch(i, [&] {
      status = g.lowerBlock(*blocks[i]);
      if (succeeded(status))
        given.push_back(
            llvm::map_to_vector(blocks[i]->getTerminator()->getOperands(),
                                [&](Value value) { return g.get(value); }));
    });
    if (failed(status))
      return failure();
  }
  for (auto [result, one, other] :
       llvm::zip_equal(operation->getResults(), given[0], given[1])) {
    int64_t first = rankOf(one), second = rankOf(other);
    if (first == second || isBroadcastTo(result, std::max(first, second)))
      continue;
    bool isFirst = g.chooseFirst();
    keepBranch(op, g, draft, *blocks[isFirst ? 0 : 1], isFirst,
               Twine(first) + " and " + Twine(second));
    return success();
  }
  SmallVector<Type> types;
  for (auto [result, one, other] :
       llvm::zip_equal(operation->getResults(), given[0], given[1])) {
    int64_t rank = std::max(rankOf(one), rankOf(other));
    auto raise = [&, onnx = result](unsigned i, Value &value) {
      if (rankOf(value) < rank)
        inBranch(i, [&] {
          Dims sizes = g.dims(value);
          sizes.insert(sizes.begin(), rank - sizes.size(), g.fixed(1));
          value = g.reshape({value, g.elementOf(onnx)}, sizes).value;
        });
    };
    raise(0, one);
    raise(1, other);
    types.push_back(carriedType(one.getType(), other.getType()));
  }
  for (unsigned i : {0, 1})
    inBranch(i, [&] {
      for (auto [value, type] : llvm::zip_equal(given[i], types))
        value = g.agree(value, type);
      scf::YieldOp::create(g.b, given[i]);
    });
  auto branch = scf::IfOp::create(g.b, types, draft.getCondition());
  branch.getThenRegion().takeBody(draft.getThenRegion());
  branch.getElseRegion().takeBody(draft.getElseRegion());
  draft.erase();
  for (auto [result, value] :
       llvm::zip_equal(operation->getResults(), branch.getResults()))
    g.set(result, value);
  return success();
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
  Tensor trips = g.tensor(op.input("M")), start = g.tensor(op.input("cond"));
  Value limit;
  if (trips)
    limit = g.e.toIndex(g.scalar(trips), trips.element);
  // A trip count alone makes a loop that the body's condition does not end.
  bool ends = start || !trips;
  Value goesOn =
      start ? g.scalar(start)
            : arith::ConstantIntOp::create(g.b, g.b.getI1Type(), 1).getResult();

  SmallVector<Value> carried = {g.index(0), goesOn};
  for (auto [value, next] :
       llvm::zip_equal(initial, yielded.drop_front(1).take_front(states))) {
    Value start = g.get(value);
    carried.push_back(g.agree(
        start, carriedType(start.getType(), g.loweredType(next.getType()))));
  }
  LogicalResult status = success();
  auto within = [&](OpBuilder &inside, llvm::function_ref<void()> write) {
    OpBuilder::InsertionGuard guard(g.b);
    g.b.restoreInsertionPoint(inside.saveInsertionPoint());
    write();
  };
  // The body tells the types of rows, so it comes first.
  auto draft = scf::WhileOp::create(
      g.b, TypeRange(ValueRange(carried)), carried,
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
          g.setElements(body.getArgument(0), Dim(now[0]), /*rank=*/0);
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
          status = g.lowerBlock(body);
        });
      });
  if (failed(status))
    return failure();
  for (Value row : iterated)
    carried.push_back(
        startRows(g, cast<RankedTensorType>(row.getType()), g.fixed(0)));
  SmallVector<Type> types = llvm::to_vector(TypeRange(ValueRange(carried)));
  Block *before = draft.getBeforeBody(), *after = draft.getAfterBody();
  auto condition = cast<scf::ConditionOp>(before->getTerminator());
  for (Type type : ArrayRef(types).drop_front(2 + states)) {
    condition.getArgsMutable().append(before->addArgument(type, g.b.getLoc()));
    after->addArgument(type, g.b.getLoc());
  }
  {
    OpBuilder::InsertionGuard guard(g.b);
    g.b.setInsertionPointToEnd(after);
    ValueRange now = after->getArguments();
    SmallVector<Value> next = {g.index(g.add(now[0], g.fixed(1))),
                               ends ? g.scalar(g.tensor(yielded[0])) : now[1]};
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
  }
  auto loop = scf::WhileOp::create(g.b, types, carried);
  loop.getBefore().takeBody(draft.getBefore());
  loop.getAfter().takeBody(draft.getAfter());
  draft.erase();
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
