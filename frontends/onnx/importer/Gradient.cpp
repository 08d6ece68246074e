//===- Gradient.cpp - A gradient as ops of ONNX ---------------------------===//
//
// See Gradient.h.
//
//===----------------------------------------------------------------------===//

#include "frontends/onnx/importer/Gradient.h"

#include "frontends/ErrorText.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <set>

using ::onnx::AttributeProto;
using ::onnx::FunctionProto;
using ::onnx::NodeProto;
using ::onnx::TensorProto;
using ::onnx::TensorShapeProto;
using ::onnx::TypeProto;

namespace llm::onnx {

/// Whose ops gradients are written in.
static constexpr int kOpset = 21;

static const AttributeProto *attributeOf(const NodeProto &node,
                                         const char *name) {
  for (const AttributeProto &attribute : node.attribute())
    if (attribute.name() == name)
      return &attribute;
  return nullptr;
}

//===----------------------------------------------------------------------===//
// What is differentiated
//===----------------------------------------------------------------------===//

Gradient::Gradient(const NodeProto &node, const NodeList &before, int count,
                   std::string prefix)
    : node(node), before(before), count(count), prefix(std::move(prefix)) {
  for (const char *list : {"xs", "zs"})
    if (const AttributeProto *attribute = attributeOf(node, list)) {
      xs.insert(xs.end(), attribute->strings().begin(),
                attribute->strings().end());
      if (wanted == 0)
        wanted = xs.size();
    }
  if (const AttributeProto *attribute = attributeOf(node, "y"))
    y = attribute->s();
}

std::string Gradient::find() {
  if (static_cast<size_t>(node.input_size()) != xs.size())
    return "has " + std::to_string(node.input_size()) +
           " inputs; expected one for each of the " +
           std::to_string(xs.size()) + " names in xs and zs";
  if (static_cast<size_t>(node.output_size()) > wanted)
    return "has more outputs than names in xs";
  std::set<std::string> needed = {y}, moved(xs.begin(), xs.end());
  bool isGiven = moved.count(y) != 0;
  std::vector<const NodeProto *> giving;
  for (int i = count; i-- > 0;) {
    const NodeProto &one = before.Get(i);
    bool gives = false;
    for (const std::string &output : one.output())
      gives |= !output.empty() && needed.count(output) != 0 &&
               moved.count(output) == 0;
    if (!gives)
      continue;
    giving.push_back(&one);
    needed.insert(one.input().begin(), one.input().end());
  }
  std::reverse(giving.begin(), giving.end());
  for (const NodeProto *one : giving) {
    bool isMoved = false;
    for (const std::string &input : one->input())
      isMoved |= moved.count(input) != 0;
    for (const std::string &output : one->output()) {
      isGiven |= output == y;
      if (isMoved && !output.empty())
        moved.insert(output);
    }
    if (isMoved)
      path.push_back(one);
  }
  return isGiven ? "" : "y is " + quoteName(y) + ", which no node before gives";
}

std::string Gradient::renamed(const std::string &name) const {
  auto found = names.find(name);
  return found == names.end() ? name : found->second;
}

std::vector<NodeProto> Gradient::forward() {
  bool isSame = true;
  for (size_t i = 0; i < xs.size(); ++i) {
    isSame &= node.input(i) == xs[i];
    names[xs[i]] = node.input(i);
  }
  if (isSame)
    return {};
  std::vector<NodeProto> nodes;
  for (const NodeProto *one : path) {
    NodeProto &copy = nodes.emplace_back(*one);
    copy.set_name(prefix + one->name());
    for (std::string &input : *copy.mutable_input())
      input = renamed(input);
    for (std::string &output : *copy.mutable_output()) {
      if (output.empty())
        continue;
      names[output] = prefix + output;
      output = names[output];
    }
  }
  return nodes;
}

//===----------------------------------------------------------------------===//
// Backwards
//===----------------------------------------------------------------------===//

namespace {

using Names = std::vector<std::string>;

/// The function as it grows. Values of the graph become its inputs when they
/// are read.
class Backward {
public:
  /// `moving` are the values that depend on those differentiated by.
  Backward(FunctionProto &function, const ScopeInference &types,
           std::set<std::string> moving)
      : function(function), types(types), moving(std::move(moving)) {}

