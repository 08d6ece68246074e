//===- Sequences.cpp - Sequences and optionals ----------------------------===//

#include "dialects/onnx/ONNXDialect.h"
#include "passes/onnx/lowering/Indexing.h"
#include "passes/onnx/lowering/LoweringTable.h"
#include "passes/onnx/lowering/Memory.h"

#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace llm::onnx;
using arith::CmpIPredicate;

//===----------------------------------------------------------------------===//
// Sequences
//===----------------------------------------------------------------------===//

static LogicalResult lowerSequenceConstruct(OnnxOp op, GraphLowering &g) {
  auto inputs = op.operation()->getOperands();
  Value count = g.index(inputs.size()), items = allocateValues(g, count);
  for (auto [i, input] : llvm::enumerate(inputs))
    writeValue(g, valueAt(g, items, g.index(i)), g.get(input), input.getType());
  g.set(op.operation()->getResult(0), makeSequence(g, items, count));
  return success();
}

/// The position that an op names, the last one where it names none: checked to
/// lie below `size`.
static Value positionOf(OnnxOp op, GraphLowering &g, Value size,
                        Value otherwise, Value count) {
  Value input = op.input("position");
  if (!input)
    return otherwise;
  Tensor position = g.tensor(input);
  Value place = g.e.toIndex(g.scalar(position), position.element);
  Value negative = g.compare(CmpIPredicate::slt, place, g.fixed(0));
  place = g.e.select(negative, arith::AddIOp::create(g.b, place, count), place);
  g.require(g.compare(CmpIPredicate::ult, place, size),
            op.type() + ": position out of range");
  return place;
}

static LogicalResult lowerSequenceInsert(OnnxOp op, GraphLowering &g) {
  Value from = g.get(op.input("input_sequence")), input = op.input("tensor");
  Value count = countOf(g, from), one = g.index(1);
  Value more = arith::AddIOp::create(g.b, count, one);
  Value place = positionOf(op, g, more, count, count);
  Value items = allocateValues(g, more), old = itemsOf(g, from);
  copyValues(g, items, old, place);
  Value at = valueAt(g, items, place);
  writeValue(g, at, g.get(input), input.getType());
  copyValues(g, valueAt(g, items, arith::AddIOp::create(g.b, place, one)),
             valueAt(g, old, place), arith::SubIOp::create(g.b, count, place));
  g.set(op.output("output_sequence"), makeSequence(g, items, more));
  return success();
}

static LogicalResult lowerSequenceErase(OnnxOp op, GraphLowering &g) {
  Value from = g.get(op.input("input_sequence"));
  Value count = countOf(g, from), one = g.index(1);
  g.require(g.compare(CmpIPredicate::ne, count, g.fixed(0)),
            "SequenceErase: the sequence is empty");
  Value less = arith::SubIOp::create(g.b, count, one);
  Value place = positionOf(op, g, count, less, count);
  Value items = allocateValues(g, less), old = itemsOf(g, from);
  copyValues(g, items, old, place);
  copyValues(g, valueAt(g, items, place),
             valueAt(g, old, arith::AddIOp::create(g.b, place, one)),
             arith::SubIOp::create(g.b, less, place));
  g.set(op.output("output_sequence"), makeSequence(g, items, less));
  return success();
}

static LogicalResult lowerSequenceAt(OnnxOp op, GraphLowering &g) {
  Value from = g.get(op.input("input_sequence"));
  Value count = countOf(g, from);
  Value place = positionOf(op, g, count, {}, count);
  Value output = op.output("tensor");
  g.set(output, readValue(g, itemAt(g, from, place), output.getType()));
  return success();
}

static LogicalResult lowerSequenceLength(OnnxOp op, GraphLowering &g) {
  g.setElements(op.output("length"),
                Dim(countOf(g, g.get(op.input("input_sequence")))),
                /*rank=*/0);
  return success();
}

