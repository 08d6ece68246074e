//===- BlobWriter.h - Lay out tables of a compiled tokenizer --------------===//

#ifndef LLM_FRONTENDS_TOKENIZER_BLOBWRITER_H
#define LLM_FRONTENDS_TOKENIZER_BLOBWRITER_H

#include "frontends/tokenizer/CodePointSet.h"
#include "runtime/lib/TokenizerFormat.h"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace llm {

/// Appends tables behind room for the header. Equal tables are stored once.
class BlobWriter {
public:
  BlobWriter() : bytes(sizeof(llmrt::TokenizerHeader)) {}

  template <typename T> llmrt::TableSpan add(const std::vector<T> &table) {
    return addBytes({reinterpret_cast<const char *>(table.data()),
                     table.size() * sizeof(T)});
  }
  llmrt::TableSpan addBytes(std::string_view table);
  /// A table of its own, for bytes that change after `finish`.
  llmrt::TableSpan addUnshared(const std::vector<uint8_t> &table);

  /// A map from code points; later entries win, what none covers is 0.
  template <typename T>
  llmrt::CodePointMap
  addMap(const std::vector<std::pair<CodePointSet::Range, T>> &entries);
  llmrt::CodePointMap addSet(const CodePointSet &set);

  /// A trie of distinct strings, none of them empty. Labels are bytes.
  llmrt::TrieTable addTrie(const std::map<std::string, int32_t> &strings);
  /// The node that `text` leads to, or 0.
  uint32_t findNode(const llmrt::TrieTable &trie, std::string_view text) const;

  /// The blob, or false when it is 4 GiB or larger.
  bool finish(llmrt::TokenizerHeader header, std::vector<uint8_t> &blob);

private:
  llmrt::TableSpan append(std::string_view table);

  std::vector<uint8_t> bytes;
  std::map<std::pair<uint64_t, uint64_t>, llmrt::TableSpan> known;
  bool tooLarge = false;
};

} // namespace llm

#endif // LLM_FRONTENDS_TOKENIZER_BLOBWRITER_H
