//===- ProbeArithmetic.cpp - Sums, scales and functions of elements -------===//
//
// Numbers are computed. Rows keep a linear form as long as it has one base;
// what goes beyond becomes a node of the RowProgram.
//
//===----------------------------------------------------------------------===//

#include "passes/onnx/raising/Probe.h"

#include "mlir/IR/BuiltinTypes.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/ADT/StringSwitch.h"

#include <cmath>

using namespace mlir;
using namespace llm::onnx;

static ArrayPtr share(Array array) {
  return std::make_shared<const Array>(std::move(array));
}

/// The shape that two broadcast to, or nothing.
static std::optional<Shape> commonShape(const Array &x, const Array &y) {
  Shape result(std::max(x.rank(), y.rank()), 1);
  for (size_t i = 0; i < result.size(); ++i) {
    int64_t a = i < x.shape.size() ? x.shape[x.shape.size() - 1 - i] : 1;
    int64_t b = i < y.shape.size() ? y.shape[y.shape.size() - 1 - i] : 1;
    if (a != b && a != 1 && b != 1)
      return std::nullopt;
    result[result.size() - 1 - i] = a == 1 ? b : a;
  }
  return result;
}

/// Calls f(place of x, place of y) for each element of the common shape.
template <typename F>
static bool zip(const Array &x, const Array &y, Array &result, F f) {
  std::optional<Shape> to = commonShape(x, y);
  if (!to)
    return false;
  result.shape = *to;
  int64_t total = Array::count(*to);
  result.elements.reserve(total);
  Shape at(to->size(), 0);
  auto place = [&](const Array &from) {
    size_t offset = at.size() - from.shape.size();
    int64_t result = 0;
    for (size_t d = 0; d < from.shape.size(); ++d)
      result =
          result * from.shape[d] + (from.shape[d] == 1 ? 0 : at[offset + d]);
    return result;
  };
  for (int64_t i = 0; i < total; ++i) {
    result.elements.push_back(f(x.elements[place(x)], y.elements[place(y)]));
    for (size_t d = at.size(); d-- > 0 && ++at[d] == (*to)[d];)
      at[d] = 0;
  }
  return true;
}

/// What an op computes of numbers.
static std::optional<double> computeNumber(OnnxOp op, double x, double y,
                                           bool integer) {
  StringRef type = op.type();
  if (type == "Add")
    return x + y;
  if (type == "Sub")
    return x - y;
  if (type == "Mul")
    return x * y;
  if (type == "Div")
    return integer ? (y ? std::trunc(x / y) : 0) : x / y;
  if (type == "Mod") {
    double rest = std::fmod(x, y);
    return !op.integer("fmod") && rest != 0 && (rest < 0) != (y < 0) ? rest + y
                                                                     : rest;
  }
  if (type == "Pow")
    return std::pow(x, y);
  if (type == "Max")
    return std::max(x, y);
  if (type == "Min")
    return std::min(x, y);
  if (type == "Equal")
    return x == y;
  if (type == "Less")
    return x < y;
  if (type == "LessOrEqual")
    return x <= y;
  if (type == "Greater")
    return x > y;
  if (type == "GreaterOrEqual")
    return x >= y;
  if (type == "And")
    return x != 0 && y != 0;
  if (type == "Or")
    return x != 0 || y != 0;
  if (type == "Xor")
    return (x != 0) != (y != 0);
  return std::nullopt;
}

static std::optional<double> computeNumber(OnnxOp op, double x) {
  StringRef type = op.type();
  if (type == "Not")
    return x == 0;
  if (type == "Neg")
    return -x;
  if (type == "Abs")
    return std::fabs(x);
  if (type == "Cos")
    return std::cos(x);
  if (type == "Sin")
    return std::sin(x);
  if (type == "Exp")
    return std::exp(x);
  if (type == "Log")
    return std::log(x);
  if (type == "Sqrt")
    return std::sqrt(x);
  if (type == "Reciprocal")
    return 1 / x;
  if (type == "Floor")
    return std::floor(x);
  if (type == "Ceil")
    return std::ceil(x);
  if (type == "Round")
    return std::nearbyint(x);
  if (type == "Sign")
    return (x > 0) - (x < 0);
  if (type == "IsNaN")
    return std::isnan(x);
  if (type == "IsInf")
    return std::isinf(x);
  return std::nullopt;
}

