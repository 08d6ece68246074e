//===- TokenizerJson.h - Read tokenizer.json ------------------------------===//
//
// The file format of Hugging Face's tokenizers. Each part adds what is wrong
// with it to the problems, so that one attempt shows all of them.
//
//===----------------------------------------------------------------------===//

#ifndef LLM_FRONTENDS_TOKENIZER_TOKENIZERJSON_H
#define LLM_FRONTENDS_TOKENIZER_TOKENIZERJSON_H

#include "frontends/huggingface/Json.h"
#include "frontends/tokenizer/TokenizerPlan.h"

namespace llm {

/// False when `problems` got any.
bool readTokenizerJson(std::string_view text, TokenizerPlan &plan,
                       Problems &problems);

// The parts, each in a file of its own.
namespace tokenizer_json {

using huggingface::JsonObject;
using simdjson::dom::element;

/// One component of tokenizer.json: an object with a type.
struct Component {
  JsonObject object;
  std::string where; ///< "pre_tokenizer.pretokenizers[0]"
  std::string type;
  Problems *problems;

  void complain(const std::string &problem) const;
  void unsupported(const std::string &what) const;
  /// A member that must be there; complains and gives a default if not.
  bool flag(std::string_view key) const;
  std::string text(std::string_view key) const;
  /// A text of exactly one character.
  std::string character(std::string_view key) const;
};

/// `value` as components: sequences of any depth in order. `list` is the
/// member of a Sequence that holds its parts. Null gives none.
std::vector<Component> flatten(element value, const std::string &where,
                               std::string_view list, Problems &problems);

/// {"String": ...} or {"Regex": ...}; null after a complaint. `literal` gets
/// the text of a String.
RegexTree readPattern(const Component &component,
                      std::optional<std::string> &literal);

void readNormalizer(element value, TokenizerPlan &plan, Problems &problems);
void readPreTokenizer(element value, TokenizerPlan &plan, Problems &problems);
void readModel(element value, TokenizerPlan &plan, Problems &problems);
void readPostProcessor(element value, TokenizerPlan &plan, Problems &problems);
void readDecoder(element value, TokenizerPlan &plan, Problems &problems);

} // namespace tokenizer_json
} // namespace llm

#endif // LLM_FRONTENDS_TOKENIZER_TOKENIZERJSON_H
