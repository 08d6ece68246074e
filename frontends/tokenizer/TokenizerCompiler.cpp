//===- TokenizerCompiler.cpp - A checkpoint's tokenizer as tables ---------===//

#include "frontends/tokenizer/TokenizerCompiler.h"
#include "frontends/Checkpoint.h"
#include "frontends/tokenizer/GgufPlan.h"
#include "frontends/tokenizer/PatternAutomaton.h"
#include "frontends/tokenizer/TokenizerJson.h"
#include "frontends/tokenizer/TokenizerLowering.h"

using namespace llm;

bool llm::compileTokenizer(const Checkpoint &checkpoint,
                           std::vector<uint8_t> &blob, std::string &error) {
  blob.clear();
  Problems problems;
  TokenizerPlan plan;
  bool good = false;
  if (!checkpoint.tokenizerJson.empty())
    good = readTokenizerJson(checkpoint.tokenizerJson, plan, problems);
  else if (checkpoint.ggufTokenizer)
    good = readGgufTokenizer(*checkpoint.ggufTokenizer, plan, problems);
  else
    return true;
  uint64_t patternWork = kPatternWork;
  if (good && TokenizerLowering(plan, problems, patternWork).run(blob))
    return true;
  blob.clear();
  error = problems.text(checkpoint.path);
  return false;
}
