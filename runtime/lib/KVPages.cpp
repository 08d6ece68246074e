//===- KVPages.cpp - Sequences and the pages that hold their KV -----------===//
//
// Everything is sized when the engine is created: a sequence's tables reach to
// the longest context, so neither a step nor a new sequence allocates.
//
//===----------------------------------------------------------------------===//

#include "runtime/lib/KVPages.h"

#include <algorithm>
#include <cstring>

using namespace llmrt;

KVPages::KVPages(const ObjectDescriptor &descriptor, const EngineLimits &limits)
    : limits(limits) {
  for (uint64_t index = 0; index < descriptor.groupCount; ++index) {
    PagePool shape(descriptor.groups[index], 0);
    uint64_t pages = uint64_t(limits.sequences) * pagesOfSequence(shape);
    if (limits.poolTokens != 0)
      // Each sequence may leave its last page partly empty.
      pages = std::min(pages, limits.poolTokens / shape.tokensPerPage() + 1 +
                                  limits.sequences);
    // Page ids are 32 bits wide; no memory holds that many.
    pools.emplace_back(descriptor.groups[index],
                       uint32_t(std::min<uint64_t>(pages, INT32_MAX)));
  }
  sequences.resize(limits.sequences);
  for (Sequence &sequence : sequences)
    sequence.groups.resize(pools.size());
}

/// The most pages of a group that one sequence holds at a time: with a window,
/// those that the rows of a step attend to and write, cut at both ends.
uint32_t KVPages::pagesOfSequence(const PagePool &pool) const {
  uint32_t all = pool.pagesFor(limits.context);
  if (pool.window() == 0)
    return all;
  return std::min(all,
                  pool.pagesFor(uint64_t(pool.window()) + limits.rows) + 1);
}

void KVPages::placePages(BlockCarver &carver) {
  for (PagePool &pool : pools)
    pool.placePages(carver);
}

void KVPages::placeTables(BlockCarver &carver) {
  for (PagePool &pool : pools)
    pool.placeTables(carver);
  for (Sequence &sequence : sequences) {
    sequence.tokens = carver.take<int32_t>(limits.context);
    for (uint32_t group = 0; group < groupCount(); ++group)
      sequence.groups[group].table =
          carver.take<int32_t>(pools[group].pagesFor(limits.context));
  }
}

void KVPages::fill() {
  freeSlots = limits.sequences;
  for (PagePool &pool : pools)
    pool.fill();
}

//===----------------------------------------------------------------------===//
// Sequences
//===----------------------------------------------------------------------===//

llmrt_sequence KVPages::handle(uint32_t slot) const {
  return uint64_t(sequences[slot].generation) << 32 | (slot + 1);
}

Status KVPages::find(llmrt_sequence wanted, uint32_t &slot) const {
  slot = uint32_t(wanted) - 1;
  if (slot < sequences.size() && sequences[slot].alive &&
      handle(slot) == wanted)
    return LLMRT_OK;
  return fail(LLMRT_NOT_FOUND, "the sequence has been released, or was never "
                               "created in this engine");
}

Status KVPages::create(uint32_t &slot) {
  for (slot = 0; slot < sequences.size(); ++slot) {
    Sequence &sequence = sequences[slot];
    if (sequence.alive)
      continue;
    sequence.alive = true;
    sequence.busy = false;
    ++sequence.generation;
    sequence.length = sequence.promptLength = 0;
    --freeSlots;
    return LLMRT_OK;
  }
  return fail(LLMRT_OUT_OF_PAGES,
              "all %u sequences of the engine are in use; release one, or "
              "create the engine with more",
              limits.sequences);
}

