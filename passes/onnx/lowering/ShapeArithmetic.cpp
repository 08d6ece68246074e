//===- ShapeArithmetic.cpp - Numbers that say shapes stay numbers ---------===//
//
// Exporters compute shapes by ops on short tensors: Shape, Gather, Mul, Concat.
// Kept as dimensions, what they compute is seen to be equal to the sizes of
// other tensors. Tried before the table of lowerings.
//
//===----------------------------------------------------------------------===//

#include "passes/onnx/lowering/ShapeArithmetic.h"

#include "passes/onnx/lowering/Indexing.h"
#include "llvm/ADT/StringSwitch.h"

using namespace mlir;
using namespace llm::onnx;
using arith::CmpIPredicate;

/// Longer tensors are data.
constexpr size_t kMostNumbers = 64;

namespace {

/// An op and its inputs as numbers. Each function gives the numbers of the
/// result, or nullopt where the op is better done on tensors.
struct Numbers {
  OnnxOp op;
  GraphLowering &g;
  SmallVector<Dims> inputs;

  using Result = std::optional<Dims>;

  bool isScalar(Value value) {
    return llvm::cast<RankedTensorType>(value.getType()).getRank() == 0;
  }

  /// Element by element, single ones with all.
  Result map(llvm::function_ref<std::optional<Dim>(ArrayRef<Dim>)> body) {
    size_t size = 1;
    for (const Dims &input : inputs)
      if (input.size() != 1)
        size = input.size();
    for (const Dims &input : inputs)
      if (input.size() != 1 && input.size() != size)
        return std::nullopt;
    Dims result;
    for (size_t i = 0; i < size; ++i) {
      Dims elements;
      for (const Dims &input : inputs)
        elements.push_back(input[input.size() == 1 ? 0 : i]);
      std::optional<Dim> one = body(elements);
      if (!one)
        return std::nullopt;
      result.push_back(*one);
    }
    return result;
  }

  Result compare(CmpIPredicate predicate) {
    return map([&](ArrayRef<Dim> x) {
      return choose(g, predicate, x[0], x[1], g.fixed(1), g.fixed(0));
    });
  }

  Result fold(Dim (TensorCode::*combine)(Dim, Dim)) {
    return map([&](ArrayRef<Dim> x) {
      Dim result = x[0];
      for (Dim next : x.drop_front())
        result = (g.*combine)(result, next);
      return result;
    });
  }

  /// Truncated as ONNX's Div is, or floored as Mod's.
  Result divide(bool remainder) {
    return map([&](ArrayRef<Dim> x) -> std::optional<Dim> {
      auto left = getConstantIntValue(x[0]), right = getConstantIntValue(x[1]);
      if (left && right && *right != 0 && *right != -1) {
        int64_t rest = *left % *right;
        if (!remainder)
          return g.fixed(*left / *right);
        bool adjust =
            rest != 0 && (rest < 0) != (*right < 0) && !op.integer("fmod");
        return g.fixed(adjust ? rest + *right : rest);
      }
      if (!isNonNegative(x[0]) || !isNonNegative(x[1]) ||
          isConstantIntValue(x[1], 0))
        return std::nullopt;
      Dim divisor = right ? x[1] : g.max(x[1], g.fixed(1));
      Dim quotient = g.floorDiv(x[0], divisor);
      if (!right) // as by 0 elsewhere: 0
        quotient = choose(g, CmpIPredicate::eq, x[1], g.fixed(0), g.fixed(0),
                          quotient);
      return remainder ? g.sub(x[0], g.mul(quotient, divisor)) : quotient;
    });
  }

  Result gather() {
    Dims result;
    for (Dim index : inputs[1]) {
      auto known = getConstantIntValue(index);
      int64_t size = inputs[0].size();
      if (!known || *known < -size || *known >= size ||
          isScalar(op.input("data")))
        return std::nullopt;
      result.push_back(inputs[0][*known < 0 ? *known + size : *known]);
    }
    return result;
  }