bool Probe::runArithmetic(OnnxOp op, bool &known) {
  known = true;
  StringRef type = op.type();
  Operation *operation = op.operation();
  if (operation->getNumOperands() == 0 || operation->getNumResults() == 0) {
    known = false;
    return true;
  }
  ArrayPtr x = get(operation->getOperand(0));
  ArrayPtr y =
      operation->getNumOperands() > 1 ? get(operation->getOperand(1)) : nullptr;
  Value result = operation->getResult(0);
  auto finish = [&](ArrayPtr array) {
    if (!array)
      return fail("is no linear function of one row's features");
    set(result, array);
    return true;
  };
  auto tensorType = dyn_cast<TensorType>(result.getType());
  bool integer = tensorType && tensorType.getElementType().isInteger();

  if (type == "Where") {
    ArrayPtr z = get(operation->getOperand(2));
    if (!x->isNumeric() || y->isWeight() || z->isWeight())
      return fail("chooses by the tokens");
    Array yes, no, merged;
    Element keep = Element::of(1);
    auto first = [](const Element &a, const Element &) { return a; };
    (void)keep;
    Array shape;
    if (!zip(*y, *z, shape, first))
      return fail("has inputs that do not broadcast");
    Array condition;
    if (!zip(*x, shape, condition, first) || !zip(*y, condition, yes, first) ||
        !zip(*z, condition, no, first))
      return fail("has inputs that do not broadcast");
    merged.shape = condition.shape;
    for (size_t i = 0; i < condition.elements.size(); ++i)
      merged.elements.push_back(condition.elements[i].number ? yes.elements[i]
                                                             : no.elements[i]);
    return finish(share(std::move(merged)));
  }
  static const llvm::StringSet<> binary = {"Add",
                                           "Sub",
                                           "Mul",
                                           "Div",
                                           "Mod",
                                           "Pow",
                                           "Max",
                                           "Min",
                                           "Equal",
                                           "Less",
                                           "LessOrEqual",
                                           "Greater",
                                           "GreaterOrEqual",
                                           "And",
                                           "Or",
                                           "Xor"};
  static const llvm::StringSet<> unary = {
      "Not",        "Neg",   "Abs",   "Cos",  "Sin",   "Exp",
      "Log",        "Sqrt",  "Ceil",  "Sign", "IsNaN", "IsInf",
      "Reciprocal", "Floor", "Tanh",  "Erf",  "Relu",  "Sigmoid",
      "Softplus",   "Gelu",  "Swish", "Round"};
  if (binary.contains(type)) {
    if (x->isWeight() || y->isWeight())
      return fail("computes with a matrix of weights");
    if (x->isNumeric() && y->isNumeric()) {
      Array numbers;
      bool fits = zip(*x, *y, numbers, [&](const Element &a, const Element &b) {
        return Element::of(*computeNumber(op, a.number, b.number, integer));
      });
      for (Value more : operation->getOperands().drop_front(2)) {
        Array next;
        ArrayPtr z = get(more);
        fits = fits && z->isNumeric() &&
               zip(numbers, *z, next, [&](const Element &a, const Element &b) {
                 return Element::of(
                     *computeNumber(op, a.number, b.number, integer));
               });
        numbers = std::move(next);
      }
      return fits ? finish(share(std::move(numbers)))
                  : fail("has inputs that do not broadcast");
    }
    if (type == "Add" || type == "Sub")
      return finish(add(*x, *y, type == "Add" ? 1 : -1));
    if (type == "Mul")
      return finish(multiply(*x, *y));
    if (type == "Div") {
      if (!y->isNumeric()) {
        ArrayPtr inverse = apply(*y, "reciprocal");
        return finish(inverse ? multiply(*x, *inverse) : nullptr);
      }
      Array inverse = *y;
      for (Element &element : inverse.elements)
        element.number = 1 / element.number;
      return finish(multiply(*x, inverse));
    }
    if (type == "Pow" && y->isNumeric() && y->elements.size() == 1) {
      double power = y->elements[0].number;
      if (power == 2)
        return finish(multiply(*x, *x));
      if (power == 3) {
        ArrayPtr square = multiply(*x, *x);
        return finish(square ? multiply(*square, *x) : nullptr);
      }
      if (power == -0.5 || power == 0.5)
        return finish(apply(*x, power > 0 ? "sqrt" : "rsqrt"));
    }
    return fail("is not supported yet on what depends on the tokens");
  }
  if (unary.contains(type)) {
    if (x->isWeight())
      return fail("computes with a matrix of weights");
    if (x->isNumeric()) {
      Array numbers = *x;
      for (Element &element : numbers.elements) {
        auto value = computeNumber(op, element.number);
        if (!value)
          return fail("is not supported yet on numbers");
        element.number = *value;
      }
      return finish(share(std::move(numbers)));
    }
    if (type == "IsNaN" || type == "IsInf") {
      // No value of a run that goes well is.
      Array none = *x;
      for (Element &element : none.elements)
        element = Element::of(0);
      return finish(share(std::move(none)));
    }
    if (type == "Neg")
      return finish(multiply(*x, Array{{}, {Element::of(-1)}, {}, false}));
    if (type == "Swish" && op.real("alpha", 1) != 1)
      return fail("has an alpha other than 1; not supported yet");
    if (type == "Gelu" && op.string("approximate") == "tanh")
      return finish(apply(*x, "gelu_tanh"));
    std::string function = llvm::StringSwitch<std::string>(type)
                               .Case("Swish", "silu")
                               .Default(type.lower());
    return finish(apply(*x, function));
  }
  if (type == "CumSum" && x->isNumeric()) {
    auto axes = integers(op.input("axis"));
    if (!axes || op.integer("exclusive") || op.integer("reverse"))
      return fail("is not supported yet in this form");
    int64_t axis = (*axes)[0] < 0 ? (*axes)[0] + x->rank() : (*axes)[0];
    Array sums = *x;
    int64_t inner = Array::count(ArrayRef(x->shape).drop_front(axis + 1));
    int64_t size = x->shape[axis];
    for (size_t i = 0; i < sums.elements.size(); ++i)
      if (static_cast<int64_t>(i) / inner % size > 0)
        sums.elements[i].number += sums.elements[i - inner].number;
    return finish(share(std::move(sums)));
  }
  if (type.starts_with("Reduce")) {
    auto axes = axesOf(op, "axes", x->rank());
    if (!axes)
      return fail("has axes that depend on the tokens");
    bool keep = op.integer("keepdims", 1);
    if (axes->empty())
      for (int64_t i = 0; i < x->rank(); ++i)
        axes->push_back(i);
    if (!x->isNumeric()) {
      if (axes->size() != 1 || (*axes)[0] != x->rank() - 1 ||
          (type != "ReduceMean" && type != "ReduceSum"))
        return fail("reduces what depends on the tokens by more than its last "
                    "axis");
      ArrayPtr means = mean(*x, type == "ReduceSum");
      if (means && !keep) {
        Array flat = *means;
        flat.shape.pop_back();
        means = share(std::move(flat));
      }
      return finish(means);
    }
    Shape kept = x->shape, to;
    for (int64_t i = 0; i < x->rank(); ++i)
      if (llvm::is_contained(*axes, i))
        kept[i] = 1;
      else
        to.push_back(kept[i]);
    Array reduced;
    reduced.shape = kept;
    std::vector<double> sums(Array::count(kept));
    std::vector<int64_t> counts(sums.size());
    Shape at(x->shape.size(), 0);
    for (const Element &element : x->elements) {
      int64_t place = 0;
      for (size_t d = 0; d < at.size(); ++d)
        place = place * kept[d] + (kept[d] == 1 ? 0 : at[d]);
      double &sum = sums[place];
      double value = element.number;
      bool first = counts[place]++ == 0;
      if (type == "ReduceMax")
        sum = first ? value : std::max(sum, value);
      else if (type == "ReduceMin")
        sum = first ? value : std::min(sum, value);
      else if (type == "ReduceProd")
        sum = first ? value : sum * value;
      else if (type == "ReduceSum" || type == "ReduceMean")
        sum += value;
      else
        return fail("is not supported yet on numbers");
      for (size_t d = at.size(); d-- > 0 && ++at[d] == x->shape[d];)
        at[d] = 0;
    }
    for (size_t i = 0; i < sums.size(); ++i)
      reduced.elements.push_back(Element::of(
          type == "ReduceMean" && counts[i] ? sums[i] / counts[i] : sums[i]));
    if (!keep)
      reduced.shape = to;
    return finish(share(std::move(reduced)));
  }
  known = false;
  return true;
}

