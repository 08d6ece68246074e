//===- SchemaOps.cpp - Ops registered from schemas ------------------------===//
//
// All ops of schemas share one implementation that holds a pointer to its
// schema. MLIR's DynamicOpDefinition is not used: its ops compare as different
// from any other, so that no two were ever merged, and they have no traits. An
// interface is the dialect's answer for all of its ops, not a model attached to
// each.
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/SchemaOps.h"

#include "dialects/onnx/ONNXDialect.h"
#include "dialects/onnx/OnnxOp.h"

using namespace mlir;
using namespace llm::onnx;

namespace {

class SchemaOp final : public OperationName::Impl {
public:
  SchemaOp(const Schema &schema, Dialect *dialect, TypeID id)
      : Impl(schema.name, dialect, id, mlir::detail::InterfaceMap()),
        schema(schema) {}

  bool hasTrait(TypeID trait) override {
    return schema.regions &&
           trait == TypeID::get<OpTrait::HasRecursiveMemoryEffects>();
  }
  LogicalResult verifyInvariants(Operation *op) override {
    return verifySchemaOp(op, schema);
  }
  LogicalResult verifyRegionInvariants(Operation *) override {
    return success();
  }

  LogicalResult foldHook(Operation *, ArrayRef<Attribute>,
                         SmallVectorImpl<OpFoldResult> &) override {
    return failure();
  }
  void getCanonicalizationPatterns(RewritePatternSet &,
                                   MLIRContext *) override {}
  OperationName::ParseAssemblyFn getParseAssemblyFn() override {
    return [](OpAsmParser &parser, OperationState &) -> ParseResult {
      return parser.emitError(parser.getNameLoc(),
                              "an op of a schema is written in quotes, in the "
                              "generic form");
    };
  }
  void printAssembly(Operation *op, OpAsmPrinter &printer, StringRef) override {
    printer.printGenericOp(op);
  }
  void populateDefaultAttrs(const OperationName &, NamedAttrList &) override {}

  // Attributes are all discardable: there are no properties.
  std::optional<Attribute> getInherentAttr(Operation *, StringRef) override {
    return std::nullopt;
  }
  void setInherentAttr(Operation *op, StringAttr name,
                       Attribute value) override {
    op->setDiscardableAttr(name, value);
  }
  void populateInherentAttrs(Operation *, NamedAttrList &) override {}
  LogicalResult
  verifyInherentAttrs(OperationName, NamedAttrList &,
                      function_ref<InFlightDiagnostic()>) override {
    return success();
  }
  int getOpPropertyByteSize() override { return 0; }
  void initProperties(OperationName, OpaqueProperties,
                      OpaqueProperties) override {}
  void deleteProperties(OpaqueProperties) override {}
  void populateDefaultProperties(OperationName, OpaqueProperties) override {}
  LogicalResult
  setPropertiesFromAttr(OperationName name, OpaqueProperties, Attribute,
                        function_ref<InFlightDiagnostic()> emitError) override {
    return emitError() << "'" << name << "' has no properties";
  }
  Attribute getPropertiesAsAttr(Operation *) override { return {}; }
  void copyProperties(OpaqueProperties, OpaqueProperties) override {}
  bool compareProperties(OpaqueProperties, OpaqueProperties) override {
    return true;
  }
  llvm::hash_code hashProperties(OpaqueProperties) override { return {}; }

private:
  const Schema &schema;
};

/// Whether two runs of the op may differ. A seed does not make a run the same
/// as that of another node.
bool isRandom(OnnxOp op) {
  StringRef type = op.type();
  if (!op.domain().empty())
    return false;
  if (type == "Dropout") {
    // Versions 7 and 10 are defined for inference alone.
    if (op.version() >= 12)
      return bool(op.input("training_mode"));
    return op.version() < 7 && !op.integer("is_test");
  }
  return type == "Bernoulli" || type == "Multinomial" ||
         type.starts_with("Random");
}

/// Ops have no effects. A random op makes a value of its own each time: said as
/// an allocation, it may be removed but not merged with its equal.
struct SchemaEffects
    : public MemoryEffectOpInterface::FallbackModel<SchemaEffects> {
  void
  getEffects(Operation *op,
             SmallVectorImpl<MemoryEffects::EffectInstance> &effects) const {
    if (isRandom(*OnnxOp::from(op)))
      for (OpResult result : op->getResults())
        effects.emplace_back(MemoryEffects::Allocate::get(), result);
  }
};

} // namespace

void *ONNXDialect::getRegisteredInterfaceForOp(TypeID interface,
                                               OperationName name) {
  static SchemaEffects effects;
  const Schema *schema = schemaOf(name);
  if (schema && interface == MemoryEffectOpInterface::getInterfaceID())
    return &effects;
  return nullptr;
}

void ONNXDialect::registerSchemaOps() {
  schemas.reserve(onnx::schemas().size());
  for (const Schema &schema : onnx::schemas()) {
    TypeID id = typeIDs.allocate();
    schemas[id] = &schema;
    RegisteredOperationName::insert(
        std::make_unique<SchemaOp>(schema, this, id), {});
  }
}