  Result slice() {
    int64_t size = inputs[0].size();
    auto one = [&](StringRef name,
                   int64_t otherwise) -> std::optional<int64_t> {
      std::optional<Dims> given;
      if (!op.schema().attribute(name) && !op.input(name))
        return otherwise;
      given = numbersOf(op, g, name);
      if (!given || given->size() != 1)
        return std::nullopt;
      return getConstantIntValue((*given)[0]);
    };
    auto start = one("starts", 0), end = one("ends", 0);
    auto step = op.version() < 10 ? 1 : one("steps", 1);
    if (!start || !end || !step || *step == 0)
      return std::nullopt;
    auto clamp = [&](int64_t x) {
      int64_t low = *step < 0 ? -1 : 0, high = *step < 0 ? size - 1 : size;
      return std::clamp(x < 0 ? std::max(x, -size - 1) + size : x, low, high);
    };
    Dims result;
    int64_t last = clamp(*end);
    for (int64_t i = clamp(*start); *step > 0 ? i < last : i > last; i += *step)
      result.push_back(inputs[0][i]);
    return result;
  }

  /// The same numbers with or without a dimension of size 1.
  Result reshape() {
    auto type =
        llvm::cast<RankedTensorType>(op.operation()->getResult(0).getType());
    return type.getRank() == 0 && inputs[0].size() != 1 ? Result()
                                                        : Result(inputs[0]);
  }

  Result range() {
    auto from = getConstantIntValue(inputs[0][0]),
         to = getConstantIntValue(inputs[1][0]),
         by = getConstantIntValue(inputs[2][0]);
    if (!from || !to || !by || *by == 0)
      return std::nullopt;
    Dims result;
    for (int64_t i = *from; *by > 0 ? i < *to : i > *to; i += *by) {
      result.push_back(g.fixed(i));
      if (result.size() > kMostNumbers)
        return std::nullopt;
    }
    return result;
  }

  Result reduce(Dim (TensorCode::*combine)(Dim, Dim), int64_t start) {
    // Over the only axis, unless it is said that there is none.
    bool byInput = !op.schema().attribute("axes");
    if (byInput ? inputs.size() != 1 && inputs[1].size() != 1
                : op.has("axes") && op.integers("axes").size() != 1)
      return std::nullopt;
    if (byInput && inputs.size() == 1 && op.integer("noop_with_empty_axes"))
      return std::nullopt;
    Dim result = inputs[0].empty() ? g.fixed(start) : inputs[0][0];
    for (Dim next : ArrayRef(inputs[0]).drop_front(!inputs[0].empty()))
      result = (g.*combine)(result, next);
    return Dims{result};
  }

  /// One number a given number of times.
  Result repeat(Dim number, Dims size) {
    if (size.empty())
      return Dims{number};
    auto count = getConstantIntValue(size[0]);
    if (size.size() != 1 || !count || *count < 0 ||
        *count > static_cast<int64_t>(kMostNumbers))
      return std::nullopt;
    return Dims(*count, number);
  }

  Result constantOfShape() {
    int64_t number = 0;
    if (auto value =
            dyn_cast_or_null<DenseIntElementsAttr>(op.attribute("value")))
      number = (*value.value_begin<APInt>()).getSExtValue();
    return repeat(g.fixed(number), inputs[0]);
  }

  Result cast() {
    auto to =
        llvm::cast<IntegerType>(g.elementOf(op.operation()->getResult(0)));
    return map([&](ArrayRef<Dim> x) -> std::optional<Dim> {
      if (to.isInteger(1))
        return choose(g, CmpIPredicate::ne, x[0], g.fixed(0), g.fixed(1),
                      g.fixed(0));
      if (auto known = getConstantIntValue(x[0]))
        return g.fixed(
            APInt(64, *known, true).trunc(to.getWidth()).getSExtValue());
      return x[0];
    });
  }

