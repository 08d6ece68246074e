//===- PreTokenizerJson.cpp - The pre-tokenizer of tokenizer.json ---------===//

#include "frontends/tokenizer/TokenizerJson.h"
#include "frontends/tokenizer/TokenizerPatterns.h"
#include "frontends/tokenizer/UnicodeTables.h"
#include "runtime/lib/TokenizerText.h"

using namespace llm;
using namespace llm::tokenizer_json;
using llmrt::MetaspacePrepend;
using llmrt::SplitBehavior;
using unicode::RustSet;
using unicode::rustSet;

static SplitBehavior readBehavior(const Component &component, bool isOptional) {
  static constexpr std::pair<const char *, SplitBehavior> kNames[] = {
      {"Removed", SplitBehavior::Removed},
      {"Isolated", SplitBehavior::Isolated},
      {"MergedWithPrevious", SplitBehavior::MergedWithPrevious},
      {"MergedWithNext", SplitBehavior::MergedWithNext},
      {"Contiguous", SplitBehavior::Contiguous}};
  if (isOptional && !component.object.has("behavior"))
    return SplitBehavior::Isolated;
  std::string name = component.text("behavior");
  for (const auto &[known, behavior] : kNames)
    if (name == known)
      return behavior;
  component.complain("behavior is " + quoteName(name) +
                     "; accepted: Removed, Isolated, MergedWithPrevious, "
                     "MergedWithNext, Contiguous");
  return SplitBehavior::Isolated;
}

static MetaspacePrepend readPrepend(const Component &component) {
  std::string_view name =
      component.object.string("prepend_scheme").value_or("always");
  // Files from before prepend_scheme say add_prefix_space.
  if (component.object.boolean("add_prefix_space") == false)
    return MetaspacePrepend::Never;
  if (name == "first")
    return MetaspacePrepend::First;
  if (name == "never")
    return MetaspacePrepend::Never;
  if (name != "always")
    component.complain("prepend_scheme is " + quoteName(name) +
                       "; accepted: first, never, always");
  return MetaspacePrepend::Always;
}

void tokenizer_json::readPreTokenizer(element value, TokenizerPlan &plan,
                                      Problems &problems) {
  auto addSplit = [&](RegexTree pattern, SplitBehavior behavior,
                      bool invert = false) {
    PreTokenizerPlan step{};
    step.kind = PreTokenizerPlan::Split;
    step.pattern = std::move(pattern);
    step.behavior = behavior;
    step.invert = invert;
    plan.preTokenizer.push_back(std::move(step));
  };
  auto add = [&](PreTokenizerPlan::Kind kind) {
    PreTokenizerPlan step{};
    step.kind = kind;
    plan.preTokenizer.push_back(std::move(step));
  };
  for (const Component &component :
       flatten(value, "pre_tokenizer", "pretokenizers", problems)) {
    const std::string &type = component.type;
    if (type == "ByteLevel") {
      if (component.flag("add_prefix_space"))
        add(PreTokenizerPlan::PrependSpace);
      if (component.object.boolean("use_regex").value_or(true))
        addSplit(knownPattern(KnownPattern::Gpt2), SplitBehavior::Isolated);
      add(PreTokenizerPlan::ByteLevel);
    } else if (type == "Split") {
      std::optional<std::string> literal;
      RegexTree pattern = readPattern(component, literal);
      SplitBehavior behavior = readBehavior(component, false);
      bool invert = component.flag("invert");
      if (pattern)
        addSplit(std::move(pattern), behavior, invert);
    } else if (type == "Digits") {
      addSplit(setRegex(rustSet(RustSet::Numeric)),
               component.flag("individual_digits") ? SplitBehavior::Isolated
                                                   : SplitBehavior::Contiguous);
    } else if (type == "Punctuation") {
      addSplit(setRegex(rustSet(RustSet::Punctuation)),
               readBehavior(component, true));
    } else if (type == "Whitespace") {
      addSplit(wordsPattern(), SplitBehavior::Removed, /*invert=*/true);
    } else if (type == "WhitespaceSplit") {
      addSplit(setRegex(rustSet(RustSet::Whitespace)), SplitBehavior::Removed);
    } else if (type == "CharDelimiterSplit") {
      addSplit(literalRegex(component.character("delimiter")),
               SplitBehavior::Removed);
    } else if (type == "BertPreTokenizer") {
      addSplit(setRegex(rustSet(RustSet::Whitespace)), SplitBehavior::Removed);
      addSplit(setRegex(rustSet(RustSet::Punctuation)),
               SplitBehavior::Isolated);
    } else if (type == "Metaspace") {
      PreTokenizerPlan step{};
      step.kind = PreTokenizerPlan::Metaspace;
      step.text = component.character("replacement");
      step.prepend = readPrepend(component);
      std::string meta = step.text;
      plan.preTokenizer.push_back(std::move(step));
      if (component.object.boolean("split").value_or(true))
        addSplit(literalRegex(meta), SplitBehavior::MergedWithNext);
    } else {
      component.unsupported("this pre-tokenizer");
    }
  }
  if (plan.preTokenizer.size() > kMaxComponents)
    problems.add("tokenizer.json: pre_tokenizer: more than " +
                 std::to_string(kMaxComponents) + " components");
}
