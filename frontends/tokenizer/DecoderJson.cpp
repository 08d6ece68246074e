//===- DecoderJson.cpp - The decoder of tokenizer.json --------------------===//

#include "frontends/tokenizer/TokenizerJson.h"

using namespace llm;
using namespace llm::tokenizer_json;

void tokenizer_json::readDecoder(element value, TokenizerPlan &plan,
                                 Problems &problems) {
  plan.hasDecoder = !value.is_null();
  for (const Component &component :
       flatten(value, "decoder", "decoders", problems)) {
    const std::string &type = component.type;
    DecoderPlan step{};
    if (type == "ByteLevel") {
      step.kind = DecoderPlan::ByteLevel;
    } else if (type == "Metaspace") {
      step.kind = DecoderPlan::Metaspace;
      step.text = component.character("replacement");
      bool prepends =
          component.object.string("prepend_scheme").value_or("always") !=
              "never" &&
          component.object.boolean("add_prefix_space").value_or(true);
      step.flag = prepends;
    } else if (type == "WordPiece") {
      step.kind = DecoderPlan::WordPiece;
      step.text = component.text("prefix");
      step.flag = component.flag("cleanup");
    } else if (type == "BPEDecoder") {
      step.kind = DecoderPlan::Suffix;
      step.text = component.text("suffix");
    } else if (type == "ByteFallback") {
      step.kind = DecoderPlan::ByteFallback;
    } else if (type == "Fuse") {
      step.kind = DecoderPlan::Fuse;
    } else if (type == "Strip") {
      step.kind = DecoderPlan::Strip;
      step.text = component.character("content");
      step.start =
          uint32_t(component.object.integer("start", 0, 1000).value_or(0));
      step.stop =
          uint32_t(component.object.integer("stop", 0, 1000).value_or(0));
    } else if (type == "Replace") {
      step.kind = DecoderPlan::Replace;
      std::optional<std::string> literal;
      step.pattern = readPattern(component, literal);
      step.content = component.text("content");
      if (!step.pattern)
        continue;
      if (literal && !literal->empty()) {
        step.text = *literal;
        step.pattern = nullptr;
      }
    } else {
      component.unsupported("this decoder");
      continue;
    }
    plan.decoder.push_back(std::move(step));
  }
}
