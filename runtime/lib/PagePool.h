//===- PagePool.h - KV pages of one state group -----------------*- C++ -*-===//
//
// Pages are shared by counting references. A promise keeps free pages for a
// sequence that will need them later, so that an answer that has been started
// never runs out of pages.
//
//===----------------------------------------------------------------------===//

#ifndef LLMRT_LIB_PAGEPOOL_H
#define LLMRT_LIB_PAGEPOOL_H

#include "runtime/lib/BlockCarver.h"
#include "runtime/lib/ObjectFormat.h"

namespace llmrt {

class PagePool {
public:
  PagePool(const StateGroup &group, uint32_t pages)
      : group(&group), pages(pages) {}

  /// Carves the pages themselves, and the tables about them.
  void placePages(BlockCarver &carver);
  void placeTables(BlockCarver &carver);
  /// All pages are free now. After both were placed in a block.
  void fill();

  uint32_t tokensPerPage() const { return group->pageTokens; }
  uint32_t window() const { return group->window; }
  uint32_t size() const { return pages; }
  uint8_t *base() const { return memory; }

  /// Pages that a group needs to hold `tokens` tokens.
  uint32_t pagesFor(uint64_t tokens) const {
    return uint32_t((tokens + group->pageTokens - 1) / group->pageTokens);
  }

  /// Free pages that are promised to nobody.
  uint32_t available() const { return freePages - promised; }
  void promise(uint32_t count) { promised += count; }
  void withdraw(uint32_t count) { promised -= count; }

  /// A free page, with one reference; there must be one.
  int32_t allocate();
  void retain(int32_t page) { ++references[page]; }
  /// Drops a reference; true if the page is free now.
  bool release(int32_t page);
  bool isShared(int32_t page) const { return references[page] > 1; }
  void copy(int32_t from, int32_t to);

private:
  const StateGroup *group;
  uint32_t pages;
  uint32_t freePages = 0;
  uint32_t promised = 0;
  uint8_t *memory = nullptr;
  uint32_t *references = nullptr;
  /// The first freePages entries are the free pages. The last one freed is the
  /// first one used again: its memory is there already, and in the cache.
  int32_t *freeList = nullptr;
};

} // namespace llmrt

#endif // LLMRT_LIB_PAGEPOOL_H
