//===- OutputFile.cpp - A file that appears whole or not at all
//------------===//

#include "compiler/object/OutputFile.h"

#include "llvm/ADT/ScopeExit.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/Support/Errno.h"

#include <cerrno>
#include <sys/mman.h>
#include <unistd.h>

using namespace llvm;
using namespace llm;

/// Follows links and refuses what a rename must not replace.
static Expected<std::string> resolveDestination(StringRef path) {
  sys::fs::file_status status;
  if (sys::fs::status(path, status))
    return path.str(); // nothing there, or creating the file says what is wrong
  if (status.type() != sys::fs::file_type::regular_file)
    return createStringError("cannot write " + path +
                             ": it exists and is not a regular file");
  SmallString<128> target;
  if (std::error_code code = sys::fs::real_path(path, target))
    return createStringError(code,
                             "cannot write " + path + ": " + code.message());
  return std::string(target);
}

Expected<OutputFile> OutputFile::create(StringRef path, uint64_t size,
                                        unsigned mode) {
  Expected<std::string> destination = resolveDestination(path);
  if (!destination)
    return destination.takeError();
  Expected<sys::fs::TempFile> temporary =
      sys::fs::TempFile::create(*destination + ".%%%%%%%%.tmp", mode);
  if (!temporary)
    return createStringError("cannot write " + path + ": " +
                             toString(temporary.takeError()));
  OutputFile file(path, std::move(*destination), size, std::move(*temporary));
  if (::ftruncate(file.file->FD, off_t(size)) != 0)
    return file.fault("make the file " + Twine(size) + " bytes long", errno);
  return file;
}

OutputFile::~OutputFile() {
  if (file)
    consumeError(file->discard());
}

Error OutputFile::fault(const Twine &what, int errorNumber) const {
  return createStringError(
      std::error_code(errorNumber, std::generic_category()),
      shownPath + ": cannot " + what + ": " + sys::StrError(errorNumber));
}

Error OutputFile::write(uint64_t offset, ArrayRef<uint8_t> bytes) const {
  while (!bytes.empty()) {
    ssize_t written =
        ::pwrite(file->FD, bytes.data(), bytes.size(), off_t(offset));
    if (written < 0 && errno == EINTR)
      continue;
    if (written <= 0)
      return fault("write", written < 0 ? errno : ENOSPC);
    bytes = bytes.drop_front(written);
    offset += written;
  }
  return Error::success();
}

Error OutputFile::read(uint64_t offset, MutableArrayRef<uint8_t> bytes) const {
  while (!bytes.empty()) {
    ssize_t got = ::pread(file->FD, bytes.data(), bytes.size(), off_t(offset));
    if (got < 0 && errno == EINTR)
      continue;
    if (got <= 0) // zero: somebody shortened the file
      return fault("read what was written", got < 0 ? errno : EIO);
    bytes = bytes.drop_front(got);
    offset += got;
  }
  return Error::success();
}

bool OutputFile::isHole(uint64_t begin, uint64_t end) const {
  off_t data = ::lseek(file->FD, off_t(begin), SEEK_DATA);
  return data < 0 ? errno == ENXIO : uint64_t(data) >= end;
}

Error OutputFile::mapped(function_ref<Error(ArrayRef<uint8_t>)> use) const {
  void *bytes = ::mmap(nullptr, length, PROT_READ, MAP_SHARED, file->FD, 0);
  if (bytes == MAP_FAILED)
    return fault("map what was written", errno);
  scope_exit unmap([&] { ::munmap(bytes, length); });
  return use({static_cast<const uint8_t *>(bytes), size_t(length)});
}

Error OutputFile::commit() {
  sys::fs::TempFile finished = std::move(*file);
  file.reset();
  if (Error error = finished.keep(path))
    return createStringError(shownPath + ": cannot give the file its name: " +
                             toString(std::move(error)));
  return Error::success();
}