  Result compute() {
    auto negate = [&](ArrayRef<Dim> x) -> Dim {
      return g.sub(g.fixed(0), x[0]);
    };
    enum {
      None,
      Add,
      Sub,
      Mul,
      Div,
      Mod,
      Min,
      Max,
      Neg,
      Abs,
      Not,
      And,
      Or,
      Equal,
      Less,
      LessOrEqual,
      Greater,
      GreaterOrEqual,
      Where,
      Cast,
      Gather,
      Slice,
      Reshape,
      Range,
      Product,
      Sum,
      Largest,
      Smallest,
      Expand,
      Fill
    };
    switch (llvm::StringSwitch<int>(op.type())
                .Cases({"Add", "Sum"}, Add)
                .Case("Sub", Sub)
                .Case("Mul", Mul)
                .Case("Div", Div)
                .Case("Mod", Mod)
                .Case("Min", Min)
                .Case("Max", Max)
                .Case("Neg", Neg)
                .Case("Abs", Abs)
                .Case("Not", Not)
                .Case("And", And)
                .Case("Or", Or)
                .Case("Equal", Equal)
                .Case("Less", Less)
                .Case("LessOrEqual", LessOrEqual)
                .Case("Greater", Greater)
                .Case("GreaterOrEqual", GreaterOrEqual)
                .Case("Where", Where)
                .Case("Cast", Cast)
                .Case("Gather", Gather)
                .Case("Slice", Slice)
                .Cases({"Reshape", "Squeeze", "Unsqueeze", "Identity"}, Reshape)
                .Case("Range", Range)
                .Case("ReduceProd", Product)
                .Case("ReduceSum", Sum)
                .Case("ReduceMax", Largest)
                .Case("ReduceMin", Smallest)
                .Case("Expand", Expand)
                .Case("ConstantOfShape", Fill)
                .Default(None)) {
    case Add:
      return fold(&TensorCode::add);
    case Sub:
      return fold(&TensorCode::sub);
    case Mul:
      return fold(&TensorCode::mul);
    case Div:
      return divide(/*remainder=*/false);
    case Mod:
      return divide(/*remainder=*/true);
    case Min:
    case And:
      return fold(&TensorCode::min);
    case Max:
    case Or:
      return fold(&TensorCode::max);
    case Neg:
      return map(negate);
    case Abs:
      return map([&](ArrayRef<Dim> x) -> Dim {
        return isNonNegative(x[0]) ? x[0] : g.max(x[0], negate(x));
      });
    case Not:
      return map(
          [&](ArrayRef<Dim> x) -> Dim { return g.sub(g.fixed(1), x[0]); });
    case Equal:
      return compare(CmpIPredicate::eq);
    case Less:
      return compare(CmpIPredicate::slt);
    case LessOrEqual:
      return compare(CmpIPredicate::sle);
    case Greater:
      return compare(CmpIPredicate::sgt);
    case GreaterOrEqual:
      return compare(CmpIPredicate::sge);
    case Where:
      return map([&](ArrayRef<Dim> x) -> Dim {
        return choose(g, CmpIPredicate::ne, x[0], g.fixed(0), x[1], x[2]);
      });
    case Cast:
      return cast();
    case Gather:
      return gather();
    case Slice:
      return slice();
    case Reshape:
      return reshape();
    case Range:
      return range();
    case Product:
      return reduce(&TensorCode::mul, 1);
    case Sum:
      return reduce(&TensorCode::add, 0);
    case Largest:
      return inputs[0].empty() ? Result() : reduce(&TensorCode::max, 0);
    case Smallest:
      return inputs[0].empty() ? Result() : reduce(&TensorCode::min, 0);
    case Expand:
      return inputs[0].size() == 1 ? repeat(inputs[0][0], inputs[1]) : Result();
    case Fill:
      return constantOfShape();
    }
    return std::nullopt;
  }
};

} // namespace

/// Whether a tensor may hold numbers: few signed integers or bools, rank 0
/// or 1.
static bool isShort(Value value) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  return type && type.getRank() <= 1 &&
         (type.getElementType().isSignlessInteger(64) ||
          type.getElementType().isSignlessInteger(32) ||
          type.getElementType().isInteger(1));
}

bool llm::onnx::lowerShapeArithmetic(OnnxOp op, GraphLowering &g) {
  Operation *operation = op.operation();
  if (!op.domain().empty() || operation->getNumResults() != 1 ||
      operation->getNumOperands() == 0 || operation->getNumRegions() != 0 ||
      !isShort(operation->getResult(0)))
    return false;
  bool some = false, all = true;
  for (Value value : operation->getOperands()) {
    if (!isShort(value))
      return false;
    some |= g.holdsNumbers(value);
    all &= g.constant(value).has_value();
  }
  if (!some && !all)
    return false;
  Numbers numbers{op, g, {}};
  for (Value value : operation->getOperands()) {
    auto elements = g.elements(value);
    if (!elements || elements->size() > kMostNumbers)
      return false;
    numbers.inputs.push_back(*elements);
  }
  std::optional<Dims> result = numbers.compute();
  if (!result || result->size() > kMostNumbers)
    return false;
  g.setElements(operation->getResult(0), *result);
  return true;
}
