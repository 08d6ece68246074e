//===- Scan.cpp - A graph run along axes of tensors -----------------------===//

#include "passes/onnx/lowering/ControlFlow.h"
#include "passes/onnx/lowering/Window.h"

#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace llm::onnx;
using arith::CmpIPredicate;

namespace {

/// Lists of axes and directions may be left out: all 0.
FailureOr<SmallVector<int64_t>> readList(OnnxOp op, StringRef name,
                                         size_t count) {
  return readIntegers(op, name, count, 0, INT32_MIN);
}

/// The element of `tensor` at `index` along `axis`, without that axis.
Tensor sliceAt(GraphLowering &g, Tensor tensor, int64_t axis, Value index) {
  Dims sizes = g.dims(tensor.value), offsets(sizes.size(), g.fixed(0)),
       steps(sizes.size(), g.fixed(1));
  offsets[axis] = index;
  sizes[axis] = g.fixed(1);
  Dims kept = sizes;
  kept.erase(kept.begin() + axis);
  Value value = tensor::ExtractSliceOp::create(
      g.b, g.typeOf(kept, tensor.type().getElementType()), tensor.value,
      offsets, sizes, steps);
  return {value, tensor.element};
}

/// A Scan's body, inputs and outputs, whatever the version.
struct ScanBody {
  OnnxOp op;
  Block &block;
  SmallVector<Value> states, inputs;   ///< operands
  SmallVector<Value> nextStates, rows; ///< what the body gives

