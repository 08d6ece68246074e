//===- Shape.cpp - Constants, shapes and views of tensors -----------------===//
//
// Numbers that say shapes stay dimensions (GraphLowering::setElements), so that
// Shape -> Gather -> Concat -> Reshape gives tensors the very sizes of others.
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/ONNXDialect.h"
#include "passes/onnx/lowering/GraphLowering.h"
#include "passes/onnx/lowering/Indexing.h"
#include "passes/onnx/lowering/LoweringTable.h"
#include "passes/onnx/lowering/Text.h"

#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace llm::onnx;

/// The runtime takes no more.
constexpr int64_t kMostDimensions = 64;

/// The same literal in storage form.
static DenseElementsAttr toStorage(DenseElementsAttr literal, Type element) {
  Type storage = storageType(element);
  if (storage == element)
    return literal;
  unsigned from = element.getIntOrFloatBitWidth(),
           to = storage.getIntOrFloatBitWidth();
  if (from == to)
    return literal.bitcast(storage);
  auto widen = [&](APInt bits) {
    return isUnsigned(element) || isFloat(element) ? bits.zext(to)
                                                   : bits.sext(to);
  };
  if (isFloat(element))
    return cast<DenseFPElementsAttr>(literal).mapValues(
        storage,
        [&](const APFloat &value) { return widen(value.bitcastToAPInt()); });
  return cast<DenseIntElementsAttr>(literal).mapValues(
      storage, [&](const APInt &value) { return widen(value); });
}

/// The texts of a Constant, if it is one of texts.
static std::optional<SmallVector<StringRef>> constantTexts(OnnxOp op) {
  if (auto literal =
          dyn_cast_or_null<DenseStringElementsAttr>(op.attribute("value"))) {
    if (!literal.isSplat())
      return llvm::to_vector(literal.getRawStringData());
    return SmallVector<StringRef>(literal.getNumElements(),
                                  literal.getRawStringData()[0]);
  }
  for (const char *name : {"value_string", "value_strings"}) {
    if (!op.schema().attribute(name) || !op.has(name))
      continue;
    return name == StringRef("value_string")
               ? SmallVector<StringRef>{op.string(name)}
               : op.strings(name);
  }
  return std::nullopt;
}

static LogicalResult lowerConstant(OnnxOp op, GraphLowering &g) {
  Value output = op.output("output");
  auto type = dyn_cast<RankedTensorType>(output.getType());
  if (auto texts = constantTexts(op)) {
    g.set(output,
          g.reshape(textConstants(g, *texts), g.fixed(type.getShape())));
    return success();
  }
  auto literal = g.constant(output);
  if (!literal)
    return notSupported(op, "a constant that is no dense tensor");
  g.set(output, arith::ConstantOp::create(
                    g.b, toStorage(*literal, type.getElementType()))
                    .getResult());
  return success();
}

static LogicalResult lowerIdentity(OnnxOp op, GraphLowering &g) {
  Value input = op.input("input");
  if (auto elements = g.elements(input))
    g.setElements(op.output("output"), *elements,
                  cast<RankedTensorType>(input.getType()).getRank());
  else
    g.set(op.output("output"), g.get(input));
  return success();
}

static LogicalResult lowerShape(OnnxOp op, GraphLowering &g) {
  Dims dims = g.dims(g.get(op.input("data")));
  int64_t rank = dims.size(), start = 0, end = rank;
  auto clamp = [&](int64_t axis) {
    return std::clamp<int64_t>(axis < 0 ? axis + rank : axis, 0, rank);
  };
  if (op.version() >= 15) {
    start = clamp(op.integer("start"));
    end = op.has("end") ? clamp(op.integer("end")) : rank;
  }
  g.setElements(op.output("shape"),
                ArrayRef(dims).slice(start, std::max<int64_t>(0, end - start)));
  return success();
}

static LogicalResult lowerSize(OnnxOp op, GraphLowering &g) {
  g.setElements(op.output("size"), g.product(g.dims(g.get(op.input("data")))),
                /*rank=*/0);
  return success();
}

