//===- Features.cpp - ai.onnx.ml: what features are made of ---------------===//

#include "dialects/onnx/ONNXDialect.h"
#include "passes/onnx/lowering/Indexing.h"
#include "passes/onnx/lowering/Literals.h"
#include "passes/onnx/lowering/LoweringTable.h"
#include "passes/onnx/lowering/MachineLearning.h"
#include "passes/onnx/lowering/SearchSorted.h"
#include "passes/onnx/lowering/Text.h"

#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;
using namespace llm::onnx;
using arith::CmpIPredicate;

/// Columns by number; the result has two dimensions at least.
static LogicalResult lowerArrayFeatureExtractor(OnnxOp op, GraphLowering &g) {
  Tensor x = g.tensor(op.input("X")), y = g.tensor(op.input("Y"));
  y = g.reshape(y, g.product(g.dims(y.value)));
  if (x.rank() == 0)
    return notSupported(op, "an input of rank 0");
  if (x.rank() == 1)
    x = g.reshape(x, {g.fixed(1), g.dim(x.value, 0)});
  Dims to = g.dims(x.value);
  Dim size = to.back();
  to.back() = g.dim(y.value, 0);
  requireElements(g, size, to, "ArrayFeatureExtractor: index out of range");
  g.set(op.output("Z"), g.tabulate(to, x.element, [&](ValueRange at) {
    SmallVector<Value> place(at);
    place.back() = indexFrom(g, y, at.back(), size,
                             "ArrayFeatureExtractor: index out of range");
    return g.at(x, place);
  }));
  return success();
}

static LogicalResult lowerBinarizer(OnnxOp op, GraphLowering &g) {
  Tensor x = g.tensor(op.input("X"));
  Type type = x.element;
  g.set(op.output("Y"), g.map(x, type, [&](ValueRange v) {
    Value above =
        g.e.less(g.e.constant(op.real("threshold"), type), v[0], type);
    return g.e.select(above, g.e.integer(1, type), g.e.integer(0, type));
  }));
  return success();
}

//===----------------------------------------------------------------------===//
// Keys and values
//===----------------------------------------------------------------------===//

/// A list that an encoder names, of whatever kind.
struct List {
  SmallVector<int64_t> integers;
  SmallVector<double> reals;
  SmallVector<StringRef> texts;
  Type element; ///< i64, f32, f64 or string; null: there is none
};

static List readList(OnnxOp op, GraphLowering &g, StringRef name) {
  List list;
  auto given = [&](StringRef suffix) {
    std::string full = (name + suffix).str();
    return op.schema().attribute(full) && op.has(full);
  };
  if (given("_tensor")) {
    Attribute tensor = op.attribute((name + "_tensor").str());
    if (auto texts = dyn_cast<DenseStringElementsAttr>(tensor)) {
      if (texts.isSplat())
        list.texts.assign(texts.getNumElements(), texts.getRawStringData()[0]);
      else
        list.texts.assign(texts.getRawStringData().begin(),
                          texts.getRawStringData().end());
      list.element = StringType::get(g.b.getContext());
    } else if (auto numbers = dyn_cast<DenseElementsAttr>(tensor)) {
      Type element = numbers.getElementType();
      if (isFloat(element)) {
        list.reals = realsOf(numbers);
        list.element = element.isF64() ? element : g.b.getF32Type();
      } else {
        list.integers = integersOf(numbers);
        list.element = g.b.getI64Type();
      }
    }
  } else if (given("_strings")) {
    list.texts = op.strings((name + "_strings").str());
    list.element = StringType::get(g.b.getContext());
  } else if (given("_int64s")) {
    list.integers = op.integers((name + "_int64s").str());
    list.element = g.b.getI64Type();
  } else if (given("_floats")) {
    list.reals = op.reals((name + "_floats").str());
    list.element = g.b.getF32Type();
  }
  return list;
}

static size_t sizeOf(const List &list) {
  return list.integers.size() + list.reals.size() + list.texts.size();
}

static KeyTable tableOf(GraphLowering &g, const List &list) {
  if (isString(list.element))
    return makeKeyTable(g, list.texts);
  return isFloat(list.element) ? makeKeyTable(g, list.reals, list.element)
                               : makeKeyTable(g, list.integers);
}

static Tensor tensorOf(GraphLowering &g, const List &list) {
  if (isString(list.element))
    return textConstants(g, list.texts);
  return isFloat(list.element) ? literal(g, list.reals, list.element)
                               : literal(g, list.integers);
}

