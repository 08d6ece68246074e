//===- PagePool.cpp - KV pages of one state group -------------------------===//

#include "runtime/lib/PagePool.h"

#include <cstring>

using namespace llmrt;

void PagePool::placePages(BlockCarver &carver) {
  uint64_t bytes;
  if (__builtin_mul_overflow(group->pageBytes, uint64_t(pages), &bytes))
    bytes = UINT64_MAX; // the carver will not have that much
  memory = carver.take<uint8_t>(bytes, BlockCarver::kPage);
}

void PagePool::placeTables(BlockCarver &carver) {
  references = carver.take<uint32_t>(pages);
  freeList = carver.take<int32_t>(pages);
}

void PagePool::fill() {
  freePages = pages;
  for (uint32_t index = 0; index < pages; ++index)
    freeList[index] = int32_t(pages - 1 - index); // page 0 is used first
}

int32_t PagePool::allocate() {
  int32_t page = freeList[--freePages];
  references[page] = 1;
  return page;
}

bool PagePool::release(int32_t page) {
  if (--references[page] != 0)
    return false;
  freeList[freePages++] = page;
  return true;
}

void PagePool::copy(int32_t from, int32_t to) {
  memcpy(memory + uint64_t(to) * group->pageBytes,
         memory + uint64_t(from) * group->pageBytes, group->pageBytes);
}