/// Reshape's -1 and 0, which come as numbers, some known only at run time.
static LogicalResult lowerReshape(OnnxOp op, GraphLowering &g) {
  Tensor data = g.tensor(op.input("data"));
  Dims from = g.dims(data.value);
  std::optional<Dims> wanted;
  if (op.version() >= 5) {
    wanted = g.elements(op.input("shape"));
  } else {
    wanted = g.fixed(op.integers("shape"));
  }
  if (!wanted)
    return notSupported(op, "a shape whose length is not known");
  bool zeroIsZero = op.version() >= 14 && op.integer("allowzero");
  Dims to;
  std::optional<unsigned> inferred;
  SmallVector<unsigned> unknown; // may be -1
  for (auto [i, dim] : llvm::enumerate(*wanted)) {
    auto number = getConstantIntValue(dim);
    if (number && *number == -1) {
      if (inferred)
        return op.operation()->emitError()
               << "Reshape: more than one -1 in its shape";
      inferred = i;
    } else if (number && *number < 0) {
      return op.operation()->emitError()
             << "Reshape: size " << *number << "; accepted: -1, 0 and more";
    } else if (!zeroIsZero && i < from.size()) {
      if (number && *number == 0)
        dim = from[i];
      else if (!number && !llvm::is_contained(from, dim))
        dim = g.select(g.compare(arith::CmpIPredicate::eq, dim, g.fixed(0)),
                       from[i], dim);
    }
    if (!getConstantIntValue(dim) && !isNonNegative(dim))
      unknown.push_back(i);
    to.push_back(dim);
  }
  Dim total = g.product(from);
  auto others = [&](unsigned skipped) {
    Dims rest;
    Dims left = from;
    for (auto [i, dim] : llvm::enumerate(to)) {
      if (i == skipped)
        continue;
      // What both have needs no division.
      auto *twin =
          llvm::find_if(left, [&](Dim other) { return g.same(dim, other); });
      if (twin != left.end())
        left.erase(twin);
      else
        rest.push_back(dim);
    }
    return std::pair(g.product(left), g.product(rest));
  };
  auto divide = [&](unsigned skipped) {
    auto [have, rest] = others(skipped);
    Dim divisor = g.max(rest, g.fixed(1));
    return g.floorDiv(have, divisor);
  };
  if (inferred) {
    to[*inferred] = divide(*inferred);
  } else {
    // Only what is known at run time might be -1.
    Dim count = g.fixed(0);
    for (unsigned i : unknown)
      count = g.add(count, g.select(g.compare(arith::CmpIPredicate::eq, to[i],
                                              g.fixed(-1)),
                                    g.fixed(1), g.fixed(0)));
    if (unknown.size() > 1)
      g.require(g.compare(arith::CmpIPredicate::sle, count, g.fixed(1)),
                "Reshape: more than one -1 in its shape");
    for (unsigned i : unknown) {
      Dims saved = to;
      for (unsigned j : unknown)
        if (j != i)
          to[j] =
              g.select(g.compare(arith::CmpIPredicate::eq, to[j], g.fixed(-1)),
                       g.fixed(1), to[j]);
      Dim value = divide(i);
      to = saved;
      to[i] =
          g.select(g.compare(arith::CmpIPredicate::eq, saved[i], g.fixed(-1)),
                   value, saved[i]);
    }
  }
  for (unsigned i : unknown)
    g.require(g.compare(arith::CmpIPredicate::sge, to[i], g.fixed(0)),
              "Reshape: a size is negative");
  g.requireSame(g.product(to), total,
                "Reshape: the shape has another number of elements than the "
                "input");
  g.set(op.output("reshaped"), g.reshape(data, to));
  return success();
}

static LogicalResult lowerFlatten(OnnxOp op, GraphLowering &g) {
  Tensor input = g.tensor(op.input("input"));
  Dims dims = g.dims(input.value);
  int64_t axis = op.integer("axis", 1);
  if (axis < 0)
    axis += dims.size();
  if (axis < 0 || axis > static_cast<int64_t>(dims.size()))
    return op.operation()->emitError()
           << "Flatten: axis " << axis << " of a tensor of rank "
           << dims.size();
  Dims to = {g.product(ArrayRef(dims).take_front(axis)),
             g.product(ArrayRef(dims).drop_front(axis))};
  g.set(op.output("output"), g.reshape(input, to));
  return success();
}

