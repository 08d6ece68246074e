//===- TokenizerPatterns.cpp - Patterns that tokenizers name --------------===//
//
// As the models' tokenizer.json files spell them.
//
//===----------------------------------------------------------------------===//

#include "frontends/tokenizer/TokenizerPatterns.h"
#include "frontends/tokenizer/UnicodeTables.h"

using namespace llm;
using unicode::RustSet;
using unicode::rustSet;

#define LLM_CONTRACTIONS "(?i:'s|'t|'re|'ve|'m|'ll|'d)"
#define LLM_UPPER "[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]"
#define LLM_LOWER "[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]"
#define LLM_SPACES "\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"

static const char *patternText(KnownPattern name) {
  switch (name) {
  case KnownPattern::Gpt2:
    return "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+"
           "|\\s+(?!\\S)|\\s+";
  case KnownPattern::Llama3:
    return LLM_CONTRACTIONS "|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}"
                            "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|" LLM_SPACES;
  case KnownPattern::Qwen2:
    return LLM_CONTRACTIONS "|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}"
                            "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|" LLM_SPACES;
  case KnownPattern::Gpt4o:
    return "[^\\r\\n\\p{L}\\p{N}]?" LLM_UPPER "*" LLM_LOWER "+" LLM_CONTRACTIONS
           "?"
           "|[^\\r\\n\\p{L}\\p{N}]?" LLM_UPPER "+" LLM_LOWER
           "*" LLM_CONTRACTIONS "?"
           "|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|" LLM_SPACES;
  case KnownPattern::Tekken:
    return "[^\\r\\n\\p{L}\\p{N}]?" LLM_UPPER "*" LLM_LOWER "+"
           "|[^\\r\\n\\p{L}\\p{N}]?" LLM_UPPER "+" LLM_LOWER "*"
           "|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|" LLM_SPACES;
  }
  return "";
}

RegexTree llm::knownPattern(KnownPattern name) {
  std::string error;
  return parseRegex(patternText(name), error);
}

RegexTree llm::wordsPattern() {
  const CodePointSet &word = rustSet(RustSet::Word);
  CodePointSet other = word;
  other.add(rustSet(RustSet::Whitespace));
  std::vector<RegexTree> kinds;
  kinds.push_back(repeatRegex(setRegex(word), 1, -1));
  kinds.push_back(repeatRegex(setRegex(other.complement()), 1, -1));
  return listRegex(RegexNode::Alternation, std::move(kinds));
}
