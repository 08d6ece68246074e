//===- ObjectFile.cpp - A compiled object, checked, then mapped -----------===//

#include "runtime/lib/ObjectFile.h"

#include "runtime/lib/CodeDigest.h"
#include "runtime/lib/MappedRegion.h"
#include "runtime/lib/ObjectCheck.h"

#include <cstring>
#include <string>

#include <dlfcn.h>
#include <link.h>

using namespace llmrt;

static Status checkImage(const uint8_t *bytes, uint64_t size, ElfImage &image,
                         CodeDigest &digest) {
  if (Status status = image.parse(bytes, size))
    return status;
  if (Status status = checkDescriptorImage(image))
    return status;
  if (Status status = computeCodeDigest(bytes, image, digest))
    return status;
  if (memcmp(bytes + digest.fileOffset, digest.value.data(),
             digest.value.size()) != 0)
    return fail(LLMRT_BAD_FILE, "the object is damaged: its code and tables do "
                                "not have the SHA-256 that it was compiled "
                                "with");
  return LLMRT_OK;
}

Status llmrt::checkObjectBytes(const uint8_t *bytes, uint64_t size) {
  ElfImage image;
  CodeDigest digest;
  return checkImage(bytes, size, image, digest);
}

Status ObjectFile::open(const char *path) {
  MappedRegion file;
  if (Status status = MappedRegion::openFile(path, file))
    return status;
  ElfImage image;
  CodeDigest digest;
  if (Status status = checkImage(file.data(), file.size(), image, digest))
    // The sentence so far is copied before fail() overwrites it.
    return fail(status, "%s: %s", path, std::string(lastError()).c_str());

  // A name without a slash would be searched for in the system's folders.
  std::string name = strchr(path, '/') ? path : std::string("./") + path;
  library = dlopen(name.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!library) {
    const char *reason = dlerror();
    return fail(LLMRT_SYSTEM, "%s: the dynamic loader refuses it: %s", path,
                reason ? reason : "no reason given");
  }
  struct link_map *map;
  if (dlinfo(library, RTLD_DI_LINKMAP, &map) != 0)
    return fail(LLMRT_SYSTEM,
                "%s: the dynamic loader does not say where the "
                "object is",
                path);
  mapped = reinterpret_cast<const ObjectDescriptor *>(map->l_addr +
                                                      image.symbolAddress());
  // The path may have come to mean another file in between.
  if (memcmp(mapped->codeDigest, digest.value.data(), digest.value.size()) != 0)
    return fail(LLMRT_BAD_FILE, "%s: the file changed while it was opened",
                path);
  for (const ElfImage::Segment &segment : image.segments())
    writableBytes += segment.writable ? segment.memoryBytes : 0;
  return checkDescriptor(*mapped);
}

ObjectFile::~ObjectFile() {
  if (library)
    dlclose(library);
}
