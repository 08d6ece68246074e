//===- PostProcessorJson.cpp - What surrounds a text ----------------------===//
//
// Of a post-processor only the ids it puts around a single text matter here;
// offsets and type ids are not kept.
//
//===----------------------------------------------------------------------===//

#include "frontends/tokenizer/TokenizerJson.h"

using namespace llm;
using namespace llm::tokenizer_json;
namespace dom = simdjson::dom;

/// {"[CLS]": {"id": ..., "ids": [1], "tokens": [...]}}
static std::optional<std::vector<int32_t>>
specialIds(const Component &component, std::string_view name) {
  std::optional<JsonObject> specials =
      component.object.object("special_tokens");
  std::optional<JsonObject> special =
      specials ? specials->object(name) : std::nullopt;
  std::optional<dom::array> list =
      special ? special->array("ids") : std::nullopt;
  std::vector<int32_t> ids;
  if (!list) {
    component.complain("special token " + quoteName(name) +
                       " has no ids in special_tokens");
    return std::nullopt;
  }
  for (element entry : *list) {
    uint64_t id;
    if (entry.get(id) || id > kMaxTokenId || ids.size() >= 64) {
      component.complain("the ids of special token " + quoteName(name) +
                         " are no short list of token ids");
      return std::nullopt;
    }
    ids.push_back(int32_t(id));
  }
  return ids;
}

static void readTemplate(const Component &component,
                         std::vector<int32_t> &surround) {
  std::optional<dom::array> single = component.object.array("single");
  if (!single)
    return component.complain("its 'single' is missing; accepted: a list");
  surround.clear();
  size_t index = 0;
  for (element piece : *single) {
    std::string where =
        component.where + ".single[" + std::to_string(index++) + "]";
    dom::object members;
    if (index > 64)
      return component.unsupported("a template with more than 64 pieces");
    if (piece.get(members))
      return component.complain(where + " is no object");
    JsonObject object(members, where + ".", *component.problems);
    if (object.has("SpecialToken")) {
      std::optional<JsonObject> special = object.object("SpecialToken");
      std::string_view name = special ? special->string("id").value_or("") : "";
      std::optional<std::vector<int32_t>> ids = specialIds(component, name);
      if (!ids)
        return;
      surround.insert(surround.end(), ids->begin(), ids->end());
      continue;
    }
    std::optional<JsonObject> sequence = object.object("Sequence");
    std::string_view id = sequence ? sequence->string("id").value_or("") : "";
    if (id != "A")
      return component.complain(where + " is neither a SpecialToken nor "
                                        "Sequence A");
    surround.push_back(-1);
  }
}

/// ["[SEP]", 102]
static std::optional<int32_t> pairId(const Component &component,
                                     std::string_view key) {
  std::optional<dom::array> pair = component.object.array(key);
  uint64_t id;
  if (!pair || pair->size() != 2 || pair->at(1).get(id) || id > kMaxTokenId) {
    component.complain("'" + std::string(key) +
                       "' is no pair of a token and its id");
    return std::nullopt;
  }
  return int32_t(id);
}

void tokenizer_json::readPostProcessor(element value, TokenizerPlan &plan,
                                       Problems &problems) {
  bool surrounded = false;
  for (const Component &component :
       flatten(value, "post_processor", "processors", problems)) {
    if (component.type == "ByteLevel")
      continue; // trims offsets only
    if (surrounded) {
      component.unsupported("a second post-processor that adds tokens");
      continue;
    }
    surrounded = true;
    if (component.type == "TemplateProcessing") {
      readTemplate(component, plan.surround);
    } else if (component.type == "BertProcessing" ||
               component.type == "RobertaProcessing") {
      std::optional<int32_t> first = pairId(component, "cls");
      std::optional<int32_t> last = pairId(component, "sep");
      if (first && last)
        plan.surround = {*first, -1, *last};
    } else {
      component.unsupported("this post-processor");
    }
  }
}