//===----------------------------------------------------------------------===//
// Linear forms
//===----------------------------------------------------------------------===//

/// x + sign * y of two forms of one base; false if that has more than two
/// terms.
static bool addForms(const Element &x, const Element &y, double sign,
                     Element &sum) {
  sum = x;
  sum.number += sign * y.number;
  if (y.isNumber())
    return true;
  if (x.isNumber()) {
    double number = sum.number;
    sum = y;
    sum.number = number;
    for (double &coefficient : sum.coefficient)
      coefficient *= sign;
    return true;
  }
  if (x.base != y.base || x.row != y.row)
    return false;
  for (int i = 0; i < 2 && y.feature[i] >= 0; ++i) {
    int j = 0;
    while (j < 2 && sum.feature[j] >= 0 && sum.feature[j] != y.feature[i])
      ++j;
    if (j == 2)
      return false;
    sum.feature[j] = y.feature[i];
    sum.coefficient[j] += sign * y.coefficient[i];
  }
  return true;
}

ArrayPtr Probe::settled(Array x) {
  bool plain = true;
  for (const Element &element : x.elements) {
    if (element.isNumber() || element.base == kTokens ||
        program[element.base].kind == RowNode::Scores)
      return share(std::move(x));
    plain &= element.number == x.elements[0].number &&
             element.coefficient[0] == x.elements[0].coefficient[0] &&
             element.feature[1] < 0;
  }
  ArrayPtr shared = share(std::move(x));
  ArrayPtr rows = plain ? nullptr : materialize(shared);
  return rows ? rows : shared;
}

