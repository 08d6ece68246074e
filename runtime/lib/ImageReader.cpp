//===- ImageReader.cpp - Follow a descriptor's pointers in a file ---------===//

#include "runtime/lib/ImageReader.h"

#include "runtime/lib/ObjectFormat.h"

#include <cinttypes>
#include <cstring>

using namespace llmrt;

Status ImageReader::follow(const char *what, uint64_t address, uint64_t size,
                           uint64_t alignment, uint64_t &target) const {
  if (!image.relocated(address, target) || !image.at(target, size))
    return fail(LLMRT_BAD_FILE,
                "%s: the descriptor's pointer to %" PRIu64
                " bytes does not lead into the object",
                what, size);
  if (target % alignment != 0)
    return fail(LLMRT_BAD_FILE,
                "%s lies at address 0x%" PRIx64 ", which is not aligned", what,
                target);
  return LLMRT_OK;
}

Status ImageReader::checkString(const char *what, uint64_t address,
                                uint64_t limit) const {
  uint64_t target;
  if (Status status = follow(what, address, 1, 1, target))
    return status;
  for (uint64_t length = 0; length < limit; ++length) {
    const uint8_t *byte = image.at(target + length, 1);
    if (!byte)
      break;
    if (*byte == 0)
      return LLMRT_OK;
  }
  return fail(LLMRT_BAD_FILE, "%s does not end within %" PRIu64 " bytes", what,
              limit);
}

Status ImageReader::checkSpan(const char *what, uint64_t address) const {
  ByteSpan span;
  memcpy(&span, image.at(address, sizeof(span)), sizeof(span));
  uint64_t target;
  if (span.size == 0)
    return LLMRT_OK;
  return follow(what, address, span.size, 8, target);
}

bool ImageReader::isNull(uint64_t address) const {
  uint64_t value;
  const uint8_t *bytes = image.at(address, sizeof(value));
  if (!bytes || image.relocated(address, value))
    return false;
  memcpy(&value, bytes, sizeof(value));
  return value == 0;
}