  NodeProto &node(const char *type, const Names &inputs) {
    NodeProto &made = *function.add_node();
    made.set_op_type(type);
    for (const std::string &input : inputs) {
      made.add_input(input);
      if (types.type(input) && known.insert(input).second)
        function.add_input(input);
    }
    made.add_output("llm.step." + std::to_string(function.node_size()));
    return made;
  }
  std::string add(const char *type, const Names &inputs) {
    return node(type, inputs).output(0);
  }
  std::string number(double value, const std::string &like) {
    NodeProto &constant = node("Constant", {});
    AttributeProto &attribute = *constant.add_attribute();
    attribute.set_name("value_float");
    attribute.set_type(AttributeProto::FLOAT);
    attribute.set_f(static_cast<float>(value));
    std::string name = constant.output(0);
    return add("CastLike", {name, like});
  }
  std::string integers(const std::vector<int64_t> &values) {
    NodeProto &constant = node("Constant", {});
    setIntegers(constant, "value_ints", values);
    return constant.output(0);
  }
  static void setIntegers(NodeProto &node, const char *name,
                          const std::vector<int64_t> &values) {
    AttributeProto &attribute = *node.add_attribute();
    attribute.set_name(name);
    attribute.set_type(AttributeProto::INTS);
    for (int64_t value : values)
      attribute.add_ints(value);
  }
  std::string withInteger(const char *type, const Names &inputs,
                          const char *name, int64_t value) {
    NodeProto &made = node(type, inputs);
    AttributeProto &attribute = *made.add_attribute();
    attribute.set_name(name);
    attribute.set_type(AttributeProto::INT);
    attribute.set_i(value);
    return made.output(0);
  }
  std::string transpose(const std::string &x,
                        const std::vector<int64_t> &permutation) {
    NodeProto &made = node("Transpose", {x});
    setIntegers(made, "perm", permutation);
    return made.output(0);
  }
  /// `value` in the shape of `like`, by broadcasting.
  std::string spread(const std::string &value, const std::string &like) {
    return add("Expand", {value, add("Shape", {like})});
  }

  const TensorShapeProto *shape(const std::string &name) const {
    const TypeProto *type = types.type(name);
    return type && type->tensor_type().has_shape()
               ? &type->tensor_type().shape()
               : nullptr;
  }
  /// Whether a value has a gradient that is asked for.
  bool isWanted(const std::string &name) const {
    const TypeProto *type = moving.count(name) ? types.type(name) : nullptr;
    int element = type ? type->tensor_type().elem_type() : 0;
    return element == TensorProto::FLOAT || element == TensorProto::DOUBLE ||
           element == TensorProto::FLOAT16 || element == TensorProto::BFLOAT16;
  }
  const TensorProto *constant(const std::string &name) const {
    return types.constant(name);
  }

  /// Adds to the gradient of a value.
  void flow(const std::string &to, const std::string &gradient) {
    if (!isWanted(to))
      return;
    std::string &sum = gradients[to];
    sum = sum.empty() ? gradient : add("Add", {sum, gradient});
  }
  std::string gradientOf(const std::string &name) const {
    auto found = gradients.find(name);
    return found == gradients.end() ? "" : found->second;
  }

  std::string reason; ///< of the first failure

private:
  FunctionProto &function;
  const ScopeInference &types;
  std::set<std::string> moving, known;
  std::map<std::string, std::string> gradients;
};

/// One node on the way back.
class Step {
public:
  Step(Backward &b, const NodeProto &node, Names inputs, std::string y)
      : b(b), node(node), inputs(std::move(inputs)), y(std::move(y)),
        g(b.gradientOf(this->y)) {}

  Backward &b;
  const NodeProto &node;
  Names inputs;
  std::string y, g;

  const std::string &x(size_t i = 0) const { return inputs[i]; }
  void fail(const std::string &text) {
    if (b.reason.empty())
      b.reason = "no gradient of " + quoteName(y) + " (" + node.op_type() +
                 "): " + text;
  }
  std::string mul(const std::string &one, const std::string &other) {
    return b.add("Mul", {one, other});
  }
  std::string neg(const std::string &one) { return b.add("Neg", {one}); }
  std::string one() { return b.number(1, y); }
  std::string zero() { return b.number(0, y); }
  double real(const char *name, double otherwise) const {
    const AttributeProto *attribute = attributeOf(node, name);
    return attribute ? attribute->f() : otherwise;
  }
  int64_t integer(const char *name, int64_t otherwise) const {
    const AttributeProto *attribute = attributeOf(node, name);
    return attribute ? attribute->i() : otherwise;
  }

