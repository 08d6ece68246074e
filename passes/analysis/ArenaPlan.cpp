//===- ArenaPlan.cpp - Where the values of a step lie in memory -----------===//

#include "passes/analysis/ArenaPlan.h"

#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace llm;

/// Rows that a tile may compute past the last one.
constexpr int64_t kSpareRows = 32;

/// Numbers ops in program order; a region's ops come before its op's end.
void ArenaPlan::number(Block &block) {
  for (Operation &op : block) {
    positions[&op] = positions.size();
    if (auto repeat = dyn_cast<RepeatOp>(op))
      for (Region &body : repeat.getBodies())
        number(body.front());
    ends[&op] = positions.size();
  }
}

/// Position of the last op that reads the value or a slice of it.
int64_t ArenaPlan::lastUse(Value value) const {
  int64_t last = -1;
  for (Operation *user : value.getUsers()) {
    if (isa<tensor::DimOp>(user))
      continue;
    if (auto slice = dyn_cast<tensor::ExtractSliceOp>(user)) {
      last = std::max(last, lastUse(slice));
      continue;
    }
    // A value from outside a layer is read again by the next layer.
    Operation *at = value.getParentBlock()->findAncestorOpInBlock(*user);
    last = std::max(last, at == user ? positions.lookup(at) : ends.lookup(at));
  }
  return last;
}

unsigned ArenaPlan::newBuffer(Value value, int64_t position) {
  auto type = cast<RankedTensorType>(value.getType());
  int64_t columns = type.getDimSize(1);
  int64_t padded = paddedColumns(columns, type.getElementTypeBitWidth());
  Buffer buffer;
  buffer.exclusive = columns != padded;
  int64_t rows = buffer.exclusive ? mostRows : ownRows;
  // A vector read at the last head's end may reach past the last row.
  buffer.bytes = llvm::alignTo(
      (rows + kSpareRows) * padded * type.getElementTypeBitWidth() / 8 + 64,
      64);
  buffer.first = position;
  buffers.push_back(buffer);
  return buffers.size() - 1;
}

void ArenaPlan::put(Value value, unsigned buffer) {
  bufferOf[value] = buffer;
  buffers[buffer].holder = value;
  // What is read in its own phase only lives through that phase.
  int64_t made = positions.lookup(value.getDefiningOp());
  buffers[buffer].last = std::max({buffers[buffer].last, made, lastUse(value)});
}

LogicalResult ArenaPlan::assign(Block &block, Value carried) {
  Operation *terminator = block.getTerminator();
  Value yielded = carried ? terminator->getOperand(0) : Value();
  for (Operation &op : block) {
    int64_t position = positions.lookup(&op);
    if (auto repeat = dyn_cast<RepeatOp>(op)) {
      Value input = repeat.getInput();
      auto it = bufferOf.find(input);
      if (it == bufferOf.end() || lastUse(input) > ends.lookup(&op))
        return op.emitError() << "not supported yet: the hidden state before "
                                 "the layers is read after them";
      unsigned buffer = it->second;
      buffers[buffer].last = ends.lookup(&op);
      for (Region &body : repeat.getBodies()) {
        Value hidden = body.front().getArgument(0);
        put(hidden, buffer);
        if (failed(assign(body.front(), hidden)))
          return failure();
      }
      put(repeat.getResult(), buffer);
      continue;
    }
    auto phase = dyn_cast<PhaseOp>(op);
    if (!phase)
      continue;
    for (auto [result, reuse] :
         llvm::zip(phase.getResults(), phase.getReuses())) {
      bool external = llvm::any_of(result.getUsers(), [](Operation *user) {
        return isa<YieldOp>(user) && isa<StepOp>(user->getParentOp());
      });
      if (external)
        continue;
      // The next layer reads there, so this comes before any other reuse.
      if (result == yielded) {
        Buffer &buffer = buffers[bufferOf.lookup(carried)];
        if (lastUse(buffer.holder) < position) {
          put(result, bufferOf.lookup(carried));
          continue;
        }
      }
      Value reused = reuse >= 0 ? phase.getInputs()[reuse] : Value();
      auto it = reused ? bufferOf.find(reused) : bufferOf.end();
      bool sameSize = reused && reused.getType() == result.getType();
      if (it != bufferOf.end() && sameSize && it->second < buffers.size() &&
          buffers[it->second].holder == reused && lastUse(reused) == position &&
          reused.getParentBlock() == &block) {
        put(result, it->second);
        continue;
      }
      put(result, newBuffer(result, position));
    }
  }
  if (yielded && bufferOf.lookup(yielded) != bufferOf.lookup(carried))
    return terminator->emitError()
           << "not supported yet: a layer's result that cannot be written over "
              "its hidden state";
  return success();
}

void ArenaPlan::place() {
  // Exclusive buffers first, in program order: every class of a model's steps
  // has the same ones, of the same size, so they get the same places in each.
  SmallVector<unsigned> order;
  for (bool exclusive : {true, false})
    for (unsigned i = 0; i < buffers.size(); ++i)
      if (buffers[i].exclusive == exclusive)
        order.push_back(i);
  SmallVector<unsigned> placed;
  for (unsigned i : order) {
    Buffer &buffer = buffers[i];
    // The lowest gap between the buffers that are alive at the same time.
    SmallVector<std::pair<int64_t, int64_t>> taken;
    for (unsigned j : placed) {
      const Buffer &other = buffers[j];
      bool together =
          other.exclusive || buffer.exclusive ||
          (other.first <= buffer.last && buffer.first <= other.last);
      if (together)
        taken.push_back({other.offset, other.offset + other.bytes});
    }
    llvm::sort(taken);
    int64_t at = 0;
    for (auto [from, to] : taken) {
      if (at + buffer.bytes <= from)
        break;
      at = std::max(at, to);
    }
    buffer.offset = at;
    total = std::max(total, at + buffer.bytes);
    placed.push_back(i);
  }
}

FailureOr<ArenaPlan> ArenaPlan::create(StepOp step, int64_t rows) {
  ArenaPlan plan;
  plan.mostRows = rows;
  plan.ownRows = std::min(rows, step.getRows()[1]);
  Block &body = step.getBody().front();
  plan.number(body);
  if (failed(plan.assign(body, Value())))
    return failure();
  plan.place();
  return plan;
}

std::optional<int64_t> ArenaPlan::offset(Value value) const {
  auto it = bufferOf.find(value);
  if (it == bufferOf.end())
    return std::nullopt;
  return buffers[it->second].offset;
}
