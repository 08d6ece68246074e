//===- GraphLowering.cpp - One graph on its way to linalg -----------------===//

#include "passes/onnx/lowering/GraphLowering.h"

#include "dialects/llm/LLMDialect.h"
#include "dialects/onnx/FaultWatch.h"
#include "dialects/onnx/ONNXDialect.h"
#include "frontends/ErrorText.h"
#include "passes/onnx/lowering/LoweringTable.h"
#include "passes/onnx/lowering/RankTable.h"
#include "passes/onnx/lowering/ShapeArithmetic.h"

#include "mlir/Dialect/LLVMIR/LLVMTypes.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace llm;
using namespace llm::onnx;

/// Integer tensors of more elements are data, not shapes.
constexpr int64_t kMostElements = 64;

LogicalResult llm::onnx::notSupported(OnnxOp op, const Twine &what) {
  return op.operation()->emitError()
         << "not supported yet: " << op.type() << " (since version "
         << op.version() << "): " << what;
}

FailureOr<int64_t> llm::onnx::normalizeAxis(OnnxOp op, int64_t axis,
                                            int64_t rank) {
  if (axis < -rank || axis >= rank) {
    op.operation()->emitError()
        << op.type() << ": axis " << axis << " of a tensor of rank " << rank
        << "; accepted: " << -rank << " to " << rank - 1;
    return failure();
  }
  return axis < 0 ? axis + rank : axis;
}

FailureOr<SmallVector<int64_t>>
llm::onnx::normalizeAxes(OnnxOp op, ArrayRef<int64_t> axes, int64_t rank) {
  SmallVector<int64_t> result;
  for (int64_t axis : axes) {
    FailureOr<int64_t> one = normalizeAxis(op, axis, rank);
    if (failed(one))
      return failure();
    result.push_back(*one);
  }
  return result;
}

//===----------------------------------------------------------------------===//
// Values
//===----------------------------------------------------------------------===//

Type GraphLowering::elementOf(Value onnx) {
  return llvm::cast<TensorType>(onnx.getType()).getElementType();
}

Type GraphLowering::loweredType(Type onnx) {
  if (auto tensor = dyn_cast<RankedTensorType>(onnx))
    return RankedTensorType::get(tensor.getShape(),
                                 storageType(tensor.getElementType()));
  return LLVM::LLVMPointerType::get(onnx.getContext());
}

Tensor GraphLowering::tensor(Value onnx) {
  if (!onnx)
    return {};
  return {get(onnx), elementOf(onnx)};
}

Value GraphLowering::get(Value onnx) {
  auto found = values.find(onnx);
  if (found != values.end())
    return found->second;
  auto number = numbers.find(onnx);
  assert(number != numbers.end() && "values are lowered in order");
  Type element = elementOf(onnx);
  SmallVector<Value> elements;
  for (Dim dim : number->second)
    elements.push_back(e.fromIndex(index(dim), element));
  auto type = RankedTensorType::get(
      llvm::cast<RankedTensorType>(onnx.getType()).getRank() == 0
          ? ArrayRef<int64_t>()
          : ArrayRef<int64_t>(static_cast<int64_t>(elements.size())),
      storageType(element));
  if (elements.empty())
    return empty(fixed(0), storageType(element));
  return tensor::FromElementsOp::create(b, type, elements);
}

void GraphLowering::set(Value onnx, Value lowered) {
  if (!onnx)
    return;
  if (!isa<UnrankedTensorType>(onnx.getType()))
    lowered = conform(lowered, loweredType(onnx.getType()), "a value");
  if (auto type = dyn_cast<RankedTensorType>(lowered.getType()))
    onnx.setType(RankedTensorType::get(type.getShape(), elementOf(onnx)));
  values[onnx] = lowered;
}

Value GraphLowering::conform(Value lowered, Type type, const Twine &name) {
  auto have = dyn_cast<RankedTensorType>(lowered.getType());
  auto want = dyn_cast<RankedTensorType>(type);
  if (!have || !want || have == want)
    return lowered;
  if (have.getRank() != want.getRank()) {
    emitError(b.getLoc()) << name << " has rank " << have.getRank()
                          << "; its declaration says " << want.getRank();
    isRefused = true;
    return lowered;
  }
  Dims sizes = dims(lowered);
  SmallVector<int64_t> shape(have.getShape());
  for (int64_t i = 0; i < have.getRank(); ++i) {
    if (want.isDynamicDim(i))
      continue;
    requireSame(sizes[i], fixed(want.getDimSize(i)),
                name + " has another size than declared, in dimension " +
                    Twine(i));
    shape[i] = want.getDimSize(i);
    sizes[i] = fixed(shape[i]);
  }
  auto refined = RankedTensorType::get(shape, have.getElementType());
  if (refined == have)
    return lowered;
  Value result = tensor::CastOp::create(b, refined, lowered);
  known[result] = sizes;
  return result;
}