/// Which of `rank` dimensions the axes name, as conditions; of Squeeze and
/// Unsqueeze, whose axes are an input from version 13 on and may be computed.
/// `count` is how many there are.
static FailureOr<SmallVector<OpFoldResult>>
readAxes(OnnxOp op, GraphLowering &g, int64_t rank, int64_t &count) {
  auto boolean = [&](bool value) {
    return OpFoldResult(g.b.getBoolAttr(value));
  };
  SmallVector<OpFoldResult> named(rank, boolean(false));
  std::optional<Dims> axes = op.version() < 13 ? g.fixed(op.integers("axes"))
                                               : g.elements(op.input("axes"));
  if (!axes)
    return notSupported(op, "axes of a number that is not known");
  count = axes->size();
  for (Dim axis : *axes) {
    if (auto known = getConstantIntValue(axis)) {
      auto place = normalizeAxis(op, *known, rank);
      if (failed(place))
        return failure();
      named[*place] = boolean(true);
      continue;
    }
    Value negative = g.compare(arith::CmpIPredicate::slt, axis, g.fixed(0));
    Dim place = g.select(negative, g.add(axis, g.fixed(rank)), axis);
    g.require(g.compare(arith::CmpIPredicate::ult, place, g.fixed(rank)),
              op.type() + ": an axis is out of range");
    for (int64_t i = 0; i < rank; ++i) {
      if (isConstantIntValue(named[i], 1))
        continue;
      Value is = g.compare(arith::CmpIPredicate::eq, place, g.fixed(i));
      named[i] = isa<Attribute>(named[i])
                     ? is
                     : arith::OrIOp::create(g.b, cast<Value>(named[i]), is)
                           .getResult();
    }
  }
  return named;
}

/// `condition ? x : y`, folded.
static Dim choose(GraphLowering &g, OpFoldResult condition, Dim x, Dim y) {
  if (auto value = dyn_cast<Value>(condition))
    return g.select(value, x, y);
  return cast<BoolAttr>(cast<Attribute>(condition)).getValue() ? x : y;
}

static LogicalResult lowerSqueeze(OnnxOp op, GraphLowering &g) {
  Value data = op.input("data");
  if (cast<RankedTensorType>(data.getType()).getRank() == 1 &&
      g.elements(data)) {
    g.setElements(op.output("squeezed"), *g.elements(data), /*rank=*/0);
    return success();
  }
  Tensor input = g.tensor(data);
  Dims from = g.dims(input.value), to;
  int64_t rank = from.size(), count = 0;
  bool named = op.version() < 13 ? op.has("axes") : bool(op.input("axes"));
  SmallVector<OpFoldResult> dropped;
  if (named) {
    auto axes = readAxes(op, g, rank, count);
    if (failed(axes))
      return failure();
    dropped = *axes;
  } else {
    // A size that only the run tells is not 1, if the result's declaration
    // does not say so already.
    bool isDeclared = isa<RankedTensorType>(op.output("squeezed").getType());
    for (Dim dim : from) {
      dropped.push_back(g.b.getBoolAttr(TensorCode::isOne(dim)));
      count += TensorCode::isOne(dim);
      if (!isDeclared && !getConstantIntValue(dim))
        g.require(g.compare(arith::CmpIPredicate::ne, dim, g.fixed(1)),
                  "Squeeze: a size that was not known when compiling is 1, "
                  "which changes the rank; name the axes");
    }
  }
  if (count > rank)
    return op.operation()->emitError()
           << "Squeeze: " << count << " axes of a tensor of rank " << rank;
  // Dimension i goes to the place that as many kept ones lie before.
  to.assign(rank - count, g.fixed(1));
  Dim place = g.fixed(0);
  for (int64_t i = 0; i < rank; ++i) {
    g.requireSame(choose(g, dropped[i], from[i], g.fixed(1)), g.fixed(1),
                  "Squeeze: a dimension is not 1");
    for (int64_t k = 0; k < rank - count; ++k) {
      Dim kept = choose(g, dropped[i], to[k], from[i]);
      if (auto known = getConstantIntValue(place))
        to[k] = *known == k ? kept : to[k];
      else
        to[k] = g.select(g.compare(arith::CmpIPredicate::eq, place, g.fixed(k)),
                         kept, to[k]);
    }
    place = g.add(place, choose(g, dropped[i], g.fixed(0), g.fixed(1)));
  }
  g.requireSame(g.product(to), g.product(from),
                "Squeeze: an axis is named twice");
  g.set(op.output("squeezed"), g.reshape(input, to));
  return success();
}

static LogicalResult lowerUnsqueeze(OnnxOp op, GraphLowering &g) {
  Value data = op.input("data");
  int64_t rank = cast<RankedTensorType>(data.getType()).getRank();
  auto axes = op.version() < 13
                  ? std::optional<Dims>(g.fixed(op.integers("axes")))
                  : g.elements(op.input("axes"));
  if (!axes)
    return notSupported(op, "axes of a number that is not known");
  int64_t count = axes->size();
  if (rank + count > kMostDimensions)
    return notSupported(op, "a rank above " + Twine(kMostDimensions));
  auto added = readAxes(op, g, rank + count, count);
  if (failed(added))
    return failure();
  if (rank == 0 && count == 1 && g.elements(data)) {
    g.setElements(op.output("expanded"), *g.elements(data));
    return success();
  }
  Tensor input = g.tensor(data);
  Dims from = g.dims(input.value), to;
  Dim next = g.fixed(0); // dimension of the input
  for (int64_t i = 0; i < rank + count; ++i) {
    Dim dim = g.fixed(1);
    for (int64_t k = 0; k < rank; ++k) {
      if (auto known = getConstantIntValue(next))
        dim = *known == k ? from[k] : dim;
      else
        dim = g.select(g.compare(arith::CmpIPredicate::eq, next, g.fixed(k)),
                       from[k], dim);
    }
    to.push_back(choose(g, (*added)[i], g.fixed(1), dim));
    next = g.add(next, choose(g, (*added)[i], g.fixed(0), g.fixed(1)));
  }
  g.requireSame(g.product(to), g.product(from),
                "Unsqueeze: an axis is named twice");
  g.set(op.output("expanded"), g.reshape(input, to));
  return success();
}

