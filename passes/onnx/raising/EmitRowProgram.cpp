//===- EmitRowProgram.cpp - A row program as ops of the llm dialect -------===//
//
// Norms, biases and activations are found among their parts first, so that what
// is written reads as frontends/architectures would have.
//
//===----------------------------------------------------------------------===//

#include "passes/onnx/raising/RowProgram.h"

#include "dialects/llm/LLMDialect.h"
#include "dialects/onnx/OnnxOp.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "mlir/Transforms/RegionUtils.h"
#include "llvm/ADT/StringExtras.h"

#include <array>
#include <cmath>
#include <map>
#include <set>

using namespace mlir;
using namespace llm;
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

  void makeNorm(RowNode &node, const Norm &norm, std::vector<double> scale) {
    node.kind = RowNode::RMSNorm;
    node.inputs = {norm.x};
    node.heads = norm.groups;
    // An epsilon that was given as f32 is meant as the short decimal.
    node.number = norm.epsilon;
    node.vector = std::move(scale);
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
      if (makeGelu(node))
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
    for (RowNode &node : program)
      if (std::optional<Norm> norm = rmsNorm(node))
        makeNorm(node, *norm,
                 std::vector<double>(node.features / norm->groups, 1.0));
  }
};

class Emitter {
public:
  Emitter(ModuleOp module, RowProgram &program)
      : module(module), program(program),
        b(module.getLoc(), module.getContext()), values(program.size()) {}

  LogicalResult emit(int result) {
    head = result;
    b.setInsertionPointToEnd(module.getBody());
    auto tokensType =
        RankedTensorType::get({ShapedType::kDynamic}, b.getI32Type());
    function = func::FuncOp::create(
        b, "forward",
        b.getFunctionType(tokensType, rows(program[result].features)));
    b.setInsertionPointToStart(function.addEntryBlock());
    tokens = function.getArgument(0);
    std::vector<bool> needed(program.size());
    need(result, needed);
    for (size_t i = 0; i < program.size(); ++i)
      if (needed[i] && failed(emitNode(i)))
        return failure();
    func::ReturnOp::create(b, values[result]);
    SmallVector<NamedAttribute> entries;
    for (auto &[name, value] : constants)
      entries.emplace_back(b.getStringAttr(name), value);
    module->setAttr("llm.constants", b.getDictionaryAttr(entries));
    return success();
  }

private:
  RankedTensorType rows(int64_t features) {
    return RankedTensorType::get({ShapedType::kDynamic, features},
                                 b.getF32Type());
  }

  void need(int number, std::vector<bool> &needed) {
    if (needed[number])
      return;
    needed[number] = true;
    RowNode &node = program[number];
    for (int input : node.inputs)
      need(input, needed);
  }

  std::string symbolFor(StringRef name) {
    std::string base = name.empty() ? "weight" : name.str();
    std::string symbol = base;
    for (unsigned i = 1; !symbols.insert(symbol).second; ++i)
      symbol = base + "." + std::to_string(i);
    return symbol;
  }

  Value parameter(StringRef name, Type type, StringRef sourceType,
                  StringRef source) {
    OpBuilder::InsertionGuard guard(b);
    std::string symbol = symbolFor(name);
    b.setInsertionPoint(function);
    ParameterOp::create(b, symbol, type, sourceType,
                        b.getStrArrayAttr({source}));
    b.setInsertionPointToEnd(&function.getBody().front());
    return WeightOp::create(
        b, type, FlatSymbolRefAttr::get(b.getContext(), symbol), Value());
  }

  static StringRef sourceTypeOf(Type element) {
    return element.isF32() ? "F32" : element.isF16() ? "F16" : "BF16";
  }

  /// The name of a value of the graph.
  static std::string nameOf(Value value) {
    if (auto weight = value.getDefiningOp<WeightOp>())
      return weight.getParameter().str();
    if (auto name = dyn_cast<NameLoc>(value.getLoc()))
      return name.getName().str();
    return "constant";
  }