static LogicalResult lowerSplitToSequence(OnnxOp op, GraphLowering &g) {
  Tensor input = g.tensor(op.input("input"));
  auto axis = normalizeAxis(op, op.integer("axis"), input.rank());
  if (failed(axis))
    return failure();
  Dims dims = g.dims(input.value), steps(dims.size(), g.fixed(1));
  Value size = g.index(dims[*axis]), zero = g.index(0);
  Tensor split = g.tensor(op.input("split"));
  bool drop = !split && !op.integer("keepdims", 1);
  // How many parts there are, and how large part i is that begins somewhere.
  Value count = size, each;
  auto single = [&](Value, Value) { return g.index(1); };
  auto equal = [&](Value, Value begin) -> Value {
    return arith::MinUIOp::create(g.b, each,
                                  arith::SubIOp::create(g.b, size, begin));
  };
  auto given = [&](Value i, Value begin) -> Value {
    Value part = g.e.toIndex(g.at(split, i), split.element);
    Value rest = arith::SubIOp::create(g.b, size, begin);
    g.require(g.compare(CmpIPredicate::ule, part, rest),
              "SplitToSequence: sizes do not add up to the dimension");
    return part;
  };
  llvm::function_ref<Value(Value, Value)> sizeOf = single;
  if (split && split.rank() == 0) {
    each = g.e.toIndex(g.scalar(split), split.element);
    g.require(g.compare(CmpIPredicate::sgt, each, g.fixed(0)),
              "SplitToSequence: the size of parts is not positive");
    count = arith::CeilDivUIOp::create(g.b, size, each);
    sizeOf = equal;
  } else if (split) {
    count = g.index(g.dim(split.value, 0));
    sizeOf = given;
  }
  Value items = allocateValues(g, count);
  Value end = g.loop(zero, count, zero,
                     [&](Value i, ValueRange begin) -> SmallVector<Value> {
                       Value part = sizeOf(i, begin[0]);
                       Dims starts(dims.size(), g.fixed(0)), sizes = dims;
                       starts[*axis] = begin[0];
                       sizes[*axis] = drop ? g.fixed(1) : Dim(part);
                       Tensor piece = g.slice(input, starts, sizes, steps);
                       if (drop) {
                         sizes.erase(sizes.begin() + *axis);
                         piece = g.reshape(piece, sizes);
                       }
                       writeValue(g, valueAt(g, items, i), piece.value,
                                  RankedTensorType::get(piece.type().getShape(),
                                                        input.element));
                       return {arith::AddIOp::create(g.b, begin[0], part)};
                     })[0];
  g.requireSame(end, size,
                "SplitToSequence: sizes do not add up to the dimension");
  g.set(op.output("output_sequence"), makeSequence(g, items, count));
  return success();
}

static LogicalResult lowerConcatFromSequence(OnnxOp op, GraphLowering &g) {
  Value from = g.get(op.input("input_sequence"));
  Value output = op.output("concat_result");
  auto type = dyn_cast<RankedTensorType>(output.getType());
  if (!type)
    return notSupported(op, "a result of unknown rank");
  bool isNew = op.integer("new_axis");
  int64_t rank = type.getRank();
  auto axis = normalizeAxis(op, op.integer("axis"), rank);
  if (failed(axis))
    return failure();
  auto item = RankedTensorType::get(
      SmallVector<int64_t>(rank - isNew, ShapedType::kDynamic),
      type.getElementType());
  Value count = countOf(g, from), zero = g.index(0);
  g.require(g.compare(CmpIPredicate::ne, count, g.fixed(0)),
            "ConcatFromSequence: the sequence is empty");
  auto read = [&](Value place) {
    Tensor tensor{readValue(g, itemAt(g, from, place), item),
                  type.getElementType()};
    if (isNew) {
      Dims dims = g.dims(tensor.value);
      dims.insert(dims.begin() + *axis, g.fixed(1));
      tensor = g.reshape(tensor, dims);
    }
    return tensor;
  };
  Value total = g.loop(zero, count, zero,
                       [&](Value i, ValueRange sum) -> SmallVector<Value> {
                         Value size = g.index(g.dim(read(i).value, *axis));
                         return {arith::AddIOp::create(g.b, sum[0], size)};
                       })[0];
  Dims to = g.dims(read(zero).value);
  to[*axis] = total;
  Type storage = storageType(type.getElementType());
  SmallVector<Value> state = {g.empty(to, storage), zero};
  state = g.loop(
      zero, count, state,
      [&](Value i, ValueRange carried) -> SmallVector<Value> {
        Tensor piece = read(i);
        Dims sizes = g.dims(piece.value), starts(rank, g.fixed(0)),
             ones(rank, g.fixed(1));
        Dim size = sizes[*axis];
        for (int64_t d = 0; d < rank; ++d) {
          if (d == *axis)
            continue;
          g.requireSame(sizes[d], to[d],
                        "ConcatFromSequence: tensors differ in dimension " +
                            Twine(d));
          sizes[d] = to[d];
        }
        starts[*axis] = carried[1];
        Value next = tensor::InsertSliceOp::create(
            g.b, g.sized(piece.value, piece.element, sizes).value, carried[0],
            starts, sizes, ones);
        return {next, arith::AddIOp::create(g.b, carried[1], g.index(size))};
      });
  g.set(output, g.sized(state[0], type.getElementType(), to));
  return success();
}