Status KVPages::fork(uint32_t source, uint32_t length, uint32_t &slot) {
  if (length > sequences[source].length)
    return fail(LLMRT_INVALID_ARGUMENT,
                "%u tokens are to be shared, but the sequence holds %u", length,
                sequences[source].length);
  if (Status status = checkWindows(sequences[source], length))
    return status;
  if (Status status = create(slot))
    return status;
  const Sequence &from = sequences[source];
  Sequence &to = sequences[slot];
  to.length = length;
  to.promptLength = std::min(from.promptLength, length);
  memcpy(to.tokens, from.tokens, length * sizeof(int32_t));
  for (uint32_t group = 0; group < groupCount(); ++group) {
    const GroupState &shared = from.groups[group];
    GroupState &state = to.groups[group];
    state.end = pools[group].pagesFor(length);
    state.first = std::min(shared.first, state.end);
    for (uint32_t entry = state.first; entry < state.end; ++entry) {
      state.table[entry] = shared.table[entry];
      pools[group].retain(state.table[entry]);
    }
  }
  return LLMRT_OK;
}

Status KVPages::truncate(uint32_t slot, uint32_t length) {
  Sequence &sequence = sequences[slot];
  if (length > sequence.length)
    return fail(LLMRT_INVALID_ARGUMENT,
                "%u tokens are to be kept, but the sequence holds %u", length,
                sequence.length);
  if (Status status = checkWindows(sequence, length))
    return status;
  for (uint32_t group = 0; group < groupCount(); ++group) {
    GroupState &state = sequence.groups[group];
    uint32_t kept = std::max(pools[group].pagesFor(length), state.first);
    while (state.end > kept)
      drop(sequence, group, --state.end);
    if (length == 0) // nothing is behind a window any more
      state.first = state.end = 0;
  }
  sequence.length = length;
  sequence.promptLength = std::min(sequence.promptLength, length);
  return LLMRT_OK;
}

void KVPages::release(uint32_t slot) {
  cancelPromise(slot);
  Sequence &sequence = sequences[slot];
  for (uint32_t group = 0; group < groupCount(); ++group) {
    GroupState &state = sequence.groups[group];
    while (state.end > state.first)
      drop(sequence, group, --state.end);
    state.first = state.end = 0;
  }
  sequence.alive = false;
  ++freeSlots;
}

/// Can a sequence go on from its first `length` tokens, or have pages that the
/// next token attends to been freed?
Status KVPages::checkWindows(const Sequence &sequence, uint32_t length) const {
  for (uint32_t group = 0; group < groupCount(); ++group) {
    uint64_t freed =
        uint64_t(sequence.groups[group].first) * pools[group].tokensPerPage();
    if (length != 0 && freed + pools[group].window() > uint64_t(length) + 1 &&
        freed != 0)
      return fail(LLMRT_INVALID_ARGUMENT,
                  "the sequence cannot go back to %u tokens: pages of its "
                  "window of %u have been freed",
                  length, pools[group].window());
  }
  return LLMRT_OK;
}

//===----------------------------------------------------------------------===//
// Pages
//===----------------------------------------------------------------------===//

/// Will the next token be written into a page that others read as well?
bool KVPages::writesSharedPage(const Sequence &sequence, uint32_t group) const {
  uint32_t entry = sequence.length / pools[group].tokensPerPage();
  const GroupState &state = sequence.groups[group];
  return entry >= state.first && entry < state.end &&
         pools[group].isShared(state.table[entry]);
}

/// Pages to be allocated before the sequence can hold `length` tokens.
uint32_t KVPages::newPages(const Sequence &sequence, uint32_t group,
                           uint32_t length) const {
  uint32_t end = sequence.groups[group].end;
  uint32_t wanted = pools[group].pagesFor(length);
  return (wanted > end ? wanted - end : 0) +
         (length > sequence.length && writesSharedPage(sequence, group));
}

int32_t KVPages::allocate(Sequence &sequence, uint32_t group) {
  GroupState &state = sequence.groups[group];
  if (state.promised != 0) {
    --state.promised;
    pools[group].withdraw(1);
  }
  return pools[group].allocate();
}