  /// A matrix of weights, [out, in].
  FailureOr<Value> matrix(RowNode &node) {
    bool transposed = node.transposed;
    bool isLinear = node.kind == RowNode::Linear;
    auto type = cast<RankedTensorType>(node.weight.getType());
    int64_t all = type.getDimSize(transposed),
            in = type.getDimSize(!transposed);
    int64_t out = isLinear ? node.features : all;
    auto key = std::make_tuple(node.weight.getAsOpaquePointer(), transposed,
                               node.first, out);
    auto known = matrices.find(key);
    if (known != matrices.end())
      return known->second;
    Type element = type.getElementType();
    if (!element.isF32() && !element.isF16() && !element.isBF16())
      return emitError(node.loc) << "not supported yet: weights of " << element
                                 << "; accepted: f32, f16, bf16";
    std::string name = nameOf(node.weight);
    if (auto constant = OnnxOp::from(node.weight.getDefiningOp());
        constant && constant->type() == "Constant")
      if (auto data = dyn_cast<DenseElementsAttr>(constant->attribute("value")))
        name = addConstant(name, data);
    std::string source = transposed ? name + "^T" : name;
    if (out != all) {
      std::string range = "[" + std::to_string(node.first) + ":" +
                          std::to_string(node.first + out) + "]";
      source += range;
      name += range;
    }
    Type packed = PackedType::get(b.getContext(), out, in,
                                  DenseAttr::get(b.getContext(), element));
    // Reports and shares of the ceiling know these two.
    std::string symbol = node.kind == RowNode::Embedding ? "embed.weight"
                         : &node == &program[head]       ? "head.weight"
                                                         : name;
    Value value = parameter(symbol, packed, sourceTypeOf(element), source);
    return matrices[key] = value;
  }

  std::string addConstant(StringRef name, DenseElementsAttr data) {
    std::string key = name.str();
    for (unsigned i = 1;; ++i) {
      auto [entry, isNew] = constants.try_emplace(key, data);
      if (isNew || entry->second == data)
        return key;
      key = (name + "." + Twine(i)).str();
    }
  }

  Value vector(ArrayRef<double> numbers) {
    SmallVector<float> data(numbers.begin(), numbers.end());
    auto type = RankedTensorType::get({static_cast<int64_t>(data.size())},
                                      b.getF32Type());
    std::string name =
        addConstant("vector", DenseElementsAttr::get(type, ArrayRef(data)));
    auto known = vectors.find(name);
    if (known != vectors.end())
      return known->second;
    return vectors[name] = parameter(name, type, "F32", name);
  }

  Value getPositions() {
    if (!positions) {
      OpBuilder::InsertionGuard guard(b);
      b.setInsertionPointToStart(&function.getBody().front());
      positions = PositionsOp::create(b, tokens.getType(), tokens);
    }
    return positions;
  }

  Value table(RowNode &node) {
    SmallVector<float> frequencies(node.vector.begin(), node.vector.end());
    float scale = node.number;
    for (auto &[key, value] : tables)
      if (key.first == frequencies && key.second == scale)
        return value;
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointAfterValue(getPositions());
    Value value = RotaryTableOp::create(
        b, rows(2 * frequencies.size()), positions,
        b.getDenseF32ArrayAttr(frequencies), b.getF32FloatAttr(scale),
        b.getF64FloatAttr(1.0), b.getI64IntegerAttr(0));
    tables.push_back({{frequencies, scale}, value});
    return value;
  }

  LogicalResult refuse(RowNode &node, const Twine &what) {
    return emitError(node.loc) << "not supported yet in a decoder: " << what;
  }