  /// To an input that was broadcast: sums over what it was repeated along.
  void flow(size_t input, const std::string &gradient) {
    if (input < inputs.size() && b.isWanted(x(input)))
      b.flow(x(input), sumTo(input, gradient, 0));
  }
  /// The same but for the last dimensions, which are the input's.
  std::string sumTo(size_t input, const std::string &gradient, int last);
  /// In the shape of an input of as many elements.
  void reshapeTo(size_t input, const std::string &gradient) {
    b.flow(x(input), b.add("Reshape", {gradient, b.add("Shape", {x(input)})}));
  }
  /// The gradient with the dimensions back that a reduction took.
  std::string unreduced();
  void product(size_t input, const std::string &left,
               const std::string &right) {
    b.flow(x(input), sumTo(input, b.add("MatMul", {left, right}), 2));
  }
  /// With the last two dimensions swapped.
  std::string swapped(const std::string &name, int rank) {
    std::vector<int64_t> permutation;
    for (int i = 0; i < rank; ++i)
      permutation.push_back(i < rank - 2 ? i : 2 * rank - 3 - i);
    return b.transpose(name, permutation);
  }
};

std::string Step::sumTo(size_t input, const std::string &gradient, int last) {
  const TensorShapeProto *to = b.shape(x(input)), *from = b.shape(y);
  if (!to || !from) {
    fail("a shape of unknown rank");
    return gradient;
  }
  int leading = from->dim_size() - to->dim_size();
  std::vector<int64_t> axes;
  for (int axis = 0; axis < from->dim_size() - last; ++axis) {
    if (axis < leading) {
      axes.push_back(axis);
      continue;
    }
    const auto &dim = to->dim(axis - leading), &all = from->dim(axis);
    if (dim.has_dim_value()) {
      if (dim.dim_value() == 1 &&
          !(all.has_dim_value() && all.dim_value() == 1))
        axes.push_back(axis);
      continue;
    }
    auto isSame = [&](const TensorShapeProto::Dimension &other) {
      return !dim.dim_param().empty() && dim.dim_param() == other.dim_param();
    };
    bool isWhole = isSame(all);
    // It is that of the result where the others have one element or none.
    bool isAlone = true;
    for (size_t i = 0; i < inputs.size() && !isWhole; ++i) {
      const TensorShapeProto *other = i == input ? nullptr : b.shape(x(i));
      int place = other ? axis - from->dim_size() + other->dim_size() : -1;
      isAlone &= place < 0 || (other->dim(place).has_dim_value() &&
                               other->dim(place).dim_value() == 1);
    }
    if (!isWhole && !isAlone)
      fail("whether dimension " + std::to_string(axis - leading) + " of " +
           quoteName(x(input)) + " is broadcast is not known (--shape)");
  }
  if (axes.empty())
    return gradient;
  std::string sum =
      b.withInteger("ReduceSum", {gradient, b.integers(axes)}, "keepdims", 1);
  return leading ? b.add("Reshape", {sum, b.add("Shape", {x(input)})}) : sum;
}

std::string Step::unreduced() {
  if (integer("keepdims", 1))
    return g;
  std::vector<int64_t> axes;
  if (const AttributeProto *given = attributeOf(node, "axes"))
    axes.assign(given->ints().begin(), given->ints().end());
  if (inputs.size() > 1 && !inputs[1].empty()) {
    const TensorProto *given = b.constant(inputs[1]);
    if (!given || given->data_type() != TensorProto::INT64) {
      fail("axes that are not known");
      return g;
    }
    axes.assign(given->int64_data().begin(), given->int64_data().end());
    if (given->has_raw_data()) {
      axes.resize(given->raw_data().size() / sizeof(int64_t));
      std::memcpy(axes.data(), given->raw_data().data(),
                  axes.size() * sizeof(int64_t));
    }
  }
  // A single number spreads over anything.
  return axes.empty() ? g : b.add("Unsqueeze", {g, b.integers(axes)});
}

struct Rule {
  const char *type;
  void (*write)(Step &);
};

const Rule kRules[] = {
    // Of two numbers
    {"Add", [](Step &s) { s.flow(0, s.g), s.flow(1, s.g); }},
    {"Sub", [](Step &s) { s.flow(0, s.g), s.flow(1, s.neg(s.g)); }},
    {"Mul",
     [](Step &s) {
       s.flow(0, s.mul(s.g, s.x(1))), s.flow(1, s.mul(s.g, s.x(0)));
     }},
    {"Div",
     [](Step &s) {
       std::string share = s.b.add("Div", {s.g, s.x(1)});
       s.flow(0, share), s.flow(1, s.neg(s.mul(share, s.y)));
     }},
    {"Pow",
     [](Step &s) {
       std::string power = s.b.add("CastLike", {s.x(1), s.y});
       std::string less = s.b.add("Sub", {power, s.one()});
       s.flow(0, s.mul(s.mul(s.g, power), s.b.add("Pow", {s.x(0), less})));
       if (s.b.isWanted(s.x(1)))
         s.flow(1, s.mul(s.mul(s.g, s.y), s.b.add("Log", {s.x(0)})));
     }},
    {"Where",
     [](Step &s) {
       s.flow(1, s.b.add("Where", {s.x(0), s.g, s.zero()}));
       s.flow(2, s.b.add("Where", {s.x(0), s.zero(), s.g}));
     }},
    {"Sum",
     [](Step &s) {
       for (size_t i = 0; i < s.inputs.size(); ++i)
         s.flow(i, s.g);
     }},
    // Of one number
    {"Identity", [](Step &s) { s.b.flow(s.x(), s.g); }},
    {"Cast",
     [](Step &s) { s.b.flow(s.x(), s.b.add("CastLike", {s.g, s.x()})); }},
    {"Neg", [](Step &s) { s.b.flow(s.x(), s.neg(s.g)); }},
    {"Abs",
     [](Step &s) { s.b.flow(s.x(), s.mul(s.g, s.b.add("Sign", {s.x()}))); }},
    {"Exp", [](Step &s) { s.b.flow(s.x(), s.mul(s.g, s.y)); }},
    {"Log", [](Step &s) { s.b.flow(s.x(), s.b.add("Div", {s.g, s.x()})); }},
    {"Sqrt",
     [](Step &s) {
       std::string twice = s.b.add("Add", {s.y, s.y});
       s.b.flow(s.x(), s.b.add("Div", {s.g, twice}));
     }},
    {"Reciprocal",
     [](Step &s) { s.b.flow(s.x(), s.neg(s.mul(s.g, s.mul(s.y, s.y)))); }},
    {"Sin",
     [](Step &s) { s.b.flow(s.x(), s.mul(s.g, s.b.add("Cos", {s.x()}))); }},
    {"Cos",
     [](Step &s) {
       s.b.flow(s.x(), s.neg(s.mul(s.g, s.b.add("Sin", {s.x()}))));
     }},
    {"Tanh",
     [](Step &s) {
       std::string rest = s.b.add("Sub", {s.one(), s.mul(s.y, s.y)});
       s.b.flow(s.x(), s.mul(s.g, rest));
     }},
    {"Sigmoid",
     [](Step &s) {
       std::string rest = s.b.add("Sub", {s.one(), s.y});
       s.b.flow(s.x(), s.mul(s.g, s.mul(s.y, rest)));
     }},
    {"Softplus",
     [](Step &s) { s.b.flow(s.x(), s.mul(s.g, s.b.add("Sigmoid", {s.x()}))); }},
    {"Relu",
     [](Step &s) {
       std::string isPositive = s.b.add("Greater", {s.x(), s.zero()});
       s.b.flow(s.x(), s.b.add("Where", {isPositive, s.g, s.zero()}));
     }},
    {"LeakyRelu",
     [](Step &s) {
       std::string isNegative = s.b.add("Less", {s.x(), s.zero()});
       std::string alpha = s.b.number(s.real("alpha", 0.01), s.y);
       s.b.flow(s.x(), s.b.add("Where", {isNegative, s.mul(s.g, alpha), s.g}));
     }},
    {"Erf",
     [](Step &s) {
       std::string bell = s.b.add("Exp", {s.neg(s.mul(s.x(), s.x()))});
       std::string factor = s.b.number(2 / std::sqrt(std::acos(-1.0)), s.y);
       s.b.flow(s.x(), s.mul(s.mul(s.g, factor), bell));
     }},
    // Of shapes
    {"Reshape", [](Step &s) { s.reshapeTo(0, s.g); }},
    {"Flatten", [](Step &s) { s.reshapeTo(0, s.g); }},
    {"Squeeze", [](Step &s) { s.reshapeTo(0, s.g); }},
    {"Unsqueeze", [](Step &s) { s.reshapeTo(0, s.g); }},
    {"Expand",
     [](Step &s) {
       // Its second input is a shape, not one that broadcasts.
       s.inputs.resize(1);
       s.flow(0, s.g);
     }},
    {"Transpose",
     [](Step &s) {
       const TensorShapeProto *shape = s.b.shape(s.x());
       const AttributeProto *given = attributeOf(s.node, "perm");
       int rank = shape ? shape->dim_size() : 0;
       if (!shape || (given && given->ints_size() != rank))
         return s.fail("a shape of unknown rank");
       std::vector<int64_t> back(rank);
       for (int i = 0; i < rank; ++i)
         back[given ? given->ints(i) : rank - 1 - i] = i;
       s.b.flow(s.x(), s.b.transpose(s.g, back));
     }},
    // Of many numbers
    {"ReduceSum",
     [](Step &s) { s.b.flow(s.x(), s.b.spread(s.unreduced(), s.x())); }},
    {"ReduceMean",
     [](Step &s) {
       std::string all = s.b.add("Size", {s.x()}),
                   left = s.b.add("Size", {s.y});
       std::string count =
           s.b.add("CastLike", {s.b.add("Div", {all, left}), s.g});
       std::string share = s.b.add("Div", {s.unreduced(), count});
       s.b.flow(s.x(), s.b.spread(share, s.x()));
     }},
    {"MatMul",
     [](Step &s) {
       const TensorShapeProto *a = s.b.shape(s.x(0)), *c = s.b.shape(s.x(1));
       if (!a || !c || a->dim_size() < 2 || c->dim_size() < 2)
         return s.fail("a product that is not one of matrices");
       if (s.b.isWanted(s.x(0)))
         s.product(0, s.g, s.swapped(s.x(1), c->dim_size()));
       s.product(1, s.swapped(s.x(0), a->dim_size()), s.g);
     }},
    {"Gemm",
     [](Step &s) {
       bool isLeft = s.integer("transA", 0), isRight = s.integer("transB", 0);
       std::string g = s.mul(s.g, s.b.number(s.real("alpha", 1), s.y));
       std::string a = isLeft ? s.swapped(s.x(0), 2) : s.x(0);
       std::string c = isRight ? s.swapped(s.x(1), 2) : s.x(1);
       std::string left = s.b.add("MatMul", {g, s.swapped(c, 2)});
       std::string right = s.b.add("MatMul", {s.swapped(a, 2), g});
       s.b.flow(s.x(0), isLeft ? s.swapped(left, 2) : left);
       s.b.flow(s.x(1), isRight ? s.swapped(right, 2) : right);
       if (s.inputs.size() > 2 && !s.x(2).empty()) {
         std::string bias = s.x(2);
         s.inputs = {bias}; // products do not broadcast
         s.flow(0, s.mul(s.g, s.b.number(s.real("beta", 1), s.y)));
       }
     }},
};

} // namespace

static const Rule *findRule(const NodeProto &node) {
  if (!node.domain().empty() && node.domain() != "ai.onnx")
    return nullptr;
  for (const Rule &rule : kRules)
    if (node.op_type() == rule.type)
      return &rule;
  return nullptr;
}

std::string Gradient::backward(const ScopeInference &types,
                               FunctionProto &function, NodeProto &call) const {
  std::set<std::string> moving;
  for (size_t i = 0; i < wanted; ++i)
    moving.insert(renamed(xs[i]));
  for (const NodeProto *one : path)
    for (const std::string &input : one->input())
      if (!input.empty() && moving.count(renamed(input)))
        for (const std::string &output : one->output())
          moving.insert(renamed(output));
  Backward b(function, types, std::move(moving));
  std::string target = renamed(y);
  b.flow(target, b.spread(b.number(1, target), target));
  for (auto it = path.rbegin(); it != path.rend(); ++it) {
    const NodeProto &one = **it;
    if (one.output_size() == 0)
      continue;
    std::string result = renamed(one.output(0));
    for (const std::string &output : one.output())
      if (output != one.output(0) && !b.gradientOf(renamed(output)).empty())
        return "no gradient by a second output of " + quoteName(one.op_type()) +
               "; not supported yet";
    if (b.gradientOf(result).empty())
      continue;
    const Rule *rule = findRule(one);
    if (!rule)
      return "no rule for the gradient of " + quoteName(one.op_type()) +
             ", which gives " + quoteName(one.output(0)) +
             "; not supported yet";
    Names inputs;
    for (const std::string &input : one.input())
      inputs.push_back(input.empty() ? input : renamed(input));
    Step step(b, one, inputs, result);
    rule->write(step);
    if (!b.reason.empty())
      return b.reason;
  }
  for (int i = 0; i < node.output_size(); ++i) {
    const std::string x = renamed(xs[i]);
    std::string gradient = b.gradientOf(x);
    if (gradient.empty()) // y does not depend on it
      gradient = b.spread(b.number(0, x), x);
    function.add_output(b.add("Identity", {gradient}));
  }
  auto *opset = function.add_opset_import();
  opset->set_version(kOpset);
  *call.mutable_input() = function.input();
  *call.mutable_output() = node.output();
  call.set_name(node.name());
  call.set_op_type(node.op_type());
  call.set_domain(node.domain());
  return "";
}

} // namespace llm::onnx
