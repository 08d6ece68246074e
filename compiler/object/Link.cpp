//===- Link.cpp - Object code to a shared object, in process
//---------------===//
//
// lld reads and writes files only, so its inputs go to a folder of their own
// under the system's temporary folder, gone when the link returns. lld records
// no path of an input in a shared object; errors are shown without the folder.
//
//===----------------------------------------------------------------------===//

#include "compiler/object/Link.h"
#include "compiler/object/StandAlone.h"
#include "compiler/object/SupportArchive.h"

#include "lld/Common/Driver.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Parallel.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"

#include <mutex>

LLD_HAS_DRIVER(elf)

using namespace llvm;
using namespace llm;

namespace {

/// A temporary folder and the files in it.
class ScratchFolder {
public:
  ScratchFolder() = default;
  ScratchFolder(const ScratchFolder &) = delete;
  ~ScratchFolder() {
    for (const std::string &path : files)
      sys::fs::remove(path);
    if (!folder.empty())
      sys::fs::remove(folder);
  }

  Error create() {
    if (std::error_code code =
            sys::fs::createUniqueDirectory("llm-link", folder))
      return createStringError(code, "cannot create a temporary folder to link "
                                     "in: " +
                                         code.message());
    return Error::success();
  }

  /// The path of a file that lld is going to write.
  std::string reserve(const Twine &name) {
    SmallString<128> path(folder);
    sys::path::append(path, name);
    return files.emplace_back(path.str());
  }

  Expected<std::string> write(const Twine &name, StringRef bytes) {
    std::string path = reserve(name);
    std::error_code code;
    raw_fd_ostream stream(path, code);
    if (!code) {
      stream << bytes;
      stream.close();
      code = stream.error();
      stream.clear_error();
    }
    if (code)
      return createStringError(code,
                               "cannot write " + path + ": " + code.message());
    return path;
  }

  /// lld's text without the folder's name, which differs from run to run.
  std::string withoutPaths(StringRef text) const {
    std::string shown = text.str();
    std::string prefix = (folder + "/").str();
    for (size_t at; (at = shown.find(prefix)) != std::string::npos;)
      shown.erase(at, prefix.size());
    return shown;
  }

private:
  SmallString<128> folder;
  std::vector<std::string> files;
};

/// "expf (in layer_0)" for each undefined symbol that lld's messages tell of.
/// lld writes a first line "ld.lld: error: undefined [hidden ]symbol: NAME" and
/// below it lines ">>> ... file:(function)" per reference.
std::vector<std::string> undefinedIn(StringRef diagnostics) {
  std::vector<std::string> found;
  bool wantsUser = false;
  for (StringRef line : split(diagnostics, '\n')) {
    size_t at = line.find("symbol: ");
    if (at != StringRef::npos && line.contains("error: undefined")) {
      found.push_back(line.substr(at + strlen("symbol: ")).trim().str());
      wantsUser = true;
    } else if (wantsUser && line.starts_with(">>>") && line.contains(":(")) {
      StringRef user = line.substr(line.find(":(") + 2);
      found.back() +=
          (" (in " + user.take_until([](char c) { return c == ')'; }) + ")")
              .str();
      wantsUser = false;
    }
  }
  return found;
}

Error diagnose(StringRef diagnostics) {
  std::vector<std::string> undefined = undefinedIn(diagnostics);
  if (undefined.empty())
    return createStringError("linking failed: " + diagnostics.trim());
  return createStringError(
      "linking failed: neither the model's code nor the support archive "
      "defines " +
      join(undefined, ", "));
}

/// Reads the table that --why-extract wrote: reference, member and symbol,
/// separated by tabs, below a line of titles.
std::vector<ExtractedMember> readExtracted(StringRef table) {
  std::vector<ExtractedMember> members;
  SmallVector<StringRef> lines;
  table.split(lines, '\n', -1, /*KeepEmpty=*/false);
  for (StringRef line : drop_begin(lines)) {
    auto [user, rest] = line.split('\t');
    auto [member, symbol] = rest.split('\t');
    members.push_back({symbol.str(), member.str(), user.str()});
  }
  return members;
}

} // namespace