/// The body for the items of all sequences that have one number.
static LogicalResult lowerSequenceMap(OnnxOp op, GraphLowering &g) {
  Block &body = op.region("body")->front();
  SmallVector<Value> inputs(op.operation()->getOperands());
  auto results = op.operation()->getResults();
  Value count = countOf(g, g.get(inputs[0]));
  for (Value input : ArrayRef(inputs).drop_front())
    if (isa<SequenceType>(input.getType()))
      g.requireSame(countOf(g, g.get(input)), count,
                    "SequenceMap: sequences of different lengths");
  SmallVector<Value> items;
  for (size_t i = 0; i < results.size(); ++i)
    items.push_back(allocateValues(g, count));
  LogicalResult status = success();
  g.loop(g.index(0), count, {}, [&](Value i, ValueRange) -> SmallVector<Value> {
    for (auto [argument, input] :
         llvm::zip_equal(body.getArguments(), inputs)) {
      auto sequence = dyn_cast<SequenceType>(input.getType());
      if (!sequence) {
        g.set(argument, g.get(input));
        continue;
      }
      // What is known of an item may be said by either.
      Type type = isa<UnrankedTensorType>(argument.getType())
                      ? sequence.getElement()
                      : argument.getType();
      if (isa<UnrankedTensorType>(type)) {
        status = notSupported(op, "tensors of unknown rank in a sequence");
        return {};
      }
      g.set(argument, readValue(g, itemAt(g, g.get(input), i), type));
    }
    if (failed(g.lowerBlock(body))) {
      status = failure();
      return {};
    }
    for (auto [value, place] :
         llvm::zip_equal(body.getTerminator()->getOperands(), items))
      writeValue(g, valueAt(g, place, i), g.get(value), value.getType());
    return {};
  });
  for (auto [result, place] : llvm::zip_equal(results, items))
    g.set(result, makeSequence(g, place, count));
  return status;
}

//===----------------------------------------------------------------------===//
// Optionals
//===----------------------------------------------------------------------===//

static LogicalResult lowerOptional(OnnxOp op, GraphLowering &g) {
  Value input = op.input("input");
  if (!input) {
    g.set(op.output("output"), makeAbsent(g));
    return success();
  }
  Value result = allocateValues(g, g.index(1));
  writeValue(g, result, g.get(input), input.getType());
  g.set(op.output("output"), result);
  return success();
}

static LogicalResult lowerOptionalHasElement(OnnxOp op, GraphLowering &g) {
  Value input = op.input("input");
  Type boolean = g.b.getI1Type();
  Value result = g.e.integer(input != nullptr, boolean);
  if (input && isa<OptionalType>(input.getType()))
    result = isPresent(g, g.get(input));
  g.set(op.output("output"), g.filled({}, boolean, result));
  return success();
}

static LogicalResult lowerOptionalGetElement(OnnxOp op, GraphLowering &g) {
  Value input = op.input("input"), output = op.output("output");
  if (!isa<OptionalType>(input.getType())) {
    g.set(output, g.get(input));
    return success();
  }
  Value value = g.get(input);
  g.require(isPresent(g, value), "OptionalGetElement: there is no element");
  g.set(output, readValue(g, value, output.getType()));
  return success();
}

void llm::onnx::addSequences(LoweringTable &table) {
  for (const char *name : {"SequenceConstruct", "SequenceEmpty"})
    table.add(name, lowerSequenceConstruct);
  table.add("SequenceInsert", lowerSequenceInsert);
  table.add("SequenceErase", lowerSequenceErase);
  table.add("SequenceAt", lowerSequenceAt);
  table.add("SequenceLength", lowerSequenceLength);
  table.add("SplitToSequence", lowerSplitToSequence);
  table.add("ConcatFromSequence", lowerConcatFromSequence);
  table.add("SequenceMap", lowerSequenceMap);
  table.add("Optional", lowerOptional);
  table.add("OptionalHasElement", lowerOptionalHasElement);
  table.add("OptionalGetElement", lowerOptionalGetElement);
}
