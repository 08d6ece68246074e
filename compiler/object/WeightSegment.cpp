//===- WeightSegment.cpp - Write a model's weights behind its code
//---------===//
//
// Written with pwrite rather than through a mapping: a full disk is then an
// error with a name, not SIGBUS, and no page of the segment counts as ours.
// The digest is taken at the end, from the page cache, in pieces that threads
// share; holes are found by lseek and not read.
//
//===----------------------------------------------------------------------===//

#include "compiler/object/WeightSegment.h"
#include "runtime/lib/CodeDigest.h"
#include "runtime/lib/ObjectFile.h"
#include "runtime/lib/ObjectFormat.h"
#include "runtime/lib/Sha256.h"

#include "llvm/ADT/ScopeExit.h"
#include "llvm/Support/Errno.h"
#include "llvm/Support/ThreadPool.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <sys/mman.h>
#include <unistd.h>
#include <vector>

using namespace llvm;
using namespace llm;
using llmrt::kWeightsDigestPiece;
using llmrt::ObjectDescriptor;

using Digest = llmrt::Sha256::Digest;

/// Writes all bytes at the offset; returns 0 or an errno.
static int writeFully(int fd, const void *data, size_t size, uint64_t offset) {
  const char *bytes = static_cast<const char *>(data);
  while (size != 0) {
    ssize_t written = ::pwrite(fd, bytes, size, off_t(offset));
    if (written < 0) {
      if (errno == EINTR)
        continue;
      return errno;
    }
    if (written == 0)
      return ENOSPC;
    bytes += written, offset += written, size -= written;
  }
  return 0;
}

/// Reads all bytes at the offset; returns 0 or an errno.
static int readFully(int fd, void *data, size_t size, uint64_t offset) {
  char *bytes = static_cast<char *>(data);
  while (size != 0) {
    ssize_t got = ::pread(fd, bytes, size, off_t(offset));
    if (got < 0) {
      if (errno == EINTR)
        continue;
      return errno;
    }
    if (got == 0)
      return EIO; // somebody shortened the file
    bytes += got, offset += got, size -= got;
  }
  return 0;
}

/// Whether the file holds no data in [begin, end).
static bool isHole(int fd, uint64_t begin, uint64_t end) {
  off_t data = ::lseek(fd, off_t(begin), SEEK_DATA);
  return data < 0 ? errno == ENXIO : uint64_t(data) >= end;
}

static Digest digestOf(const void *bytes, size_t size) {
  llmrt::Sha256 hash;
  hash.update(bytes, size);
  return hash.finish();
}

/// SHA-256 of each piece of the weights, computed by several threads. Returns 0
/// or an errno.
static int digestPieces(int fd, const SegmentLayout &layout, unsigned threads,
                        std::vector<Digest> &pieces) {
  const std::vector<uint8_t> zeros(kWeightsDigestPiece);
  const Digest zeroDigest = digestOf(zeros.data(), zeros.size());

  std::atomic<uint64_t> next{0};
  std::atomic<int> failure{0};
  auto work = [&] {
    std::vector<uint8_t> buffer(kWeightsDigestPiece);
    for (uint64_t i; (i = next++) < pieces.size() && failure == 0;) {
      uint64_t begin = i * kWeightsDigestPiece;
      uint64_t size = std::min(kWeightsDigestPiece, layout.weightBytes - begin);
      uint64_t offset = layout.weightsOffset + begin;
      if (size == kWeightsDigestPiece && isHole(fd, offset, offset + size)) {
        pieces[i] = zeroDigest;
        continue;
      }
      if (int error = readFully(fd, buffer.data(), size, offset)) {
        failure = error;
        return;
      }
      pieces[i] = digestOf(buffer.data(), size);
    }
  };
  if (threads <= 1) {
    work();
    return failure;
  }
  DefaultThreadPool pool(hardware_concurrency(threads));
  for (unsigned i = 0; i < threads; ++i)
    pool.async(work);
  pool.wait();
  return failure;
}

/// Follows links and refuses what a rename must not replace.
static Expected<std::string> resolveDestination(StringRef path) {
  sys::fs::file_status status;
  if (sys::fs::status(path, status) ||
      status.type() == sys::fs::file_type::file_not_found)
    return path.str();
  if (status.type() != sys::fs::file_type::regular_file)
    return createStringError("cannot write " + path +
                             ": it exists and is not a regular file");
  SmallString<128> target;
  if (std::error_code code = sys::fs::real_path(path, target))
    return createStringError(code,
                             "cannot write " + path + ": " + code.message());
  return std::string(target);
}

