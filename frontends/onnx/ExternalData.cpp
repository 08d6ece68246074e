//===- ExternalData.cpp - Tensor data beside a model ----------------------===//
//
// See ExternalData.h. openat2 decides about links while it walks, so there is
// no moment between a check and the opening; kernels before 5.6 lack it, and
// there each component is opened beneath the one before without following.
//
//===----------------------------------------------------------------------===//

#include "frontends/onnx/ExternalData.h"

#include "frontends/CheckedMath.h"
#include "frontends/ErrorText.h"
#include "frontends/Limits.h"

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace llm::onnx {

/// Of linux/openat2.h, which older systems lack.
struct OpenHow {
  uint64_t flags, mode, resolve;
};
static constexpr uint64_t kNoMagicLinks = 2, kNoSymlinks = 4, kBeneath = 8;
static constexpr long kOpenat2 = 437; // on every architecture

static constexpr int kOpenFlags = O_RDONLY | O_CLOEXEC | O_NONBLOCK;

/// Opens each component beneath the one before.
static int openByComponents(int folder, std::string_view location) {
  int at = dup(folder);
  while (at >= 0) {
    size_t slash = location.find('/');
    bool last = slash == std::string_view::npos;
    std::string name(location.substr(0, slash));
    int next = openat(
        at, name.c_str(),
        O_NOFOLLOW | (last ? kOpenFlags : O_PATH | O_DIRECTORY | O_CLOEXEC));
    int code = errno;
    close(at);
    errno = code;
    if (last)
      return next;
    at = next;
    location.remove_prefix(slash + 1);
  }
  return at;
}

static int openBeneath(int folder, const std::string &location) {
  OpenHow how{static_cast<uint64_t>(kOpenFlags), 0,
              kNoMagicLinks | kNoSymlinks | kBeneath};
  int file = static_cast<int>(
      syscall(kOpenat2, folder, location.c_str(), &how, sizeof(how)));
  // Old kernels lack the call; some sandboxes forbid what they do not know.
  if (file < 0 && (errno == ENOSYS || errno == EPERM))
    return openByComponents(folder, location);
  return file;
}

/// Why a location is none; empty if it may be one.
static std::string faultOf(std::string_view location) {
  if (location.find("_ORT_MEM_ADDR_") != std::string_view::npos)
    return "is an address in the memory of the program that wrote the model; "
           "save the model with its data";
  if (location.empty() || location.size() > limits::kMaxOnnxName ||
      location.find('\0') != std::string_view::npos)
    return "is no file name";
  if (location.front() == '/')
    return "is an absolute path; accepted: a file beneath the model's folder";
  while (true) {
    size_t slash = location.find('/');
    if (location.substr(0, slash) == "..")
      return "leaves the model's folder; accepted: a file beneath it";
    if (location.substr(0, slash).empty())
      return "has an empty component";
    if (slash == std::string_view::npos)
      return "";
    location.remove_prefix(slash + 1);
  }
}

ExternalData::ExternalData(const std::string &modelPath, WeightSource &source)
    : source(source) {
  size_t slash = modelPath.rfind('/');
  folderPath = slash == std::string::npos ? "."
               : slash == 0               ? "/"
                                          : modelPath.substr(0, slash);
  folder = ::open(folderPath.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
}

ExternalData::~ExternalData() {
  if (folder >= 0)
    close(folder);
}

bool ExternalData::open(const std::string &location, uint32_t &file,
                        std::string &error) {
  auto fail = [&](const std::string &what) {
    error = "external data " + quoteName(location) + " " + what;
    return false;
  };
  auto found = opened.find(location);
  if (found != opened.end()) {
    file = found->second;
    return true;
  }
  std::string fault = faultOf(location);
  if (!fault.empty())
    return fail(fault);
  if (opened.size() >= limits::kMaxShards)
    return fail("is one file too many; accepted: " +
                std::to_string(limits::kMaxShards));
  int descriptor = openBeneath(folder, location);
  if (descriptor < 0)
    return fail(errno == ELOOP || errno == EXDEV
                    ? "is, or is reached by, a symbolic link; accepted: a "
                      "regular file beneath the model's folder (cp -L)"
                : errno == ENOENT
                    ? "does not exist beneath the model's folder"
                    : "cannot be opened (error " + std::to_string(errno) + ")");
  struct stat status;
  bool known = fstat(descriptor, &status) == 0;
  if (!known || !S_ISREG(status.st_mode) || status.st_nlink != 1) {
    close(descriptor);
    return fail(known && S_ISREG(status.st_mode)
                    ? "has " + std::to_string(status.st_nlink) +
                          " hard links; accepted: a file with one name"
                    : "is not a regular file");
  }
  std::string reason;
  std::shared_ptr<const MappedFile> mapped =
      MappedFile::adopt(descriptor, folderPath + "/" + location, reason);
  if (!mapped) {
    error = reason;
    return false;
  }
  file = static_cast<uint32_t>(source.files.size());
  source.files.push_back(std::move(mapped));
  opened.emplace(location, file);
  return true;
}

bool ExternalData::resolve(const ExternalEntry &entry, uint64_t bytes,
                           uint32_t &file, uint64_t &offset,
                           const uint8_t *&data, std::string &error) {
  if (bytes == 0) { // such a tensor needs no file
    file = 0;
    offset = 0;
    data = nullptr;
    return true;
  }
  if (!open(entry.location, file, error))
    return false;
  const MappedFile &mapped = *source.files[file];
  if (!isRangeWithin(entry.offset, bytes, mapped.size())) {
    error = "external data " + quoteName(entry.location) + " has " +
            std::to_string(mapped.size()) + " bytes but the tensor needs " +
            std::to_string(bytes) + " from byte " +
            std::to_string(entry.offset) + " on";
    return false;
  }
  offset = entry.offset;
  data = mapped.data() + entry.offset;
  return true;
}

} // namespace llm::onnx
