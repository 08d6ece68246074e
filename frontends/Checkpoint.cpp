//===- Checkpoint.cpp - A model file, opened and checked
//-------------------===//
//
// Maps files and finds out from their content which reader they belong to.
//
//===----------------------------------------------------------------------===//

#include "frontends/Checkpoint.h"

#include "frontends/ErrorText.h"
#include "frontends/gguf/Model.h"
#include "frontends/huggingface/Folder.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace llm {

static std::string systemError(int code) {
  char buffer[128];
  // The GNU variant, which returns the text, wherever _GNU_SOURCE is set, as
  // g++ and clang++ do on Linux.
  return strerror_r(code, buffer, sizeof(buffer));
}

std::shared_ptr<const MappedFile> MappedFile::open(const std::string &path,
                                                   std::string &error) {
  // O_NONBLOCK: a pipe put in a file's place must not hang us.
  int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor >= 0)
    return adopt(descriptor, path, error);
  error = path + ": cannot be opened: " + systemError(errno);
  return nullptr;
}

std::shared_ptr<const MappedFile>
MappedFile::create(const std::string &bytes, std::string &error) {
  int descriptor = memfd_create("constants", MFD_CLOEXEC);
  size_t done = 0;
  while (descriptor >= 0 && done < bytes.size()) {
    ssize_t written =
        write(descriptor, bytes.data() + done, bytes.size() - done);
    if (written <= 0)
      break;
    done += static_cast<size_t>(written);
  }
  if (descriptor >= 0 && done == bytes.size())
    return adopt(descriptor, "constants", error);
  error = "no memory for constants: " + systemError(errno);
  if (descriptor >= 0)
    close(descriptor);
  return nullptr;
}

std::shared_ptr<const MappedFile>
MappedFile::adopt(int descriptor, const std::string &path, std::string &error) {
  auto fail = [&](const std::string &what) {
    error = path + ": " + what;
    return nullptr;
  };
  struct stat status;
  if (fstat(descriptor, &status) != 0) {
    int code = errno;
    close(descriptor);
    return fail("cannot be examined: " + systemError(code));
  }
  if (!S_ISREG(status.st_mode) || status.st_size <= 0) {
    close(descriptor);
    return fail(S_ISREG(status.st_mode) ? "is empty" : "is not a regular file");
  }
  size_t length = static_cast<size_t>(status.st_size);
  void *address = mmap(nullptr, length, PROT_READ, MAP_PRIVATE, descriptor, 0);
  int code = errno;
  close(descriptor);
  if (address == MAP_FAILED)
    return fail("cannot be mapped: " + systemError(code));
  std::shared_ptr<MappedFile> file(new MappedFile);
  file->bytes = static_cast<const uint8_t *>(address);
  file->length = length;
  file->name = path;
  return file;
}

MappedFile::~MappedFile() {
  if (bytes)
    munmap(const_cast<uint8_t *>(bytes), length);
}

/// What a file that is no GGUF seems to be; empty when we cannot tell.
static std::string guessFormat(const MappedFile &file) {
  auto startsWith = [&](const char *magic, size_t length) {
    return file.size() >= length &&
           std::memcmp(file.data(), magic, length) == 0;
  };
  if (startsWith("lmgg", 4) || startsWith("fmgg", 4) || startsWith("tjgg", 4))
    return "a GGML file from before GGUF; convert it with llama.cpp";
  if (startsWith("PK\3\4", 4) || startsWith("\x80\x02", 2))
    return "a pickled PyTorch file, which is never read because it can run "
           "code; convert it to safetensors";
  if (file.size() >= 9 && file.data()[8] == '{')
    return "a safetensors file; give the folder that holds it and config.json";
  if (startsWith("{", 1))
    return "a JSON file; give the folder that holds it";
  return "";
}

std::unique_ptr<Checkpoint> openCheckpoint(const std::string &path,
                                           std::string &error) {
  error.clear();
  struct stat status;
  if (stat(path.c_str(), &status) != 0) {
    error = path + ": cannot be opened: " + systemError(errno);
    return nullptr;
  }
  if (S_ISDIR(status.st_mode))
    return huggingface::openFolder(path, error);

  std::shared_ptr<const MappedFile> file = MappedFile::open(path, error);
  if (!file)
    return nullptr;
  if (file->size() >= 4 && std::memcmp(file->data(), "GGUF", 4) == 0)
    return gguf::openFile(std::move(file), error);
  std::string guess = guessFormat(*file);
  error = path + ": " +
          (guess.empty() ? "not a model file we know" : "this is " + guess) +
          "; accepted: a Hugging Face folder, a .gguf file";
  return nullptr;
}

} // namespace llm