Value GraphLowering::agree(Value lowered, Type type) {
  Value result = conform(lowered, type, "a value");
  if (result.getType() != type && isa<RankedTensorType>(type))
    result = tensor::CastOp::create(b, type, result);
  return result;
}

//===----------------------------------------------------------------------===//
// Numbers
//===----------------------------------------------------------------------===//

std::optional<DenseElementsAttr> GraphLowering::constant(Value onnx) {
  auto found = constants.find(onnx);
  if (!onnx || found == constants.end())
    return std::nullopt;
  return found->second;
}

std::optional<SmallVector<int64_t>>
GraphLowering::constantIntegers(Value onnx) {
  std::optional<Dims> found = elements(onnx);
  SmallVector<int64_t> result;
  if (!found)
    return std::nullopt;
  for (Dim dim : *found) {
    auto value = getConstantIntValue(dim);
    if (!value)
      return std::nullopt;
    result.push_back(*value);
  }
  return result;
}

std::optional<double> GraphLowering::constantReal(Value onnx) {
  auto found = constant(onnx);
  if (!found || found->getNumElements() != 1)
    return std::nullopt;
  if (!isa<FloatType>(found->getElementType())) {
    auto integers = constantIntegers(onnx);
    return integers ? std::optional<double>((*integers)[0]) : std::nullopt;
  }
  return (*found->value_begin<APFloat>()).convertToDouble();
}

std::optional<Dims> GraphLowering::elements(Value onnx) {
  if (!onnx)
    return std::nullopt;
  auto found = numbers.find(onnx);
  if (found != numbers.end())
    return found->second;
  auto type = dyn_cast<RankedTensorType>(onnx.getType());
  if (!type || type.getRank() > 1 || !isa<IntegerType>(type.getElementType()))
    return std::nullopt;
  if (auto literal = constant(onnx)) {
    if (literal->getNumElements() > kMostElements)
      return std::nullopt;
    bool isSigned = !isUnsigned(type.getElementType());
    Dims result;
    for (APInt value : literal->getValues<APInt>())
      result.push_back(
          fixed(isSigned ? value.getSExtValue() : value.getZExtValue()));
    return result;
  }
  Tensor from = tensor(onnx);
  type = from.type();
  if (!type.hasStaticShape() || type.getNumElements() > kMostElements)
    return std::nullopt;
  Dims result;
  for (int64_t i = 0; i < type.getNumElements(); ++i) {
    SmallVector<Value> place;
    if (type.getRank() == 1)
      place.push_back(index(i));
    result.push_back(e.toIndex(at(from, place), from.element));
  }
  return result;
}

void GraphLowering::setElements(Value onnx, ArrayRef<Dim> elements,
                                int64_t rank) {
  if (!onnx)
    return;
  if (isa<UnrankedTensorType>(onnx.getType()))
    onnx.setType(RankedTensorType::get(
        SmallVector<int64_t>(rank, static_cast<int64_t>(elements.size())),
        elementOf(onnx)));
  numbers[onnx] = Dims(elements);
}

//===----------------------------------------------------------------------===//
// Branches
//===----------------------------------------------------------------------===//

bool GraphLowering::chooseFirst() {
  if (chosen == choices.size())
    choices.push_back(true);
  return choices[chosen++];
}

void GraphLowering::drop(Region &region) {
  dropped.getBlocks().splice(dropped.end(), region.getBlocks());
}

//===----------------------------------------------------------------------===//
// Ops
//===----------------------------------------------------------------------===//

/// The numbers of a Constant, which has an attribute for each kind; null for
/// others than numbers.
static DenseElementsAttr literalOf(OnnxOp op) {
  if (auto literal = dyn_cast_or_null<DenseElementsAttr>(op.attribute("value")))
    return isa<DenseStringElementsAttr>(literal) ? nullptr : literal;
  auto type = dyn_cast<RankedTensorType>(op.output("output").getType());
  if (!type)
    return nullptr;
  auto given = [&](StringRef name) {
    return op.schema().attribute(name) && op.has(name);
  };
  auto real = [](double value) { return static_cast<float>(value); };
  if (given("value_int"))
    return DenseElementsAttr::get(type, op.integer("value_int"));
  if (given("value_ints"))
    return DenseElementsAttr::get(type, ArrayRef(op.integers("value_ints")));
  if (given("value_float"))
    return DenseElementsAttr::get(type, real(op.real("value_float")));
  if (given("value_floats"))
    return DenseElementsAttr::get(
        type, ArrayRef(llvm::map_to_vector(op.reals("value_floats"), real)));
  return nullptr;
}

/// "node 'x' (Conv)"
static std::string placeOf(OnnxOp op) {
  auto name = dyn_cast<NameLoc>(op.loc());
  std::string place;
  llvm::raw_string_ostream(place)
      << "node " << quoteName(name ? name.getName().getValue() : StringRef())
      << " (" << op.type() << ")";
  return place;
}