Error llm::linkSharedObject(ArrayRef<MemoryBufferRef> objects,
                            StringRef exportedSymbol,
                            SmallVectorImpl<char> &image,
                            std::vector<ExtractedMember> *extracted) {
  // lld keeps its state in globals.
  static std::mutex mutex;
  std::lock_guard<std::mutex> lock(mutex);

  ScratchFolder scratch;
  if (Error error = scratch.create())
    return error;
  std::string output = scratch.reserve("image.so");
  std::string extraction = scratch.reserve("extracted");
  std::vector<std::string> inputs;
  auto add = [&](const Twine &name, StringRef bytes) -> Error {
    Expected<std::string> path = scratch.write(name, bytes);
    if (!path)
      return path.takeError();
    inputs.push_back(std::move(*path));
    return Error::success();
  };

  for (auto [index, object] : enumerate(objects)) {
    StringRef name = sys::path::filename(object.getBufferIdentifier());
    if (Error error = add(Twine(index) + "-" + name, object.getBuffer()))
      return error;
  }
  Expected<std::vector<std::string>> unresolved = unresolvedSymbols(objects);
  if (!unresolved)
    return unresolved.takeError();
  if (!unresolved->empty())
    for (MemoryBufferRef library : supportLibraries())
      if (Error error = add(library.getBufferIdentifier(), library.getBuffer()))
        return error;

  Expected<std::string> exports = scratch.write(
      "exports", ("{ global: " + exportedSymbol + "; local: *; };\n").str());
  if (!exports)
    return exports.takeError();

  std::string versionScript = "--version-script=" + *exports;
  std::string whyExtract = "--why-extract=" + extraction;
  std::vector<const char *> arguments = {
      "ld.lld", "-shared", "-m", "elf_x86_64", "-o", output.c_str(),
      // One exported symbol, nothing left open.
      versionScript.c_str(), "--no-undefined", "--gc-sections",
      // Relocated tables become read-only, code is never relocated.
      "-z", "now", "-z", "relro", "-z", "text", "-z", "noexecstack",
      // DT_HASH tells a reader without section headers how many symbols there
      // are; DT_GNU_HASH is what dlsym uses.
      "--hash-style=both", "--eh-frame-hdr", "--build-id=none",
      // The same bytes and messages everywhere.
      "--threads=1", "--no-demangle", "--color-diagnostics=never",
      "--error-limit=0", "--fatal-warnings", whyExtract.c_str()};
  for (const std::string &input : inputs)
    arguments.push_back(input.c_str());

  std::string standardOutput, diagnostics;
  raw_string_ostream outStream(standardOutput), errorStream(diagnostics);
  auto threads = parallel::strategy; // --threads sets it for the process
  lld::Result result = lld::lldMain(arguments, outStream, errorStream,
                                    {{lld::Gnu, &lld::elf::link}});
  parallel::strategy = threads;
  if (result.retCode != 0)
    return diagnose(scratch.withoutPaths(diagnostics));

  auto linked = MemoryBuffer::getFile(output, /*IsText=*/false,
                                      /*RequiresNullTerminator=*/false);
  if (!linked)
    return createStringError(linked.getError(),
                             "cannot read the linked object: " +
                                 linked.getError().message());
  StringRef bytes = (*linked)->getBuffer();
  if (Error error = checkStandsAlone(bytes, exportedSymbol))
    return error;
  image.assign(bytes.begin(), bytes.end());

  if (extracted) {
    extracted->clear();
    if (auto table = MemoryBuffer::getFile(extraction))
      *extracted = readExtracted(scratch.withoutPaths((*table)->getBuffer()));
  }
  return Error::success();
}
