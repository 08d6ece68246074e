//===- EmitRowProgram.cpp - A row program as ops of the llm dialect -------===//
//
// What SimplifyRowProgram has made of it reads as frontends/architectures would
// have written it.
//
//===----------------------------------------------------------------------===//

#include "passes/onnx/raising/RowProgram.h"

#include "dialects/llm/LLMDialect.h"
#include "dialects/onnx/OnnxOp.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Math/IR/Math.h"
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

class Emitter {
public:
  Emitter(ModuleOp module, RowProgram &program)
      : module(module), program(program),
        b(module.getLoc(), module.getContext()), values(program.size()) {}

  LogicalResult emit(int result) {
    head = result;
    // Logits may be scaled and capped.
    while (program[head].kind == RowNode::Scale ||
           program[head].kind == RowNode::Function)
      head = program[head].inputs[0];
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
    entries.clear();
    for (auto &[name, value] : views)
      entries.emplace_back(b.getStringAttr(name), value);
    module->setAttr("llm.views", b.getDictionaryAttr(entries));
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
    ArrayRef<int> inputs(node.inputs);
    // Experts are weights to it.
    for (int input : node.kind == RowNode::Moe ? inputs.take_front(2) : inputs)
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

  /// The source that a value of the graph is.
  std::string sourceOf(Value value) {
    std::string name = nameOf(value);
    if (auto constant = OnnxOp::from(value.getDefiningOp());
        constant && constant->type() == "Constant")
      if (auto data = dyn_cast<DenseElementsAttr>(constant->attribute("value")))
        return addConstant(name, data);
    return name;
  }

  static std::string rangeOf(int64_t first, int64_t count) {
    return "[" + std::to_string(first) + ":" + std::to_string(first + count) +
           "]";
  }

  /// Reports and shares of the ceiling know these two.
  StringRef symbolOf(RowNode &node, StringRef name) {
    return node.kind == RowNode::Embedding ? "embed.weight"
           : &node == &program[head]       ? "head.weight"
                                           : name;
  }

  /// A matrix of weights, [out, in].
  FailureOr<Value> matrix(RowNode &node) {
    bool transposed = node.transposed;
    bool isLinear = node.kind == RowNode::Linear;
    auto type = cast<RankedTensorType>(node.weight.getType());
    int64_t all = type.getDimSize(transposed);
    int64_t in = !node.blocks.bits ? type.getDimSize(!transposed)
                 : isLinear        ? program[node.inputs[0]].features
                                   : node.features;
    FeatureGroups rows = node.rows;
    int64_t out = isLinear ? node.features : rows.count ? rows.all() : all;
    auto key = std::make_tuple(node.weight.getAsOpaquePointer(), transposed,
                               rows, out, in);
    auto known = matrices.find(key);
    if (known != matrices.end())
      return known->second;
    FailureOr<Attribute> encoding = encodingOf(node);
    if (failed(encoding))
      return failure();
    std::string name = sourceOf(node.weight);
    NamedAttrList view;
    std::string source = name;
    if (transposed) {
      source += "^T";
      view.set("transposed", b.getUnitAttr());
    }
    std::string range;
    if (out != all) {
      range = rangeOf(rows.first, rows.count);
      SmallVector<int64_t> part = {rows.first, rows.first + rows.count};
      if (rows.groups > 1) {
        range.insert(range.size() - 1, ":" + std::to_string(rows.period));
        part.append({rows.period, rows.groups});
      }
      view.set("rows", b.getDenseI64ArrayAttr(part));
    }
    if (node.blocks.bits) {
      view.set("scales", b.getStringAttr(sourceOf(node.blocks.scales)));
      if (node.blocks.zeros)
        view.set("zeros", b.getStringAttr(sourceOf(node.blocks.zeros)));
      // The integers alone have the name of the tensor.
      source += "*";
    }
    source += range;
    addView(source, name, view);
    std::string sourceType = node.blocks.bits
                                 ? "U" + std::to_string(node.blocks.bits)
                                 : sourceTypeOf(type.getElementType()).str();
    Type packed = PackedType::get(b.getContext(), out, in, *encoding);
    Value value =
        parameter(symbolOf(node, name + range), packed, sourceType, source);
    return matrices[key] = value;
  }

  FailureOr<Attribute> encodingOf(RowNode &node) {
    const RowNode::Blocks &blocks = node.blocks;
    if (blocks.bits) {
      bool isHalf =
          cast<TensorType>(blocks.scales.getType()).getElementType().isF16();
      int64_t zero = blocks.zeros ? 0 : int64_t(1) << (blocks.bits - 1);
      return Attribute(GroupedAttr::get(
          b.getContext(), blocks.bits, blocks.size, zero, /*minimum=*/false,
          /*super=*/0, isHalf ? 16 : 32, static_cast<bool>(blocks.zeros)));
    }
    Type element = cast<TensorType>(node.weight.getType()).getElementType();
    if (!element.isF32() && !element.isF16() && !element.isBF16())
      return emitError(node.loc) << "not supported yet: weights of " << element
                                 << "; accepted: f32, f16, bf16";
    return Attribute(DenseAttr::get(b.getContext(), element));
  }

  /// The rows of every expert's matrix that a node takes, one below the other.
  FailureOr<Value> experts(RowNode &node) {
    auto type = cast<RankedTensorType>(node.weight.getType());
    FailureOr<Attribute> encoding = encodingOf(node);
    if (failed(encoding))
      return failure();
    int64_t rows = node.features / node.heads,
            in = type.getDimSize(node.transposed ? 1 : 2);
    std::string name = sourceOf(node.weight);
    std::string range = rangeOf(node.first, rows);
    std::string source = name + (node.transposed ? "^T" : "") + range;
    NamedAttrList view;
    if (node.transposed)
      view.set("transposed", b.getUnitAttr());
    view.set("rows", b.getDenseI64ArrayAttr({node.first, node.first + rows}));
    addView(source, name, view);
    Type packed = PackedType::get(
        b.getContext(), llvm::alignTo(rows, kPanel) * type.getDimSize(0), in,
        *encoding);
    return parameter(name + range, packed, sourceTypeOf(type.getElementType()),
                     source);
  }

  /// Says what a source is that is no tensor as it lies in the file.
  void addView(StringRef source, StringRef of, NamedAttrList view) {
    if (view.empty())
      return;
    view.set("of", b.getStringAttr(of));
    views[source.str()] = view.getDictionary(b.getContext());
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
        b.getF64FloatAttr(1.0), b.getI64IntegerAttr(0),
        b.getDenseF32ArrayAttr({}));
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
      if (!linear || !input(0).use_empty() || !linear.getBiases().empty())
        return refuse(node, "a vector that is added to other rows than a "
                            "linear layer's");
      if (node.vector.size() == 1)
        node.vector.assign(node.features, node.vector[0]);
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
      if (node.name == "tanh")
        value = math::TanhOp::create(b, input(0));
      else if (node.name == "silu")
        value = SiluOp::create(b, type, input(0));
      else if (node.name == "relu")
        value = ReluOp::create(b, type, input(0));
      else if (node.name == "gelu" || node.name == "gelu_tanh")
        value = GeluOp::create(
            b, type, b.getStringAttr(node.name == "gelu" ? "erf" : "tanh"),
            input(0));
      else
        return refuse(node, "the function " + node.name);
      if (node.number && std::fabs(node.number - 1) > 1e-5)
        value = ScaleOp::create(b, type, value, b.getF32FloatAttr(node.number));
      return success();
    case RowNode::Rope:
      value = RopeOp::create(b, type, input(0), table(node), node.heads,
                             node.name == "interleaved");
      return success();
    case RowNode::Attention:
      value = AttentionOp::create(
          b, type, input(0), input(1), input(2),
          node.vector.empty() ? Value() : vector(node.vector),
          b.getI64IntegerAttr(node.heads),
          b.getI64IntegerAttr(node.keyValueHeads),
          b.getF32FloatAttr(attentionScale(node)),
          b.getI64IntegerAttr(node.window), b.getF32FloatAttr(node.softCap));
      return success();
    case RowNode::RMSNorm:
      value = RMSNormOp::create(b, type, input(0), vector(node.vector),
                                b.getF64FloatAttr(shortest(node.number)),
                                b.getI64IntegerAttr(node.heads));
      return success();
    case RowNode::LayerNorm: {
      ArrayRef<double> both(node.vector);
      Value scale = vector(both.take_front(node.features));
      Value bias = vector(both.drop_front(node.features));
      value = LayerNormOp::create(b, type, input(0), scale, bias,
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
    case RowNode::Center:
      return refuse(node, "a mean that is no part of a norm");
    case RowNode::Moe: {
      SmallVector<Value> weights;
      for (int part : ArrayRef(node.inputs).drop_front(2)) {
        FailureOr<Value> weight = experts(program[part]);
        if (failed(weight))
          return failure();
        weights.push_back(*weight);
      }
      StringRef activation = node.name == "gelu" ? "gelu_erf" : node.name;
      if (!llvm::is_contained(kActivations, activation))
        return refuse(node, "experts with the function " + node.name);
      value = MoeOp::create(b, type, b.getStringAttr(activation), input(0),
                            input(1), weights[0], weights[1], weights[2],
                            b.getI64IntegerAttr(node.heads));
      return success();
    }
    case RowNode::Softmax:
    case RowNode::Share:
    case RowNode::Choice:
    case RowNode::Experts:
    case RowNode::Slots:
      return refuse(node, "parts of a mixture of experts that is not known");
    case RowNode::Scores:
    case RowNode::Weights:
      return refuse(node, "attention scores that are used for something else");
    }
    llvm_unreachable("every kind has a case");
  }

  /// Exporters share the scale among queries and keys, as its root in f32: its
  /// square is one over the root of a whole number but for that rounding.
  static double attentionScale(const RowNode &node) {
    double scalar = std::round(1 / (node.number * node.number));
    double exact = 1 / std::sqrt(scalar);
    return std::fabs(node.number - exact) < 1e-6 * exact ? exact : node.number;
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
  std::map<std::string, DictionaryAttr> views;
  std::map<std::tuple<void *, bool, FeatureGroups, int64_t, int64_t>, Value>
      matrices;
  std::vector<std::pair<std::pair<SmallVector<float>, float>, Value>> tables;
};

} // namespace

LogicalResult llm::onnx::emitRowProgram(ModuleOp module, RowProgram &program,
                                        int result) {
  simplifyRowProgram(program);
  return Emitter(module, program).emit(result);
}
