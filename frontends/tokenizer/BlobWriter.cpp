//===- BlobWriter.cpp - Lay out tables of a compiled tokenizer ------------===//

#include "frontends/tokenizer/BlobWriter.h"

#include <algorithm>
#include <cstring>
#include <tuple>

using namespace llm;
using namespace llmrt;

TableSpan BlobWriter::addBytes(std::string_view table) {
  if (table.empty() || tooLarge)
    return {0, 0};
  uint64_t hash = hashText(table.data(), table.size());
  auto found = known.find({hash, table.size()});
  if (found != known.end() && memcmp(bytes.data() + found->second.offset,
                                     table.data(), table.size()) == 0)
    return found->second;
  return known[{hash, table.size()}] = append(table);
}

TableSpan BlobWriter::append(std::string_view table) {
  if (bytes.size() + table.size() + 8 > UINT32_MAX) {
    tooLarge = true;
    return {0, 0};
  }
  TableSpan span{uint32_t(bytes.size()), uint32_t(table.size())};
  bytes.insert(bytes.end(), table.begin(), table.end());
  bytes.resize((bytes.size() + 7) & ~size_t(7));
  return span;
}

TableSpan BlobWriter::addUnshared(const std::vector<uint8_t> &table) {
  if (table.empty() || tooLarge)
    return {0, 0};
  return append({reinterpret_cast<const char *>(table.data()), table.size()});
}

uint32_t BlobWriter::findNode(const TrieTable &trie,
                              std::string_view text) const {
  if (trie.values.bytes == 0 || tooLarge)
    return 0;
  const uint8_t *labels = bytes.data() + trie.labels.offset;
  const uint32_t *firstChild =
      reinterpret_cast<const uint32_t *>(bytes.data() + trie.firstChild.offset);
  uint32_t node = 0;
  for (char label : text) {
    uint32_t child = firstChild[node];
    while (child < firstChild[node + 1] && labels[child] != uint8_t(label))
      ++child;
    if (child == firstChild[node + 1])
      return 0;
    node = child;
  }
  return node;
}

template <typename T>
CodePointMap BlobWriter::addMap(
    const std::vector<std::pair<CodePointSet::Range, T>> &entries) {
  constexpr uint32_t kPage = 1u << kMapPageShift;
  // Most pages have one value; only the others are written out.
  std::vector<T> whole(kMapPages);
  std::vector<uint32_t> mixedAt(kMapPages); // in `mixed`, from 1 on
  std::vector<T> mixed;
  auto fillPart = [&](uint32_t begin, uint32_t end, T value) {
    uint32_t number = begin >> kMapPageShift;
    if (mixedAt[number] == 0) {
      mixed.resize(mixed.size() + kPage, whole[number]);
      mixedAt[number] = uint32_t(mixed.size() / kPage);
    }
    T *page = mixed.data() + size_t(mixedAt[number] - 1) * kPage;
    std::fill_n(page + (begin & (kPage - 1)), end - begin, value);
  };
  for (const auto &[range, value] : entries) {
    uint32_t begin = range.first, end = range.second;
    while (begin < end) {
      uint32_t pageEnd = ((begin >> kMapPageShift) + 1) << kMapPageShift;
      uint32_t stop = std::min(end, pageEnd);
      if (stop - begin == kPage) {
        whole[begin >> kMapPageShift] = value;
        mixedAt[begin >> kMapPageShift] = 0;
      } else {
        fillPart(begin, stop, value);
      }
      begin = stop;
    }
  }
  std::map<std::string_view, uint16_t> numbers; // by a mixed page's bytes
  std::map<T, uint16_t> wholeNumbers;
  auto last = wholeNumbers.end(); // neighbours are mostly alike
  std::vector<uint16_t> index;
  std::vector<T> values;
  index.reserve(kMapPages);
  auto next = [&] { return uint16_t(values.size() / kPage); };
  for (uint32_t number = 0; number < kMapPages; ++number) {
    if (mixedAt[number] == 0) {
      if (last == wholeNumbers.end() || last->first != whole[number]) {
        bool isNew;
        std::tie(last, isNew) = wholeNumbers.try_emplace(whole[number], next());
        if (isNew)
          values.resize(values.size() + kPage, whole[number]);
      }
      index.push_back(last->second);
      continue;
    }
    const T *page = mixed.data() + size_t(mixedAt[number] - 1) * kPage;
    std::string_view bytes(reinterpret_cast<const char *>(page),
                           kPage * sizeof(T));
    auto [known, isNew] = numbers.try_emplace(bytes, next());
    if (isNew)
      values.insert(values.end(), page, page + kPage);
    index.push_back(known->second);
  }
  return {add(index), add(values)};
}

template CodePointMap BlobWriter::addMap(
    const std::vector<std::pair<CodePointSet::Range, uint8_t>> &);
template CodePointMap BlobWriter::addMap(
    const std::vector<std::pair<CodePointSet::Range, uint16_t>> &);

CodePointMap BlobWriter::addSet(const CodePointSet &set) {
  std::vector<std::pair<CodePointSet::Range, uint8_t>> entries;
  for (const CodePointSet::Range &range : set.ranges())
    entries.push_back({range, 1});
  return addMap(entries);
}

TrieTable BlobWriter::addTrie(const std::map<std::string, int32_t> &strings) {
  if (strings.empty())
    return {};
  std::vector<const std::pair<const std::string, int32_t> *> sorted;
  for (const auto &entry : strings)
    sorted.push_back(&entry);
  // A node is a range of the sorted strings that share `depth` bytes. Strings
  // are compared as unsigned bytes, so labels ascend.
  struct Node {
    size_t begin, end, depth;
  };
  std::vector<Node> nodes{{0, sorted.size(), 0}};
  std::vector<uint8_t> labels{0};
  std::vector<uint32_t> firstChild;
  std::vector<int32_t> values;
  for (size_t index = 0; index < nodes.size(); ++index) {
    Node node = nodes[index];
    firstChild.push_back(uint32_t(nodes.size()));
    int32_t value = -1;
    size_t at = node.begin;
    if (sorted[at]->first.size() == node.depth)
      value = sorted[at++]->second;
    values.push_back(value);
    while (at < node.end) {
      char label = sorted[at]->first[node.depth];
      size_t end = at + 1;
      while (end < node.end && sorted[end]->first[node.depth] == label)
        ++end;
      labels.push_back(uint8_t(label));
      nodes.push_back({at, end, node.depth + 1});
      at = end;
    }
  }
  firstChild.push_back(uint32_t(nodes.size()));
  return {add(labels), add(firstChild), add(values)};
}

bool BlobWriter::finish(TokenizerHeader header, std::vector<uint8_t> &blob) {
  if (tooLarge)
    return false;
  header.magic = kTokenizerMagic;
  header.version = kTokenizerVersion;
  header.blobBytes = uint32_t(bytes.size());
  memcpy(bytes.data(), &header, sizeof(header));
  blob = bytes;
  return true;
}
