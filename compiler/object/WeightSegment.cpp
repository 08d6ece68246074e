//===- WeightSegment.cpp - Write a model's weights behind its code
//---------===//
//
// The digest is taken at the end, from the page cache, in pieces that threads
// share; holes are not read. The code goes in last: until then the temporary
// file is no object at all.
//
//===----------------------------------------------------------------------===//

#include "compiler/object/WeightSegment.h"
#include "runtime/lib/CodeDigest.h"
#include "runtime/lib/ObjectFile.h"
#include "runtime/lib/ObjectFormat.h"
#include "runtime/lib/Sha256.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/ThreadPool.h"

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstring>
#include <mutex>
#include <vector>

using namespace llvm;
using namespace llm;
using llmrt::kWeightsDigestPiece;
using llmrt::ObjectDescriptor;

using Digest = llmrt::Sha256::Digest;

/// A weight file's header, padded so that the weights begin on a page.
static constexpr uint64_t kWeightFileHeaderBytes = 4096;

static ArrayRef<uint8_t> bytesOf(const void *data, size_t size) {
  return {static_cast<const uint8_t *>(data), size};
}

static Digest digestOf(const void *bytes, size_t size) {
  llmrt::Sha256 hash;
  hash.update(bytes, size);
  return hash.finish();
}

/// SHA-256 of each piece of the weights, computed by several threads.
static Error digestPieces(const OutputFile &file, uint64_t begin, uint64_t size,
                          unsigned threads, std::vector<Digest> &pieces) {
  const std::vector<uint8_t> zeros(kWeightsDigestPiece);
  const Digest zeroDigest = digestOf(zeros.data(), zeros.size());

  std::atomic<uint64_t> next{0};
  std::mutex mutex; // of the failure
  Error failure = Error::success();
  auto work = [&] {
    std::vector<uint8_t> buffer(kWeightsDigestPiece);
    for (uint64_t i; (i = next++) < pieces.size();) {
      uint64_t offset = i * kWeightsDigestPiece;
      uint64_t bytes = std::min(kWeightsDigestPiece, size - offset);
      offset += begin;
      if (bytes == kWeightsDigestPiece && file.isHole(offset, offset + bytes)) {
        pieces[i] = zeroDigest;
        continue;
      }
      if (Error error = file.read(
              offset, MutableArrayRef<uint8_t>(buffer).take_front(bytes))) {
        std::lock_guard<std::mutex> lock(mutex);
        failure = joinErrors(std::move(failure), std::move(error));
        next = pieces.size();
        return;
      }
      pieces[i] = digestOf(buffer.data(), bytes);
    }
  };
  if (threads <= 1) {
    work();
  } else {
    DefaultThreadPool pool(hardware_concurrency(threads));
    for (unsigned i = 0; i < threads; ++i)
      pool.async(work);
    pool.wait();
  }
  return failure;
}

Expected<std::unique_ptr<WeightSegmentWriter>>
WeightSegmentWriter::create(StringRef path, ArrayRef<char> image,
                            StringRef exportedSymbol, uint64_t weightBytes,
                            StringRef weightsPath) {
  const bool ownFile = !weightsPath.empty() && weightBytes != 0;
  SmallVector<char, 0> code(image.begin(), image.end());
  Expected<SegmentLayout> layout = placeWeights(
      code, exportedSymbol, weightBytes,
      ownFile ? WeightPlacement::OwnFile : WeightPlacement::Segment);
  if (!layout)
    return layout.takeError();
  uint64_t objectBytes = layout->weightsOffset == 0
                             ? code.size()
                             : layout->weightsOffset + weightBytes;
  Expected<OutputFile> object =
      OutputFile::create(path, objectBytes, sys::fs::all_all);
  if (!object)
    return object.takeError();
  std::unique_ptr<WeightSegmentWriter> writer(
      new WeightSegmentWriter(std::move(code), *layout, std::move(*object)));
  writer->weightsBegin = layout->weightsOffset;
  if (ownFile) {
    Expected<OutputFile> weights =
        OutputFile::create(weightsPath, kWeightFileHeaderBytes + weightBytes,
                           sys::fs::all_read | sys::fs::all_write);
    if (!weights)
      return weights.takeError();
    writer->weights.emplace(std::move(*weights));
    writer->weightsBegin = kWeightFileHeaderBytes;
  }
  return writer;
}

Error WeightSegmentWriter::write(uint64_t offset, ArrayRef<uint8_t> bytes) {
  if (offset > layout.weightBytes || bytes.size() > layout.weightBytes - offset)
    return createStringError("weights written at bytes " + Twine(offset) +
                             " to " + Twine(offset + bytes.size()) +
                             " of a segment of " + Twine(layout.weightBytes));
  return weightsFile().write(weightsBegin + offset, bytes);
}

/// The safetensors header of a weight file (runtime/lib/WeightFile.h).
static std::string weightFileHeader(const Digest &digest, uint64_t size) {
  std::string bytes = std::to_string(size);
  std::string json = "{\"__metadata__\":{\"digest\":\"" +
                     toHex(digest, /*LowerCase=*/true) +
                     "\"},\"weights\":{\"dtype\":\"U8\",\"shape\":[" + bytes +
                     "],\"data_offsets\":[0," + bytes + "]}}";
  const uint64_t jsonBytes = kWeightFileHeaderBytes - sizeof(uint64_t);
  json.resize(jsonBytes, ' ');
  return std::string(reinterpret_cast<const char *>(&jsonBytes),
                     sizeof(jsonBytes)) +
         json;
}

Error WeightSegmentWriter::sealWeights(unsigned threads) {
  std::vector<Digest> pieces(
      divideCeil(layout.weightBytes, kWeightsDigestPiece));
  if (Error error = digestPieces(weightsFile(), weightsBegin,
                                 layout.weightBytes, threads, pieces))
    return error;
  Digest digest = digestOf(pieces.data(), pieces.size() * sizeof(Digest));
  memcpy(code.data() + layout.descriptorOffset +
             offsetof(ObjectDescriptor, weightsDigest),
         digest.data(), digest.size());
  if (!weights)
    return Error::success();
  std::string header = weightFileHeader(digest, layout.weightBytes);
  return weights->write(0, bytesOf(header.data(), header.size()));
}

/// The runtime's own functions read the file as they will when it is loaded, so
/// an object that the runtime would refuse is never given its name.
Error WeightSegmentWriter::sealCode() {
  if (Error error = object.write(0, bytesOf(code.data(), code.size())))
    return error;
  return object.mapped([&](ArrayRef<uint8_t> file) -> Error {
    llmrt::CodeDigest digest;
    if (llmrt::computeCodeDigest(file.data(), file.size(), digest) != LLMRT_OK)
      return createStringError(Twine("cannot digest the object's code: ") +
                               llmrt::lastError());
    if (Error error =
            object.write(digest.fileOffset,
                         bytesOf(digest.value.data(), digest.value.size())))
      return error;
    if (llmrt::checkObjectBytes(file.data(), file.size()) != LLMRT_OK)
      return createStringError(Twine("the runtime would refuse the object: ") +
                               llmrt::lastError());
    return Error::success();
  });
}

Error WeightSegmentWriter::finish(unsigned threads) {
  if (Error error = sealWeights(threads))
    return error;
  if (Error error = sealCode())
    return error;
  // An object that finds other weights than its own refuses them, so it is the
  // one to come last.
  if (weights)
    if (Error error = weights->commit())
      return error;
  return object.commit();
}
