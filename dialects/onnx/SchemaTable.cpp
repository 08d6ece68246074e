//===- SchemaTable.cpp - The schemas of libonnx as we keep them -----------===//
//
// Read once, when first asked for. Text stays libonnx's and is only pointed to.
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/OnnxLibrary.h"

#include "dialects/onnx/MicrosoftSchemas.h"

#include "onnx/defs/schema.h"

#include <algorithm>
#include <deque>
#include <unordered_map>

using namespace llm::onnx;
using ::onnx::AttributeProto;
using ::onnx::OpSchema;
using ::onnx::OpSchemaRegistry;
using ::onnx::TensorProto;

namespace {

std::string_view dialectPrefix(std::string_view domain) {
  if (domain == "ai.onnx.ml")
    return "onnx.ml.";
  if (domain == "ai.onnx.preview")
    return "onnx.preview.";
  if (domain == "ai.onnx.preview.training")
    return "onnx.training.";
  if (domain == "com.microsoft")
    return "onnx.microsoft.";
  return "onnx.";
}

AttributeKind attributeKind(AttributeProto::AttributeType type) {
  switch (type) {
  case AttributeProto::INT:
    return AttributeKind::Integer;
  case AttributeProto::FLOAT:
    return AttributeKind::Real;
  case AttributeProto::STRING:
    return AttributeKind::String;
  case AttributeProto::INTS:
    return AttributeKind::Integers;
  case AttributeProto::FLOATS:
    return AttributeKind::Reals;
  case AttributeProto::STRINGS:
    return AttributeKind::Strings;
  case AttributeProto::TENSOR:
    return AttributeKind::Tensor;
  case AttributeProto::TYPE_PROTO:
    return AttributeKind::Type;
  case AttributeProto::GRAPH:
    return AttributeKind::Graph;
  default:
    return AttributeKind::Other;
  }
}

/// Schemas as we keep them, and what they point to.
class SchemaTable {
public:
  SchemaTable() {
    registerMicrosoftSchemas();
    definitions = OpSchemaRegistry::get_all_schemas_with_history();
    schemas.reserve(definitions.size());
    for (const OpSchema &definition : definitions)
      add(definition);
    for (const Schema &schema : schemas)
      versions[key(schema.domain, schema.type)].push_back(&schema);
    for (auto &[name, list] : versions)
      std::sort(list.begin(), list.end(),
                [](const Schema *one, const Schema *other) {
                  return one->version > other->version;
                });
  }

  static std::string key(std::string_view domain, std::string_view type) {
    std::string key(domain == "ai.onnx" ? "" : domain);
    return key.append(":").append(type);
  }

  std::vector<Schema> schemas;
  std::unordered_map<std::string, std::vector<const Schema *>>
      versions; ///< newest first

private:
  /// Takes "tensor(float)" apart, once for each name.
  void addType(TypeSet &set, const std::string *name) {
    auto [found, isNew] = masks.try_emplace(name);
    if (isNew) {
      std::string_view rest = *name;
      auto strip = [&](std::string_view before) {
        if (rest.substr(0, before.size()) != before)
          return false;
        rest = rest.substr(before.size(), rest.size() - before.size() - 1);
        return true;
      };
      bool optional = strip("optional("), sequence = strip("seq(");
      TensorProto::DataType element = TensorProto::UNDEFINED;
      std::string upper(strip("tensor(") ? rest : "");
      std::transform(upper.begin(), upper.end(), upper.begin(), ::toupper);
      TensorProto::DataType_Parse(upper, &element);
      uint32_t TypeSet::*list =
          optional
              ? sequence ? &TypeSet::optionalSequences : &TypeSet::optionals
          : sequence ? &TypeSet::sequences
                     : &TypeSet::tensors;
      found->second = {list, element ? uint32_t(1) << element : 0};
    }
    if (found->second.mask)
      set.*found->second.list |= found->second.mask;
    else
      set.others.push_back(*name);
  }