/// What an encoder gives for a key that it does not know.
static Value defaultOf(OnnxOp op, GraphLowering &g, Type element) {
  if (op.schema().attribute("default_tensor")) {
    Attribute tensor = op.attribute("default_tensor");
    if (auto texts = dyn_cast_or_null<DenseStringElementsAttr>(tensor))
      return textConstant(g, texts.getRawStringData()[0]);
    if (auto numbers = dyn_cast_or_null<DenseElementsAttr>(tensor))
      return isFloat(element) ? g.e.constant(realsOf(numbers)[0], element)
                              : g.e.integer(integersOf(numbers)[0], element);
  }
  if (isString(element))
    return textConstant(g, op.string("default_string"));
  if (isFloat(element))
    return g.e.constant(op.real("default_float"), element);
  return g.e.integer(op.integer("default_int64"), element);
}

/// Y = values[place of X in keys], or a default.
static LogicalResult encode(OnnxOp op, GraphLowering &g, const List &keys,
                            const List &values) {
  Tensor x = g.tensor(op.input("X"));
  Type to = g.elementOf(op.output("Y")), i64 = g.b.getI64Type();
  if (!keys.element || !values.element || sizeOf(keys) != sizeOf(values))
    return op.operation()->emitError()
           << op.type() << ": " << sizeOf(keys) << " keys and "
           << sizeOf(values) << " values";
  if (isString(keys.element) != isString(x.element) ||
      isString(values.element) != isString(to))
    return notSupported(op, "keys or values of another type than the tensor");
  KeyTable table = tableOf(g, keys);
  Tensor results = tensorOf(g, values);
  Value otherwise = defaultOf(op, g, to);
  g.set(op.output("Y"), g.map(x, to, [&](ValueRange v) {
    Value key = g.e.cast(v[0], x.element, keys.element);
    Value place = findKey(g, table, key);
    Value known = g.e.lessOrEqual(g.e.integer(0, i64), place, i64);
    place = g.e.toIndex(g.e.max(place, g.e.integer(0, i64), i64), i64);
    Value found = g.e.cast(g.at(results, place), results.element, to);
    return g.e.select(known, found, otherwise);
  }));
  return success();
}

static LogicalResult lowerLabelEncoder(OnnxOp op, GraphLowering &g) {
  if (op.version() >= 2)
    return encode(op, g, readList(op, g, "keys"), readList(op, g, "values"));
  // Classes are numbered.
  List texts = readList(op, g, "classes"), numbers;
  numbers.element = g.b.getI64Type();
  for (int64_t i = 0; i < static_cast<int64_t>(texts.texts.size()); ++i)
    numbers.integers.push_back(i);
  bool fromText = isString(g.elementOf(op.input("X")));
  return encode(op, g, fromText ? texts : numbers, fromText ? numbers : texts);
}

static LogicalResult lowerCategoryMapper(OnnxOp op, GraphLowering &g) {
  List texts, numbers;
  texts.element = StringType::get(g.b.getContext());
  texts.texts = op.strings("cats_strings");
  numbers.element = g.b.getI64Type();
  numbers.integers = op.integers("cats_int64s");
  bool fromText = isString(g.elementOf(op.input("X")));
  return encode(op, g, fromText ? texts : numbers, fromText ? numbers : texts);
}

static LogicalResult lowerOneHotEncoder(OnnxOp op, GraphLowering &g) {
  Tensor x = g.tensor(op.input("X"));
  List keys = readList(op, g, "cats");
  Type key = keys.element, i64 = g.b.getI64Type(), f32 = g.b.getF32Type();
  if (!key || isString(key) != isString(x.element))
    return notSupported(op, "categories of another type than the input");
  KeyTable table = tableOf(g, keys);
  auto find = [&](Value element) {
    return findKey(g, table, g.e.cast(element, x.element, key));
  };
  Tensor places = g.map(x, i64, [&](ValueRange v) { return find(v[0]); });
  if (!op.integer("zeros", 1)) {
    // Checked as an index is: the call fails where one is missing.
    places = g.map(places, i64, [&](ValueRange v) {
      return g.e.fromIndex(g.checked(g.e.toIndex(v[0], i64),
                                     g.fixed(sizeOf(keys)),
                                     "OneHotEncoder: an unknown category"),
                           i64);
    });
  }
  Dims to = g.dims(x.value);
  to.push_back(g.fixed(sizeOf(keys)));
  g.set(op.output("Y"), g.tabulate(to, f32, [&](ValueRange at) {
    Value place = g.at(places, at.drop_back());
    Value hot = g.e.equal(place, g.e.fromIndex(at.back(), i64), i64);
    return g.e.select(hot, g.e.constant(1, f32), g.e.constant(0, f32));
  }));
  return success();
}