static bool isOfUnknownRank(Value value) {
  return isa<UnrankedTensorType>(value.getType());
}

LogicalResult GraphLowering::lowerOp(Operation *op) {
  b.setLoc(op->getLoc());
  if (auto weight = dyn_cast<WeightOp>(op)) {
    auto type = llvm::cast<RankedTensorType>(weight.getType());
    // It lies in memory as other tensors do.
    SymbolTable::lookupNearestSymbolFrom<ParameterOp>(op,
                                                      weight.getParameterAttr())
        .setType(loweredType(type));
    Value value = WeightOp::create(
        b, loweredType(type), weight.getParameterAttr(), weight.getLayer());
    values[weight.getResult()] = value;
    return success();
  }
  std::optional<OnnxOp> view = OnnxOp::from(op);
  if (!view)
    return op->emitError() << "expected an op of a schema of ONNX";
  FaultWatch::at(placeOf(*view));
  if (view->type() == "Constant")
    if (DenseElementsAttr literal = literalOf(*view))
      constants[op->getResult(0)] = literal;
  if (lowerShapeArithmetic(*view, *this))
    return success();
  Lowering lowering = LoweringTable::get().find(view->schema());
  if (!lowering)
    return notSupported(*view, "this op");
  if (llvm::any_of(op->getOperands(), isOfUnknownRank))
    return notSupported(*view, "an input of unknown rank");
  if (failed(checkRanks(*view)) || failed(lowering(*view, *this)) || isRefused)
    return failure();
  for (auto [i, result] : llvm::enumerate(op->getResults())) {
    if (result.use_empty())
      continue;
    if (!values.contains(result) && !numbers.contains(result))
      return notSupported(*view, "result " + Twine(i) +
                                     " with the attributes that it has");
    if (isOfUnknownRank(result))
      return notSupported(*view, "a result of unknown rank");
  }
  return success();
}

LogicalResult GraphLowering::lowerBlock(Block &block) {
  for (Operation &op : block.without_terminator())
    if (failed(lowerOp(&op)))
      return failure();
  return success();
}

LogicalResult GraphLowering::lowerGraph(GraphOp graph) {
  parent = graph->getParentOfType<ModuleOp>();
  b.setLoc(graph.getLoc());
  b.setInsertionPointAfter(graph);
  SmallVector<Type> inputs, outputs;
  for (auto [i, type] : llvm::enumerate(graph.getArgumentTypes())) {
    if (isa<UnrankedTensorType>(type)) {
      auto name = graph.getArgAttrOfType<StringAttr>(i, "onnx.name");
      return emitError(b.getLoc())
             << "not supported yet: input "
             << quoteName(name ? name.getValue() : StringRef())
             << " of unknown rank (--shape gives it one)";
    }
    inputs.push_back(loweredType(type));
  }
  for (Type type : graph.getResultTypes())
    outputs.push_back(loweredType(type));
  auto function =
      func::FuncOp::create(b, "graph", b.getFunctionType(inputs, outputs));
  function->setAttr("llm.graph", b.getUnitAttr());
  Block *entry = function.addEntryBlock();
  b.setInsertionPointToStart(entry);
  Block &body = graph.getBody().front();
  // Sizes of one name are one size; the runtime has seen that they agree.
  llvm::StringMap<Dim> named;
  for (auto [onnx, argument] :
       llvm::zip_equal(body.getArguments(), entry->getArguments())) {
    values[onnx] = argument;
    auto names =
        graph.getArgAttrOfType<ArrayAttr>(onnx.getArgNumber(), "onnx.dims");
    if (!names || !isa<RankedTensorType>(argument.getType()))
      continue;
    Dims sizes = dims(argument);
    for (auto [i, name] : llvm::enumerate(names.getAsRange<StringAttr>()))
      if (!name.getValue().empty() && !getConstantIntValue(sizes[i]))
        sizes[i] = named.try_emplace(name.getValue(), sizes[i]).first->second;
    known[argument] = sizes;
  }
  b.setInsertionPointToEnd(entry);
  if (failed(lowerBlock(body)))
    return failure();
  b.setLoc(graph.getLoc());
  SmallVector<Value> results;
  for (auto [i, value] : llvm::enumerate(body.getTerminator()->getOperands())) {
    if (isa<UnrankedTensorType>(value.getType()))
      return graph.emitError()
             << "not supported yet: output " << i << " is of unknown rank";
    // Where the declaration leaves the rank open, the value says it.
    if (isa<UnrankedTensorType>(graph.getResultTypes()[i]))
      outputs[i] = loweredType(value.getType());
    results.push_back(agree(get(value), outputs[i]));
  }
  function.setFunctionType(b.getFunctionType(inputs, outputs));
  func::ReturnOp::create(b, results);
  return failure(isRefused);
}
