//===- TokenizerLowering.h - From a plan to tables ------------------------===//

#ifndef LLM_FRONTENDS_TOKENIZER_TOKENIZERLOWERING_H
#define LLM_FRONTENDS_TOKENIZER_TOKENIZERLOWERING_H

#include "frontends/ErrorText.h"
#include "frontends/tokenizer/BlobWriter.h"
#include "frontends/tokenizer/TokenizerPlan.h"
#include "runtime/lib/Tokenizer.h"

#include <memory>
#include <set>
#include <unordered_map>

namespace llm {

/// Fills a blob part by part. Normalizing added tokens, rewriting the tokens'
/// texts and finding out which tokens encode to themselves is asked of the
/// runtime, so that each algorithm exists once.
class TokenizerLowering {
public:
  /// `patternWork`: see buildAutomaton.
  TokenizerLowering(const TokenizerPlan &plan, Problems &problems,
                    uint64_t &patternWork)
      : plan(plan), problems(problems), patternWork(patternWork) {}

  bool run(std::vector<uint8_t> &blob);

private:
  void lowerNormalizer();
  void lowerForm(NormalizerPlan::Kind kind, llmrt::NormalizerStep &step);
  void lowerCharsmap(std::string_view bytes, llmrt::NormalizerStep &step);
  void lowerPreTokenizer();
  void readVocabulary();
  void chooseDomain();
  void lowerVocabulary();
  void lowerMerges();
  void lowerUnigram();
  void lowerWordPiece();
  void assignAddedTokens();
  void lowerAddedTokens();
  void lowerTexts();
  void lowerDecoder();
  void markSelfEncoding(std::vector<uint8_t> &blob);

  uint32_t addPattern(const RegexNode &tree);
  /// A normalizer step that rewrites single characters.
  void mapCharacters(
      const std::vector<std::pair<CodePointSet::Range, std::string>> &mapping);
  /// A text in the characters that the model works on; nothing if it cannot
  /// come up there.
  std::optional<std::string> modelSpelling(std::string_view text) const;
  std::unique_ptr<llmrt::Tokenizer>
  openNormalizer(const std::vector<NormalizerPlan> &steps,
                 std::vector<uint8_t> &blob);

  const TokenizerPlan &plan;
  Problems &problems;
  uint64_t &patternWork;
  BlobWriter writer;
  llmrt::TokenizerHeader header = {};

  std::vector<llmrt::PatternTable> patterns;
  std::vector<llmrt::LookaheadTable> lookaheads;
  std::vector<llmrt::NormalizerStep> normalizer;
  std::vector<llmrt::FormEntry> forms;
  std::vector<uint32_t> formCodePoints;
  std::map<NormalizerPlan::Kind, llmrt::CodePointMap> formMaps;
  bool needsCompositions = false;

  bool byteInput = false;  ///< the model works on bytes
  bool spellBytes = false; ///< ByteLevel is run as a step
  std::unordered_map<std::string, uint32_t> idOf; ///< the model's strings
  std::unordered_map<uint32_t, std::string> stringOf;
  uint32_t vocabSize = 0;

  std::map<uint32_t, AddedTokenPlan> added;        ///< by id
  std::map<uint32_t, std::string> addedNormalized; ///< where it differs
  std::set<std::string> specialStrings;

  std::vector<uint8_t> tokenFlags;
  std::vector<std::string> texts; ///< by id: what a token decodes to
  std::vector<llmrt::DecoderStep> decoder;
};

} // namespace llm

#endif // LLM_FRONTENDS_TOKENIZER_TOKENIZERLOWERING_H