  static FailureOr<ScanBody> read(OnnxOp op, OperandRange operands) {
    Block &block = op.region("body")->front();
    ValueRange given = block.getTerminator()->getOperands();
    int64_t inputs = op.integer("num_scan_inputs");
    int64_t states = static_cast<int64_t>(operands.size()) - inputs;
    if (inputs < 1 || states < 0 ||
        block.getNumArguments() != operands.size() ||
        static_cast<int64_t>(given.size()) < states)
      return op.operation()->emitError()
             << "Scan: num_scan_inputs is " << inputs << " of "
             << operands.size() << " operands, for a body with "
             << block.getNumArguments() << " inputs and " << given.size()
             << " outputs";
    return ScanBody{op,
                    block,
                    {operands.begin(), operands.begin() + states},
                    {operands.begin() + states, operands.end()},
                    {given.begin(), given.begin() + states},
                    {given.begin() + states, given.end()}};
  }
};

/// Version 9 and later.
LogicalResult lowerScanOfAxes(OnnxOp op, GraphLowering &g) {
  auto scan = ScanBody::read(op, op.inputs("initial_state_and_scan_inputs"));
  if (failed(scan))
    return failure();
  size_t states = scan->states.size();
  auto inputAxes = readList(op, "scan_input_axes", scan->inputs.size());
  auto inputReversed =
      readList(op, "scan_input_directions", scan->inputs.size());
  auto outputAxes = readList(op, "scan_output_axes", scan->rows.size());
  auto outputReversed =
      readList(op, "scan_output_directions", scan->rows.size());
  if (failed(inputAxes) || failed(inputReversed) || failed(outputAxes) ||
      failed(outputReversed))
    return failure();
  SmallVector<Tensor> inputs;
  Dim count;
  for (auto [i, value] : llvm::enumerate(scan->inputs)) {
    inputs.push_back(g.tensor(value));
    auto axis = normalizeAxis(op, (*inputAxes)[i], inputs[i].rank());
    if (failed(axis))
      return failure();
    (*inputAxes)[i] = *axis;
    Dim size = g.dim(inputs[i].value, *axis);
    if (i == 0)
      count = size;
    else
      g.requireSame(size, count, "Scan: inputs differ in length");
  }
  SmallVector<Value> carried;
  for (auto [value, next] : llvm::zip_equal(scan->states, scan->nextStates)) {
    Value start = g.get(value);
    carried.push_back(g.agree(
        start, carriedType(start.getType(), g.loweredType(next.getType()))));
  }
  // The body tells the types of rows, so it comes first.
  auto draft =
      scf::ForOp::create(g.b, g.index(0), g.index(count), g.index(1), carried);
  Block *body = draft.getBody();
  if (carried.empty())
    body->getTerminator()->erase();
  Value iv = draft.getInductionVar(), last;
  {
    OpBuilder::InsertionGuard guard(g.b);
    g.b.setInsertionPointToEnd(body);
    last = g.index(g.sub(g.sub(count, g.fixed(1)), iv));
    for (size_t i = 0; i < states; ++i)
      g.set(scan->block.getArgument(i), draft.getRegionIterArg(i));
    for (size_t i = 0; i < inputs.size(); ++i)
      g.set(scan->block.getArgument(states + i),
            sliceAt(g, inputs[i], (*inputAxes)[i],
                    (*inputReversed)[i] ? last : iv));
    if (failed(g.lowerBlock(scan->block)))
      return failure();
  }
  for (Value row : scan->rows) {
    auto type = cast<RankedTensorType>(row.getType());
    carried.push_back(startRows(g, type, count));
    body->addArgument(carried.back().getType(), g.b.getLoc());
  }
  {
    OpBuilder::InsertionGuard guard(g.b);
    g.b.setInsertionPointToEnd(body);
    SmallVector<Value> next;
    for (size_t i = 0; i < states; ++i)
      next.push_back(g.agree(g.get(scan->nextStates[i]), carried[i].getType()));
    for (auto [i, row] : llvm::enumerate(scan->rows)) {
      // Rows whose sizes are declared have their room from the start.
      bool isKnown = cast<RankedTensorType>(row.getType()).hasStaticShape();
      Value isFull =
          isKnown ? Value() : g.compare(CmpIPredicate::eq, iv, g.fixed(0));
      next.push_back(addRow(g, body->getArgument(1 + states + i), g.tensor(row),
                            (*outputReversed)[i] ? last : iv, iv, isFull,
                            [&] { return count; }));
    }
    scf::YieldOp::create(g.b, next);
  }
  auto loop =
      scf::ForOp::create(g.b, draft.getLowerBound(), draft.getUpperBound(),
                         draft.getStep(), carried);
  loop.getRegion().takeBody(draft.getRegion());
  draft.erase();
  for (auto [i, result] :
       llvm::enumerate(op.outputs("final_state_and_scan_outputs"))) {
    Value value = loop.getResult(i);
    if (i < states) {
      g.set(result, value);
      continue;
    }
    Tensor rows{value, g.elementOf(result)};
    auto axis = normalizeAxis(op, (*outputAxes)[i - states], rows.rank());
    if (failed(axis))
      return failure();
    // Rows lie along dimension 0.
    SmallVector<int64_t> permutation;
    for (int64_t d = 1; d < rows.rank(); ++d)
      permutation.push_back(d);
    permutation.insert(permutation.begin() + *axis, 0);
    g.set(result, *axis == 0 ? rows : g.transpose(rows, permutation));
  }
  return success();
}

/// Version 8: [batch, sequence, ...], each of a batch for itself, and lengths.
LogicalResult lowerScanOfBatch(OnnxOp op, GraphLowering &g) {
  auto scan = ScanBody::read(op, op.inputs("initial_state_and_scan_inputs"));
  if (failed(scan))
    return failure();
  size_t states = scan->states.size();
  auto reversed = readList(op, "directions", scan->inputs.size());
  if (failed(reversed))
    return failure();
  SmallVector<Tensor> starts, inputs;
  for (Value value : scan->states)
    starts.push_back(g.tensor(value));
  for (Value value : scan->inputs)
    inputs.push_back(g.tensor(value));
  if (inputs[0].rank() < 2)
    return op.operation()->emitError()
           << "Scan: an input of rank " << inputs[0].rank()
           << "; accepted: 2 and more";
  Dim batch = g.dim(inputs[0].value, 0), count = g.dim(inputs[0].value, 1);
  for (Tensor input : inputs) {
    g.requireSame(g.dim(input.value, 0), batch,
                  "Scan: inputs differ in batch size");
    g.requireSame(g.dim(input.value, 1), count,
                  "Scan: inputs differ in length");
  }
  Tensor lengths = g.tensor(op.input("sequence_lens"));
  SmallVector<Tensor> outputs;
  for (Value value : scan->nextStates) {
    if (!isa<RankedTensorType>(value.getType()))
      return notSupported(op, "states of unknown shape");
    Dims sizes = {batch};
    for (int64_t size : cast<RankedTensorType>(value.getType()).getShape())
      sizes.push_back(g.fixed(size));
    Type element = g.elementOf(value);
    outputs.push_back({g.empty(sizes, storageType(element)), element});
  }
  for (Value value : scan->rows) {
    Dims sizes = {batch, count};
    auto type = dyn_cast<RankedTensorType>(value.getType());
    if (!type || !type.hasStaticShape())
      return notSupported(op, "outputs of its body of unknown shape");
    for (int64_t size : type.getShape())
      sizes.push_back(g.fixed(size));
    outputs.push_back(g.filled(sizes, type.getElementType(),
                               g.e.integer(0, type.getElementType())));
  }
  for (Value value : scan->nextStates)
    if (!cast<RankedTensorType>(value.getType()).hasStaticShape())
      return notSupported(op, "states of unknown shape");
  SmallVector<Value> carried;
  for (Tensor output : outputs)
    carried.push_back(output.value);
  LogicalResult status = success();
  auto runOne = [&](Value item, ValueRange before) -> SmallVector<Value> {
    Value length = g.index(count);
    if (lengths)
      length = g.index(g.max(
          g.min(g.e.toIndex(g.at(lengths, item), lengths.element), length),
          g.fixed(0)));
    SmallVector<Value> inner;
    for (auto [start, next] : llvm::zip_equal(starts, scan->nextStates))
      inner.push_back(g.agree(sliceAt(g, start, 0, item).value,
                              g.loweredType(next.getType())));
    llvm::append_range(inner, before.drop_front(states));
    auto body = [&](Value iv, ValueRange now) -> SmallVector<Value> {
      Value last = g.index(g.sub(g.sub(length, g.fixed(1)), iv));
      for (size_t i = 0; i < states; ++i)
        g.set(scan->block.getArgument(i), now[i]);
      for (size_t i = 0; i < inputs.size(); ++i)
        g.set(scan->block.getArgument(states + i),
              sliceAt(g, sliceAt(g, inputs[i], 0, item), 0,
                      (*reversed)[i] ? last : iv));
      status = g.lowerBlock(scan->block);
      SmallVector<Value> next(now);
      if (failed(status))
        return next;
      for (size_t i = 0; i < states; ++i)
        next[i] = g.agree(g.get(scan->nextStates[i]), now[i].getType());
      for (auto [i, row] : llvm::enumerate(scan->rows)) {
        Tensor rows{now[states + i], outputs[states + i].element};
        Dims offsets(rows.rank(), g.fixed(0));
        offsets[0] = item;
        offsets[1] = iv;
        next[states + i] = g.overwrite(rows, g.tensor(row), offsets).value;
      }
      return next;
    };
    SmallVector<Value> after = g.loop(g.index(0), length, inner, body);
    SmallVector<Value> result(after);
    for (size_t i = 0; i < states; ++i) {
      Tensor finals{before[i], outputs[i].element};
      Dims offsets(finals.rank(), g.fixed(0));
      offsets[0] = item;
      result[i] =
          g.overwrite(finals, {after[i], finals.element}, offsets).value;
    }
    return result;
  };
  SmallVector<Value> results =
      g.loop(g.index(0), g.index(batch), carried, runOne);
  if (failed(status))
    return failure();
  for (auto [result, value] :
       llvm::zip_equal(op.outputs("final_state_and_scan_outputs"), results))
    g.set(result, value);
  return success();
}

} // namespace

LogicalResult llm::onnx::lowerScan(OnnxOp op, GraphLowering &g) {
  return op.version() < 9 ? lowerScanOfBatch(op, g) : lowerScanOfAxes(op, g);
}
