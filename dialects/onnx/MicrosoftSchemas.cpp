//===- MicrosoftSchemas.cpp - Schemas of com.microsoft --------------------===//
//
// The ops of ONNX Runtime that exporters emit, as its registry of schemas and
// ContribOperators.md define them (version 1.32). A row of the table reads:
//
//   inputs, outputs   name:type, where type is a variable or tensor(...);
//                     ? optional, * variadic, ! of any types
//   types             variable=element types
//   attributes        name:kind, ! required, =default
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/MicrosoftSchemas.h"

#include "dialects/onnx/MicrosoftFunctions.h"
#include "dialects/onnx/MicrosoftInference.h"

#include "onnx/defs/schema.h"

#include <string>
#include <string_view>
#include <vector>

using namespace llm::onnx;
using ::onnx::AttributeProto;
using ::onnx::OpSchema;

namespace {

struct Row {
  const char *name, *inputs, *outputs, *types, *attributes;
  ShapeInference infer; ///< null: element types alone
};

const Row kRows[] = {
#include "dialects/onnx/MicrosoftSchemas.inc"
};

// ONNX Runtime puts these into ONNX's own domain.
// clang-format off
const Row kRowsOfOnnx[] = {
    {"LayerNormalization",
     "X:T Scale:V B:V?",
     "Y:V Mean:U? InvStdDev:U?",
     "T=float16,float,double,bfloat16 U=float,double "
     "V=float16,float,double,bfloat16",
     "axis:int=-1 epsilon:float=9.9999997e-06 stash_type:int=1",
     inferNormalization},
    {"SimplifiedLayerNormalization",
     "X:T scale:V",
     "Y:V inv_std_var:U?",
     "T=float16,float,double,bfloat16 U=float,double "
     "V=float16,float,double,bfloat16",
     "axis:int=-1 epsilon:float=9.9999997e-06 stash_type:int=1",
     inferNormalization},
};
// clang-format on

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (!text.empty()) {
    size_t end = std::min(text.find(separator), text.size());
    parts.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parts;
}

bool strip(std::string_view &text, char last) {
  if (text.empty() || text.back() != last)
    return false;
  text.remove_suffix(1);
  return true;
}

struct Parameter {
  std::string name, type;
  OpSchema::FormalParameterOption option;
  bool homogeneous;
};

std::vector<Parameter> parameters(std::string_view list) {
  std::vector<Parameter> result;
  for (std::string_view text : split(list, ' ')) {
    size_t colon = text.find(':');
    std::string_view type = text.substr(colon + 1);
    bool homogeneous = !strip(type, '!');
    auto option = strip(type, '*')   ? OpSchema::Variadic
                  : strip(type, '?') ? OpSchema::Optional
                                     : OpSchema::Single;
    result.push_back({std::string(text.substr(0, colon)), std::string(type),
                      option, homogeneous});
  }
  return result;
}

void addAttribute(OpSchema &schema, std::string_view text) {
  size_t colon = text.find(':'), equals = text.find('=');
  std::string name(text.substr(0, colon));
  std::string_view kind = text.substr(colon + 1, equals - colon - 1);
  bool required = strip(kind, '!');
  auto type = kind == "int"      ? AttributeProto::INT
              : kind == "float"  ? AttributeProto::FLOAT
              : kind == "string" ? AttributeProto::STRING
              : kind == "ints"   ? AttributeProto::INTS
              : kind == "floats" ? AttributeProto::FLOATS
                                 : AttributeProto::STRINGS;
  if (equals == text.npos) {
    schema.Attr(name, "", type, required);
    return;
  }
  std::string value(text.substr(equals + 1));
  if (type == AttributeProto::INT)
    schema.Attr(name, "", type, int64_t(std::stoll(value)));
  else if (type == AttributeProto::FLOAT)
    schema.Attr(name, "", type, std::stof(value));
  else
    schema.Attr(name, "", type, value);
}

void registerRow(const Row &row, const char *domain) {
  OpSchema schema;
  schema.SetName(row.name).SetDomain(domain).SinceVersion(1);
  std::vector<Parameter> inputs = parameters(row.inputs);
  std::vector<Parameter> outputs = parameters(row.outputs);
  for (size_t index = 0; index < inputs.size(); ++index)
    schema.Input(int(index), inputs[index].name, "", inputs[index].type,
                 inputs[index].option, inputs[index].homogeneous);
  for (size_t index = 0; index < outputs.size(); ++index)
    schema.Output(int(index), outputs[index].name, "", outputs[index].type,
                  outputs[index].option, outputs[index].homogeneous);
  // Where an output's element type comes from: an input of the same variable,
  // or the only type that the variable stands for.
  std::vector<ElementSource> sources(outputs.size());
  for (std::string_view text : split(row.types, ' ')) {
    size_t equals = text.find('=');
    std::string variable(text.substr(0, equals));
    std::vector<std::string> types;
    for (std::string_view type : split(text.substr(equals + 1), ','))
      types.push_back("tensor(" + std::string(type) + ")");
    for (size_t output = 0; output < outputs.size(); ++output) {
      if (outputs[output].type != variable)
        continue;
      for (size_t input = 0; input < inputs.size(); ++input)
        if (inputs[input].type == variable)
          sources[output].inputs.push_back(input);
      if (types.size() == 1)
        sources[output].only = elementNamed(types.front());
    }
    schema.TypeConstraint(variable, types, "");
  }
  for (size_t output = 0; output < outputs.size(); ++output)
    if (outputs[output].type.compare(0, 7, "tensor(") == 0)
      sources[output].only = elementNamed(outputs[output].type);
  for (std::string_view text : split(row.attributes, ' '))
    addAttribute(schema, text);
  schema.TypeAndShapeInferenceFunction(
      [sources, infer = row.infer](::onnx::InferenceContext &context) {
        inferElements(context, sources);
        if (infer)
          infer(context);
      });
  if (*domain)
    addMicrosoftFunction(schema);
  ::onnx::RegisterSchema(std::move(schema), /*opset_version_to_load=*/0,
                         /*fail_duplicate_schema=*/true,
                         /*fail_with_exception=*/true);
}

} // namespace

void llm::onnx::registerMicrosoftSchemas() {
  constexpr const char *domain = "com.microsoft";
  ::onnx::OpSchemaRegistry::DomainToVersionRange::Instance().AddDomainToVersion(
      domain, 1, 1);
  for (const Row &row : kRows)
    registerRow(row, domain);
  for (const Row &row : kRowsOfOnnx)
    registerRow(row, "");
}