//===----------------------------------------------------------------------===//
// Numbers
//===----------------------------------------------------------------------===//

/// A number for each of the last dimension, or one for all.
static Tensor byColumn(GraphLowering &g, ArrayRef<double> numbers,
                       double otherwise) {
  SmallVector<double> all(numbers);
  if (all.empty())
    all.push_back(otherwise);
  return literal(g, all, g.b.getF32Type());
}

static LogicalResult lowerScaler(OnnxOp op, GraphLowering &g) {
  Tensor x = g.tensor(op.input("X"));
  Type f32 = g.b.getF32Type();
  Tensor offset = byColumn(g, op.reals("offset"), 0),
         scale = byColumn(g, op.reals("scale"), 1);
  g.set(op.output("Y"), g.map({x, offset, scale}, f32, [&](ValueRange v) {
    Value number = g.e.cast(v[0], x.element, f32);
    return g.e.mul(g.e.sub(number, v[1], f32), v[2], f32);
  }));
  return success();
}

static LogicalResult lowerNormalizer(OnnxOp op, GraphLowering &g) {
  Type f32 = g.b.getF32Type();
  Tensor x = g.cast(g.tensor(op.input("X")), f32);
  StringRef norm = op.string("norm", "MAX");
  if (norm != "MAX" && norm != "L1" && norm != "L2")
    return op.operation()->emitError()
           << "Normalizer: norm " << norm << "; accepted: MAX, L1, L2";
  Value zero = g.e.constant(0, f32);
  bool max = norm == "MAX";
  Tensor sums = g.reduce(
      x, x.rank() - 1, /*keepDims=*/true, f32, max ? g.e.smallest(f32) : zero,
      [&](Value sum, Value v) {
        if (max)
          return g.e.max(sum, v, f32);
        return g.e.add(sum, norm == "L1" ? g.e.abs(v, f32) : g.e.mul(v, v, f32),
                       f32);
      });
  g.set(op.output("Y"), g.map({x, sums}, f32, [&](ValueRange v) {
    Value by =
        norm == "L2" ? math::SqrtOp::create(g.b, v[1]).getResult() : v[1];
    Value isZero = g.e.equal(by, zero, f32);
    return g.e.div(v[0], g.e.select(isZero, g.e.constant(1, f32), by), f32);
  }));
  return success();
}

static LogicalResult lowerImputer(OnnxOp op, GraphLowering &g) {
  Tensor x = g.tensor(op.input("X"));
  bool real = isFloat(x.element);
  Tensor values = real ? literal(g, op.reals("imputed_value_floats"), x.element)
                       : literal(g, op.integers("imputed_value_int64s"));
  Value missing =
      real ? g.e.constant(op.real("replaced_value_float"), x.element)
           : g.e.integer(op.integer("replaced_value_int64"), x.element);
  bool isNaN = real && std::isnan(op.real("replaced_value_float"));
  g.set(op.output("Y"), g.map({x, values}, x.element, [&](ValueRange v) {
    Value wrong = isNaN ? arith::CmpFOp::create(g.b, arith::CmpFPredicate::UNO,
                                                v[0], v[0])
                              .getResult()
                        : g.e.equal(v[0], missing, x.element);
    Value value = g.e.cast(v[1], values.element, x.element);
    return g.e.select(wrong, value, v[0]);
  }));
  return success();
}

static LogicalResult lowerFeatureVectorizer(OnnxOp op, GraphLowering &g) {
  SmallVector<Tensor> inputs;
  for (Value value : op.inputs("X")) {
    Tensor input = g.cast(g.tensor(value), g.b.getF32Type());
    Dims dims = g.dims(input.value);
    if (dims.size() == 1)
      dims.insert(dims.begin(), g.fixed(1));
    if (dims.size() != 2)
      return notSupported(op, "an input of a rank other than 1 and 2");
    inputs.push_back(g.reshape(input, dims));
  }
  g.set(op.output("Y"), g.concat(inputs, 1));
  return success();
}

void llm::onnx::addFeatures(LoweringTable &table) {
  table.add("ml.ArrayFeatureExtractor", lowerArrayFeatureExtractor);
  table.add("ml.Binarizer", lowerBinarizer);
  table.add("ml.CategoryMapper", lowerCategoryMapper);
  table.add("ml.FeatureVectorizer", lowerFeatureVectorizer);
  table.add("ml.Imputer", lowerImputer);
  table.add("ml.LabelEncoder", lowerLabelEncoder);
  table.add("ml.Normalizer", lowerNormalizer);
  table.add("ml.OneHotEncoder", lowerOneHotEncoder);
  table.add("ml.Scaler", lowerScaler);
}