  LogicalResult emitNode(int number) {
    RowNode &node = program[number];
    b.setLoc(node.loc);
    auto input = [&](unsigned i) { return values[node.inputs[i]]; };
    Type type = rows(node.features);
    Value &value = values[number];
    switch (node.kind) {
    case RowNode::Embedding: {
      FailureOr<Value> weight = matrix(node);
      if (failed(weight))
        return failure();
      value = EmbeddingOp::create(b, type, tokens, *weight);
      return success();
    }
    case RowNode::Learned: {
      FailureOr<Value> weight = matrix(node);
      if (failed(weight))
        return failure();
      value = EmbeddingOp::create(b, type, getPositions(), *weight);
      return success();
    }
    case RowNode::Linear: {
      FailureOr<Value> weight = matrix(node);
      if (failed(weight))
        return failure();
      value = LinearOp::create(b, type, input(0), ValueRange(*weight),
                               ValueRange(), Value(), Value(), Value());
      return success();
    }
    case RowNode::Sum:
      value = arith::AddFOp::create(b, input(0), input(1));
      return success();
    case RowNode::Shift: {
      // A bias of the linear layer before it.
      auto linear = input(0).getDefiningOp<LinearOp>();
      if (!linear || node.vector.size() == 1 || !input(0).use_empty() ||
          !linear.getBiases().empty())
        return refuse(node, "a vector that is added to other rows than a "
                            "linear layer's");
      Value bias = vector(node.vector);
      value = LinearOp::create(b, type, linear.getInput(), linear.getWeights(),
                               ValueRange(bias), Value(), Value(), Value());
      values[node.inputs[0]] = value;
      linear.erase();
      return success();
    }
    case RowNode::Product:
      if (program[node.inputs[1]].features != node.features)
        return refuse(node, "a product with one number a row or head that is "
                            "no norm");
      value = arith::MulFOp::create(b, input(0), input(1));
      return success();
    case RowNode::Function:
      if (node.name == "silu")
        value = SiluOp::create(b, type, input(0));
      else if (node.name == "gelu" || node.name == "gelu_tanh")
        value = GeluOp::create(
            b, type, b.getStringAttr(node.name == "gelu" ? "erf" : "tanh"),
            input(0));
      else
        return refuse(node, "the function " + node.name);
      if (node.number && !Simplify::near(node.number, 1))
        value = ScaleOp::create(b, type, value, b.getF32FloatAttr(node.number));
      return success();
    case RowNode::Rope:
      value = RopeOp::create(b, type, input(0), table(node), node.heads);
      return success();
    case RowNode::Attention:
      value = AttentionOp::create(b, type, input(0), input(1), input(2),
                                  b.getI64IntegerAttr(node.heads),
                                  b.getI64IntegerAttr(node.keyValueHeads),
                                  b.getF32FloatAttr(attentionScale(node)),
                                  b.getI64IntegerAttr(node.window));
      return success();
    case RowNode::RMSNorm:
      value = RMSNormOp::create(b, type, input(0), vector(node.vector),
                                b.getF64FloatAttr(shortest(node.number)),
                                b.getI64IntegerAttr(node.heads));
      return success();
    case RowNode::LayerNorm: {
      ArrayRef<double> both(node.vector);
      value = LayerNormOp::create(b, type, input(0),
                                  vector(both.take_front(node.features)),
                                  vector(both.drop_front(node.features)),
                                  b.getF64FloatAttr(shortest(node.number)));
      return success();
    }
    case RowNode::Scale:
      if (node.vector.size() == 1) {
        value = ScaleOp::create(b, type, input(0),
                                b.getF32FloatAttr(node.vector[0]));
        return success();
      }
      return refuse(node, "rows times a vector that are no norm");
    case RowNode::Mean:
      return refuse(node, "a mean that is no part of a norm");
    case RowNode::Scores:
    case RowNode::Weights:
      return refuse(node, "attention scores that are used for something else");
    }
    llvm_unreachable("every kind has a case");
  }

  /// Exporters share the scale among queries and keys, as its root in f32: its
  /// square is the usual scale but for that rounding.
  static double attentionScale(const RowNode &node) {
    double usual = 1 / std::sqrt(double(node.features / node.heads));
    return std::fabs(node.number - usual) < 1e-6 * usual ? usual : node.number;
  }

  /// The shortest decimal that the f32 could have been written as: what a
  /// config says.
  static double shortest(double number) {
    char text[32];
    for (int digits = 1; digits < 10; ++digits) {
      snprintf(text, sizeof(text), "%.*g", digits, number);
      if (std::strtof(text, nullptr) == static_cast<float>(number))
        break;
    }
    return std::strtod(text, nullptr);
  }

  ModuleOp module;
  RowProgram &program;
  ImplicitLocOpBuilder b;
  std::vector<Value> values;
  int head = 0;
  func::FuncOp function;
  Value tokens, positions;
  std::set<std::string> symbols;
  std::map<std::string, DenseElementsAttr> constants;
  std::map<std::string, Value> vectors;
  std::map<std::tuple<void *, bool, int64_t, int64_t>, Value> matrices;
  std::vector<std::pair<std::pair<SmallVector<float>, float>, Value>> tables;
};

} // namespace

LogicalResult llm::onnx::emitRowProgram(ModuleOp module, RowProgram &program,
                                        int result) {
  Simplify{program}.run();
  return Emitter(module, program).emit(result);
}
