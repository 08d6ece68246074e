//===- CodeDigest.cpp - The digest of an object's code --------------------===//
//
// The ELF header, file offsets and what lies outside of every PT_LOAD (section
// headers, symbols for debuggers) are left out, so that strip and objcopy do
// not change the digest. Of the program headers everything else that a loader
// acts on goes in; ElfImage ties their offsets to it.
//
//===----------------------------------------------------------------------===//

#include "runtime/lib/CodeDigest.h"

#include "runtime/lib/ObjectFormat.h"

#include <elf.h>

#include <algorithm>
#include <cinttypes>
#include <cstring>

using namespace llmrt;

namespace {

/// A part of the file that the digest does not see as it is.
struct Gap {
  uint64_t begin, end;
  bool asZeros; ///< taken as zeros, rather than left out
};

} // namespace

Status llmrt::findWeightSegment(const ElfImage &image,
                                const ElfImage::Segment *&segment) {
  segment = nullptr;
  const uint8_t *descriptor =
      image.at(image.symbolAddress(), sizeof(ObjectDescriptor));
  if (!descriptor)
    return fail(LLMRT_BAD_FILE, "the descriptor does not lie in the file");
  int64_t offset;
  uint64_t bytes;
  memcpy(&offset, descriptor + offsetof(ObjectDescriptor, weightsOffset),
         sizeof(offset));
  memcpy(&bytes, descriptor + offsetof(ObjectDescriptor, weightsBytes),
         sizeof(bytes));
  if (bytes == 0 || offset == 0)
    return LLMRT_OK;
  uint64_t address = image.symbolAddress() + uint64_t(offset);
  for (const ElfImage::Segment &load : image.segments())
    if (load.address == address && !load.writable && !load.executable &&
        bytes <= load.fileBytes) {
      segment = &load;
      return LLMRT_OK;
    }
  return fail(LLMRT_BAD_FILE,
              "no read-only PT_LOAD of %" PRIu64 " bytes or more starts at "
              "address 0x%" PRIx64 ", where the descriptor says that the "
              "weights lie",
              bytes, address);
}

Status llmrt::computeCodeDigest(const uint8_t *file, const ElfImage &image,
                                CodeDigest &digest) {
  const ElfImage::Segment *weights;
  if (Status status = findWeightSegment(image, weights))
    return status;
  const uint8_t *descriptor =
      image.at(image.symbolAddress(), sizeof(ObjectDescriptor));
  digest.fileOffset =
      uint64_t(descriptor - file) + offsetof(ObjectDescriptor, codeDigest);

  Gap gaps[] = {
      {0, sizeof(Elf64_Ehdr), false},
      {image.headersOffset(), image.headersOffset() + image.headersBytes(),
       false},
      {digest.fileOffset, digest.fileOffset + sizeof(digest.value), true}};
  std::sort(std::begin(gaps), std::end(gaps),
            [](const Gap &a, const Gap &b) { return a.begin < b.begin; });

  Sha256 hash;
  for (const ElfImage::Header &header : image.headers()) {
    const uint64_t words[] = {uint64_t(header.flags) << 32 | header.type,
                              header.address, header.fileBytes,
                              header.memoryBytes, header.alignment};
    hash.update(words, sizeof(words));
  }
  for (const ElfImage::Segment &load : image.segments()) {
    if (&load == weights)
      continue;
    uint64_t next = load.offset, end = load.offset + load.fileBytes;
    for (const Gap &gap : gaps) {
      uint64_t from = std::clamp(gap.begin, next, end);
      uint64_t to = std::clamp(gap.end, from, end);
      hash.update(file + next, from - next);
      const uint8_t zeros[sizeof(digest.value)] = {};
      if (gap.asZeros)
        hash.update(zeros, to - from);
      next = to;
    }
    hash.update(file + next, end - next);
  }
  digest.value = hash.finish();
  return LLMRT_OK;
}

Status llmrt::computeCodeDigest(const uint8_t *file, uint64_t size,
                                CodeDigest &digest) {
  ElfImage image;
  if (Status status = image.parse(file, size))
    return status;
  return computeCodeDigest(file, image, digest);
}
