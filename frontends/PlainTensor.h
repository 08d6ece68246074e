//===- PlainTensor.h - Tensors whose elements lie one after another -------===//
//
// Element types that are no blocks: how wide they are in a file and in memory,
// and the one way in which they change on the road. In memory every element has
// bytes of its own: those below 8 bits take one each, with the sign extended of
// signed ones, and a truth value is 0 or 1.
//
//===----------------------------------------------------------------------===//

#ifndef LLM_FRONTENDS_PLAINTENSOR_H
#define LLM_FRONTENDS_PLAINTENSOR_H

#include "frontends/Checkpoint.h"

namespace llm {

/// Bits of an element in a file; 0 for block types.
unsigned elementBits(SourceType type);

/// Bytes of an element in memory.
unsigned elementBytes(SourceType type);

/// An element below 8 bits, which is the lowest bits of `bits`, as its byte in
/// memory.
uint8_t widenElement(SourceType type, unsigned bits);

/// Bytes that `count` elements take in a file; nothing if that does not fit.
std::optional<uint64_t> fileBytes(SourceType type, uint64_t count);

/// Writes elements [first, first + count) of the tensor at `source` to `to`.
void copyElements(SourceType type, const uint8_t *source, uint64_t first,
                  uint64_t count, uint8_t *to);

} // namespace llm

#endif // LLM_FRONTENDS_PLAINTENSOR_H