void KVPages::drop(Sequence &sequence, uint32_t group, uint32_t entry) {
  GroupState &state = sequence.groups[group];
  bool isFree = pools[group].release(state.table[entry]);
  state.table[entry] = 0;
  // The window moves on: the sequence will want a page in exchange.
  if (isFree && sequence.hasPromise) {
    ++state.promised;
    pools[group].promise(1);
  }
}

void KVPages::trimWindows(Sequence &sequence) {
  for (uint32_t group = 0; group < groupCount(); ++group) {
    const PagePool &pool = pools[group];
    GroupState &state = sequence.groups[group];
    if (pool.window() == 0)
      continue;
    while (state.first < state.end &&
           (state.first + uint64_t(1)) * pool.tokensPerPage() + pool.window() <=
               sequence.length)
      drop(sequence, group, state.first++);
  }
}

Status KVPages::extend(uint32_t slot, uint32_t count) {
  Sequence &sequence = sequences[slot];
  if (count > limits.context - sequence.length)
    return fail(LLMRT_CONTEXT_FULL,
                "%u tokens do not fit behind the %u that the sequence holds: "
                "the context is %u",
                count, sequence.length, limits.context);
  trimWindows(sequence);
  uint32_t length = sequence.length + count;
  for (uint32_t group = 0; group < groupCount(); ++group) {
    uint32_t wanted = newPages(sequence, group, length);
    uint32_t usable =
        pools[group].available() + sequence.groups[group].promised;
    if (wanted > usable)
      return fail(LLMRT_OUT_OF_PAGES,
                  "the sequence needs %u more KV pages, but %u of %u are free",
                  wanted, usable, pools[group].size());
  }
  for (uint32_t group = 0; group < groupCount(); ++group) {
    PagePool &pool = pools[group];
    GroupState &state = sequence.groups[group];
    if (writesSharedPage(sequence, group)) {
      int32_t &entry = state.table[sequence.length / pool.tokensPerPage()];
      int32_t copy = allocate(sequence, group);
      pool.copy(entry, copy);
      pool.release(entry);
      entry = copy;
    }
    for (uint32_t end = pool.pagesFor(length); state.end < end; ++state.end)
      state.table[state.end] = allocate(sequence, group);
  }
  return LLMRT_OK;
}

void KVPages::commit(uint32_t slot, const int32_t *tokens, uint32_t count) {
  Sequence &sequence = sequences[slot];
  memcpy(sequence.tokens + sequence.length, tokens, count * sizeof(int32_t));
  sequence.length += count;
}

//===----------------------------------------------------------------------===//
// Promises
//===----------------------------------------------------------------------===//

bool KVPages::promise(uint32_t slot, uint32_t length) {
  Sequence &sequence = sequences[slot];
  trimWindows(sequence);
  auto wanted = [&](uint32_t group) {
    uint32_t pages = newPages(sequence, group, length);
    if (pools[group].window() == 0)
      return pages;
    // Pages of its own that it frees behind the window come back to it.
    const GroupState &state = sequence.groups[group];
    uint32_t own = 0;
    for (uint32_t entry = state.first; entry < state.end; ++entry)
      own += !pools[group].isShared(state.table[entry]);
    return std::min(pages, pagesOfSequence(pools[group]) - own);
  };
  for (uint32_t group = 0; group < groupCount(); ++group)
    if (wanted(group) > pools[group].available())
      return false;
  for (uint32_t group = 0; group < groupCount(); ++group) {
    sequence.groups[group].promised = wanted(group);
    pools[group].promise(sequence.groups[group].promised);
  }
  sequence.hasPromise = true;
  return true;
}

void KVPages::cancelPromise(uint32_t slot) {
  Sequence &sequence = sequences[slot];
  sequence.hasPromise = false;
  for (uint32_t group = 0; group < groupCount(); ++group) {
    pools[group].withdraw(sequence.groups[group].promised);
    sequence.groups[group].promised = 0;
  }
}

bool KVPages::canEverHold(uint32_t length) const {
  for (const PagePool &pool : pools)
    if (std::min(pool.pagesFor(length), pagesOfSequence(pool)) > pool.size())
      return false;
  return true;
}
