//===- KVPages.h - Sequences and the pages that hold their KV ---*- C++ -*-===//
//
// A sequence has one block table per state group. Forks share pages; who writes
// into a shared page gets a copy first, and only the last page of a sequence is
// ever written, so a fork costs at most one page copy per group. Groups with a
// window free pages behind it.
//
//===----------------------------------------------------------------------===//

#ifndef LLMRT_LIB_KVPAGES_H
#define LLMRT_LIB_KVPAGES_H

#include "runtime/lib/EngineLimits.h"
#include "runtime/lib/PagePool.h"

#include <vector>

namespace llmrt {

class KVPages {
public:
  KVPages(const ObjectDescriptor &descriptor, const EngineLimits &limits);

  void placePages(BlockCarver &carver);
  void placeTables(BlockCarver &carver);
  /// All sequences and pages are free now. After both were placed in a block.
  void fill();

  uint32_t groupCount() const { return uint32_t(pools.size()); }
  const PagePool &pool(uint32_t group) const { return pools[group]; }

  //===--- Sequences -----------------------------------------------------===//
  // A slot is the index of a sequence. Functions on slots take live ones.

  /// The slot of a handle. Fails with NOT_FOUND.
  Status find(llmrt_sequence handle, uint32_t &slot) const;
  llmrt_sequence handle(uint32_t slot) const;
  uint32_t freeSequences() const { return freeSlots; }

  /// Starts an empty sequence. Fails with OUT_OF_PAGES.
  Status create(uint32_t &slot);
  /// Starts a sequence that shares the first `length` tokens of `source`.
  /// Fails with INVALID_ARGUMENT or OUT_OF_PAGES.
  Status fork(uint32_t source, uint32_t length, uint32_t &slot);
  /// Forgets all but the first `length` tokens. Fails with INVALID_ARGUMENT.
  Status truncate(uint32_t slot, uint32_t length);
  void release(uint32_t slot);

  /// Makes sure of pages of the sequence's own for `count` more tokens, and
  /// frees those behind a window. Fails with CONTEXT_FULL or OUT_OF_PAGES, the
  /// sequence unchanged.
  Status extend(uint32_t slot, uint32_t count);
  /// The tokens are in the KV now; extend() has made room for them.
  void commit(uint32_t slot, const int32_t *tokens, uint32_t count);

  /// Promises the sequence all pages it will need up to `length` tokens; false
  /// if they are not there now. cancelPromise() returns what is left of it.
  bool promise(uint32_t slot, uint32_t length);
  void cancelPromise(uint32_t slot);
  /// True if promise() could succeed on an empty engine for a new sequence.
  bool canEverHold(uint32_t length) const;

  uint32_t length(uint32_t slot) const { return sequences[slot].length; }
  /// Tokens of the sequence, length() of them.
  const int32_t *tokens(uint32_t slot) const { return sequences[slot].tokens; }
  const int32_t *blockTable(uint32_t slot, uint32_t group) const {
    return sequences[slot].groups[group].table;
  }
  uint32_t promptLength(uint32_t slot) const {
    return sequences[slot].promptLength;
  }
  void setPromptLength(uint32_t slot, uint32_t length) {
    sequences[slot].promptLength = length;
  }
  /// A sequence that a request runs on is not to be changed by others.
  bool isBusy(uint32_t slot) const { return sequences[slot].busy; }
  void setBusy(uint32_t slot, bool busy) { sequences[slot].busy = busy; }

private:
  struct GroupState {
    /// Entry n is the page of tokens n * pageTokens and on; entries outside of
    /// [first, end) are 0 and not to be read.
    int32_t *table = nullptr;
    uint32_t first = 0, end = 0;
    uint32_t promised = 0;
  };

  struct Sequence {
    bool alive = false;
    bool busy = false;
    bool hasPromise = false;
    uint32_t generation = 0; ///< how often the slot has been given out
    uint32_t length = 0;
    uint32_t promptLength = 0;
    int32_t *tokens = nullptr;
    std::vector<GroupState> groups;
  };

  uint32_t pagesOfSequence(const PagePool &pool) const;
  bool writesSharedPage(const Sequence &sequence, uint32_t group) const;
  uint32_t newPages(const Sequence &sequence, uint32_t group,
                    uint32_t length) const;
  int32_t allocate(Sequence &sequence, uint32_t group);
  void drop(Sequence &sequence, uint32_t group, uint32_t entry);
  void trimWindows(Sequence &sequence);
  Status checkWindows(const Sequence &sequence, uint32_t length) const;

  EngineLimits limits;
  std::vector<PagePool> pools;
  std::vector<Sequence> sequences;
  uint32_t freeSlots = 0;
};

} // namespace llmrt

#endif // LLMRT_LIB_KVPAGES_H