ArrayPtr Probe::add(const Array &x, const Array &y, double sign) {
  Array sum;
  bool linear = true;
  if (!zip(x, y, sum, [&](const Element &a, const Element &b) {
        Element result;
        linear = linear && addForms(a, b, sign, result);
        return result;
      }))
    return nullptr;
  if (linear) {
    ArrayPtr turned = rotated(sum);
    return turned ? turned : settled(std::move(sum));
  }
  if (ArrayPtr difference = sign == -1 ? centered(x, y) : nullptr)
    return difference;
  // Of two bases: rows, added feature by feature.
  Array signedY = y;
  if (sign != 1)
    for (Element &element : signedY.elements) {
      element.number *= sign;
      for (double &coefficient : element.coefficient)
        coefficient *= sign;
    }
  ArrayPtr a = materialize(share(x)), b = materialize(share(signedY));
  if (!a || !b)
    return nullptr;
  RowNode node = make(RowNode::Sum);
  node.inputs = {a->elements[0].base, b->elements[0].base};
  node.features = program[node.inputs[0]].features;
  bool agree = program[node.inputs[1]].features == node.features;
  Array rows;
  int number = addNode(node);
  if (!zip(*a, *b, rows,
           [&](const Element &left, const Element &right) {
             agree &=
                 left.row == right.row && left.feature[0] == right.feature[0];
             return Element::of(number, left.row, left.feature[0]);
           }) ||
      !agree)
    return nullptr;
  return share(std::move(rows));
}