  std::vector<SchemaParameter>
  parameters(const std::vector<OpSchema::FormalParameter> &formals,
             const OpSchema &definition,
             std::vector<const TypeSet *> &constraints) {
    std::vector<SchemaParameter> result;
    result.reserve(formals.size());
    for (const OpSchema::FormalParameter &formal : formals) {
      SchemaParameter parameter;
      parameter.name = formal.GetName();
      parameter.typeName = formal.GetTypeStr();
      parameter.option = SchemaParameter::Option(formal.GetOption());
      parameter.homogeneous = formal.GetIsHomogeneous();
      parameter.minArity = formal.GetMinArity();
      parameter.typeVariable = -1;
      const auto &variables = definition.typeConstraintParams();
      for (size_t index = 0; index < variables.size(); ++index)
        if (variables[index].type_param_str == formal.GetTypeStr())
          parameter.typeVariable = index;
      const TypeSet *&types = parameter.typeVariable < 0
                                  ? constraints.emplace_back(nullptr)
                                  : constraints[parameter.typeVariable];
      if (!types) {
        TypeSet &set = typeSets.emplace_back();
        for (const std::string *name : formal.GetTypes())
          addType(set, name);
        types = &set;
      }
      parameter.types = types;
      result.push_back(parameter);
    }
    return result;
  }

  SchemaAttribute attribute(const OpSchema::Attribute &definition) {
    const AttributeProto &value = definition.default_value;
    SchemaAttribute result;
    result.name = definition.name;
    result.kind = attributeKind(definition.type);
    result.required = definition.required;
    result.hasDefault = true;
    switch (value.has_type() ? attributeKind(value.type())
                             : AttributeKind::Other) {
    case AttributeKind::Integer:
      result.integers = {value.i()};
      break;
    case AttributeKind::Real:
      result.reals = {value.f()};
      break;
    case AttributeKind::String:
      result.strings = {value.s()};
      break;
    case AttributeKind::Integers:
      result.integers.assign(value.ints().begin(), value.ints().end());
      break;
    case AttributeKind::Reals:
      result.reals.assign(value.floats().begin(), value.floats().end());
      break;
    case AttributeKind::Strings:
      result.strings.assign(value.strings().begin(), value.strings().end());
      break;
    default:
      result.hasDefault = false;
    }
    return result;
  }

  void add(const OpSchema &definition) {
    Schema &schema = schemas.emplace_back();
    schema.name.append(dialectPrefix(definition.domain()))
        .append(definition.Name())
        .append(".")
        .append(std::to_string(definition.since_version()));
    schema.domain = definition.domain();
    schema.type = definition.Name();
    schema.version = definition.since_version();
    schema.deprecated = definition.deprecated();
    schema.hasFunctionBody =
        definition.HasFunction() || definition.HasContextDependentFunction();
    schema.typeVariables = definition.typeConstraintParams().size();
    schema.definition = &definition;
    std::vector<const TypeSet *> constraints(schema.typeVariables);
    schema.inputs = parameters(definition.inputs(), definition, constraints);
    schema.outputs = parameters(definition.outputs(), definition, constraints);
    schema.attributes.reserve(definition.attributes().size());
    schema.regions = 0;
    for (const auto &[name, value] : definition.attributes()) {
      schema.attributes.push_back(attribute(value));
      schema.regions += value.type == AttributeProto::GRAPH;
    }
    std::sort(schema.attributes.begin(), schema.attributes.end(),
              [](const SchemaAttribute &one, const SchemaAttribute &other) {
                return one.name < other.name;
              });
  }

  struct TypeMask {
    uint32_t TypeSet::*list;
    uint32_t mask;
  };
  std::vector<OpSchema> definitions;
  std::deque<TypeSet> typeSets;
  std::unordered_map<const std::string *, TypeMask> masks;
};

const SchemaTable &table() {
  static const SchemaTable *table = new SchemaTable;
  return *table;
}

} // namespace

const SchemaAttribute *Schema::attribute(std::string_view name) const {
  auto found = std::lower_bound(
      attributes.begin(), attributes.end(), name,
      [](const SchemaAttribute &attribute, std::string_view name) {
        return attribute.name < name;
      });
  return found != attributes.end() && found->name == name ? &*found : nullptr;
}

const std::vector<Schema> &llm::onnx::schemas() { return table().schemas; }

const Schema *llm::onnx::findSchema(std::string_view domain,
                                    std::string_view type, int64_t opset) {
  auto found = table().versions.find(SchemaTable::key(domain, type));
  if (found == table().versions.end())
    return nullptr;
  for (const Schema *schema : found->second)
    if (schema->version <= opset)
      return schema;
  return nullptr;
}

int llm::onnx::newestOpset(std::string_view domain) {
  table();
  const auto &versions =
      OpSchemaRegistry::DomainToVersionRange::Instance().Map();
  auto found = versions.find(domain == "ai.onnx" ? "" : std::string(domain));
  return found == versions.end() ? 0 : found->second.second;
}
