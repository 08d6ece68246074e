//===- WeightFile.cpp - Weights in a file of their own --------------------===//

#include "runtime/lib/WeightFile.h"

#include <algorithm>
#include <cinttypes>
#include <cstring>
#include <string_view>

using namespace llmrt;

/// What safetensors itself accepts.
static constexpr uint64_t kMaxHeaderBytes = 100 << 20;

Status llmrt::openWeightFile(const char *path,
                             const ObjectDescriptor &descriptor,
                             MappedRegion &file, const uint8_t *&weights) {
  MappedRegion opened;
  if (Status status = MappedRegion::openFile(path, opened))
    return status;
  uint64_t headerBytes = 0;
  if (opened.size() >= sizeof(headerBytes))
    memcpy(&headerBytes, opened.data(), sizeof(headerBytes));
  uint64_t begin = sizeof(headerBytes) + headerBytes;
  if (headerBytes == 0 || headerBytes > kMaxHeaderBytes ||
      begin > opened.size() || begin % 64 != 0 ||
      opened.size() - begin != descriptor.weightsBytes)
    return fail(LLMRT_BAD_FILE,
                "%s: not the weights of this model: a header of %" PRIu64
                " bytes in a file of %" PRIu64 "; %" PRIu64
                " bytes of weights are wanted",
                path, headerBytes, opened.size(), descriptor.weightsBytes);

  char digest[2 * sizeof(descriptor.weightsDigest)];
  for (size_t index = 0; index < sizeof(digest); ++index) {
    uint8_t byte = descriptor.weightsDigest[index / 2];
    digest[index] = "0123456789abcdef"[index % 2 ? byte & 15 : byte >> 4];
  }
  std::string_view header(reinterpret_cast<const char *>(opened.data()) +
                              sizeof(headerBytes),
                          headerBytes);
  if (header.find(std::string_view(digest, sizeof(digest))) ==
      std::string_view::npos)
    return fail(LLMRT_BAD_FILE,
                "%s: the weights of another model: their digest is not %.*s",
                path, int(sizeof(digest)), digest);
  weights = opened.data() + begin;
  file = std::move(opened);
  return LLMRT_OK;
}

Sha256::Digest llmrt::computeWeightsDigest(const uint8_t *weights,
                                           uint64_t size) {
  Sha256 whole;
  for (uint64_t begin = 0; begin < size; begin += kWeightsDigestPiece) {
    Sha256 piece;
    piece.update(weights + begin, std::min(kWeightsDigestPiece, size - begin));
    Sha256::Digest digest = piece.finish();
    whole.update(digest.data(), digest.size());
  }
  return whole.finish();
}