ArrayPtr Probe::multiply(const Array &x, const Array &y) {
  if (!x.isNumeric() && !y.isNumeric()) {
    ArrayPtr a = materialize(share(x)), b = materialize(share(y));
    if (!a || !b)
      return nullptr;
    // The one with fewer features stands for groups of the other's.
    if (program[a->elements[0].base].features <
        program[b->elements[0].base].features)
      std::swap(a, b);
    RowNode node = make(RowNode::Product);
    node.inputs = {a->elements[0].base, b->elements[0].base};
    node.features = program[node.inputs[0]].features;
    int64_t groups = program[node.inputs[1]].features;
    if (groups == 0 || node.features % groups)
      return nullptr;
    int64_t width = node.features / groups;
    Array rows;
    bool agree = true;
    int number = addNode(node);
    if (!zip(*a, *b, rows,
             [&](const Element &left, const Element &right) {
               agree &= left.row == right.row &&
                        left.feature[0] / width == right.feature[0];
               return Element::of(number, left.row, left.feature[0]);
             }) ||
        !agree)
      return nullptr;
    return share(std::move(rows));
  }
  Array product;
  if (!zip(x, y, product, [&](const Element &a, const Element &b) {
        const Element &form = a.isNumber() ? b : a;
        double factor = a.isNumber() ? a.number : b.number;
        Element result = form;
        result.number *= factor;
        for (double &coefficient : result.coefficient)
          coefficient *= factor;
        return result;
      }))
    return nullptr;
  return settled(std::move(product));
}

ArrayPtr Probe::apply(const Array &x, StringRef function) {
  if (int32_t base = baseOf(x, RowNode::Scores);
      base >= 0 && function == "tanh" && program[base].name.empty())
    return capped(x);
  ArrayPtr rows = materialize(share(x));
  if (!rows)
    return nullptr;
  RowNode node = make(RowNode::Function);
  node.inputs = {rows->elements[0].base};
  node.features = program[node.inputs[0]].features;
  node.name = function.str();
  int number = addNode(node);
  Array result = *rows;
  for (Element &element : result.elements)
    element.base = number;
  return share(std::move(result));
}

/// A soft cap: scores that are no longer linear.
ArrayPtr Probe::capped(const Array &x) {
  const Element &first = x.elements[0];
  for (const Element &element : x.elements)
    if (element.base != first.base || element.number != 0 ||
        element.coefficient[0] != first.coefficient[0] ||
        element.feature[1] >= 0)
      return nullptr;
  RowNode node = program[first.base];
  node.name = "tanh";
  node.number = first.coefficient[0];
  int number = addNode(node);
  Array result = x;
  for (Element &element : result.elements)
    element = Element::of(number, element.row, element.feature[0]);
  return share(std::move(result));
}

ArrayPtr Probe::centered(const Array &x, const Array &mean) {
  if (mean.elements.empty() || x.elements.empty())
    return nullptr;
  int32_t base = x.elements[0].base, of = mean.elements[0].base;
  if (base < 0 || of < 0 || base == kTokens || of == kTokens ||
      program[of].kind != RowNode::Mean || program[of].inputs[0] != base)
    return nullptr;
  RowNode node = make(RowNode::Center);
  node.inputs = {base};
  node.features = program[base].features;
  node.heads = program[of].features;
  int64_t width = node.features / node.heads;
  int number = program.size();
  bool agree = true;
  Array result;
  if (!zip(x, mean, result,
           [&](const Element &own, const Element &other) {
             agree &= own.isPure() && other.isPure() && own.base == base &&
                      other.base == of && own.row == other.row &&
                      own.feature[0] / width == other.feature[0];
             return Element::of(number, own.row, own.feature[0]);
           }) ||
      !agree)
    return nullptr;
  number = addNode(std::move(node));
  for (Element &element : result.elements)
    element.base = number;
  return share(std::move(result));
}

ArrayPtr Probe::mean(const Array &x, bool sum) {
  ArrayPtr rows = materialize(share(x));
  if (!rows)
    return nullptr;
  int64_t width = x.shape.back();
  RowNode node = make(RowNode::Mean);
  node.inputs = {rows->elements[0].base};
  int64_t features = program[node.inputs[0]].features;
  if (width == 0 || features % width)
    return nullptr;
  node.features = features / width;
  int number = addNode(node);
  Array result;
  result.shape = x.shape;
  result.shape.back() = 1;
  for (size_t i = 0; i < rows->elements.size(); i += width) {
    const Element &first = rows->elements[i];
    for (int64_t j = 0; j < width; ++j)
      if (rows->elements[i + j].row != first.row ||
          rows->elements[i + j].feature[0] != first.feature[0] + j)
        return nullptr;
    if (first.feature[0] % width)
      return nullptr;
    Element element = Element::of(number, first.row, first.feature[0] / width);
    if (sum)
      element.coefficient[0] = width;
    result.elements.push_back(element);
  }
  return share(std::move(result));
}
