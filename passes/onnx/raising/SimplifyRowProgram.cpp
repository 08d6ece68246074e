//===- SimplifyRowProgram.cpp - One node for the parts of known layers ----===//
//
// Norms, activations and mixtures of experts are found among the nodes that
// exporters spell them with.
//
//===----------------------------------------------------------------------===//

#include "passes/onnx/raising/RowProgram.h"

#include "llvm/ADT/StringRef.h"

#include <array>
#include <cmath>
#include <optional>

using namespace mlir;
using namespace llm::onnx;

namespace {

/// Rewrites nodes in place to what stands for several of them.
struct Simplify {
  RowProgram &program;

  RowNode *function(int number, StringRef name) {
    RowNode &node = program[number];
    return node.kind == RowNode::Function && node.name == name ? &node
                                                               : nullptr;
  }
  /// The node that `number` is one over the square root of.
  std::optional<int> rsqrtOf(int number) {
    if (RowNode *node = function(number, "rsqrt"))
      return node->inputs[0];
    if (RowNode *inverse = function(number, "reciprocal"))
      if (RowNode *root = function(inverse->inputs[0], "sqrt"))
        return root->inputs[0];
    return std::nullopt;
  }

  /// x / sqrt(mean(x^2) + epsilon): x, its groups and epsilon.
  struct Norm {
    int x;
    int64_t groups;
    double epsilon;
  };
  std::optional<Norm> rmsNorm(const RowNode &product) {
    if (product.kind != RowNode::Product)
      return std::nullopt;
    std::optional<int> shifted = rsqrtOf(product.inputs[1]);
    if (!shifted)
      return std::nullopt;
    const RowNode &shift = program[*shifted];
    if (shift.kind != RowNode::Shift || shift.vector.size() != 1)
      return std::nullopt;
    const RowNode &mean = program[shift.inputs[0]];
    if (mean.kind != RowNode::Mean)
      return std::nullopt;
    const RowNode &square = program[mean.inputs[0]];
    if (square.kind != RowNode::Product ||
        square.inputs[0] != square.inputs[1] ||
        square.inputs[0] != product.inputs[0])
      return std::nullopt;
    return Norm{product.inputs[0], mean.features, shift.vector[0]};
  }

  /// What a node is of `x` as a polynomial of degree 3, lowest first; nothing
  /// if it is more, or reads something else.
  using Cubic = std::array<double, 4>;
  std::optional<Cubic> polynomial(int number, int x) {
    if (number == x)
      return Cubic{0, 1, 0, 0};
    const RowNode &node = program[number];
    bool isScalar = node.vector.size() == 1;
    if ((node.kind == RowNode::Scale || node.kind == RowNode::Shift) &&
        isScalar) {
      std::optional<Cubic> of = polynomial(node.inputs[0], x);
      if (of && node.kind == RowNode::Shift)
        (*of)[0] += node.vector[0];
      else if (of)
        for (double &coefficient : *of)
          coefficient *= node.vector[0];
      return of;
    }
    if ((node.kind != RowNode::Sum && node.kind != RowNode::Product) ||
        program[node.inputs[1]].features != node.features)
      return std::nullopt;
    std::optional<Cubic> a = polynomial(node.inputs[0], x),
                         b = a ? polynomial(node.inputs[1], x) : a;
    if (!b)
      return std::nullopt;
    Cubic result{};
    for (int i = 0; i < 4; ++i)
      if (node.kind == RowNode::Sum)
        result[i] = (*a)[i] + (*b)[i];
      else
        for (int j = 0; j < 4; ++j)
          if (i + j < 4)
            result[i + j] += (*a)[i] * (*b)[j];
          else if ((*a)[i] * (*b)[j] != 0)
            return std::nullopt;
    return result;
  }

  /// A number times and plus what is no such number.
  struct Affine {
    int of;
    double factor = 1, offset = 0;
  };
  Affine affine(int number) {
    const RowNode &node = program[number];
    if ((node.kind != RowNode::Scale && node.kind != RowNode::Shift) ||
        node.vector.size() != 1)
      return {number};
    Affine result = affine(node.inputs[0]);
    if (node.kind == RowNode::Shift) {
      result.offset += node.vector[0];
    } else {
      result.factor *= node.vector[0];
      result.offset *= node.vector[0];
    }
    return result;
  }

  static bool near(double a, double b) {
    return std::fabs(a - b) <= 1e-5 * std::fabs(b);
  }

  /// factor * gelu(x): 0.5 x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) or
  /// 0.5 x (1 + erf(x / sqrt(2))), however it is spelled.
  bool makeGelu(RowNode &node) {
    if (node.kind != RowNode::Product)
      return false;
    for (auto [own, other] : {std::pair(0, 1), std::pair(1, 0)}) {
      Affine x = affine(node.inputs[own]), share = affine(node.inputs[other]);
      const RowNode &inner = program[share.of];
      bool isTanh = inner.name == "tanh";
      if (inner.kind != RowNode::Function || x.offset != 0 ||
          (!isTanh && inner.name != "erf") || !near(share.offset, share.factor))
        continue;
      std::optional<Cubic> of = polynomial(inner.inputs[0], x.of);
      double slope = isTanh ? std::sqrt(2 / M_PI) : std::sqrt(0.5);
      if (!of || (*of)[0] != 0 || (*of)[2] != 0 || !near((*of)[1], slope) ||
          !near((*of)[3], isTanh ? 0.044715 * slope : 0))
        continue;
      node.kind = RowNode::Function;
      node.name = isTanh ? "gelu_tanh" : "gelu";
      node.inputs = {x.of};
      node.number = 2 * x.factor * share.factor;
      return true;
    }
    return false;
  }