Expected<std::unique_ptr<WeightSegmentWriter>>
WeightSegmentWriter::create(StringRef path, ArrayRef<char> image,
                            StringRef exportedSymbol, uint64_t weightBytes) {
  SmallVector<char, 0> head(image.begin(), image.end());
  Expected<SegmentLayout> layout =
      addWeightSegment(head, exportedSymbol, weightBytes);
  if (!layout)
    return layout.takeError();
  Expected<std::string> destination = resolveDestination(path);
  if (!destination)
    return destination.takeError();
  Expected<sys::fs::TempFile> file = sys::fs::TempFile::create(
      *destination + ".%%%%%%%%.tmp", sys::fs::all_all);
  if (!file)
    return createStringError("cannot write " + path + ": " +
                             toString(file.takeError()));
  std::unique_ptr<WeightSegmentWriter> writer(new WeightSegmentWriter(
      std::move(*destination), std::move(head), *layout, std::move(*file)));
  uint64_t fileBytes = weightBytes == 0 ? writer->head.size()
                                        : layout->weightsOffset + weightBytes;
  if (::ftruncate(writer->file->FD, off_t(fileBytes)) != 0)
    return writer->fault("make the file " + Twine(fileBytes) + " bytes long",
                         errno);
  return writer;
}

WeightSegmentWriter::WeightSegmentWriter(std::string path,
                                         SmallVector<char, 0> head,
                                         SegmentLayout layout,
                                         sys::fs::TempFile file)
    : path(std::move(path)), head(std::move(head)), layout(layout),
      file(std::move(file)) {}

WeightSegmentWriter::~WeightSegmentWriter() {
  if (file)
    consumeError(file->discard());
}

Error WeightSegmentWriter::fault(const Twine &what, int errorNumber) const {
  return createStringError(
      std::error_code(errorNumber, std::generic_category()),
      path + ": cannot " + what + ": " + sys::StrError(errorNumber));
}

Error WeightSegmentWriter::write(uint64_t offset, ArrayRef<uint8_t> bytes) {
  if (offset > layout.weightBytes || bytes.size() > layout.weightBytes - offset)
    return createStringError(path + ": weights written at bytes " +
                             Twine(offset) + " to " +
                             Twine(offset + bytes.size()) +
                             " of a segment of " + Twine(layout.weightBytes));
  if (int error = writeFully(file->FD, bytes.data(), bytes.size(),
                             layout.weightsOffset + offset))
    return fault("write weights", error);
  return Error::success();
}

Error WeightSegmentWriter::sealWeights(unsigned threads) {
  std::vector<Digest> pieces(
      divideCeil(layout.weightBytes, kWeightsDigestPiece));
  if (int error = digestPieces(file->FD, layout, threads, pieces))
    return fault("read the weights back", error);
  Digest digest = digestOf(pieces.data(), pieces.size() * sizeof(Digest));
  memcpy(head.data() + layout.descriptorOffset +
             offsetof(ObjectDescriptor, weightsDigest),
         digest.data(), digest.size());
  return Error::success();
}

/// The runtime's own functions read the file as they will when it is loaded, so
/// an object that the runtime would refuse is never given its name.
Error WeightSegmentWriter::sealCode() {
  uint64_t size = std::max<uint64_t>(head.size(),
                                     layout.weightsOffset + layout.weightBytes);
  void *mapped = ::mmap(nullptr, size, PROT_READ, MAP_SHARED, file->FD, 0);
  if (mapped == MAP_FAILED)
    return fault("map the file", errno);
  scope_exit unmap([&] { ::munmap(mapped, size); });
  const uint8_t *bytes = static_cast<const uint8_t *>(mapped);
  llmrt::CodeDigest digest;
  if (llmrt::computeCodeDigest(bytes, size, digest) != LLMRT_OK)
    return createStringError(path +
                             ": cannot digest the code: " + llmrt::lastError());
  if (int error = writeFully(file->FD, digest.value.data(), digest.value.size(),
                             digest.fileOffset))
    return fault("write the code's digest", error);
  if (llmrt::checkObjectBytes(bytes, size) != LLMRT_OK)
    return createStringError(
        path + ": the runtime would refuse this object: " + llmrt::lastError());
  return Error::success();
}

Error WeightSegmentWriter::finish(unsigned threads) {
  if (Error error = sealWeights(threads))
    return error;
  // The head goes last: until now the file was no object at all.
  if (int error = writeFully(file->FD, head.data(), head.size(), 0))
    return fault("write the code", error);
  if (Error error = sealCode())
    return error;
  sys::fs::TempFile finished = std::move(*file);
  file.reset();
  if (Error error = finished.keep(path))
    return createStringError(path + ": cannot give the file its name: " +
                             toString(std::move(error)));
  return Error::success();
}