static LogicalResult lowerTranspose(OnnxOp op, GraphLowering &g) {
  Tensor data = g.tensor(op.input("data"));
  SmallVector<int64_t> permutation = op.integers("perm");
  if (permutation.empty())
    for (int64_t i = data.rank(); i-- > 0;)
      permutation.push_back(i);
  SmallVector<int64_t> sorted = permutation;
  llvm::sort(sorted);
  if (sorted != llvm::to_vector(llvm::seq(data.rank())))
    return op.operation()->emitError()
           << "Transpose: perm is no permutation of the " << data.rank()
           << " dimensions";
  g.set(op.output("transposed"), g.transpose(data, permutation));
  return success();
}

static LogicalResult lowerConcat(OnnxOp op, GraphLowering &g) {
  SmallVector<Tensor> inputs;
  std::optional<Dims> numbers = Dims();
  for (Value value : op.inputs("inputs")) {
    auto elements = g.elements(value);
    if (!elements || !numbers)
      numbers = std::nullopt;
    else
      llvm::append_range(*numbers, *elements);
  }
  if (numbers && numbers->size() <= 64) {
    g.setElements(op.output("concat_result"), *numbers);
    return success();
  }
  for (Value value : op.inputs("inputs"))
    inputs.push_back(g.tensor(value));
  auto axis = normalizeAxis(op, op.integer("axis", 1), inputs[0].rank());
  if (failed(axis))
    return failure();
  g.set(op.output("concat_result"), g.concat(inputs, *axis));
  return success();
}

static LogicalResult lowerExpand(OnnxOp op, GraphLowering &g) {
  Tensor input = g.tensor(op.input("input"));
  auto shape = g.elements(op.input("shape"));
  if (!shape)
    return notSupported(op, "a shape whose length is not known");
  for (Dim dim : *shape)
    if (!isNonNegative(dim))
      g.require(g.compare(arith::CmpIPredicate::sge, dim, g.fixed(0)),
                "Expand: a size is negative");
  Tensor like{g.empty(*shape, g.b.getI1Type()), g.b.getI1Type()};
  g.set(op.output("output"),
        g.map({input, like}, input.element, [](ValueRange x) { return x[0]; }));
  return success();
}

static LogicalResult lowerConstantOfShape(OnnxOp op, GraphLowering &g) {
  auto shape = g.elements(op.input("input"));
  if (!shape)
    return notSupported(op, "a shape whose length is not known");
  Type element = g.elementOf(op.output("output"));
  Value value = g.e.integer(0, element);
  if (auto literal =
          dyn_cast_or_null<DenseElementsAttr>(op.attribute("value"))) {
    DenseElementsAttr stored = toStorage(literal, element);
    value =
        g.e.fromStorage(arith::ConstantOp::create(
                            g.b, stored.getElementType(),
                            cast<TypedAttr>(*stored.value_begin<Attribute>())),
                        element);
  }
  for (Dim dim : *shape)
    if (!getConstantIntValue(dim))
      g.require(g.compare(arith::CmpIPredicate::sge, dim, g.fixed(0)),
                "ConstantOfShape: a size is negative");
  g.set(op.output("output"), g.filled(*shape, element, value));
  return success();
}

void llm::onnx::addShape(LoweringTable &table) {
  table.add("Constant", lowerConstant);
  table.add("Identity", lowerIdentity);
  table.add("Shape", lowerShape);
  table.add("Size", lowerSize);
  table.add("Reshape", lowerReshape);
  table.add("Flatten", lowerFlatten);
  table.add("Squeeze", lowerSqueeze);
  table.add("Unsqueeze", lowerUnsqueeze);
  table.add("Transpose", lowerTranspose);
  table.add("Concat", lowerConcat);
  table.add("Expand", lowerExpand);
  table.add("ConstantOfShape", lowerConstantOfShape);
}