  /// The Share that a node is, scaled to sum 1; -1 if it is none.
  int normalizedShare(int number) {
    const RowNode &node = program[number];
    if (node.kind != RowNode::Product)
      return -1;
    const RowNode &share = program[node.inputs[0]];
    RowNode *inverse = function(node.inputs[1], "reciprocal");
    if (share.kind != RowNode::Share || !inverse)
      return -1;
    Affine sum = affine(inverse->inputs[0]);
    const RowNode &mean = program[sum.of];
    bool isSum = mean.kind == RowNode::Mean && mean.features == 1 &&
                 mean.inputs[0] == node.inputs[0] && sum.offset == 0 &&
                 sum.factor == double(share.features);
    return isSum ? node.inputs[0] : -1;
  }

  /// The sum of down projections of gated products, each times its share.
  bool makeMoe(RowNode &node) {
    if (node.kind != RowNode::Slots)
      return false;
    const RowNode &weighed = program[node.inputs[0]];
    const RowNode &down = program[weighed.inputs[0]];
    int share = normalizedShare(weighed.inputs[1]);
    if (down.kind != RowNode::Experts || share < 0)
      return false;
    const RowNode &gated = program[down.inputs[0]];
    if (gated.kind != RowNode::Product)
      return false;
    for (auto [own, other] : {std::pair(0, 1), std::pair(1, 0)}) {
      const RowNode &activation = program[gated.inputs[own]];
      const RowNode &up = program[gated.inputs[other]];
      if (activation.kind != RowNode::Function ||
          (activation.number != 0 && !near(activation.number, 1)) ||
          up.kind != RowNode::Experts)
        continue;
      const RowNode &gate = program[activation.inputs[0]];
      if (gate.kind != RowNode::Experts || gate.inputs != up.inputs ||
          gate.inputs[1] != down.inputs[1])
        continue;
      const RowNode &softmax = program[program[share].inputs[0]];
      if (program[down.inputs[1]].inputs != program[share].inputs)
        continue;
      node.name = activation.name;
      node.inputs = {gate.inputs[0], softmax.inputs[0], activation.inputs[0],
                     gated.inputs[other], weighed.inputs[0]};
      node.kind = RowNode::Moe;
      return true;
    }
    return false;
  }

  void makeNorm(RowNode &node, const Norm &norm, std::vector<double> scale) {
    const RowNode &center = program[norm.x];
    if (center.kind == RowNode::Center && center.heads == 1 &&
        norm.groups == 1) {
      node.kind = RowNode::LayerNorm;
      node.inputs = center.inputs;
      node.number = norm.epsilon;
      node.vector = std::move(scale);
      node.vector.resize(2 * node.features);
      return;
    }
    node.kind = RowNode::RMSNorm;
    node.inputs = {norm.x};
    node.heads = norm.groups;
    // An epsilon that was given as f32 is meant as the short decimal.
    node.number = norm.epsilon;
    node.vector = std::move(scale);
  }

  /// What is added to a norm is its bias.
  void addBias(RowNode &node) {
    if (node.kind != RowNode::Shift ||
        program[node.inputs[0]].kind != RowNode::LayerNorm)
      return;
    RowNode norm = program[node.inputs[0]];
    for (int64_t i = 0; i < norm.features; ++i)
      norm.vector[norm.features + i] +=
          node.vector[node.vector.size() > 1 ? i : 0];
    node = std::move(norm);
  }

  /// What 0.5 (1 + ..) leaves to be multiplied with afterwards is drawn in:
  /// twice half of a gelu is one.
  void drawIn(RowNode &node) {
    if (node.kind != RowNode::Scale || node.vector.size() != 1)
      return;
    const RowNode &gelu = program[node.inputs[0]];
    if (gelu.kind != RowNode::Function ||
        !StringRef(gelu.name).starts_with("gelu") || gelu.number == 0)
      return;
    double factor = node.vector[0] * gelu.number;
    if (!near(factor, 1))
      return;
    node.kind = RowNode::Function;
    node.name = gelu.name;
    node.inputs = gelu.inputs;
    node.number = 1;
    node.vector.clear();
  }

  void run() {
    for (RowNode &node : program) {
      if (makeGelu(node) || makeMoe(node))
        continue;
      drawIn(node);
      if (node.kind == RowNode::Scale) {
        std::optional<Norm> norm = rmsNorm(program[node.inputs[0]]);
        if (!norm)
          continue;
        // Every group has the same scale.
        size_t width = node.features / norm->groups;
        if (node.vector.size() == 1)
          node.vector.assign(width, node.vector[0]);
        bool repeats = true;
        for (size_t i = width; i < node.vector.size(); ++i)
          repeats &= node.vector[i] == node.vector[i - width];
        if (!repeats)
          continue;
        node.vector.resize(width);
        makeNorm(node, *norm, node.vector);
      } else if (node.kind == RowNode::Product) {
        for (auto [x, gate] : {std::pair(0, 1), std::pair(1, 0)})
          if (RowNode *sigmoid = function(node.inputs[gate], "sigmoid");
              sigmoid && sigmoid->inputs[0] == node.inputs[x]) {
            node.kind = RowNode::Function;
            node.name = "silu";
            node.inputs = {sigmoid->inputs[0]};
            break;
          }
      }
    }
    // What is left of norms has no scale.
    for (RowNode &node : program) {
      if (std::optional<Norm> norm = rmsNorm(node))
        makeNorm(node, *norm,
                 std::vector<double>(node.features / norm->groups, 1.0));
      addBias(node);
    }
  }
};

} // namespace

void llm::onnx::simplifyRowProgram(RowProgram &program) {
  Simplify{program}.run();
}
